"""One pass with a token the service refuses ends like any other; what that channel owes waits."""

from __future__ import annotations

from pathlib import Path

from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import load_season
from tests.cli.kit import Program, config_text, serving, telegram_text
from tests.doubles.bot_api import BotApi


def test_once_ends_although_one_channel_is_refused(tmp_path: Path) -> None:
    """The console is served, the refusal is said, and nobody waits 15 minutes for the next try."""
    api = BotApi(token="123456:" + "A" * 35)
    api.add_chat(42)
    config = tmp_path / "monitor.toml"
    with serving(lambda: serve(Exchange(load_season()))) as url, serving(lambda: api):
        wrong = telegram_text(api.url, "123456:" + "B" * 35, 42)
        config.write_text(config_text(tmp_path, url) + wrong, encoding="utf-8")
        config.chmod(0o600)
        with Program(tmp_path, "once", "--config", str(config)) as program:
            assert program.ended(60) == 0
    assert "channel telegram stopped" in program.printed
    assert "已静默建档" in "".join(program.out)
