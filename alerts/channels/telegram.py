"""Telegram, through python-telegram-bot: one call per send, its answer read as an outcome.

Rule: success is what the body says; an answer that is not the Bot API's own word is ambiguous.
Rule: nothing here retries; the outbox does, and only after the outcome is stored.
Rule: no token in any log, repr, outcome or exception text.
Source of the error map: measured with PTB 22.8 against a faulty server, one test per row.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import httpx
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from alerts.channels.telegram_text import CAPTION, format_telegram, visible
from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater
from alerts.message import Button, Message
from alerts.pictures.drawing import drawn
from alerts.redact import redact
from alerts.trust import trusted_roots

READ_TIMEOUT = 30.0  # PTB's own 5 s makes many sends ambiguous
CONNECT_TIMEOUT = 10.0
POOL_TIMEOUT = 5.0
POOL_SIZE = 8
_RETIRED = 2  # pools that were full and may still be in use; an older one is let go
UNSAID_DELAY = timedelta(seconds=30)

# Descriptions of 400 that speak of the chat, not of the message (telegram-bot-api `Client.cpp`, td errors).
_CHAT_WORDS = (
    "chat not found",
    "chat_id is empty",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "group chat was deleted",
    "chat was deleted",
    "chat_write_forbidden",
    "chat_restricted",
    "have no rights to send",
    "not enough rights",
    "need administrator rights",
    "bot is not a member",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
)
# The request never left: nothing can have arrived.
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
    httpx.InvalidURL,
)


class _NotTheBotApi(TelegramError):
    """An answer that is no Bot API answer: a captive portal, a proxy's page, half a reply."""


class _TooManyRequests(TelegramError):
    """429 without `parameters.retry_after`."""


class _UnknownRefusal(TelegramError):
    """A 4xx the Bot API does not document, in its own envelope."""


class _Request(HTTPXRequest):
    """PTB trusts the HTTP status; this one reads the body first, so that `ok` decides."""

    async def do_request(self, *args: object, **kwargs: object) -> tuple[int, bytes]:
        """Return PTB's (status, body), the status corrected by the body; raise for what PTB cannot tell."""
        status, body = await super().do_request(*args, **kwargs)  # type: ignore[arg-type]
        return judge_answer(status, body), body


def judge_answer(status: int, body: bytes) -> int:
    """Tell the status an answer means: a 200 that says `ok: false` means its own `error_code`.

    Raises a TelegramError for the answers whose meaning PTB would lose.
    """
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    ok = answer.get("ok") if isinstance(answer, dict) else None
    if status == 429 and not _gives_delay(answer):
        raise _TooManyRequests("Too many requests, no delay given")
    if status >= 500:
        return status
    if not isinstance(answer, dict) or not isinstance(ok, bool):
        raise _NotTheBotApi(f"HTTP {status} with a body that is no Bot API answer")
    if ok:
        result = answer.get("result")
        if status >= 300 or not isinstance(result, dict) or not isinstance(result.get("message_id"), int):
            raise _NotTheBotApi(f"HTTP {status} that says ok and carries no message")
        return status
    code = answer.get("error_code", status)
    if not isinstance(code, int) or not 400 <= code < 600:
        raise _NotTheBotApi(f"HTTP {status} that says not ok and gives no error code")
    if code == 429 and not _gives_delay(answer):
        raise _TooManyRequests("Too many requests, no delay given")
    if code < 500 and code not in (400, 401, 403, 404, 409, 429):
        raise _UnknownRefusal(f"{code}: {answer.get('description', '')}")
    return code


def _gives_delay(answer: object) -> bool:
    parameters = answer.get("parameters") if isinstance(answer, dict) else None
    delay = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return isinstance(delay, int) and delay > 0


