"""The hybrid score's arithmetic: constants and plain functions, no state.

    h_j in {0, 1}   rule hits        w_j  expert weights
    u_m             -log10 tail probability of detector m against its frozen training scores;   A = mean of u_m
    z_exp = -6 + 0.8 * sum(w_j h_j) + A                       works on the first day, without a label
    z     = (n * (logit b + logit c) / 2 + 30 * z_exp) / (n + 30) + 0.8 * 300 / (n + 300) * u_peers
                                                              n = confirmed misuse in training
    p_n   = 0.05 * clip(A - 1.5, 0, 3) / 3;  p' = 1 - (1 - p)(1 - p_n)   orders the queue only

The comparison with colleagues (u_peers) has a term of its own that fades as outcomes come: with few of them it ranks as well
as the trees do, which have not learnt yet how to read it.

The anomaly detectors enter the queue past the supervised part on purpose: trees learn that unlabelled oddities are genuine, so a
misuse nobody has labelled yet would otherwise sink.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Constants:
    """The formula's fixed numbers; they are stored with every model, so an old score can be computed again."""

    expert_intercept: float = -6.0
    expert_rule_factor: float = 0.8
    prior_strength: float = 30.0
    peer_weight: float = 0.8
    peer_strength: float = 300.0
    novelty_start: float = 1.5
    novelty_width: float = 3.0
    novelty_cap: float = 0.05
    rule_scale: float = 5.0
    medium_from: float = 0.05
    high_from: float = 0.30


def expert_logit(weighted_hits: Floats, anomaly: Floats, constants: Constants) -> Floats:
    """z_exp from the summed expert weights of the rules hit (n,) and the mean tail A (n,)."""
    return constants.expert_intercept + constants.expert_rule_factor * weighted_hits + anomaly


def shares(n_confirmed: int, has_stack: bool, constants: Constants) -> tuple[float, float, float]:
    """How much of z is the main trees (b), the stack (c) and the expert formula; they sum to 1.

    Without a stack (too few outcomes in the time-ordered blocks) the trees carry the learned share alone.
    """
    learned = n_confirmed / (n_confirmed + constants.prior_strength)
    stack = learned / 2 if has_stack else 0.0
    return learned - stack, stack, 1.0 - learned


def peer_share(n_confirmed: int, constants: Constants) -> float:
    """What one unit of the comparison with colleagues adds to z after so many confirmed misuse claims."""
    return constants.peer_weight * constants.peer_strength / (n_confirmed + constants.peer_strength)


def novelty(anomaly: Floats, constants: Constants) -> Floats:
    """How unusual beyond all training rows, in [0, 1]: 0 up to A = 1.5, 1 from A = 4.5."""
    return np.clip(anomaly - constants.novelty_start, 0.0, constants.novelty_width) / constants.novelty_width


def queue_probability(probability: Floats, novel: Floats, constants: Constants) -> Floats:
    """p' = 1 - (1 - p)(1 - p_n) with p_n = cap * novelty: what the queue is ordered by."""
    return 1.0 - (1.0 - probability) * (1.0 - constants.novelty_cap * novel)


def rule_score(weighted_hits: Floats, constants: Constants) -> Floats:
    """Rules alone in [0, 1): 1 - exp(-sum of weights / 5), so one rule of weight 5 gives 0.63."""
    return 1.0 - np.exp(-weighted_hits / constants.rule_scale)


def sigmoid(z: Floats) -> Floats:
    """1 / (1 + exp(-z)) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)), dtype=np.float64)


def logit(p: Floats | np.float64, least: float = 1e-9) -> Floats:
    """log(p / (1 - p)); p within `least` of 0 or 1 counts as `least` away."""
    p = np.clip(p, least, 1 - least)
    return np.asarray(np.log(p) - np.log1p(-p), dtype=np.float64)


def band(probability: Floats, constants: Constants) -> NDArray[np.str_]:
    """``low``, ``medium`` from the cost threshold 0.05 on, ``high`` from 0.30 on."""
    return np.where(
        probability >= constants.high_from,
        "high",
        np.where(probability >= constants.medium_from, "medium", "low"),
    )
