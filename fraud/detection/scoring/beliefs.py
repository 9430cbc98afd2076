"""What is believed of a rule by itself: how many of its hits are misuse, from how narrow it is and from its own outcomes.

    m = min(0.30, 0.5 / hits a night)                  before any outcome: a narrow rule is worth looking at
    q = (5 m + confirmed) / (5 + reviewed)             after outcomes
    z = max(z of the model, calibration⁻¹(max q of the rules hit))

The model learns from labelled hits. A rule that is younger than its labels says nothing to it, and its silence is no evidence against
the rule: so the belief is a channel of its own, and a rule learns only from outcomes of hits that the model alone would not
have opened. Measured beside the alternatives in `docs/detection.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.detection.scoring.formula import Floats

#: Outcomes that the prior is worth.
STRENGTH = 5.0
#: The prior of the narrowest rules, and the misuse a night that any rule is trusted to find before it showed any.
MOST, FINDS = 0.30, 0.5
#: Days of claims that say how often a rule hits; what is older is forgotten at that pace.
DAYS = 28
#: With fewer outcomes nobody knows how good a rule is.
TRIED = 5
#: What outcomes of earlier versions of a rule count: its text was another then.
EARLIER = 0.5


def prior_of(hits_a_night: float) -> float:
    """The share of misuse among a rule's hits before any outcome is known; in (0, MOST]."""
    return min(MOST, FINDS / hits_a_night) if hits_a_night > 0 else MOST


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """What a run knows of a rule: hits counted over nights, and outcomes of hits that the model alone would not have opened.

    `reviewed` and `confirmed` are outcomes known by the run's cut-off, those of earlier versions counting EARLIER each.
    """

    code: str
    hits: int
    nights: float
    reviewed: float = 0.0
    confirmed: float = 0.0

    @property
    def hits_a_night(self) -> float:
        return self.hits / self.nights if self.nights else 0.0

    @property
    def belief(self) -> float:
        """q: the expected share of misuse among the rule's hits, in (0, 1)."""
        return (STRENGTH * prior_of(self.hits_a_night) + self.confirmed) / (STRENGTH + self.reviewed)

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the belief beside what it rests on."""
        return {**asdict(self), "belief": round(self.belief, 6)}

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> RuleEvidence:
        """What `to_json` gave."""
        return cls(**{name: state[name] for name in ("code", "hits", "nights", "reviewed", "confirmed")})


def best_of_hits(hits: NDArray[np.bool_], beliefs: Sequence[float]) -> tuple[Floats, NDArray[np.int64]]:
    """Per claim the greatest belief among the rules hit (0 without one) and that rule's column; hits (n, rules)."""
    if hits.shape[1] == 0:
        return np.zeros(len(hits)), np.zeros(len(hits), dtype=np.int64)
    each = np.where(hits, np.asarray(beliefs, dtype=np.float64), 0.0)
    column = each.argmax(axis=1)
    return each[np.arange(len(each)), column], column.astype(np.int64)
