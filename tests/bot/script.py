"""An investor's first day with the bot, in one language: what is typed and tapped, and what comes back.

Used by the tests, which judge it, and by the transcript, which people read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tests.bot.kit import OWNER, BotWorld


@dataclass
class Talk:
    """The conversation so far."""

    world: BotWorld
    lines: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def say(self, text: str, **more: object) -> str:
        """Type, and note the answer with its buttons."""
        shown = await self.world.shown(lambda: self.world.api.say(OWNER, text, **more), OWNER)
        await self.world.quiet()
        self.lines += [f"\n👤 {text}", _indented(shown.text)]
        self.lines += [f"     [{'] ['.join(button['text'] for button in row)}]" for row in shown.keyboard]
        self.answers[text] = shown.text
        return shown.text

    async def tap(self, label: str) -> str:
        """Tap, and note the toast and the message the button hung on or the new one."""
        chat = self.world.api.chats[OWNER]
        before, edits = len(chat.shown), {one.message_id: one.edits for one in chat.shown}
        toast = await self.world.tap(label)
        await self.world.quiet()
        await self.world.until(
            lambda: (
                len(chat.shown) > before
                or any(one.edits > edits[one.message_id] for one in chat.shown[:before])
            )
        )
        shown = next(
            (one for one in chat.shown[:before] if one.edits > edits[one.message_id]), chat.shown[-1]
        )
        edited = shown in chat.shown[:before]
        self.lines += [f"\n👆 [{label}]" + (f"  ({toast})" if toast else "") + ("  ✎" if edited else "")]
        self.lines += [_indented(shown.text)]
        self.lines += [f"     [{'] ['.join(button['text'] for button in row)}]" for row in shown.keyboard]
        self.answers[f"[{label}]"] = shown.text
        return shown.text

    async def alert(self) -> str:
        """The exchange posts that 沐曦 passed the committee: the alert as it arrives."""
        chat = self.world.api.chats[OWNER]
        before = len(chat.shown)
        self.world.move(
            "2078",
            ("1", "", date(2026, 6, 5)),
            ("2", "", date(2026, 6, 26)),
            ("3", "1", date(2026, 7, 6)),
        )
        await self.world.until(lambda: len(chat.shown) > before)
        await self.world.quiet()
        shown = chat.shown[-1]
        self.lines += ["\n🔔", _indented(shown.text)]
        self.lines += [f"     [{'] ['.join(button['text'] for button in row)}]" for row in shown.keyboard]
        self.answers["alert"] = shown.text
        return shown.text

    async def inline(self, text: str) -> str:
        """Type `@bot words` in some other chat."""
        api = self.world.api
        query = api.ask_inline(OWNER, text)
        await self.world.until(lambda: api.questions[query] is not None)
        shown = "\n".join(result["shown"] for result in api.questions[query] or [])
        self.lines += [f"\n👤 @ipo_monitor_bot {text}", _indented(shown)]
        self.answers[f"@{text}"] = shown
        return shown


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
    },
}


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
    await talk.alert()
    await talk.tap(w["why"])
    await talk.tap(f"🧭 {w['timeline']}")
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
    await talk.say("/stop")
    return talk
