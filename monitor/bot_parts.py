"""What the bot needs of the settings: its buttons' seal, its people, and how its loop is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session

from alerts.bilingual import both
from alerts.bot.client import BotClient
from alerts.bot.living import living_buttons, living_message
from alerts.bot.react import alert_buttons
from alerts.bot.signing import Signer
from alerts.contract import Payload
from alerts.footers import TRUSTED_HOSTS
from alerts.message import Button, Message
from alerts.routing import Rule
from monitor.bot import BotLoop
from monitor.domain.clock import Clock
from monitor.settings import Settings, TelegramSettings
from monitor.store.bot_people import CHANNEL, People
from monitor.store.bot_views import Views
from monitor.store.cards import Cards
from monitor.store.database import Database
from monitor.store.jobs import Job
from monitor.store.tables import ChatRow
from monitor.store.thread import RunInStore


@dataclass(frozen=True, kw_only=True, slots=True)
class BotParts:
    """One bot as configured."""

    telegram: TelegramSettings
    token: str
    language: str
    views: Views

    def buttons(self, job: Job) -> tuple[tuple[Button, ...], ...]:
        """The buttons below one alert of this bot's channel about a company; none below anything else."""
        if job.channel != CHANNEL or len(job.events) != 1 or not job.events[0].issuer:
            return ()
        return alert_buttons(Signer(self.token), job.address, job.ids[0], job.language)

    def cards(self) -> Cards:
        """The living cards of this bot's chats."""
        return Cards(self._face)

    def _face(
        self, session: Session, chat: ChatRow, issuer_id: int, now: datetime, *, kept: bool, marked: bool
    ) -> Message | None:
        card = self.views.card(session, issuer_id, now, paced=False)
        if card is None:
            return None
        chinese = living_message(card, "zh", now, kept=kept, marked=marked)
        english = living_message(card, "en", now, kept=kept, marked=marked)
        made = {"en": english, "both": both(chinese, english)}.get(chat.language, chinese)
        return replace(
            made, buttons=living_buttons(Signer(self.token), chat.address, issuer_id, chat.language)
        )

    def loop(
        self,
        database: Database,
        thread: RunInStore,
        clock: Clock,
        layout: Callable[[Message], tuple[Payload, ...]],
        rule: Rule,
        owed: Callable[[], None],
        trouble: Callable[[str], None],
    ) -> BotLoop:
        """The loop over the store; nothing is contacted yet."""
        chats = self.telegram.chats
        named = {chat.id for chat in chats if isinstance(chat.id, int)}
        return BotLoop(
            database=database,
            run_in_store=thread,
            clock=clock,
            new_client=lambda: BotClient(token=self.token, api_url=self.telegram.api_url),
            format=layout,
            signer=Signer(self.token),
            people=People(
                owner=self.telegram.owner or 0,
                admins=frozenset(self.telegram.admins),
                members=frozenset(named),
                language=self.language,
            ),
            mode=self.telegram.access,
            rule=rule,
            views=self.views,
            owed=owed,
            trouble=trouble,
        )


def bot_parts_of(settings: Settings) -> BotParts | None:
    """The bot of these settings; None where Telegram or the bot is off."""
    telegram = settings.channels.telegram
    if not (telegram.enabled and telegram.bot and telegram.token is not None):
        return None
    star = settings.sources.sse_star
    own = (urlsplit(url).hostname or "" for url in (star.site_url, star.static_url))
    return BotParts(
        telegram=telegram,
        token=telegram.token.reveal(),
        views=Views(tuple(dict.fromkeys((*TRUSTED_HOSTS, *own)))),
        language=settings.alerts.language,
    )
