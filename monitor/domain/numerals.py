"""Chinese numerals, plain (八十亿) and financial (柒拾玖亿圆整), read exactly.

Rule: standard library only; a run that breaks the grammar raises ParseError.
"""

from __future__ import annotations

from decimal import Decimal

from monitor.domain.errors import ParseError

_DIGITS = {
    "零": 0, "〇": 0, "○": 0, "一": 1, "壹": 1, "二": 2, "贰": 2, "两": 2, "三": 3, "叁": 3, "四": 4, "肆": 4,
    "五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9,
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG = {"万": 10**4, "亿": 10**8}

# A run that carries a multiplier or a financial digit: 一 alone is a word, not money.
_ALL = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_ONES = "一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
NUMERAL_RUN = (
    rf"(?<![{_ALL}第])(?=[{_ALL}]*[十百千万亿拾佰仟]|[壹贰叁肆伍陆柒捌玖])[一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾][{_ALL}]*"
    rf"(?:[元圆](?=零?[{_ONES}][角分])(?:零?[{_ONES}]角)?(?:零?[{_ONES}]分)?)?"
)


def read_numeral(text: str) -> Decimal:
    """The number a run of Chinese numerals writes, jiao and fen included; else ParseError."""
    whole, _, small = text.partition("元") if "元" in text else text.partition("圆")
    total = section = digit = 0
    last = 10**12
    for char in whole:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _TENS:
            section += (digit or 1) * _TENS[char]
            digit = 0
        elif char in _BIG:
            big = _BIG[char]
            section += digit
            if big > last:  # 一万亿: the 万 already counted belongs to this 亿
                total = (total + section) * big
            else:
                total += section * big
            section, digit, last = 0, 0, big
        else:
            raise ParseError("not a Chinese numeral", seen=text)
    value = Decimal(total + section + digit)
    for mark, worth in (("角", Decimal("0.1")), ("分", Decimal("0.01"))):
        at = small.find(mark)
        if at > 0 and small[at - 1] in _DIGITS:
            value += _DIGITS[small[at - 1]] * worth
    return value
