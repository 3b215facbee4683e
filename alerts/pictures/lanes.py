"""The lanes of the pipeline board, in the order of the review; the drawing and its caption share this."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.pictures.facts import Chip
from monitor.domain.stages import Stage, State

ROAD: tuple[Stage | None, ...] = (
    Stage.TUTORING_FILED,
    Stage.TUTORING_ACCEPTED,
    Stage.ACCEPTED,
    Stage.INQUIRY,
    Stage.COMMITTEE,
    Stage.REEXAMINATION,
    Stage.SUPPLEMENTARY,
    Stage.SUBMITTED,
    Stage.REGISTRATION,
    Stage.ISSUED,
    Stage.SUSPENDED,
    Stage.TERMINATED,
    Stage.TUTORING_WITHDRAWN,
    None,
)


def in_lanes(chips: Sequence[Chip]) -> list[tuple[State, list[Chip]]]:
    """Each state with its issuers as they came; a state of an unknown code stands last."""
    lanes: dict[State, list[Chip]] = {}
    for chip in sorted(chips, key=lambda chip: (ROAD.index(chip.state.stage), chip.state)):
        lanes.setdefault(chip.state, []).append(chip)
    return list(lanes.items())
