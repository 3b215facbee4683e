"""Hooks in the whole: from the configuration through the outbox to the service's stand-in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import select

from monitor.app import build
from monitor.clock_system import SystemClock
from monitor.hooks import ADDRESS, channel_secrets, hook_budgets
from monitor.limiter import Budget, Limiter
from monitor.settings import load
from monitor.store import chats
from monitor.store.tables import ChatRow, DeliveryRow
from tests.doubles.hooks import KEY, HookService
from tests.frozen_clock import FrozenClock

WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


async def test_an_alert_reaches_each_hook_once(tmp_path: Path) -> None:
    """One chat per hook is known to the store, and its greeting is sent, received and settled."""
    clock = SystemClock()
    async with HookService("wecom", 0) as wecom, HookService("discord", 0) as discord:
        path = tmp_path / "c.toml"
        path.write_text(
            f"""
            [database]
            url = "sqlite:///{tmp_path}/x.db"
            [archive]
            dir = "{tmp_path}/archive"
            [documents]
            enabled = false
            [channels.console]
            enabled = false
            [channels.wecom]
            url = "{wecom.url}"
            [channels.discord]
            name = "desk"
            url = "{discord.url}"
            language = "en"
            watch = ["沐曦"]
            kinds = ["milestone"]
            operator = true
            """
        )
        app = build(load(path, {}), clock)
        try:
            await app.prepare()
            with app.database.read() as session:
                known = {chat.channel: chat for chat in session.exec(select(ChatRow))}
            assert {(name, chat.address) for name, chat in known.items()} == {
                ("wecom", ADDRESS),
                ("discord/desk", ADDRESS),
            }
            assert known["discord/desk"].language == "en"
            assert (known["discord/desk"].operator, known["wecom"].operator) == (True, False)
            assert known["discord/desk"].preferences == {"kinds": {"milestone": True}, "watch": ["沐曦"]}
            with app.database.write() as session:
                for chat in chats.listening(session):
                    chats.welcome(session, chat, {"projects": 7, "milestones": 3, "events": 9}, clock.now())
            await app.once([])
            with app.database.read() as session:
                states = [row.state for row in session.exec(select(DeliveryRow))]
        finally:
            await app.close()
        assert states == ["sent", "sent"]
        assert len(wecom.shown) == len(discord.shown) == 1


def test_each_service_keeps_its_own_pace(tmp_path: Path) -> None:
    """DingTalk and WeCom get 20 messages a minute, Discord 30, Slack one a second."""
    path = tmp_path / "c.toml"
    path.write_text(
        f"""
        [channels.wecom]
        url = "{WECOM}"
        [channels.dingtalk]
        url = "https://oapi.dingtalk.com/robot/send?access_token={KEY}"
        [channels.discord]
        url = "https://discord.com/api/webhooks/1/{KEY}"
        [channels.slack]
        url = "https://hooks.slack.com/services/T/B/{KEY}"
        """
    )
    settings = load(path, {"HOME": "/home/operator"})
    budgets = hook_budgets(settings)
    assert budgets["slack"] == Budget(overall=1, chat=1, minute=None)
    most = {}
    for name in budgets:
        clock = FrozenClock(datetime(2026, 7, 13, tzinfo=UTC))
        limiter = Limiter(clock, budgets)
        started, sends = clock.monotonic(), 0
        while True:
            clock.advance(limiter.ready_in(name, ADDRESS))
            if clock.monotonic() - started > 60:
                break
            limiter.done(limiter.take(name, ADDRESS))
            sends += 1
        most[name] = sends
    assert most == {"wecom": 20, "dingtalk": 20, "discord": 30, "slack": 60}
    assert KEY in channel_secrets(settings)
