"""Milliseconds and kilobytes of each picture: `python -m alerts.pictures.bench`.

Rule: the first drawing, which loads the library and the font, is told apart from those after it.
"""

from __future__ import annotations

import resource
import sys
import time

from alerts.pictures.facts import Facts, Language
from alerts.pictures.samples import SAMPLES, board, league

_TIMES = 5
_LANGUAGES: tuple[Language, ...] = ("zh", "en", "both")


def _peak() -> float:
    """Peak memory of this process in MB."""
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main() -> None:
    """Print one line per picture and language: slowest and middle of five drawings, size, height."""
    before, began = _peak(), time.perf_counter()
    from alerts.pictures.paint import draw, lay_out  # the library is loaded by the first picture

    draw(SAMPLES["timeline"], "zh")
    first = (time.perf_counter() - began) * 1000
    out = sys.stdout.write
    out(f"first picture, library and font loaded: {first:.0f} ms\n")
    pictures: dict[str, Facts] = {**SAMPLES, "league of 40": league(40), "board of 60": board(60)}
    out(f"{'picture':<16}{'language':<10}{'middle ms':>10}{'worst ms':>10}{'KB':>8}{'height':>8}\n")
    for name, facts in pictures.items():
        for language in _LANGUAGES:
            took = []
            size = 0
            for _ in range(_TIMES):
                began = time.perf_counter()
                size = len(draw(facts, language))
                took.append((time.perf_counter() - began) * 1000)
            took.sort()
            tall = lay_out(facts, language).height
            middle, worst = took[_TIMES // 2], took[-1]
            out(f"{name:<16}{language:<10}{middle:>10.0f}{worst:>10.0f}{size / 1000:>8.1f}{tall:>8}\n")
    out(f"peak memory: {before:.0f} MB before the library, {_peak():.0f} MB after all\n")


if __name__ == "__main__":
    main()
