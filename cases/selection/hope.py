"""What is over the threshold on nothing but the hope that is put into a rule of which nothing was confirmed yet. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from cases.selection.terms import HOPE, Bundle
from fraud.detection.scoring.beliefs import ASKED_ON_HOPE, RuleEvidence

#: One row for each hit of a claim by a rule.
HITS = {"claim_id": pl.Int64, "code": pl.String}
UNPROVEN = {"claim_id": pl.Int64, "unproven": pl.String}


def lifted_by_unproven(
    claims: pl.DataFrame, hits: pl.DataFrame, evidence: Iterable[RuleEvidence], threshold: float
) -> pl.DataFrame:
    """Claims that only rules lift over the threshold of which nothing was confirmed: columns of UNPROVEN, one row a claim.

    `claims`: `claim_id`, `model_probability`; `hits`: columns of HITS. Of several rules it names the one believed most. A claim that
    the model or a proven rule over the threshold would open as well is not among them.
    """
    known = list(evidence)
    hoped = sorted((each for each in known if each.is_unproven), key=lambda each: (-each.belief, each.code))
    proven = [each.code for each in known if not each.is_unproven and each.belief > threshold]
    opens_anyway = claims.filter(pl.col("model_probability") > threshold)["claim_id"]
    opens_anyway = pl.concat([opens_anyway, hits.filter(pl.col("code").is_in(proven))["claim_id"]])
    rank = pl.DataFrame(
        {"code": [each.code for each in hoped], "rank": range(len(hoped))},
        schema={"code": pl.String, "rank": pl.Int64},
    )
    return (
        hits.join(rank, on="code")
        .filter(~pl.col("claim_id").is_in(opens_anyway.implode()))
        .sort("claim_id", "rank")
        .group_by("claim_id", maintain_order=True)
        .agg(pl.col("code").first().alias("unproven"))
    )


def hope_last(bundles: list[Bundle], scored: pl.DataFrame, asked: Mapping[str, int]) -> list[Bundle]:
    """The bundles in their order, but last what an unproven rule alone asks for once ASKED_ON_HOPE of its hits were asked about.

    Those put last say HOPE in `why_held`, for whoever gets no seat.

    `scored`: columns of SCORED; `asked`: hits asked about so far, per rule. Until its first outcomes come a rule would otherwise take
    seats of what is known to be likely, on nothing but hope, and many new rules at once all of them.
    """
    lifted_by = dict(scored.drop_nulls("unproven").select("claim_id", "unproven").iter_rows())
    counts = Counter(asked)
    first: list[Bundle] = []
    last: list[Bundle] = []
    for bundle in bundles:
        rules = [lifted_by[claim] for claim in bundle.claims if claim in lifted_by]
        has_other = len(rules) < len(bundle.claims)
        may_ask = has_other or any(counts[rule] < ASKED_ON_HOPE for rule in rules)
        if may_ask:
            first.append(bundle)
        else:
            last.append(replace(bundle, why_held=HOPE))
        counts.update(rules)
    return [*first, *last]
