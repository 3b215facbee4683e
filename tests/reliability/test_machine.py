"""A state machine shakes the application; after every step and at the end the invariants hold.

I1 nothing published is missing · I2 one event per milestone · I3 every alert ends known · I4 at most one
unmarked copy · I5 nothing of the past · I6 `sent` means the service has it. I7 to I10 are the renderer's, the
limiter's, the canary's and the source contracts' own tests, as the fault table says.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from alerts.contract import Rejected, RetryLater
from tests.delivery.kit import Answer
from tests.reliability.machine import CHATS, Inline, Machine

EXAMPLES = int(os.environ.get("IPO_MONITOR_MACHINE_EXAMPLES", "8"))
_ANSWERS = {
    "lost": Answer(outcome=RetryLater(why="no answer", ambiguous=True), seen=False),
    "kept in silence": Answer(outcome=RetryLater(why="no answer", ambiguous=True), seen=True),
    "no connection": Answer(outcome=RetryLater(why="refused"), seen=False),
    "too many": Answer(outcome=RetryLater(why="429", after=timedelta(seconds=40)), seen=False),
    "blocked": Answer(outcome=Rejected(why="blocked", scope="chat"), seen=False),
}


class Shaken(RuleBasedStateMachine):
    """Publishing, polling, sending, crashing, in any order."""

    @initialize(seed=st.integers(0, 50))
    def begin(self, seed: int) -> None:
        """A first, quiet reading."""
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.machine = Machine(self.folder, seed)

    @rule(count=st.integers(1, 5))
    def publish(self, count: int) -> None:
        """The exchange shows some rows."""
        self.machine.publish(count)

    @rule(kind=st.sampled_from(["quick", "quick", "sweep", "documents"]))
    def poll(self, kind: str) -> None:
        """A poll and all its work."""
        self.machine.poll(kind)

    @rule(kind=st.sampled_from(["quick", "sweep"]), at=st.integers(1, 25), after=st.booleans())
    def poll_and_crash(self, kind: str, at: int, after: bool) -> None:
        """The process dies in a poll, before or after a commit."""
        Inline.crash_in, Inline.after_commit = at, after
        self.machine.poll(kind)

    @rule(how=st.lists(st.sampled_from(["busy", "garbled", "empty", ""]), min_size=1, max_size=6))
    def bad_answers(self, how: list[str]) -> None:
        """The exchange has a bad hour."""
        self.machine.site.trouble = how

    @rule(seconds=st.sampled_from([0.5, 5.0, 45.0, 1200.0]))
    def deliver(self, seconds: float) -> None:
        """Time passes."""
        self.machine.deliver(seconds)

    @rule(at=st.integers(1, 12), after=st.booleans())
    def deliver_and_crash(self, at: int, after: bool) -> None:
        """The process dies while it sends."""
        Inline.crash_in, Inline.after_commit = at, after
        self.machine.deliver(5.0)

    @rule(chat=st.sampled_from(CHATS), how=st.sampled_from(sorted(_ANSWERS)))
    def bad_service(self, chat: str, how: str) -> None:
        """The service's next answer to a chat is no yes."""
        self.machine.channel.script[chat].append(_ANSWERS[how])

    @rule()
    def come_back(self) -> None:
        """Whoever had blocked us returns."""
        self.machine.come_back()

    @rule(hours=st.sampled_from([-24, -1, 1, 24]))
    def step_the_clock(self, hours: int) -> None:
        """Somebody sets the wall clock."""
        self.machine.clock.step_wall(hours * 3600.0)

    @rule()
    def restart(self) -> None:
        """An ordinary restart."""
        self.machine.restart()

    @invariant()
    def holds(self) -> None:
        """I2, I4, I5, I6."""
        if not hasattr(self, "machine"):
            return
        tally = self.machine.tally()
        assert not self.machine.doubled_events()
        assert not tally.unmarked_surplus
        assert not tally.told_of_the_past
        assert not self.machine.sent_unseen()

    def teardown(self) -> None:
        """I1 and I3, once everything is well again."""
        if not hasattr(self, "machine"):
            return
        try:
            self.machine.heal()
            tally = self.machine.tally()
            assert not tally.lost
            assert not tally.unmarked_surplus
            assert {row.state for row in self.machine.rows()} <= {"sent", "parked", "suspended"}
        finally:
            self.machine.close()
            shutil.rmtree(self.folder, ignore_errors=True)


def test_whatever_happens_every_promise_holds() -> None:
    """Any order of publishing, polling, sending, crashing, restarting, blocking and clock steps."""
    run_state_machine_as_test(
        Shaken,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            phases=(
                Phase.explicit,
                Phase.generate,
            ),  # the printed steps are short enough; shrinking takes minutes
            database=None,
            derandomize="IPO_MONITOR_MACHINE_EXAMPLES" not in os.environ,
            suppress_health_check=list(HealthCheck),
        ),
    )
