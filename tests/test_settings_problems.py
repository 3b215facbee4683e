"""Every problem of a configuration is told at once, each with its key, and nothing runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.settings import load
from tests.settings_files import HOME, problems, write


def test_all_problems_come_at_once_each_with_its_key() -> None:
    """Seven wrong values are seven lines, and each begins with the name of its key."""
    found = problems(
        None,
        {
            "IPO_MONITOR_SOURCES__SSE_STAR__INTERVAL": "soon",
            "IPO_MONITOR_SOURCES__SSE_STAR__MIN_REQUEST_GAP": "-1",
            "IPO_MONITOR_SOURCES__SSE_STAR__QUICK_WINDOW_START": "25:00",
            "IPO_MONITOR_SOURCES__CSRC_TUTORING__BASE_URL": "ftp://example.org",
            "IPO_MONITOR_CHANNELS__TELEGRAM__ENABLED": "true",
            "IPO_MONITOR_CHANNELS__TELEGRAM__CHATS": "12,nobody",
            "IPO_MONITOR_RELEVANCE__MODE": "ai-chips",
        },
    )
    assert [line.partition(":")[0] for line in found] == [
        "sources.sse_star.interval",
        "sources.sse_star.min_request_gap",
        "sources.sse_star.quick_window_start",
        "sources.csrc_tutoring.base_url",
        "channels.telegram.token",
        "channels.telegram.chats",
        "relevance.mode",
    ]
    assert "did you mean ai_chips?" in found[-1]
    assert "environment IPO_MONITOR_SOURCES__SSE_STAR__INTERVAL" in found[0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("interval", "0"),
        ("interval", "true"),
        ("interval", "nan"),
        ("interval", "inf"),
        ("interval", '"60"'),
        ("page_size", "2.0"),
        ("page_size", "true"),
        ("page_size", "9" * 500),
        ("enabled", "1"),
        ("market_types", '["3"]'),
        ("market_types", "[]"),
        ("market_types", '["1", "1"]'),
        ("market_types", '"1"'),
        ("sweep_times", '["3:00"]'),
        ("query_url", '"https://user:pw@example.org"'),
        ("query_url", '"https://example.org/?a=1"'),
        ("query_url", '"https://[::1"'),
        ("query_url", '"https://example.org:99999"'),
        ("query_url", "7"),
        ("documents_query", '"newest"'),
    ],
)
def test_a_value_of_the_wrong_kind_or_range_is_a_problem(tmp_path: Path, key: str, value: str) -> None:
    """Wrong types and ranges are named, never repaired in silence."""
    (found,) = problems(write(tmp_path, f"[sources.sse_star]\n{key} = {value}\n"), {})
    assert found.startswith(f"sources.sse_star.{key}: must ")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:80", "localhost", "a.localhost.", "[::1]", "10.0.0.8", "169.254.169.254", "100.64.0.1"],
)
def test_private_addresses_need_the_operators_leave(host: str) -> None:
    """An address of this machine or net is accepted for a source only with allow_private_hosts."""
    variable = {"IPO_MONITOR_SOURCES__SSE_STAR__QUERY_URL": f"http://{host}"}
    (found,) = problems(None, variable)
    assert "sources.sse_star.allow_private_hosts = true" in found
    allowed = variable | {"IPO_MONITOR_SOURCES__SSE_STAR__ALLOW_PRIVATE_HOSTS": "true"}
    assert load(None, HOME | allowed).sources.sse_star.query_url == f"http://{host}"


@pytest.mark.parametrize(
    "chat", ["0", "true", "1.5", '"me"', '"@a b"', "{language='en'}", "{id=1, lang='en'}"]
)
def test_what_is_no_chat_is_a_problem(tmp_path: Path, chat: str) -> None:
    """A chat is a number other than 0, a public name, or a table with an id and known keys."""
    (found,) = problems(write(tmp_path, f"[channels.telegram]\nchats = [{chat}]\n"), {})
    assert found.startswith("channels.telegram.chats: must ")


def test_one_chat_in_two_spellings_is_a_problem(tmp_path: Path) -> None:
    """A chat named twice would get everything twice."""
    path = write(tmp_path, '[channels.telegram]\nchats = [5, {id = "5", language = "en"}]\n')
    assert problems(path, {})[0].startswith("channels.telegram.chats: must not name a chat twice")


def test_unknown_names_are_problems_with_the_nearest_known_one(tmp_path: Path) -> None:
    """A typing error in file or environment is reported, not ignored."""
    path = write(tmp_path, "[sources.sse_star]\nintervall = 5\n[sources.szse]\nenabled = true\n")
    found = problems(path, {"IPO_MONITOR_DATABSE__URL": "sqlite:////x"})
    assert "sources.sse_star.intervall: unknown key; did you mean sources.sse_star.interval?" in found[0]
    assert "sources.szse.enabled: unknown key" in found[1]
    assert "did you mean IPO_MONITOR_DATABASE__URL?" in found[2]


@pytest.mark.parametrize("text", ["a = [", "a = 1\na = 2", "a = " + "[" * 5000])
def test_a_file_that_is_no_toml_is_one_clear_problem(tmp_path: Path, text: str) -> None:
    """Broken TOML names the file; so does a file that is not there."""
    assert "not TOML" in problems(write(tmp_path, text), {})[0]
    assert "No such file" in problems(tmp_path / "none.toml", {})[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[relevance.pins]\n"示例" = "gpu"\n', 'relevance.pins: must be one of "ai_chip", "related", "no"'),
        ('[relevance.pins]\n"示例" = true\n', 'relevance.pins: must be one of "ai_chip"'),
        (
            '[relevance.pins]\n" " = "no"\n',
            "relevance.pins: must have the name of a company before each grade",
        ),
        ('[relevance]\npins = ["示例"]\n', "relevance.pins: must be a table of names and grades"),
        ('[relevance]\ndaily_at = "9"\n', 'relevance.daily_at: must be a time like "15:00"'),
    ],
)
def test_a_pin_that_is_none_is_named(tmp_path: Path, text: str, said: str) -> None:
    """Grade, name and form are checked before anything runs."""
    (problem,) = problems(write(tmp_path, text), {})
    assert problem.startswith(said)
