"""Every channel with a secret address against its service's stand-in: bad days, codes, secrets."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.channels.posting import HookChannel, Patience, Target, url_secrets
from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater
from alerts.redact import guard_logging
from alerts.registry import HOOKS
from monitor.domain.errors import ConfigError
from tests.alerts import kit
from tests.doubles.hooks import KEY, PATHS, SECRET, SIGNED, TOPIC, Fault, HookService

NOW = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
KINDS = sorted(PATHS)
QUICK = Patience(connect=0.5, read=0.3, whole=1.0)
PORTAL = "<!DOCTYPE html><html><body>Please log in to the network</body></html>"
NO: dict[str, object] = {  # a refusal of the message in each service's own words
    "wecom": {"errcode": 47001, "errmsg": "data format error"},
    "dingtalk": {"errcode": 40035, "errmsg": "缺少参数 json"},
    "feishu": {"code": 9499, "msg": "Bad Request", "data": {}},
    "slack": "invalid_payload",
    "discord": {"code": 50035, "message": "Invalid Form Body"},
    "ntfy": {"code": 40001, "http": 400, "error": "invalid request"},
    "bark": {"code": 400, "message": "title and body are empty"},
    "webhook": {"error": "cannot read this"},
}


def built(kind: str, url: str, *, now: datetime = NOW, secret: str = SECRET) -> HookChannel:
    from importlib import import_module

    target = Target(name=kind, url=url, now=lambda: now, secret=secret if kind in SIGNED else "")
    channel = getattr(import_module(f"alerts.channels.{kind}"), HOOKS[kind].built_by)(target, QUICK)
    assert isinstance(channel, HookChannel)
    return channel


@pytest.fixture(params=KINDS)
async def service(request: pytest.FixtureRequest) -> AsyncIterator[HookService]:
    async with HookService(request.param, NOW.timestamp()) as running:
        yield running


def first(channel: HookChannel) -> Payload:
    return channel.format(kit.message())[0]


def fault_of(day: kit.Day, kind: str) -> Fault | None:
    match day:
        case kit.Day.OK:
            return None
        case kit.Day.ERROR_IN_200:
            return Fault(body=NO[kind])
        case kit.Day.BAD_MESSAGE:
            return Fault(status=400, body=NO[kind])
        case kit.Day.TOKEN_REVOKED:
            return Fault(status=401, body=NO[kind])
        case kit.Day.CHAT_REFUSED:
            return Fault(status=403, body=NO[kind])
        case kit.Day.SLOW_DOWN:
            return Fault(status=429, body=NO[kind], headers={"Retry-After": "7"})
        case kit.Day.SERVER_ERROR:
            return Fault(status=500, body=NO[kind])
        case kit.Day.TIMEOUT:
            return Fault(broken="silence")
        case kit.Day.RESET:
            return Fault(broken="reset")
        case kit.Day.GARBAGE:
            return Fault(body=PORTAL)


@pytest.mark.parametrize("day", kit.Day, ids=str)
async def test_conformance(day: kit.Day, service: HookService) -> None:
    """Each channel passes the conformance kit; its one chat is its address: refused, the channel is lost."""
    fault = fault_of(day, service.kind)
    service.script(*([fault] if fault else []))
    channel = built(service.kind, service.url)
    day.check(await channel.send("default", first(channel)), one_chat=True)
    assert len(service.requests) == 1, "a channel sends once; the outbox retries"


MAYBE = RetryLater(why="", ambiguous=True)
LOST, POISON = Rejected(why="", scope="channel"), Rejected(why="", scope="message")


def later(seconds: float) -> RetryLater:
    return RetryLater(why="", after=timedelta(seconds=seconds))


ROWS: list[tuple[str, Fault, Outcome]] = [
    ("wecom", Fault(body={"errcode": 93000, "errmsg": "invalid webhook url"}), LOST),
    ("wecom", Fault(body={"errcode": 45009, "errmsg": "api freq out of limit"}), later(60)),
    ("wecom", Fault(body={"errcode": -1, "errmsg": "system busy"}), MAYBE),
    ("wecom", Fault(body={"errcode": 40058, "errmsg": "too long"}), POISON),
    ("wecom", Fault(body={"errcode": "0", "errmsg": "ok"}), MAYBE),
    ("wecom", Fault(body={"errmsg": "ok"}), MAYBE),
    ("dingtalk", Fault(body={"errcode": 310000, "errmsg": "sign not match"}), LOST),
    ("dingtalk", Fault(body={"errcode": 310000, "errmsg": "keywords not in content"}), LOST),
    ("dingtalk", Fault(body={"errcode": 130101, "errmsg": "send too fast"}), later(600)),
    ("dingtalk", Fault(body={"errcode": 300001, "errmsg": "token is not exist"}), LOST),
    ("dingtalk", Fault(body={"errcode": -1, "errmsg": "系统繁忙"}), MAYBE),
    ("feishu", Fault(body={"code": 19021, "msg": "sign match fail"}), LOST),
    ("feishu", Fault(status=400, body={"code": 19001, "msg": "token invalid"}), LOST),
    ("feishu", Fault(body={"code": 11232, "msg": "frequency limited"}), later(60)),
    ("feishu", Fault(body={"code": 9499, "msg": "too many request"}), later(60)),
    ("feishu", Fault(body={"StatusCode": 0, "StatusMessage": "success"}), Delivered(receipt="success")),
    ("slack", Fault(status=404, body="no_service"), LOST),
    ("slack", Fault(status=410, body="channel_is_archived"), LOST),
    ("slack", Fault(body="invalid_token"), LOST),
    ("slack", Fault(status=500, body="rollup_error"), MAYBE),
    ("slack", Fault(status=500, body="ok"), MAYBE),
    ("slack", Fault(status=429, body="rate_limited", headers={"Retry-After": "30"}), later(30)),
    ("discord", Fault(status=404, body={"message": "Unknown Webhook", "code": 10015}), LOST),
    ("discord", Fault(status=401, body={"message": "Invalid Webhook Token", "code": 50027}), LOST),
    (
        "discord",
        Fault(
            status=429, body={"message": "You are being rate limited.", "retry_after": 0.5, "global": False}
        ),
        later(0.5),
    ),
    ("discord", Fault(status=429, body=PORTAL, headers={"Retry-After": "1200"}), later(1200)),
    ("discord", Fault(status=204), MAYBE),
    ("ntfy", Fault(status=403, body={"code": 40301, "http": 403, "error": "forbidden"}), LOST),
    ("ntfy", Fault(status=429, body={"code": 42901, "http": 429, "error": "limit reached"}), later(30)),
    ("ntfy", Fault(body={"id": "x", "event": "poll_request"}), MAYBE),
    ("bark", Fault(status=400, body={"code": 400, "message": "failed to get device token: x"}), LOST),
    ("bark", Fault(status=500, body={"code": 500, "message": "push failed: Unregistered"}), LOST),
    ("bark", Fault(body={"code": 500, "message": "push failed: InternalServerError"}), POISON),
    ("webhook", Fault(body=""), Delivered(receipt="ok")),
    ("webhook", Fault(status=204, body=""), Delivered(receipt="ok")),
    ("webhook", Fault(body="OK\n"), Delivered(receipt="ok")),
    ("webhook", Fault(body={"id": 12}), Delivered(receipt="12")),
    ("webhook", Fault(body={"ok": False}), POISON),
    ("webhook", Fault(body=[1]), MAYBE),
    ("webhook", Fault(body="Thank you for your visit"), MAYBE),
    ("webhook", Fault(status=404, body="Not Found"), LOST),
    ("webhook", Fault(status=410, body=""), LOST),
    ("webhook", Fault(status=413, body="Request Entity Too Large"), POISON),
    ("webhook", Fault(status=503, body=""), MAYBE),
    *((kind, Fault(status=403, body=PORTAL), MAYBE) for kind in KINDS),
    *((kind, Fault(status=502, body=PORTAL), MAYBE) for kind in KINDS),
    *((kind, Fault(status=429, body=PORTAL), later(30)) for kind in KINDS),
    *((kind, Fault(broken="half"), MAYBE) for kind in KINDS),
    *((kind, Fault(body="[" * 70_000), MAYBE) for kind in KINDS),
    *((kind, Fault(status=302, headers={"Location": "/x"}), MAYBE) for kind in KINDS),
    *((kind, Fault(status=308, headers={"Location": "/x"}), RetryLater(why="")) for kind in KINDS),
]


@pytest.mark.parametrize(("kind", "fault", "expected"), ROWS)
async def test_error_map(kind: str, fault: Fault, expected: Outcome) -> None:
    """Each answer has one meaning, and no redirect is followed."""
    async with HookService(kind, NOW.timestamp()) as service:
        service.script(fault)
        channel = built(kind, service.url)
        outcome = await channel.send("default", first(channel))
        assert len(service.requests) == 1
    match outcome:
        case Delivered():
            assert outcome == expected
        case RetryLater(why=why):
            assert why
            assert RetryLater(why="", after=outcome.after, ambiguous=outcome.ambiguous) == expected
        case Rejected(why=why, scope=scope):
            assert why
            assert Rejected(why="", scope=scope) == expected


async def test_nobody_there_is_a_definite_no(service: HookService) -> None:
    """A refused connection carried nothing, so the retry needs no mark."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    channel = built(service.kind, f"http://127.0.0.1:{port}{PATHS[service.kind]}")
    outcome = await channel.send("default", first(channel))
    assert isinstance(outcome, RetryLater)
    assert not outcome.ambiguous


