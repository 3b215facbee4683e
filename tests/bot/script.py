"""An investor's first day with the bot, in one language: what is typed and tapped, and what comes back.

Used by the tests, which judge it, and by the transcript, which people read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.bot.kit import FRIEND, GROUP, OWNER, STRANGER, BotWorld, is_card
from tests.doubles.bot_api import person


@dataclass
class Talk:
    """The conversation so far, in one chat at a time."""

    world: BotWorld
    chat: int = OWNER
    thread: int | None = None
    user: int = OWNER
    lines: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    def enter(self, title: str, chat: int, *, thread: int | None = None, user: int = OWNER) -> None:
        """Go on in another chat or topic, or as somebody else."""
        self.chat, self.thread, self.user = chat, thread, user
        self.lines.append(f"\n──────── {title} ────────")

    async def say(self, text: str, *, answered: bool = True) -> str:
        """Type, and note the answer with its buttons, and everything else that changed."""
        topic: dict[str, Any] = {}
        if self.thread is not None:
            topic = {"message_thread_id": self.thread, "is_topic_message": True}
        return await self._noted(
            f"👤 {text}", lambda: self.world.api.say(self.user, text, chat=self.chat, **topic), text, answered
        )

    async def post(self, text: str) -> str:
        """The channel posts."""
        chat = self.world.api.chats[self.chat]
        body = {"message_id": chat.next_id, "sender_chat": chat.as_json(), "chat": chat.as_json(), "date": 1}
        chat.next_id += 1
        return await self._noted(
            f"📣 {text}", lambda: self.world.api.push_update(channel_post={**body, "text": text}), text, True
        )

    async def tap(self, label: str) -> str:
        """Tap the newest button of that name; note the toast and what became of it."""
        before = self._seen()
        toast = await self.world.tap(label, user=self.user, chat=self.chat)
        await self.world.quiet()
        if not toast or toast in ("已保存", "Saved"):
            await self.world.until(lambda: self._seen() != before)
        self.lines.append(f"\n👆 [{label}]" + (f"  ({toast})" if toast else ""))
        shown = self._note(before)
        self.answers[f"[{label}]"] = shown or toast
        return shown

    async def alert(self, *path: tuple[str, str, date]) -> str:
        """The exchange posts: what arrives, the card and the alert that replies to it."""
        text = await self._noted(
            "🏛 …", lambda: self.world.move("2078", *path), f"alert {len(path)}", answered=True
        )
        self.answers["alert"] = text
        return text

    async def inline(self, text: str) -> str:
        """Type `@bot words` in some other chat."""
        api = self.world.api
        query = api.ask_inline(self.user, text)
        await self.world.until(lambda: api.questions[query] is not None)
        shown = "\n".join(result["shown"] for result in api.questions[query] or [])
        self.lines += [f"\n👤 @ipo_monitor_bot {text}", _indented(shown)]
        self.answers[f"@{text}"] = shown
        return shown

    async def _noted(self, said: str, act: Callable[[], object], key: str, answered: bool) -> str:
        before, told = self._seen(), len(self.world.told(self.chat))
        act()
        if answered:
            await self.world.until(lambda: len(self.world.told(self.chat)) > told)
        await self.world.quiet()
        self.lines.append(f"\n{said}")
        shown = self._note(before)
        self.answers[key] = shown
        return shown

    async def say_membership(self) -> None:
        """An admin of the channel, whom the bot knows, makes it an admin there."""
        change = {"chat": self.world.api.chats[self.chat].as_json(), "from": person(self.user), "date": 1}
        self.world.api.push_update(my_chat_member={**change, "new_chat_member": {"status": "administrator"}})
        await self.world.quiet()
        self.lines.append("   (+ @ipo_monitor_bot)")

    def _seen(self) -> dict[int, int]:
        return {one.message_id: one.edits for one in self.world.api.chats[self.chat].shown}

    def _note(self, before: dict[int, int]) -> str:
        """Write down what is new or changed; the text of the last that is no card."""
        last = ""
        for one in self.world.api.chats[self.chat].shown:
            if before.get(one.message_id) == one.edits:
                continue
            marks = "✎ " if one.message_id in before else ("🔕 " if one.silent else "")
            reply = f" ↩ #{one.reply_to}" if one.reply_to else ""
            self.lines.append(f"   {marks}#{one.message_id}{reply}")
            if one.photo:
                self.lines.append(
                    f"   🖼 {int.from_bytes(one.photo[16:20])}×{int.from_bytes(one.photo[20:24])}"
                )
            self.lines.append(_indented(one.text))
            self.lines += [f"     [{'] ['.join(button['text'] for button in row)}]" for row in one.keyboard]
            last = last if is_card(one) else one.text
            if is_card(one):
                self.answers["card"] = one.text
        if not last and before == self._seen():
            self.lines.append("   (…)")
        return last


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())


_WORDS = {
    "zh": {
        "language": "中文",
        "chips": "AI 芯片",
        "quiet": "22:00-07:30",
        "follow": "✅ 关注",
        "timeline": "时间线",
        "prospectus": "招股书",
        "mute": "静音",
        "why": "为何",
        "name": "沐曦",
        "typo": "沐羲",
        "other": "摩尔线程",
        "sponsor": "保荐 中信证券",
        "board": "板块 科创板",
        "theme": "主题 产业链",
        "minimum": "最低 20 亿",
        "weekday": "周一",
        "steps": "审核步骤",
        "named": "只提醒我点名的",
    },
    "en": {
        "language": "English",
        "chips": "AI chips",
        "quiet": "22:00-07:30",
        "follow": "✅ Follow",
        "timeline": "Timeline",
        "prospectus": "Prospectus",
        "mute": "Mute",
        "why": "Why",
        "name": "MetaX",
        "typo": "Metaks",
        "other": "Moore Threads",
        "sponsor": "sponsor 中信证券",
        "board": "board star",
        "theme": "theme related",
        "minimum": "min 20",
        "weekday": "mon",
        "steps": "review steps",
        "named": "only those I name",
    },
}


PASSED = (("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26)), ("3", "1", date(2026, 7, 6)))
CHANNEL = -1001234567890
TOPIC = 42


async def first_day(world: BotWorld, language: str) -> Talk:
    """Set up, look around, follow, be told, ask why, mute, choose the hours."""
    w, talk = _WORDS[language], Talk(world)
    await talk.say("/start")
    await talk.tap(w["language"])
    await talk.tap(w["chips"])
    await talk.tap(w["quiet"])
    await talk.say("/help")
    await talk.say(f"/company {w['name']}")
    await talk.tap(w["timeline"])
    await talk.say(f"/company {w['other']}")
    await talk.tap(w["prospectus"])
    await talk.say(f"/company {w['typo']}")
    await talk.say("/pipeline")
    await talk.say("/next")
    await talk.say("/next all")
    await talk.say("/league 2026")
    await talk.inline(w["name"])
    await talk.say(f"/watch {w['name']}")
    await talk.tap(w["follow"])
    for thing in ("sponsor", "board", "theme", "minimum"):
        await talk.say(f"/watch {w[thing]}")
        await talk.tap(w["follow"])
    await talk.say("/watching")
    await talk.tap("✖️")
    await talk.say(f"/unwatch {w['sponsor']}")
    await talk.alert(*PASSED)
    await talk.tap(w["why"])
    await talk.tap(f"🧭 {w['timeline']}")
    await talk.alert(*PASSED, ("4", "", date(2026, 7, 6)))
    await talk.say("/missed 1d")
    await talk.tap(w["mute"])
    await talk.say("/mute off")
    await talk.say(f"/mute {w['other']} 3")
    await talk.say("/kinds")
    await talk.tap(w["steps"])
    await talk.say("/quiet 23:00-07:00")
    await talk.say("/quiet urgent off")
    await talk.say("/digest daily 08:30")
    await talk.say(f"/digest weekly {w['weekday']} 08:30")
    await talk.say("/status")
    await talk.say("/invite")
    await talk.say("/audit")
    await talk.say("/language both")
    await talk.say(f"/company {w['name']}")
    await talk.say("/card off")
    await talk.say("/card on")
    await talk.say("/stop")
    return talk


async def elsewhere(world: BotWorld, language: str) -> Talk:
    """A group, one of its topics, a channel, names as people write them, and those who may not."""
    w, talk = _WORDS[language], Talk(world)
    api = world.api
    api.add_chat(GROUP, "supergroup", "投资群").members = {OWNER: "creator", FRIEND: "member"}
    api.add_chat(CHANNEL, "channel", "芯片观察").members = {OWNER: "creator"}
    for user in (FRIEND, STRANGER):
        api.add_chat(user)
    talk.enter("1:1", OWNER)
    await talk.say(f"/language {language}")
    for name in ("沐曦集成電路", "muxi", "Moore Thread", "壁韧", "688795", "没有这家公司"):
        await talk.say(f"/company {name}")
    await talk.inline("moor")
    talk.enter("group, an admin", GROUP)
    await talk.say("/start")
    await talk.say(f"/language {language}")
    await talk.say(f"/watch {w['name']}")
    await talk.tap(w["follow"])
    talk.enter("group, a member", GROUP, user=FRIEND)
    await talk.say("/pipeline", answered=False)
    talk.enter("topic, an admin", GROUP, thread=TOPIC)
    await talk.say("/start")
    await talk.say(f"/language {language}")
    await talk.say(f"/watch {w['theme']}")
    await talk.tap(w["follow"])
    await talk.say("/settings")
    await talk.tap(w["language"])
    await talk.tap(w["named"])
    talk.enter("channel", CHANNEL)
    await talk.say_membership()
    await talk.post("/start")
    await talk.post(f"/language {language}")
    await talk.post(f"/watch {w['name']}")
    await talk.post("/next")
    talk.enter("group", GROUP, user=FRIEND)
    await talk.alert(*PASSED)
    await talk.tap(w["timeline"])
    await talk.tap(w["mute"])
    talk.enter("channel, a reader", CHANNEL, user=FRIEND)
    await talk.tap(w["timeline"])
    await talk.tap(w["mute"])
    talk.enter("a stranger", STRANGER, user=STRANGER)
    await talk.say("/start", answered=False)
    await world.until(lambda: api.chats[STRANGER].shown != [])
    await talk.say("/company 沐曦", answered=False)
    return talk
