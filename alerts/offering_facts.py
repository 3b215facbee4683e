"""Pure: the figures of an offering in the alerts of its price, result and listing, each with its source.

Rule: a figure names the document and page it stands on, or the list of the exchange that prints it.
"""

from __future__ import annotations

from collections.abc import Iterator

from alerts.document_facts import document_name, project_lines, qualified
from alerts.facts import Details, bounded, text_of
from alerts.glossary import Language, Word, figure_words
from alerts.message import Fact
from monitor.domain.draft_changes import INVESTMENT, PROCEEDS
from monitor.domain.events import Event
from monitor.domain.records import Figure

# In the order an investor asks: what it costs, what comes in, what was wanted, how hard it was to get.
_ORDER = ("offer_price", "gross_proceeds", "net_proceeds", "planned_proceeds", "lottery_rate_final")
_NEW_SHARES = Word("新股列表", "new-share list")
_PROJECTS = Word("项目列表", "project list")
_LISTS = {"planned_proceeds": _PROJECTS}


def offering_lines(event: Event, details: Details, language: Language) -> Iterator[Fact]:
    """Price, gross, net, plan, lottery rate and use of proceeds, as far as the event carries them."""
    rest = [figure for figure in event.figures if figure.kind not in (PROCEEDS, INVESTMENT)]
    rest.sort(key=lambda figure: _ORDER.index(figure.kind) if figure.kind in _ORDER else len(_ORDER))
    for figure in rest:
        name = figure_words(figure.kind, language)
        value = qualified(figure, language) + _source(figure, details, language)
        yield Fact(
            label=name if language == "zh" else name[:1].upper() + name[1:], value=bounded(value, language)
        )
    source = text_of(details, f"source_{PROCEEDS}")
    yield from project_lines(event.figures, language, document=source)


def _source(figure: Figure, details: Details, language: Language) -> str:
    kind = text_of(details, f"source_{figure.kind}")
    if not kind:
        words = _LISTS.get(figure.kind, _NEW_SHARES)(language)
        return f"（{words}）" if language == "zh" else f" ({words})"
    return document_place(kind, figure.page, language)


def document_place(kind: str, page: int | None, language: Language) -> str:
    """Where a figure of a named document stands: （发行公告，第 3 页）, (offering notice, p. 3)."""
    name = document_name(kind, language)
    if language == "zh":
        return f"（{name}，第 {page} 页）" if page is not None else f"（{name}）"
    return f" ({name}, p. {page})" if page is not None else f" ({name})"
