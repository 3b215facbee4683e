"""Our own mutators: bytes, words, JSON values and HTML texts, spoilt in seeded ways.

Rule: an input depends on the random numbers given and the target alone.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

from tests.reliability.fuzzing.target import Target

Way = Callable[[random.Random, bytes, Target], bytes]
_LONG = 1 / 200  # of all inputs may be as long as the target allows


def spoil(rng: random.Random, target: Target) -> bytes:
    """One spoilt input; now and then a good one, so that the good path is walked, too."""
    data = rng.choice(target.samples)
    ways = _BINARY if target.binary else _WAYS
    size = target.most if rng.random() < _LONG else target.usual
    for _ in range(0 if rng.random() < 0.02 else 1 + min(int(rng.expovariate(1.2)), 9)):
        data = rng.choice(ways)(rng, data, target)[: target.most]
    return data[:size]


def spoil_once(rng: random.Random, data: bytes, target: Target) -> bytes:
    """The same input with one thing spoilt."""
    return rng.choice(_BINARY if target.binary else _WAYS)(rng, data, target)


def _flip(rng: random.Random, data: bytes, _: Target) -> bytes:
    spoilt = bytearray(data)
    for _n in range(rng.randint(1, 8)):
        if spoilt:
            spoilt[rng.randrange(len(spoilt))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def _set(rng: random.Random, data: bytes, _: Target) -> bytes:
    spoilt = bytearray(data)
    for _n in range(rng.randint(1, 6)):
        if spoilt:
            spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
    return bytes(spoilt)


def _more(rng: random.Random, data: bytes, _: Target) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] + rng.randbytes(rng.randint(1, 60)) + data[at:]


def _cut(rng: random.Random, data: bytes, _: Target) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] if rng.random() < 0.7 else data[at:]


def _drop(rng: random.Random, data: bytes, _: Target) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] + data[at + rng.randint(1, 200) :]


def _again(rng: random.Random, data: bytes, _: Target) -> bytes:
    begin = rng.randint(0, len(data))
    piece = data[begin : begin + rng.randint(1, 400)]
    return data[:begin] + piece * rng.choice((2, 2, 3, 5, 40)) + data[begin:]


def _splice(rng: random.Random, data: bytes, target: Target) -> bytes:
    word = rng.choice(target.words) if target.words else b"\x00"
    at = rng.randint(0, len(data))
    skip = rng.choice((0, len(word), rng.randint(0, 30)))
    return data[:at] + word * rng.choice((1, 1, 1, 2, 30)) + data[at + skip :]


def _deep(rng: random.Random, data: bytes, _: Target) -> bytes:
    opening = rng.choice((b"[", b"{", b'{"a":', b"<div>", b"(", b"<table><tr><td>"))
    at = rng.choice((0, len(data), rng.randint(0, len(data))))
    return data[:at] + opening * rng.choice((50, 500, 3000)) + data[at:]


def _nested(rng: random.Random, data: bytes, _: Target) -> bytes:
    """A value of a JSON answer so deep that a reader by recursion ends."""
    places = [match.end() for match in re.finditer(rb'":', data[:8192])]
    if not places:
        return data
    at, depth = rng.choice(places), rng.choice((60, 1_100, 3_000))
    return data[:at] + b"[" * depth + b"]" * depth + b',"":' + data[at:]


def _cross(rng: random.Random, data: bytes, target: Target) -> bytes:
    other = rng.choice(target.samples)
    return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]


_VALUES: tuple[Any, ...] = (
    None, "", 0, -1, 10**30, 1.5e300, True, [], {}, "-", [None], {"a": []}, "九", "0" * 300, "\ud800", "²",
    "٣", "9" * 4400, " 1 ", "1e5", "2026-02-30", "00000000000000", "NaN", "\x00", "a|b",
)  # fmt: skip


def _retype(rng: random.Random, data: bytes, target: Target) -> bytes:
    """Other values, types or no value in random places of a JSON answer, its count of rows kept true."""
    first, last = data.find(b"{"), data.rfind(b"}")
    try:
        tree = json.loads(data[first : last + 1])
    except (ValueError, RecursionError):
        return data
    places: list[tuple[Any, Any]] = []
    _walk(tree, places, 0)
    for _n in range(rng.randint(1, 3)):
        if not places:
            break
        node, key = rng.choice(places)
        roll = rng.random()
        if roll < 0.1 and isinstance(node, dict):
            node.pop(key, None)
        elif roll < 0.2 and isinstance(node, list):
            node.append(node[key] if key < len(node) else None)
        elif roll < 0.5 and target.words:
            node[key] = rng.choice(target.words).decode("utf-8", "replace")
        elif key in node if isinstance(node, dict) else key < len(node):
            node[key] = rng.choice(_VALUES)
    if rng.random() < 0.7:
        _recount(tree)
    return (
        data[:first]
        + json.dumps(tree, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
        + data[last + 1 :]
    )


def _walk(node: Any, places: list[tuple[Any, Any]], depth: int) -> None:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        places.append((node, key))
        if depth < 12:
            _walk(value, places, depth + 1)


def _recount(tree: Any) -> None:
    held = tree.get("pageHelp") if isinstance(tree, dict) else None
    if isinstance(held, dict) and isinstance(held.get("data"), list):
        held["total"] = len(held["data"])


_BETWEEN = re.compile(rb">[^<>]{0,200}<|\"[^\"<>]{0,80}\"")


def _retext(rng: random.Random, data: bytes, target: Target) -> bytes:
    """Another word between two tags or two quotation marks: the markup stays whole."""
    spans = [match.span() for match in _BETWEEN.finditer(data[:8192])]
    if not spans or not target.words:
        return _splice(rng, data, target)
    begin, end = rng.choice(spans)
    return data[: begin + 1] + rng.choice(target.words) + data[end - 1 :]


_WAYS: tuple[Way, ...] = (
    _flip, _cut, _drop, _again, _splice, _splice, _splice, _deep, _cross, _retype, _retype, _retext, _retext,
    _nested,
)  # fmt: skip
_BINARY: tuple[Way, ...] = (_flip, _set, _set, _more, _more, _drop, _again, _cut, _cross)
