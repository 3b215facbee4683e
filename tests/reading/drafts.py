"""Two drafts of one prospectus and its registration decision, drawn as PDFs in their real layout.

Rule: the issuer is a real AI-chip company of the public register; the drafts' sums are ours.
"""

# ruff: noqa: E501  sentences of documents stand on one line

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.documents.made import ENFLAME, Block, draw

ACCOUNTS: list[list[str]] = [
    ["项目", "2025 年度", "2024 年度", "2023 年度"],
    ["营业收入（万元）", "105,000.00", "72,238.87", "30,105.49"],
    ["净利润（万元）", "-120,000.00", "-151,000.10", "-166,510.20"],
]


def _draft(stage: str, projects: list[list[str]], accounts: list[list[str]]) -> list[Block]:
    return [
        ENFLAME,
        f"首次公开发行股票并在科创板上市招股说明书（{stage}）",
        None,
        "本次发行概况",
        [
            ["发行股数", "不超过 4,303.5173 万股，不低于发行后总股本的 10%"],
            ["每股发行价格", "人民币【】元"],
            ["募集资金总额", "【】万元"],
        ],
        None,
        "发行人选择的具体上市标准",
        "发行人选择的上市标准为《上海证券交易所科创板股票上市规则》第 2.1.2 条第（四）项：预计市值不低于人民币 30 亿元，"
        "且最近一年营业收入不低于人民币 3 亿元。",
        "报告期的主要财务数据和财务指标",
        accounts,
        None,
        "第五节 业务与技术",
        "公司专注于人工智能云端芯片及加速卡的研发、设计与销售，主要产品为云端 AI 训练和推理加速卡。公司是一家云端人工智能芯片企业。",
        None,
        "第六节 财务会计信息",
        "本章所引用的数据均来自经审计的财务报告。",
        None,
        "本次募集资金扣除发行费用后拟投资于以下项目：",
        [["序号", "项目名称", "投资总额（万元）", "拟使用募集资金（万元）"], *projects],
    ]


FIRST = _draft(
    "申报稿",
    [
        ["1", "第五代人工智能芯片研发及产业化项目", "155,300.00", "150,300.00"],
        ["2", "第六代人工智能芯片研发及产业化项目", "119,600.00", "119,600.00"],
        ["3", "软硬件协同创新项目", "330,100.00", "330,100.00"],
        ["合计", "", "605,000.00", "600,000.00"],
    ],
    ACCOUNTS,
)
SECOND = _draft(
    "注册稿",
    [
        ["1", "第五代人工智能芯片研发及产业化项目", "155,300.00", "150,300.00"],
        ["2", "第六代人工智能芯片研发及产业化项目", "119,600.00", "119,600.00"],
        ["3", "软硬件协同创新项目", "280,100.00", "280,100.00"],
        ["合计", "", "555,000.00", "550,000.00"],
    ],
    ACCOUNTS,
)
DECISION: list[Block] = [
    "中国证券监督管理委员会",
    "证监许可〔2026〕1612 号",
    f"关于同意{ENFLAME}首次公开发行股票注册的批复",
    f"{ENFLAME}：",
    "一、同意你公司首次公开发行股票的注册申请。",
]


@cache
def pdf(name: str, issuer: str = ENFLAME) -> bytes:
    """The bytes of one of FIRST, SECOND, DECISION, drawn once for an issuer."""
    blocks: list[Block] = {"FIRST": FIRST, "SECOND": SECOND, "DECISION": DECISION}[name]
    blocks = [block.replace(ENFLAME, issuer) if isinstance(block, str) else block for block in blocks]
    with TemporaryDirectory() as folder:
        return draw(Path(folder) / "made.pdf", blocks, widths=[40, 220, 90, 90]).read_bytes()
