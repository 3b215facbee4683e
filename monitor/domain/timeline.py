"""(known timeline, seen timeline) → milestones, review steps, reasons and corrections. Pure.

Rule: milestones come from the timeline in its order of publication, one for each change of (status,
outcome), dated by the publishDate of the first row of its run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from datetime import datetime

from monitor.domain.diff import Sight, blank_event, party_names
from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.pace import Paces, pace_facts
from monitor.domain.records import ProjectRecord, Role, StatusRow
from monitor.domain.stages import Stage, State, is_legal_move, skips_forward

# A row missing from one reading may be a slow cache node; from two in a row it was withdrawn.
WITHDRAWN_AFTER = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownStatus:
    """A status row as stored: whether it was announced as a milestone, and how long it is missing."""

    row: StatusRow
    milestone: bool
    missing: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineDiff:
    """What a reading of a timeline changes: events in order, rows to store, reasons to add to milestones."""

    events: tuple[Event, ...]
    rows: tuple[KnownStatus, ...]
    reasons: Mapping[str, str]  # event id of a known milestone → its whole reason now


def diff_timeline(
    project: ProjectRecord,
    known: Sequence[KnownStatus],
    seen: Sequence[StatusRow],
    sight: Sight,
    *,
    live_after: int | None,
    paces: Paces,
    extra: Mapping[str, str | int] | None = None,
) -> TimelineDiff:
    """Milestones, review steps, reasons and corrections of one complete reading of a timeline.

    `seen` is oldest first as the exchange lists it. `live_after` is the number of leading rows (in order of
    publication) that a first, quiet reading takes as baseline; None = every row is live. `extra` are further
    facts for the acceptance (how long tutoring took).
    """
    stored = {item.row.item_id: item for item in known}
    rows = in_publication_order(seen)
    present = {row.item_id for row in rows}
    corrections: list[Event] = []
    kept: list[KnownStatus] = []
    for item in known:
        if item.row.item_id in present:
            continue
        item = replace(item, missing=item.missing + 1)
        kept.append(item)
        if item.missing == WITHDRAWN_AFTER:
            corrections.append(_correction(project, sight, item.row, _words(item.row), "", "withdrawn"))
    standing = [item.row for item in kept if item.missing < WITHDRAWN_AFTER]
    ordered = in_publication_order([*rows, *standing])

    events: list[Event] = []
    results: list[KnownStatus] = list(kept)
    reasons: dict[str, str] = {}
    history: list[StatusRow] = []  # heads of the runs so far
    for run in _runs(ordered):
        head = run[0]
        known_of_run = [stored[row.item_id] for row in run if row.item_id in stored]
        announced = next((item for item in known_of_run if item.milestone), None)
        restated = announced is not None and announced.row.state != head.state
        reason = _joined_reasons(run)
        if announced is None or restated:
            quiet = live_after is not None and ordered.index(head) < live_after
            facts = _milestone_facts(head, history, paces, project)
            if head.state.stage is Stage.ACCEPTED and not history:
                facts |= extra or {}
                filed = str((extra or {}).get("tutoring_filed", ""))
                if filed and (since := (head.date - Day.fromisoformat(filed)).days) >= 0:
                    facts["days_since_tutoring_filed"] = since
            events.append(
                replace(
                    blank_event(project, EventKind.MILESTONE, sight, quiet),
                    id=milestone_id(project, head),
                    state=head.state,
                    date=head.date,
                    published_at=head.published_at,
                    reason=reason,
                    figures=(project.planned,) if project.planned else (),
                    details=facts,
                )
            )
        elif reason and reason != _joined_reasons([_as_known(row, stored) for row in run]):
            reasons[milestone_id(project, announced.row)] = reason
            events.append(
                replace(
                    blank_event(project, EventKind.REASON_ADDED, sight, False),
                    id=event_id(
                        project.source,
                        project.key,
                        EventKind.REASON_ADDED,
                        announced.row.item_id,
                        len(reason),
                    ),
                    state=head.state,
                    date=announced.row.date,
                    published_at=run[-1].published_at,
                    reason=reason,
                )
            )
        if announced is not None and not restated and announced.row.item_id != head.item_id:
            corrections.append(
                _correction(project, sight, head, str(announced.row.date), str(head.date), "earlier row")
            )
        for row in run:
            item_known = stored.get(row.item_id)
            if row is not head and item_known is None:
                quiet = live_after is not None and ordered.index(row) < live_after
                events.append(
                    replace(
                        blank_event(project, EventKind.REVIEW_STEP, sight, quiet),
                        id=event_id(
                            project.source, project.key, EventKind.REVIEW_STEP, row.date, row.item_id
                        ),
                        state=row.state,
                        date=row.date,
                        published_at=row.published_at,
                        reason=row.reason,
                    )
                )
            if item_known is not None and _changed(item_known.row, row):
                corrections.append(
                    _correction(project, sight, row, _words(item_known.row), _words(row), "restated")
                )
            if item_known is not None and item_known.missing >= WITHDRAWN_AFTER:
                corrections.append(_correction(project, sight, row, "", _words(row), "restored"))
            milestone = (row is head and (announced is None or restated)) or (
                item_known is not None and item_known.milestone
            )
            if row.item_id in present:
                results.append(KnownStatus(row=row, milestone=milestone))
        history.append(head)
    return TimelineDiff(events=(*events, *corrections), rows=tuple(results), reasons=reasons)


def live_after_baseline(rows: Sequence[StatusRow], state: State, updated_at: datetime) -> int:
    """How many leading rows a first, quiet list already covered, given the state it showed.

    The list's updateDate is the decision's time, so the covered rows end with the last one of that state
    decided by then, and the repetitions right after it decided by then too.
    """
    ordered = in_publication_order(rows)
    covered = [
        index for index, row in enumerate(ordered) if row.state == state and row.decided_at <= updated_at
    ]
    if covered:
        return covered[-1] + 1
    return sum(1 for row in ordered if row.published_at <= updated_at)


def in_publication_order(rows: Iterable[StatusRow]) -> list[StatusRow]:
    """Oldest publication first; in the same second the order of decision, then the order given."""
    return sorted(rows, key=lambda row: (row.published_at, row.decided_at))


def milestone_id(project: ProjectRecord, head: StatusRow) -> str:
    """Carries the state, the exchange's date and the exchange's own row id."""
    words = head.state.outcome_text or head.state.stage_text
    return event_id(project.source, project.key, EventKind.MILESTONE, words, head.date, head.item_id)


def _runs(rows: Sequence[StatusRow]) -> list[list[StatusRow]]:
    runs: list[list[StatusRow]] = []
    for row in rows:
        if runs and runs[-1][-1].state == row.state:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _milestone_facts(
    head: StatusRow, history: Sequence[StatusRow], paces: Paces, project: ProjectRecord
) -> dict[str, str | int | float | bool]:
    facts: dict[str, str | int | float | bool] = {}
    if not head.state.known:
        facts["unknown_code"] = f"{head.state.code}/{head.state.outcome_code}".rstrip("/")
    if sponsors := party_names(project, Role.SPONSOR):
        facts["sponsors"] = "、".join(sponsors)
    if not history:
        return facts
    previous, first = history[-1], history[0]
    facts["previous_stage"] = previous.state.outcome_text or previous.state.stage_text
    facts["days_since_previous"] = (head.date - previous.date).days
    if head.date < previous.date:
        facts["posted_late"] = True
    if not (is_legal_move(previous.state, head.state) or skips_forward(previous.state, head.state)):
        facts["unusual_move"] = True
    if first.state.stage is Stage.ACCEPTED:
        days = (head.date - first.date).days
        facts["days_since_acceptance"] = days
        if all(row.state != head.state for row in history):
            facts |= pace_facts(paces, head.state, days)
    return facts


def _correction(
    project: ProjectRecord, sight: Sight, row: StatusRow, before: str, after: str, what: str
) -> Event:
    unique = (row.date, row.item_id, what, after or sight.at.strftime("%Y%m%d"))
    return replace(
        blank_event(project, EventKind.CORRECTION, sight, False),
        id=event_id(project.source, project.key, EventKind.CORRECTION, *unique),
        state=row.state,
        date=row.date,
        published_at=row.published_at,
        before=before,
        after=after,
        details={"correction": what},
    )


def _as_known(row: StatusRow, stored: Mapping[str, KnownStatus]) -> StatusRow:
    item = stored.get(row.item_id)
    return item.row if item else replace(row, reason="")


def _joined_reasons(run: Sequence[StatusRow]) -> str:
    return "\n".join(dict.fromkeys(row.reason for row in run if row.reason))


def _changed(before: StatusRow, after: StatusRow) -> bool:
    return (before.state, before.date) != (after.state, after.date) or bool(
        before.reason and before.reason != after.reason
    )


def _words(row: StatusRow) -> str:
    return f"{row.state.outcome_text or row.state.stage_text} {row.date}" + (
        f" {row.reason}" if row.reason else ""
    )