async def test_what_a_person_sees(service: HookService) -> None:
    """Headline, facts and link arrive, marked up and as plain text; the receipt is the service's word."""
    channel = built(service.kind, service.url)
    payload = first(channel)
    receipts = [await channel.send("default", payload), await channel.send("default", payload, plain=True)]
    for receipt in receipts:
        assert isinstance(receipt, Delivered), receipt
    assert len(service.shown) == 2
    for shown in service.shown:
        assert "示例 · 上市委会议通过" in shown
        if service.kind != "webhook":
            assert "https://www.sse.com.cn/listing/renewal/ipo/detail.shtml?auditId=1" in shown
            assert "#A1B2" in shown.replace("＃", "#").replace("\\#", "#")


async def test_a_clock_out_of_step_is_named_by_the_service() -> None:
    """An hour and a minute off, the signature is refused and the channel says why."""
    for kind in ("dingtalk", "feishu", "webhook"):
        async with HookService(kind, NOW.timestamp()) as service:
            channel = built(kind, service.url, now=NOW - timedelta(minutes=61))
            outcome = await channel.send("default", first(channel))
            assert isinstance(outcome, Rejected)
            assert outcome.scope == "channel"


async def test_a_wrong_secret_loses_the_channel() -> None:
    """The stand-in checks the signature itself: another key is refused in each service's own words."""
    for kind in sorted(SIGNED):
        async with HookService(kind, NOW.timestamp()) as service:
            channel = built(kind, service.url, secret="SECanother-key")
            outcome = await channel.send("default", first(channel))
            assert isinstance(outcome, Rejected)
            assert outcome.scope == "channel"


