"""E-mail by SMTP, in a thread of its own: text and HTML, one message to all its recipients or to none.

Rule: `smtps://` speaks TLS from the start, `smtp://` demands STARTTLS; a password never leaves unencrypted.
Rule: all recipients or none; a server that refuses one of them takes nothing.
Rule: Message-ID is the same on every copy, so that mail programs can fold them.
"""

from __future__ import annotations

import asyncio
import html
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from email.utils import format_datetime
from urllib.parse import SplitResult, unquote, urlsplit

from alerts.channels.posting import PATIENT, Patience, Target, url_secrets
from alerts.channels.posting_text import Style, cut
from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater
from alerts.message import Message
from alerts.redact import redact
from alerts.trust import trusted_roots

_SUBJECT = 250  # code points; the library's folding is slow, and the whole headline heads the text
_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
_STYLE = Style(
    limit=1_000_000,
    plain_limit=1_000_000,
    measure=len,
    escape=lambda text: html.escape(text, quote=True),
    bold=lambda text: f"<b>{text}</b>",
    link=lambda label, url: f'<a href="{html.escape(url, quote=True)}">{label}</a>',
)


class EmailChannel:
    """One mail server and its recipients; the receipt is the server's own word."""

    def __init__(
        self,
        target: Target,
        patience: Patience = PATIENT,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.name = target.name
        self._target = target
        self._patience = patience
        self._tls = tls
        self._secrets = (*url_secrets(target.url), *([target.secret] if target.secret else []))

    def __repr__(self) -> str:
        return f"EmailChannel(name={self.name!r}, host={urlsplit(self._target.url).hostname!r})"

    def format(self, message: Message) -> tuple[Payload, ...]:
        """Turn a message into one HTML text with its plain twin; pure."""
        return cut(message, _STYLE)

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        """Send one mail to every recipient; `address` is ignored, as the channel has one list of them."""
        mail = self._mail(payload, plain=plain)
        outcome = await asyncio.to_thread(self._sent, mail)
        if isinstance(outcome, Rejected):
            return Rejected(why=redact(outcome.why, self._secrets)[:500], scope=outcome.scope)
        if isinstance(outcome, RetryLater):
            why = redact(outcome.why, self._secrets)[:500]
            return RetryLater(why=why, after=outcome.after, ambiguous=outcome.ambiguous)
        return outcome

    async def close(self) -> None:
        """Nothing is kept open between messages."""

    def _mail(self, payload: Payload, *, plain: bool) -> EmailMessage:
        sender = self._target.sender
        mail = EmailMessage(policy=CRLF)
        mail["From"] = Address(display_name="IPO monitor", addr_spec=sender)
        mail["To"] = ", ".join(self._target.to)
        headline = payload.plain.partition("\n")[0]
        mail["Subject"] = headline if len(headline) <= _SUBJECT else headline[: _SUBJECT - 1] + "…"
        mail["Date"] = format_datetime(self._target.now())
        mail["Message-ID"] = f"<{payload.key}@{sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(payload.plain + "\n")
        if not plain:
            shown = payload.text.replace("\n", "<br>\n")
            mail.add_alternative(f"<!DOCTYPE html>\n<html><body>\n{shown}\n</body></html>\n", subtype="html")
        return mail

    def _sent(self, mail: EmailMessage) -> Outcome:
        """One whole conversation; until the mail itself is on its way, a failure is a definite no."""
        url = urlsplit(self._target.url)
        under_way = False
        try:
            with self._connected(url) as server:
                if (no := self._introduced(server, url, mail)) is not None:
                    return no
                under_way = True
                code, words = server.data(mail.as_bytes())
                under_way = False
                return Delivered(receipt=f"{code} {_text(words)}"[:100]) if code == 250 else _no(code, words)
        except smtplib.SMTPDataError as error:  # the server would not have the mail at all
            return _no(error.smtp_code, error.smtp_error)
        except smtplib.SMTPResponseException as error:
            return _no(error.smtp_code, error.smtp_error)
        except smtplib.SMTPNotSupportedError as error:
            return Rejected(why=str(error), scope="channel")
        except (OSError, UnicodeError) as error:  # smtplib's own errors are OSErrors
            return RetryLater(why=f"{type(error).__name__} {error}".strip(), ambiguous=under_way)

    def _connected(self, url: SplitResult) -> smtplib.SMTP:
        host, port = url.hostname or "", url.port or _PORTS[url.scheme]
        tls = self._tls or trusted_roots()
        if url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port, timeout=self._patience.read, context=tls)
        server = smtplib.SMTP(host, port, timeout=self._patience.read)
        try:
            if url.scheme == "smtp":
                server.starttls(context=tls)
        except BaseException:
            server.close()
            raise
        return server

    def _introduced(self, server: smtplib.SMTP, url: SplitResult, mail: EmailMessage) -> Outcome | None:
        server.ehlo_or_helo_if_needed()
        if self._target.secret:
            server.login(unquote(url.username or self._target.sender), self._target.secret)
        code, words = server.mail(self._target.sender)
        if code != 250:
            return _no(code, words, scope="channel")
        for recipient in self._target.to:
            code, words = server.rcpt(recipient)
            if code not in (250, 251):
                return _no(code, f"{recipient}: {_text(words)}".encode(), scope="channel")
        return None


def _no(code: int, words: bytes | str, *, scope: str = "message") -> Outcome:
    """A 4xx asks for patience and a 5xx is final; anything else is no SMTP, and may have been a yes."""
    why = f"{code} {_text(words)}"
    if 400 <= code < 500:
        return RetryLater(why=why)
    if code in (530, 534, 535, 538):  # authentication: RFC 4954
        return Rejected(why=why, scope="channel")
    if 500 <= code < 600:
        return Rejected(why=why, scope="channel" if scope == "channel" else "message")
    return RetryLater(why=why, ambiguous=True)


def _text(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else words
