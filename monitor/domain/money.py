"""Chinese money and counts as printed, read exactly or not at all.

Rule: amounts are Decimal of the base unit (yuan, share, times, percent); nothing is rounded.
Rule: a number is accepted only when it is well formed (groups of three); two numbers that merely stand
side by side (columns of a table) are never joined into one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from monitor.domain.errors import ParseError
from monitor.domain.numerals import NUMERAL_RUN, read_numeral

__all__ = ["Money", "Printed", "find_printed", "read_number", "read_printed", "simplify"]

_FEN = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An exact sum in one currency (ISO 4217), never a float."""

    amount: Decimal
    currency: str = "CNY"

    def fen(self) -> int | None:
        """The sum in hundredths of the currency, or None where that is not a whole number."""
        scaled = self.amount * _FEN
        return int(scaled) if scaled == scaled.to_integral_value() else None

    @classmethod
    def from_fen(cls, fen: int, currency: str = "CNY") -> Money:
        """The sum that so many hundredths make."""
        return cls(amount=Decimal(fen) / _FEN, currency=currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One amount as it stands in a text: `measure` is money, price, share, times, percent or household."""

    amount: Decimal
    high: Decimal | None  # upper end where a range is printed
    measure: str
    currency: str | None
    unit: str
    qualifier: str | None
    as_printed: str
    start: int
    end: int

    def money(self) -> Money | None:
        """The sum of money, or None for a count, a ratio or a percentage."""
        if self.currency is None:
            return None
        return Money(amount=self.amount, currency=self.currency)


# Forms that differ only in shape: full-width digits and punctuation, other dashes, Kangxi radicals are
# mapped one to one so that offsets into the text stay valid.
_SHAPES = {ord("\u3000"): " ", 0xA0: " ", ord("﹣"): "-", ord("−"): "-", ord("–"): "-", ord("—"): "-"}
_SHAPES |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SHAPES |= {ord("〔"): "[", ord("〕"): "]", ord("﹝"): "[", ord("﹞"): "]", ord("％"): "%", ord("﹪"): "%"}
_SHAPES |= {ord("～"): "~", ord("﹒"): ".", ord("．"): ".", ord("⼀"): "一", ord("⼈"): "人", ord("⾦"): "金"}
# Traditional characters of offering language, so that one set of labels reads both scripts.
_TRADITIONAL = (
    "發发價价淨净額额資资億亿萬万總总幣币擬拟過过費费開开計计與与東东達达項项業业傳传銷销結结實实預预"
    "約约後后審审驗验師师證证劃划對对應应應应場场個个網网戶户數数購购簽签棄弃選选擇择權权們们盤盘漲涨"
    "報报紐纽經经營营潤润損损華华為为於于區区間间圍围現现時时長长條条標标準准術术線线產产積积體体電电"
    "團团圓圆壹壹貳贰參参陸陆無无讓让議议調调節节誠诚說说讀读誤误財财貨货買买賣卖質质贖赎轉转載载"
    "認认規规設设許许託托訂订記记貸贷償偿還还補补償偿廠厂縣县歐欧創创際际聯联啟启獲获歷历滬沪陳陈別别給给爲为"
    "兩两爲为書书僅仅會会餘余債债儲储關关冊册況况減减則则務务動动單单佔占叄叁號号啓启備备復复將将屬属歸归徑径態态戰战擴扩撥拨換换據据搖摇攤摊舊旧機机構构滿满環环確确稱称稅税籌筹籤签細细終终統统續续"
    "薦荐慮虑評评詢询輪轮較较運运適适採采銀银鎊镑問问險险靜静頁页顧顾風风説说"
)
_SIMPLE = str.maketrans({_TRADITIONAL[i]: _TRADITIONAL[i + 1] for i in range(0, len(_TRADITIONAL) - 1, 2)})
_SHAPE_TABLE = str.maketrans({key: value for key, value in _SHAPES.items() if len(value) == 1})


def simplify(text: str) -> str:
    """The same text in half-width forms and simplified characters, of the same length."""
    return text.translate(_SHAPE_TABLE).translate(_SIMPLE)


_GROUPED = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?\Z")
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?\Z")


def _well_formed(text: str) -> bool:
    return bool(_GROUPED.match(text) or _PLAIN.match(text))


def _join(text: str) -> str | None:
    """A number broken by blanks or line ends put together, or None where it may be two numbers."""
    pieces = text.split()
    whole = "".join(pieces)
    if len(pieces) == 1 or not _well_formed(whole):
        return whole if _well_formed(whole) else None
    if all(len(piece.strip(",.")) <= 1 for piece in pieces):
        return whole  # letter-spaced print: 1 2 3 . 4 5
    for index in range(1, len(pieces)):
        left, right = "".join(pieces[:index]), "".join(pieces[index:])
        apart = _well_formed(left) and _well_formed(right)
        if apart and not (_GROUPED.match(whole) and not _GROUPED.match(left)):
            return None
        if apart and _GROUPED.match(right):
            return None  # `2 1,000.00` may be a row number beside an amount
    return whole


def read_number(text: str) -> Decimal:
    """The exact number printed in `text`, blanks and line ends inside it allowed; ParseError otherwise."""
    shaped = simplify(text).strip()
    if shaped.startswith("(") and shaped.endswith(")"):
        shaped = "-" + shaped[1:-1]  # accounting form of a loss
    if re.fullmatch(NUMERAL_RUN, shaped):
        return read_numeral(shaped)
    joined = _join(shaped)
    if joined is None:
        raise ParseError("not one well-formed number", seen=text)
    return Decimal(joined.replace(",", ""))


_SCALES = {
    "": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7,
    "亿": 10**8, "十亿": 10**9, "百亿": 10**10, "千亿": 10**11,
    "万亿": 10**12, "十万亿": 10**13, "百万亿": 10**14, "千万亿": 10**15,
    "million": 10**6, "billion": 10**9, "mn": 10**6, "bn": 10**9,
}  # fmt: skip
_CURRENCIES = {
    "元": "CNY", "圆": "CNY", "人民币元": "CNY", "元人民币": "CNY", "人民币": "CNY",
    "港元": "HKD", "港币": "HKD", "元港币": "HKD", "港币元": "HKD",
    "美元": "USD", "美金": "USD", "元美金": "USD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP",
}  # fmt: skip
_PREFIXES = {
    "人民币": "CNY", "RMB": "CNY", "CNY": "CNY", "¥": "CNY", "￥": "CNY", "HK$": "HKD", "HKD": "HKD",
    "港币": "HKD", "港元": "HKD", "US$": "USD", "USD": "USD", "美元": "USD",
}  # fmt: skip

_SCALE = r"(?:[十百千]?万亿|[十百千]?亿|[十百千]?万|百|千)"
_CURRENCY = r"(?:人民币元|元人民币|元港币|港币元|港元|港币|美元|美金|欧元|日元|英镑|元|圆|人民币)"
# 41亿9,686万6,000元: parts of one sum, each below the scale before it.
_PART = r"\d(?:,\d{3}|\d{0,3})"
_MIXED = (
    rf"(?:\d{{1,5}}亿{_PART}(?:\.\d+)?万(?:{_PART})?|(?<![\d,.])\d[\d,]{{0,9}}万{_PART}(?:\.\d+)?)"
    r"(?=人民币|元|圆|港|美|股)"
)
_NUMBER = r"\d[\d,.\s]{0,60}"  # bounded: a page of nothing but numbers must not cost a square
_QUALIFIER = (
    r"(?:预计不超过|预计不低于|预计最多约|最多约|至多约|最高约|预计约|预计为约|合计约|约为|大约|约|预计|不超过|不高于|不多于|"
    r"不低于|不少于|至少|至多|最多|最高|最低|超过|逾|近|上限|about|approximately|up to)"
)
_AMOUNT = re.compile(
    rf"(?P<qualifier>{_QUALIFIER}(?:为|达|:)?)? ?(?P<prefix>人民币|RMB|CNY|HK\$|HKD|US\$|USD|港币|¥|￥)? ?"
    rf"(?:(?<![\d.,A-Za-z])|(?<=ADS))(?P<low>{_MIXED}|(?<![\w])-?{_NUMBER}|(?<=[\u4e00-\u9fff])-?{_NUMBER}|(?<=ADS){_NUMBER}|{NUMERAL_RUN})"
    rf"(?:(?P<lowunit>{_SCALE}?{_CURRENCY}(?:/股)?|{_SCALE}?股|倍|%)?(?:\([^()]*\))?(?P<to>至|到|-|~)(?P<high>{_NUMBER}))?"
    rf"\s*(?:(?P<scale>{_SCALE})?(?P<currency>{_CURRENCY})(?P<each>/股|每股(?!发行|收益|净资产|认购|面值)|/份|/ADS)?(?P<whole>整)?"
    rf"|(?P<en>million|billion|mn|bn)"
    rf"|(?P<count>{_SCALE})?(?P<counted>股|户)"
    rf"|(?P<ratio>倍|%|%%)"
    rf"|(?P<bare>[百千]?亿)(?=[,。;、)及和,]|\Z)"
    rf"|(?P<none>))"
)


def _mixed(text: str) -> Decimal | None:
    """The sum of parts each printed with its scale (41亿9,686万6,000), None where one is not well formed."""
    total = Decimal(0)
    rest = text
    for mark, worth in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part, found, behind = rest.partition(mark) if mark else (rest, "", "")
        if mark and not found:
            continue
        rest = behind
        if part and not _well_formed(part):
            return None
        value = Decimal(part.replace(",", "")) if part else Decimal(0)
        if total and value * worth >= worth * 10**4:
            return None
        total += value * worth
    return total


def _decimal(text: str) -> Decimal | None:
    shaped = text.strip()
    if not shaped:
        return None
    if not shaped[0].isdigit() and shaped[0] != "-":
        return read_numeral(shaped)
    if "万" in shaped:
        return _mixed(shaped)
    joined = _join(shaped)
    return None if joined is None else Decimal(joined.replace(",", ""))


def _printed(match: re.Match[str], text: str) -> Printed | None:
    low_text = match["low"].rstrip(" ,.\r\n\t")
    tail = match["low"][len(low_text) :]
    has_unit = match["none"] is None
    if has_unit and tail.strip():
        return None  # a comma or a full stop stands between number and unit
    low = _decimal(low_text)
    high = _decimal(match["high"]) if match["high"] else None
    if low is None or (match["high"] and high is None):
        return None
    prefix = _PREFIXES.get(match["prefix"] or "")
    scale, measure, currency = Decimal(1), "", None
    if match["currency"]:
        scale = Decimal(_SCALES[match["scale"] or ""])
        word = match["currency"]
        currency = prefix if prefix and word == "元" else _CURRENCIES[word]
        measure = "price" if match["each"] else "money"
    elif match["en"]:
        scale, currency, measure = Decimal(_SCALES[match["en"]]), prefix, "money"
    elif match["counted"]:
        scale = Decimal(_SCALES[match["count"] or ""])
        measure = "share" if match["counted"] == "股" else "household"
    elif match["ratio"]:
        measure = "times" if match["ratio"] == "倍" else "percent"
    elif match["bare"]:
        scale, measure, currency = Decimal(_SCALES[match["bare"]]), "money", prefix or "CNY"
    elif prefix:
        measure, currency = "money", prefix
    if not measure or (measure == "money" and currency is None):
        return None
    end = match.end()
    start = match.start("prefix") if match["prefix"] else match.start("low")
    unit_start = match.end("high") if match["high"] else match.start("low") + len(low_text)
    unit = ("" if match["prefix"] is None else match["prefix"]) + text[unit_start:end].strip()
    low_scale = scale
    if match["lowunit"]:
        found = re.match(_SCALE, match["lowunit"])
        low_scale = Decimal(_SCALES[found.group() if found else ""])
    return Printed(
        amount=low * (low_scale if high is not None else scale),
        high=None if high is None else high * scale,
        measure=measure,
        currency=currency,
        unit=unit,
        qualifier=match["qualifier"].rstrip("为达:") if match["qualifier"] else None,
        as_printed=text[start:end].strip(),
        start=start,
        end=end,
    )


def find_printed(text: str) -> list[Printed]:
    """Every amount with its own unit in `text` (as `simplify` gives it); unreadable ones are left out."""
    found = []
    for match in _AMOUNT.finditer(text):
        printed = _printed(match, text)
        if printed is not None:
            found.append(printed)
    return found


def read_printed(text: str, *, unit: str | None = None) -> Printed:
    """The one amount that fills `text`; `unit` is one stated above a table; else ParseError."""
    shaped = simplify(text).strip()
    found = find_printed(shaped)
    if len(found) == 1 and not re.sub(r"[\s元整。]", "", shaped[found[0].end :]):
        return found[0]
    if unit is not None:
        number = read_number(shaped)
        whole = find_printed(f"{number:f}{simplify(unit)}")
        if len(whole) == 1:
            first = whole[0]
            return Printed(
                amount=first.amount, high=None, measure=first.measure, currency=first.currency,
                unit=unit, qualifier=None, as_printed=text.strip(), start=0, end=len(text),
            )  # fmt: skip
    raise ParseError("not one amount with its unit", seen=text)
