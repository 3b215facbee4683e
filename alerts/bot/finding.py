"""Pure: the company somebody means, by any of its names, codes, in both scripts or in pinyin.

Rule: only a whole name finds at once; what merely resembles one is suggested, never taken for it.
Rule: two companies that fit equally well are both suggested.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from opencc import OpenCC

from alerts.bot.contract import Company, Found
from alerts.bot.pinyin import reading
from monitor.domain.script import fold_name, looser_names

_TRADES = ("股份", "科技", "技术", "集成电路", "半导体", "微电子", "电子", "智能", "信息")
_NEAR = 0.6  # of difflib's ratio
_NEAR_SHORT = 0.5  # of two characters one is right
_NEAR_LATIN = 0.72  # Latin letters resemble each other by chance


class Finder:
    """An index over companies; build it once, ask it often."""

    def __init__(self, companies: Sequence[Company]) -> None:
        self.companies = tuple(companies)
        self._whole: dict[str, set[int]] = defaultdict(set)
        self._loose: dict[str, set[int]] = defaultdict(set)
        for place, company in enumerate(self.companies):
            for name in (company.name, company.short, *company.names):
                if name.strip():
                    self._index(place, name)
            for code in company.codes:
                self._whole[code.casefold()].add(place)
        self._keys = [*self._whole, *(key for key in self._loose if key not in self._whole)]

    def _index(self, place: int, name: str) -> None:
        key = fold_name(name)
        self._whole[key].add(place)
        loose = dict.fromkeys((*looser_names(name), *_bare(key)))
        for looser in loose:
            self._loose[looser].add(place)
        for spelled in (key, *loose):
            if not spelled.isascii() and (latin := reading(spelled)):
                self._loose[latin].add(place)

    def find(self, query: str, most: int = 5) -> Found:
        """The company of that name or code; else those whose names resemble it."""
        key = fold_name(_simplified(query))
        if not key:
            return Found()
        for table in (self._whole, self._loose):
            places = table.get(key, set())
            if len(places) == 1:
                return Found(company=self.companies[next(iter(places))])
            if places:
                return Found(suggestions=self._named(sorted(places), most))
        within = [
            place for name in self._keys if len(key) >= 2 and key in name for place in self._places(name)
        ]
        ordered = list(dict.fromkeys(within))
        if len(ordered) == 1:
            return Found(company=self.companies[ordered[0]])
        if len(ordered) < most:
            ordered = list(dict.fromkeys([*ordered, *self._resembling(key)]))
        return Found(suggestions=self._named(ordered, most))

    def _resembling(self, key: str) -> list[int]:
        matcher = SequenceMatcher(b=key, autojunk=False)
        spelled = [key] if key.isascii() else [key, reading(key)]
        ranked: list[tuple[float, int]] = []
        for wanted in filter(None, spelled):
            matcher.set_seq2(wanted)
            near = _NEAR_LATIN if wanted.isascii() else (_NEAR_SHORT if len(wanted) == 2 else _NEAR)
            letters = set(wanted)
            for name in self._keys:
                if name.isascii() != wanted.isascii() or abs(len(name) - len(wanted)) > max(3, len(wanted)):
                    continue
                if letters.isdisjoint(name):
                    continue
                matcher.set_seq1(name)
                if matcher.real_quick_ratio() < near or matcher.quick_ratio() < near:
                    continue
                ratio = matcher.ratio()
                if ratio >= near:
                    ranked += [(-ratio, place) for place in self._places(name)]
        return [place for _, place in sorted(ranked)]

    def _places(self, key: str) -> Iterable[int]:
        return sorted(self._whole.get(key, set()) | self._loose.get(key, set()))

    def _named(self, places: Iterable[int], most: int) -> tuple[Company, ...]:
        return tuple(self.companies[place] for place in places)[:most]


def _bare(key: str) -> tuple[str, ...]:
    """燧原 of 燧原科技: what people say; at least two characters of the name must be left."""
    place = key
    for trade in _TRADES:
        place = place.removesuffix(trade)
    return (place,) if place != key and len(place) >= 2 else ()


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplified(text: str) -> str:
    return text if text.isascii() else str(_converter().convert(text))
