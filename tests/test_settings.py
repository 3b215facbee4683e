"""Configuration: one file, the environment over it, every problem at once, no secret shown."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.events import EventKind
from monitor.domain.grades import Grade
from monitor.settings import config_path, describe, known_keys, load
from monitor.settings_schema import ChatSettings, Secret
from tests.settings_files import HOME, TOKEN, problems, write

DOCS = Path(__file__).parents[1] / "docs" / "configuration.md"


def test_an_empty_configuration_runs_everything_but_telegram() -> None:
    """Without file and variables both sources and the console run, nothing goes to Telegram."""
    settings = load(None, HOME)
    assert settings.sources.sse_star.enabled
    assert settings.sources.csrc_tutoring.enabled
    assert settings.channels.console.enabled
    assert not settings.channels.telegram.enabled
    assert settings.sources.sse_star.query_url == "https://query.sse.com.cn"
    assert settings.sources.sse_star.quick_window_end == time(23)
    assert settings.sources.sse_star.slow_interval == 300.0
    assert settings.database.url == "sqlite:////home/operator/.local/share/ipo-monitor/ipo-monitor.db"
    assert settings.archive.dir == Path("/home/operator/.local/share/ipo-monitor/archive")
    assert settings.alerts.kinds == ()
    assert settings.warnings == ()


def test_a_full_file_is_read_with_its_types(tmp_path: Path) -> None:
    """Every section of a file arrives in the record of the same name."""
    (tmp_path / "token").write_text(TOKEN + "\n")
    path = write(
        tmp_path,
        """
        contact = "ops@example.org"
        [database]
        url = "postgresql://u:pa55@db/ipo"
        [sources.sse_star]
        query_url = "http://127.0.0.1:8080/"
        allow_private_hosts = true
        interval = 5
        min_request_gap = 0
        market_types = [1, "2"]
        quick_window_start = "14:30"
        sweep_times = ["03:00", "12:00"]
        [sources.csrc_tutoring]
        enabled = false
        [channels.telegram]
        enabled = true
        token_file = "token"
        chats = [-100123, "42", "@gpu_news", {id = 7, language = "en", watch = ["沐曦"]}]
        operator_chat = 99
        [relevance]
        watch = ["摩尔线程"]
        [alerts]
        kinds = ["milestone"]
        [calendar]
        override_file = "days.toml"
        [log]
        json = true
        """,
    )
    settings = load(path, HOME)
    star = settings.sources.sse_star
    assert (star.interval, star.slow_interval, star.min_request_gap) == (5.0, 25.0, 0.0)
    assert star.query_url == "http://127.0.0.1:8080"
    assert star.market_types == ("1", "2")
    assert star.sweep_times == (time(3), time(12))
    assert not settings.sources.csrc_tutoring.enabled
    assert settings.database.url == "postgresql+psycopg://u:pa55@db/ipo"
    assert settings.channels.telegram.token == Secret(TOKEN)
    assert settings.channels.telegram.chats == (
        ChatSettings(id=-100123, language="zh", watch=None),
        ChatSettings(id=42, language="zh", watch=None),
        ChatSettings(id="@gpu_news", language="zh", watch=None),
        ChatSettings(id=7, language="en", watch=("沐曦",)),
    )
    assert settings.channels.telegram.operator_chat == 99
    assert settings.alerts.kinds == (EventKind.MILESTONE,)
    assert settings.calendar.override_file == tmp_path / "days.toml"
    assert settings.log.json
    assert settings.contact == "ops@example.org"


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """A variable wins over the file's value of the same key; an empty one does not count."""
    path = write(tmp_path, "[sources.sse_star]\ninterval = 5\npage_size = 20\n")
    settings = load(
        path,
        HOME
        | {
            "IPO_MONITOR_SOURCES__SSE_STAR__INTERVAL": "2.5",
            "IPO_MONITOR_SOURCES__SSE_STAR__PAGE_SIZE": "",
            "IPO_MONITOR_DATABASE__URL": "sqlite:////srv/x.db",
            "IPO_MONITOR_LOG__JSON": "yes",
            "IPO_MONITOR_CONFIG": str(path),
            "IPO_MONITOR_CORPUS": "/elsewhere",
            "UNRELATED": "1",
        },
    )
    assert settings.sources.sse_star.interval == 2.5
    assert settings.sources.sse_star.page_size == 20
    assert settings.database.url == "sqlite:////srv/x.db"
    assert settings.log.json is True


