"""The people of the inbound kills: what they say next, and what must come of it.

Rule: nobody taps a button that was not shown, and nobody says more than the bot's budget for one person.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.doubles.bot_api import BotApi
from tests.reliability.inbound_truth import Expected
from tests.reliability.inbound_victim import GROUP, OTHER, OWNER

SPEAKERS = {OWNER: OWNER, OTHER: OTHER, GROUP: OWNER}  # chat → who speaks there; a group's admin
_MOST_UNREAD = 12  # updates the service may hold: a life must never drop one as too many
_QUIET = "22:00-07:30"
_ASKED, _OFFERED = "过去 90 天会收到", "已关注"


class People:
    """One conversation in each chat."""

    def __init__(self, api: BotApi, rng: random.Random) -> None:
        self._api = api
        self._rng = rng
        self.expected = {str(chat): Expected() for chat in SPEAKERS}
        self._offers: dict[int, list[str]] = {chat: [] for chat in SPEAKERS}  # asked for, not agreed to yet
        self._number = 0
        self._days = 0
        self.muted = 0  # the company's number in the store, once it is known

    def set_up(self) -> None:
        """Everybody begins, is quiet at night, wants a digest, and asks to follow the board."""
        for chat, user in SPEAKERS.items():
            wanted = self.expected[str(chat)]
            self._say(chat, "/start", "已开始提醒")
            wanted.audits[user, "/start", ""] += 1
            wanted.quiet, wanted.daily = _QUIET, "08:00"
            for words in (_QUIET, "urgent off"):
                self._say(chat, f"/quiet {words}", "本会话的设置", _QUIET)
            self._say(chat, "/digest daily 08:00", "本会话的设置", _QUIET, "每日 08:00")
            self._say(chat, "/watch 板块 科创板", _ASKED, "科创板？")

    def follow_the_board(self) -> None:
        """Agree, so that further criteria leave nothing out."""
        for chat, user in SPEAKERS.items():
            self._agree(chat, "科创板？")
            self._expect(chat, _OFFERED, "科创板")
            self.expected[str(chat)].audits[user, "follow", "b 科创板"] += 1

    def speak(self) -> None:
        """One person says or taps one thing."""
        if len(self._api.updates) >= _MOST_UNREAD:
            return
        chat = self._rng.choice(list(SPEAKERS))
        acts: list[Callable[[int], None]] = [self._watch, self._quiet, self._digest, self._mute]
        if chat == OWNER:
            acts.append(self._invite)
        if self.expected[str(chat)].sponsors:
            acts.append(self._unwatch)
        if any(self._shown(chat, f"{name}？") for name in self._offers[chat]):
            acts += [self._follow] * 3
        self._rng.choice(acts)(chat)

    def ask_for_invitations(self, count: int) -> None:
        """The owner asks for so many: what is done twice shows most plainly there."""
        for _ in range(count):
            self._invite(OWNER)

    def _watch(self, chat: int) -> None:
        self._number += 1
        name = f"代号{self._number:04}证券"
        self._offers[chat].append(name)
        self._say(chat, f"/watch 保荐 {name}", _ASKED, f"{name}？")

    def _follow(self, chat: int) -> None:
        name = next(name for name in self._offers[chat] if self._shown(chat, f"{name}？"))
        self._offers[chat].remove(name)
        self._agree(chat, f"{name}？")
        self._expect(chat, _OFFERED, name)
        wanted = self.expected[str(chat)]
        wanted.audits[SPEAKERS[chat], "follow", f"s {name}"] += 1
        wanted.sponsors.append(name)

    def _unwatch(self, chat: int) -> None:
        wanted = self.expected[str(chat)]
        name = wanted.sponsors.pop(self._rng.randrange(len(wanted.sponsors)))
        self._say(chat, f"/unwatch 保荐 {name}", "已取消关注", name)
        wanted.audits[SPEAKERS[chat], "unfollow", f"保荐 {name}"] += 1

    def _quiet(self, chat: int) -> None:
        self._number += 1
        wanted = self.expected[str(chat)]
        wanted.quiet = f"22:{self._number % 30:02}-07:{30 + self._number // 30 % 15:02}"
        self._say(chat, f"/quiet {wanted.quiet}", *self._choices(wanted))

    def _digest(self, chat: int) -> None:
        self._days += 1
        wanted = self.expected[str(chat)]
        wanted.daily = f"08:{self._days % 30:02}"
        self._say(chat, f"/digest daily {wanted.daily}", *self._choices(wanted))

    def _choices(self, wanted: Expected) -> tuple[str, ...]:
        return ("本会话的设置", wanted.quiet, f"每日 {wanted.daily}")

    def _mute(self, chat: int) -> None:
        days = self._rng.randint(1, 365)
        self._say(chat, f"/mute 沐曦 {days}", "沐曦股份 已静音至")
        self.expected[str(chat)].audits[SPEAKERS[chat], "mute", f"{self.muted} {days}"] += 1

    def _invite(self, chat: int) -> None:
        self._say(chat, "/invite", "邀请码")
        wanted = self.expected[str(chat)]
        wanted.audits[SPEAKERS[chat], "invite", ""] += 1
        wanted.invitations += 1

    def _say(self, chat: int, text: str, *answer: str) -> None:
        self._api.say(SPEAKERS[chat], text, chat=chat)
        self._expect(chat, *answer)

    def _expect(self, chat: int, *answer: str) -> None:
        self.expected[str(chat)].answers[answer] += 1

    def _shown(self, chat: int, words: str) -> str:
        """What the agreeing button of the offer with these words carries, "" while it was not shown."""
        for one in self._api.chats[chat].shown:
            if _ASKED in one.text and words in one.text:
                return one.keyboard[0][0]["callback_data"]
        return ""

    def _agree(self, chat: int, words: str) -> None:
        if data := self._shown(chat, words):  # without the question there is no button, and no answer to it
            self._api.tap(SPEAKERS[chat], "关注", chat=chat, data=data)
