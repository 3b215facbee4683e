"""For every test: no socket beyond this machine, and the captured data where the operator names them.

Rule: a test that needs captured data says so in its skip reason; nothing of them is copied here.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling
from xdist.scheduler.protocol import Scheduling

from tests.databases import database, fresh_postgres, migrated_file, postgres_server

__all__ = ["database", "fresh_postgres", "migrated_file", "postgres_server"]  # fixtures for every folder

# python-telegram-bot reads it whenever a 429 arrives; the application sets it where it starts.
os.environ.setdefault("PTB_TIMEDELTA", "1")

# The embedded PostgreSQL's library warns at import where nobody set it.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())

_LOOPBACK = ["127.0.0.0/8", "::1"]


# How long an example takes says something of the machine and nothing of the rule.
settings.register_profile("patient", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("patient")

# Playing the season takes most of a minute: what looks at one played season is one piece of work.
_SEASON = {f"tests/demo/test_demo_{name}.py" for name in ("figures", "season", "telegram")}


class _ByFile(LoadScopeScheduling):
    """A file is given to one worker whole, so that what its tests share is made once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "season" if file in _SEASON else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Files in order of collection: the short ones come last, so both workers end together."""
    config.option.loadscopereorder = False
    return _ByFile(config, log)


@pytest.fixture(autouse=True)
def loopback_only() -> Iterator[None]:
    """A connection to any other machine fails at once, by name."""
    pytest_socket.socket_allow_hosts(_LOOPBACK, allow_unix_socket=True)
    yield
    pytest_socket._remove_restrictions()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of captured data; the test is skipped where there is none."""
    folder = os.environ.get("IPO_MONITOR_CORPUS")
    if not folder:
        pytest.skip("IPO_MONITOR_CORPUS is not set: no captured data on this machine")
    return Path(folder)
