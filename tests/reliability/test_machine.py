"""A state machine shakes the application; after every step and at the end the invariants hold.

I1 nothing published is missing · I2 one event per milestone · I3 every alert ends known · I4 at most one
unmarked copy · I5 nothing of the past · I6 `sent` means the service has it · I7 figures are those printed
I8 the service's limits are kept · I9 the token is nowhere · I10 trouble of three polls is told.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from monitor import failpoints
from tests.reliability.machine import CHATS, VISITOR, Machine
from tests.reliability.machine_life import TROUBLES, Inline

EXAMPLES = int(os.environ.get("IPO_MONITOR_MACHINE_EXAMPLES", "6"))
_WHICH = st.integers(0, 30)
_POINTS = sorted(failpoints.DELIVERY | failpoints.POLLING)


class Shaken(RuleBasedStateMachine):
    """Publishing, polling, sending, crashing, in any order."""

    @initialize(seed=st.integers(0, 50))
    def begin(self, seed: int) -> None:
        """A first, quiet reading."""
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.machine = Machine(self.folder, seed)

    # -- the exchange --------------------------------------------------------------------------------

    @rule(count=st.integers(1, 5))
    def publish(self, count: int) -> None:
        """The exchange shows some rows."""
        self.machine.site.publish(count)

    @rule(which=_WHICH, amount=st.decimals("0.5", "90", places=2))
    def revise(self, which: int, amount: Decimal) -> None:
        """Another planned amount is printed."""
        self.machine.site.revise(which, amount)

    @rule(which=_WHICH)
    def rename(self, which: int) -> None:
        """A company takes another full name."""
        self.machine.site.rename(which)

    @rule(which=_WHICH)
    def roll_back(self, which: int) -> None:
        """The exchange withdraws a milestone."""
        self.machine.take_back(which)

    @rule(how=st.lists(st.sampled_from(["busy", "garbled", "empty", ""]), min_size=1, max_size=6))
    def bad_answers(self, how: list[str]) -> None:
        """The exchange has a bad hour: the next poll may get a part of what it asks for."""
        self.machine.site.trouble = how

    @rule(how=st.sampled_from(["busy", "garbled", "empty", "", ""]), polls=st.integers(1, 4))
    def outage(self, how: str, polls: int) -> None:
        """Every answer is bad from now on, or none any more; polls go on."""
        self.machine.site.outage = how
        for _ in range(polls):
            self.machine.clock.advance(60.0)
            self.machine.poll("quick")

    # -- our own process -----------------------------------------------------------------------------

    @rule(kind=st.sampled_from(["quick", "quick", "sweep", "documents"]))
    def poll(self, kind: str) -> None:
        """A poll and all its work."""
        self.machine.poll(kind)

    @rule(kind=st.sampled_from(["quick", "sweep"]), at=st.integers(1, 25), after=st.booleans())
    def poll_and_crash(self, kind: str, at: int, after: bool) -> None:
        """The process dies in a poll, before or after a commit."""
        Inline.crash_in, Inline.after_commit = at, after
        self.machine.poll(kind)

    @rule(name=st.sampled_from(_POINTS), visit=st.integers(1, 3))
    def crash_at_failpoint(self, name: str, visit: int) -> None:
        """The process dies just after, or just before, a durable step."""
        failpoints.install(f"{name}:{visit}:raise")
        self.machine.poll("quick")
        self.machine.deliver(5.0)
        failpoints.disarm()

    @rule()
    def restart(self) -> None:
        """An ordinary restart."""
        self.machine.restart()

    @rule(full=st.booleans())
    def disk(self, full: bool) -> None:
        """The disk is full, or there is room again."""
        self.machine.disk.fills(full)

    @rule(hours=st.sampled_from([-24, -1, 1, 24]))
    def step_the_clock(self, hours: int) -> None:
        """Somebody sets the wall clock."""
        self.machine.clock.step_wall(hours * 3600.0)

    # -- the chats -----------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.5, 5.0, 45.0, 1200.0]))
    def deliver(self, seconds: float) -> None:
        """Time passes."""
        self.machine.deliver(seconds)

    @rule(at=st.integers(1, 12), after=st.booleans())
    def deliver_and_crash(self, at: int, after: bool) -> None:
        """The process dies while it sends."""
        Inline.crash_in, Inline.after_commit = at, after
        self.machine.deliver(5.0)

    @rule(chat=st.sampled_from((*CHATS, VISITOR)), how=st.sampled_from(sorted(TROUBLES)))
    def bad_service(self, chat: str, how: str) -> None:
        """The service's next answer to a chat is no yes."""
        self.machine.channel.suffers(self.machine.homes.get(chat, [chat])[-1], how)

    @rule()
    def late_arrival(self) -> None:
        """What the service kept without a word is shown now."""
        self.machine.channel.arrive()

    @rule()
    def come_back(self) -> None:
        """Whoever had blocked us returns."""
        self.machine.come_back()

    @rule()
    def group_moves(self) -> None:
        """A group becomes a supergroup."""
        self.machine.move_group()

    @rule(wanted=st.booleans())
    def subscribe(self, wanted: bool) -> None:
        """Somebody begins to listen, or stops."""
        self.machine.subscribe(wanted)

    # -- what must hold ------------------------------------------------------------------------------

    @invariant()
    def holds(self) -> None:
        """I2, I4 to I8, I10."""
        if not hasattr(self, "machine"):
            return
        tally = self.machine.tally()
        assert not self.machine.doubled_events()
        assert not tally.unmarked_surplus
        assert not tally.told_of_the_past
        assert not self.machine.sent_unseen()
        assert not self.machine.wrong()

    def teardown(self) -> None:
        """I1, I3 and I9, once everything is well again."""
        if not hasattr(self, "machine"):
            return
        try:
            self.machine.heal()
            tally = self.machine.tally()
            assert not tally.lost
            assert not tally.unmarked_surplus
            assert {row.state for row in self.machine.rows()} <= {"sent", "parked", "suspended"}
            assert not self.machine.wrong()
            assert not self.machine.wrong_at_the_end()
        finally:
            self.machine.close()
            shutil.rmtree(self.folder, ignore_errors=True)


def test_whatever_happens_every_promise_holds() -> None:
    """Any order of publishing, revising, withdrawing, polling, sending, crashing, blocking, clock steps."""
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
