"""An investor's script in both languages: every command, button, inline question and preference."""

from __future__ import annotations

import re

import pytest

from alerts.bot.access import COMMANDS, TAPS
from tests.bot.kit import OWNER, BotWorld
from tests.bot.script import Talk, first_day


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_investors_first_day(world: BotWorld, language: str) -> None:
    """Each answer holds the fact asked for, and every message is one Telegram's own parser took."""
    talk = await first_day(world, language)
    _check_facts(talk, language)
    sent = [call for call in world.api.calls if call.method in ("sendmessage", "sendphoto")]
    assert len(sent) == len(world.api.chats[OWNER].shown), "no answer was refused and repeated"
    assert set(world.verdicts()) == {"handled"}


def _check_facts(talk: Talk, language: str) -> None:
    zh, answers = language == "zh", talk.answers
    card = answers["/company 沐曦" if zh else "/company MetaX"]
    assert "39.04" in card
    assert "2026-06-05" in card
    pipeline = answers["/pipeline"]
    assert ("沐曦股份（10 天）" if zh else "MetaX (沐曦股份) (10 d)") in pipeline
    assert "示例轴承" not in pipeline, "a company that makes no chips is not on the board"
    assert "2026-07-10" in answers["/next"]
    league = answers["/league 2026"]
    assert league.index("摩尔线程") < league.index("沐曦股份")
    assert ("80 亿元" if zh else "RMB 8,000 million") in league
    assert ("沐曦股份" in answers["/company 沐羲"]) if zh else ("沐曦股份" in answers["/company Metaks"])
    watch = answers["/watch 沐曦" if zh else "/watch MetaX"]
    assert re.search(r"90 天会收到 2 条" if zh else r"2 alerts in the last 90 days", watch)
    code = re.search(r"#[0-9A-Z]{4}", answers["alert"])
    assert code
    assert code[0] in answers["/missed 1d"]
    why = answers["[为何]" if zh else "[Why]"]
    assert "sse_star/2078/milestone" in why
    assert ("关注：科创板" if zh else "watchlist: 科创板") in why
    assert "2026-07-13 18:00" in answers["[静音]" if zh else "[Mute]"]
    assert "23:00-07:00" in answers["/digest daily 08:30"]
    assert "EN: " in answers["/language both"]


def test_the_script_uses_every_command() -> None:
    """A command nobody tries is one nobody knows to work; revoke and why have tests of their own."""
    from pathlib import Path

    typed = (Path(__file__).parent / "script.py").read_text(encoding="utf-8")
    tried = {name for name in COMMANDS if f'"/{name}' in typed or f"/{name} {{" in typed}
    assert set(COMMANDS) - tried == {"revoke", "why", "allow"}
    assert len(TAPS) >= 10


async def test_why_by_reply_by_code_and_for_nothing(world: BotWorld) -> None:
    """A reply to the alert and its code bring the same explanation; anything else says how to ask."""
    await world.ask("/start")
    from datetime import date

    path = ("1", "", date(2026, 6, 5)), ("2", "", date(2026, 6, 26)), ("3", "1", date(2026, 7, 6))
    alert = await world.shown(lambda: world.move("2078", *path), OWNER)
    await world.quiet()
    code = alert.text.splitlines()[-1]
    by_code = await world.ask(f"/why {code.lower()}")
    by_reply = await world.ask("/why", reply_to_message={"message_id": alert.message_id})
    assert by_code == by_reply
    assert code in by_code
    assert "#A1B2" in await world.ask("/why nonsense")
    assert "#A1B2" in await world.ask("/why", reply_to_message={"message_id": 1})
