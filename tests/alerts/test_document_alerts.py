"""Alerts on what documents say: every figure with its page, long tables cut with their count."""

from __future__ import annotations

from decimal import Decimal

from alerts.render import render
from alerts.routing import ChatView, wanted
from monitor.domain.events import Event, EventKind
from monitor.domain.records import Figure
from tests.alerts.events import EVERY_KIND, event


def _lines(one: Event, language: str = "zh") -> list[tuple[str, str]]:
    return [(fact.label, fact.value) for fact in render(one, language).facts]  # type: ignore[arg-type]


def _project(number: int) -> Figure:
    return Figure(
        kind="use_of_proceeds",
        amount=Decimal(number) * 10_000,
        currency="CNY",
        as_printed=f"{number}万元",
        label=f"项目{number}",
        page=40 + number,
    )


def test_eight_projects_are_shown_and_the_rest_is_counted() -> None:
    """Of twelve projects the first eight have a line each with the page, then stands their number."""
    told = event(
        EventKind.FIGURES_READ,
        figures=tuple(_project(number) for number in range(1, 13)),
        details={"document_type": "prospectus_application", "draft": "first"},
    )
    lines = [line for line in _lines(told) if line[0].startswith("募资投向")]
    assert lines[0] == ("募资投向 1", "项目1 1万元，第 41 页")
    assert lines[7] == ("募资投向 8", "项目8 8万元，第 48 页")
    assert lines[8:] == [("募资投向", "…共 12 项")]
    assert ("Use of proceeds", "… 12 projects in all") in _lines(told, "en")


def test_twelve_changes_are_shown_and_the_rest_is_counted() -> None:
    """One alert holds all changes of a draft: the first twelve in lines, then their number."""
    changes = {
        f"change_{at:02d}": f"revenue|changed|3|4|{at}万元|{at + 1}万元|20{at}" for at in range(10, 30)
    }
    told = event(
        EventKind.DRAFT_CHANGED,
        details={"document_type": "prospectus_committee", "changes": 20, **changes},
    )
    lines = _lines(told)
    assert ("营业收入·2010 年", "10万元，第 3 页 → 11万元，第 4 页") in lines
    assert sum(label.startswith("营业收入") for label, _ in lines) == 12
    assert ("其余", "…共 20 处变更") in lines


def test_withheld_kinds_are_named_and_not_shown() -> None:
    """A figure the document contradicts itself on has its name and reason, and no amount."""
    told = event(
        EventKind.FIGURES_READ,
        figures=(_project(1),),
        details={"document_type": "prospectus", "withheld_kinds": "net,price"},
    )
    assert ("未列示", "募集资金净额、发行价格（文件内前后不一致）") in _lines(told)


def test_a_bulletin_is_called_by_its_name() -> None:
    """The headline names the bulletin and its first figure."""
    price = Figure(
        kind="offer_price", amount=Decimal("104.66"), currency="CNY", as_printed="104.66 元/股", page=2
    )
    told = event(EventKind.FIGURES_READ, figures=(price,), details={"document_type": "offering_notice"})
    assert render(told, "zh").headline.endswith("发行公告：发行价格 104.66 元/股")
    assert render(told, "en").headline.endswith("offering notice: offer price RMB 104.66")


def test_a_later_draft_is_told_by_its_changes_alone() -> None:
    """The figures of a later draft come on request only, what changed comes to everybody."""
    first = EVERY_KIND[EventKind.FIGURES_READ]
    later = event(EventKind.FIGURES_READ, figures=first.figures, details={"draft": "later"})
    everybody, curious = ChatView(), ChatView(kinds={"figures_read": True})
    assert wanted(first, everybody) == "文件数据"
    assert wanted(later, everybody) is None
    assert wanted(later, curious) == "文件数据（本会话订阅）"
    assert wanted(EVERY_KIND[EventKind.DRAFT_CHANGED], everybody) == "招股书数据变更"
