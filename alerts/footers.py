"""Pure: what stands below the facts of an alert: links we trust, and notes that keep it honest.

Rule: a link leads only to the exchange or the regulator; one that does not is left out, and that is said.
Rule: an example, an unknown code, an unusual move and a late posting are each named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from alerts.facts import SHANGHAI, Details, days, text_of
from alerts.glossary import Language, Word
from alerts.message import Link
from monitor.domain.events import Event

TRUSTED_HOSTS = ("sse.com.cn", "csrc.gov.cn")

PROJECT_PAGE = Word("项目页面", "project page")
TUTORING_PAGE = Word("辅导公示", "tutoring disclosure")
DOCUMENT_LINK = Word("文件", "document")
FICTIONAL = Word("（虚构示例）", "(fictional example)")
UNKNOWN_CODE = Word(
    "交易所使用了未识别的代码，已原样显示，并已通知运维。",
    "The exchange used a code we do not know; it is shown raw and the operator has been told.",
)
UNUSUAL_MOVE = Word(
    "这一变化不在已知的审核流程之内，请以交易所页面为准。",
    "This move is not among the known moves of the review; go by the exchange's page.",
)
UNTRUSTED_LINK = Word("有链接不在可信网站名单内，已省略。", "A link outside the trusted hosts was left out.")


def _trusted(url: str, hosts: Sequence[str]) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("https", "http") or parts.username or parts.password:
        return False
    return any(host == trusted or host.endswith("." + trusted) for trusted in hosts)


def links(
    event: Event, details: Details, language: Language, hosts: Sequence[str]
) -> tuple[tuple[Link, ...], bool]:
    page = TUTORING_PAGE if event.source == "csrc_tutoring" else PROJECT_PAGE
    wanted = [(page, event.url), (DOCUMENT_LINK, text_of(details, "document_url"))]
    kept = {url: Link(label=word(language), url=url) for word, url in wanted if url and _trusted(url, hosts)}
    return tuple(kept.values()), any(url and not _trusted(url, hosts) for _, url in wanted)


def notes(event: Event, details: Details, language: Language, *, left_out: bool) -> Iterator[str]:
    if details.get("fictional") is True:
        yield FICTIONAL(language)
    if event.state is not None and not event.state.known:
        yield UNKNOWN_CODE(language)
    elif details.get("unusual_move") is True:
        yield UNUSUAL_MOVE(language)
    if details.get("posted_late"):
        yield _posted_late(event, language)
    if left_out:
        yield UNTRUSTED_LINK(language)


def _posted_late(event: Event, language: Language) -> str:
    words = "交易所迟发" if language == "zh" else "posted late by the exchange"
    if event.date is None or event.published_at is None:
        return words
    gap = (event.published_at.astimezone(SHANGHAI).date() - event.date).days
    if gap <= 0:
        return words
    return (
        f"{words}：晚于该日期 {days(gap, language)}"
        if language == "zh"
        else f"{words}: {days(gap, language)} after the date above"
    )
