"""`python -m tests.reliability --short | --long | --part NAME`: run, print the table, exit 1 on any breach.

Rule: every part is repeated by the command printed beside its breach; the seed is printed in any case.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.reliability.figures import Finding, as_table, broken, read_json, write_json
from tests.reliability.parts import LONG, PARTS, SHORT, run_part


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--short", action="store_const", dest="form", const="short", help="≤ 6 minutes")
    form.add_argument("--long", action="store_const", dest="form", const="long", help="before a release")
    parser.add_argument("--part", action="append", choices=sorted(PARTS), help="only this; may be repeated")
    parser.add_argument("--seed", type=int, default=20260706)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write every figure into this file, part by part")
    parser.add_argument("--markdown", type=Path, help="write the table to this file")
    parser.add_argument("--show", type=Path, help="run nothing: print the table of such a JSON file")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=NUMBER", help="an option of --part"
    )
    asked = parser.parse_args(arguments)
    if asked.show:
        sys.stdout.write(as_table(read_json(asked.show)) + "\n")
        return 1 if broken(read_json(asked.show)) else 0
    form_asked = asked.form or "short"
    choices = LONG if form_asked == "long" else SHORT
    if asked.part:
        choices = [choice for choice in choices if choice.part in asked.part]
        own = {
            name: float(value) if "." in value else int(value)
            for name, _, value in (pair.partition("=") for pair in asked.set)
        }
        choices = [choice.with_options(own) for choice in choices]
    sys.stdout.write(f"seed {asked.seed}, {form_asked} form: {', '.join(c.part for c in choices)}\n")
    began = time.monotonic()
    findings: list[Finding] = []
    kept_in = asked.json or (Path("reliability.json") if form_asked == "long" else None)
    with ProcessPoolExecutor(asked.workers, mp_context=get_context("spawn")) as pool:
        for future in [pool.submit(run_part, choice, asked.seed) for choice in choices]:
            finding = future.result()
            findings.append(finding)
            if kept_in is not None:
                write_json(kept_in, [finding], commit=_commit())
            sys.stdout.write(f"{finding.part}: {finding.seconds:.0f} s\n")
            sys.stdout.flush()
    sys.stdout.write(as_table(findings) + "\n")
    sys.stdout.write(f"{time.monotonic() - began:.0f} s, seed {asked.seed}\n")
    if asked.markdown is not None:
        asked.markdown.write_text(as_table(findings) + "\n", encoding="utf-8")
    breaches = broken(findings)
    for finding in findings:
        if broken([finding]):
            sys.stdout.write(f"--- {finding.part}: {str(finding.numbers)[:4000]}\n")
    for figure in breaches:
        sys.stdout.write(f"BROKEN {figure.part}: {figure.name}: {figure.measured}; again: {figure.again}\n")
    return 1 if breaches else 0


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"
    told = subprocess.run([git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
