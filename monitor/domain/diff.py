"""(known, seen) → events. Pure: the same two arguments always give the same events.

Rule: absence is no news: a value that is gone keeps its last good one, a missing row is no withdrawal.
Rule: milestones come from the timeline in its order of publication, one for each change of (status,
outcome), dated by the publishDate of the first row of its run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from datetime import datetime, timedelta, timezone

from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.pace import Paces, pace_facts
from monitor.domain.records import DocumentRecord, ProjectRecord, Role, StatusRow
from monitor.domain.stages import Stage, State, is_legal_move, skips_forward

_CST = timezone(timedelta(hours=8))  # the exchange prints China Standard Time

# A row missing from one reading may be a slow cache node; from two in a row it was withdrawn.
WITHDRAWN_AFTER = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """When and in which answer we saw something."""

    at: datetime  # aware UTC, our clock
    raw_sha256: str


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


def merge(known: ProjectRecord, seen: ProjectRecord) -> ProjectRecord:
    """The seen row, with what it leaves empty taken from the known one."""
    lost = {party.role for party in known.parties} - {party.role for party in seen.parties}
    return replace(
        seen,
        issuer_short=seen.issuer_short or known.issuer_short,
        # A row without a title is given the issuer's name for one.
        title=known.title if seen.title == seen.issuer == known.issuer else seen.title,
        board=seen.board or known.board,
        planned=seen.planned or known.planned,
        accepted_at=seen.accepted_at or known.accepted_at,
        industry_code=seen.industry_code or known.industry_code,
        industry=seen.industry or known.industry,
        province=seen.province or known.province,
        parties=tuple(sorted((*seen.parties, *(party for party in known.parties if party.role in lost)))),
    )


def diff_project(
    known: ProjectRecord | None, seen: ProjectRecord, sight: Sight, *, baseline: bool
) -> list[Event]:
    """Discovery, planned proceeds, the issuer's name and intermediaries; stages come from the timeline."""
    stamp = seen.updated_at.strftime("%Y%m%dT%H%M%SZ")

    def event(kind: EventKind, *unique: object, **facts: object) -> Event:
        return replace(
            _blank(seen, kind, sight, baseline),
            id=event_id(seen.source, seen.key, kind, *unique),
            **facts,  # type: ignore[arg-type]
        )

    accepted = seen.accepted_at.astimezone(_CST).date() if seen.accepted_at else None
    if known is None:
        events = [event(EventKind.PROJECT_DISCOVERED, date=accepted)]
        if seen.planned:
            events.append(
                event(
                    EventKind.FIGURE_FIRST_SEEN,
                    "planned_proceeds",
                    figures=(seen.planned,),
                    date=accepted,
                    details={"at_discovery": True},
                )
            )
        return events
    events = []
    if seen.planned and known.planned is None:
        events.append(event(EventKind.FIGURE_FIRST_SEEN, "planned_proceeds", stamp, figures=(seen.planned,)))
    elif seen.planned and known.planned and seen.planned.amount != known.planned.amount:
        events.append(
            event(
                EventKind.FIGURE_REVISED,
                "planned_proceeds",
                seen.planned.amount,
                stamp,
                figures=(seen.planned,),
                before=known.planned.as_printed,
                after=seen.planned.as_printed,
            )
        )
    if seen.issuer != known.issuer:
        events.append(
            event(EventKind.ISSUER_RENAMED, seen.issuer, stamp, before=known.issuer, after=seen.issuer)
        )
    for role in Role:
        before, after = _names(known, role), _names(seen, role)
        if before and after and before != after:
            events.append(
                event(
                    EventKind.PARTY_CHANGED,
                    role.value,
                    stamp,
                    before="、".join(before),
                    after="、".join(after),
                    details={"role": role.value},
                )
            )
    return events


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
                    _blank(project, EventKind.MILESTONE, sight, quiet),
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
                    _blank(project, EventKind.REASON_ADDED, sight, False),
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
                        _blank(project, EventKind.REVIEW_STEP, sight, quiet),
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


def diff_documents(
    project: ProjectRecord,
    known: Mapping[str, str],
    seen: Iterable[DocumentRecord],
    sight: Sight,
    *,
    quiet_until: datetime | None,
) -> list[tuple[DocumentRecord, Event]]:
    """New documents, oldest first. `known` maps document keys to their path|code.

    Documents published up to `quiet_until` are baseline. The same file posted again under the same code is
    a new row, marked as a repost.
    """
    keys, files = set(known), set(known.values())
    found: list[tuple[DocumentRecord, Event]] = []
    for document in sorted(seen, key=lambda item: (item.published_at, item.key)):
        if document.key in keys:
            continue
        file = f"{document.path}|{document.type_code}"
        facts: dict[str, str | int | float | bool] = {
            "document_type": document.type.value,
            "document_code": document.type_code,
            "document_url": document.url,
        }
        if file in files:
            facts["repost"] = True
        keys.add(document.key)
        files.add(file)
        event = replace(
            _blank(
                project,
                EventKind.DOCUMENT_DISCLOSED,
                sight,
                quiet_until is not None and document.published_at <= quiet_until,
            ),
            id=event_id(
                project.source, project.key, EventKind.DOCUMENT_DISCLOSED, document.date, document.key
            ),
            date=document.date,
            published_at=document.published_at,
            title=document.title,
            details=facts,
        )
        found.append((document, event))
    return found


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
    if sponsors := _names(project, Role.SPONSOR):
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


def _blank(project: ProjectRecord, kind: EventKind, sight: Sight, baseline: bool) -> Event:
    return Event(
        id="",
        kind=kind,
        source=project.source,
        project_id=project.key,
        issuer=project.issuer,
        board=project.board,
        first_seen_at=sight.at,
        baseline=baseline,
        title=project.title,
        url=project.url,
        raw_sha256=sight.raw_sha256,
    )


def _correction(
    project: ProjectRecord, sight: Sight, row: StatusRow, before: str, after: str, what: str
) -> Event:
    unique = (row.date, row.item_id, what, after or sight.at.strftime("%Y%m%d"))
    return replace(
        _blank(project, EventKind.CORRECTION, sight, False),
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


def _names(project: ProjectRecord, role: Role) -> list[str]:
    return sorted(party.short_name or party.name for party in project.parties if party.role is role)
