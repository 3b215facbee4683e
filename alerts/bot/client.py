"""The bot's own way to the Bot API: reads updates and answers taps; alerts go through the channel instead.

Rule: a connection pool of its own, so that a long poll never keeps an alert waiting, and the other way round.
Rule: updates are taken as plain JSON; one the library could not read must not stop those behind it.
Rule: no token in any exception; what goes wrong is one of our own errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from telegram import (
    Bot,
    BotCommand,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from alerts.channels.telegram import CONNECT_TIMEOUT, keyboard
from alerts.contract import Payload
from alerts.redact import redact
from alerts.trust import trusted_roots
from monitor.domain.errors import FetchError, OtherPoller, RateLimited, Refused, TokenRefused, Unreachable

ALLOWED = ("message", "channel_post", "callback_query", "inline_query", "my_chat_member")
_ADMINS = ("creator", "administrator")
# What the library raises when it cannot make its object of an answer that is not the Bot API's.
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)


class BotClient:
    """One bot's updates and answers; `poll` seconds is how long the server may wait for an update."""

    def __init__(self, *, token: str, api_url: str, poll: int = 25, answer_timeout: float = 10.0) -> None:
        self._token = token
        self._api_url = api_url.rstrip("/")
        self._poll = poll
        self._polling = _request(poll + 10.0, size=1)
        self._answering = _request(answer_timeout, size=4)
        self._bot = Bot(
            token,
            base_url=f"{self._api_url}/bot",
            base_file_url=f"{self._api_url}/file/bot",
            request=self._answering,
            get_updates_request=self._polling,
        )

    def __repr__(self) -> str:
        return f"BotClient(api_url={redact(self._api_url, [self._token])!r})"

    async def updates(self, offset: int | None) -> list[dict[str, Any]]:
        """The updates from `offset` on, waiting for the first; an offset confirms those before it.

        Raises OtherPoller, TokenRefused or a FetchError.
        """
        asked: dict[str, Any] = {"timeout": self._poll, "limit": 100, "allowed_updates": _json(ALLOWED)}
        if offset is not None:
            asked["offset"] = offset
        try:
            found = await self._polling.post(
                f"{self._api_url}/bot{self._token}/getUpdates?{urlencode(asked)}",
                read_timeout=self._poll + 10.0,
            )
        except TelegramError as error:
            raise self._translated(error) from None  # the cause holds the address, and that the token
        if not isinstance(found, list) or not all(isinstance(update, dict) for update in found):
            raise Unreachable("getUpdates answered with something else than updates")
        return found

    async def name(self) -> str:
        """The bot's @name, without the @."""
        try:
            return (await self._bot.get_me()).username or ""
        except TelegramError as error:
            raise self._translated(error) from None
        except _UNREADABLE as error:
            raise Unreachable(f"getMe answered with no user ({type(error).__name__})") from None

    async def describe(self, commands: Sequence[tuple[str, str]], language: str = "") -> None:
        """Show these commands in the chat service's menu."""
        listed = [BotCommand(name, text[:256]) for name, text in commands]
        try:
            await self._bot.set_my_commands(listed, language_code=language or None)
        except TelegramError as error:
            raise self._translated(error) from None

    async def is_admin(self, chat: int, user: int) -> bool:
        """Whether the person administers the group; raises a FetchError when that cannot be learned."""
        try:
            member = await self._bot.get_chat_member(chat, user)
        except TelegramError as error:
            raise self._translated(error) from None
        except _UNREADABLE as error:
            raise Unreachable(f"getChatMember answered with no member ({type(error).__name__})") from None
        return member.status in _ADMINS

    async def answer_tap(self, query_id: str, text: str) -> None:
        """Stop the little clock on a button; show a text over the chat."""
        try:
            stays = "\n" in text or None
            await self._bot.answer_callback_query(query_id, text=text[:200] or None, show_alert=stays)
        except TelegramError as error:
            raise self._translated(error) from None

    async def edit(self, chat: int, message_id: int, payload: Payload) -> None:
        """Put a text and its buttons in place of a message; the same again is well, too."""
        try:
            await self._bot.edit_message_text(
                payload.text,
                chat_id=chat,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=keyboard(payload.buttons),
            )
        except BadRequest as error:
            if "not modified" not in str(error):
                raise self._translated(error) from None
        except TelegramError as error:
            raise self._translated(error) from None

    async def answer_inline(self, query_id: str, cards: Sequence[tuple[str, Payload]]) -> None:
        """Offer cards, each with its title, to be sent into any chat."""
        results = [
            InlineQueryResultArticle(
                id=str(number),
                title=title[:100],
                input_message_content=InputTextMessageContent(
                    payload.text,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                ),
            )
            for number, (title, payload) in enumerate(cards)
        ]
        try:
            await self._bot.answer_inline_query(query_id, results, cache_time=30, is_personal=True)
        except TelegramError as error:
            raise self._translated(error) from None

    async def whisper(self, chat: int, text: str) -> None:
        """One plain sentence to somebody who was not let in."""
        try:
            await self._bot.send_message(chat, text[:400])
        except TelegramError as error:
            raise self._translated(error) from None

    async def close(self) -> None:
        """Let go of connections."""
        await self._polling.shutdown()
        await self._answering.shutdown()

    def _translated(self, error: TelegramError) -> OtherPoller | TokenRefused | FetchError:
        words = redact(str(error)[:300], [self._token])
        match error:
            case Conflict():
                return OtherPoller(words)
            case InvalidToken():
                return TokenRefused(words)
            case RetryAfter():
                delay = error.retry_after
                after = delay if isinstance(delay, timedelta) else timedelta(seconds=delay)
                return RateLimited(words, after)
            case BadRequest() | Forbidden():
                return Refused(words)
            case NetworkError():
                return Unreachable(words)
            case _:
                return Unreachable(words)


def _request(read: float, *, size: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=size,
        read_timeout=read,
        write_timeout=10.0,
        connect_timeout=CONNECT_TIMEOUT,
        pool_timeout=5.0,
        # A proxy variable must not see the token.
        httpx_kwargs={"trust_env": False, "verify": trusted_roots()},
    )


def _json(names: Sequence[str]) -> str:
    return "[" + ",".join(f'"{name}"' for name in names) + "]"
