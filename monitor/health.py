"""What a run of polls says about a source, and what a list must keep to be believed. Pure.

Rule: trouble is told once and its end once; a poll that was never made is neither failure nor recovery.
Rule: an answer proves the host is there, not that the list is right: only a good look at the same thing
ends trouble with its content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from monitor.domain.records import Listing

_CST = timezone(timedelta(hours=8))

NOT_POLLED = "backing-off"
_CONTENT = frozenset({"empty", "shrunk", "drifted", "garbled", "stale"})
_OURS = frozenset({"fault"})
# Verdicts that say "we are blind or misled": told at the first poll. Others may pass: told at the third.
_AT_ONCE = frozenset({"empty", "shrunk", "drifted", "stale", "blocked", "certificate", "wedged"})
_PATIENCE = 3
_LONGEST_SILENCE = timedelta(minutes=10)

STALE_AFTER = 10  # trading days without any change in a list of the whole market
_WHOLE_MARKET = 200  # a shorter list may well rest for weeks
_FEW_ROWS, _SMALL_SHARE = 3, 0.02
_ALWAYS, _FILL_DROP = 0.95, 0.05  # a value that only some rows have may come and go
_FILL_ROWS = 20  # fewer rows are no statistic
_FILL_WEIGHT, _FILL_STEP = 0.1, 0.002
_ACCEPT_AFTER = timedelta(days=7)  # a shorter list that stayed so for a week is the list

State = dict[str, Any]  # JSON, as kept between polls


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """One thing to tell: trouble with its verdict, or its end."""

    verdict: str
    recovered: bool
    since: datetime
    failures: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What one poll means for health; `aspect` is what was looked at: quick, sweep, documents, background."""

    aspect: str
    verdict: str
    started_at: datetime
    ended_at: datetime


def judge(state: Mapping[str, Any], look: Look) -> tuple[State, list[Telling]]:
    """(what is open, a poll) → (what is open now, what to tell)."""
    troubles: State = {
        group: {**trouble, "failing": dict(trouble["failing"]), "told": list(trouble["told"])}
        for group, trouble in state.items()
    }
    told: list[Telling] = []
    if look.verdict == NOT_POLLED:
        for trouble in troubles.values():
            if not trouble["told"] and look.ended_at - _since(trouble) >= _LONGEST_SILENCE:
                told.append(_tell(trouble, trouble["last"]))
        return troubles, told
    if look.verdict != "ok":
        told += _failed(troubles, look)
    for group, aspects in _cleared(look):
        trouble = troubles.get(group)
        if trouble is None:
            continue
        for aspect in aspects:
            trouble["failing"].pop(aspect, None)
        if not trouble["failing"]:
            del troubles[group]
            if trouble["told"]:
                told.append(
                    Telling(
                        verdict=", ".join(trouble["told"]),
                        recovered=True,
                        since=_since(trouble),
                        failures=trouble["count"],
                    )
                )
    return troubles, told


def open_verdict(state: Mapping[str, Any]) -> str:
    """The verdict of the trouble told and not yet over, the latest first; "" when there is none."""
    told = [trouble for trouble in state.values() if trouble["told"]]
    return str(max(told, key=_since)["told"][-1]) if told else ""


def troubled(state: Mapping[str, Any], aspect: str) -> bool:
    """Whether an aspect has failed and not been well since."""
    return any(aspect in trouble["failing"] for trouble in state.values())


def _failed(troubles: State, look: Look) -> list[Telling]:
    trouble = troubles.setdefault(
        _group(look.verdict),
        {"since": look.started_at.isoformat(), "told": [], "failing": {}, "count": 0, "last": ""},
    )
    failing = trouble["failing"]
    failing[look.aspect] = failing.get(look.aspect, 0) + 1
    trouble["count"] += 1
    trouble["last"] = look.verdict
    at_once = look.verdict in _AT_ONCE
    long = trouble["count"] > 1 and look.ended_at - _since(trouble) >= _LONGEST_SILENCE
    due = at_once or long or failing[look.aspect] >= _PATIENCE
    if not due or look.verdict in trouble["told"] or (trouble["told"] and not at_once):
        return []
    return [_tell(trouble, look.verdict)]


def _tell(trouble: State, verdict: str) -> Telling:
    trouble["told"].append(verdict)
    return Telling(verdict=verdict, recovered=False, since=_since(trouble), failures=trouble["count"])


def _group(verdict: str) -> str:
    return "content" if verdict in _CONTENT else "ours" if verdict in _OURS else "reach"


def _cleared(look: Look) -> list[tuple[str, tuple[str, ...]]]:
    """Which troubles of which aspects a poll shows to be over."""
    lists = ("quick", "sweep")
    alike = lists if look.aspect in lists else (look.aspect,)
    if look.verdict == "ok":
        # A sweep sees what the quick poll sees; the quick poll sees only the newest page.
        seen = lists if look.aspect == "sweep" else (look.aspect,)
        return [("reach", alike), ("ours", alike), ("content", seen)]
    if look.verdict in _CONTENT:
        return [("reach", alike), ("ours", alike)]
    return []


def _since(trouble: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(trouble["since"])


def compare(
    memory: Mapping[str, Any], seen: Listing, now: datetime, trades: Callable[[date], bool]
) -> tuple[State, str, str]:
    """(what the list looked like, a look) → (what to remember, verdict, detail); "ok" when all is well."""
    known: State = dict(memory) if memory.get("scope") == seen.scope else {"scope": seen.scope}
    kept = dict(known)
    top = int(known.get("total", 0))
    missing = top - seen.total
    if missing > max(_FEW_ROWS, _SMALL_SHARE * top):
        low_since = datetime.fromisoformat(kept.setdefault("low_since", now.isoformat()))
        if now - low_since < _ACCEPT_AFTER:
            return kept, "shrunk", f"the list counts {seen.total} rows, where it had {top}"
        top = seen.total
    kept.pop("low_since", None)
    kept["total"] = max(top, seen.total)
    if seen.newest != known.get("newest") or "moved_at" not in known:
        kept["newest"], kept["moved_at"] = seen.newest, now.isoformat()
    fallen = _fallen(known.get("fill", {}), seen)
    if fallen:
        return kept, "drifted", "newest rows without a value they always had: " + ", ".join(fallen)
    if seen.sample >= _FILL_ROWS:
        kept["fill"] = _averages(known.get("fill", {}), seen.filled)
    moved = datetime.fromisoformat(kept["moved_at"]).astimezone(_CST).date()
    rested = _trading_days(moved, now.astimezone(_CST).date(), trades)
    if seen.total >= _WHOLE_MARKET and rested > STALE_AFTER:
        return kept, "stale", f"nothing in the list has changed for {rested} trading days"
    return kept, "ok", ""


def _fallen(average: Mapping[str, float], seen: Listing) -> list[str]:
    if seen.sample < _FILL_ROWS:
        return []
    return sorted(
        f"{name} {share:.0%} → {seen.filled.get(name, 0.0):.0%}"
        for name, share in average.items()
        if share >= _ALWAYS and share - seen.filled.get(name, 0.0) > _FILL_DROP
    )


def _averages(average: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """A slow running mean, moved only when it moves visibly: each write is one on the disk."""
    kept = {}
    for name, share in now.items():
        old = average.get(name, share)
        new = old + _FILL_WEIGHT * (share - old)
        kept[name] = round(new, 4) if abs(new - old) >= _FILL_STEP else old
    return kept


def _trading_days(after: date, until: date, trades: Callable[[date], bool]) -> int:
    days = min((until - after).days, 60)
    return sum(trades(after + timedelta(days=count)) for count in range(1, days + 1))
