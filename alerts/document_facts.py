"""Pure: what a document says in money, as an investor reads it: every figure with its page.

Rule: figures stand as printed; another form is added only where it is exact.
Rule: what was withheld is named with the reason, never shown as a fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from alerts.facts import (
    LONGEST_NAME,
    TITLE,
    Details,
    bounded,
    fact,
    money_words,
    number_of,
    short_money,
    text_of,
)
from alerts.glossary import Language, Word, document_words, figure_words
from alerts.message import Fact
from monitor.domain.draft_changes import INVESTMENT, PROCEEDS, Change, changes_of
from monitor.domain.events import Event
from monitor.domain.issue_records import BulletinKind
from monitor.domain.records import Figure

MOST_PROJECTS = 8
MOST_CHANGES = 12

BULLETIN: dict[BulletinKind, Word] = {
    BulletinKind.PROSPECTUS_INTENT: Word("招股意向书", "prospectus before pricing"),
    BulletinKind.INQUIRY_NOTICE: Word("发行安排及初步询价公告", "offering schedule and price inquiry"),
    BulletinKind.RISK_NOTICE: Word("投资风险特别公告", "special risk notice"),
    BulletinKind.ROADSHOW: Word("网上路演公告", "online roadshow notice"),
    BulletinKind.OFFERING_NOTICE: Word("发行公告", "offering notice"),
    BulletinKind.LOTTERY_RATE_NOTICE: Word("中签率公告", "lottery rate notice"),
    BulletinKind.LOTTERY_RESULT_NOTICE: Word("中签结果公告", "lottery result notice"),
    BulletinKind.RESULT_NOTICE: Word("发行结果公告", "issue result notice"),
    BulletinKind.PROSPECTUS: Word("招股说明书", "prospectus"),
    BulletinKind.LISTING_NOTICE: Word("上市公告书", "listing announcement"),
    BulletinKind.OTHER: Word("其他公告", "other bulletin"),
}
DOCUMENT = Word("文件", "Document")
USE = Word("募资投向", "Use of proceeds")
STANDARD = Word("上市标准", "Listing standard")
CHECK = Word("核对", "Check")
WITHHELD = Word("未列示", "Withheld")
COMPARED = Word("对比", "Compared with")
MORE = Word("其余", "More")
NUMBER = Word("批复文号", "Decision number")
PAGE = Word("页码", "Page")

TOLD_BEFORE = Word("与此前告知一致", "As told before")

# The first that a document has stands in the headline, with what it brings in net of costs.
_HEADLINE = ("offer_price", "planned_proceeds", "gross_proceeds", "net_proceeds", "revenue")
_NEWS = ("offer_price", "gross_proceeds", "net_proceeds", "lottery_rate_final", "lottery_rate_initial")
_QUALIFIERS = {  # the longest first: 预计约 is both
    "不低于": "not less than ",
    "不少于": "not less than ",
    "不超过": "up to ",
    "不高于": "up to ",
    "不多于": "up to ",
    "超过": "more than ",
    "至少": "at least ",
    "合计": "in total ",
    "大约": "about ",
    "估计": "estimated ",
    "逾": "more than ",
    "近": "nearly ",
    "预计": "expected ",
    "最多": "at most ",
    "最高": "at most ",
    "至多": "at most ",
    "最少": "at least ",
    "上限": "at most ",
    "约": "about ",
}
_HOW = {
    "added": Word("新增", "added"),
    "removed": Word("删除", "removed"),
    "renamed": Word("更名", "renamed"),
}


def document_name(kind: str, language: Language) -> str:
    """The name of a document or bulletin given its stable word."""
    try:
        return BULLETIN[BulletinKind(kind)](language)
    except ValueError:
        return document_words(kind, language)


def figures_headline(event: Event, details: Details, language: Language) -> str:
    """The document and its first new figures: 招股说明书（申报稿）：拟募集资金 80 亿元."""
    name = document_name(text_of(details, "document_type"), language)
    before = _told_before(details)
    fresh = {figure.kind: figure for figure in reversed(event.figures) if figure.kind not in before}
    kinds = [kind for kind in _NEWS if kind in fresh][:2] if before else []
    kinds = kinds or [kind for kind in _HEADLINE if kind in fresh][:1]
    if not kinds:
        return name
    parts = [f"{figure_words(kind, language)} {headline_amount(fresh[kind], language)}" for kind in kinds]
    join = "：" if language == "zh" else ": "
    told = name + join + ("，" if language == "zh" else ", ").join(parts)
    # Two where both are read whole: a figure cut in half is none.
    return told if len(told) <= LONGEST_NAME else name + join + parts[0]


def headline_amount(figure: Figure, language: Language) -> str:
    """The amount in its shortest exact form: 41.96866 亿元 where that is exact, else as printed."""
    return qualifier_words(figure.qualifier, language) + short_money(figure, language)


_SUBSCRIPTION = {
    "subscription_code": Word("申购代码", "Subscription code"),
    "subscription_limit": Word("网上申购上限", "Online subscription limit"),
    "subscription_limit_value": Word("顶格申购市值", "Market value for the full limit"),
    "registration_number": Word("批复文号", "Registration number"),
}


def _told_before(details: Details) -> set[str]:
    return {kind for kind in text_of(details, "told_before").split(",") if kind}


def figures_facts(event: Event, details: Details, language: Language) -> Iterator[Fact]:
    """The document, its figures in reading order, the use of proceeds, what was checked and withheld."""
    yield from fact(TITLE, event.title, language)
    before = _told_before(details)
    fresh = [figure for figure in event.figures if figure.kind not in before]
    simple = [figure for figure in fresh if figure.kind not in (PROCEEDS, INVESTMENT)]
    for kind, group in groupby(simple, key=lambda figure: figure.kind):
        yield _line(figure_words(kind, language), _joined(list(group), language), language)
    yield from project_lines(fresh, language)
    standard = text_of(details, "listing_standard")
    if standard:
        page = number_of(details, "listing_standard_page")
        yield from fact(STANDARD, standard + _at(page, language), language)
    for key, word in _SUBSCRIPTION.items():
        if term := text_of(details, key):
            yield from fact(word, term + _at(number_of(details, f"{key}_page"), language), language)
    yield from fact(TOLD_BEFORE, _confirmed(event.figures, before, language), language)
    yield from fact(CHECK, _told_otherwise(details, language), language)
    yield from fact(CHECK, _check(details, language), language)
    yield from fact(WITHHELD, _withheld(details, language), language)


def _confirmed(figures: Sequence[Figure], kinds: set[str], language: Language) -> str:
    """What the document repeats, in one line: nothing new, but now with its page."""
    parts = []
    for kind, group in groupby((f for f in figures if f.kind in kinds), key=lambda figure: figure.kind):
        name = figure_words(kind, language)
        if kind in (PROCEEDS, INVESTMENT):
            parts.append(name + _at(next(group).page, language))
        else:
            parts.append(f"{name} {_joined(list(group), language, short=True)}")
    return ("；" if language == "zh" else "; ").join(parts)


def _told_otherwise(details: Details, language: Language) -> str:
    """The figures of this offering that an earlier alert gave differently."""
    parts = []
    for item in filter(None, text_of(details, "told_otherwise").split(";")):
        kind, _, was = item.partition("=")
        name = figure_words(kind, language)
        parts.append(
            f"{name}此前告知为 {was}，与本文件不一致"
            if language == "zh"
            else f"{name} was told before as {was}, which differs from this document"
        )
    return ("；" if language == "zh" else "; ").join(parts)


def changes_facts(event: Event, details: Details, language: Language) -> Iterator[Fact]:
    """What the newer draft says differently: before and after, each with its page."""
    yield from fact(TITLE, event.title, language)
    earlier = document_name(text_of(details, "earlier_type"), language)
    yield from fact(COMPARED, f"{earlier} {text_of(details, 'earlier_date')}".strip(), language)
    changes = changes_of(details)
    for change in changes[:MOST_CHANGES]:
        yield _line(_named(change, language), _moved(change, language), language)
    total = number_of(details, "changes") or len(changes)
    if total > MOST_CHANGES:
        words = f"…共 {total} 处变更" if language == "zh" else f"… {total} changes in all"
        yield from fact(MORE, words, language)
    yield from fact(CHECK, _check(details, language), language)


def changes_headline(details: Details, language: Language) -> str:
    """The newer draft and how much it changes; the plan's own change is named."""
    name = document_name(text_of(details, "document_type"), language)
    count = number_of(details, "changes") or 0
    plan = next((change for change in changes_of(details) if change.kind == "planned_proceeds"), None)
    if plan is not None and plan.before and plan.after:
        told = f"{figure_words(plan.kind, language)} {plan.before} → {plan.after}"
    elif language == "zh":
        told = f"{count} 处数据变更"
    else:
        told = f"{count} figure{'s' if count != 1 else ''} changed"
    return f"{name}：{told}" if language == "zh" else f"{name}: {told}"


