"""From the new-share list to events: what is told, once, and only what is proven."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.diff import Sight
from monitor.domain.events import Event, EventKind
from monitor.domain.issue_checks import gross_figure, gross_trouble
from monitor.domain.issue_diff import IssueDiff, Join, KnownIssue, diff_issue
from monitor.domain.issue_records import CalendarKind, NewShareRecord
from monitor.domain.records import Figure

SIGHT = Sight(at=datetime(2026, 3, 2, 11, 0, tzinfo=UTC), raw_sha256="ab")
PLANNED = Figure(kind="planned_proceeds", amount=Decimal(1200000000), currency="CNY", as_printed="12亿元")
JOIN = Join(issuer="示例智算芯片股份有限公司", project_id="900001", board="科创板", planned=PLANNED)
ANNOUNCED = NewShareRecord(
    code="689901",
    name="示例智算",
    full_name="示例智算芯片股份有限公司",
    board="科创板",
    shares_initial=Decimal("4000.0000"),
    online_date=date(2026, 3, 6),
)
PRICED = replace(ANNOUNCED, price=Decimal("25.1200"), shares_issued=Decimal("4000.0000"))
RAISED = replace(PRICED, gross=Decimal("100480.0000"))


def _diff(
    known: NewShareRecord | None, seen: NewShareRecord, *, sight: Sight = SIGHT, baseline: bool = False
) -> IssueDiff:
    return diff_issue(KnownIssue(record=known) if known else None, seen, JOIN, sight, baseline=baseline)


def _kinds(diff: IssueDiff) -> list[EventKind]:
    return [event.kind for event in diff.events]


def _one(diff: IssueDiff) -> Event:
    (event,) = diff.events
    return event


def test_an_announced_issue_tells_its_subscription_with_code_and_day() -> None:
    """The first row of an issue tells when and under which code it can be subscribed."""
    event = _one(_diff(None, replace(ANNOUNCED, purchase_limit=Decimal("0.9500"))))
    assert event.kind is EventKind.SUBSCRIPTION_SCHEDULED
    assert event.id == "sse_issue/689901/subscription_scheduled/2026-03-06"
    assert event.date == date(2026, 3, 6)
    assert event.project_id == "900001"
    assert event.details["security_code"] == "689901"
    assert event.details["purchase_limit"] == "0.9500万股"
    assert event.figures == ()


def test_a_price_is_told_once_with_the_plan_beside_it() -> None:
    """Price set: the figure as printed in yuan a share, and what was planned to be raised."""
    event = _one(_diff(ANNOUNCED, PRICED))
    assert event.kind is EventKind.OFFER_PRICE_SET
    assert event.figures[0] == Figure(
        kind="offer_price", amount=Decimal("25.12"), currency="CNY", as_printed="25.1200元/股"
    )
    assert event.figures[1] == PLANNED
    assert event.details["shares_offered"] == "4000.0000万股"
    assert _diff(PRICED, PRICED).events == ()


def test_a_price_that_changes_is_a_revised_figure() -> None:
    """Before and after stand in one alert."""
    event = _one(_diff(PRICED, replace(PRICED, price=Decimal("26.0000"))))
    assert (event.kind, event.before, event.after) == (
        EventKind.FIGURE_REVISED,
        "25.1200元/股",
        "26.0000元/股",
    )


def test_a_subscription_that_moves_is_told_again_with_both_days() -> None:
    """A new day is a new event; its id holds both days."""
    event = _one(_diff(ANNOUNCED, replace(ANNOUNCED, online_date=date(2026, 3, 9))))
    assert (event.before, event.after) == ("2026-03-06", "2026-03-09")
    assert event.id.endswith("/2026-03-09/2026-03-06")


def test_the_result_tells_the_gross_proceeds_price_times_shares_has_proven() -> None:
    """25.12 × 4000万 = 100480万元: shown exactly, as printed."""
    event = _one(_diff(PRICED, RAISED))
    assert event.kind is EventKind.ISSUE_RESULT
    gross = next(figure for figure in event.figures if figure.kind == "gross_proceeds")
    assert (gross.amount, gross.as_printed) == (Decimal("1004800000.00"), "100480.0000万元")


@pytest.mark.parametrize(
    ("gross", "why"),
    [
        ("1004800.0000", "×10"),
        ("10048.0000", "÷10"),
        ("1004800000.0000", "×10000"),
        ("10.0480", "÷10000"),
        ("100481.0000", "mismatch"),
        ("120000.0000", "mismatch"),
    ],
)
def test_gross_proceeds_that_contradict_price_and_shares_are_withheld(gross: str, why: str) -> None:
    """A slip of the decimal point or another sum: no figure, the reason, and a word to the operator."""
    diff = _diff(PRICED, replace(PRICED, gross=Decimal(gross)))
    event = _one(diff)
    assert event.kind is EventKind.ISSUE_RESULT
    assert event.figures == ()
    assert event.details["withheld"] == "gross_proceeds"
    assert event.details["withheld_why"] == why
    assert [oddity.where for oddity in diff.oddities] == ["new share 689901"]


def test_a_wrong_sum_put_right_is_told_as_the_result() -> None:
    """After the correction the figure comes, under another id than the withheld one."""
    wrong = replace(PRICED, gross=Decimal("1004800.0000"))
    withheld, right = _one(_diff(PRICED, wrong)), _one(_diff(wrong, RAISED))
    assert right.kind is EventKind.ISSUE_RESULT
    assert "gross_proceeds" in {figure.kind for figure in right.figures}
    assert right.id != withheld.id


def test_without_price_or_shares_gross_proceeds_are_unchecked_and_withheld() -> None:
    """What cannot be checked is not shown."""
    event = _one(_diff(ANNOUNCED, replace(ANNOUNCED, gross=Decimal("100480.0000"))))
    assert (event.details["withheld_why"], event.figures) == ("unchecked", ())


def test_an_issue_first_seen_with_contradicting_figures_shows_none_of_them() -> None:
    """Price and gross that disagree are both withheld: one is wrong, and nobody knows which."""
    diff = _diff(None, replace(PRICED, gross=Decimal("1004800.0000")))
    assert _kinds(diff) == [
        EventKind.SUBSCRIPTION_SCHEDULED,
        EventKind.OFFER_PRICE_SET,
        EventKind.ISSUE_RESULT,
    ]
    assert not any(
        figure.kind in ("offer_price", "gross_proceeds") for event in diff.events for figure in event.figures
    )
    assert diff.events[1].details["withheld"] == "offer_price"


def test_the_lottery_rate_is_told_as_printed_with_its_unit_marked_as_inferred() -> None:
    """First the rate, later its change; never a computed one."""
    first = replace(PRICED, lottery_rate=Decimal("0.02811000"), lottery_rate_unit="%?")
    event = _one(_diff(PRICED, first))
    assert event.kind is EventKind.LOTTERY_RATE
    assert event.details["lottery_rate"] == "0.02811000"
    assert event.details["lottery_rate_unit"] == "%"
    assert event.details["lottery_rate_unit_inferred"] is True
    final = _one(_diff(first, replace(first, lottery_rate=Decimal("0.04122000"))))
    assert (final.before, final.after) == ("0.02811000", "0.04122000")
    confirmed = _one(_diff(PRICED, replace(first, lottery_rate_unit="%")))
    assert "lottery_rate_unit_inferred" not in confirmed.details


def test_a_listing_is_scheduled_ahead_and_told_from_the_opening_of_its_day() -> None:
    """At 9:29 Shanghai time it is still to come; at 9:30 it is there, once."""
    listing = replace(RAISED, listing_date=date(2026, 3, 12))
    scheduled = _one(_diff(RAISED, listing))
    assert (scheduled.kind, scheduled.date) == (EventKind.LISTING_SCHEDULED, date(2026, 3, 12))
    before = Sight(at=datetime(2026, 3, 12, 1, 29, tzinfo=UTC), raw_sha256="ab")
    opening = Sight(at=datetime(2026, 3, 12, 1, 30, tzinfo=UTC), raw_sha256="ab")
    assert _diff(listing, listing, sight=before).events == ()
    listed = _diff(listing, listing, sight=opening)
    assert _one(listed).kind is EventKind.LISTED
    figures = {figure.kind for figure in _one(listed).figures}
    assert figures == {"offer_price", "gross_proceeds", "planned_proceeds"}
    assert diff_issue(listed.known, listing, JOIN, opening, baseline=False).events == ()


def test_a_stopped_issue_is_not_listed_and_leaves_the_calendar() -> None:
    """A status other than 0 is inferred to stop an issue: no listing, no reminder, a word to the operator."""
    stopped = replace(RAISED, status="3", listing_date=date(2026, 3, 1))
    diff = _diff(replace(RAISED, listing_date=date(2026, 3, 1)), stopped)
    assert diff.events == ()
    assert diff.calendar == {}
    assert "IPO_OVERALL_STATUS is now 3" in diff.oddities[0].what


def test_a_value_that_is_gone_keeps_its_last_good_one() -> None:
    """Absence is no news and loses nothing."""
    known = replace(RAISED, listing_date=date(2026, 3, 12))
    diff = _diff(known, ANNOUNCED)
    assert diff.events == ()
    assert diff.known.record == known
    assert diff.calendar[CalendarKind.LISTING] == date(2026, 3, 12)


def test_what_is_learned_quietly_is_marked_so() -> None:
    """The first reading stores everything and alerts nothing."""
    diff = _diff(None, replace(RAISED, listing_date=date(2026, 1, 5)), baseline=True)
    assert _kinds(diff)[-1] is EventKind.LISTED
    assert all(event.baseline for event in diff.events)
    assert diff.oddities == ()


def test_a_company_nobody_applied_for_here_is_told_as_new() -> None:
    """Its first events say that no application of it was seen."""
    stranger = Join(issuer=ANNOUNCED.full_name, board="科创板", new_issuer=True)
    event = _one(diff_issue(None, ANNOUNCED, stranger, SIGHT, baseline=False))
    assert event.details["new_issuer"] is True
    assert event.project_id == ""


@given(
    price=st.integers(1, 999_999),
    shares=st.integers(1, 10_000_000_000),
    slip=st.integers(-4, 4),
)
def test_only_the_product_itself_passes(price: int, shares: int, slip: int) -> None:
    """For any price in fen and number of shares, the exact product is shown, a shifted one never."""
    yuan, wan = Decimal(price) / 100, Decimal(shares) / 10_000
    gross = (yuan * wan).quantize(Decimal("0.0001"))
    record = replace(ANNOUNCED, price=yuan, shares_issued=wan, gross=gross.scaleb(slip))
    if slip == 0 and gross:
        assert gross_trouble(record) == ""
        figure = gross_figure(record)
        assert figure is not None
        assert figure.amount == gross * 10_000
    elif slip and gross >= 1:
        assert gross_trouble(record) == ("×" if slip > 0 else "÷") + str(10 ** abs(slip))
        assert gross_figure(record) is None
