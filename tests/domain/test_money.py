"""Money as printed: what is read is exact, what may be two numbers is not read."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import ParseError
from monitor.domain.money import Money, find_printed, read_number, read_printed, simplify

_WIDE = str.maketrans("0123456789,.", "０１２３４５６７８９，．")

# Number as printed, and its value.
_NUMBERS = [
    ("0.5", "0.5"), ("7", "7"), ("15", "15"), ("100", "100"), ("8520", "8520"), ("1,000", "1000"),
    ("300.00", "300.00"), ("806.00", "806.00"), ("4,010.00", "4010.00"), ("42,354.77", "42354.77"),
    ("799,960.00", "799960.00"), ("1,080,000.00", "1080000.00"),
]  # fmt: skip
_UNITS = [
    ("元", "1", "CNY"), ("万元", "10000", "CNY"), ("亿元", "100000000", "CNY"), ("千元", "1000", "CNY"),
    ("百万元", "1000000", "CNY"), ("万港元", "10000", "HKD"), ("百万港元", "1000000", "HKD"),
    ("亿港元", "100000000", "HKD"), ("万美元", "10000", "USD"), ("亿元人民币", "100000000", "CNY"),
]  # fmt: skip
_SHAPES = ["{n}{u}", "{n} {u}", "人民币{n}{u}", "约{n}{u}", "{w}{u}"]
_FORMS = [
    (shape.format(n=number, u=unit, w=number.translate(_WIDE)), Decimal(value) * Decimal(scale), currency)
    for (number, value), (unit, scale, currency), shape in itertools.product(_NUMBERS, _UNITS, _SHAPES)
    if not (shape.startswith("人民币") and currency != "CNY")
]


def test_the_table_of_written_forms_is_large_enough() -> None:
    """At least 300 written forms are held to their exact value."""
    assert len({form for form, _, _ in _FORMS}) >= 300


@pytest.mark.parametrize(("form", "amount", "currency"), _FORMS)
def test_written_form_reads_to_its_exact_value(form: str, amount: Decimal, currency: str) -> None:
    """A sum in any unit, width and spacing reads to one exact amount."""
    printed = read_printed(form)
    assert (printed.amount, printed.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("柒拾玖亿玖仟玖佰陆拾万元整", "7999600000", "CNY"),
        ("捌拾亿圆整", "8000000000", "CNY"),
        ("壹佰贰拾叁万肆仟伍佰陆拾柒元", "1234567", "CNY"),
        ("八十亿元", "8000000000", "CNY"),
        ("五千万元", "50000000", "CNY"),
        ("一万亿元", "1000000000000", "CNY"),
        ("3百万亿元", "300000000000000", "CNY"),
        ("十亿元", "1000000000", "CNY"),
        ("两亿港元", "200000000", "HKD"),
        ("US$50 billion", "50000000000", "USD"),
        ("HK$28.00", "28.00", "HKD"),
        ("799,9\n60.00 万元", "7999600000", "CNY"),
        ("49,975,\n690 元", "49975690", "CNY"),
        ("1 2 3 . 4 5 万元", "1234500", "CNY"),
        ("757,605.\n23万元", "7576052300", "CNY"),
        ("-70.20万元", "-702000", "CNY"),
        ("10.36億港元", "1036000000", "HKD"),
        ("4,150.2百萬港元", "4150200000", "HKD"),
        ("¥7,999,600,000.00", "7999600000", "CNY"),
        ("RMB 3.5 million", "3500000", "CNY"),
    ],
)
def test_rarer_forms(text: str, amount: str, currency: str) -> None:
    """Numerals in characters, foreign prefixes, traditional script and numbers torn over lines."""
    printed = read_printed(text)
    assert printed.amount == Decimal(amount)
    assert printed.currency == currency


@pytest.mark.parametrize(
    "text",
    [
        "",
        "万元",
        "一元复始",
        "1,2345.00万元",
        "12,34万元",
        "100 200 万元",
        "24,520.55 21,277.30 万元",
        "2 1,000.00万元",
        "【】万元",
        "[●]元",
        "abc",
    ],
)
def test_doubtful_forms_are_refused(text: str) -> None:
    """Badly grouped digits, blanks in drafts and two numbers side by side are no amount."""
    with pytest.raises(ParseError):
        read_printed(text)


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("17.00至19.60港元", "17.00", "19.60", "HKD"),
        ("151港元至165港元", "151", "165", "HKD"),
        ("7,700-8,000 万元", "77000000", "80000000", "CNY"),
        ("220,000～230,000万元", "2200000000", "2300000000", "CNY"),
    ],
)
def test_ranges_keep_both_ends(text: str, low: str, high: str, currency: str) -> None:
    """A range is one amount with two ends in the same unit."""
    printed = read_printed(text)
    assert (printed.amount, printed.high, printed.currency) == (Decimal(low), Decimal(high), currency)


@pytest.mark.parametrize("qualifier", ["约", "预计", "不超过", "不低于", "最多约", "逾"])
def test_qualifier_stays_with_the_amount(qualifier: str) -> None:
    """What softens a figure is kept, not swallowed."""
    assert find_printed(f"{qualifier}7.90亿元")[0].qualifier == qualifier


@pytest.mark.parametrize(
    ("text", "measure", "amount"),
    [
        ("7,000.0000万股", "share", "70000000"),
        ("106.2亿股", "share", "10620000000"),
        ("114.28元/股", "price", "114.28"),
        ("4,126.49倍", "times", "4126.49"),
        ("0.02423369%", "percent", "0.02423369"),
        ("4,826,579户", "household", "4826579"),
    ],
)
def test_counts_and_ratios_are_not_money(text: str, measure: str, amount: str) -> None:
    """Shares, multiples, percentages and households each keep their own measure."""
    printed = find_printed(text)[0]
    assert (printed.measure, printed.amount) == (measure, Decimal(amount))
    assert (printed.money() is None) == (measure != "price")


def test_unit_stated_once_above_a_table_applies_to_bare_numbers() -> None:
    """单位：万元 above a column makes 23,111.87 a sum of 231,118,700 yuan."""
    assert read_printed("23,111.87", unit="万元").amount == Decimal("231118700")
    with pytest.raises(ParseError):
        read_printed("23,111.87")


def test_fen_is_exact_or_none() -> None:
    """Money is whole fen or it has no fen."""
    assert Money(amount=Decimal("699999981.87")).fen() == 69999998187
    assert Money(amount=Decimal("5.6912")).fen() is None
    assert Money.from_fen(69999998187) == Money(amount=Decimal("699999981.87"))


def test_simplify_keeps_every_place() -> None:
    """Offsets into the simplified text are offsets into the page."""
    text = "擬募集資金不超過７．９０億元（約）　發行價"
    assert len(simplify(text)) == len(text)
    assert simplify(text) == "拟募集资金不超过7.90亿元(约) 发行价"


def test_accounting_brackets_mean_a_loss() -> None:
    """(1,618.28) is a negative number."""
    assert read_number("(1,618.28)") == Decimal("-1618.28")


_units = st.sampled_from([(unit, Decimal(scale), currency) for unit, scale, currency in _UNITS])
_amounts = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False, allow_infinity=False)


@given(_amounts, _units, st.booleans(), st.integers(0, 12), st.sampled_from(["", " ", "\n", "\r\n"]))
def test_what_is_printed_is_read_back(
    value: Decimal, unit: tuple[str, Decimal, str], wide: bool, at: int, gap: str
) -> None:
    """Print with separators, tear behind a comma, widen the digits: the same amount comes back."""
    word, scale, currency = unit
    text = f"{value:,.2f}"
    commas = [place for place, char in enumerate(text) if char == ","]
    if commas and gap:
        cut = commas[at % len(commas)] + 1
        text = text[:cut] + gap + text[cut:]
    printed = read_printed((text.translate(_WIDE) if wide else text) + word)
    assert (printed.amount, printed.currency) == (value * scale, currency)


@given(st.text(max_size=60))
def test_any_text_reads_or_raises_our_error(text: str) -> None:
    """Noise yields amounts inside the text or a ParseError, nothing else."""
    shaped = simplify(text)
    for printed in find_printed(shaped):
        assert 0 <= printed.start < printed.end <= len(shaped)
    try:
        read_printed(text)
    except ParseError:
        pass  # the only error allowed


_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def _financial(number: int) -> str:
    def group(value: int) -> str:
        out, zero = "", False
        for worth, mark in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
            digit = value // worth % 10
            if digit:
                out += ("零" if zero else "") + _DIGITS[digit] + mark
                zero = False
            elif out:
                zero = True
        return out

    parts = ""
    for worth, mark in ((10**8, "亿"), (10**4, "万"), (1, "")):
        value = number // worth % 10**4
        if value:
            parts += ("零" if parts and value < 1000 else "") + group(value) + mark
    return parts


@given(st.integers(1, 10**12 - 1))
def test_financial_numerals_read_back(number: int) -> None:
    """大写 numerals of any sum read back exactly."""
    assert read_printed(_financial(number) + "元整").amount == number
