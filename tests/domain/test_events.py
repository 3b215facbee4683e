"""Events have deterministic ids, and their short codes are for reading aloud."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.events import EventKind, alert_code, event_id


def test_an_id_carries_source_project_kind_and_the_exchanges_date() -> None:
    """Readable, and the same wherever it is made; empty parts are left out."""
    made = event_id("sse_star", "2239", EventKind.MILESTONE, "注册生效", date(2026, 7, 13), "", "ab12")
    assert made == "sse_star/2239/milestone/注册生效/2026-07-13/ab12"


def test_a_slash_inside_a_part_does_not_pretend_to_be_a_part() -> None:
    """Two different lists of parts never give one id by their slashes."""
    one = event_id("s", "1", EventKind.DOCUMENT_DISCLOSED, "/a/b.pdf")
    other = event_id("s", "1", EventKind.DOCUMENT_DISCLOSED, "", "a", "b.pdf")
    assert one != other
    assert one.count("/") == 3


@given(st.text(min_size=1), st.text(min_size=1))
def test_different_facts_have_different_ids(left: str, right: str) -> None:
    """Unless the one is the other's spelling of the slash."""
    same = event_id("s", "1", EventKind.CORRECTION, left) == event_id("s", "1", EventKind.CORRECTION, right)
    assert same == (left.replace("/", "∕") == right.replace("/", "∕"))


@given(st.text())
def test_the_short_code_is_stable_and_has_no_letters_that_look_alike(identity: str) -> None:
    """`#` and four of 32 signs, without I, L, O and U."""
    code = alert_code(identity)
    assert code == alert_code(identity)
    assert len(code) == 5
    assert code[0] == "#"
    assert set(code[1:]) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_the_short_code_of_a_known_event_never_changes() -> None:
    """Published alerts are quoted by it."""
    codes = {alert_code(f"sse_star/{n}/milestone/已受理/2026-06-28") for n in range(200)}
    assert len(codes) > 195
    assert alert_code("sse_star/2239/milestone/注册生效/2026-07-13/ab12") == "#MR7Q"
