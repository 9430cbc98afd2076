"""The demo company as frames: everything its personnel office, card feed and old audit team would deliver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from fraud.demo.attendance import absence_frame, overtime_frame, trip_frame
from fraud.demo.claims import render_claims
from fraud.demo.drafts import NONE, Draft, join_drafts, n_rows, take
from fraud.demo.lookalikes import lookalike_claims
from fraud.demo.merchants import merchant_frame, settle_registry
from fraud.demo.options import CompanyOptions
from fraud.demo.ordinary import everyday_claims, overtime_claims
from fraud.demo.outcomes import build_outcomes
from fraud.demo.people import department_frame, people_frame
from fraud.demo.rates import price_abroad
from fraud.demo.refunds import add_refunds
from fraud.demo.schemes import misuse_claims
from fraud.demo.timeline import DAY, Timeline, build_timeline
from fraud.demo.travel import subscription_claims, trip_claims
from fraud.demo.world import World

SPARE = 1.025  # claims of the last days are not delivered yet when the period ends


@dataclass(frozen=True)
class DemoCompany:
    """All feeds of one company. `claims` carries no truth; `truth` is for tests and benchmarks only.

    claims: one row per claim in order of delivery, canonical column names, local time as text, `delivered_on` (date).
    outcomes: what is known from the past (simulated). truth: external_id, scheme, amount, incident.
    """

    options: CompanyOptions
    departments: pl.DataFrame
    people: pl.DataFrame
    merchants: pl.DataFrame
    claims: pl.DataFrame
    absences: pl.DataFrame
    trips: pl.DataFrame
    overtime: pl.DataFrame
    holidays: pl.DataFrame
    outcomes: pl.DataFrame
    truth: pl.DataFrame

    def claim_file(self, after: date | None, last: date, *, keep_day: bool = False) -> pl.DataFrame:
        """What is delivered after the day `after` (None: from the beginning) and up to `last`, as known on `last`.

        Payments and cancellations after `last` are not in it; a claim delivered earlier and cancelled within these
        days is delivered again.
        """
        later = (last + timedelta(days=1)).isoformat()
        in_span = pl.col("delivered_on") <= last
        if after is not None:
            start = (after + timedelta(days=1)).isoformat()
            changed = (pl.col("cancelled_at") >= start) & (pl.col("cancelled_at") < later)
            is_new = pl.col("delivered_on") > after
            in_span = (in_span & is_new) | (changed.fill_null(False) & ~is_new)
        known = pl.col("cancelled_at") < later
        frame = self.claims.filter(in_span).with_columns(
            pl.when(pl.col("paid_at") < later).then("paid_at").alias("paid_at"),
            pl.when(known).then("cancelled_at").alias("cancelled_at"),
            pl.when(known).then("cancel_amount").alias("cancel_amount"),
        )
        return frame.drop("original_external_id", *([] if keep_day else ["delivered_on"]))


def _settled_days(world: World, draft: Draft) -> Draft:
    """Seconds past midnight become the next day; what falls outside the period is dropped (no links exist yet)."""
    draft["day"] = draft["day"] + draft["second"] // DAY
    draft["second"] = draft["second"] % DAY
    return draft


def _select(draft: Draft, timeline: Timeline, mask: np.ndarray) -> tuple[Draft, Timeline]:
    """Rows of `mask` in order of delivery; links follow their rows, links to rows left out are cut."""
    rows = np.flatnonzero(mask)
    rows = rows[np.lexsort((timeline.transacted[rows], timeline.delivered_day[rows]))]
    place = np.full(n_rows(draft) + 1, NONE, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    chosen = take(draft, rows)
    chosen["original"] = place[draft["original"][rows]]
    chosen["twin"] = place[draft["twin"][rows]]
    fields = {name: values[rows] for name, values in vars(timeline).items()}
    return chosen, Timeline(**fields)


def _all_drafts(world: World) -> Draft:
    options = world.options
    wanted = options.claims_target * SPARE
    fixed = [trip_claims(world), subscription_claims(world), overtime_claims(world)]
    n_everyday = round(wanted - sum(n_rows(draft) for draft in fixed))
    base = join_drafts([everyday_claims(world, max(n_everyday, options.employees)), *fixed])
    base = join_drafts([base, lookalike_claims(world, base)])
    # The innocent claims come first: `twin` of a copied claim is a row of theirs.
    everything = _settled_days(world, join_drafts([base, misuse_claims(world, base)]))
    return add_refunds(world, price_abroad(world, everything))


def generate_company(**options: Any) -> DemoCompany:
    """Draw a whole company; keyword arguments are those of `CompanyOptions`. The same options give the same company.

    Raises DemoOptionsNotValid when the options contradict each other.
    """
    chosen = CompanyOptions(**options)
    world = World.of(chosen)
    draft = _all_drafts(world)
    inside = draft["day"] < world.days.n
    draft["day"] = np.minimum(draft["day"], world.days.n - 1)
    timeline = build_timeline(world, draft)
    draft, timeline = _select(draft, timeline, inside & (timeline.delivered_day < world.days.n))
    settle_registry(world.merchants, chosen.rng("registry"), (draft["merchant"], draft["day"]), world.days)
    claims = render_claims(world, draft, timeline)
    original = pl.Series([*claims["external_id"], None]).gather(draft["original"] % (claims.height + 1))
    claims = claims.with_columns(original_external_id=original)
    return _company(world, draft, timeline, claims)


def _company(world: World, draft: Draft, timeline: Timeline, claims: pl.DataFrame) -> DemoCompany:
    people, days, attendance = world.people, world.days, world.attendance
    truth = claims.filter(pl.col("scheme").is_not_null()).select(
        "external_id", "scheme", "amount", "incident"
    )
    return DemoCompany(
        options=world.options,
        departments=department_frame(people),
        people=people_frame(people, days.first, days.n),
        merchants=merchant_frame(world.merchants, days),
        claims=claims.drop("scheme", "incident"),
        absences=absence_frame(attendance, people, days),
        trips=trip_frame(attendance, people, days),
        overtime=overtime_frame(attendance, people, days, world.options.rng("overtime ends")),
        holidays=days.holiday_frame(),
        outcomes=build_outcomes(world, draft, timeline, claims["external_id"]),
        truth=truth,
    )
