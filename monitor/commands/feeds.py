"""`feeds`: prints every chat's secret feed addresses, for the operator to hand on."""

from __future__ import annotations

from typing import TextIO

from monitor.domain.errors import ConfigError
from monitor.settings import Settings
from monitor.store.database import Database
from monitor.store.feeds import FeedChat, feed_chats
from monitor.web import FILES, feed_token


def run_feeds(settings: Settings, out: TextIO) -> int:
    """Three addresses per chat; raises ConfigError where there is no secret to make them from."""
    if settings.web.secret is None:
        raise ConfigError(["web.secret: must be set (or web.secret_file): addresses are made from it"])
    database = Database(settings.database.url)
    known: list[FeedChat] = []
    try:
        if database.path is None or database.path.exists():  # looking must not make an empty file
            with database.read() as session:
                known = feed_chats(session)
    finally:
        database.close()
    host = f"[{settings.web.host}]" if ":" in settings.web.host else settings.web.host
    for chat in known:
        out.write(f"{chat.key}\n")
        for name in FILES:
            token = feed_token(settings.web.secret.reveal(), chat.key)
            out.write(f"  http://{host}:{settings.web.port}/{token}/{name}\n")
    if not known:
        out.write("no chat is known yet; `ipo-monitor run` or `once` makes them known\n")
    return 0
