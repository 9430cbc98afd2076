"""What a rule would do to the reviewers' work and to what is found: the nights of a period chosen again, with the rule and without it.

The selection is the night's own (`cases.selection`): seats, budgets, bundling, claims that are held back, cases that take more claims.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from audit.actor import Actor
from cases.selection import SCORED, OpenCase, Seats, population_of, select_alerts
from fraud.claims.models import Claim
from fraud.claims.panels import scores_hidden_from
from fraud.company.values import CompanyValues, current_settings
from fraud.detection.intervals import clopper_pearson
from fraud.workbench.company_codes import department_names
from fraud.workbench.frames import Period
from fraud.workbench.would_be import WouldBe, would_be
from rules.language import Expression

#: Nights after which a case is taken to be worked and takes no more claims.
WORKED_AFTER = 7
MOST_LISTED = 50
#: Upper ends of the amount bands in whole minor units of the company's currency times its hundreds: told as money.
BANDS = (10_000, 50_000, 100_000, 300_000, 1_000_000)
Mask = NDArray[np.bool_]


@dataclass
class Nights:
    """What the nights of a period opened: by night new cases, and over all of them what joined, was held back, which claims got seen."""

    cases: list[int] = field(default_factory=list)
    n_joined: int = 0
    n_held: int = 0
    seen: set[int] = field(default_factory=set)
    sampled: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Share:
    """A part of the claims: how many, how many of them the rule hits, known outcomes and misuse among those it hits."""

    name: str
    n_claims: int
    n_hits: int
    n_known: int
    n_misuse: int


@dataclass(frozen=True)
class CaseLoad:
    """The period with the rule (after) beside without it (before); money in minor units of ``currency``."""

    period: Period
    nights: list[date]
    before: Nights
    after: Nights
    n_claims: int
    n_hits: int
    n_known: int
    n_misuse: int
    gained: tuple[int, ...]  # the newest claims with misuse that only the nights with the rule open
    lost: tuple[int, ...]
    n_gained: int
    n_lost: int
    gained_minor: int
    lost_minor: int
    hit_minor: int
    n_missed: int  # misuse that the nights without the rule open no case for
    n_missed_hit: int
    overlap: list[Share]
    departments: list[Share]
    bands: list[tuple[int, Share]]
    currency: str
    minutes_per_case: int

    @property
    def before_a_night(self) -> float:
        """New cases a night without the rule."""
        return sum(self.before.cases) / max(len(self.nights), 1)

    @property
    def after_a_night(self) -> float:
        """New cases a night with it."""
        return sum(self.after.cases) / max(len(self.nights), 1)

    @property
    def hours(self) -> float:
        """Reviewers' hours a week the rule costs; negative where it saves some."""
        return 7 * (self.after_a_night - self.before_a_night) * self.minutes_per_case / 60

    @property
    def precision(self) -> float | None:
        """Share of misuse among the hits with a known outcome."""
        return self.n_misuse / self.n_known if self.n_known else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its exact 95 % interval."""
        found = clopper_pearson(self.n_misuse, self.n_known)
        return found.low, found.high


def case_load(
    *,
    code: str,
    tree: Expression,
    by: Actor,
    period: Period | None = None,
    weight: float = 1.0,
    always: bool = False,
    rate: float | None = None,
) -> CaseLoad | None:
    """The nights of a period (None: the last days) chosen again with the rule and without; None without claims.

    `rate`: the share of the cardholders it counts for, as `would_be` takes it. Takes seconds. Raises NoChampion, ModelDamaged.
    """
    found = would_be(code=code, tree=tree, by=by, period=period, weight=weight, always=always, rate=rate)
    if found is None:
        return None
    values = current_settings()
    before, after = (play_nights(found.claims, scores, values) for scores in (found.before, found.after))
    return _told(found, before, after, values)


def play_nights(claims: pl.DataFrame, scores: pl.DataFrame, values: CompanyValues) -> Nights:
    """Choose the nights one after the other: what is held back competes again, a case takes claims until it is worked."""
    # Which rules will have proven themselves by then nobody knows: none is put last.
    hoped = pl.lit(None, dtype=pl.String).alias("unproven")
    rows = (
        claims.hstack(scores).rename({"amount": "amount_minor"}).with_columns(hoped).select(*SCORED, "night")
    )
    played, opened, held = Nights(), dict[int, tuple[int, OpenCase]](), dict[int, int]()
    for number, night in enumerate(_nights(claims)):
        own = rows.filter(pl.col("night") == night)
        held = {claim: left - 1 for claim, left in held.items() if left > 0}
        waiting = rows.filter(pl.col("claim_id").is_in(list(held)) & (pl.col("night") < night))
        scored = pl.concat([own, waiting]).select(*SCORED)
        joinable = [case for at, case in opened.values() if number - at <= WORKED_AFTER]
        chosen = select_alerts(
            scored, _seats(values, night), joinable, population=population_of(own.select(*SCORED))
        )
        n_new = 0
        for bundle in chosen.bundles:
            played.seen.update(bundle.claims)
            held = {claim: left for claim, left in held.items() if claim not in bundle.claims}
            if bundle.channel == "control_sample":
                played.sampled.update(bundle.claims)
            if bundle.case_id is not None:
                played.n_joined += 1
                continue
            n_new += 1
            case = OpenCase(len(opened) + 1, bundle.cardholder_id, bundle.pattern, bundle.places)
            opened[case.case_id] = (number, case)
        for bundle in chosen.held:
            held |= {claim: held.get(claim, values.held_back_nights) for claim in bundle.claims}
        played.cases.append(n_new)
        played.n_held = len(held)
    return played


def _nights(claims: pl.DataFrame) -> list[date]:
    return claims["night"].unique().sort().to_list()


def _seats(values: CompanyValues, night: date) -> Seats:
    return Seats(
        model=values.model_seats,
        novelty=values.novelty_seats,
        sample=values.control_sample_size,
        threshold=values.alert_threshold,
        seed=f"preview {night.isoformat()}",
        per_rule=values.rule_budget,
        per_person=values.person_budget,
        least=values.least_seats,
    )


def _told(found: WouldBe, before: Nights, after: Nights, values: CompanyValues) -> CaseLoad:
    claims, hits = found.claims, found.hits
    ids = claims["claim_id"].to_numpy()
    known = claims["is_misuse"].is_not_null().to_numpy()
    misuse = claims["is_misuse"].fill_null(False).to_numpy()
    amounts = claims["amount"].to_numpy()
    is_own_money = (claims["currency"] == values.currency).fill_null(False).to_numpy()
    was, will = np.isin(ids, list(before.seen)), np.isin(ids, list(after.seen))
    gained, lost = misuse & will & ~was, misuse & was & ~will
    over = found.before["probability"].to_numpy() > values.alert_threshold
    sampled = np.isin(ids, list(before.sampled))

    def share(name: str, inside: Mask) -> Share:
        of = inside & hits
        return Share(
            name, int(inside.sum()), int(of.sum()), int((of & known).sum()), int((of & misuse).sum())
        )

    def part(name: str, inside: Mask) -> Share:
        return Share(
            name,
            int(inside.sum()),
            int((inside & hits).sum()),
            int((inside & known).sum()),
            int((inside & misuse).sum()),
        )

    def minor(inside: Mask) -> int:
        return int(amounts[inside & is_own_money].sum())

    names, codes = department_names(), claims["department"].fill_null("").to_numpy()
    most = Counter(codes[hits].tolist()).most_common(12)
    ends = [0, *BANDS, np.iinfo(np.int64).max]
    return CaseLoad(
        period=found.period,
        nights=_nights(claims),
        before=before,
        after=after,
        n_claims=len(ids),
        n_hits=int(hits.sum()),
        n_known=int((hits & known).sum()),
        n_misuse=int((hits & misuse).sum()),
        gained=_newest(ids[gained]),
        lost=_newest(ids[lost]),
        n_gained=int(gained.sum()),
        n_lost=int(lost.sum()),
        gained_minor=minor(gained),
        lost_minor=minor(lost),
        hit_minor=minor(hits),
        n_missed=int((misuse & ~was).sum()),
        n_missed_hit=int((misuse & ~was & hits).sum()),
        overlap=[
            part("both", hits & over),
            part("rule", hits & ~over),
            part("model", ~hits & over),
            part("sampled", ~hits & ~over & sampled),
            part("neither", ~hits & ~over & ~sampled),
        ],
        departments=[share(str(names.get(code, code)), codes == code) for code, n in most],
        bands=[
            (high, share("", is_own_money & (amounts > low) & (amounts <= high)))
            for low, high in itertools.pairwise(ends)
        ],
        currency=values.currency,
        minutes_per_case=values.minutes_per_case,
    )


def _newest(ids: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(ids[::-1][: 2 * MOST_LISTED].tolist())


def claims_listed(chosen: Sequence[int], by: Actor) -> list[Claim]:
    """Those of the claims that the reader may know of, newest first, MOST_LISTED at most."""
    hidden = scores_hidden_from(by, list(chosen))
    rows = Claim.objects.filter(pk__in=[pk for pk in chosen if pk not in hidden])
    return list(
        rows.select_related("cardholder__department", "merchant").order_by("-transacted_at")[:MOST_LISTED]
    )
