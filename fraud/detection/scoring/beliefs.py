"""What is believed of a rule by itself: how many of its hits are misuse, from how narrow it is and from its own outcomes.

    m = k min(0.30, 0.5 / hits a night)                before any outcome: a narrow rule is worth looking at;
                                                       k: how the other rules' hits turned out against that
    q = (5 m + confirmed) / (5 + reviewed)             after outcomes
    logit p_r = logit q + .5 (logit p_model - level)    among its hits; level: so that their mean is q
    z = max(z of the model, calibration⁻¹(max p_r of the rules hit))

The model learns from labelled hits. A rule that is younger than its labels says nothing to it, and its silence is no evidence against
the rule: so the belief is a channel of its own, and a rule learns only from outcomes of hits that the model alone would not
have opened. Measured beside the alternatives in `docs/detection.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.detection.intervals import clopper_pearson
from fraud.detection.scoring.formula import Floats, logit, sigmoid

#: Outcomes that the prior is worth.
STRENGTH = 5.0
#: The prior of the narrowest rules, and the misuse a night that any rule is trusted to find before it showed any.
MOST, FINDS = 0.30, 0.5
#: Days of claims that say how often a rule hits; what is older is forgotten at that pace.
DAYS = 28
#: With fewer outcomes nobody knows how good a rule is.
TRIED = 5
#: Confirmed hits that prove a rule: one of an earlier version, or four from before the product.
PROVEN = 0.5
#: Hits of a rule that are asked about in the order of its hope while none was confirmed; further ones let everything else go first.
ASKED_ON_HOPE = 5
#: What outcomes of earlier versions of a rule count: its text was another then.
EARLIER = 0.5
#: What outcomes from before the product count, and a confirmed one among them: claims were looked at for a reason then, and the
#: trees have learnt since to find what was found.
PAST, PAST_CONFIRMED = 0.5, 0.15
#: Outcomes expected to be misuse that the hope put into new rules is worth before others' outcomes correct it, and its bounds.
HOPE = 5.0
#: What is hoped before any outcome: half of what narrowness promises.
FIRST_HOPE = 0.5
#: However little others found, a new rule is hoped no less of: many useless ones cost its hits their place in the queue otherwise, and
#: are held down by that order themselves (cases.selection.hope).
LEAST_HOPE, MOST_HOPE = FIRST_HOPE, 1.5
#: Outcomes of one rule that say anything of the others.
OF_ONE_RULE = 10.0
#: How much of the model's odds counts within a rule's hits.
WITHIN = 0.5
#: Hits from before a rule's first night of which a run keeps the model's odds, and hits of nights after which these no longer count.
KEPT_ODDS = 20


def prior_of(hits_a_night: float) -> float:
    """The share of misuse among a rule's hits before any outcome is known; in (0, MOST]."""
    return min(MOST, FINDS / hits_a_night) if hits_a_night > 0 else MOST


