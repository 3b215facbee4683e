"""Pure: the bot's views as the facts of pictures.

Rule: a picture shows what its answer says in words; days are counted between printed dates, as there.
Rule: the instant below it is cut to the minute that is shown, so that asking twice draws once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from statistics import median

from alerts.bot.access import Call
from alerts.bot.contract import Card, Company, Lined, Raise, Reaction
from alerts.pictures.facts import (
    Board,
    Chip,
    Facts,
    Language,
    League,
    Name,
    Origin,
    Ranked,
    Ranking,
    Stop,
    Timeline,
)
from alerts.pictures.stored import picture_of
from alerts.preferences import CST
from monitor.domain.stages import Outcome, Stage

_SMALLEST = 10  # others below which a median says nothing
_ENDS = {Stage.TERMINATED, Stage.ISSUED, Stage.TUTORING_WITHDRAWN}
_ENDING = {Outcome.REFUSED, Outcome.REGISTRATION_TERMINATED}
_REVIEW, _ISSUES, _TUTORING = "sse_star", "sse_issue", "csrc_tutoring"
_LANGUAGES: dict[str, Language] = {"zh": "zh", "en": "en", "both": "both"}


def with_picture(call: Call, reaction: Reaction, facts: Facts | None) -> Reaction:
    """The reaction with a picture above its last answer."""
    if facts is None or not reaction.replies:
        return reaction
    picture = picture_of(facts, _LANGUAGES.get(call.chat_language, call.language))
    *before, last = reaction.replies
    return replace(reaction, replies=(*before, replace(last, picture=picture)))


def timeline_of(card: Card, now: datetime) -> Timeline | None:
    """The steps of a card, each beside the median of the others of its board; None without a step."""
    if not card.steps:
        return None
    today = now.astimezone(CST).date()
    last = card.steps[-1].state
    running = last.stage not in _ENDS and last.outcome not in _ENDING
    ends: list[date | None] = [step.day for step in card.steps[1:]]
    ends.append(today if running else None)
    stops = []
    for step, end in zip(card.steps, ends, strict=True):
        days = (end - step.day).days if end is not None and end >= step.day else None
        others = list(card.spent.get(step.state, ()))
        if days in others and end is not None and step is not card.steps[-1]:
            others.remove(days)  # its own
        known = len(others) >= _SMALLEST and step.state.stage not in _ENDS
        stops.append(
            Stop(
                state=step.state,
                day=step.day,
                days=days,
                median=round(median(others)) if known else None,
                pack=len(others) if known else 0,
            )
        )
    tutored = any(stop.state.code.startswith("tutoring-") for stop in stops)
    reviewed = any(not stop.state.code.startswith("tutoring-") for stop in stops)
    sources = ((_REVIEW,) if reviewed else ()) + ((_TUTORING,) if tutored else ())
    return Timeline(
        name=name_of(card.company),
        board=card.board,
        stops=tuple(stops),
        running=running and stops[-1].days is not None,
        origin=origin_of(sources, now),
    )


def board_of(rows: Sequence[Lined], now: datetime) -> Board:
    """The pipeline; an issuer that is through or out has no days."""
    today = now.astimezone(CST).date()
    return Board(
        chips=tuple(
            Chip(
                name=name_of(row.company),
                state=row.state,
                days=(today - row.since).days
                if row.since is not None and row.state.stage not in (Stage.TERMINATED, Stage.ISSUED)
                else None,
            )
            for row in rows
        ),
        origin=origin_of((_REVIEW,), now),
    )


def league_of(year: int, raised: Sequence[Raise], planned: Sequence[Raise], now: datetime) -> League:
    """The raises of a year by both measures."""
    return League(
        year=year,
        rankings=(
            Ranking(measure="gross_proceeds", rows=tuple(_ranked(row) for row in raised)),
            Ranking(measure="planned_proceeds", rows=tuple(_ranked(row) for row in planned)),
        ),
        origin=origin_of((_REVIEW, _ISSUES), now),
    )


def _ranked(row: Raise) -> Ranked:
    return Ranked(name=name_of(row.company), yuan=Decimal(row.yuan), day=row.day)


def name_of(company: Company) -> Name:
    """A company as a picture names it."""
    return Name(zh=company.shown, en=company.english)


def origin_of(sources: tuple[str, ...], now: datetime) -> Origin:
    """Where the facts come from, as of the minute."""
    return Origin(sources=sources, as_of=now.replace(second=0, microsecond=0))
