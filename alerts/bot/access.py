"""Who may do what: every handler stands in a registry behind its guard, and nothing is reached around it.

Rule: default deny. A stranger, a member of a group who is no admin of it, an unknown chat: refused,
written down once, told nothing of what is inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from alerts.bilingual import both
from alerts.bot import words as w
from alerts.bot.contract import CHANNEL, GROUPS, Desk, Inbound, Reaction, Role
from alerts.bot.signing import Signer
from alerts.glossary import Language
from alerts.message import Button, Message
from alerts.preferences import Preferences

Mode = Literal["open", "closed", "invite"]
Make = Callable[[Language], Message]
_REFUSALS_TOLD = 90  # characters of a command that the audit log keeps


class Access(StrEnum):
    """What a handler asks of whoever calls it."""

    DOOR = "door"  # anybody in a private chat, any channel: only to come in
    USER = "user"  # somebody let in; in a group also its admin; a channel let in
    READER = "reader"  # the same, or any member of a group that is known: only what the alert shows anyway
    OWNER = "owner"  # owner or admin, in private


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One guarded call of a handler."""

    inbound: Inbound
    desk: Desk
    signer: Signer
    role: Role
    mode: Mode
    preferences: Preferences
    chat_language: str  # zh, en or both
    argument: str  # of the command, or the opened words of a button

    @property
    def language(self) -> Language:
        """The language of short words where two have no room."""
        return "en" if self.chat_language == "en" else "zh"

    def message(self, make: Make) -> Message:
        """A message in the chat's language, or in both."""
        if self.chat_language == "both":
            return both(make("zh"), make("en"))
        return make(self.language)

    def reply(self, make: Make, *rows: tuple[Button, ...]) -> Reaction:
        """One answer, with its buttons."""
        return Reaction(replies=(replace(self.message(make), buttons=rows),))

    def say(self, zh: str, en: str, *rows: tuple[Button, ...], icon: str = "💬") -> Reaction:
        """One short answer."""
        return self.reply(lambda language: note(zh if language == "zh" else en, icon), *rows)

    def usage(self, zh: str, en: str, *rows: tuple[Button, ...]) -> Reaction:
        """How something is asked for, in our own words alone: its commands can be tapped."""
        said = self.say(zh, en, *rows)
        return replace(said, replies=tuple(replace(one, own_words=True) for one in said.replies))

    def button(self, label: str, words: str) -> Button:
        """A button sealed for this chat."""
        return Button(label=label[:40], data=self.signer.seal(self.inbound.chat, words))

    def save(self, preferences: Preferences, language: str = "") -> None:
        """Keep what was chosen, and who chose it."""
        self.desk.save(self.inbound.address, preferences, language)


def note(text: str, icon: str = "💬") -> Message:
    """A short answer that is no alert."""
    return Message(alert_id="", icon=icon, headline=text)


Handler = Callable[[Call], Reaction]


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarded:
    """A handler with its guard: calling it is the only way in."""

    name: str
    access: Access
    handler: Handler
    zh: str = ""
    en: str = ""

    def __call__(self, call: Call, *, group_admin: bool) -> Reaction:
        """Run the handler, or refuse."""
        if not permits(self.access, call, group_admin=group_admin):
            call.desk.audit(call.inbound, self.name[:_REFUSALS_TOLD], allowed=False)
            return Reaction(
                toast=w.REFUSED(call.language) if call.inbound.query_id else "", verdict="refused"
            )
        return self.handler(call)


def permits(access: Access, call: Call, *, group_admin: bool) -> bool:
    """Whether the guard lets this call through."""
    inbound = call.inbound
    if inbound.user <= 0 and not inbound.posted:
        return False
    let_in = call.mode == "open" or call.role is not Role.STRANGER
    if access is Access.OWNER:
        return inbound.private and call.role in (Role.OWNER, Role.ADMIN)
    if inbound.private:
        return let_in or access is Access.DOOR
    if inbound.kind == "inline":
        return let_in
    if inbound.posted:
        return access is Access.DOOR or let_in or call.preferences.subscribed
    if inbound.chat_type not in GROUPS | {CHANNEL}:
        return False
    known = call.preferences.subscribed
    if access is Access.READER and known:
        return True
    return group_admin and (let_in or known)


COMMANDS: dict[str, Guarded] = {}
TAPS: dict[str, Guarded] = {}  # by the first word of a button's data
INLINE: dict[str, Guarded] = {}  # one entry


def command(name: str, access: Access, zh: str, en: str) -> Callable[[Handler], Handler]:
    """Register a command; `zh` and `en` are its line in /help."""

    def register(handler: Handler) -> Handler:
        COMMANDS[name] = Guarded(name=f"/{name}", access=access, handler=handler, zh=zh, en=en)
        return handler

    return register


def tap(name: str, access: Access) -> Callable[[Handler], Handler]:
    """Register what a button does."""

    def register(handler: Handler) -> Handler:
        TAPS[name] = Guarded(name=f"tap {name}", access=access, handler=handler)
        return handler

    return register
