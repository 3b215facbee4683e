"""`events`, `projects` and `status`: what the store knows, for people and for programs.

Rule: the JSON keys are a public interface, documented in docs/events.md and kept stable.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, TextIO

from sqlmodel import col, func, select

from monitor.clock_system import SystemClock
from monitor.domain.errors import ConfigError, StoreError
from monitor.domain.stages import State
from monitor.settings import Settings
from monitor.store import outbox
from monitor.store.bot_access import describe
from monitor.store.database import Database
from monitor.store.grading import relevance_object
from monitor.store.reading_queue import document_counts
from monitor.store.sources import Sources
from monitor.store.tables import ChatRow, EventRow, IssuerRow, ProjectRow

_CST = timezone(timedelta(hours=8))


def open_store(settings: Settings) -> Database:
    """The database as it stands; StoreError with the next step when there is none yet."""
    database = Database(settings.database.url)
    path = database.path
    if path is not None and not path.exists():
        raise StoreError(f"no database at {path} yet: `ipo-monitor once` or `ipo-monitor run` makes it")
    database.migrate()
    return database


def print_events(
    settings: Settings, out: TextIO, *, as_json: bool, since: str | None, project: str | None
) -> int:
    """Every stored event, oldest publication first."""
    first_day = _day(since)
    database = open_store(settings)
    try:
        write_events(database, out, as_json=as_json, first_day=first_day, project=project)
    finally:
        database.close()
    return 0


def write_events(
    database: Database,
    out: TextIO,
    *,
    as_json: bool,
    first_day: date | None = None,
    project: str | None = None,
) -> None:
    """The events of a database, one a line; `first_day` is a day in Shanghai."""
    with database.read() as session:
        # Answers of the bot are private to their chats.
        wanted = select(EventRow).where(EventRow.kind != "bot_reply")
        if project is not None:
            wanted = wanted.where(EventRow.project_id == project)
        rows = sorted(session.exec(wanted), key=lambda row: (_instant(row), row.seq or 0))
    for row in rows:
        if first_day is None or _instant(row).astimezone(_CST).date() >= first_day:
            shown = event_object(row)
            out.write((json.dumps(shown, ensure_ascii=False) if as_json else _event_line(row)) + "\n")


def event_object(row: EventRow) -> dict[str, Any]:
    """One event as its public JSON object."""
    state = State(row.code, row.outcome_code) if row.code else None
    return {
        "id": row.id,
        "kind": row.kind,
        "source": row.source,
        "project_id": row.project_id,
        "issuer": row.issuer,
        "board": row.board,
        "stage": state.stage_text if state else None,
        "outcome": (state.outcome_text or None) if state else None,
        "stage_code": row.code or None,
        "outcome_code": row.outcome_code or None,
        "date": row.date.isoformat() if row.date else None,
        "published_at": _stamp(row.published_at),
        "first_seen_at": _stamp(row.first_seen_at),
        "baseline": row.baseline,
        "reason": row.reason,
        "title": row.title,
        "url": row.url,
        "raw_sha256": row.raw_sha256,
        "figures": row.figures,
        "before": row.before,
        "after": row.after,
        "details": row.details,
    }


def _event_line(row: EventRow) -> str:
    state = State(row.code, row.outcome_code) if row.code else None
    what = " ".join(filter(None, (state.stage_text, state.outcome_text))) if state else ""
    parts = (
        str(row.date or _instant(row).astimezone(_CST).date()),
        row.kind,
        row.project_id,
        row.issuer or row.source,
        what or row.title,
        f"{row.before} → {row.after}" if row.before or row.after else "",
        row.reason.replace("\n", " "),
        "(baseline)" if row.baseline else "",
    )
    return "  ".join(part for part in parts if part)


def print_projects(settings: Settings, out: TextIO, *, as_json: bool) -> int:
    """Every project, newest change first."""
    database = open_store(settings)
    with database.read() as session:
        rows = session.exec(
            select(ProjectRow, IssuerRow)
            .join(IssuerRow, col(IssuerRow.id) == col(ProjectRow.issuer_id))
            .order_by(col(ProjectRow.updated_at).desc())
        ).all()
    for row, issuer in rows:
        shown = project_object(row, issuer)
        out.write((json.dumps(shown, ensure_ascii=False) if as_json else _line(row, issuer)) + "\n")
    database.close()
    return 0


def project_object(row: ProjectRow, issuer: IssuerRow | None = None) -> dict[str, Any]:
    """One project as its public JSON object, with the grade of its issuer."""
    state = State(row.code, row.outcome_code)
    planned = None
    if row.planned_fen is not None:
        planned = {
            "kind": "planned_proceeds",
            "amount": f"{row.planned_fen // 100}.{row.planned_fen % 100:02d}",
            "currency": row.planned_currency,
            "as_printed": row.planned_as_printed,
        }
    return {
        "source": row.source,
        "project_id": row.key,
        "issuer": row.issuer,
        "issuer_short": row.issuer_short,
        "title": row.title,
        "board": row.board,
        "stage": state.stage_text,
        "outcome": state.outcome_text or None,
        "stage_code": row.code,
        "outcome_code": row.outcome_code or None,
        "planned": planned,
        "accepted_at": _stamp(row.accepted_at),
        "updated_at": _stamp(row.updated_at),
        "industry_code": row.industry_code,
        "industry": row.industry,
        "province": row.province,
        "parties": [{"role": role, "name": name, "short_name": short} for role, name, short in row.parties],
        "earlier_project": row.earlier_key or None,
        "url": row.url,
        "first_seen_at": _stamp(row.first_seen_at),
        "relevance": relevance_object(issuer),
    }


def _line(row: ProjectRow, issuer: IssuerRow) -> str:
    state = State(row.code, row.outcome_code)
    day = row.updated_at.astimezone(_CST).date()
    grade = f"  [{issuer.grade}{', pinned' if issuer.pinned else ''}]" if issuer.grade else ""
    return f"{row.key:>6}  {day}  {state.outcome_text or state.stage_text}  {row.issuer}{grade}"


def print_status(settings: Settings, out: TextIO, *, as_json: bool) -> int:
    """Sources, store and deliveries in a few lines; 1 when a source is in trouble."""
    database = open_store(settings)
    sources = Sources(database, lambda session, rows: None)
    with database.read() as session:
        events = session.exec(select(func.count()).select_from(EventRow)).one()
        projects = session.exec(select(func.count()).select_from(ProjectRow)).one()
        waiting = session.exec(
            select(func.count()).select_from(ProjectRow).where(ProjectRow.refresh_priority > 0)
        ).one()
        deliveries = outbox.counts(session)
        access = describe(session, "telegram", SystemClock().now())
        documents = document_counts(session)
        chats = [
            {"channel": chat.channel, "address": chat.address, "state": chat.state, "why": chat.why}
            for chat in session.exec(select(ChatRow).order_by(col(ChatRow.id)))
        ]
    found = {
        "database": database.shown,
        "projects": projects,
        "projects_waiting_to_be_read": waiting,
        "events": events,
        "documents": documents,
        "deliveries": deliveries,
        "bot": {"access": settings.channels.telegram.access, **asdict(access)},
        "chats": chats,
        "sources": [
            {
                "name": row.name,
                "first_reading_done": _stamp(row.baseline_at),
                "last_ok": _stamp(row.last_ok_at),
                "trouble": row.trouble or None,
                "trouble_since": _stamp(row.trouble_since),
                "rows": row.rows,
                "last_polls": [
                    f"{_stamp(poll.ended_at)} {poll.kind} {poll.verdict} {poll.requests} requests"
                    + (f": {poll.detail}" if poll.detail else "")
                    for poll in sources.last_polls(row.name, 3)
                ],
            }
            for row in sources.all()
        ],
    }
    database.close()
    if as_json:
        out.write(json.dumps(found, ensure_ascii=False) + "\n")
    else:
        _write_plain(found, out)
    return 1 if any(source["trouble"] for source in found["sources"]) else 0  # type: ignore[attr-defined]


def _write_plain(found: dict[str, Any], out: TextIO) -> None:
    for key, value in found.items():
        if not isinstance(value, list):
            words = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
            out.write(f"{key.replace('_', ' ')}: {words}\n")
    for chat in found["chats"]:
        out.write(f"chat {chat['channel']} {chat['address']}: {chat['state']} {chat['why']}".rstrip() + "\n")
    for source in found["sources"]:
        state = f"TROUBLE {source['trouble']} since {source['trouble_since']}" if source["trouble"] else "ok"
        out.write(f"source {source['name']}: {state}, last ok {source['last_ok']}, {source['rows']} rows\n")
        for poll in source["last_polls"]:
            out.write(f"  {poll}\n")


def _instant(row: EventRow) -> datetime:
    if row.published_at is not None:
        return row.published_at
    if row.date is not None:
        return datetime(row.date.year, row.date.month, row.date.day, tzinfo=_CST).astimezone(UTC)
    return row.first_seen_at


def _stamp(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise ConfigError([f"--since: {text!r} is no date like 2025-06-30"]) from exc
