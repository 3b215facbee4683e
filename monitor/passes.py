"""One complete pass over a source: all that waits is done, and trouble is tried again a few times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from monitor.domain.clock import Clock
from monitor.schedule import Turns

_TRY_AGAIN = 3.0

Progress = Callable[[str, int, int], None]  # source, projects read, projects in all


async def complete_pass(
    turn: Turns, clock: Clock, tries: int = 3, *, thorough: bool = True, progress: Progress | None = None
) -> str:
    """The list, newest documents and all waiting work of one source.

    `thorough` sweeps the whole list and makes the daily round when it is due; else one quick poll.
    """
    verdict = await _tried(turn.poller.sweep if thorough else turn.poller.quick, clock, tries)
    if verdict != "ok":
        return verdict
    verdicts = [await _tried(turn.poller.documents, clock, tries)]
    if thorough:
        verdicts.append(await turn.poller.round_if_due())
    failures = 0
    while failures < tries:
        verdict, more = await turn.poller.background()
        if verdict != "ok":
            failures += 1
            verdicts.append(verdict)
            await clock.sleep(_TRY_AGAIN)
        elif not more:
            break
        else:
            failures = 0
            if progress is not None:
                waiting, total = await turn.poller.waiting()
                progress(turn.name, total - waiting, total)
    return next((verdict for verdict in verdicts if verdict != "ok"), "ok")


async def _tried(poll: Callable[[], Any], clock: Clock, tries: int) -> str:
    verdict = ""
    for attempt in range(tries):
        if attempt:
            await clock.sleep(_TRY_AGAIN * attempt)
        verdict = await poll()
        if verdict == "ok":
            break
    return verdict
