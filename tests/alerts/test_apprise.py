"""The optional extra: delivered only when Apprise says so."""

from __future__ import annotations

import importlib.util
import logging
import sys
from datetime import UTC, datetime

import pytest

from alerts.contract import Delivered, RetryLater
from alerts.registry import CHANNELS
from monitor.domain.errors import ConfigError
from tests.alerts import kit
from tests.doubles.hooks import KEY, Fault, HookService

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise 2.2 tries it, once
NOW = datetime(2026, 7, 13, 9, 0, tzinfo=UTC)
needs_apprise = pytest.mark.skipif(
    importlib.util.find_spec("apprise") is None, reason="the extra `apprise` is not installed"
)


def options(url: str) -> dict[str, object]:
    return {"name": "apprise/x", "url": url, "now": lambda: NOW}


@needs_apprise
@pytest.mark.parametrize("status", [200, 500])
async def test_its_yes_is_a_yes_and_its_no_is_ambiguous(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Apprise tells no reasons: what it calls failed may have arrived; its log shows no address."""
    caplog.set_level(logging.DEBUG, "apprise")
    async with HookService("webhook", NOW.timestamp()) as service:
        service.script(Fault(status=status, body="ok"))
        channel = CHANNELS["apprise"](options(service.url.replace("http:", "json:")))
        outcome = await channel.send("default", channel.format(kit.message())[0])
        assert len(service.requests) == 1
    if status == 200:
        assert outcome == Delivered(receipt="apprise")
    else:
        assert outcome == RetryLater(why="Apprise says no, and not why", ambiguous=True)
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("apprise"))
    kit.assert_no_secret(KEY, ours, outcome, channel)


@needs_apprise
def test_an_unknown_address_is_a_configuration_error() -> None:
    """What Apprise cannot read stops the start, without a word of the address."""
    with pytest.raises(ConfigError) as caught:
        CHANNELS["apprise"](options(f"nosuchthing://{KEY}"))
    assert caught.value.problems == [
        "channels.apprise: apprise/x: Apprise does not know this kind of address"
    ]


def test_without_the_library_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A configured channel whose library is absent says how to get it."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"pip install 'ipo-monitor\[apprise\]'"):
        CHANNELS["apprise"](options("json://127.0.0.1/"))
