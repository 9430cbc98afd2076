"""The steps of a training, in their order, as whoever watches it is told them."""

from __future__ import annotations

from collections.abc import Callable

#: What the process of its own does.
FITTING = ("usual", "outcomes", "check")
STEPS = ("gather", *FITTING, "keep", "compare")

#: Is told a step when it begins, and again while it lasts; raises to end the training.
Watch = Callable[[str], None]


def nobody(step: str) -> None:
    """Nobody watches."""
