"""Targets that read printed text: numbers, names, documents, descriptions, addresses, files people write."""

from __future__ import annotations

import io
import json

from alerts.channels.posting import url_secrets
from alerts.redact import redact
from alerts.text import inert, safe_url, unlinkable
from monitor.commands.classify import classify_stream
from monitor.documents.pdf import read_pdf_text
from monitor.documents.reader import _unpacked
from monitor.documents.sandbox import _unpack
from monitor.documents.text import read_text_pages
from monitor.domain.addresses import is_link_local, is_public, names_this_host_or_net
from monitor.domain.calendar import load_calendar
from monitor.domain.draft_changes import compare_drafts
from monitor.domain.figure_diff import trusted
from monitor.domain.figures.pages import Page
from monitor.domain.figures.read import read_figures, table_pages
from monitor.domain.figures.registration import find_registration_number
from monitor.domain.figures.section import business_section
from monitor.domain.money import find_printed, read_number, read_printed, simplify
from monitor.domain.names import normalise_company_name, read_company_name, same_issuer
from monitor.domain.registry import parse_registry
from monitor.domain.relevance import Facts, grade
from monitor.domain.script import fold_name, fold_text, looser_names
from monitor.settings import describe, load
from scrapers.csrc_tutoring.requests import page_number
from tests.reliability.fuzzing import seeds
from tests.reliability.fuzzing.sources import folder
from tests.reliability.fuzzing.target import Broken, Target, text_of, void
from tests.reliability.fuzzing.words import DOCUMENT_WORDS, JSON_WORDS, PDF_WORDS, TEXT_WORDS, TOML_WORDS

_ISSUER = "示例芯片股份有限公司"


def _find(data: bytes) -> None:
    text = simplify(text_of(data))
    for found in find_printed(text):
        if not (0 <= found.start < found.end <= len(text)) or not found.amount.is_finite():
            raise Broken(f"an amount that is nowhere or nothing: {found}")


def _names(data: bytes) -> None:
    text = text_of(data)
    once = normalise_company_name(text)
    if normalise_company_name(once) != once:
        raise Broken(f"a normal form that is not normal: {once!r}")
    read_company_name(text)
    same_issuer(text, "摩尔线程智能科技（北京）股份有限公司", ("摩尔线程",))
    fold_name(text), fold_text(text), looser_names(text)


def _figures(data: bytes) -> None:
    pages = read_text_pages(data)
    table_pages(pages)
    reading = read_figures(pages, "0" * 64)
    json.dumps(reading.as_json(), ensure_ascii=False).encode()
    compare_drafts(trusted(reading.figures), trusted(reading.figures[1:]))


def _ruled(data: bytes) -> None:
    """Pages with ruled tables, as the PDF reader gives them."""
    text = text_of(data)
    table = tuple(tuple(line.split(" ")) for line in text.split("\n")[:12])
    pages = [
        Page(number=at, text=part, tables=(table,) if at == 2 else ())
        for at, part in enumerate(text.split("\f"), 1)
    ]
    read_figures(pages, "0" * 64, issuer=_ISSUER)


def _pdf(data: bytes) -> None:
    """The text of a PDF, read in this very process; in earnest a child of its own does it."""
    path = folder() / "fuzz.pdf"
    path.write_bytes(data)
    table_pages(read_pdf_text(path).pages)


def _decision(data: bytes) -> None:
    pages = read_text_pages(data)
    find_registration_number(pages, title=text_of(data[:40]), issuer=_ISSUER)
    business_section(pages)


def _grade(data: bytes) -> None:
    name, _, description = text_of(data).partition("\n")
    verdict = grade(Facts(name=name, description=description or name))
    if not 0 <= verdict.score <= 1:
        raise Broken(f"a score of {verdict.score}")


def _business(data: bytes) -> None:
    name, _, text = text_of(data).partition("\n")
    grade(Facts(name=name, business_text=text or name, project_title=name, industry_code="C39"))


def _csv(data: bytes) -> None:
    as_json = bool(len(data) % 2)
    classify_stream(io.StringIO(text_of(data), newline=""), io.StringIO(), as_json)


def _hosts(data: bytes) -> None:
    text = text_of(data)
    names_this_host_or_net(text)
    is_link_local(text)
    is_public(text)


def _harmless(data: bytes) -> None:
    text = text_of(data)
    once = inert(text)
    if inert(once) != once:
        raise Broken("made harmless twice is not the same as once")
    if any(mark in unlinkable(once) for mark in ("@", "://")):
        raise Broken("a link is left")
    safe_url(text), safe_url(f"https://www.sse.com.cn/{text}"), page_number(text)
    redact(text, (text[:9], text[9:30]))


def _secrets(data: bytes) -> None:
    url_secrets(text_of(data))


def _settings(data: bytes) -> None:
    path = folder() / "fuzz.toml"
    path.write_bytes(data)
    describe(load(path, {"HOME": "/nonexistent"}))


