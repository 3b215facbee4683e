"""Pure: the lines and headlines of the issue and listing phase, only from what the event carries.

Rule: shares and rates stand as printed; an inferred unit is marked as inferred.
Rule: an amount that was withheld is named with the reason, never replaced by another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from alerts.document_facts import BULLETIN
from alerts.facts import AFTER, BEFORE, TITLE, Details, fact, number_of, short_money, text_of, tidy
from alerts.glossary import KIND, Language, Word, figure_words
from alerts.message import Fact
from alerts.offering_facts import offering_lines
from monitor.domain.events import Event, EventKind
from monitor.domain.issue_records import BulletinKind, CalendarKind

CODE = Word("证券代码", "Security code")
CALENDAR: dict[CalendarKind, Word] = {
    CalendarKind.SUBSCRIPTION: Word("网上申购", "online subscription"),
    CalendarKind.PAYMENT: Word("中签缴款", "payment by the winners"),
    CalendarKind.LISTING: Word("上市首日", "first day of trading"),
    CalendarKind.COMMITTEE: Word("上市委会议", "listing committee meeting"),
}
ICON: dict[EventKind, str] = {
    EventKind.OFFER_PRICE_SET: "💰",
    EventKind.SUBSCRIPTION_SCHEDULED: "📝",
    EventKind.LOTTERY_RATE: "🎲",
    EventKind.ISSUE_RESULT: "📊",
    EventKind.LISTING_SCHEDULED: "📅",
    EventKind.LISTED: "🔔",
    EventKind.BULLETIN_DISCLOSED: "📄",
    EventKind.CALENDAR_REMINDER: "⏰",
}

# Their figures are lines of `offering_lines`, each with its source.
WITH_OFFERING = frozenset({EventKind.OFFER_PRICE_SET, EventKind.ISSUE_RESULT, EventKind.LISTED})

_SHARES: dict[str, Word] = {
    "shares_offered": Word("发行股数", "Shares offered"),
    "shares_issued": Word("发行股数", "Shares issued"),
    "shares_online": Word("网上发行股数", "Shares offered online"),
    "purchase_limit": Word("网上申购上限", "Online subscription limit"),
}
_TERMS: dict[str, Word] = {
    "subscription_code": Word("申购代码", "Subscription code"),
    "subscription_limit_value": Word("顶格申购市值", "Market value for the full limit"),
}
_DAYS: dict[str, Word] = {
    "online_date": Word("网上申购日", "Online subscription"),
    "lottery_result_date": Word("中签结果日", "Lottery result"),
    "payment_date": Word("缴款日", "Payment"),
}
PE_RATIO = Word("发行市盈率", "P/E at offer")
RATE = Word("网上中签率", "Online lottery rate")
WITHHELD = Word("未列示", "Withheld")
NEW_ISSUER = Word("发行人", "Issuer")


def what_happened(event: Event, details: Details, language: Language) -> str:
    """The second half of the headline."""
    name = KIND[event.kind](language)
    match event.kind:
        case EventKind.OFFER_PRICE_SET | EventKind.ISSUE_RESULT:
            wanted = "offer_price" if event.kind is EventKind.OFFER_PRICE_SET else "gross_proceeds"
            amounts = [short_money(figure, language) for figure in event.figures if figure.kind == wanted]
            return _named(name, amounts[0] if amounts else "", language)
        case EventKind.LOTTERY_RATE:
            return _named(name, lottery_rate(details, language), language)
        case EventKind.BULLETIN_DISCLOSED:
            return _named(name, _bulletin(text_of(details, "bulletin_kind"), language), language)
        case EventKind.CALENDAR_REMINDER:
            return _reminder(event, details, language)
        case _:
            return _named(name, event.date.isoformat() if event.date else "", language)


def issue_lines(event: Event, details: Details, language: Language) -> Iterator[Fact]:
    """The lines of an event of this phase that no other event has."""
    if event.kind in WITH_OFFERING:
        yield from offering_lines(event, details, language)
    if event.kind is EventKind.BULLETIN_DISCLOSED:
        yield from fact(TITLE, event.title, language)
    yield from fact(CODE, text_of(details, "security_code"), language)
    yield from fact(BEFORE, event.before, language)
    yield from fact(AFTER, event.after, language)
    for key, word in _SHARES.items():
        yield from fact(word, _shares(text_of(details, key), language), language)
    for key, word in _TERMS.items():
        yield from fact(word, text_of(details, key), language)
    for key, word in _DAYS.items():
        yield from fact(word, text_of(details, key), language)
    ratio = text_of(details, "pe_ratio")
    yield from fact(PE_RATIO, f"{ratio} 倍" if ratio and language == "zh" else ratio, language)
    if event.kind is EventKind.LOTTERY_RATE:
        yield from fact(RATE, lottery_rate(details, language), language)
    yield from fact(WITHHELD, _withheld(details, language), language)
    if details.get("new_issuer") is True:
        zh = "此前未见其审核项目"
        yield from fact(NEW_ISSUER, zh if language == "zh" else "no application of it was seen", language)


def lottery_rate(details: Details, language: Language) -> str:
    """The rate as printed, with its unit; one that the exchange's list does not print is marked inferred."""
    rate = text_of(details, "lottery_rate")
    if not rate:
        return ""
    unit = text_of(details, "lottery_rate_unit")
    if details.get("lottery_rate_unit_inferred") is True:
        return (
            f"{rate}（列表未印单位，推断为 {unit}）"
            if language == "zh"
            else f"{rate} (unit inferred: {unit})"
        )
    return f"{rate}{unit}"


def _named(name: str, value: str, language: Language) -> str:
    if not value:
        return name
    return f"{name}：{value}" if language == "zh" else f"{name}: {value}"


def _bulletin(value: str, language: Language) -> str:
    try:
        return BULLETIN[BulletinKind(value)](language)
    except ValueError:
        return value


def _reminder(event: Event, details: Details, language: Language) -> str:
    value = text_of(details, "calendar_kind")
    try:
        what = CALENDAR[CalendarKind(value)](language)
    except ValueError:
        what = value
    day = event.date.isoformat() if event.date else ""
    if number_of(details, "days_left") == 1:
        return f"明天 {day} {what}" if language == "zh" else f"tomorrow {day}: {what}"
    return f"今天 {day} {what}" if language == "zh" else f"today {day}: {what}"


def _shares(printed: str, language: Language) -> str:
    """Shares as printed; in English the single shares beside them, which is exact."""
    printed = tidy(printed)
    if language == "zh" or not printed.endswith("万股"):
        return printed
    shares = Decimal(printed.removesuffix("万股")) * 10_000
    return f"{printed} (= {shares:,.0f} shares)" if shares == shares.to_integral_value() else printed


def _withheld(details: Details, language: Language) -> str:
    kind, why = text_of(details, "withheld"), text_of(details, "withheld_why")
    if not kind:
        return ""
    name = figure_words(kind, language)
    zh = language == "zh"
    if why == "unchecked":
        reason = "缺价格或股数，无法核对" if zh else "price or shares are missing, so it cannot be checked"
    elif why == "mismatch":
        reason = "价格×股数与之不符" if zh else "price × shares is another sum"
    elif zh:
        reason = f"为价格×股数的 {why[1:]} 倍" if why.startswith("×") else f"为价格×股数的 1/{why[1:]}"
    else:
        reason = f"it is price × shares {why}"
    return f"{name}（{reason}）" if zh else f"{name} ({reason})"
