"""Commits through the real Database and says so on standard output; run under a tracer by `power`.

`python -m tests.reliability.power_victim DATABASE_URL COMMITS full|normal`
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

from sqlalchemy import event

from alerts.contract import Delivered
from alerts.routing import wanted
from monitor.store import eventlog, outbox, settling
from monitor.store.chats import ensure_chat, listening
from monitor.store.database import Database
from monitor.store.jobs import Rules, Settlement
from tests.delivery.kit import START, milestone

ACK = b"committed "
CHATS = ("11", "12")


def main(url: str, commits: int, synchronous: str) -> None:
    """Publish, claim and settle; each commit that returned is acknowledged by one line."""
    database = Database(url)
    if synchronous == "normal":

        @event.listens_for(database.engine, "connect")
        def _weaken(connection: object, _record: object) -> None:
            connection.execute("PRAGMA synchronous=NORMAL")  # type: ignore[attr-defined]

    database.migrate()
    with database.write() as session:
        for address in CHATS:
            ensure_chat(session, "telegram", address, now=START)
    for number in range(1, commits + 1):
        now = START + timedelta(seconds=number)
        with database.write() as session:
            rows = eventlog.append(session, [milestone(number, now)])
            outbox.stage(session, rows, listening(session), now, wanted)
        os.write(1, ACK + b"event %d\n" % number)
        with database.write() as session:
            jobs = outbox.claim(session, [1, 2], now, now, Rules())
        os.write(1, ACK + b"intent %d\n" % number)
        done = [Settlement(job=job, outcome=Delivered(receipt=str(number))) for job in jobs]
        with database.write() as session:
            settling.settle(session, done, now, Rules(), wanted)
        os.write(1, ACK + b"sent %d\n" % number)
    # No close(): a power cut does not say good-bye, and a close would checkpoint everything.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
