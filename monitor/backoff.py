"""How long a chat rests after a send that surely did not arrive: ever longer, by chance, never too long."""

from __future__ import annotations

import random
from datetime import timedelta

from alerts.contract import Outcome, RetryLater
from monitor.store.jobs import Rules


class Backoff:
    """Plain failures in a row, chat by chat."""

    def __init__(self, rules: Rules, rng: random.Random) -> None:
        self._rules = rules
        self._rng = rng
        self._failures: dict[int, int] = {}

    def after(self, chat_id: int, outcome: Outcome) -> timedelta:
        """The pause before the chat's next try; zero where the outcome asks for none of its own."""
        if not isinstance(outcome, RetryLater) or outcome.ambiguous or outcome.new_address:
            self._failures.pop(chat_id, None)
            return timedelta(0)
        if outcome.after is not None:
            # The service's own wish, never cut short; a little more so that chats do not come back as one.
            return outcome.after + timedelta(seconds=self._rng.uniform(0.05, 0.5))
        failures = self._failures[chat_id] = self._failures.get(chat_id, 0) + 1
        ceiling = min(self._rules.backoff_most, self._rules.backoff_first * 2.0 ** min(failures - 1, 20))
        return timedelta(seconds=self._rng.uniform(0, ceiling))