def test_the_signatures_are_those_openssl_makes() -> None:
    """Fixed time and key: the values were made with `openssl dgst -sha256 -hmac … -binary | base64`."""
    ding = built("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=x", secret="SECabc")
    assert ding.request(Payload(text="t", plain="t"), plain=False).url.endswith(DINGTALK_SIGNED)
    feishu = built("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/x", secret="SECabc")
    assert FEISHU_SIGNED in feishu.request(Payload(text="t", plain="t"), plain=False).body.decode()
    hook = built("webhook", "https://example.org/x", secret="SECabc")
    headers = hook.request(Payload(text="{}", plain="{}", key="k1"), plain=False).headers
    assert headers["webhook-signature"] == WEBHOOK_SIGNED


DINGTALK_SIGNED = "&timestamp=1783933200000&sign=JsDRFiZ9rbp48nT%2BlSOtruN%2FYtOVIIeK5R7ciWlOc4I%3D"
FEISHU_SIGNED = '"timestamp":"1783933200","sign":"O3iCcFCLSmMmzj6owrsFjSkJJnzQJmyf5/z+RvNXHZA="'
WEBHOOK_SIGNED = "v1,vdYXdUm8nIS6hO/03A54oCXJv0c1kRgK11WVqP/ThjA="


async def test_copies_of_an_alert_share_their_key_and_others_do_not() -> None:
    """A repeat with its note has the same idempotency key; another fact or part has another."""
    channel = built("webhook", "https://example.org/x")
    from dataclasses import replace

    message = kit.message()
    key = channel.format(message)[0].key
    assert channel.format(replace(message, notes=("⟳ possible repeat",)))[0].key == key
    assert channel.format(kit.message("上市委会议暂缓"))[0].key != key
    long = kit.message("芯" * 3_000)
    keys = [part.key for part in built("discord", "https://example.org/x").format(long)]
    assert len(set(keys)) == len(keys) > 1


async def test_no_secret_anywhere(
    service: HookService, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """At DEBUG, under every day, no log line, outcome, repr or exception holds address, key or secret."""
    secret = TOPIC if service.kind == "ntfy" else KEY
    channel = built(service.kind, service.url)
    loggers = [logging.getLogger(name) for name in ("", "httpx", "httpcore")]
    levels = [logger.level for logger in loggers]
    guard = guard_logging([*url_secrets(service.url), SECRET])
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    caplog.handler.addFilter(guard)
    seen: list[object] = [channel]
    try:
        for day in kit.Day:
            fault = fault_of(day, service.kind)
            service.script(*([fault] if fault else []))
            seen.append(await channel.send("default", first(channel)))
        service.script(Fault(status=400, body={"message": service.url, "code": 1, "error": SECRET}))
        seen.append(await channel.send("default", first(channel)))
        gone = built(service.kind, service.url.replace("http:", "gopher:"))
        seen.append(await gone.send("default", first(gone)))
    finally:
        caplog.handler.removeFilter(guard)
        loggers[0].removeFilter(guard)
        for handler in loggers[0].handlers:
            handler.removeFilter(guard)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
    assert "[hidden]" in caplog.text or service.kind in ("ntfy", "bark")  # those two post it in the body
    out = capsys.readouterr()
    kit.assert_no_secret(secret, caplog.text, out.out, out.err, *seen)
    kit.assert_no_secret(SECRET, caplog.text, out.out, out.err, *seen)


async def test_a_proxy_variable_is_not_obeyed(service: HookService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy named by the environment sees neither address nor message."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    channel = built(service.kind, service.url)
    assert isinstance(await channel.send("default", first(channel)), Delivered)


@pytest.mark.parametrize(
    "options",
    [{}, {"url": "https://example.org/x"}, {"url": "", "now": lambda: NOW}],
    ids=("nothing", "no-clock", "no-address"),
)
def test_a_builder_names_what_is_missing(options: dict[str, Any]) -> None:
    """Without address or clock no channel is built."""
    from alerts.registry import CHANNELS

    with pytest.raises(ConfigError, match=r"channels\.wecom: needs an address"):
        CHANNELS["wecom"](options)
