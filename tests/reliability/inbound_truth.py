"""What people said to the bot, and what must have come of it: the ground truth of the inbound kills.

Rule: only what was said and what the chats saw counts; the store is asked for effects, never for answers.
Rule: every message a chat saw is one alert, one digest or one answer; a text that is none of them is surplus.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MARK = "可能重复"
_DIGEST = re.compile(r"每日摘要 (\d{4}-\d{2}-\d{2})")
_ALERT = re.compile(r"示例(\d{4})(?!号)")
_CODE = re.compile(r"邀请码 ([0-9A-Z]{16})")

Key = tuple[str, ...]  # what one message is: an alert, a step, a card, a digest, the words of an answer
Rows = Callable[[str], list[tuple[Any, ...]]]


@dataclass
class Expected:
    """What one chat must have seen, and what must stand in the store for it."""

    answers: Counter[Key] = field(default_factory=Counter)  # words that one answer holds
    audits: Counter[tuple[int, str, str]] = field(default_factory=Counter)  # person, action, detail
    digests: set[str] = field(default_factory=set)  # days
    invitations: int = 0
    sponsors: list[str] = field(default_factory=list)
    quiet: str = ""
    daily: str = ""


@dataclass
class Verdict:
    """What came of a run; every list names breaches."""

    lost: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)  # unmarked
    effects: list[str] = field(default_factory=list)  # not in the store exactly once
    in_quiet_hours: list[str] = field(default_factory=list)
    answers: int = 0
    alerts: int = 0
    digests: int = 0
    cards: int = 0
    marked: int = 0

    @property
    def kept(self) -> bool:
        """Whether nothing was lost, doubled, or shown at night."""
        return not (self.lost or self.surplus or self.effects or self.in_quiet_hours)


Seen = Sequence[tuple[bool, str]]  # (whether it fell into quiet hours, text), in order
Check = Callable[[str, Seen, Rows, Verdict], None]
"""A further look at one chat: its address, what it saw, the store's rows; breaches go into the verdict."""


def judge(
    expected: Mapping[str, Expected],
    seen: Mapping[str, Seen],
    rows: Rows,
    alerts: Sequence[Key],
    checks: Sequence[Check] = (),
    keys: Callable[[str], list[Key]] = lambda text: [],
) -> Verdict:
    """Compare what each chat must have seen with what it saw, and the store with what was said."""
    verdict = Verdict()
    for chat, wanted in expected.items():
        _judge_messages(chat, wanted, seen.get(chat, ()), alerts, keys, verdict)
        _judge_choices(chat, wanted, rows, verdict)
        for check in checks:
            check(chat, seen.get(chat, ()), rows, verdict)
    _judge_audits(expected, rows, verdict)
    _judge_invitations(expected, seen, rows, verdict)
    waiting = rows("select update_id, verdict from inbound where state = 'new' or verdict != 'handled'")
    verdict.effects += [f"update {number}: {how or 'never handled'}" for number, how in waiting]
    return verdict


def _judge_messages(
    chat: str,
    wanted: Expected,
    seen: Seen,
    alerts: Sequence[Key],
    more: Callable[[str], list[Key]],
    verdict: Verdict,
) -> None:
    plain, marked = Counter[Key](), Counter[Key]()
    due: Counter[Key] = Counter(alerts)
    due.update({("digest", day): 1 for day in wanted.digests})
    due.update(wanted.answers)
    for at_night, text in seen:
        repeat = MARK in text
        verdict.marked += repeat
        keys = _keys(text, wanted.answers, more)
        # One in doubt is resolved at any hour, as it keeps its whole chat waiting.
        if at_night and not repeat and any(key[0] in ("alert", "step") for key in keys):
            verdict.in_quiet_hours.append(f"{chat}: {text[:60]}")
        if not keys:
            verdict.surplus.append(f"{chat}: nobody asked for {text[:80]!r}")
        (marked if repeat else plain).update(keys)
    for key, times in due.items():
        if plain[key] + marked[key] < times:
            verdict.lost.append(f"{chat}: {' '.join(key)}")
        if plain[key] > times:
            verdict.surplus.append(f"{chat}: {plain[key]} × {' '.join(key)}")
    undue = [key for key in plain if key not in due and key[0] != "card"]
    verdict.surplus += [f"{chat}: not due {' '.join(key)}" for key in undue]
    verdict.alerts += len(alerts)
    verdict.digests += len(wanted.digests)
    verdict.answers += wanted.answers.total()


def _keys(text: str, answers: Mapping[Key, int], more: Callable[[str], list[Key]]) -> list[Key]:
    """What one message is: a day's digest, an answer, or the alerts it names."""
    if day := _DIGEST.search(text):
        return [("digest", day[1])]
    fitting = [words for words in answers if all(word in text for word in words)]
    if fitting:
        return [max(fitting, key=len)]
    return [("alert", number) for number in sorted(set(_ALERT.findall(text)))] + more(text)


def due_alerts(count: int) -> list[Key]:
    """The alerts every chat must have seen of so many published."""
    return [("alert", f"{number:04}") for number in range(1, count + 1)]


def _judge_choices(chat: str, wanted: Expected, rows: Rows, verdict: Verdict) -> None:
    found = rows(f"select preferences from chat where channel = 'telegram' and address = '{chat}'")
    if len(found) != 1:
        verdict.effects.append(f"{chat}: {len(found)} rows of the chat")
        return
    held = json.loads(found[0][0])
    for name, value in (("sponsors", wanted.sponsors), ("quiet", wanted.quiet), ("daily", wanted.daily)):
        if (held.get(name) or type(value)()) != value:
            verdict.effects.append(f"{chat}: {name} is {held.get(name)!r}, not {value!r}")


def _judge_audits(expected: Mapping[str, Expected], rows: Rows, verdict: Verdict) -> None:
    held = Counter(rows("select address, user_id, action, detail from bot_audit"))
    wanted = Counter[tuple[Any, ...]]()
    for chat, one in expected.items():
        wanted.update({(chat, *audit): times for audit, times in one.audits.items()})
    for audit in {*held, *wanted}:
        if held[audit] != wanted[audit]:
            verdict.effects.append(f"audit {audit}: {held[audit]} rows, not {wanted[audit]}")


def _judge_invitations(
    expected: Mapping[str, Expected], seen: Mapping[str, Seen], rows: Rows, verdict: Verdict
) -> None:
    """As many as were asked for, and the code of each was shown; no other code was."""
    kept = Counter(digest for (digest,) in rows("select code_sha256 from bot_invitation"))
    asked = sum(one.invitations for one in expected.values())
    if kept.total() != asked:
        verdict.effects.append(f"{kept.total()} invitations, not {asked}")
    shown = {code for texts in seen.values() for _, text in texts for code in _CODE.findall(text)}
    digests = {hashlib.sha256(code.encode()).hexdigest() for code in shown}
    if digests != set(kept):
        verdict.effects.append(f"{len(digests ^ set(kept))} invitations whose code was not shown")
