"""Outcomes that a claim file carries become labels."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from audit.actor import Actor
from fraud.claims.bulk import in_list, read_frame
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import ClaimFile


def add_outcomes(
    rows: pl.DataFrame, *, file: ClaimFile, source_system: str, delay: timedelta, by: Actor
) -> int:
    """Keep the outcomes that stored rows carry (`is_misuse`) as labels; returns how many are new. Transaction: caller's.

    Each is known `delay` after the transaction or, at the latest, on arrival.
    """
    if "is_misuse" not in rows.columns:
        return 0
    labelled = rows.filter(pl.col("is_misuse").is_not_null()).select(
        "external_id", "is_misuse", "transacted_at"
    )
    if labelled.is_empty():
        return 0
    condition, params = in_list(labelled.get_column("external_id").to_list())
    sql = f"SELECT external_id, id AS claim_id FROM fraud_claim WHERE source_system = %s AND external_id {condition}"
    schema = {"external_id": pl.String, "claim_id": pl.Int64}
    ids = read_frame(sql, [source_system, *params], schema=schema)
    joined = labelled.join(ids, on="external_id", how="inner", maintain_order="left")
    joined = joined.join(_known(joined), on=["claim_id", "is_misuse"], how="anti")
    arrived = file.received_at
    labels = [
        NewLabel(
            claim_id=claim_id,
            is_misuse=is_misuse,
            source="import",
            known_at=min(at + delay, arrived),
            reference=file.reference,
        )
        for claim_id, is_misuse, at in joined.select("claim_id", "is_misuse", "transacted_at").iter_rows()
    ]
    return add_labels(labels=labels, by=by, subject=f"file:{file.reference}")


def _known(rows: pl.DataFrame) -> pl.DataFrame:
    condition, params = in_list(rows.get_column("claim_id").to_list())
    sql = f"SELECT claim_id, is_misuse FROM fraud_label WHERE source = 'import' AND claim_id {condition}"
    return read_frame(sql, params, schema={"claim_id": pl.Int64, "is_misuse": pl.Boolean})
