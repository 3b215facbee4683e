"""What an amount's sentence takes back: an example, a condition, a denied report, the wrong half of a correction.

Rule: such an amount is no figure, whatever label stands at it; a condition on the over-allotment option is
none of these, for it names a variant of the offer.
"""

# ruff: noqa: E501  a word pattern is read on one line

from __future__ import annotations

import re
from bisect import bisect_right

__all__ = ["Withdrawn"]

_STOP = re.compile(r"[。;]|(?<=[a-z])\.(?=[A-Z])")
_CLAUSE = re.compile(r"(?<!\d),|,(?!\d)|[。;:()“”]")
# A report the sentence, or the sentence behind it, says is not true; an offer that was called off.
_DENIED = re.compile(
    r"不属实|与(?:事实|实际)(?:情况)?(?:严重)?不(?:相)?符|(?:报道|传闻|消息|信息|说法|传言)[^,。;]{0,6}(?:不实|有误)|(?:系|属|为)不实|不实(?:报道|传闻|消息|信息|说法|传言)|谣言|网传|市场传闻|不再适用|作废|(?:决定|已)(?:取消|终止)本次(?:首次)?(?:公开)?发行|子虚乌有|(?:予以|坚决)否认|[Dd]en(?:ied|ies|ying)|[Dd]ismissed(?:a|the)?(?:media)?(?:report|rumou?r)|[Uu]ntrue|[Rr]umou?r"
)
_DENIED_BEHIND = re.compile(
    r"[。;](?:公司(?:郑重)?(?:声明|澄清)[:,]?)?(?:上述|该|此|相关|前述|以上)[^。;]{0,8}(?:报道|传闻|消息|信息|说法|传言)[^。;]{0,20}(?:不属实|不(?:相)?符|不实|谣言|有误)"
)
_EXAMPLE = re.compile(
    r"举例|例如|[比譬]如|匡算|仅为(?:示意|示例|测算)|为便于(?:理解|说明)|[Ff]orexample|hypothetical"
)
_EXAMPLE_BEHIND = re.compile(
    r"[。;](?:上述|以上|前述)[^。;]{0,10}(?:仅(?:为|供|作)(?:示意|示例|举例|说明|测算)|为假设)"
)
_CONDITION = re.compile(r"\A[但且并並而则]*(?:若|如果|倘若?|假如|假使|假设|假定)(?!以|按|根据|未|不|扣除)")
_OPTION = re.compile(r"超额配|行使|[Oo]ver-?allotment")
# 若发行价格超过60元/股,募集资金总额将超过…: the sum beyond a threshold.
_THRESHOLD = re.compile(
    r"(?:若|如果|倘若?|假如|假设)[^,。;]{0,16}(?:价格?|募集资金|费用|净额|总额)[^,。;]{0,6}(?:超过|高于|低于|达到|不足)\d"
)
_COMPARED = re.compile(r"(?:较|比|高于|低于|跌破|按|以)(?:本次)?(?:首次公开)?(?:发行|发售|招股)价")
_CONSEQUENCE = re.compile(r"\A(?:则|那么)")
# 更正前:…更正后:…, 原公告中“A”有误,应为“B”.
_FORMER = re.compile(r"(?:更正|修订|更改)前|原(?:公告|文|披露)(?:内容|中)?")
_LATTER = re.compile(r"(?:更正|修订|更改)后|(?:现)?(?:更正|修订|修改)为|应为")
_MISTAKEN = re.compile(r"[^,。;]{0,20}(?:有误|笔误|[,”]?(?:现|应)?(?:更正|修订|修改)为|[,”](?:应|应当)为)")
# 由9亿元减少至5亿元: what stood before.
_GIVEN_UP = re.compile(
    r"(?:,|、)?(?:大幅|小幅|主动)?(?:调减|下调|缩减|调整|调低|变更|减少|降低|降|压缩|削减|缩水|上调|调增|提高|增加|更正)(?:至|到|为)(?:约)?\d"
)
_SUPPOSED_KINDS = frozenset({"gross", "net", "fees", "price"})
_CORRECTION_REACH = 400


class Withdrawn:
    """Answers for the amounts of one text, asked in their order, whether its own words take them back."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._stops = [match.start() for match in _STOP.finditer(text)]
        self._marks = sorted(
            [(m.end(), True) for m in _FORMER.finditer(text)]
            + [(m.end(), False) for m in _LATTER.finditer(text)]
        )
        # Without the word that closes it, 更正前 or 原公告 tells of no correction.
        self._corrects = {former for _, former in self._marks} == {True, False}
        self._until = 0  # the end of a sentence that supposed a price or a sum
        self._sum = False

    def _sentence(self, start: int, end: int) -> tuple[int, int]:
        at = bisect_right(self._stops, start)
        low = self._stops[at - 1] + 1 if at else 0
        high = next((stop for stop in self._stops[at : at + 8] if stop >= end), len(self._text))
        return max(low, start - 300), min(high, end + 200)

    def covers(self, kind: str, start: int, end: int) -> bool:
        """Whether the amount between the two places is taken back; ask in the order of the text."""
        text = self._text
        low, high = self._sentence(start, end)
        if _DENIED.search(text, low, high) or _DENIED_BEHIND.match(text, high, high + 80):
            return True
        if _EXAMPLE.search(text, low, start) or _EXAMPLE_BEHIND.match(text, high, high + 60):
            return True
        return self._conditional(kind, start, low, high) or self._corrected(start, end)

    def _conditional(self, kind: str, start: int, low: int, high: int) -> bool:
        text = self._text
        clause = text[max([low, *(match.end() for match in _CLAUSE.finditer(text, low, start))]) : start]
        if kind == "market_cap" and _CONSEQUENCE.match(clause):
            return _CONDITION.match(text[low:start]) is not None
        if kind not in _SUPPOSED_KINDS or (kind == "price" and _COMPARED.search(clause)):
            return False
        if start < self._until and (self._sum or _CONSEQUENCE.match(clause)):
            return True
        if kind != "price" and _THRESHOLD.search(text, low, start):
            return True
        if not _CONDITION.match(clause) or (kind != "price" and _OPTION.search(clause)):
            return False
        # At a supposed price a Hong Kong prospectus states the proceeds it expects; of a supposed sum nothing follows.
        self._until, self._sum = high, kind != "price"
        return True

    def _corrected(self, start: int, end: int) -> bool:
        text = self._text
        if _GIVEN_UP.match(text, end, end + 24):
            return True
        if _MISTAKEN.match(text, end, end + 40):
            return True
        at = bisect_right(self._marks, (start, True)) if self._corrects else 0
        return at > 0 and self._marks[at - 1][1] and start - self._marks[at - 1][0] < _CORRECTION_REACH
