"""What screening reads of claims: whole ones, a few of them, or of very many the columns that windows look at."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl

from fraud.claims.columns import CLAIM_SCHEMA, PERSONNEL, RECEIPTS
from fraud.claims.kept_past import read_past
from fraud.claims.reading import read_many_claims
from fraud.claims.segment_files import IDENTITY


def claims_since(cut_off: datetime, since: datetime | None, until: datetime | None = None) -> pl.DataFrame:
    """The canonical frame of everything current at the cut-off and transacted from `since` (to `until`, exclusive)."""
    return read_many_claims(cut_off, since=since, until=until, without=IDENTITY)


def claims_of(
    cut_off: datetime, claim_ids: pl.Series, columns: Collection[str] | None = None
) -> pl.DataFrame:
    """The canonical frame of a few claims as known at the cut-off; of all columns, or some."""
    return read_many_claims(cut_off, of=claim_ids, without=all_but(columns))


def past_of(
    cut_off: datetime, since: datetime | None, until: datetime | None, columns: Collection[str]
) -> pl.DataFrame:
    """The same columns of everything current at the cut-off and transacted from `since` to before `until`; texts are categories."""
    return read_many_claims(cut_off, since=since, until=until, without=all_but(columns), coded=True)


def past_of_night(
    cut_off: datetime, since: datetime | None, until: datetime | None, columns: Collection[str]
) -> pl.DataFrame:
    """`past_of`, from what the night before left where it can be believed, and left for the next one."""
    return read_past(cut_off, since, until, all_but(columns))


def all_but(columns: Collection[str] | None) -> Collection[str]:
    """What a reading of these columns leaves out; of None: what features and rules never look at."""
    return IDENTITY if columns is None else {*CLAIM_SCHEMA, *PERSONNEL, *RECEIPTS} - {*columns}


def with_approvers(labels: pl.DataFrame, cut_off: datetime) -> pl.DataFrame:
    """Labels of which nobody is known now who approved the claim, by who was known at the cut-off."""
    unknown = labels.filter(pl.col("approver_id").is_null())["claim_id"].unique()
    if unknown.is_empty():
        return labels
    told = claims_of(cut_off, unknown, ("claim_id", "approver_id")).select("claim_id", then="approver_id")
    return labels.join(told, on="claim_id", how="left", maintain_order="left").select(
        pl.coalesce("approver_id", "then").alias(name) if name == "approver_id" else name
        for name in labels.columns
    )
