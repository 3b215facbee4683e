"""The labelled lines of an alert, each built only from what the event carries.

Rule: a line whose value is not in the event is absent, never estimated.
Rule: instants are shown in Asia/Shanghai; dates without a time are shown as printed.
Rule: amounts keep the words they were printed in; another form is added only when it is exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from alerts.glossary import (
    CURRENCY,
    Language,
    Word,
    board_words,
    figure_words,
    stage_words,
    state_from_text,
    state_words,
)
from alerts.message import Fact
from monitor.domain.events import Event
from monitor.domain.records import Figure
from monitor.domain.stages import Outcome, Stage

Details = Mapping[str, str | int | float | bool]
SHANGHAI = ZoneInfo("Asia/Shanghai")
LONGEST_VALUE = 1500
LONGEST_NAME = 80  # of either half of a headline
_YI = 100_000_000

ISSUER = Word("发行人", "Issuer")
DATE = Word("日期", "Date")
BOARD = Word("板块", "Board")
PATH = Word("阶段", "Stage")
REASON = Word("原因", "Reason")
PACE = Word("用时", "Pace")
TUTORING = Word("辅导", "Tutoring")
SPONSORS = Word("保荐机构", "Sponsors")
PUBLISHED = Word("发布时间", "Posted")
TITLE = Word("标题", "Title")
BEFORE = Word("变更前", "Before")
AFTER = Word("变更后", "After")


def fact(label: Word, value: str, language: Language) -> Iterator[Fact]:
    """One line, or none when the value is empty; a monstrous value is cut and says by how much."""
    if value:
        yield Fact(label=label(language), value=bounded(value, language))


def bounded(text: str, language: Language) -> str:
    """Keep a value within 1,500 code points; what is left out is counted aloud."""
    if len(text) <= LONGEST_VALUE:
        return text
    missing = len(text) - LONGEST_VALUE
    more = f"…（另有 {missing} 字）" if language == "zh" else f"… ({missing} more characters)"
    return text[:LONGEST_VALUE] + more


def text_of(details: Details, key: str) -> str:
    """A detail as text; "" when it is absent."""
    value = details.get(key, "")
    return "" if isinstance(value, bool) else str(value)


def number_of(details: Details, key: str) -> int | None:
    """A detail that is a whole number; None when absent or of another type, as nothing is guessed."""
    value = details.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def days(count: int, language: Language) -> str:
    """A number of days in words: 88 天, 1 day, 88 days."""
    if language == "zh":
        return f"{count} 天"
    return f"{count:,} day" if count == 1 else f"{count:,} days"


def span(length: timedelta, language: Language) -> str:
    """A duration to the minute: 3 小时 12 分, 3 h 12 m."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if language == "zh":
        return f"{hours} 小时 {minutes} 分" if hours else f"{minutes} 分钟"
    return f"{hours} h {minutes} m" if hours else f"{minutes} m"


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_TRAILING = re.compile(r"(\d\.\d\d)(0+)(?!\d)|(\d\.\d{2}\d*?[1-9])(0+)(?!\d)")


def tidy(printed: str) -> str:
    """A number without the zeros a list pads it with: 114.2800元/股 is 114.28元/股; two decimals stay."""
    return _TRAILING.sub(lambda found: found[1] or found[3], printed)


def money_words(figure: Figure, language: Language) -> str:
    """An amount as printed, with 亿元 (or RMB million) beside it only when that is exact.

    The amount is in the currency's base unit; no rounding ever happens here: 0.000001 亿元 is 100 yuan.
    """
    unit = CURRENCY.get(figure.currency)
    if unit is None:
        return (
            _count_words(figure, language)
            if not figure.currency
            else f"{figure.as_printed} {figure.currency}"
        )
    printed = tidy(figure.as_printed)
    if figure.kind == "offer_price":
        return printed if language == "zh" else f"{printed} (= {_price(figure, unit)} a share)"
    if figure.amount < 1_000_000 or figure.amount % 100:
        return printed
    yi = _plain(figure.amount / _YI)
    million = _plain(figure.amount / 1_000_000)
    if language == "en":
        return f"{printed} (= {unit.en} {million} million)"
    squeezed = figure.as_printed.replace(" ", "").replace(",", "").replace("，", "")
    if squeezed.endswith(unit.zh) and _same_number(squeezed.removesuffix(unit.zh), figure.amount / _YI):
        return printed
    return f"{printed}（= {yi} {unit.zh}）"


def short_money(figure: Figure, language: Language) -> str:
    """For a headline: 41.96866 亿元, RMB 4,196.866 million or RMB 104.66 where exact, else as printed."""
    unit = CURRENCY.get(figure.currency)
    if unit is None:
        return figure.as_printed
    if figure.kind == "offer_price":
        return tidy(figure.as_printed) if language == "zh" else _price(figure, unit)
    if figure.amount < 1_000_000 or figure.amount % 100:
        return tidy(figure.as_printed)
    if language == "en":
        return f"{unit.en} {_plain(figure.amount / 1_000_000)} million"
    return f"{_plain(figure.amount / _YI)} {unit.zh}"


def _price(figure: Figure, unit: Word) -> str:
    """RMB 25.00: the exact price with at least two decimals."""
    whole, _, part = f"{figure.amount:f}".partition(".")
    return f"{unit.en} {whole}.{part.rstrip('0'):0<2}"


