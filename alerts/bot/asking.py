"""The commands that show something: cards, board, dates, league, what was sent and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from alerts.bot import cards
from alerts.bot import words as w
from alerts.bot.access import INLINE, Access, Call, Guarded, Make, command, tap
from alerts.bot.contract import Card, Company, Reaction, Told
from alerts.bot.pictures import board_of, league_of, timeline_of, with_picture
from alerts.glossary import Language
from alerts.message import Button, Message
from alerts.pictures.caption import caption
from alerts.pictures.facts import Timeline
from alerts.preferences import CST
from monitor.domain.events import alert_code

_CODE = re.compile(r"#?([0-9A-HJKMNP-TV-Z]{4})", re.IGNORECASE)
_SPAN = re.compile(r"(\d{1,3})\s*(d|h|天|日|小时)?", re.IGNORECASE)
_AHEAD = 60
_MOST_INLINE = 5
_EVERYBODY = {"all", "全部", "所有", "*"}


def today(call: Call) -> date:
    """The day in Shanghai."""
    return call.desk.now.astimezone(CST).date()


@command("company", Access.USER, "公司卡片：/company 沐曦", "a company's card: /company MetaX")
def company(call: Call) -> Reaction:
    """The card of a company named in any way; a name nobody carries brings suggestions."""
    if not call.argument:
        return call.usage(
            "请写公司名称或代码，例如 /company 沐曦", "Name a company or code, e.g. /company MetaX"
        )
    found = call.desk.find(call.argument)
    if found.company is None:
        return suggest(call, found.suggestions, "c")
    return show(call, found.company)


def show(call: Call, company: Company) -> Reaction:
    """The card of one company with its buttons."""
    card = call.desk.card(company.issuer_id) if company.issuer_id else None
    if card is None:
        return call.reply(lambda language: cards.known_company_message(company, language))
    number = str(company.issuer_id)
    row = [
        call.button(f"🧭 {w.TIMELINE(call.language)}", f"ct {number}"),
        call.button(f"📄 {w.PROSPECTUS(call.language)}", f"cp {number}"),
    ]
    if card.proceeds is not None:
        row.append(call.button(f"🧾 {w.PROCEEDS(call.language)}", f"cu {number}"))
    follow = (call.button(f"➕ {w.FOLLOW(call.language)}", f"f i {number}"),)
    rows = (tuple(row),) if number in call.preferences.issuers else (tuple(row), follow)
    answer = call.reply(lambda language: cards.card_message(card, language, today(call)), *rows)
    return with_picture(call, answer, _road(call, card))


def _road(call: Call, card: Card) -> Timeline | None:
    return timeline_of(card, call.desk.now)


def suggest(call: Call, companies: tuple[Company, ...], words: str) -> Reaction:
    """Whom may have been meant, each on a button that goes on with `words` and the issuer's number."""
    rows = [
        (call.button(one.called(call.language), f"{words} {one.issuer_id}"),)
        for one in companies
        if one.issuer_id
    ]
    return call.reply(lambda language: cards.suggestions_message(call.argument, companies, language), *rows)


@command("pipeline", Access.USER, "AI 芯片公司的审核进程", "stage board of the AI-chip issuers")
def pipeline(call: Call) -> Reaction:
    """The AI-chip issuers by stage."""
    rows = call.desk.pipeline()
    answer = call.reply(lambda language: cards.pipeline_message(rows, language, today(call)))
    return with_picture(call, answer, board_of(rows, call.desk.now) if rows else None)


@command(
    "next",
    Access.USER,
    "关注公司的上会、申购、缴款、上市日期；/next all 为全部公司",
    "committee, subscription, payment, listing dates of what you follow; /next all",
)
def dates_ahead(call: Call) -> Reaction:
    """The dates of the next two months: of what the chat follows, or of every company."""
    everybody = call.argument.strip().casefold() in _EVERYBODY
    make, rows = _ahead(call, everybody=everybody)
    return call.reply(make, *rows)


@tap("n", Access.USER)
def tap_dates(call: Call) -> Reaction:
    """The same dates, of every company or of what the chat follows, in place."""
    make, rows = _ahead(call, everybody=call.argument == "all")
    return Reaction(edit=replace(call.message(make), buttons=rows))


def _ahead(call: Call, *, everybody: bool) -> tuple[Make, tuple[tuple[Button, ...], ...]]:
    first = today(call)
    found = call.desk.days(first, first + timedelta(days=_AHEAD))
    wanted = call.desk.followed(call.inbound.address, {day.company.issuer_id for day in found})
    mine = [day for day in found if day.company.issuer_id in wanted]
    others = len(found) - len(mine)

    def make(language: Language) -> Message:
        zh = language == "zh"
        title = f"未来 {_AHEAD} 天" if zh else f"The next {_AHEAD} days"
        whose = ("全部公司" if zh else "every company") if everybody else ("关注的公司" if zh else "followed")
        return cards.days_message(found if everybody else mine, language, f"{title} · {whose}")

    if everybody:
        back = "关注的公司" if call.language == "zh" else "followed only"
        return make, ((call.button(f"👁 {back}", "n mine"),),)
    if not others:
        return make, ()
    more = f"全部公司（另有 {others} 个日期）" if call.language == "zh" else f"every company ({others} more)"
    return make, ((call.button(f"📅 {more}", "n all"),),)


@command("league", Access.USER, "年度募资排行：/league 2026", "raises of a year: /league 2026")
def league(call: Call) -> Reaction:
    """The raises of this year, or of the year named."""
    text = call.argument
    year = int(text) if re.fullmatch(r"20\d\d", text) else today(call).year
    raised, planned = call.desk.raised(year), call.desk.planned(year)
    answer = call.reply(lambda language: cards.league_message(year, raised, planned, language))
    facts = league_of(year, raised, planned, call.desk.now)
    return with_picture(call, answer, facts if raised or planned else None)