def number_facts(event: Event, details: Details, language: Language) -> Iterator[Fact]:
    """The number of the registration decision and where it stands."""
    yield from fact(TITLE, event.title, language)
    number = text_of(details, "registration_number")
    yield from fact(NUMBER, number + _at(number_of(details, "page"), language), language)


def project_lines(figures: Sequence[Figure], language: Language, *, document: str = "") -> Iterator[Fact]:
    """The use of proceeds, a line for each project; `document` names it where the alert is not about it."""
    rows = [figure for figure in figures if figure.kind == PROCEEDS]
    totals = {figure.label: figure for figure in figures if figure.kind == INVESTMENT}
    for place, row in enumerate(rows[:MOST_PROJECTS], 1):
        value = f"{row.label} {row.as_printed}"
        where = _at(row.page, language)
        if document:
            where = (
                f"（{document_name(document, language)}{where}）"
                if language == "zh"
                else (f" ({document_name(document, language)}{where})")
            )
        total = totals.get(row.label)
        if total is not None:
            words = "总投资" if language == "zh" else "of a total investment of"
            value += (
                f"（{words} {total.as_printed}）" if language == "zh" else f" ({words} {total.as_printed})"
            )
        yield Fact(label=f"{USE(language)} {place}", value=bounded(value + where, language))
    if len(rows) > MOST_PROJECTS:
        words = f"…共 {len(rows)} 项" if language == "zh" else f"… {len(rows)} projects in all"
        yield from fact(USE, words, language)


