"""A mail server on loopback: enough of SMTP for one mail, with TLS, a password, and bad days.

Rule: `mails` is the ground truth of what was taken; `tls` says how each of them came.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage

USER, PASSWORD = "monitor@example.org", "canary-p4ssword-of-mail"


class MailServer:
    """Use as `async with MailServer(...) as server`; `replies` overrides its word for a command, once each.

    A reply may also be "silence" or "reset".
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, from_the_start: bool = False, auth: bool = False
    ) -> None:
        self.replies: dict[str, str] = {}
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.encrypted: list[bool] = []
        self.said: list[str] = []
        self.port = 0
        self._tls, self._from_the_start, self._auth = tls, from_the_start, auth
        self._closing = asyncio.Event()

    async def __aenter__(self) -> MailServer:
        context = self._tls if self._from_the_start else None
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context, limit=8 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the client went away, as some tests make it
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        encrypted, known, recipients = self._from_the_start, not self._auth, list[str]()

        async def say(command: str, usual: str) -> bool:
            """Answer; whether it was the usual answer."""
            reply = self.replies.pop(command, usual)
            if reply == "silence":
                await self._closing.wait()
                raise ConnectionResetError
            if reply == "reset":
                writer.transport.abort()
                raise ConnectionResetError
            writer.write(reply.encode() + b"\r\n")
            await writer.drain()
            return reply == usual

        await say("hello", "220 mail.example.org ESMTP")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.said.append(line)
            word = line.upper().split(" ")[0].split(":")[0]
            match word:
                case "EHLO":
                    offers = ["STARTTLS"] if self._tls and not encrypted else []
                    offers += ["AUTH PLAIN"] if self._auth else []
                    lines = [f"250-{offer}" for offer in offers]
                    await say("EHLO", "\r\n".join(["250-mail.example.org", *lines, "250 8BITMIME"]))
                case "STARTTLS":
                    if await say("STARTTLS", "220 go ahead") and self._tls:
                        await writer.start_tls(self._tls)
                        encrypted = True
                case "AUTH":
                    given = base64.b64decode(line.split(" ")[2]).decode().split("\0")[1:]
                    known = given == [USER, PASSWORD]
                    await say("AUTH", "235 welcome" if known else "535 5.7.8 authentication failed")
                case "MAIL":
                    await say("MAIL", "250 ok" if known else "530 5.7.0 authentication required")
                case "RCPT":
                    if await say("RCPT", "250 ok"):
                        recipients.append(line[line.index("<") + 1 : line.index(">")])
                case "DATA":
                    if await say("DATA", "354 go on"):
                        raw = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
                        if self.replies.get("mail", "250")[:3] in ("250", "sil", "res"):
                            mail = message_from_bytes(raw.replace(b"\r\n..", b"\r\n."), policy=policy.default)
                            assert isinstance(mail, EmailMessage)
                            self.mails.append(mail)
                            self.recipients.append(recipients)
                            self.encrypted.append(encrypted)
                        await say("mail", "250 2.0.0 queued as 4711")
                        recipients = []
                case "QUIT":
                    await say("QUIT", "221 bye")
                    return
                case _:
                    await say(word, "250 ok")