@command(
    "why",
    Access.USER,
    "为何收到某条提醒：回复它，或 /why #A1B2",
    "why an alert came: reply to it, or /why #A1B2",
)
def why(call: Call) -> Reaction:
    """The rule, the proof and the source of an alert replied to or named by its code."""
    inbound, desk = call.inbound, call.desk
    told = None
    if match := _CODE.fullmatch(call.argument.strip()):
        code = f"#{match[1].upper()}"
        told = next(
            (one for one in desk.told(inbound.address, limit=2000) if alert_code(one.event.id) == code), None
        )
    elif inbound.reply_to is not None:
        told = desk.told_by_receipt(inbound.address, inbound.reply_to)
    if told is None:
        return call.usage(
            "请回复一条提醒，或写明编号，例如 /why #A1B2",
            "Reply to an alert, or name its code, e.g. /why #A1B2",
        )
    return explain(call, told)


def explain(call: Call, told: Told) -> Reaction:
    """Why this alert came."""
    card = call.desk.card(told.issuer_id) if told.issuer_id else None
    return call.reply(lambda language: cards.why_message(told, card, language))


@command("missed", Access.USER, "一段时间内的提醒：/missed 3d", "what was sent since: /missed 3d")
def missed(call: Call) -> Reaction:
    """The alerts of the last day, or since the day or span named."""
    since = since_of(call.argument, call.desk.now)
    if since is None:
        return call.usage(
            "例如 /missed 12h、/missed 3d 或 /missed 2026-07-01", "e.g. /missed 12h, 3d or 2026-07-01"
        )
    found = call.desk.told(call.inbound.address, since=since)

    def make(language: Language) -> Message:
        shown = cards.instant(since)
        return cards.told_message(found, language, f"自 {shown} 起" if language == "zh" else f"Since {shown}")

    return call.reply(make)


def since_of(text: str, now: datetime) -> datetime | None:
    """An instant from "", 12h, 3d or an ISO day in Shanghai; None for anything else."""
    text = text.strip()
    if not text:
        return now - timedelta(days=1)
    if match := _SPAN.fullmatch(text):
        number, unit = int(match[1]), (match[2] or "d").lower()
        return now - (timedelta(hours=number) if unit in ("h", "小时") else timedelta(days=number))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=CST)


@tap("c", Access.USER)
def tap_card(call: Call) -> Reaction:
    """The card of a suggested company."""
    card = _card(call)
    return show(call, card.company) if card else Reaction(toast=w.STALE(call.language))


@tap("ct", Access.READER)
def tap_timeline(call: Call) -> Reaction:
    """The timeline of the company on the card."""
    return _timeline(call, _card(call))


@tap("cu", Access.READER)
def tap_proceeds(call: Call) -> Reaction:
    """The use of proceeds of the company on the card."""
    card = _card(call)
    if card is None or card.proceeds is None:
        return Reaction(toast=w.STALE(call.language))
    facts = card.proceeds
    return with_picture(call, call.reply(lambda language: caption(facts, language)), facts)


@tap("cp", Access.READER)
def tap_papers(call: Call) -> Reaction:
    """The prospectuses of the company on the card."""
    return _shown(call, _card(call), cards.papers_message)


def _timeline(call: Call, card: Card | None) -> Reaction:
    answer = _shown(call, card, cards.timeline_message)
    return with_picture(call, answer, _road(call, card) if card else None)


def _shown(call: Call, card: Card | None, compose: Callable[[Card, Language], Message]) -> Reaction:
    if card is None:
        return Reaction(toast=w.STALE(call.language))
    return call.reply(lambda language: compose(card, language))


def _card(call: Call) -> Card | None:
    return call.desk.card(int(call.argument)) if call.argument.isdecimal() else None


@tap("w", Access.READER)
def tap_why(call: Call) -> Reaction:
    """Why the alert this button hangs on came."""
    told = _told(call)
    return explain(call, told) if told else Reaction(toast=w.STALE(call.language))


@tap("t", Access.READER)
def tap_alert_timeline(call: Call) -> Reaction:
    """The timeline of the company of this alert."""
    return _timeline(call, card_of_alert(call))


@tap("p", Access.READER)
def tap_alert_papers(call: Call) -> Reaction:
    """The prospectuses of the company of this alert."""
    return _shown(call, card_of_alert(call), cards.papers_message)


def _told(call: Call) -> Told | None:
    number = call.argument
    return call.desk.told_by_number(call.inbound.address, int(number)) if number.isdecimal() else None


def card_of_alert(call: Call) -> Card | None:
    """The card of the company an alert of this chat was about."""
    told = _told(call)
    return call.desk.card(told.issuer_id) if told and told.issuer_id else None


def inline(call: Call) -> Reaction:
    """The cards of the companies meant, for any chat; nothing for a name nobody resembles."""
    if len(call.argument) < 2:
        return Reaction()
    found = call.desk.find(call.argument)
    companies = (found.company,) if found.company else found.suggestions
    return Reaction(inline=tuple(_inline_card(call, one) for one in companies[:_MOST_INLINE]))


def _inline_card(call: Call, company: Company) -> Message:
    card = call.desk.card(company.issuer_id) if company.issuer_id else None
    if card is None:
        return call.message(lambda language: cards.known_company_message(company, language))
    return call.message(lambda language: cards.card_message(card, language, today(call)))


INLINE["inline"] = Guarded(name="inline", access=Access.USER, handler=inline)
