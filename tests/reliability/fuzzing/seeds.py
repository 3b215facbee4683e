"""Good inputs of small size: our own fixtures, the demo's season, announcements in the real layout.

Rule: every one is written by us or made by our own demo; no captured line is among them.
"""

# ruff: noqa: E501  sentences of documents stand on one line

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

from monitor.demo.answers import DOCUMENT_QUERIES, QUERIES, encode_rows, envelope, page_of
from monitor.demo.pages import register_page
from monitor.demo.season import load_season

_FIXTURES = Path(__file__).parents[2] / "fixtures"
_DOCS = Path(__file__).parents[3] / "docs"
_ROWS = 2


def fixtures(source: str, *names: str, rows: int = _ROWS) -> tuple[bytes, ...]:
    """The bodies of these fixtures, cut to their first rows where they are JSON."""
    found = []
    for name in names:
        body = next((_FIXTURES / source / name).glob("body.*")).read_bytes()
        found.append(short(body, rows))
    return tuple(found)


def short(body: bytes, rows: int = _ROWS) -> bytes:
    """An answer with its first rows alone and its count made true; another body as it is."""
    first, last = body.find(b"{"), body.rfind(b"}")
    if body.lstrip()[:1] == b"<" or first < 0:
        return body
    tree = json.loads(body[first : last + 1])
    page = tree.get("pageHelp")
    if isinstance(page, dict) and isinstance(page.get("data"), list):
        page["data"] = page["data"][:rows]
        if isinstance(tree.get("result"), list):
            tree["result"] = tree["result"][:rows]
        page["total"] = len(page["data"] or tree.get("result") or ())
    told = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    return body[:first] + told + body[last + 1 :]


@cache
def answers(query: str, **params: str) -> tuple[bytes, ...]:
    """Good answers of one query of the demo's exchange, JSON and JSONP."""
    snapshot = load_season().as_of(None)
    given = {"isPagination": "true", "pageHelp.pageSize": str(_ROWS), **params}
    found = []
    for more in ({}, {"jsonCallBack": "jsonpCallback7"}):
        asked = {**given, **more}
        page = page_of(QUERIES[query](snapshot, asked), asked)
        found.append(short(envelope(page, encode_rows(page.rows, escape=query in DOCUMENT_QUERIES), asked)))
    return tuple(found)


@cache
def register() -> tuple[bytes, ...]:
    """Pages of the tutoring register of one and two rows, in both charsets."""
    filings = load_season().as_of(None).filings()
    pages = [register_page(filings[:count], 1) for count in (1, 2)]
    made = tuple(body for page in pages for body in (page.encode(), page.encode("gb18030")))
    return (*made, *fixtures("csrc_tutoring", "oldest_layout", "empty_table", "challenge", "gbk"))


@cache
def toml() -> tuple[bytes, ...]:
    """The documented configuration file, and small ones."""
    text = (_DOCS / "configuration.md").read_text(encoding="utf-8")
    inside = text.split("```toml\n", 1)[1].split("```", 1)[0]
    return (
        inside.encode(),
        b'contact = "a@b.c"\n[channels.telegram]\nenabled = true\ntoken = "1:a"\nchats = [1, "-100/2"]\n',
        b'contact = "a@b.c"\nlanguage = "en"\n[channels.wecom]\nurl = "https://q.example/send?key=abcdef"\n',
        b'[sources.sse_star]\ninterval = 60\n[relevance]\nmode = "all"\nwatch = ["\xe6\xb2\x90\xe6\x9b\xa6"]\n',
    )


@cache
def choices(sizes: tuple[int, ...] = (40, 120, 300, 500)) -> tuple[bytes, ...]:
    """Random bytes, always the same, for targets that read their decisions from them."""
    rng = random.Random("choices")
    return tuple(rng.randbytes(size) for size in sizes)


@cache
def pdfs() -> tuple[bytes, ...]:
    """PDFs of one and two pages, as small as they can be, their text plain ASCII."""
    return tuple(_pdf(*pages) for pages in (("Offer price 114.28",), ("Gross 1,234.56", "Net 1,100.00")))


def _pdf(*texts: str) -> bytes:
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for text in texts:
        number = len(objects) + 1
        kids.append(b"%d 0 R" % number)
        drawn = b"BT /F1 12 Tf 72 720 Td (%s) Tj ET" % text.encode()
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 "
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>" % (number + 1),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        ]
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    body, places = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, len(body),
    )  # fmt: skip


TEXTS = tuple(
    text.encode()
    for text in (
        "80亿元", "人民币 1,234.56 万元", "不超过12.5亿元（含）", "每股人民币 88.88 元",
        "三千二百万股", "摩尔线程智能科技（北京）股份有限公司",
        "上海燧原科技股份有限公司（以下简称“燧原科技”）", "发行价格为 114.28 元/股，市盈率 123.45 倍",
        "示例芯片股份有限公司（曾用名：甲公司、乙公司）",
    )
)  # fmt: skip
NUMBERS = tuple(
    text.encode()
    for text in (
        "1,234,567.89",
        "３１．８２７６",
        "三千二百万",
        "80",
        "0.05",
        "１２亿",
        "(1,200.5)",
        "1 2 3 . 4",
    )
)
DESCRIPTIONS = tuple(
    text.encode()
    for text in (
        "公司主要从事GPU及AI芯片的研发、设计和销售，产品用于云端训练。",
        "公司不从事GPU业务，主要产品为MCU和电源管理芯片。",
        "从事比特币矿机芯片与服务器租赁；The company designs AI accelerators for data centres.",
        "公司采购英伟达GPU提供算力租赁服务。主营业务：光模块、存储器。",
    )
)  # fmt: skip
DOCUMENTS = tuple(
    text.encode()
    for text in (
        "示例芯片股份有限公司\n首次公开发行股票并在科创板上市\n招股说明书\n\f本次发行概况\n发行股数 7,000.0000 万股\n"
        "每股发行价格 114.28 元\n募集资金总额 799,960.00 万元\n募集资金净额 757,605.23 万元\n发行费用概算 保荐承销费 "
        "39,198.04 万元\n1-1-2\f本次募集资金扣除发行费用后将投资于以下项目：\n单位：万元\n序号 项目名称 投资总额 "
        "拟投入募集资金\n1 新一代芯片研发项目 250,957.98 250,957.98\n2 补充流动资金 40,000.00 40,000.00\n合计 "
        "290,957.98 290,957.98\n\f第六节 业务与技术\n公司主营GPU。\n",
        "示例芯片股份有限公司首次公开发行股票并在科创板上市发行公告\n## 第1页\n本次发行价格为 104.66 元/股，发行市盈率"
        "不适用，预计募集资金总额为 419,717.28 万元，扣除发行费用 29,817.52 万元（不含增值税）后，预计净额为 389,899.76 "
        "万元。\n## 第2页\n网上申购日为2026年7月6日，网上最终中签率为 0.03635054%。\n",
        "关于同意示例芯片股份有限公司首次公开发行股票注册的批复\n证监许可〔2026〕1612号\n示例芯片股份有限公司：\n",
        "报告期各期，公司营业收入分别为 10.5 亿元、7.4 亿元和 1.2 亿元，净利润为-3.2亿元、-4 亿元和-5 亿元。单位：万元\n"
        "项目 2024年度 2023年度 2022年度\n营业收入 43,846.34 12,396.73 4,608.83\n研发投入 135,867.19 133,442.85 111,636.21\n"
        "公司选择的具体上市标准为《上海证券交易所科创板股票上市规则》第2.1.2条第（四）项。",
    )
)  # fmt: skip
