"""The real python-telegram-bot against the Bot API stand-in: one row of the error map, one test."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from datetime import timedelta

import httpx
import pytest
from telegram.error import NetworkError, TimedOut

from alerts.channels.telegram import TelegramChannel, classify
from alerts.contract import Delivered, Payload, Rejected, RetryLater
from tests.alerts import kit
from tests.alerts.conftest import CHAT, TOKEN
from tests.doubles import bot_faults as faults
from tests.doubles.bot_api import BotApi
from tests.doubles.bot_faults import Break, Fault
from tests.doubles.bot_state import Limits

PAYLOAD = Payload(text="<b>上市委会议通过</b>", plain="上市委会议通过")

STAGED: dict[kit.Day, Fault | None] = {
    kit.Day.OK: None,
    kit.Day.ERROR_IN_200: faults.OK_FALSE_IN_200,
    kit.Day.BAD_MESSAGE: faults.CANT_PARSE,
    kit.Day.TOKEN_REVOKED: faults.UNAUTHORIZED,
    kit.Day.CHAT_REFUSED: faults.BLOCKED,
    kit.Day.SLOW_DOWN: faults.too_many(7),
    kit.Day.SERVER_ERROR: faults.INTERNAL,
    kit.Day.TIMEOUT: faults.broken(Break.SILENCE),
    kit.Day.RESET: faults.broken(Break.CLOSE_AFTER_READING),
    kit.Day.GARBAGE: faults.PORTAL,
}


@pytest.mark.parametrize("day", kit.Day, ids=str)
async def test_conformance(day: kit.Day, api: BotApi, telegram: TelegramChannel) -> None:
    """Telegram passes the conformance kit of all channels."""
    fault = STAGED[day]
    api.script(*([fault] if fault else []))
    day.check(await telegram.send(str(CHAT), PAYLOAD))
    assert len(api.calls) == 1, "a channel sends once; the outbox retries"


NO = RetryLater(why="", ambiguous=False)
MAYBE = RetryLater(why="", ambiguous=True)
AFTER_30 = RetryLater(why="", after=timedelta(seconds=30))
ROWS: list[tuple[Fault, RetryLater | Rejected]] = [
    (faults.broken(Break.CLOSE_BEFORE_READING), MAYBE),
    (faults.broken(Break.CLOSE_AFTER_READING), MAYBE),
    (faults.broken(Break.HALF_HEADERS), MAYBE),
    (faults.broken(Break.HALF_BODY), MAYBE),
    (faults.broken(Break.SILENCE), MAYBE),
    (faults.broken(Break.LATE), MAYBE),
    (faults.broken(Break.DROP), MAYBE),
    (faults.BROKEN_JSON, MAYBE),
    (faults.EMPTY_RESULT, MAYBE),
    (faults.NO_RESULT, MAYBE),
    (faults.NOT_AN_OBJECT, MAYBE),
    (faults.PORTAL, MAYBE),
    (faults.PORTAL_403, MAYBE),
    (faults.INTERNAL, MAYBE),
    (faults.BAD_GATEWAY, MAYBE),
    (faults.too_many(3600), RetryLater(why="", after=timedelta(hours=1))),
    (faults.TOO_MANY_UNSAID, AFTER_30),
    (faults.CONFLICT, AFTER_30),
    (faults.migrated(-100999), RetryLater(why="", new_address="-100999")),
    (faults.BLOCKED, Rejected(why="", scope="chat")),
    (faults.KICKED, Rejected(why="", scope="chat")),
    (faults.DEACTIVATED, Rejected(why="", scope="chat")),
    (faults.CHAT_NOT_FOUND, Rejected(why="", scope="chat")),
    (faults.OK_FALSE_IN_200, Rejected(why="", scope="chat")),
    (faults.CANT_PARSE, Rejected(why="", scope="message")),
    (faults.TOO_LONG, Rejected(why="", scope="message")),
    (faults.TEAPOT, Rejected(why="", scope="message")),
    (faults.UNAUTHORIZED, Rejected(why="", scope="channel")),
    (faults.NOT_FOUND, Rejected(why="", scope="channel")),
]


@pytest.mark.parametrize(("fault", "expected"), ROWS, ids=lambda value: getattr(value, "name", ""))
async def test_error_map(
    fault: Fault, expected: RetryLater | Rejected, api: BotApi, telegram: TelegramChannel
) -> None:
    """Each fault has one meaning, and an alert that reached the chat is never called a definite no."""
    api.script(fault)
    outcome = await telegram.send(str(CHAT), PAYLOAD)
    assert not isinstance(outcome, Delivered)
    assert outcome.why
    if isinstance(expected, RetryLater):
        assert isinstance(outcome, RetryLater)
        seen = (outcome.after, outcome.ambiguous, outcome.new_address)
        assert seen == (expected.after, expected.ambiguous, expected.new_address)
    else:
        assert isinstance(outcome, Rejected)
        assert outcome.scope == expected.scope
    await api.release()
    if api.chats[CHAT].texts:
        assert outcome == RetryLater(why=outcome.why, ambiguous=True)


async def test_the_channel_recovers_after_every_fault(api: BotApi, telegram: TelegramChannel) -> None:
    """After all faults in a row, the next send arrives: no pool slot is lost on the way."""
    patient = TelegramChannel(token=TOKEN, api_url=api.url, read_timeout=0.2, pool_size=1)
    for fault, _ in ROWS:
        api.script(fault)
        await patient.send(str(CHAT), PAYLOAD)
    shown = len(api.chats[CHAT].texts)
    assert isinstance(await patient.send(str(CHAT), PAYLOAD), Delivered)
    assert len(api.chats[CHAT].texts) == shown + 1
    await patient.close()


async def test_connection_refused_is_a_definite_no() -> None:
    """Nobody listens: nothing can have arrived, so the retry needs no mark."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    channel = TelegramChannel(token=TOKEN, api_url=f"http://127.0.0.1:{port}")
    outcome = await channel.send("1", PAYLOAD)
    assert isinstance(outcome, RetryLater)
    assert not outcome.ambiguous
    await channel.close()


