"""One issuer's grade: computed from everything stored of it, kept on its row, each move an event.

Rule: the first grade of an issuer is no news; a later one that differs is an event with its reason.
Rule: works inside the caller's transaction, so a grade and the facts it rests on are committed together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from monitor.domain.diff import Sight
from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.registry import bundled_registry
from monitor.domain.relevance import (
    Evidence,
    EvidenceKind,
    Facts,
    Grade,
    Pin,
    Verdict,
    grade,
    grade_change,
)
from monitor.domain.script import fold_name
from monitor.domain.stages import State
from monitor.store.tables import (
    IssuerBusinessRow,
    IssuerNameRow,
    IssuerRow,
    ProjectRow,
    RelevancePinRow,
)

_REMEMBERED = "relevance"  # key in a session's own memory


def assess(session: Session, issuer_id: int, sight: Sight, *, quiet: bool) -> list[Event]:
    """Grade an issuer anew from what is stored now; the event of a change, not yet in the log.

    `quiet` marks the event as learned at a first reading.
    """
    issuer = session.get_one(IssuerRow, issuer_id)
    project = _newest_project(session, issuer_id)
    before = verdict_of(issuer)
    after = _verdict(session, issuer, project)
    if after != before:
        issuer.grade, issuer.score, issuer.pinned = after.grade.value, after.score, after.pinned
        issuer.evidence = [_stored(proof) for proof in after.evidence]
        session.add(issuer)
        session.flush()
    change = grade_change(before, after) if before else None
    if change is None:
        return []
    first = change.evidence[0] if change.evidence else None
    details: dict[str, str | int | float | bool] = {"score": after.score}
    if issuer.short_name:
        details["issuer_short"] = issuer.short_name
    if first:
        details |= {
            "evidence_kind": first.kind.value,
            "evidence_word": first.word,
            "evidence": first.sentence,
        }
    stamp = sight.at.strftime("%Y%m%dT%H%M%SZ")
    return [
        Event(
            id=event_id(
                "monitor",
                f"issuer-{issuer_id}",
                EventKind.RELEVANCE_CHANGED,
                f"{change.before}-{change.after}",
                stamp,
            ),
            kind=EventKind.RELEVANCE_CHANGED,
            source="monitor",
            project_id=project.key if project else "",
            issuer=issuer.name,
            board=project.board if project else "",
            state=State(project.code, project.outcome_code) if project else None,
            first_seen_at=sight.at,
            baseline=quiet,
            title=project.title if project else "",
            url=project.url if project else "",
            reason=change.reason,
            raw_sha256=sight.raw_sha256,
            before=change.before.value,
            after=change.after.value,
            details=details,
        )
    ]


def graded(session: Session, issuer_id: int) -> IssuerRow:
    """The issuer with its grade; one nobody graded yet is graded now, which is never an event."""
    issuer = session.get_one(IssuerRow, issuer_id)
    if not issuer.grade:
        verdict = _verdict(session, issuer, _newest_project(session, issuer_id))
        issuer.grade, issuer.score, issuer.pinned = verdict.grade.value, verdict.score, verdict.pinned
        issuer.evidence = [_stored(proof) for proof in verdict.evidence]
        session.add(issuer)
        session.flush()
    return issuer


def grade_details(session: Session, issuer_id: int) -> dict[str, str | int | float | bool]:
    """What an event carries of its issuer's grade: `grade`, `grade_word` that shows why, `grade_pinned`."""
    issuer = graded(session, issuer_id)
    details: dict[str, str | int | float | bool] = {"grade": issuer.grade}
    if english := english_name(issuer.name, issuer.short_name):
        details["issuer_en"] = english
    if issuer.pinned:
        return details | {"grade_pinned": True}
    agreeing = [proof for proof in issuer.evidence if proof["grade"] == issuer.grade]
    said = [proof for proof in agreeing if proof["kind"] != EvidenceKind.REGISTRY.value]
    if said:
        details["grade_word"] = said[0]["word"]
    elif agreeing:
        details["grade_registered"] = True
    return details


