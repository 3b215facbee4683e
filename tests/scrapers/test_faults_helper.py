"""The fault generators themselves: what they promise to break, they break."""

from __future__ import annotations

import copy

from tests.scrapers.faults import cut_everywhere, json_mutations, rows_doubled, table_mutations


def test_cut_everywhere_gives_every_proper_prefix() -> None:
    """From nothing to all but the last byte."""
    assert list(cut_everywhere(b"abc")) == [b"", b"a", b"ab"]
    assert list(cut_everywhere(b"abcde", step=2)) == [b"", b"ab", b"abcd"]


def test_json_mutations_reach_every_depth_and_leave_the_original_alone() -> None:
    """Each field is dropped, nulled and retyped where it stands; lists are doubled; labels say which."""
    original = {"page": {"data": [{"id": 1, "name": "示例"}]}, "ok": True, "none": None}
    before = copy.deepcopy(original)
    changed = dict(json_mutations(original))
    assert changed["drop $.page.data[0].id"] == {**before, "page": {"data": [{"name": "示例"}]}}
    assert changed["null $.page.data[0].name"]["page"] == {"data": [{"id": 1, "name": None}]}
    assert changed["retype $.ok"]["ok"] == "true"
    assert changed["double $.page.data"]["page"]["data"] == before["page"]["data"] * 2  # type: ignore[index]
    assert "null $.none" not in changed
    assert all(one != before for one in changed.values())
    assert original == before


def test_table_mutations_change_the_page_they_are_given() -> None:
    """Every label is unlike the page it came from, and all columns appear."""
    table = "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>字</td></tr></table>"
    changed = dict(table_mutations(table))
    assert changed["drop column 1 of all rows"].endswith("<tr><td>1</td></tr></table>")
    assert changed["empty column 0 of header"].startswith("<table><tr><th></th><th>b</th></tr>")
    assert "<td>2026-13-45</td><td>字</td>" in changed["retype column 0 of last row"]
    assert "<td>字</td><td>1</td>" in changed["swap columns 0 and 1"]
    assert all(html != table for html in changed.values())
    assert rows_doubled(table).count("<td>字</td>") == 2