def _environment(data: bytes) -> None:
    lines = text_of(data).replace("\x00", "").split("\n")
    given = {f"IPO_MONITOR_{name}": line for name, line in zip(_NAMES, lines, strict=False) if line}
    if len(lines) > len(_NAMES):
        given["IPO_MONITOR_UNKNOWN"] = "x"
    describe(load(None, {"HOME": "/nonexistent", **given}))


_NAMES = (
    "SOURCES__SSE_STAR__INTERVAL",
    "CONTACT",
    "RELEVANCE__WATCH",
    "CHANNELS__TELEGRAM__CHATS",
    "DATABASE__URL",
    "LOG__LEVEL",
)


def _calendar(data: bytes) -> None:
    path = folder() / "days.toml"
    path.write_bytes(data)
    load_calendar(path)


def _registry(data: bytes) -> None:
    parse_registry(text_of(data))


_PAGES = json.dumps(
    {"pages": [[1, "发行价格 1 元", [[["a", "b"]]]]], "unreadable": [], "peak_kib": 1, "network": "refused"},
    ensure_ascii=False,
).encode()
_PARCEL = (
    b'{"parcel":{"reading":{"document_kind":"prospectus","issuer":null,"document_sha256":"00","pages":1,'
    b'"figures":[],"flags":[]},"number":null,"business":""},"error":"","message":""}'
)
_COMPANY = (
    '[[company]]\nkey = "a"\ngrade = "ai_chip"\nsource = "own"\nnames = ["甲芯"]\nproducts = ["X1"]\n'
    'ambiguous = ["芯"]\n'
).encode()


def targets() -> list[Target]:
    """Every reader of printed text and of the files people or our own children write."""

    def text(name: str, one: object, samples: tuple[bytes, ...], **more: object) -> Target:
        assert callable(one)
        given: dict[str, object] = {"words": TEXT_WORDS, "usual": 512, **more}
        return Target(name=name, one=one, samples=samples, **given)  # type: ignore[arg-type]

    documents = {"words": DOCUMENT_WORDS, "usual": 1152}
    short = {
        "usual": 110,
        "most": 2048,
    }  # a description is a sentence or two; each character is looked at closely
    toml = {"words": TOML_WORDS, "usual": 1024}
    return [
        text("number", lambda data: void(read_number(text_of(data))), seeds.NUMBERS),
        text("amount", lambda data: void(read_printed(text_of(data))), seeds.TEXTS),
        text("amount-with-unit", lambda data: void(read_printed(text_of(data), unit="万元")), seeds.NUMBERS),
        text("amounts-in-text", _find, seeds.TEXTS),
        text("names", _names, seeds.TEXTS),
        text("figures", _figures, seeds.DOCUMENTS, **documents),
        text("figures-ruled", _ruled, seeds.DOCUMENTS, **{**documents, "usual": 700}),
        text("pdf-text", _pdf, seeds.pdfs(), words=PDF_WORDS, usual=1024, most=8192),
        text("decision", _decision, seeds.DOCUMENTS, **documents),
        text("relevance", _grade, seeds.DESCRIPTIONS + seeds.TEXTS, **short),
        text("business", _business, seeds.DESCRIPTIONS, **short),
        text(
            "names-csv",
            _csv,
            (b"name,description\n" + seeds.DESCRIPTIONS[0], b'"a,b",c\n' + seeds.TEXTS[5]),
            **short,
        ),
        text(
            "hosts",
            _hosts,
            (b"127.0.0.1", b"[::1]", b"www.sse.com.cn", b"64:ff9b::7f00:1", b"fe80::1%eth0"),
            refusals=(ValueError,),
        ),
        text("harmless", _harmless, (*seeds.TEXTS, b"https://a.example/x?y=1 @you /start index.html?page=3")),
        text(
            "address-secrets",
            _secrets,
            (
                b"https://h.example/cgi/send?key=abcdefgh",
                b"smtps://a%40b:pw@h:465",
                b"matrixs://user:passw0rd@host/#room",
            ),
            refusals=(ValueError,),
        ),
        text("settings", _settings, seeds.toml(), **toml),
        text(
            "environment",
            _environment,
            (b'60\na@b.c\n["x"]\n1,2\nsqlite:///a.db\ninfo', b"\na@b.c\nx,y"),
            **toml,
        ),
        text("calendar-file", _calendar, (b"closed = [2027-01-01]\nopen = [2027-01-02]\n",), **toml),
        text("registry-file", _registry, (_COMPANY,), **toml),
        text(
            "reader-pages",
            lambda data: void(_unpack(data)),
            (_PAGES, b'{"error":["DecodeError","x"]}'),
            words=JSON_WORDS,
        ),
        text(
            "reader-parcel",
            lambda data: void(_unpacked(data)),
            (_PARCEL, b'{"parcel":null,"error":"DecodeError","message":"m"}'),
            words=JSON_WORDS,
        ),
    ]
