"""The whole program on a loopback exchange: a pass reads what is queued and tells it on the console."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import load_season
from tests.cli.conftest import Run
from tests.cli.conftest import run as run_fixture
from tests.cli.kit import config_text, serving
from tests.reading.drafts import pdf

run = run_fixture  # the command line in this process
ISSUER, PROJECT = (
    "示例图形处理器股份有限公司",
    "900002",
)  # the season's invented GPU maker, refused in the end


class WithDrafts(Exchange):
    """The season's exchange, where that issuer's documents are those of these tests."""

    def _static(self, path: str) -> web.Response:
        title = self.snapshot().title_of(path.removeprefix("/stock")) or ""
        if ISSUER in title and ("申报稿" in title or "批复" in title):
            name = "FIRST" if "申报稿" in title else "DECISION"
            return web.Response(body=pdf(name, ISSUER), content_type="application/pdf")
        return super()._static(path)


@pytest.fixture
def exchange() -> Exchange:
    return WithDrafts(load_season())


@pytest.fixture
def config(tmp_path: Path, exchange: Exchange) -> Iterator[Path]:
    with serving(lambda: serve(exchange)) as url:
        path = tmp_path / "monitor.toml"
        text = config_text(tmp_path, url).replace(
            "[documents]\nenabled = false", "[documents]\nenabled = true"
        )
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        yield path


def test_once_reads_the_documents_that_are_queued(
    run: Run, config: Path, exchange: Exchange, tmp_path: Path
) -> None:
    """One pass fetches the drafts, keeps them by hash and stores their figures, quietly as history."""
    assert run("once", config=config).exit_code == 0
    shown = run("events", "--json", "--project", PROJECT, config=config)
    events = {event["kind"]: event for event in map(json.loads, shown.stdout.splitlines())}
    read, number = events["figures_read"], events["registration_number"]
    assert (read["baseline"], read["details"]["draft"]) == (True, "first")
    planned = next(figure for figure in read["figures"] if figure["kind"] == "planned_proceeds")
    assert (planned["amount"], planned["as_printed"], planned["page"]) == (
        "6000000000.00", "600,000.00万元", 6,
    )  # fmt: skip
    assert number["details"]["registration_number"] == "证监许可〔2026〕1612号"
    kept = {path.stem for path in tmp_path.rglob("documents/*/*.pdf")}
    assert {read["raw_sha256"], number["raw_sha256"]} <= kept
    asked = [path for path, _ in exchange.requests if path.endswith(".pdf")]
    assert len(asked) == len(set(asked)) >= 2
    status = json.loads(run("status", "--json", config=config).stdout)
    assert (status["documents"]["read"], status["documents"]["waiting"]) == (len(asked), 0)
    assert status["documents"]["figures"] >= len(read["figures"])
    assert run("once", config=config).exit_code == 0
    assert [path for path, _ in exchange.requests if path.endswith(".pdf")] == asked
