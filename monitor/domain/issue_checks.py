"""Whether the figures of an issue agree with one another; those that do not are withheld.

Rule: price × shares = gross within the last printed digit, or neither price nor gross is shown as proven.
"""

from __future__ import annotations

from decimal import Decimal

from monitor.domain.issue_records import NewShareRecord
from monitor.domain.records import Figure

WAN = Decimal(10_000)
_NEAR = Decimal("0.001")  # a slip of the decimal point leaves the digits alone
_HIGHEST_PRICE = Decimal(10_000)  # yuan; no share was ever offered near it


def gross_trouble(record: NewShareRecord) -> str:
    """Why the gross proceeds on a row cannot be shown; "" when price × shares equals them.

    unchecked: price or shares are not printed · ×10, ×10000, ÷10 …: the decimal point is elsewhere ·
    mismatch: anything else.
    """
    if record.gross is None or record.price is None or record.shares_issued is None:
        return "unchecked"
    product = record.price * record.shares_issued  # yuan × 万股 = 万元
    if not product or not record.gross:
        return "mismatch"
    exponent = record.gross.as_tuple().exponent
    last_digit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    if abs(product - record.gross) <= max(last_digit, Decimal("0.0001")):
        return ""
    ratio = record.gross / product
    for power in range(1, 9):
        for word, factor in (("×", Decimal(10) ** power), ("÷", Decimal(10) ** -power)):
            if abs(ratio / factor - 1) <= _NEAR:
                return f"{word}{10**power}"
    return "mismatch"


def contradicted(record: NewShareRecord) -> bool:
    """Whether the row's own figures contradict one another: then one of them is wrong, we know not which."""
    return gross_trouble(record) not in ("", "unchecked")


def price_figure(record: NewShareRecord) -> Figure | None:
    """The offer price (发行价格) in yuan a share; None where it is not printed or cannot be right."""
    if record.price is None or not 0 < record.price < _HIGHEST_PRICE or contradicted(record):
        return None
    return Figure(
        kind="offer_price",
        amount=record.price,
        currency="CNY",
        as_printed=f"{record.price:f}元/股",
    )


def gross_figure(record: NewShareRecord) -> Figure | None:
    """The gross proceeds (募集资金总额), proven by price × shares; otherwise None."""
    if record.gross is None or gross_trouble(record):
        return None
    return Figure(
        kind="gross_proceeds",
        amount=(record.gross * WAN).quantize(Decimal("0.01")),
        currency="CNY",
        as_printed=f"{record.gross:f}万元",
    )