async def test_pools_that_filled_up_do_not_pile_up() -> None:
    """A server that never answers fills pool after pool; no more than a few are kept for their last sends."""
    async with BotApi(open_chats=True) as server:
        server.script(*[faults.broken(Break.SILENCE)] * 12)
        channel = TelegramChannel(
            token=TOKEN, api_url=server.url, read_timeout=20.0, pool_timeout=0.05, pool_size=1
        )
        stuck = []
        for _ in range(6):
            two = {asyncio.ensure_future(channel.send("1", PAYLOAD)) for _ in range(2)}
            [refused], [left] = await asyncio.wait(two, return_when=asyncio.FIRST_COMPLETED)
            outcome = refused.result()
            assert isinstance(outcome, RetryLater)
            assert not outcome.ambiguous, "it never left"
            stuck.append(left)
        assert len(channel._retired) == 2
        let_go = await asyncio.gather(*stuck[:4])
        assert all(isinstance(one, RetryLater) and one.ambiguous for one in let_go)
        for task in stuck:
            task.cancel()
        await channel.close()


@pytest.mark.parametrize(
    ("cause", "ambiguous"),
    [
        (httpx.ConnectTimeout("t"), False),
        (httpx.PoolTimeout("t"), False),
        (httpx.ConnectError("t"), False),
        (httpx.ReadTimeout("t"), True),
        (httpx.WriteTimeout("t"), True),
        (httpx.ReadError("t"), True),
        (httpx.WriteError("t"), True),
        (httpx.RemoteProtocolError("t"), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_cause_decides_not_the_class(cause: httpx.HTTPError, ambiguous: bool) -> None:
    """PTB calls both "TimedOut"; only the httpx error below tells whether the request left."""
    error = TimedOut() if isinstance(cause, httpx.TimeoutException) else NetworkError("x")
    error.__cause__ = cause
    assert classify(error) == RetryLater(why=str(error), ambiguous=ambiguous)


async def test_an_exhausted_pool_is_replaced(api: BotApi) -> None:
    """When every slot hangs, the send is a definite no and the next one has a fresh pool."""
    channel = TelegramChannel(token=TOKEN, api_url=api.url, read_timeout=5, pool_timeout=0.1, pool_size=1)
    api.script(faults.broken(Break.DROP))
    hung = asyncio.create_task(channel.send(str(CHAT), PAYLOAD))
    await api.called.wait()
    assert await channel.send(str(CHAT), PAYLOAD) == RetryLater(
        why="Pool timeout: All connections in the connection pool are occupied. Request was *not* sent to "
        "Telegram. Consider adjusting the connection pool size or the pool timeout."
    )
    assert isinstance(await channel.send(str(CHAT), PAYLOAD), Delivered)
    hung.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await hung
    await channel.close()


async def test_what_the_chat_sees(api: BotApi, telegram: TelegramChannel) -> None:
    """Markup becomes entities, the topic and silence are passed on, and the receipt is Telegram's own id."""
    silent = Payload(text="<b>上市</b> &amp;", plain="上市 &", silent=True)
    assert await telegram.send("-100200/77", silent) == Delivered(receipt="1")
    shown = api.chats[-100200].shown[0]
    assert (shown.text, shown.thread, shown.silent) == ("上市 &", 77, True)
    assert shown.entities == [{"offset": 0, "length": 2, "type": "bold"}]
    assert api.calls[0].params["link_preview_options"] == '{"is_disabled": true}'
    assert await telegram.send("@ipo_alerts", silent, plain=True) == Delivered(receipt="1")
    plain = api.chats[-100300].shown[0]
    assert (plain.text, plain.entities, plain.parse_mode) == ("上市 &", [], "")


async def test_a_topic_that_is_no_number_is_refused_unsent(api: BotApi, telegram: TelegramChannel) -> None:
    """A bad address rejects the chat before anything leaves."""
    outcome = await telegram.send("-100200/news", PAYLOAD)
    assert outcome == Rejected(why="the address has a topic that is no number", scope="chat")
    assert api.calls == []


async def test_limits_answer_with_the_delay_that_suffices() -> None:
    """A strict window's 429 names a delay after which the same send is taken."""
    now = 100.0
    async with BotApi(token=TOKEN, clock=lambda: now, limits=Limits()) as api:
        api.add_chat(CHAT)
        channel = TelegramChannel(token=TOKEN, api_url=api.url)
        assert isinstance(await channel.send(str(CHAT), PAYLOAD), Delivered)
        outcome = await channel.send(str(CHAT), PAYLOAD)
        assert outcome == RetryLater(
            why="Flood control exceeded. Retry in 0:00:01", after=timedelta(seconds=1)
        )
        now = 101.0
        assert isinstance(await channel.send(str(CHAT), PAYLOAD), Delivered)
        await channel.close()


async def test_no_token_anywhere(
    api: BotApi, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """At DEBUG, under every fault, no log line, outcome or repr holds the token."""
    from alerts.redact import guard_logging

    logging.getLogger().setLevel(logging.DEBUG)
    levels = {name: logging.getLogger(name).level for name in ("httpx", "httpcore")}
    guard = guard_logging([TOKEN])
    logging.getLogger("httpx").setLevel(logging.DEBUG)  # even if someone turns it up again
    logging.getLogger("httpcore").setLevel(logging.DEBUG)
    caplog.handler.addFilter(guard)
    try:
        channel = TelegramChannel(token=TOKEN, api_url=api.url, read_timeout=0.2)
        outcomes: list[object] = [channel]
        for fault, _ in ROWS:
            api.script(fault)
            outcomes.append(await channel.send(str(CHAT), PAYLOAD))
        await channel.close()
        outcomes.append(await TelegramChannel(token=TOKEN, api_url=f"ftp://x/{TOKEN}").send("1", PAYLOAD))
        try:
            raise RuntimeError(f"GET https://api.telegram.org/bot{TOKEN}/getMe")
        except RuntimeError:
            logging.getLogger("anything").exception("while calling %s", f"/bot{TOKEN}/getMe")
    finally:
        caplog.handler.removeFilter(guard)
        logging.getLogger().removeFilter(guard)
        for handler in logging.getLogger().handlers:
            handler.removeFilter(guard)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    assert any("[hidden]" in line for line in caplog.text.splitlines()), (
        "the URL was logged, without the token"
    )
    out = capsys.readouterr()
    kit.assert_no_secret(TOKEN, caplog.text, out.out, out.err, *outcomes)
