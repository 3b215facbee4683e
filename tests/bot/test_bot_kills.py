"""A bot that is killed again and again loses and doubles nothing; and the judge of that can say no.

The mass of kills, every failpoint and the known-bad designs are the rig's part `inbound`.
"""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from monitor import failpoints
from tests.reliability.inbound_kills import CAUGHT_BY, MORNING, NAMES, Outcome, play
from tests.reliability.inbound_rig import Nursery
from tests.reliability.inbound_truth import Expected, Seen, Verdict, due_alerts, judge

_SHORT_DAY = ((12.2, 1, False), (23.0, 1, False), (7.84, 1, False), (MORNING, 1, True))


async def test_a_day_and_a_night_of_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    """Noon, night, morning and the digests' hour, each with lives that end at a failpoint or at random."""
    async with Nursery(tmp_path / "output.log") as nursery:
        outcome: Outcome = await play(
            tmp_path / "day", 5, nursery, kills=3, trouble=0.02, days_more=0, day_plan=_SHORT_DAY
        )
    said = (tmp_path / "output.log").read_text(errors="replace")[-1500:]
    assert outcome.lives.bad_exits == [], said
    assert outcome.lives.unsettled == [], said
    assert outcome.lives.ends["at a failpoint"] >= 4
    verdict = outcome.verdict
    assert verdict.kept, (verdict.lost, verdict.surplus, verdict.effects, verdict.in_quiet_hours)
    assert min(verdict.answers, verdict.alerts, verdict.digests) > 0


def test_every_failpoint_of_the_bot_is_known_to_the_daemon_and_to_the_rig() -> None:
    """The rig visits the whole group; each name can be armed."""
    assert failpoints.INBOUND <= failpoints.NAMES & NAMES
    assert {point for _, _, point in CAUGHT_BY.values() if point} <= failpoints.INBOUND


_CODE = "ABCDEFGHJKLMNPQR"
_ANSWER = "👁 已关注 代号0001证券"
_ALERT = "🏁 示例0001 · 上市委会议通过"
_DIGEST = "🗞 每日摘要 2026-07-07\n示例0001 · 上市委会议通过"


def _store(
    query: str, *, audits: int = 1, sponsors: tuple[str, ...] = ("代号0001证券",)
) -> list[tuple[Any, ...]]:
    if "from chat" in query:
        return [(json.dumps({"sponsors": list(sponsors)}),)]
    if "from bot_audit" in query:
        return [("1", 1, "follow", "s 代号0001证券")] * audits
    if "from bot_invitation" in query:
        return [(sha256(_CODE.encode()).hexdigest(),)]
    return []


def _judged(seen: Seen, **store: Any) -> Verdict:
    wanted = Expected(
        answers=Counter({("已关注 代号0001证券",): 1, ("邀请码",): 1}),
        audits=Counter({(1, "follow", "s 代号0001证券"): 1}),
        digests={"2026-07-07"},
        invitations=1,
        sponsors=["代号0001证券"],
    )
    return judge({"1": wanted}, {"1": seen}, lambda query: _store(query, **store), due_alerts(1))


_ALL: list[tuple[bool, str]] = [
    (False, _ANSWER),
    (False, f"🎟 邀请码 {_CODE}，仅一次有效"),
    (False, _ALERT),
    (False, _DIGEST),
]


def test_the_judge_is_content_when_everything_came_once_or_a_second_time_marked() -> None:
    """A marked repeat is counted, not blamed."""
    verdict = _judged([*_ALL, (False, f"⟳ 可能重复：#A1B2（第 2 次发送）\n{_ALERT}")])
    assert verdict.kept
    assert verdict.marked == 1


@pytest.mark.parametrize("missing", range(4))
def test_the_judge_finds_what_is_missing(missing: int) -> None:
    """An answer, an invitation, an alert or a digest that no message holds is lost."""
    verdict = _judged([one for place, one in enumerate(_ALL) if place != missing])
    assert len(verdict.lost) == 1


@pytest.mark.parametrize("twice", range(4))
def test_the_judge_finds_what_came_twice(twice: int) -> None:
    """A second copy without a mark is surplus."""
    assert len(_judged([*_ALL, _ALL[twice]]).surplus) == 1


def test_the_judge_finds_effects_done_twice_or_never_and_alerts_at_night() -> None:
    """Audit rows, choices and codes are counted in the store; an alert of the night is named."""
    assert _judged(_ALL, audits=2).effects
    assert _judged(_ALL, audits=0).effects
    assert _judged(_ALL, sponsors=()).effects
    other = [(night, text.replace(_CODE, _CODE[::-1])) for night, text in _ALL]
    assert _judged(other).effects
    at_night = [(True, text) for _, text in _ALL]
    assert len(_judged(at_night).in_quiet_hours) == 1
    assert _judged([*_ALL, (False, "something nobody asked for")]).surplus
