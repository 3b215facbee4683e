"""Every parser and every renderer as a function of bytes; a target raises only what it may.

Rule: a target returns or raises MonitorError; anything else is a crash.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alerts.channels.console import ConsoleChannel
from alerts.channels.telegram_text import format_telegram
from alerts.notes import possible_repeat
from alerts.render import render
from alerts.summaries import render_digest
from monitor.demo.answers import DOCUMENT_QUERIES, QUERIES, encode_rows, envelope, page_of
from monitor.demo.pages import register_page
from monitor.demo.season import load_season
from monitor.domain.money import find_printed, read_number, read_printed
from monitor.domain.names import normalise_company_name, read_company_name, same_issuer
from monitor.settings import load
from scrapers.classify import classify
from scrapers.contract import Document, Request
from scrapers.csrc_tutoring.parse import parse_page
from scrapers.decode import decode_text
from scrapers.sse_star.parse import parse_committee, parse_documents, parse_list, parse_timeline
from scrapers.sse_star.requests import Endpoints
from tests.doubles.telegram_parser import parse_html
from tests.reliability.fuzz_events import AT, made_event

ENDPOINTS = Endpoints(query_url="https://query.sse.com.cn", static_url="https://static.sse.com.cn")


class Broken(AssertionError):
    """A target's own promise did not hold: a message the chat service would refuse, a lost character."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One parser or renderer with good inputs to spoil and words worth splicing in."""

    name: str
    one: Callable[[bytes], None]
    samples: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()


def _document(
    body: bytes, label: str = "list", url: str = "https://query.sse.com.cn/x", **params: str
) -> Document:
    request = Request(label=label, url=url, params=params)
    return Document(request=request, body=body, content_type="text/html; charset=utf-8", fetched_at=AT)


@cache
def _answers(query: str, **params: str) -> tuple[bytes, ...]:
    """Good answers of one query, whole and paged, JSON and JSONP, in the exchange's wire form."""
    snapshot = load_season().as_of(None)
    given = {"isPagination": "false", **params}
    found = []
    for more in ({}, {"jsonCallBack": "jsonpCallback7"}, {"isPagination": "true", "pageHelp.pageSize": "4"}):
        asked = {**given, **more}
        page = page_of(QUERIES[query](snapshot, asked), asked)
        found.append(envelope(page, encode_rows(page.rows, escape=query in DOCUMENT_QUERIES), asked))
    return tuple(found)


_KEY = "2098"
_JSON_WORDS = (
    b"null", b'""', b"0", b"-1", b"1e999", b"99999999999999999999", b"[]", b"{}", b"true", b'"\\ud800"',
    b'"\\u0000"',
    b'"20261399250000"', b'"2026-02-30 25:61:00"', b'"-"', b"3.1415926535897932384626",
    b'"\xef\xbc\x91\xef\xbc\x92"',
)  # fmt: skip
_HTML_WORDS = (
    b"<table>", b"</table>", b"<td>", b"</tr>", b"<!--", b"-->", b"<script>", b"&#0;", b"&#xD800;",
    b"<![CDATA[", b"<tbody>",
    b"colspan=99999999", "共 9999 页".encode(), "序号".encode(), b"2026-02-30", b"<meta charset=gbk>",
)  # fmt: skip
_TEXT_WORDS = tuple(
    word.encode()
    for word in (
        "亿元", "万元", "千万", "百", "十", "零", "〇", "壹贰叁", "1,234,567.89", "１２３，４５６．７８",
        "不超过", "约", "至", "~", "人民币", "美元",
        "HK$", "%", "％", "股", "元/股", "-", "—", "0.00", "1e9", "９" * 40, "1," * 60, " " * 80,
        "\u202e", "\u200b", "\u0000", "（", "）",
        "股份有限公司", "有限责任公司", "集团", "摩尔线程", "以下简称", "曾用名", "Co., Ltd.", "𠮷", "Ａ",
    )
)  # fmt: skip


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _number(data: bytes) -> None:
    read_number(_text(data))


def _printed(data: bytes) -> None:
    read_printed(_text(data))


def _find(data: bytes) -> None:
    text = _text(data)
    for found in find_printed(text):
        if not (0 <= found.start < found.end) or not found.amount.is_finite():
            raise Broken(f"an amount that is nowhere or nothing: {found}")


def _names(data: bytes) -> None:
    text = _text(data)
    once = normalise_company_name(text)
    if normalise_company_name(once) != once:
        raise Broken(f"a normal form that is not normal: {once!r}")
    read_company_name(text)
    same_issuer(text, "摩尔线程智能科技（北京）股份有限公司", ("摩尔线程",))


def _classify(data: bytes) -> None:
    status = (200, 200, 200, 302, 403, 404, 429, 500, 521)[data[0] % 9 if data else 0]
    expects = ("json", "html", "pdf")[data[1] % 3 if len(data) > 1 else 0]
    headers = {"retry-after": _text(data[2:14]).strip() or "3", "content-type": "text/html"}
    classify(
        Request(label="list", url="https://query.sse.com.cn/x", expects=expects), status, headers, data[2:]
    )


def _settings(data: bytes) -> None:
    path = _folder() / "fuzz.toml"
    path.write_bytes(data)
    load(path, {"HOME": "/nonexistent"})


