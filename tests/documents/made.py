"""Offering documents made for the tests: the true layout, our own words, facts of the public register.

Rule: PDFs are drawn with a CID font and ruled tables, so that the PDF path under test is the real one.
"""

# ruff: noqa: E501  sentences of documents stand on one line

from __future__ import annotations

from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

Block = str | list[list[str]] | None  # a paragraph, a ruled table, or a page break

_FONT = "STSong-Light"


def draw(path: Path, blocks: list[Block], *, head: str = "", widths: list[float] | None = None) -> Path:
    """A PDF of the blocks; `head` runs on every page, `widths` are those of four-column tables in points."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    style = ParagraphStyle("cjk", fontName=_FONT, fontSize=10.5, leading=15, wordWrap="CJK")
    cell = ParagraphStyle("cell", parent=style, fontSize=9, leading=12)
    rule = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    story: list[object] = []
    for block in blocks:
        if block is None:
            story.append(PageBreak())
        elif isinstance(block, str):
            story.append(Paragraph(block, style))
        else:
            rows = [[Paragraph(text, cell) for text in row] for row in block]
            columns = len(block[0])
            wide = widths if widths and len(widths) == columns else [440.0 / columns] * columns
            story += [Table(rows, colWidths=wide, style=rule, repeatRows=0), Spacer(1, 6)]

    def furniture(canvas: object, document: object) -> None:
        canvas.setFont(_FONT, 9)  # type: ignore[attr-defined]
        if head:
            canvas.drawString(72, 800, head)  # type: ignore[attr-defined]
        canvas.drawString(290, 40, f"1-1-{document.page}")  # type: ignore[attr-defined]

    SimpleDocTemplate(str(path), pagesize=A4).build(story, onFirstPage=furniture, onLaterPages=furniture)
    return path


MOORE = "摩尔线程智能科技（北京）股份有限公司"
METAX = "沐曦集成电路（上海）股份有限公司"
ENFLAME = "上海燧原科技股份有限公司"
CAMBRICON = "中科寒武纪科技股份有限公司"
HYGON = "海光信息技术股份有限公司"

MOORE_FINAL: list[Block] = [
    MOORE,
    "首次公开发行股票并在科创板上市",
    "招股说明书",
    None,
    "本次发行概况",
    [
        ["发行股票类型", "人民币普通股（A 股）"],
        ["发行股数", "本次公开发行股票 7,000.0000 万股，占发行后总股本的比例为 14.89%，均为新股"],
        ["每股面值", "人民币 0.10 元"],
        ["每股发行价格", "114.28 元"],
        ["发行后总股本", "47,002.8217 万股"],
    ],
    None,
    "三、本次发行概况（一）本次发行的基本情况",
    [
        ["发行股数", "7,000.0000 万股"],
        ["每股发行价格", "114.28 元"],
        ["发行市盈率", "不适用"],
        ["发行市销率", "122.51 倍（按每股发行价格除以发行后每股营业收入计算，每股收入按 2024 年度经审计的营业收入除以本次发行后总股本计算）"],
        ["募集资金总额", "799,960.00 万元"],
        ["募集资金净额", "757,605.23 万元"],
        [
            "发行费用概算",
            "本次发行费用总额为 42,354.77 万元，包括：<br/>1、保荐费用 300.00 万元；<br/>2、承销费用 38,898.00 万元；<br/>"
            "3、审计及验资费用 1,600.00 万元；<br/>4、律师费用 806.00 万元；<br/>5、用于本次发行的信息披露费用 504.72 万元；<br/>"
            "6、发行手续费及其他费用 246.06 万元。以上费用均不含增值税，尾数差异为四舍五入所致。",
        ],
    ],
    None,
    "八、募集资金用途",
    "本次发行募集资金扣除发行费用后，将投资于以下项目：",
    "单位：万元",
    [
        ["序号", "项目名称", "项目总投资", "拟投入募集资金"],
        ["1", "新一代自主可控训推一体芯片研发项目", "250,957.98", "250,957.98"],
        ["2", "新一代自主可控图形芯片研发项目", "250,233.10", "250,233.10"],
        ["3", "新一代自主可控系统级芯片研发项目", "198,205.33", "198,180.33"],
        ["4", "补充流动资金", "100,628.59", "100,628.59"],
        ["合计", "", "800,025.00", "800,000.00"],
    ],
    "报告期内，公司曾以增资方式完成股权融资，每股认购价格为 12.50 元，募集资金总额为 200,000.00 万元。",
]  # fmt: skip

MOORE_OFFER: list[Block] = [
    MOORE,
    "首次公开发行股票并在科创板上市发行公告",
    "发行人和保荐人（主承销商）根据初步询价结果，协商确定本次发行价格为 114.28 元/股。此价格对应的市销率为：",
    "（1）104.26 倍（每股收入按照 2024 年度经审计的营业收入除以本次发行前总股本计算）；",
    "（2）122.51 倍（每股收入按照 2024 年度经审计的营业收入除以本次发行后总股本计算）。",
    "本次发行价格确定后发行人上市时市值约为 537.15 亿元，满足招股说明书中选择的上市标准，即预计市值不低于人民币 30 亿元。",
    "本次发行新股数量为 7,000.0000 万股。初始战略配售发行数量为 1,400.0000 万股，占本次发行数量的 20.00%。",
    "本次募投项目预计使用募集资金为 800,000.00 万元。按本次发行价格 114.28 元/股和 7,000.0000 万股的新股发行数量计算，"
    "若本次发行成功，预计发行人募集资金总额为 799,960.00 万元，扣除约 42,354.77 万元（不含税）的发行费用后，"
    "预计募集资金净额约为 757,605.23 万元。",
    "网上投资者持有市值 1 万元以上方可参与，申购上限为 11,000 股。可比公司最近一次募集资金总额为 100,000.00 万元。",
]  # fmt: skip

METAX_LOTTERY: list[Block] = [
    METAX,
    "首次公开发行股票并在科创板上市网上发行申购情况及中签率公告",
    "根据上交所提供的数据，本次网上发行有效申购户数为 5,175,166 户，网上发行初步中签率为 0.02223023%。",
    "由于网上初步有效申购倍数约为 4,498.38 倍，超过 100 倍，决定启动回拨机制。",
    "回拨机制启动后，网上发行最终中签率为 0.03348913%。",
]

METAX_RESULT: list[Block] = [
    METAX,
    "首次公开发行股票并在科创板上市发行结果公告",
    "本次发行价格为 104.66 元/股，发行数量为 4,010.00 万股。最终战略配售数量为 760.5419 万股。",
    "1、网上投资者放弃认购的股份数量：20,300 股；2、网上投资者放弃认购的金额：2,124,598.00 元。",
    "3、网下投资者放弃认购的金额：0.00 元。",
]

ENFLAME_DRAFT: list[Block] = [
    ENFLAME,
    "首次公开发行股票并在科创板上市招股说明书（申报稿）",
    None,
    "本次发行概况",
    [
        ["发行股数", "不超过 4,303.5173 万股，不低于发行后总股本的 10%"],
        ["每股发行价格", "人民币【】元"],
        ["募集资金总额", "【】万元"],
        ["募集资金净额", "[●]万元"],
        ["发行费用概算", "保荐及承销费用【】万元；审计费用【】万元；律师费用【】万元"],
    ],
    None,
    "本次募集资金扣除发行费用后拟投资于以下项目：",
    [
        ["序号", "项目名称", "投资总额（亿元）", "拟使用募集资金（亿元）"],
        ["1", "第五代人工智能芯片研发及产业化项目", "15.53", "15.03"],
        ["2", "第六代人工智能芯片研发及产业化项目", "11.96", "11.96"],
    ],
    None,
    [
        ["3", "软硬件协同创新项目", "33.01", "33.01"],
        ["合计", "", "60.50", "60.00"],
    ],
]

CAMBRICON_LISTING: list[Block] = [
    CAMBRICON,
    "首次公开发行股票科创板上市公告书",
    "一、发行数量：4,010.00 万股。二、发行价格：64.39 元/股。三、每股面值：人民币 1.00 元。",
    "七、本次发行募集资金总额为 258,203.90 万元，扣除发行费用后募集资金净额为 249,767.29 万元。",
    "八、本次发行费用总额为 8,436.61 万元（不含增值税），明细构成如下：",
    "单位：万元",
    [
        ["内容", "发行费用金额（不含税）"],
        ["承销及保荐费用", "6,610.00"],
        ["审计、验资费用", "980.00"],
        ["律师费用", "310.00"],
        ["用于本次发行的信息披露费用", "500.00"],
        ["发行手续费用及其他费用", "36.61"],
        ["合计", "8,436.61"],
    ],
]

HYGON_INQUIRY: list[Block] = [
    HYGON,
    "首次公开发行股票并在科创板上市发行安排及初步询价公告",
    "本次拟公开发行股份 30,000.00 万股，占发行后总股本的 12.91%。初始战略配售发行数量为 9,000.00 万股。",
    "本次募投项目拟使用募集资金 914,769.90 万元。网下投资者管理的配售对象拟申购价格由其自行申报。",
]
