"""The running application grades at its start, takes over pins, and tells the daily line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.app import build
from monitor.settings import load
from tests.delivery.kit import JumpClock
from tests.store.facts import MEMORY, MOORE, Store, project


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "IPO_MONITOR_DATABASE__URL": f"sqlite:///{folder / 'app.db'}",
        "IPO_MONITOR_ARCHIVE__DIR": str(folder / "archive"),
        **more,
    }


@pytest.mark.parametrize(("mode", "lines"), [("ai_chips", 1), ("all", 0)])
async def test_the_daily_line_belongs_to_the_mode_that_keeps_related_issuers_silent(
    tmp_path: Path, mode: str, lines: int
) -> None:
    """In `ai_chips` one line after its hour; in `all` every issuer is alerted and there is none."""
    clock = JumpClock(datetime(2026, 7, 6, 13, 5, tzinfo=UTC))
    app = build(load(None, environment(tmp_path, IPO_MONITOR_RELEVANCE__MODE=mode)), clock)
    try:
        await app.prepare()
        store = Store(app.database)
        store.see(project("1", MEMORY))
        store.move("1", "1", "1", clock.now().date())
        await app.chores.tell_daily()
        await app.chores.tell_daily()
        assert len(store.events("daily_related")) == lines
    finally:
        await app.close()


async def test_a_start_with_a_pin_alerts_the_change_and_a_start_without_it_too(tmp_path: Path) -> None:
    """The second start, with a pin, moves the grade; the third, without, moves it back."""
    clock = JumpClock(datetime(2026, 7, 6, 2, 0, tzinfo=UTC))
    grades = []
    for pins in ("", '{"摩尔线程": "no"}', ""):
        clock.advance(60)
        environ = environment(tmp_path, IPO_MONITOR_RELEVANCE__PINS=pins)
        app = build(load(None, environ), clock)
        try:
            await app.prepare()
            store = Store(app.database)
            store.see(project("1", MOORE))
            grades.append((store.issuer().grade, store.issuer().pinned))
            changes = [(row.before, row.after) for row in store.events("relevance_changed")]
        finally:
            await app.close()
    assert grades == [("ai_chip", False), ("no", True), ("ai_chip", False)]
    assert changes == [("ai_chip", "no"), ("no", "ai_chip")]