class TelegramChannel:
    """One bot; an address is a chat id ("-100…", "@channel"), with "/thread" after it for a forum topic."""

    __slots__ = ("_bot", "_preview", "_retired", "_secret", "_silent", "_timeouts", "api_url", "name")

    def __init__(
        self,
        *,
        name: str = "telegram",
        token: str,
        api_url: str = "https://api.telegram.org",
        silent: bool = False,
        link_preview: bool = False,  # True leaves previews to the server; for servers without the option
        read_timeout: float = READ_TIMEOUT,
        connect_timeout: float = CONNECT_TIMEOUT,
        pool_timeout: float = POOL_TIMEOUT,
        pool_size: int = POOL_SIZE,
    ) -> None:
        self.name = name
        self.api_url = api_url.rstrip("/")
        self._secret = token
        self._silent = silent
        self._preview = None if link_preview else LinkPreviewOptions(is_disabled=True)
        self._timeouts = (read_timeout, connect_timeout, pool_timeout, pool_size)
        self._bot = self._build()
        self._retired: list[Bot] = []

    def __repr__(self) -> str:
        return f"TelegramChannel(name={self.name!r}, api_url={redact(self.api_url, [self._secret])!r})"

    def _build(self) -> Bot:
        read, connect, pool, size = self._timeouts
        request = _Request(
            connection_pool_size=size,
            read_timeout=read,
            write_timeout=read,
            connect_timeout=connect,
            pool_timeout=pool,
            # A proxy variable must not see the token.
            httpx_kwargs={"trust_env": False, "verify": trusted_roots()},
        )
        return Bot(
            self._secret,
            base_url=f"{self.api_url}/bot",
            base_file_url=f"{self.api_url}/file/bot",
            request=request,
            get_updates_request=request,  # this channel never polls
        )

    def format(self, message: Message) -> tuple[Payload, ...]:
        """Turn a message into HTML parts within Telegram's limits, each with its plain twin; pure."""
        return format_telegram(message, silent=self._silent and not message.urgent)

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        """Send one part to one chat, or put it where the message it edits stands, once; say how it went."""
        if address.partition("/")[2] and not address.partition("/")[2].isdecimal():
            return Rejected(why="the address has a topic that is no number", scope="chat")
        bot = self._bot
        try:
            async with asyncio.timeout(payload.patience):
                return Delivered(receipt=await self._call(bot, address, payload, plain=plain))
        except TimeoutError:
            return RetryLater(why=f"no answer within {payload.patience:g} s", ambiguous=True)
        except TelegramError as error:
            if payload.edit and "message is not modified" in str(error).lower():
                return Delivered(receipt=payload.edit)  # what was wanted stands there already
            if isinstance(error.__cause__, httpx.PoolTimeout) and bot is self._bot:
                self._retired.append(bot)  # other sends may still be on it
                self._bot = self._build()
                if len(self._retired) > _RETIRED:
                    await self._retired.pop(0).request.shutdown()
            return self._hide(classify(error))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # PTB could not build a Message from `result`: the text may be there all the same.
            return RetryLater(why=f"unreadable result ({type(error).__name__})", ambiguous=True)

    async def _call(self, bot: Bot, address: str, payload: Payload, *, plain: bool) -> str:
        """The one request; the id of the message that holds the text now."""
        chat, _, thread = address.partition("/")
        text, mode = (payload.plain, None) if plain else (payload.text, ParseMode.HTML)
        if payload.edit:
            await bot.edit_message_text(
                text,
                chat_id=chat,
                message_id=int(payload.edit),
                parse_mode=mode,
                link_preview_options=self._preview,
                reply_markup=keyboard(payload.buttons),
            )
            return payload.edit
        picture = b"" if plain else await _picture(payload)
        if picture:
            shown = await bot.send_photo(
                chat_id=chat,
                photo=InputFile(picture, filename="picture.png"),
                caption=text,
                parse_mode=mode,
                message_thread_id=int(thread) if thread else None,
                disable_notification=payload.silent,
                reply_markup=keyboard(payload.buttons),
                reply_parameters=_reply(payload.reply_to),
            )
            return str(shown.message_id)
        message = await bot.send_message(
            chat_id=chat,
            text=text,
            parse_mode=mode,
            message_thread_id=int(thread) if thread else None,
            link_preview_options=self._preview,
            disable_notification=payload.silent,
            reply_markup=keyboard(payload.buttons),
            reply_parameters=_reply(payload.reply_to),
        )
        return str(message.message_id)

    def _hide(self, outcome: Outcome) -> Outcome:
        match outcome:
            case Rejected(why=why, scope=scope):
                return Rejected(why=redact(why, [self._secret]), scope=scope)
            case RetryLater(why=why, after=after, ambiguous=ambiguous, new_address=new):
                hidden = redact(why, [self._secret])
                return RetryLater(why=hidden, after=after, ambiguous=ambiguous, new_address=new)
            case Delivered():
                return outcome

    async def close(self) -> None:
        """Let go of connections; a closed channel sends no more."""
        for bot in (*self._retired, self._bot):
            await bot.request.shutdown()


async def _picture(payload: Payload) -> bytes:
    """The payload's picture, drawn beside the loop; b"" where there is none or its text is no caption."""
    if payload.picture is None or visible(payload.text) > CAPTION:
        return b""
    return await asyncio.to_thread(drawn, payload.picture)


def _reply(receipt: str) -> ReplyParameters | None:
    """A reply to that message; where it is gone, the message comes all the same."""
    first = receipt.partition(",")[0]
    return ReplyParameters(int(first), allow_sending_without_reply=True) if first.isdecimal() else None


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """The buttons below a message; None for none."""
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(button.label, callback_data=button.data) for button in row] for row in rows]
    )


def classify(error: TelegramError) -> Outcome:
    """Read PTB's exception as an outcome; narrow classes first: a BadRequest is a NetworkError too."""
    why = str(error)[:500]
    match error:
        case RetryAfter():
            delay = error.retry_after
            after = delay if isinstance(delay, timedelta) else timedelta(seconds=delay)
            return RetryLater(why=why, after=after)
        case ChatMigrated():
            return RetryLater(why=why, new_address=str(error.new_chat_id))
        case InvalidToken():
            return Rejected(why=why, scope="channel")
        case Forbidden():
            return Rejected(why=why, scope="chat")
        case Conflict() | _TooManyRequests():
            return RetryLater(why=why, after=UNSAID_DELAY)
        case BadRequest():
            said = why.lower()  # who may not send photos may still send their words
            about_chat = "photo" not in said and any(words in said for words in _CHAT_WORDS)
            return Rejected(why=why, scope="chat" if about_chat else "message")
        case _UnknownRefusal():
            return Rejected(why=why, scope="message")
        case NetworkError() if isinstance(error.__cause__, _NEVER_LEFT):
            return RetryLater(why=why)
        case _:
            return RetryLater(why=why, ambiguous=True)
