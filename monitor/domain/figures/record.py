"""What the figure reader returns: figures with their proof, table rows, and what the checks found.

Rule: the JSON keys of `Figure.as_json` are public and stable (docs/figures.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from monitor.domain.money import Money

__all__ = ["Figure", "Flag", "ProceedsRow", "Reading"]


def plain(amount: Decimal) -> str:
    """The exact decimal without exponent and without trailing zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fen(amount: Decimal | None) -> int | str | None:
    if amount is None:
        return None
    fen = Money(amount=amount).fen()
    return plain(amount) if fen is None else fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ProceedsRow:
    """One project of the use-of-proceeds table; sums in yuan, None where the table has no such column."""

    project: str
    total_investment: Decimal | None
    from_proceeds: Decimal

    def as_json(self) -> dict[str, object]:
        """The row with its sums in fen."""
        return {
            "project": self.project,
            "total_investment": _fen(self.total_investment),
            "from_proceeds": _fen(self.from_proceeds),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure with its source: money in its currency's base unit, else shares, times or percent."""

    kind: str
    amount: Decimal | None
    currency: str | None
    unit: str
    as_printed: str
    qualifier: str | None
    page: int
    quote: str
    document_sha256: str
    confidence: Decimal
    measure: str = "money"
    high: Decimal | None = None
    period: str | None = None
    label: str | None = None
    offering: str | None = None
    rows: tuple[ProceedsRow, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The public form: an integer is fen (hundredths), a string an exact decimal of the base unit."""
        money = self.currency is not None
        shape: dict[str, object] = {
            "kind": self.kind,
            "amount": _fen(self.amount) if money else (None if self.amount is None else plain(self.amount)),
            "currency": self.currency,
            "unit": self.unit,
            "as_printed": self.as_printed,
            "qualifier": self.qualifier,
            "page": self.page,
            "quote": self.quote,
            "document_sha256": self.document_sha256,
            "confidence": float(self.confidence),
        }
        if self.high is not None:
            shape["amount_high"] = _fen(self.high) if money else plain(self.high)
        for key, value in (("period", self.period), ("label", self.label), ("offering", self.offering)):
            if value is not None:
                shape[key] = value
        if self.rows:
            shape["rows"] = [row.as_json() for row in self.rows]
        return shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something a check found: what it was, which kinds it touches, whether they were withheld for it."""

    check: str
    kinds: tuple[str, ...]
    withheld: bool
    detail: str
    page: int | None = None

    def as_json(self) -> dict[str, object]:
        """The public form of the finding."""
        return {
            "check": self.check,
            "kinds": list(self.kinds),
            "withheld": self.withheld,
            "detail": self.detail,
            "page": self.page,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything one document said: its kind, its issuer where named, figures, and the checks' findings."""

    document_kind: str
    issuer: str | None
    document_sha256: str
    pages: int
    figures: tuple[Figure, ...] = ()
    flags: tuple[Flag, ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """The public form of the whole reading."""
        return {
            "document_kind": self.document_kind,
            "issuer": self.issuer,
            "document_sha256": self.document_sha256,
            "pages": self.pages,
            "figures": [figure.as_json() for figure in self.figures],
            "flags": [flag.as_json() for flag in self.flags],
        }
