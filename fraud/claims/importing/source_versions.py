"""Versions that the delivering system counts itself: the newest holds, and what cannot be put in their order is refused."""

from __future__ import annotations

import polars as pl

from fraud.claims.bulk import in_list, read_frame

#: Reasons a row is refused for its version.
MISSING, CONFLICT = "version_missing", "version_conflict"


def without_older_versions(rows: pl.DataFrame, source_system: str) -> pl.DataFrame:
    """Compared rows with `is_older` and `refusal`; neither an older nor a refused row is written.

    A row that tells an older version than its own system told before counts as a duplicate. One that says something else without naming a
    version after versioned ones (`version_missing`), or under the version that is known (`version_conflict`), cannot be put in their order and is
    rejected. Versions of different systems are never compared: another system's row keeps its own to itself. Nor are those of different ids: the
    next id of a claim (`is_successor`) is later by what it says, and counts anew.
    """
    if not rows["known_id"].is_not_null().any():
        return rows.with_columns(
            pl.lit(None, pl.Int64).alias("stored"),
            pl.lit(False).alias("is_older"),
            pl.lit("").alias("refusal"),
        )
    condition, params = in_list(rows["known_id"].drop_nulls().to_list())
    sql = (
        "SELECT id AS known_id, source_version AS stored FROM fraud_claim "
        f"WHERE source_version IS NOT NULL AND source_system = %s AND id {condition}"
    )
    known = read_frame(sql, [source_system, *params], schema={"known_id": pl.Int64, "stored": pl.Int64})
    if "version" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.Int64).alias("version"))
    is_foreign = pl.col("known_id").is_not_null() & (pl.col("home_system") != source_system)
    rows = rows.join(known, on="known_id", how="left", maintain_order="left")
    rows = rows.with_columns(pl.when(~is_foreign.fill_null(False)).then("version").alias("version"))
    is_next = pl.col("is_successor")
    older = (pl.col("version") < pl.col("stored")).fill_null(False) & ~is_next
    news = pl.col("is_written") & pl.col("stored").is_not_null() & ~older & ~is_next
    refusal = (
        pl.when(news & pl.col("version").is_null())
        .then(pl.lit(MISSING))
        .when(news & (pl.col("version") == pl.col("stored")))
        .then(pl.lit(CONFLICT))
        .otherwise(pl.lit(""))
    )
    rows = rows.with_columns(older.alias("is_older"), refusal.alias("refusal"))
    return rows.with_columns(
        pl.when("is_older").then(pl.lit("duplicate")).otherwise("outcome").alias("outcome"),
        (pl.col("is_written") & ~pl.col("is_older") & (pl.col("refusal") == "")).alias("is_written"),
    )
