"""Chats of a channel taken out of the settings: told once, nothing piles up, what waited comes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlmodel import Session, select

from monitor.app import App, build
from monitor.domain.events import EventKind
from monitor.settings_schema import HookSettings, Secret
from monitor.store import eventlog, outbox
from monitor.store.chats import find_chat, listening
from monitor.store.tables import DeliveryRow, EventRow
from tests.delivery.kit import milestone
from tests.frozen_clock import FrozenClock
from tests.health.bench import START, settings_for


def _app(folder: Path, *, hook: bool) -> App:
    settings = settings_for("http://127.0.0.1:9", folder)
    desk = HookSettings(
        kind="discord",
        name="discord/desk",
        url=Secret("https://discord.com/api/webhooks/1/abc"),
        secret=None,
        language="zh",
        watch=None,
        kinds=(),
        operator=False,
        to=(),
        sender="",
        bare=False,
    )
    channels = replace(settings.channels, hooks=(desk,) if hook else ())
    return build(replace(settings, channels=channels), FrozenClock(START))


def _publish(app: App, number: int) -> None:
    def rule(*_: object) -> str:
        return "all"

    with app.database.write() as session:
        rows = eventlog.append(session, [milestone(number, START)])
        outbox.stage(session, rows, listening(session), START, rule)


def _states(app: App) -> list[str]:
    with app.database.read() as session:
        desk = find_chat(session, "discord/desk", "default")
        assert desk is not None
        return list(
            session.exec(
                select(DeliveryRow.state)
                .join(EventRow)
                .where(DeliveryRow.chat_id == desk.id, EventRow.kind == EventKind.MILESTONE.value)
                .order_by(DeliveryRow.event_seq)  # type: ignore[arg-type]
            )
        )


def _notices(app: App) -> list[str]:
    with app.database.read() as session:
        rows = session.exec(select(EventRow).where(EventRow.kind == EventKind.OPERATOR_NOTICE.value))
        return [row.reason for row in rows if row.title == "discord/desk"]


def _chat(session: Session) -> tuple[str, str]:
    chat = find_chat(session, "discord/desk", "default")
    assert chat is not None
    return chat.state, chat.why


async def test_a_hook_taken_out_is_put_aside_with_one_notice_and_comes_back_with_what_waited(
    tmp_path: Path,
) -> None:
    """Two starts without it tell once and owe it nothing new; its return sends what was owed before."""
    first = _app(tmp_path, hook=True)
    await first.prepare()
    _publish(first, 1)
    assert _states(first) == ["pending"]
    await first.close()
    for number in (2, 3):
        without = _app(tmp_path, hook=False)
        await without.prepare()
        _publish(without, number)
        assert _states(without) == ["suspended"], "only what was owed while it was configured"
        assert len(_notices(without)) == 1
        assert "1 message(s) wait for its return" in _notices(without)[0]
        with without.database.read() as session:
            assert _chat(session) == ("suspended", "its channel is no longer configured")
        await without.close()
    again = _app(tmp_path, hook=True)
    await again.prepare()
    _publish(again, 4)
    assert _states(again) == ["pending", "pending"]
    with again.database.read() as session:
        assert _chat(session) == ("active", "")
    assert len(_notices(again)) == 1
    await again.close()
