"""One update in, one reaction out: finds the handler, opens the button, lets the guard decide.

Rule: only what stands in the registries can run; everything else is ignored without a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alerts.bot import asking, choosing, following, helping, living, owning
from alerts.bot import words as w
from alerts.bot.access import COMMANDS, INLINE, TAPS, Access, Call, Guarded, Mode
from alerts.bot.contract import CHANNEL, GROUPS, Desk, Inbound, Reaction, Role
from alerts.bot.signing import Signer
from alerts.glossary import Language
from alerts.message import Button, Message
from alerts.preferences import Preferences
from alerts.text import inert, labelled

HANDLERS: Mapping[str, Guarded] = {
    **{f"/{name}": guarded for name, guarded in COMMANDS.items()},
    **{f"tap {name}": guarded for name, guarded in TAPS.items()},
    **INLINE,
}
MOST_TOAST = 200  # characters the Bot API shows over a chat
MODULES = (asking, choosing, following, helping, living, owning)  # importing them fills the registries


def needs_admin(inbound: Inbound) -> bool:
    """Whether the chat service must be asked if this person is an admin of the group."""
    if inbound.kind == "callback" and inbound.chat_type == CHANNEL:
        # Its readers are many, and what each may ask needs no leave.
        tapped = TAPS.get(inbound.data.partition("~")[0].partition(" ")[0])
        return tapped is not None and tapped.access is not Access.READER
    return inbound.kind in ("command", "callback") and inbound.chat_type in GROUPS


def react(inbound: Inbound, desk: Desk, signer: Signer, mode: Mode, *, group_admin: bool) -> Reaction:
    """What comes of one update; changes to the store go through `desk`."""
    if inbound.kind == "left":
        desk.suspend(inbound.address, "removed from the chat")
        return Reaction()
    if inbound.kind == "joined":
        desk.resume(inbound.address)  # a group may be known by its topics alone
        if inbound.chat_type == CHANNEL and desk.role(inbound.user) is not Role.STRANGER:
            desk.allow(inbound.chat, inbound.user)  # its admin is somebody let in, and wants us there
            desk.audit(inbound, "channel allowed", allowed=True)
        return Reaction()
    held = desk.preferences(inbound.address) if inbound.kind != "inline" else None
    call = Call(
        inbound=inbound,
        desk=desk,
        signer=signer,
        role=desk.role(inbound.user),
        mode=mode,
        preferences=held or Preferences(subscribed=False),
        chat_language=_language(inbound, desk),
        argument=inbound.text,
    )
    if inbound.kind == "callback":
        words = signer.open(inbound.chat, inbound.data)
        name, _, argument = (words or "").partition(" ")
        if words is None or name not in TAPS:
            desk.audit(inbound, "forged button", allowed=False)
            return Reaction(toast=w.STALE(call.language), verdict="refused")
        reaction = TAPS[name](replace(call, argument=argument), group_admin=group_admin)
        return _over_the_channel(reaction) if inbound.chat_type == CHANNEL else reaction
    if inbound.kind == "inline":
        return INLINE["inline"](call, group_admin=False)
    if inbound.kind == "command" and inbound.command in COMMANDS:
        return COMMANDS[inbound.command](call, group_admin=group_admin)
    return Reaction(verdict="ignored")


def _over_the_channel(reaction: Reaction) -> Reaction:
    """What any reader of a channel asked is shown to that reader alone: nothing is posted for it."""
    if not reaction.replies:
        return reaction
    return replace(reaction, replies=(), toast=plain_text(reaction.replies[0])[:MOST_TOAST])


def _language(inbound: Inbound, desk: Desk) -> str:
    known = desk.language(inbound.address) if inbound.kind != "inline" else desk.language(str(inbound.user))
    return known or ("zh" if not inbound.user_language or inbound.user_language.startswith("zh") else "en")


def plain_text(message: Message) -> str:
    """Headline and facts as lines."""
    lines = [labelled(inert(fact.label), inert(fact.value)) for fact in message.facts]
    return "\n".join([f"{inert(message.icon)} {inert(message.headline)}", *lines])


def alert_buttons(signer: Signer, chat: str, number: int, language: str) -> tuple[tuple[Button, ...], ...]:
    """Timeline · Prospectus · Mute 7 days · Why, for the alert of that delivery to that chat."""
    lang: Language = "en" if language == "en" else "zh"

    def button(icon: str, label: str, words: str) -> Button:
        return Button(label=f"{icon} {label}", data=signer.seal(chat, f"{words} {number}"))

    return (
        (button("🧭", w.TIMELINE(lang), "t"), button("📄", w.PROSPECTUS(lang), "p")),
        (button("🔕", w.MUTE(lang), "m"), button("🔍", w.WHY(lang), "w")),
    )


__all__ = ["HANDLERS", "MODULES", "Access", "alert_buttons", "needs_admin", "react"]