@cache
def _folder() -> Path:
    kept = tempfile.TemporaryDirectory(prefix="fuzz-", ignore_cleanup_errors=True)
    _KEPT.append(kept)
    return Path(kept.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def _rendered(data: bytes) -> None:
    event = made_event(data)
    for language in ("zh", "en"):
        message = render(event, "en" if language == "en" else "zh")
        for payload in format_telegram(message):
            _accepted(payload.text, payload.plain)
        ConsoleChannel().format(message)


def _digest(data: bytes) -> None:
    events = [made_event(data + bytes([n])) for n in range(1 + len(data) % 19)]
    message = render_digest(events, "zh")
    for payload in format_telegram(message):
        _accepted(payload.text, payload.plain)
    possible_repeat(message.alert_id, 2, "zh")


def _accepted(marked: str, plain: str) -> None:
    """The chat service's own limits and its own parser: a part it refuses would be a poison message."""
    text, entities = parse_html(marked)
    if len(text) > 4096 or len(marked.encode()) > 32_768 or not text.strip():
        raise Broken(f"a part of {len(text)} code points, {len(marked.encode())} bytes")
    if len(plain) > 4096:
        raise Broken(f"a plain part of {len(plain)} code points")
    for entity in entities:
        url = str(entity.get("url", ""))
        if url and not url.startswith("https://"):
            raise Broken(f"a link to {url[:80]!r}")


def _register() -> tuple[bytes, ...]:
    filings = load_season().as_of(None).filings()
    pages = [register_page(filings, 1), register_page(filings[:3], 1)]
    return tuple(body for page in pages for body in (page.encode(), page.encode("gb18030")))


_TOML = Path(__file__).parents[2] / "docs" / "configuration.md"


def _toml() -> tuple[bytes, ...]:
    text = _TOML.read_text(encoding="utf-8")
    inside = text.split("```toml\n", 1)[1].split("```", 1)[0]
    return (inside.encode(), b'contact = "a@b.c"\n[channels.telegram]\nenabled = true\ntoken = "1:a"\n')


_TEXTS = tuple(
    text.encode()
    for text in (
        "80亿元", "人民币 1,234.56 万元", "不超过12.5亿元（含）", "每股人民币 88.88 元",
        "三千二百万股", "摩尔线程智能科技（北京）股份有限公司",
        "上海燧原科技股份有限公司（以下简称“燧原科技”）", "发行价格为 114.28 元/股，市盈率 123.45 倍",
    )
)  # fmt: skip


_NUMBERS = tuple(
    text.encode() for text in ("1,234,567.89", "３１．８２７６", "三千二百万", "80", "0.05", "１２亿")
)


def targets() -> Mapping[str, Target]:
    """Every target by name."""
    json_words, html = _JSON_WORDS, _HTML_WORDS
    stock = {"stockAuditNum": _KEY}
    made = (
        Target(
            name="list",
            one=lambda data: void(parse_list(_document(data), ENDPOINTS, {})),
            samples=_answers("SH_XM_LB"),
            words=json_words,
        ),
        Target(
            name="timeline",
            one=lambda data: void(parse_timeline(_document(data, "timeline"), _KEY)),
            samples=_answers("GP_GPZCZ_XMDTZTYYLB", **stock),
            words=json_words,
        ),
        Target(
            name="diagram",
            one=lambda data: void(parse_timeline(_document(data, "diagram"), _KEY)),
            samples=_answers("GP_GPZCZ_XMDTZTTLB", **stock),
            words=json_words,
        ),
        Target(
            name="documents",
            one=lambda data: void(parse_documents(_document(data, "documents"), ENDPOINTS)),
            samples=_answers("GP_COMMON_FILE_SEARCH", auditId="900013")
            + _answers("GP_GPZCZ_SHXXPL", stockAuditNum="900013"),
            words=json_words,
        ),
        Target(
            name="committee",
            one=lambda data: void(parse_committee(_document(data, "committee"), ENDPOINTS, _KEY)),
            samples=_answers("GP_GPZCZ_SSWHYGGJG"),
            words=json_words,
        ),
        Target(
            name="tutoring-page",
            one=lambda data: void(
                parse_page(_document(data, "tutoring-page", "http://eid.csrc.gov.cn/csrcfd/index.html"))
            ),
            samples=_register(),
            words=html,
        ),
        Target(
            name="decode",
            one=lambda data: void(decode_text(data, "text/html; charset=gbk")),
            samples=_register(),
            words=html,
        ),
        Target(
            name="classify",
            one=_classify,
            samples=tuple(bytes(2) + body for body in _answers("SH_XM_LB"))
            + tuple(b"\x00\x01" + body for body in _register()),
            words=html + json_words,
        ),
        Target(name="number", one=_number, samples=_NUMBERS, words=_TEXT_WORDS),
        Target(name="amount", one=_printed, samples=_TEXTS, words=_TEXT_WORDS),
        Target(name="amounts-in-text", one=_find, samples=_TEXTS, words=_TEXT_WORDS),
        Target(name="names", one=_names, samples=_TEXTS, words=_TEXT_WORDS),
        Target(
            name="settings",
            one=_settings,
            samples=_toml(),
            words=(
                b"[",
                b"]",
                b'"""',
                b"= nan",
                b"1979-05-27",
                b"\\u0000",
                b"a.b.c=1\n",
                b"-0x1",
                b"[[x]]\n",
            ),
        ),
        Target(name="render", one=_rendered, samples=_TEXTS, words=_TEXT_WORDS),
        Target(name="digest", one=_digest, samples=_TEXTS[:4], words=_TEXT_WORDS),
    )
    return {target.name: target for target in made}


def void(_: object) -> None:
    """A target's result is of no interest; what it raises is."""
