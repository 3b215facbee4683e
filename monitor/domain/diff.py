"""(known, seen) → events. Pure: the same two arguments always give the same events.

Rule: absence is no news: a value that is gone keeps its last good one, a missing row is no withdrawal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.records import DocumentRecord, ProjectRecord, Role

_CST = timezone(timedelta(hours=8))  # the exchange prints China Standard Time


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """When and in which answer we saw something."""

    at: datetime  # aware UTC, our clock
    raw_sha256: str


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
            blank_event(seen, kind, sight, baseline),
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
        before, after = party_names(known, role), party_names(seen, role)
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
            blank_event(
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


def blank_event(project: ProjectRecord, kind: EventKind, sight: Sight, baseline: bool) -> Event:
    """An event of this project with everything but its id and its own facts."""
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


def party_names(project: ProjectRecord, role: Role) -> list[str]:
    """Short names of the intermediaries of one role, sorted."""
    return sorted(party.short_name or party.name for party in project.parties if party.role is role)