def _count_words(figure: Figure, language: Language) -> str:
    """Shares, times and rates as printed; in English with the single shares, and 倍 as times."""
    printed = figure.as_printed
    if language == "zh":
        return printed
    if printed.endswith("倍"):
        return printed.removesuffix("倍").rstrip() + " times"
    if printed.endswith("万股") and figure.amount == figure.amount.to_integral_value():
        return f"{printed} (= {figure.amount:,.0f} shares)"
    return printed


def _same_number(text: str, number: Decimal) -> bool:
    try:
        return Decimal(text) == number
    except ArithmeticError:
        return False


def figure_facts(figures: tuple[Figure, ...], language: Language) -> Iterator[Fact]:
    """One line per amount, named by its kind."""
    for figure in figures:
        label = figure_words(figure.kind, language)
        yield Fact(label=label if language == "zh" else _capital(label), value=money_words(figure, language))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def stage_path(event: Event, details: Details, language: Language) -> str:
    """The stages walked so far, or the previous one and this one; "" when only this one is known."""
    if event.state is None:
        return ""
    walked = [word for word in text_of(details, "stage_path").split(">") if word.strip()]
    if not walked:
        previous = text_of(details, "previous_stage")
        if not previous:
            return ""
        walked = [previous]
    names = [stage_words(word.strip(), language) for word in walked]
    last = state_words(event.state, language)
    here = stage_words(event.state.code, language)
    if names[-1] in (last, here) and text_of(details, "stage_path"):
        names.pop()
    return " → ".join([*names, last])


def pace(event: Event, details: Details, language: Language) -> str:
    """The speed of the review in one sentence, from the counted days and the percentile the event carries.

    `percentile_faster` is the whole per cent of `percentile_sample` comparable projects that took longer.
    """
    total = number_of(details, "days_since_acceptance")
    step = number_of(details, "days_since_previous")
    faster = number_of(details, "percentile_faster")
    sample = number_of(details, "percentile_sample")
    here = event.state.stage if event.state else None
    if here is Stage.ACCEPTED or event.state is None or (total is not None and total < 0):
        total = None
    parts: list[str] = []
    if total is not None and event.state is not None:
        parts.append(_since_acceptance(total, _short_stage(event, language), faster, sample, language))
    previous = text_of(details, "previous_stage")
    came_from = state_from_text(previous)
    if step is not None and step >= 0 and previous and not (came_from and came_from.stage is Stage.ACCEPTED):
        name = stage_words(previous, language)
        spent = days(step, language)
        parts.append(f"距上一阶段（{name}）{spent}" if language == "zh" else f"{spent} after: {name}")
    return ("；" if language == "zh" else "; ").join(parts)


def tutoring(details: Details, language: Language) -> str:
    """How long tutoring (辅导) took from filed to accepted, with the dates that prove it."""
    zh = language == "zh"
    filed, accepted = text_of(details, "tutoring_filed"), text_of(details, "tutoring_accepted")
    length = number_of(details, "tutoring_days")
    dates = [
        *([f"{filed} 备案" if zh else f"filed {filed}"] if filed else []),
        *([f"{accepted} 验收" if zh else f"accepted {accepted}"] if accepted else []),
    ]
    since = number_of(details, "days_since_tutoring_filed")
    if filed and since is not None:
        dates.append(
            f"备案至受理 {days(since, language)}"
            if zh
            else f"{days(since, language)} from filing to acceptance"
        )
    said = ("，" if zh else ", ").join(dates)
    if length is None:
        return said
    spent = f"历时 {days(length, language)}" if zh else f"took {days(length, language)}"
    if not said:
        return spent
    return f"{spent}（{said}）" if zh else f"{spent} ({said})"


def _short_stage(event: Event, language: Language) -> str:
    if event.state is None:
        return ""
    if event.state.outcome is Outcome.REGISTERED:
        return state_words(event.state, language)
    return stage_words(event.state.code, language)


def _since_acceptance(
    total: int, stage: str, faster: int | None, sample: int | None, language: Language
) -> str:
    if language == "zh":
        text = f"受理到{stage} {days(total, language)}"
        if faster is not None:
            text += f"，快于 {faster}% 的项目"
            text += f"（样本 {sample} 个）" if sample is not None else ""
        return text
    text = f"{days(total, language)} from acceptance to {stage}"
    if faster is not None:
        text += f", faster than {faster}% of projects"
        text += f" (sample of {sample})" if sample is not None else ""
    return text


def shanghai(moment: datetime, language: Language) -> str:
    """An instant on Shanghai's clock, and it says so; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        msg = f"an instant without a time zone cannot be shown: {moment!r}"
        raise ValueError(msg)
    local = moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return f"{local}（北京时间）" if language == "zh" else f"{local} (Shanghai time)"


def project_facts(event: Event, details: Details, language: Language) -> Iterator[Fact]:
    """The lines every event about a project shares, in reading order."""
    english = text_of(details, "issuer_en") if language == "en" else ""
    short = english or text_of(details, "issuer_short")
    if (short and short != event.issuer) or len(event.issuer) > LONGEST_NAME:
        yield from fact(ISSUER, event.issuer, language)
    yield from fact(DATE, event.date.isoformat() if event.date else "", language)
    yield from fact(BOARD, board_words(event.board, language), language)
    yield from fact(PATH, stage_path(event, details, language), language)
    yield from fact(REASON, event.reason, language)
    yield from fact(PACE, pace(event, details, language), language)
    yield from fact(TUTORING, tutoring(details, language), language)
    yield from figure_facts(event.figures, language)
    yield from fact(SPONSORS, text_of(details, "sponsors"), language)
    yield from fact(PUBLISHED, shanghai(event.published_at, language) if event.published_at else "", language)
