"""The Bot API double with seeded bad luck: it drops, keeps silently, keeps late, breaks off, refuses."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

from tests.doubles import bot_faults as faults
from tests.doubles.bot_api import BotApi
from tests.doubles.bot_faults import Break, Fault, broken, too_many
from tests.doubles.bot_methods import METHODS
from tests.doubles.bot_state import Limits

# Each is one way a real evening goes wrong; `too_many` alone says surely that nothing arrived.
_AMBIGUOUS = (
    broken(Break.CLOSE_BEFORE_READING),
    broken(Break.CLOSE_AFTER_READING),
    broken(Break.HALF_HEADERS),
    broken(Break.HALF_BODY),
    broken(Break.SILENCE),
    broken(Break.LATE),
    broken(Break.DROP),
    faults.INTERNAL,
    replace(faults.INTERNAL, applied=True),
    faults.BAD_GATEWAY,
    replace(faults.BAD_GATEWAY, applied=True),
    faults.PORTAL,
    faults.BROKEN_JSON,
    faults.EMPTY_RESULT,
)


class _Dice:
    """Stands where the double keeps its script: each send throws the dice anew."""

    def __init__(self, service: SeededService) -> None:
        self._service = service

    def __bool__(self) -> bool:
        return True

    def extend(self, scripted: tuple[Fault, ...]) -> None:
        raise NotImplementedError("this double follows a seed, not a script")

    def popleft(self) -> Fault | None:
        return self._service.throw()


class SeededService(BotApi):
    """`trouble` is the share of sends that are spoilt; `ambiguous` counts those nobody can be sure of."""

    def __init__(
        self,
        seed: int,
        trouble: float,
        *,
        token: str | None = None,
        late: tuple[float, float] = (0.1, 2.5),
        limits: Limits | None = None,
    ) -> None:
        super().__init__(token=token, open_chats=True, limits=limits)
        self._rng = random.Random(seed)
        self._late_by = late
        self.trouble = trouble
        self.ambiguous = 0
        self._faults["sendmessage"] = _Dice(self)  # type: ignore[assignment]  # of the two methods used

    def throw(self) -> Fault | None:
        """The luck of the next send."""
        if self._rng.random() >= self.trouble:
            return None
        if self._rng.random() < 0.15:
            return too_many(1)
        self.ambiguous += 1
        return self._rng.choice(_AMBIGUOUS)

    async def _apply_late(self, method: str, params: dict[str, str]) -> None:
        await asyncio.sleep(self._rng.uniform(*self._late_by))
        await METHODS[method](self, params)
