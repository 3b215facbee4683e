"""What a chat follows: companies, sponsors, boards, themes, a minimum amount; and what it mutes.

Rule: before anything is followed the chat is told how many alerts that would have brought in 90 days.
Rule: a button names what it does, not "the other state": tapped twice it does the same.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from alerts.bot import cards
from alerts.bot import words as w
from alerts.bot.access import Access, Call, command, tap
from alerts.bot.asking import card_of_alert, suggest
from alerts.bot.contract import Reaction
from alerts.bot.criteria import (
    Criterion,
    amount_words,
    criteria_of,
    criterion_of,
    shown_in,
    with_criterion,
    without_criterion,
)
from alerts.glossary import Language, grade_words
from alerts.message import Fact, Message
from alerts.preferences import EVERYTHING, NAMED, Preferences, mute_end

_LOOK_BACK = 90  # days
_MOST_NAME = 30  # bytes that fit a sealed button
_MOST_FOLLOWED = 200
_MUTE = re.compile(r"(.*?)\s*(\d{1,3})?\s*(?:d|天|days?)?", re.IGNORECASE | re.DOTALL)
_OFF = {"off", "取消", "解除", "关闭"}
_ALL = {"", "all", "全部", "*"}


@command(
    "watch",
    Access.USER,
    "关注公司、保荐机构、板块、主题或最低金额",
    "follow a company, sponsor, board, theme, amount",
)
def watch(call: Call) -> Reaction:
    """Offer to follow what was named, saying how many alerts that would have brought."""
    if not call.argument:
        return call.usage(
            "例如：/watch 沐曦 · /watch 保荐 中信证券 · /watch 板块 科创板 · /watch 主题 ai"
            " · /watch 最低 20 亿",
            "e.g. /watch MetaX · /watch sponsor 中信证券 · /watch board star · /watch theme ai"
            " · /watch min 20",
        )
    wanted = criterion_of(call.argument)
    if wanted is None:
        found = call.desk.find(call.argument)
        if found.company is None:
            return suggest(call, found.suggestions, "o i")
        company = found.company
        wanted = (
            Criterion(kind="i", value=str(company.issuer_id), shown=company.called(call.language))
            if company.issuer_id
            else Criterion(kind="n", value=company.shown, shown=company.shown)
        )
    return offer(call, wanted)


def offer(call: Call, wanted: Criterion) -> Reaction:
    """How many alerts it would have brought, and the button that agrees."""
    followed = call.preferences
    if len(followed.issuers) + len(followed.watch) + len(followed.sponsors) >= _MOST_FOLLOWED:
        return call.say("关注名单已满", "The list is full", icon="⛔")
    if len(wanted.value.encode()) > _MOST_NAME:
        return call.say("名称太长，请写简称", "That name is too long; use a shorter one", icon="⛔")
    nothing = replace(
        followed, issuers={}, watch=(), sponsors=(), boards=(), themes=(), min_planned_fen=0, relevance=NAMED
    )
    alone = with_criterion(nothing, wanted)
    count = call.desk.would_have_sent(call.inbound.address, alone, _LOOK_BACK)
    agree = call.button(f"✅ {w.FOLLOW(call.language)}", f"f {wanted.words}")
    cancel = call.button(w.CANCEL(call.language), "x")
    shown = shown_in(wanted, call.language)
    return call.say(
        f"关注 {shown}？过去 {_LOOK_BACK} 天会收到 {count} 条提醒。",
        f"Follow {shown}? It would have sent {count} alerts in the last {_LOOK_BACK} days.",
        (agree, cancel),
        icon="👁",
    )


def _named(call: Call, argument: str) -> Criterion | None:
    """The criterion a button carries, its name read from the store."""
    kind, _, value = argument.partition(" ")
    if kind not in ("i", "n", "s", "b", "t", "m") or not value:
        return None
    if kind == "i":
        card = call.desk.card(int(value)) if value.isdecimal() else None
        return Criterion(kind="i", value=value, shown=card.company.called(call.language)) if card else None
    if kind == "m" and not (value.isdecimal() and len(value) <= 18):
        return None
    return Criterion(kind=kind, value=value, shown=amount_words(int(value)) if kind == "m" else value)


@tap("o", Access.USER)
def tap_offer(call: Call) -> Reaction:
    """Go on with a suggested company."""
    wanted = _named(call, call.argument)
    return offer(call, wanted) if wanted else Reaction(toast=w.STALE(call.language))


@tap("f", Access.USER)
def tap_follow(call: Call) -> Reaction:
    """Follow what the button names."""
    wanted = _named(call, call.argument)
    if wanted is None:
        return Reaction(toast=w.STALE(call.language))
    call.save(with_criterion(call.preferences, wanted))
    call.desk.audit(call.inbound, "follow", allowed=True, detail=wanted.words)
    if wanted.kind == "i":
        call.desk.keep_card(call.inbound.address, int(wanted.value))
    shown = shown_in(wanted, call.language)
    return call.say(f"已关注 {shown}", f"Following {shown}", icon="✅")


@tap("x", Access.USER)
def tap_cancel(call: Call) -> Reaction:
    """Take a question back."""
    note = Message(alert_id="", icon="✖️", headline="已取消" if call.language == "zh" else "Cancelled")
    return Reaction(edit=note)


@command("unwatch", Access.USER, "取消关注：/unwatch 沐曦", "stop following: /unwatch MetaX")
def unwatch(call: Call) -> Reaction:
    """Stop following what was named, or choose from the list."""
    if not call.argument:
        return watching(call)
    wanted = criterion_of(call.argument)
    before = call.preferences
    if wanted is None:
        company = call.desk.find(call.argument).company
        after = before
        if company is not None:
            after = without_criterion(before, "i", str(company.issuer_id))
        after = without_criterion(after, "n", company.shown if company else call.argument)
        after = without_criterion(after, "n", call.argument)
    else:
        after = without_criterion(before, wanted.kind, wanted.value)
    if after == before:
        return call.say(f"未关注 {call.argument}", f"{call.argument} is not followed")
    call.save(after)
    call.desk.audit(call.inbound, "unfollow", allowed=True, detail=call.argument)
    return call.say(f"已取消关注 {call.argument}", f"No longer following {call.argument}", icon="✅")


@command("watching", Access.USER, "关注名单", "what this chat follows")
def watching(call: Call) -> Reaction:
    """Everything followed, each with a button that stops it, and every other choice."""
    listed = criteria_of(call.preferences)
    rows = [
        (call.button(f"✖️ {shown_in(one, call.language)}", f"u {one.words}"),)
        for one in listed[:20]
        if len(one.value.encode()) <= _MOST_NAME
    ]
    return call.reply(lambda language: choices_message(call.preferences, language), *rows)


@tap("u", Access.USER)
def tap_unfollow(call: Call) -> Reaction:
    """Stop following what the button names."""
    kind, _, value = call.argument.partition(" ")
    after = without_criterion(call.preferences, kind, value)
    call.save(after)
    call.desk.audit(call.inbound, "unfollow", allowed=True, detail=call.argument)
    rows = tuple(
        (call.button(f"✖️ {shown_in(one, call.language)}", f"u {one.words}"),)
        for one in criteria_of(after)[:20]
    )
    edited = call.message(lambda language: choices_message(after, language))
    return Reaction(edit=replace(edited, buttons=rows), toast=w.DONE(call.language))


def choices_message(p: Preferences, language: Language) -> Message:
    """Every choice of a chat."""
    zh = language == "zh"
    relevance = {
        "": "" if p.criteria else ("默认" if zh else "standard"),
        "all": "全部公司" if zh else "all companies",
        NAMED: "" if p.criteria else ("尚未点名任何公司" if zh else "nothing named so far"),
    }.get(p.relevance, grade_words(p.relevance, language))
    named = ("、" if zh else ", ").join(
        filter(None, (relevance, *(shown_in(one, language) for one in criteria_of(p))))
    )
    muted = ("、" if zh else ", ").join(
        f"{end.partition('|')[2]} → {cards.instant(mute_end(end))}" for end in p.muted.values()
    )
    through = "紧急提醒除外" if zh else "urgent alerts come through"
    lines = [
        (w.FOLLOWING, named),
        (
            w.QUIET,
            (f"{p.quiet}" + (f"（{through}）" if zh else f" ({through})") * p.through) if p.quiet else "",
        ),
        (w.DIGEST, _digests(p, language)),
        (w.MUTED, muted),
        (w.CARDS, "" if p.cards else ("关闭" if zh else "off")),
    ]
    if not p.subscribed:
        lines.insert(0, (w.KINDS, "已停止" if zh else "stopped"))
    return Message(
        alert_id="",
        icon="👁",
        headline="本会话的设置" if zh else "What this chat chose",
        facts=tuple(Fact(label=label(language), value=value) for label, value in lines if value),
    )


def _digests(p: Preferences, language: Language) -> str:
    zh = language == "zh"
    found = [f"{'每日' if zh else 'daily'} {p.daily}"] if p.daily else []
    day, _, at = p.weekly.partition(" ")
    if day in list("1234567") and at:
        name = ("一二三四五六日" if zh else ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))[int(day) - 1]
        found.append(f"每周{name} {at}" if zh else f"every {name} {at}")
    return " · ".join(found)


@command(
    "mute", Access.USER, "静音：/mute 沐曦 7，/mute off 解除", "silence: /mute MetaX 7; /mute off ends it"
)
def mute(call: Call) -> Reaction:
    """Mute one company or everything for some days; `off` ends every mute."""
    text = call.argument.strip()
    if text.casefold() in _OFF:
        call.save(replace(call.preferences, muted={}))
        return call.say("已解除全部静音", "Nothing is muted any more", icon="🔔")
    match = _MUTE.fullmatch(text)
    assert match is not None  # every part of it is optional
    name, length = match[1].strip(), int(match[2] or 7)
    if not 1 <= length <= 365:
        return call.say("天数应为 1 至 365", "From 1 to 365 days, please", icon="⛔")
    if name.casefold() in _ALL:
        return muted(call, EVERYTHING, "全部" if call.language == "zh" else "everything", length)
    found = call.desk.find(name)
    if found.company is None or not found.company.issuer_id:
        return suggest(call, found.suggestions, f"mi {length}")
    return muted(call, str(found.company.issuer_id), found.company.called(call.language), length)


def muted(call: Call, key: str, shown: str, length: int) -> Reaction:
    """Mute it from now on; a mute that has ended is forgotten."""
    now = call.desk.now
    until = now + timedelta(days=length)
    running = {k: end for k, end in call.preferences.muted.items() if mute_end(end) > now}
    call.save(replace(call.preferences, muted={**running, key: f"{until.isoformat()}|{shown}"}))
    call.desk.audit(call.inbound, "mute", allowed=True, detail=f"{key} {length}")
    end = cards.instant(until)
    return call.say(f"{shown} 已静音至 {end}", f"{shown} is muted until {end}", icon="🔕")


@tap("mi", Access.USER)
def tap_mute_issuer(call: Call) -> Reaction:
    """Mute a suggested company."""
    length, _, number = call.argument.partition(" ")
    card = call.desk.card(int(number)) if number.isdecimal() else None
    if card is None or not length.isdecimal():
        return Reaction(toast=w.STALE(call.language))
    return muted(call, number, card.company.called(call.language), int(length))


@tap("m", Access.USER)
def tap_mute(call: Call) -> Reaction:
    """Mute the company of this alert for seven days."""
    card = card_of_alert(call)
    if card is None:
        return Reaction(toast=w.STALE(call.language))
    return muted(call, str(card.company.issuer_id), card.company.called(call.language), 7)
