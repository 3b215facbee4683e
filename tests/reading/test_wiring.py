"""What the application makes of `[documents]`: the job, its limits, and where bulletins are asked for."""

from __future__ import annotations

from pathlib import Path

from monitor.app import App, build
from monitor.settings import load
from tests.frozen_clock import FrozenClock


def _app(tmp_path: Path, **environ: str) -> App:
    named = {f"IPO_MONITOR_{name}": value for name, value in environ.items()}
    return build(load(None, {"HOME": str(tmp_path), **named}), FrozenClock())


async def test_the_job_has_the_configured_limits(tmp_path: Path) -> None:
    """Bytes, documents an hour and seconds come from the configuration, the folder from the data folder."""
    app = _app(tmp_path, DOCUMENTS__MAX_PER_HOUR="7", DOCUMENTS__DEADLINE="90", DOCUMENTS__FETCH="off")
    assert app.reading is not None
    rules = app.reading.rules
    assert (rules.max_per_hour, rules.deadline, rules.fetch, rules.max_bytes) == (7, 90.0, False, 64 << 20)
    assert app.reading.shelf.path("ab" * 32) == (
        tmp_path / ".local/share/ipo-monitor/documents/ab" / f"{'ab' * 32}.pdf"
    )
    await app.close()


async def test_a_bulletin_is_asked_for_at_the_server_of_files(tmp_path: Path) -> None:
    """Its address for people is never asked; the same path at the exchange's file server is."""
    app = _app(tmp_path)
    assert app.reading is not None
    ways = app.reading.ways()
    path = "disclosure/listedinfo/announcement/c/new/2026-08-20/688999_20260820_ABCD.pdf"
    assert ways["sse_issue"].address(f"https://www.sse.com.cn/{path}") == f"https://static.sse.com.cn/{path}"
    elsewhere = f"https://star.sse.com.cn/{path}"
    assert ways["sse_issue"].address(elsewhere) == elsewhere
    await app.close()


async def test_polls_that_are_due_go_first(tmp_path: Path) -> None:
    """At its start every source is due, so no document is asked for before the first polls are done."""
    app = _app(tmp_path)
    assert app.reading is not None
    assert not app.reading.ways()["sse_star"].free()
    await app.close()


async def test_nothing_is_read_where_it_is_off_or_the_exchange_is(tmp_path: Path) -> None:
    """`documents.enabled = false` builds no job; without the exchange there is no way to a document."""
    off = _app(tmp_path, DOCUMENTS__ENABLED="off")
    assert off.reading is None
    await off.close()
    alone = _app(tmp_path, SOURCES__SSE_STAR__ENABLED="off")
    assert alone.reading is not None
    assert alone.reading.ways() == {}
    await alone.close()