def english_name(*names: str) -> str:
    """The issuer's short English name in the registry, "" where it has none or the names are two companies'.

    The first Latin name of an entry is its English one; a shorter form of that, word by word, is preferred.
    """
    match = bundled_registry().find(*names)
    if match is None or match.ambiguous:
        return ""
    latin = [name for name in match.company.names if name.isascii()]
    return min((name for name in latin if f"{latin[0]} ".startswith(f"{name} ")), key=len, default="")


def verdict_of(issuer: IssuerRow) -> Verdict | None:
    """The verdict as stored; None for an issuer never graded."""
    if not issuer.grade:
        return None
    return Verdict(
        grade=Grade(issuer.grade),
        score=issuer.score,
        pinned=issuer.pinned,
        evidence=tuple(
            Evidence(
                kind=EvidenceKind(proof["kind"]),
                grade=Grade(proof["grade"]),
                word=proof["word"],
                sentence=proof["sentence"],
            )
            for proof in issuer.evidence
        ),
    )


def relevance_object(issuer: IssuerRow | None) -> dict[str, Any] | None:
    """A grade as its public JSON object; None for an issuer never graded."""
    if issuer is None or not issuer.grade:
        return None
    return {
        "grade": issuer.grade,
        "score": issuer.score,
        "pinned": issuer.pinned,
        "evidence": issuer.evidence,
    }


def names_of(session: Session, issuer: IssuerRow) -> tuple[str, ...]:
    """Every name of an issuer, the present full one first, then the short one and those it was known by."""
    other = session.exec(select(IssuerNameRow.normalised).where(IssuerNameRow.issuer_id == issuer.id))
    return tuple(dict.fromkeys(name for name in (issuer.name, issuer.short_name, *other) if name))


def pin_for(names: Iterable[str], pins: Iterable[RelevancePinRow]) -> Pin | None:
    """The operator's verdict on a company: a pin names it whole, or names the same registered company."""
    pins = list(pins)
    if not pins:
        return None
    names = list(names)
    registry = bundled_registry()
    folded = {fold_name(name) for name in names}
    match = registry.find(*names)
    for pin in pins:
        pinned = registry.find(pin.name)
        same = match and pinned and match.company is pinned.company
        if same or fold_name(pin.name) in folded:
            return Pin(grade=Grade(pin.grade), by=pin.by)
    return None


def forget_pins_and_texts(session: Session) -> None:
    """Pins or business sections were written in this transaction: what it remembers of them is old."""
    session.info.pop(_REMEMBERED, None)


@dataclass(frozen=True, slots=True)
class _Remembered:
    """Pins, and who has a business section: the same for every issuer of one transaction."""

    pins: tuple[RelevancePinRow, ...]
    with_text: frozenset[int]


def _remembered(session: Session) -> _Remembered:
    known = session.info.get(_REMEMBERED)
    if not isinstance(known, _Remembered):
        known = _Remembered(
            pins=tuple(session.exec(select(RelevancePinRow).order_by(RelevancePinRow.name))),
            with_text=frozenset(session.exec(select(IssuerBusinessRow.issuer_id))),
        )
        session.info[_REMEMBERED] = known
    return known


def _verdict(session: Session, issuer: IssuerRow, project: ProjectRow | None) -> Verdict:
    names = names_of(session, issuer)
    known = _remembered(session)
    business = session.get(IssuerBusinessRow, issuer.id) if issuer.id in known.with_text else None
    facts = Facts(
        name=issuer.name,
        aliases=names[1:],
        industry_code=project.industry_code if project else "",
        project_title=project.title if project else "",
        business_text=business.text if business else "",
    )
    return grade(facts, pin=pin_for(names, known.pins))


def _newest_project(session: Session, issuer_id: int) -> ProjectRow | None:
    return session.exec(
        select(ProjectRow)
        .where(ProjectRow.issuer_id == issuer_id)
        .order_by(col(ProjectRow.updated_at).desc(), col(ProjectRow.key).desc())
        .limit(1)
    ).first()


def _stored(proof: Evidence) -> dict[str, str]:
    return {
        "kind": proof.kind.value,
        "grade": proof.grade.value,
        "word": proof.word,
        "sentence": proof.sentence,
    }
