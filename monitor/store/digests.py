"""The digests a chat asked for: what it was told in the last day, and the week ahead.

Rule: a digest's identity is its chat and its day, so that a restart owes none twice; one missed while we
were down is made up for once, for its day alone.
Rule: an empty digest says that it is empty.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone

from sqlmodel import Session, select

from alerts import stored_message
from alerts.bilingual import both
from alerts.bot import cards
from alerts.bot.access import Make
from alerts.bot.contract import Day
from alerts.glossary import Language
from alerts.message import Message
from alerts.preferences import Preferences, from_stored, time_of
from monitor.failpoints import BEFORE_DIGEST, DIGEST_OWED, failpoint
from monitor.store import bot_lists, inbound
from monitor.store.bot_people import CHANNEL
from monitor.store.bot_told import told_of
from monitor.store.database import Database
from monitor.store.tables import ChatRow

_CST = timezone(timedelta(hours=8))
_AHEAD = timedelta(days=7)
_AT_ONCE = 20  # chats to a transaction: alerts wait for no more of them
_TOO_LATE = timedelta(hours=12)  # after its hour a digest is not made up for any more


class Digests:
    """Owes each chat its digests when their hour has come; asked once a minute."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done: dict[tuple[int, str], str] = {}  # chat and kind → the day last looked at

    def owe(self, now: datetime) -> int:
        """Commit the next of the digests that are due, those of a few chats; how many, 0 when none is left.

        Called until it returns 0, so that whoever else needs the store has it in between.
        """
        local = now.astimezone(_CST)
        today = local.date().isoformat()
        with self._database.read() as session:
            due = [
                (chat_id, kind)
                for chat_id, stored in session.exec(
                    select(ChatRow.id, ChatRow.preferences).where(
                        ChatRow.channel == CHANNEL, ChatRow.state == "active"
                    )
                )
                if chat_id is not None
                for kind in _due(from_stored(stored), local)
                if self._done.get((chat_id, kind)) != today
            ]
        made = 0
        while due and not made:
            chosen, due = due[:_AT_ONCE], due[_AT_ONCE:]
            with self._database.write() as session:
                for chat_id, kind in chosen:
                    chat = session.get_one(ChatRow, chat_id)
                    made += _owe(session, chat, kind, local)
                failpoint(BEFORE_DIGEST)
            failpoint(DIGEST_OWED)
            self._done.update(dict.fromkeys(chosen, today))
        return made


def _due(chosen: Preferences, local: datetime) -> list[str]:
    if not chosen.subscribed:
        return []
    found = []
    if (at := time_of(chosen.daily)) and _just_past(at, local):
        found.append("daily")
    day, _, clock = chosen.weekly.partition(" ")
    if (at := time_of(clock)) and day == str(local.isoweekday()) and _just_past(at, local):
        found.append("weekly")
    return found


def _just_past(at: time, local: datetime) -> bool:
    moment = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return moment <= local < moment + _TOO_LATE


def _owe(session: Session, chat: ChatRow, kind: str, local: datetime) -> bool:
    today = local.date()
    identity = ("digest", kind, today)
    if inbound.is_owed(session, chat, identity):
        return False  # by an earlier process; put together for nothing
    ahead = bot_lists.days(session, today, today + _AHEAD)
    since = local - timedelta(days=1)
    told = told_of(session, chat, since=since, limit=40) if kind == "daily" else []

    def make(language: Language) -> Message:
        zh = language == "zh"
        if kind == "weekly":
            return _look_ahead(ahead, language, "一周日程" if zh else "The week ahead")
        message = cards.told_message(told, language, f"每日摘要 {today}" if zh else f"Daily digest {today}")
        dates = cards.days_message(ahead, language, "")
        return Message(alert_id="", icon="🗞", headline=message.headline, facts=(*message.facts, *dates.facts))

    message = _in(chat.language, make)
    return inbound.owe(
        session, chat, identity, message.headline, stored_message.to_text(message), local.astimezone(UTC)
    )


def _look_ahead(ahead: list[Day], language: Language, headline: str) -> Message:
    return cards.days_message(ahead, language, headline)


def _in(language: str, make: Make) -> Message:
    if language == "both":
        return both(make("zh"), make("en"))
    return make("en" if language == "en" else "zh")