def test_the_issue_source_asks_the_server_the_project_list_is_asked_of() -> None:
    """A server put in the exchange's place is asked about issues too, unless the section says otherwise."""
    star = {
        "IPO_MONITOR_SOURCES__SSE_STAR__QUERY_URL": "http://127.0.0.1:8080",
        "IPO_MONITOR_SOURCES__SSE_STAR__ALLOW_PRIVATE_HOSTS": "true",
        "IPO_MONITOR_SOURCES__SSE_STAR__MIN_REQUEST_GAP": "0",
    }
    issue = load(None, HOME | star).sources.sse_issue
    assert (issue.enabled, issue.query_url) == (True, "http://127.0.0.1:8080")
    assert (issue.allow_private_hosts, issue.min_request_gap, issue.interval) == (True, 0.0, 300.0)
    assert issue.lottery_rate_unit == "inferred"
    own = {"IPO_MONITOR_SOURCES__SSE_ISSUE__QUERY_URL": "https://query.example.org"}
    assert load(None, HOME | star | own).sources.sse_issue.query_url == "https://query.example.org"
    off = {"IPO_MONITOR_SOURCES__SSE_STAR__ENABLED": "false"}
    assert not load(None, HOME | off).sources.sse_issue.enabled


@pytest.mark.parametrize(
    "text", ["-100123, @gpu_news", '[-100123, "@gpu_news"]', '["-100123", {"id": "@gpu_news"}]']
)
def test_lists_in_the_environment_are_json_or_separated_by_commas(text: str) -> None:
    """Both spellings of a list give the same chats."""
    settings = load(None, HOME | {"IPO_MONITOR_CHANNELS__TELEGRAM__CHATS": text})
    assert [chat.id for chat in settings.channels.telegram.chats] == [-100123, "@gpu_news"]


def test_the_token_shows_nowhere(tmp_path: Path) -> None:
    """Neither repr, describe nor a problem contains the token or the database password."""
    path = write(
        tmp_path,
        "[database]\nurl = 'postgresql://u:pa55@db/x'\n"
        f"[channels.telegram]\nenabled = true\ntoken = '{TOKEN}'\n",
    )
    settings = load(path, HOME)
    shown = repr(settings) + str(settings) + "\n".join(describe(settings))
    assert TOKEN not in shown
    assert "pa55" not in shown
    assert f"{settings.channels.telegram.token}" == "***"
    bad = problems(None, {"IPO_MONITOR_CHANNELS__TELEGRAM__TOKEN": "canary token/9"})
    assert "canary" not in "".join(bad)
    bad = problems(None, {"IPO_MONITOR_DATABASE__URL": "mysql://u:canary@h/x"})
    assert bad[0].startswith("database.url: must ")
    assert "canary" not in "".join(bad)


def test_a_readable_file_with_a_token_is_a_warning(tmp_path: Path) -> None:
    """A token that other users can read is reported with the command that mends it."""
    path = write(tmp_path, f"[channels.telegram]\nenabled = true\ntoken = '{TOKEN}'\nchats = [1]\n")
    assert load(path, HOME).warnings == ()
    path.chmod(0o644)
    (warning,) = load(path, HOME).warnings
    assert warning.startswith("channels.telegram.token:")
    assert f"chmod 600 {path}" in warning


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines", b"\xff"])
def test_a_token_file_must_hold_the_token_alone(tmp_path: Path, content: bytes) -> None:
    """An empty, longer or binary token file is a problem of its key; so is a missing one."""
    (tmp_path / "t").write_bytes(content)
    variables = {"IPO_MONITOR_CHANNELS__TELEGRAM__TOKEN_FILE": str(tmp_path / "t")}
    assert problems(None, variables)[0].startswith("channels.telegram.token_file: must ")
    (tmp_path / "t").unlink()
    assert "No such file" in problems(None, variables)[0]


def test_token_and_token_file_together_are_a_problem_unless_one_overrides(tmp_path: Path) -> None:
    """Two in one place contradict each other; a variable simply wins over the file's."""
    path = write(tmp_path, "[channels.telegram]\ntoken = '1:a'\ntoken_file = 'x'\n")
    assert problems(path, {})[0].startswith("channels.telegram.token_file: must not be set together")
    path = write(tmp_path, "[channels.telegram]\ntoken_file = 'absent'\n")
    settings = load(path, HOME | {"IPO_MONITOR_CHANNELS__TELEGRAM__TOKEN": TOKEN})
    assert settings.channels.telegram.token == Secret(TOKEN)


def test_the_data_folder_follows_the_service_manager_then_xdg_then_home() -> None:
    """systemd's state folder wins, a relative XDG folder is void, and without any the keys must be set."""
    state = {"STATE_DIRECTORY": "/var/lib/ipo-monitor:/var/lib/other", "XDG_DATA_HOME": "/data"}
    assert load(None, state).archive.dir == Path("/var/lib/ipo-monitor/archive")
    assert load(None, {"XDG_DATA_HOME": "/data"}).archive.dir == Path("/data/ipo-monitor/archive")
    relative = load(None, HOME | {"XDG_DATA_HOME": "data"})
    assert relative.archive.dir == Path("/home/operator/.local/share/ipo-monitor/archive")
    with pytest.raises(ConfigError) as caught:
        load(None, {})
    assert [line.partition(":")[0] for line in caught.value.problems] == [
        "database.url",
        "archive.dir",
        "documents.dir",
    ]


