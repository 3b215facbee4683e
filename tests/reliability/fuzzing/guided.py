"""Coverage-guided runs by atheris: our packages instrumented once, then a fork of the process per target.

Rule: our packages are instrumented as they are imported, so nothing of them may be imported before.
Rule: half of the mutants are libFuzzer's own, half ours, which keep a JSON answer or a page readable.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import sys
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.reliability.fuzzing.target import Target

_PACKAGES = ["monitor", "scrapers", "alerts"]


def why_absent() -> str:
    """Why atheris cannot be used here; "" when it can."""
    try:
        import atheris  # noqa: F401 -- only whether it is there
    except ImportError as error:
        return str(error) or "ImportError"
    return ""


def instrumented(wanted: Iterable[str]) -> Mapping[str, Target]:
    """The targets, with the code of our packages counting what it reaches."""
    import atheris

    # It names each module it instruments on the standard error stream.
    quiet = contextlib.redirect_stderr(io.StringIO())
    with quiet, atheris.instrument_imports(include=_PACKAGES, enable_loader_override=False):
        from tests.reliability.fuzz_targets import targets

        return targets(wanted)


def run_guided(target: Target, *, inputs: int, seed: int, folder: Path) -> None:
    """Feed so many inputs; writes `guided.json` into the folder and ends the process.

    A fault inside native code leaves no such file, but libFuzzer's own `crash-…`.
    """
    import atheris

    from tests.reliability.fuzzing.feeding import Feeder
    from tests.reliability.fuzzing.mutation import spoil_once

    corpus = folder / "corpus"
    corpus.mkdir()
    for number, sample in enumerate(target.samples):
        (corpus / f"seed-{number:03d}").write_bytes(sample[: target.usual])
    feeder = Feeder(target, timed=False)

    def one(data: bytes) -> None:
        feeder.feed(data)
        if feeder.tally.inputs >= inputs:
            told = as_object(feeder.finish()) | {
                "found": sum(1 for _ in corpus.iterdir()) - len(target.samples),
                "suspects": [b64encode(data).decode() for _, data in feeder.suspects],
            }
            write_whole(folder / "guided.json", told)
            sys.stdout.flush()
            os._exit(0)  # libFuzzer would go on, and end the process in its own way

    def mutate(data: bytes, most: int, number: int) -> bytes:
        rng = random.Random(number)
        if rng.random() < 0.5:
            return spoil_once(rng, data, target)[:most]
        return bytes(atheris.Mutate(data, most))

    options = [
        sys.argv[0], f"-runs={inputs * 2 + 1000}", f"-seed={seed % 2**31 or 1}", f"-max_len={target.usual}",
        "-len_control=0", "-verbosity=0", "-print_final_stats=0", "-rss_limit_mb=0", "-timeout=60",
        f"-artifact_prefix={folder}/", str(corpus),
    ]  # fmt: skip
    atheris.Setup(options, one, custom_mutator=mutate)
    atheris.Fuzz()


def as_object(tally: object) -> dict[str, object]:
    """A tally as JSON, its inputs in base64."""
    held = dict(vars(tally))
    held["failures"] = [[what, b64encode(data).decode(), number] for what, data, number in held["failures"]]
    return held


def write_whole(path: Path, told: object) -> None:
    """The file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(told), encoding="utf-8")
    part.replace(path)
