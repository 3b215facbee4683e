"""Designs known to be bad, each a patch for the victim's process only; the rig must catch every one.

Rule: never imported by the product; `launch` applies one when the rig names it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlmodel import select
from telegram.error import NetworkError, TelegramError

from alerts.channels import telegram
from alerts.contract import Outcome, RetryLater
from monitor import composing, delivery
from monitor.commands import daemon
from monitor.store import eventlog, outbox
from monitor.store.tables import DeliveryRow


def _put(where: object, name: str, value: object) -> None:
    """Replace an attribute that must exist: a renamed one would make a patch that patches nothing."""
    assert hasattr(where, name), f"{where} has no {name}"
    setattr(where, name, value)


def _retry_every_network_error() -> None:
    """`except NetworkError: retry`: what may have arrived is sent again, unmarked."""
    honest = telegram.classify

    def classify(error: TelegramError) -> Outcome:
        outcome = honest(error)
        if isinstance(error, NetworkError) and isinstance(outcome, RetryLater) and outcome.ambiguous:
            return RetryLater(why=outcome.why)
        return outcome

    _put(telegram, "classify", classify)


def _one_alert_per_project() -> None:
    """The issuer is the key: its second milestone is taken for one already told."""
    honest = eventlog.append

    def append(session: Any, events: Any, *rest: Any, **more: Any) -> Any:
        one = [
            replace(event, id=f"{event.source}/{event.project_id}") if event.kind == "milestone" else event
            for event in events
        ]
        return honest(session, one, *rest, **more)

    _put(eventlog, "append", append)


def _zero_is_success() -> None:
    """ "Found 0 new": an empty list is a good answer."""
    from scrapers.contract import Report
    from scrapers.sse_star.parse import parse_list
    from scrapers.sse_star.source import SseStar

    def parse(self: SseStar, listed_document: Any, known: Any, **_: Any) -> Any:
        return parse_list(listed_document, self.endpoints, known)

    async def once(self: SseStar, desk: Any) -> Any:
        document = await desk.fetch(self.endpoints.project_list(page=1, size=self.sweep_page_size))
        listed = parse(self, document, await desk.known_rows())
        quiet = await desk.baseline()
        await self._list_seen(desk, listed, document, baseline=quiet)
        if quiet:
            await desk.baseline_done(self.endpoints.market_types)
        return Report(rows=len(listed.rows))

    async def quick(self: SseStar, desk: Any) -> Any:
        return await once(self, desk)

    _put(SseStar, "quick", quick)
    _put(SseStar, "sweep", once)


def _token_in_the_log() -> None:
    """The stock libraries at INFO, without a filter: they print every address they ask."""
    _put(daemon, "guard_logging", lambda secrets=(), root=None: None)
    quiet = vars(daemon)["set_up_logging"]

    def loud(level: str, *, as_json: bool = False) -> None:
        quiet(level, as_json=as_json)
        for name in ("httpx", "httpcore", "telegram"):
            logging.getLogger(name).setLevel(logging.DEBUG)

    _put(daemon, "set_up_logging", loud)


def _marks_never_shown() -> None:
    """Re-sends look like first copies."""
    honest = composing.compose

    def compose(job: Any, *rest: Any) -> Any:
        return honest(replace(job, marked=False), *rest)

    _put(delivery, "compose", compose)


def _forget_at_start(state: str) -> Callable[[], None]:
    def patch() -> None:
        def forget(session: Any, now: Any, settle: Any, cards: Any = None) -> int:
            rows = session.exec(select(DeliveryRow).where(DeliveryRow.state == "sending")).all()
            for row in rows:
                row.state = state
                session.add(row)
            return len(rows)

        _put(outbox, "recover_at_start", forget)

    return patch


BUGS: dict[str, Callable[[], None]] = {
    "retry-every-network-error": _retry_every_network_error,
    "one-alert-per-project": _one_alert_per_project,
    "zero-is-success": _zero_is_success,
    "token-in-the-log": _token_in_the_log,
    "marks-never-shown": _marks_never_shown,
    "mark-then-send": _forget_at_start("sent"),
    "send-then-mark": _forget_at_start("pending"),
}
"""name → patch."""
