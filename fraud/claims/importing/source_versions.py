"""Versions that the delivering system counts itself: an older one that arrives after a newer one changes nothing."""

from __future__ import annotations

import polars as pl

from fraud.claims.bulk import in_list, read_frame


def without_older_versions(rows: pl.DataFrame) -> pl.DataFrame:
    """Compared rows with `is_older`; those that tell an older version than is known count as duplicates and are not written."""
    if "version" not in rows.columns or not rows["version"].is_not_null().any():
        return rows.with_columns(pl.lit(False).alias("is_older"))
    condition, params = in_list(rows["known_id"].drop_nulls().to_list())
    sql = f"SELECT id AS known_id, source_version AS stored FROM fraud_claim WHERE source_version IS NOT NULL AND id {condition}"
    known = read_frame(sql, params, schema={"known_id": pl.Int64, "stored": pl.Int64})
    rows = rows.join(known, on="known_id", how="left", maintain_order="left")
    older = (pl.col("version") < pl.col("stored")).fill_null(False)
    return rows.with_columns(
        older.alias("is_older"),
        pl.when(older).then(pl.lit("duplicate")).otherwise("outcome").alias("outcome"),
        (pl.col("is_written") & ~older).alias("is_written"),
    ).drop("stored")
