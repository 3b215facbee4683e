"""Measures the figure extractor against figures read by hand: `python -m monitor.accuracy_figures [CORPUS]`.

Rule: prints found, right, wrong and missing by kind, then every error; exits 1 when anything is wrong.
The corpus is a folder with `prospectus/` and `truth/` (default: $IPO_MONITOR_CORPUS).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from monitor.documents.load import figures_of, load_document
from monitor.documents.text import read_text_pages
from monitor.domain.figures.pages import Page, Run
from monitor.domain.figures.read import read_figures
from monitor.domain.figures.record import Reading, plain

__all__ = ["Score", "measure"]

_PROSPECTUS_KINDS = (
    "price", "shares", "gross", "net", "fees", "planned",
    "gross_with_overallotment", "net_with_overallotment",
)  # fmt: skip
# Names the hand-made lists use beside ours.
_ALIASES = {"gross_max": "gross_with_overallotment", "shares_max": "shares_with_overallotment"}
_SINGLE = {
    "lottery_rate_initial_pct": "lottery_rate_initial", "lottery_rate_final_pct": "lottery_rate_final",
    "online_multiple": "subscription_multiple", "ps_ratio": "ps_ratio", "ps_ratio_pre": "ps_ratio_pre",
    "pe_ratio": "pe_ratio", "industry_pe": "industry_pe", "online_accounts": "online_accounts",
}  # fmt: skip
_COUNTED = ("shares", "shares_max", "shares_total", "shares_extra", "online_valid_shares")


@dataclass(slots=True)
class Score:
    """Counts by kind and the errors in words."""

    title: str
    right: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    missing: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: list[str] = field(default_factory=list)

    def judge(
        self, where: str, kind: str, expected: str | None, got: list[str], *, optional: bool = False
    ) -> None:
        """Counts one expected value (None: nothing may be reported) against what was reported."""
        if expected is None:
            for value in got:
                self.wrong[kind] += 1
                self.errors.append(f"INVENTED {where} {kind}: {value}")
        elif expected in got:
            self.right[kind] += 1
        elif got:
            self.wrong[kind] += 1
            self.errors.append(f"WRONG    {where} {kind}: {', '.join(got)} instead of {expected}")
        elif not optional:
            self.missing[kind] += 1
            self.errors.append(f"MISSING  {where} {kind}: {expected}")

    def total(self) -> tuple[int, int, int]:
        """Right, wrong, missing over all kinds."""
        return sum(self.right.values()), sum(self.wrong.values()), sum(self.missing.values())

    def print(self, stdout: TextIO) -> None:
        """The table by kind, precision and recall, then every error."""
        stdout.write(f"== {self.title}\n{'kind':<28}{'found':>6}{'right':>6}{'wrong':>6}{'missing':>8}\n")
        for kind in sorted({*self.right, *self.wrong, *self.missing}):
            right, wrong, missing = self.right[kind], self.wrong[kind], self.missing[kind]
            stdout.write(f"{kind:<28}{right + wrong:>6}{right:>6}{wrong:>6}{missing:>8}\n")
        right, wrong, missing = self.total()
        precision = right / (right + wrong) if right + wrong else 1.0
        recall = right / (right + missing + wrong) if right + missing + wrong else 1.0
        stdout.write(f"{'all':<28}{right + wrong:>6}{right:>6}{wrong:>6}{missing:>8}")
        stdout.write(f"   precision {precision:.4f} recall {recall:.4f}\n")
        for error in self.errors:
            stdout.write(f"  {error}\n")


def _values(reading: Reading, kind: str) -> list[str]:
    found = []
    for figure in reading.figures:
        if figure.kind == kind and figure.amount is not None:
            found.append(plain(figure.amount) + (f"–{plain(figure.high)}" if figure.high is not None else ""))
    return found


def _norm(value: str) -> str:
    return plain(Decimal(value))


def _rows(reading: Reading) -> list[tuple[str, str, str]]:
    return [
        (
            row.project,
            plain(row.total_investment) if row.total_investment is not None else "",
            plain(row.from_proceeds),
        )
        for figure in reading.figures
        if figure.kind == "use_of_proceeds"
        for row in figure.rows
    ]


def _stands(text: str, kind: str, value: str) -> bool:
    """Whether the pages (`text` as a run has it) print the value in a form only this figure has."""
    amount = Decimal(value)
    if kind == "planned":
        sums = rf"(?:{amount / 10**4:,.2f}|{amount:,.2f}|{amount:,.0f})"
        return re.search(rf"(?:合计|总计)[-—/ ]*(?:[\d,.]+ )?{sums}", text) is not None
    unit = "股" if kind.startswith("shares") else "元"
    forms = {f"{amount:,f}{unit}", f"{amount:f}{unit}"}
    scaled = plain(amount / 10**4)
    whole, _, part = scaled.partition(".")
    forms |= {f"{int(whole):,}.{part.ljust(size, '0')}万{unit}" for size in (2, 4) if len(part) <= size}
    forms |= set() if part else {f"{int(whole):,}万{unit}"}
    return any(re.search(rf"(?<![\d,.]){re.escape(form)}", text) for form in forms)


def _judge_prospectus(
    score: Score, where: str, reading: Reading, truth: dict[str, Any], *, pages: str | None = None
) -> None:
    """`pages`: the text of an excerpt; a figure that is not printed there may be absent."""
    for kind in _PROSPECTUS_KINDS:
        expected = truth.get(kind)
        if kind in truth or kind.endswith("overallotment"):
            absent = pages is not None and not (expected and _stands(pages, kind, expected))
            got = _values(reading, kind)
            score.judge(where, kind, None if expected is None else _norm(expected), got, optional=absent)
    rows = _rows(reading)
    if not rows and pages is not None and not _stands(pages, "planned", truth["planned"]):
        return
    expected_rows = [(name, _norm(total), _norm(part)) for name, total, part in truth["proceeds"]]
    for at, row in enumerate(expected_rows):
        got = ["/".join(rows[at])] if at < len(rows) else []
        score.judge(where, "use_of_proceeds row", "/".join(row), got)
    for row in rows[len(expected_rows) :]:
        score.judge(where, "use_of_proceeds row", None, ["/".join(row)])


def _prospectuses(corpus: Path) -> list[Score]:
    folder = corpus / "prospectus"
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    parses = {
        "full.md": Score("prospectuses, text parse A"),
        "parsed.txt": Score("prospectuses, text parse B"),
    }
    excerpts = Score("prospectuses, key pages as PDF (what is printed on them)")
    for code, facts in truth.items():
        if code.startswith("_"):
            continue
        for parse, score in parses.items():
            body = gzip.decompress((folder / f"{code}_{parse}.gz").read_bytes())
            reading = read_figures(read_text_pages(body), hashlib.sha256(body).hexdigest())
            _judge_prospectus(score, f"{code} {parse}", reading, facts)
        loaded = load_document(folder / f"keypages_{code}.pdf")
        text = Run.of(loaded.pages).text
        _judge_prospectus(excerpts, f"{code} pdf", figures_of(loaded), facts, pages=text)
    return [*parses.values(), excerpts]


def _judge_snippet(score: Score, snippet: dict[str, Any]) -> None:
    where, expected = snippet["id"], snippet["expected"]
    reading = read_figures(
        [Page(number=1, text=snippet["text"])], hashlib.sha256(snippet["text"].encode()).hexdigest()
    )
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for amount in expected["amounts"]:
        wanted[_ALIASES.get(amount["kind"], amount["kind"])].append(_norm(amount["value_base"]))
    if "value" in expected.get("price", {}):
        wanted["price"].append(_norm(expected["price"]["value"]))
    elif "low" in expected.get("price", {}):
        wanted["price"].append(_norm(expected["price"]["low"]) + "–" + _norm(expected["price"]["high"]))
    for name in _COUNTED:
        if name in expected:
            wanted[_ALIASES.get(name, name)].append(_norm(expected[name]["value_base"]))
    for name, kind in _SINGLE.items():
        if name in expected:
            wanted[kind].append(_norm(expected[name]))
    for kind, values in wanted.items():
        for value in values:
            score.judge(where, kind, value, _values(reading, kind))
    for kind in sorted({figure.kind for figure in reading.figures} - set(wanted)):
        if kind not in {"abandoned_shares"}:
            score.judge(where, kind, None, _values(reading, kind))


def measure(corpus: Path) -> list[Score]:
    """The scores over a corpus folder: prospectuses by parse, key pages as PDF, announcement snippets."""
    scores = _prospectuses(corpus)
    snippets = Score("announcement snippets")
    for snippet in json.loads((corpus / "truth" / "snippets.json").read_text("utf-8")):
        _judge_snippet(snippets, snippet)
    return [*scores, snippets]


def main(arguments: list[str]) -> int:
    """Prints the scores; 1 when a figure is wrong, 2 when there is no corpus."""
    place = arguments[0] if arguments else os.environ.get("IPO_MONITOR_CORPUS")
    if not place:
        sys.stderr.write("give the corpus folder, or set IPO_MONITOR_CORPUS\n")
        return 2
    scores = measure(Path(place))
    for score in scores:
        score.print(sys.stdout)
    return 1 if any(score.total()[1] for score in scores) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