@dataclass(frozen=True, slots=True)
class RuleEvidence:
    """What a run knows of a rule: hits counted over nights, and outcomes of hits that the model alone would not have opened.

    `reviewed` and `confirmed` are outcomes known by the run's cut-off, those of earlier versions counting EARLIER each.
    `past_reviewed`, `past_confirmed`: hits among the claims whose outcome came with the history. `hope`: what the other rules'
    outcomes make of the prior (`hope_of`). `level`: log-odds the model gives to its hits (`level_of`), None where it gave none.
    `tried_odds`: log-odds it gave to some of the hits of the weeks before the rule's first night (`odds_kept`).
    """

    code: str
    hits: int
    nights: float
    reviewed: float = 0.0
    confirmed: float = 0.0
    past_reviewed: float = 0.0
    past_confirmed: float = 0.0
    hope: float = FIRST_HOPE
    level: float | None = None
    tried_odds: tuple[float, ...] = ()

    @property
    def hits_a_night(self) -> float:
        return self.hits / self.nights if self.nights else 0.0

    @property
    def belief(self) -> float:
        """q: the expected share of misuse among the rule's hits, in (0, 1)."""
        found = STRENGTH * self.hope * prior_of(self.hits_a_night) + self.confirmed
        looked = STRENGTH + self.reviewed
        return (found + PAST_CONFIRMED * self.past_confirmed) / (looked + PAST * self.past_reviewed)

    @property
    def upper(self) -> float:
        """The most that its outcomes leave possible: upper end of the exact 95 % interval of confirmed among reviewed, 1 without any."""
        reviewed = self.reviewed + PAST * self.past_reviewed
        return clopper_pearson(self.confirmed + PAST_CONFIRMED * self.past_confirmed, reviewed).high

    @property
    def is_untried(self) -> bool:
        """Whether too few of its hits have an outcome, here or from before the product, for anybody to know how good it is."""
        return self.reviewed + PAST * self.past_reviewed < TRIED

    @property
    def is_unproven(self) -> bool:
        """Whether nothing it hit was confirmed here, and next to nothing before the product: what it asks for rests on hope."""
        return self.confirmed + PAST_CONFIRMED * self.past_confirmed < PROVEN

    @property
    def is_judged(self) -> bool:
        """Whether reviews here alone say how good it is: what came with the history was looked at for reasons of its own."""
        return self.reviewed >= TRIED

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the belief beside what it rests on."""
        return {**asdict(self), "belief": round(self.belief, 6)}

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> RuleEvidence:
        """What `to_json` gave."""
        values = {each.name: state[each.name] for each in fields(cls) if each.name in state}
        return cls(**{**values, "tried_odds": tuple(values.get("tried_odds", ()))})


def hope_of(evidence: Sequence[RuleEvidence]) -> float:
    """How rules' hits turned out in this company against what narrowness alone promised; FIRST_HOPE before any outcome.

    Of each rule at most OF_ONE_RULE outcomes count: hope is learnt from rules, and one that is looked at often is still one.
    """
    heard = [min(1.0, OF_ONE_RULE / each.reviewed) if each.reviewed else 0.0 for each in evidence]
    confirmed = sum(share * each.confirmed for share, each in zip(heard, evidence, strict=True))
    promised = sum(
        share * prior_of(each.hits_a_night) * each.reviewed
        for share, each in zip(heard, evidence, strict=True)
    )
    return min(max((FIRST_HOPE * HOPE + confirmed) / (HOPE + promised), LEAST_HOPE), MOST_HOPE)


def with_hope(evidence: Sequence[RuleEvidence]) -> list[RuleEvidence]:
    """The evidence with what all of it together makes of each prior."""
    hope = hope_of(evidence)
    return [replace(each, hope=hope) for each in evidence]


def with_level(evidence: RuleEvidence, alone: Floats) -> RuleEvidence:
    """The evidence with the level of the model's odds among recent hits; `alone` (n,): what the model alone thought of them.

    While nights have seen few hits, those from before its first night count as well.
    """
    if len(alone) < KEPT_ODDS:
        alone = np.concatenate([alone, sigmoid(np.asarray(evidence.tried_odds, dtype=np.float64))])
    level = level_of(evidence.belief, alone)
    return replace(evidence, level=None if np.isnan(level) else round(level, 6))


def odds_kept(alone: Floats) -> tuple[float, ...]:
    """Log-odds of what the model alone thought of a rule's hits (n,), at most KEPT_ODDS of them: their quantiles where there are more."""
    odds = np.sort(logit(alone))
    if len(odds) > KEPT_ODDS:
        odds = np.quantile(odds, (np.arange(KEPT_ODDS) + 0.5) / KEPT_ODDS)
    return tuple(np.round(odds, 4).tolist())


def best_of_hits(
    hits: NDArray[np.bool_], alone: Floats, beliefs: Sequence[float], levels: Sequence[float]
) -> tuple[Floats, NDArray[np.int64]]:
    """Per claim the greatest belief among the rules hit (0 without one) and that rule's column; hits (n, rules), alone (n,).

    Within a rule's hits the model still tells the likelier from the others: logit p = logit q + WITHIN * (logit alone - level).
    """
    best, column = np.zeros(len(hits)), np.zeros(len(hits), dtype=np.int64)
    odds = logit(alone)
    for j, (q, level) in enumerate(zip(beliefs, levels, strict=True)):
        rows = np.flatnonzero(hits[:, j])
        if q <= 0 or not len(rows):
            continue
        shift = np.zeros(len(rows)) if np.isnan(level) else WITHIN * (odds[rows] - level)
        p = sigmoid(logit(np.float64(q)) + shift)
        better = rows[p > best[rows]]
        best[better], column[better] = p[p > best[rows]], j
    return best, column


def level_of(belief: float, alone: Floats) -> float:
    """The model's level at which the hits' beliefs average to the rule's own: for log-odds around it p is above, below it under.

    `alone` (n,): what the model alone thought of recent hits; nan without any.
    """
    if not len(alone):
        return float("nan")
    odds = logit(alone)
    low, high = float(odds.min()) - 20.0, float(odds.max()) + 20.0
    for _ in range(60):
        middle = (low + high) / 2
        mean = float(sigmoid(logit(np.float64(belief)) + WITHIN * (odds - middle)).mean())
        low, high = (middle, high) if mean > belief else (low, middle)
    return (low + high) / 2
