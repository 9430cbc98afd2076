"""What an edit of a rule would fix and break: the claims it hits anew or no longer hits, with what became of them, before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.language import RuleNotValid, parse, to_text
from rules.models import RuleVersion

_COUNTS = RuleVersion.State.ACTIVE, RuleVersion.State.SHADOW


@dataclass(frozen=True, slots=True)
class Base:
    """The version an edit is held against: what counts (or runs in shadow), else what is saved."""

    number: int
    text: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Change:
    """Claims of one kind of change, newest first among each outcome: misuse, genuine, not known yet."""

    misuse: tuple[int, ...] = ()
    genuine: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """How many claims."""
        return len(self.misuse) + len(self.genuine) + len(self.unknown)

    def first(self, most: int) -> tuple[int, ...]:
        """Some of them: those with an outcome first."""
        return (*self.misuse, *self.genuine, *self.unknown)[:most]


@dataclass(frozen=True, slots=True)
class Effects:
    """`gained`: hit by the edit and not by the base; `lost`: the other way round; over the claims of the last days the reader may see."""

    base: Base
    gained: Change
    lost: Change

    @property
    def n_fixed(self) -> int:
        """Misuse hit anew and genuine claims let go."""
        return len(self.gained.misuse) + len(self.lost.genuine)

    @property
    def n_broken(self) -> int:
        """Misuse let go and genuine claims hit anew."""
        return len(self.lost.misuse) + len(self.gained.genuine)


def base_of(code: str, text: str) -> Base | None:
    """What a rule's edit is held against; None for a rule that is not there, and for an edit that says the same."""
    versions = RuleVersion.objects.filter(rule__code=code)
    found = versions.filter(state__in=_COUNTS).order_by("state", "-number").first()
    found = found or versions.order_by("-number").first()
    if found is None or _written(found.text) == _written(text):
        return None
    return Base(found.number, found.text, found.state == RuleVersion.State.ACTIVE)


def effects_of(
    base: Base,
    rows: pl.DataFrame,
    now: NDArray[np.bool_],
    before: NDArray[np.bool_],
    outcomes: Mapping[int, bool],
) -> Effects:
    """`now` and `before`: which of `rows` (n, by time) the edit and the base hit. `outcomes`: claim → whether it was misuse."""
    ids = rows["claim_id"].to_numpy()
    return Effects(base, _change(ids[now & ~before], outcomes), _change(ids[before & ~now], outcomes))


def _change(ids: NDArray[np.int64], outcomes: Mapping[int, bool]) -> Change:
    newest = [int(pk) for pk in ids[::-1]]
    return Change(
        tuple(pk for pk in newest if outcomes.get(pk) is True),
        tuple(pk for pk in newest if outcomes.get(pk) is False),
        tuple(pk for pk in newest if pk not in outcomes),
    )


def _written(text: str) -> str:
    """The rule in its canonical spelling; as it stands where it is none."""
    try:
        return to_text(parse(text))
    except RuleNotValid:
        return text
