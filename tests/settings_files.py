"""Configuration files of tests: written as the operator's alone, loaded, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.errors import ConfigError
from monitor.settings import load

HOME = {"HOME": "/home/operator"}
TOKEN = "123456:canary-TOKEN_9"


def write(folder: Path, text: str) -> Path:
    path = folder / "ipo-monitor.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def problems(path: Path | None, environ: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(path, HOME | environ)
    return caught.value.problems