def _joined(figures: Sequence[Figure], language: Language, *, short: bool = False) -> str:
    """Figures of one kind in one line; one page is named once; `short` gives them as printed only."""
    one_page = len({figure.page for figure in figures}) == 1
    parts = []
    for figure in figures:
        words = figure.as_printed if short or figure.period else qualified(figure, language)
        if figure.period:
            words = f"{_period(figure.period, language)} {words}"
        parts.append(words + ("" if one_page else _at(figure.page, language)))
    joined = ("；" if language == "zh" else "; ").join(parts)
    return joined + (_at(figures[0].page, language) if one_page else "")


def qualified(figure: Figure, language: Language) -> str:
    """The amount with what qualifies it: 预计约 389,931.10 万元, expected about …."""
    return qualifier_words(figure.qualifier, language) + money_words(figure, language)


def qualifier_words(printed: str, language: Language) -> str:
    """预计约 as printed, "expected about " in English; a word we do not know stays as it is."""
    if language == "zh" or not printed:
        return printed
    rest, told = printed, ""
    while rest:
        word = next((word for word in _QUALIFIERS if rest.startswith(word)), "")
        if not word:
            return f"{printed} "
        told, rest = told + _QUALIFIERS[word], rest[len(word) :]
    return told


def _period(period: str, language: Language) -> str:
    if language == "en":
        return period
    year, _, months = period.partition(" ")
    return f"{year} 年" + (f" {months} 月" if months else "")


def _at(page: int | None, language: Language) -> str:
    if page is None:
        return ""
    return f"，第 {page} 页" if language == "zh" else f", p. {page}"


def _line(label: str, value: str, language: Language) -> Fact:
    return Fact(
        label=label if language == "zh" else label[:1].upper() + label[1:], value=bounded(value, language)
    )


def _named(change: Change, language: Language) -> str:
    name = figure_words(change.kind, language)
    if not change.label or change.how == "renamed":
        return name
    label = change.label
    if change.kind != PROCEEDS:
        label = _period(label, language)
    return f"{name}·{label}" if language == "zh" else f"{name}, {label}"


def _moved(change: Change, language: Language) -> str:
    before = change.before + _at(change.before_page, language) if change.before else ""
    after = change.after + _at(change.page, language) if change.after else ""
    moved = " → ".join(part for part in (before, after) if part)
    how = _HOW.get(change.how)
    if how is None:
        return moved
    return f"{how(language)}：{moved}" if language == "zh" else f"{how(language)}: {moved}"


def _check(details: Details, language: Language) -> str:
    listed = text_of(details, "list_planned")
    if not listed or text_of(details, "list_trouble") != "differs":
        return ""
    if language == "zh":
        return f"项目列表印 {listed}，与文件不一致"
    return f"the project list prints {listed}, which differs from the document"


def _withheld(details: Details, language: Language) -> str:
    parts = []
    if text_of(details, "list_trouble") == "slip":
        listed = text_of(details, "list_planned")
        printed = text_of(details, "withheld") + _at(number_of(details, "withheld_page"), language)
        parts.append(
            f"拟募集资金：文件印 {printed}；项目列表印 {listed}，相差十的倍数"
            if language == "zh"
            else f"planned proceeds: the document prints {printed}; the project list {listed}, "
            "a power of ten apart"
        )
    doubted = text_of(details, "withheld_kinds")
    if doubted:
        names = [figure_words(kind, language) for kind in doubted.split(",")]
        listed_names = ("、" if language == "zh" else ", ").join(dict.fromkeys(names))
        parts.append(
            f"{listed_names}（文件内前后不一致）"
            if language == "zh"
            else f"{listed_names} (the document contradicts itself)"
        )
    return ("；" if language == "zh" else "; ").join(parts)
