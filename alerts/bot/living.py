"""The living card: one message per company and chat, edited in place, and the command that turns it off.

Rule: it holds nothing that grows old by itself: days, not "so many days ago"; its last edit is dated.
Rule: the words of its headline are those of no alert, so that nobody takes it for one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alerts.bot import cards
from alerts.bot import words as w
from alerts.bot.access import Access, Call, command
from alerts.bot.contract import Card, Reaction
from alerts.bot.signing import Signer
from alerts.facts import bounded, money_words
from alerts.glossary import Language, state_words
from alerts.message import Button, Fact, Link, Message
from alerts.notes import possible_repeat

_STEPS = 6
_DAYS = 4
_ON = {"on", "打开", "开启", "开"}
_OFF = {"off", "关闭", "关"}


def living_message(
    card: Card, language: Language, now: datetime, *, kept: bool = True, marked: bool = False
) -> Message:
    """Stage, the last milestones, dates ahead, the plan, and when this was last changed."""
    zh = language == "zh"
    stage = state_words(card.state, language) if card.state else w.UNKNOWN(language)
    since = f" · {card.since.isoformat()}" if card.since else ""
    facts = [Fact(label=w.STAGE(language), value=stage + since)]
    facts += [
        Fact(label=day.day.isoformat(), value=f"📅 {w.CALENDAR[day.kind](language)}")
        for day in card.days[:_DAYS]
    ]
    facts += [
        Fact(label=step.day.isoformat(), value=bounded(state_words(step.state, language), language))
        for step in reversed(card.steps[-_STEPS:])
    ]
    if card.planned is not None:
        facts.append(Fact(label=w.PLANNED(language), value=money_words(card.planned, language)))
    for read in card.read:
        if read.figure.kind in ("gross_proceeds", "offer_price"):
            facts += cards.read_facts(read, language)
    if card.sponsors:
        facts.append(Fact(label=w.SPONSORS(language), value=bounded("、".join(card.sponsors), language)))
    at = cards.instant(now)
    if kept:
        notes = [f"动态卡片，更新于 {at}" if zh else f"Kept up to date; last change {at}"]
    else:
        notes = [f"自 {at} 起不再更新" if zh else f"No longer kept up to date, since {at}"]
    if marked:
        mark = possible_repeat("卡片" if zh else "this card", 2, language)
        notes.append(mark + ("；较早的一张不再更新" if zh else "; an earlier copy is not kept up to date"))
    return Message(
        alert_id="",
        icon="🗂",
        headline=card.company.called(language),
        facts=tuple(facts),
        links=(Link(label=w.PAGE(language), url=card.url),) if card.url else (),
        notes=tuple(notes),
    )


def living_buttons(
    signer: Signer, chat: str, issuer_id: int, language: str
) -> tuple[tuple[Button, ...], ...]:
    """Timeline · Prospectus · Mute 7 days, for the card of that company in that chat."""
    lang: Language = "en" if language == "en" else "zh"

    def button(icon: str, label: str, words: str) -> Button:
        return Button(label=f"{icon} {label}", data=signer.seal(chat, words))

    return (
        (
            button("🧭", w.TIMELINE(lang), f"ct {issuer_id}"),
            button("📄", w.PROSPECTUS(lang), f"cp {issuer_id}"),
        ),
        (button("🔕", w.MUTE(lang), f"mi 7 {issuer_id}"),),
    )


@command(
    "card",
    Access.USER,
    "每家公司一张实时更新的卡片：/card on|off",
    "one card per company, kept up to date: /card on|off",
)
def card(call: Call) -> Reaction:
    """Keep one card per company in this chat, or stop."""
    word = call.argument.strip().casefold()
    if word not in _ON | _OFF:
        on = call.preferences.cards
        return call.usage(
            f"动态卡片：{'打开' if on else '关闭'}。/card on 打开，/card off 关闭",
            f"Living cards are {'on' if on else 'off'}. /card on, /card off",
        )
    call.save(replace(call.preferences, cards=word in _ON))
    if word in _ON:
        return call.say(
            "每家公司的第一条提醒前会有一张卡片，之后原地更新，提醒都回复它",
            "Before a company's first alert comes its card; it is edited in place and alerts reply to it",
            icon="🗂",
        )
    return call.say(
        "不再保留卡片；已有的卡片不再更新", "No cards any more; those there are not kept", icon="🗂"
    )
