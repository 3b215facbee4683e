"""Speed and memory of PDF to figures, beside pdfplumber: `python -m monitor.bench_documents`.

Rule: the 400-page prospectus is drawn here from our own sentences; nothing is fetched.
Rule: needs reportlab (a development dependency); prints and exits 1 above 4 s or 350 MiB.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from monitor.commands.extract import extract_file
from monitor.documents.sandbox import read_pdf
from monitor.domain.figures.record import plain

__all__ = ["draw_prospectus"]

PAGES, SECONDS, MEBIBYTES = 400, 4.0, 350
_PROSE = (
    "公司主要从事图形处理器与人工智能加速芯片的研发设计和销售，产品面向数据中心训练与推理场景，第{page}页。",
    "报告期内公司研发投入持续增加，客户集中度较高，供应链存在不确定性，提请投资者关注相关风险{page}。",
    "截至本招股说明书签署日，公司拥有境内授权发明专利{page}项，其中与主营业务收入相关的为多数。",
    "上表所列应收账款账面余额为{page},234.56万元，坏账准备余额为1,{page}.78万元，占比为3.21%。",
)
_FACTS = (
    "三、本次发行概况", "发行股数 7,000.0000 万股", "每股发行价格 114.28 元", "发行市盈率 不适用",
    "募集资金总额 799,960.00 万元", "募集资金净额 757,605.23 万元", "本次发行费用总额为 42,354.77 万元",
)  # fmt: skip
_PLAN = (
    "募集资金扣除发行费用后将投资于以下项目：", "单位：万元", "序号 项目名称 投资总额 拟投入募集资金",
    "1 训推一体芯片研发项目 250,957.98 250,957.98", "2 图形芯片研发项目 250,233.10 250,233.10",
    "3 系统级芯片研发项目 198,180.33 198,180.33", "4 补充流动资金 100,628.59 100,628.59",
    "合计 800,000.00 800,000.00",
)  # fmt: skip


def draw_prospectus(path: Path, pages: int = PAGES) -> Path:
    """A text PDF of so many full pages with the offer's facts near the front and the plan twice."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path))
    for page in range(1, pages + 1):
        canvas.setFont("STSong-Light", 10)
        lines = ["示例智能芯片股份有限公司 招股说明书", f"1-1-{page}"]
        lines += {20: list(_FACTS), 36: list(_PLAN), 350: list(_PLAN)}.get(page, [])
        while len(lines) < 40:
            lines.append(_PROSE[len(lines) % len(_PROSE)].format(page=100 + page))
        for row, line in enumerate(lines):
            canvas.drawString(60, 800 - row * 19, line)
        if page in {36, 350}:
            canvas.rect(55, 560, 480, 170)
        canvas.showPage()
    canvas.save()
    return path


def main() -> int:
    """Prints seconds and peak memory of both ways; 1 when ours is above its limits."""
    with tempfile.TemporaryDirectory() as folder:
        path = draw_prospectus(Path(folder) / "prospectus.pdf")
        started = time.perf_counter()
        reading = extract_file(path)
        ours = time.perf_counter() - started
        peak = read_pdf(path).peak_kib / 1024
        kinds = {figure.kind: plain(figure.amount) for figure in reading.figures if figure.amount is not None}
        sys.stdout.write(
            f"{PAGES} pages, PDF to figures: {ours:.2f} s, child peak {peak:.0f} MiB, {len(kinds)} figures\n"
        )
        sys.stdout.write(
            f"  gross {kinds.get('gross')} net {kinds.get('net')} planned {kinds.get('planned')}\n"
        )
        if "--alone" not in sys.argv:
            import pdfplumber

            started = time.perf_counter()
            with pdfplumber.open(path) as document:
                for page in document.pages:
                    page.extract_text()
                    page.extract_tables()
                    page.close()
            other = time.perf_counter() - started
            rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            sys.stdout.write(
                f"pdfplumber, text and tables: {other:.1f} s, peak {rss:.0f} MiB, ×{other / ours:.0f}\n"
            )
    return 1 if ours > SECONDS or peak > MEBIBYTES else 0


if __name__ == "__main__":
    sys.exit(main())
