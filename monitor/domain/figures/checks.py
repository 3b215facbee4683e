"""Cross-checks between figures: they confirm, flag, or withhold; they never repair a number.

Rule: two sums agree when they differ by less than their last printed digits allow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from monitor.domain.figures.record import Figure, Flag, plain

__all__ = ["check_figures", "grain"]

_SLIPS = (Decimal(10), Decimal(100), Decimal(1000), Decimal(10000), Decimal(10) ** 8)


def grain(figure: Figure) -> Decimal:
    """What one step of the last printed digit is worth, ten-fold for 约."""
    if figure.amount is None:
        return Decimal(0)
    digits = figure.as_printed.replace(",", "").replace(" ", "")
    number = "".join(char for char in digits if char.isdigit() or char == ".")
    _, _, decimals = number.partition(".")
    try:
        scale = figure.amount / Decimal(number) if Decimal(number) else Decimal(1)
    except ArithmeticError:
        scale = Decimal(1)
    step = scale * (Decimal(1).scaleb(-len(decimals)))
    return step * (10 if figure.qualifier and "约" in figure.qualifier and len(number) < 5 else 1)


def _slip(left: Decimal, right: Decimal) -> Decimal | None:
    """The power of ten by which two sums differ, where they differ by one almost exactly."""
    if not left or not right:
        return None
    ratio = left / right if left > right else right / left
    return next((slip for slip in _SLIPS if abs(ratio / slip - 1) < Decimal("0.002")), None)


@dataclass(slots=True)
class _Board:
    figures: list[Figure]
    flags: list[Flag]
    confirmed: set[str]
    given: int  # findings of the readers before, already acted upon

    def one(self, kind: str) -> Figure | None:
        found = [figure for figure in self.figures if figure.kind == kind and figure.high is None]
        return found[0] if len(found) == 1 and found[0].amount is not None else None


def _compare(
    board: _Board, check: str, kinds: tuple[str, ...], left: Decimal, right: Decimal, room: Decimal
) -> bool:
    if abs(left - right) <= room:
        board.confirmed.update(kinds)
        return True
    slip = _slip(left, right)
    detail = f"{plain(left)} against {plain(right)}" + (f", a slip of ×{slip:f}" if slip else "")
    board.flags.append(
        Flag(check=check + ("_slip" if slip else ""), kinds=kinds, withheld=False, detail=detail)
    )
    return False


def _net(board: _Board, suffix: str) -> None:
    gross, fees, net = (board.one(kind + suffix) for kind in ("gross", "fees", "net"))
    if gross and fees and net:
        room = grain(gross) + grain(fees) + grain(net)
        _compare(
            board, "gross_minus_fees_is_net", tuple(k + suffix for k in ("gross", "fees", "net")),
            (gross.amount or Decimal(0)) - (fees.amount or Decimal(0)), net.amount or Decimal(0), room,
        )  # fmt: skip
    elif gross and net and (net.amount or 0) > (gross.amount or 0):
        board.flags.append(
            Flag(
                check="net_above_gross",
                kinds=("gross" + suffix, "net" + suffix),
                withheld=True,
                detail="net exceeds gross",
            )
        )


def _gross(board: _Board, suffix: str) -> None:
    price, shares, gross = board.one("price"), board.one("shares" + suffix), board.one("gross" + suffix)
    if not (price and shares and gross):
        return
    if gross.currency != price.currency:
        return
    product = (price.amount or Decimal(0)) * (shares.amount or Decimal(0))
    room = (
        grain(gross)
        + (price.amount or Decimal(0)) * grain(shares)
        + grain(price) * (shares.amount or Decimal(0)) / 2
    )
    if gross.qualifier:
        room = max(room, product * Decimal("0.005"))
    _compare(
        board,
        "price_times_shares_is_gross",
        ("price", "shares" + suffix, "gross" + suffix),
        product,
        gross.amount or Decimal(0),
        room,
    )


def _fee_items(board: _Board) -> None:
    fees = board.one("fees")
    items = {figure.kind: figure for figure in board.figures if figure.kind.startswith("fee_")}
    if len(items) < 3:
        return
    top = dict(items)
    if "fee_sponsor_underwriting" in top:
        top.pop("fee_sponsor", None)
        top.pop("fee_underwriting", None)
    total = sum(((figure.amount or Decimal(0)) for figure in top.values()), Decimal(0))
    room = sum((grain(figure) for figure in top.values()), Decimal(0))
    kinds = tuple(sorted(top))
    if fees and fees.amount is not None:
        _compare(board, "fee_items_add_up", ("fees", *kinds), total, fees.amount, room + grain(fees))
        return
    gross, net = board.one("gross"), board.one("net")
    if gross and net:
        _compare(
            board, "gross_minus_fee_items_is_net", ("gross", "net", *kinds),
            (gross.amount or Decimal(0)) - total, net.amount or Decimal(0), room + grain(gross) + grain(net),
        )  # fmt: skip


def _withhold(board: _Board) -> None:
    """Unconfirmed members of an equation that fails by a power of ten are withheld; so is net above gross."""
    for at, flag in enumerate(board.flags):
        if (
            at < board.given
            or not (flag.check.endswith("_slip") or flag.withheld)
            or flag.check.startswith("fee_items")
        ):
            continue
        doubtful = {kind for kind in flag.kinds if kind not in board.confirmed}
        if not doubtful:
            doubtful = set(flag.kinds)
        board.figures = [figure for figure in board.figures if figure.kind not in doubtful]
        board.flags[at] = replace(flag, kinds=tuple(sorted(doubtful)), withheld=True)


def check_figures(figures: list[Figure], flags: list[Flag]) -> tuple[list[Figure], list[Flag]]:
    """The figures that stand, with confidence raised where an equation held, and every finding."""
    board = _Board(list(figures), list(flags), set(), len(flags))
    for suffix in ("", "_with_overallotment"):
        _net(board, suffix)
        _gross(board, suffix)
    _fee_items(board)
    planned, gross = board.one("planned"), board.one("gross")
    if planned and gross and planned.currency == gross.currency and planned.amount and gross.amount:
        slip = _slip(planned.amount, gross.amount)
        if slip and "gross" not in board.confirmed:
            board.flags.append(
                Flag(
                    check="planned_against_gross_slip",
                    kinds=("planned", "gross"),
                    withheld=False,
                    detail=f"×{slip:f}",
                )
            )
    _withhold(board)
    failed = {kind for flag in board.flags[board.given :] for kind in flag.kinds} - board.confirmed
    standing = []
    for figure in board.figures:
        confidence = figure.confidence
        if figure.kind in board.confirmed:
            confidence = max(confidence, Decimal("0.99"))
        elif figure.kind in failed:
            confidence = min(confidence, Decimal("0.5"))
        standing.append(replace(figure, confidence=confidence))
    return standing, board.flags
