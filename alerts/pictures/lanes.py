"""The lanes of the pipeline board, in the order of the review; the drawing and its caption share this."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.pictures.facts import Chip
from monitor.domain.stages import ROAD, Stage, State

_LANES: tuple[Stage | None, ...] = (*ROAD, None)


def in_lanes(chips: Sequence[Chip]) -> list[tuple[State, list[Chip]]]:
    """Each state with its issuers as they came; a state of an unknown code stands last."""
    lanes: dict[State, list[Chip]] = {}
    for chip in sorted(chips, key=lambda chip: (_LANES.index(chip.state.stage), chip.state)):
        lanes.setdefault(chip.state, []).append(chip)
    return list(lanes.items())
