"""What a rule's text would have done: hits on the last 90 days, beside the version that counts now, as case load.

Uses the night's own features and engine, so the preview and the night cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from audit.actor import Actor
from audit.people import number_key
from fraud.claims.identity import barred_cardholders, claims_involving
from fraud.claims.models import Claim, Label
from fraud.claims.panels import scores_hidden_from
from fraud.company.values import current_calendar
from fraud.detection.bundles import bundles_of
from fraud.workbench.frames import WINDOW_DAYS, Frames, window_frames
from rules.engine import RuleSpec
from rules.language import Expression, parse, to_text
from rules.language.certain.branches import TooMany, branches_of
from rules.language.nodes import Window, walk
from rules.services.common import checked
from rules.services.rule_sets import current_context

N_SAMPLES = 20
MOST_PARTS = 20


@dataclass(frozen=True)
class Backtest:
    """Figures over the claims of the last `WINDOW_DAYS` days before the newest claim.

    `n_bundles` counts cardholder × merchant × week: what would become one case. `added` and `lost` compare with the active
    version. `n_misuse` of `n_labelled` hits have a known outcome of misuse.
    """

    n_claims: int
    n_hits: int
    n_bundles: int
    n_active_hits: int | None
    added: int
    lost: int
    added_bundles: int
    n_labelled: int
    n_misuse: int
    not_evaluable: int
    missing: list[str]
    weeks: list[tuple[str, int]]
    samples: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    unmet: list[str] = field(
        default_factory=list
    )  # parts of the rule, as written, that no claim of the window meets

    @property
    def hit_rate(self) -> float:
        """Share of the claims hit, in [0, 1]."""
        return self.n_hits / self.n_claims if self.n_claims else 0.0

    @property
    def cases_a_night(self) -> float:
        """Bundles a night, were every hit a case."""
        return self.n_bundles / WINDOW_DAYS

    @property
    def added_a_night(self) -> float:
        """Bundles a night beyond those of the active version."""
        return self.added_bundles / WINDOW_DAYS


def backtest_rule(*, text: str, by: Actor, active_text: str = "") -> Backtest:
    """Run a rule's text, and the active one beside it, over the last 90 days. Raises RuleNotValid.

    Takes seconds on a few hundred thousand claims the first time; the features stay in memory until claims arrive.
    """
    tree = checked(text)
    specs = [RuleSpec("draft", 0, tree)]
    if active_text:
        specs.append(RuleSpec("active", 0, parse(active_text)))
    parts = plain_parts(tree)
    frames = window_frames(specs)
    keep = None if frames is None else visible(frames, by)
    if frames is None or keep is None or not keep.any():
        return Backtest(0, 0, 0, None, 0, 0, 0, 0, 0, 0, [], [])
    context = current_context(calendar=current_calendar())
    outcome = frames.evaluate(specs, context, keep)
    of_parts = [RuleSpec(f"part {place}", 0, part) for place, part in enumerate(parts)]
    of_each = frames.evaluate(of_parts, context, keep).n_hits()
    rows = frames.part(keep)[1]
    mine = outcome.hits_of(0)
    active = outcome.hits_of(1) if active_text else np.zeros(rows.height, dtype=bool)
    keys = bundles_of(rows)
    known = outcomes_of(rows["claim_id"].to_numpy()[mine])
    unjudged = outcome.not_evaluable[0]
    return Backtest(
        n_claims=rows.height,
        n_hits=int(mine.sum()),
        n_bundles=len(np.unique(keys[mine])),
        n_active_hits=int(active.sum()) if active_text else None,
        added=int((mine & ~active).sum()),
        lost=int((active & ~mine).sum()),
        added_bundles=len(np.setdiff1d(keys[mine], keys[active])),
        n_labelled=len(known),
        n_misuse=sum(known.values()),
        not_evaluable=int(unjudged[0]),
        missing=list(unjudged[1]),
        weeks=_weeks(rows, mine),
        samples=samples_of(rows, mine, lambda row: outcome.facts(row, 0), by),
        error=outcome.errors.get(0, ""),
        unmet=[to_text(part) for place, part in enumerate(parts) if not of_each[place]],
    )


def plain_parts(tree: Expression) -> list[Expression]:
    """The conditions a rule joins that look at no window, each once, at most MOST_PARTS; none where it branches too often."""
    try:
        ways = branches_of(tree)
    except TooMany:
        return []
    parts = dict.fromkeys(atom.written for way in ways for atom in way)
    return [part for part in parts if not any(isinstance(each, Window) for each in walk(part))][:MOST_PARTS]


def visible(frames: Frames, by: Actor) -> NDArray[np.bool_]:
    """Rows of `frames.rows` that the reader is not involved in: no count of hits or outcomes tells them of the others."""
    reader = number_key(by.employee_no), frozenset(barred_cardholders(by))
    if reader not in frames.seen:
        since = Claim.objects.filter(transacted_at__gt=frames.period.after)
        own = claims_involving(by, since).values_list("pk", flat=True)
        frames.seen[reader] = ~frames.rows["claim_id"].is_in(list(own)).to_numpy()
    return frames.seen[reader]


def outcomes_of(claim_ids: NDArray[np.int64]) -> dict[int, bool]:
    """Known outcomes of hit claims: the newest label that says misuse or not."""
    found: dict[int, bool] = {}
    ids = [int(one) for one in claim_ids]
    for start in range(0, len(ids), 5000):
        labels = Label.objects.filter(claim_id__in=ids[start : start + 5000], is_misuse__isnull=False)
        found |= dict(labels.order_by("known_at").values_list("claim_id", "is_misuse"))  # type: ignore[arg-type]
    return found


def _weeks(rows: pl.DataFrame, hits: NDArray[np.bool_]) -> list[tuple[str, int]]:
    """(first day of the week, hits) over the window."""
    frame = rows.select(
        pl.col("transacted_at").dt.truncate("1w").dt.strftime("%m-%d").alias("week")
    ).with_columns(pl.Series("hit", hits))
    counted = frame.group_by("week", maintain_order=False).agg(pl.col("hit").sum(), pl.len()).sort("week")
    order = rows.select(pl.col("transacted_at").dt.truncate("1w").alias("at")).unique().sort("at")
    names = order["at"].dt.strftime("%m-%d").to_list()
    sums: Mapping[str, int] = dict(zip(counted["week"].to_list(), counted["hit"].to_list(), strict=True))
    return [(name, int(sums.get(name, 0))) for name in dict.fromkeys(names)]


def samples_of(
    rows: pl.DataFrame, hits: NDArray[np.bool_], facts: Any, by: Actor, *, most: int = N_SAMPLES
) -> list[dict[str, Any]]:
    """The newest hits with their claims and the facts (of a row) that made the rule true; none the reader is involved in."""
    at = np.flatnonzero(hits)
    order = at[np.argsort(rows["transacted_at"].to_numpy()[at])[::-1][: most * 5]]
    ids = rows["claim_id"].to_numpy()[order]
    hidden = scores_hidden_from(by, ids.tolist())
    claims = {
        c.pk: c
        for c in Claim.objects.filter(pk__in=ids.tolist()).select_related(
            "cardholder__department", "merchant"
        )
    }
    shown = [
        (row, int(pk))
        for row, pk in zip(order, ids, strict=True)
        if int(pk) in claims and int(pk) not in hidden
    ]
    return [{"claim": claims[pk], "facts": facts(int(row))} for row, pk in shown[:most]]
