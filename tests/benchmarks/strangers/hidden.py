"""One scheme hidden in turn: no outcome of it is known and no rule was written for it. What do novelty seats find?"""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import numpy as np

from tests.benchmarks.strangers.company import Company
from tests.benchmarks.strangers.nights import NOVELTY, Clock, Nights
from tests.benchmarks.strangers.schemes import Played

#: A scheme with fewer claims in the tested nights tells nothing.
_LEAST_CLAIMS = 4


def hidden_in_turn(company: Company, options: Namespace, clock: Clock) -> list[dict[str, Any]]:
    """Of at most `options.hide_schemes` schemes, drawn among those that tell something: what novelty seats opened, with the scheme hidden.

    One training, at the cut-off: later ones would learn from what was found.
    """
    traits, once = company.traits, Namespace(**{**vars(options), "retrain_weeks": 0})
    tested = company.arrived(traits.cut_off, traits.days)
    told = [
        played
        for played in company.schemes
        if not played.is_new and (tested & (company.scheme == played.number)).sum() >= _LEAST_CLAIMS
    ]
    order = traits.rng("hidden schemes").permutation(len(told))[: options.hide_schemes]
    found = []
    for played in (told[place] for place in order):
        nights = HiddenScheme(company, once, clock, played)
        opened = nights.run()
        novel, hidden = opened.channel == NOVELTY, company.scheme == played.number
        found.append(
            {
                "code": played.scheme.code,
                "claims": int((tested & hidden).sum()),
                "opened": int((opened.opened & hidden).sum()),
                "novelty": int(novel.sum()),
                "novelty_misuse": int((novel & company.truth).sum()),
                "novelty_hidden": int((novel & hidden).sum()),
            }
        )
    return found


class HiddenScheme(Nights):
    """The company's nights without the scheme's outcomes of before and without the rule against it."""

    def __init__(self, company: Company, options: Namespace, clock: Clock, hidden: Played) -> None:
        super().__init__(company, options, clock)
        known = self.labels["claim_id"].to_numpy() - 1
        self.labels = self.labels.filter(company.scheme[known] != hidden.number)
        kept = np.array([ruled.scheme != hidden.scheme.code for ruled in self.rules])
        self.rules = [ruled for ruled, keep in zip(self.rules, kept, strict=True) if keep]
        self.hits = self.hits[:, kept]