def test_doubtful_settings_are_warnings() -> None:
    """Telegram without chats, a token over plain http to the internet, and no source at all still start."""
    settings = load(
        None,
        HOME
        | {
            "IPO_MONITOR_CHANNELS__TELEGRAM__ENABLED": "1",
            "IPO_MONITOR_CHANNELS__TELEGRAM__TOKEN": TOKEN,
            "IPO_MONITOR_CHANNELS__TELEGRAM__API_URL": "http://api.example.org",
            "IPO_MONITOR_SOURCES__SSE_STAR__ENABLED": "off",
            "IPO_MONITOR_SOURCES__CSRC_TUTORING__ENABLED": "off",
        },
    )
    assert [warning.partition(":")[0] for warning in settings.warnings] == [
        "channels.telegram.chats",
        "channels.telegram.api_url",
        "sources",
    ]
    assert describe(settings)[-3:] == [f"warning: {warning}" for warning in settings.warnings]


def test_describe_says_what_would_run() -> None:
    """Sources with their pace, channels and store are named in plain lines."""
    lines = describe(load(None, HOME))
    assert lines[0] == "database: sqlite:////home/operator/.local/share/ipo-monitor/ipo-monitor.db"
    assert "every 60 s (15:00-23:00 Asia/Shanghai on trading days), else every 300 s" in lines[1]
    assert "channel telegram: off" in lines


def test_the_command_line_names_the_file_before_the_environment() -> None:
    """--config wins over IPO_MONITOR_CONFIG, and neither means no file."""
    assert config_path(Path("a.toml"), {"IPO_MONITOR_CONFIG": "b.toml"}) == Path("a.toml")
    assert config_path(None, {"IPO_MONITOR_CONFIG": "b.toml"}) == Path("b.toml")
    assert config_path(None, {}) is None


def test_every_key_is_documented_as_it_is() -> None:
    """The table in docs/configuration.md lists exactly the keys, with type, default and variable."""
    row = re.compile(
        r"^\| `([a-z_.]+)` \| (.+?) \| `(.+?)` \| (.+?) \| `(IPO_MONITOR_\w+)` \|$", re.MULTILINE
    )
    documented = {found[0]: found[1:] for found in row.findall(DOCS.read_text(encoding="utf-8"))}
    expected = {key.name: (key.kind, key.default, key.environment) for key in known_keys()}
    assert {name: (cells[0], cells[1], cells[3]) for name, cells in documented.items()} == expected
    assert all(len(cells[2]) > 10 for cells in documented.values())


def test_the_documented_example_is_valid(tmp_path: Path) -> None:
    """The example file in the documentation loads."""
    (example,) = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "telegram.token").write_text(TOKEN)
    settings = load(write(tmp_path, example), HOME)
    assert settings.channels.telegram.chats[1].language == "en"
    assert settings.warnings == ()


def test_pins_are_a_table_of_whole_names_and_grades(tmp_path: Path) -> None:
    """A TOML table in either spelling; the environment's JSON object takes its place."""
    path = write(tmp_path, '[relevance.pins]\n"示例（北京）股份有限公司" = "ai_chip"\n"A.B. 科技" = "no"\n')
    pins = (("示例（北京）股份有限公司", Grade.AI_CHIP), ("A.B. 科技", Grade.NO))
    assert load(path, HOME).relevance.pins == pins
    inline = write(tmp_path, '[relevance]\npins = { "示例" = "related" }\n')
    assert load(inline, HOME).relevance.pins == (("示例", Grade.RELATED),)
    environ = HOME | {"IPO_MONITOR_RELEVANCE__PINS": '{"沐曦": "ai_chip"}'}
    assert load(inline, environ).relevance.pins == (("沐曦", Grade.AI_CHIP),)
    assert "relevance pin: 沐曦 is ai_chip" in describe(load(inline, environ))


def test_ai_chips_alone_are_followed_unless_told_otherwise() -> None:
    """The default follows AI chips and says when the daily line comes."""
    relevance = load(None, HOME).relevance
    assert (relevance.mode, relevance.pins, relevance.daily_at) == ("ai_chips", (), time(21))
    assert "relevance: ai_chips, related issuers once a day at 21:00 Asia/Shanghai" in describe(
        load(None, HOME)
    )
    everything = load(None, HOME | {"IPO_MONITOR_RELEVANCE__MODE": "all"})
    assert "relevance: all" in describe(everything)
