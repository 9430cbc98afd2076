"""Claims that a system corrects under a new id (`supersedes` names the old one): one claim that goes by several ids, of which the last counts."""

from __future__ import annotations

from typing import Any

import polars as pl

from fraud.claims.bulk import Update, in_list, read_frame, write_rows

#: The reason a row is refused that joins two known claims.
LATE = "supersedes_late"
_TOLD: dict[str, Any] = {"told_id": pl.String, "home": pl.String, "is_over": pl.Boolean}


def under_first_ids(rows: pl.DataFrame, source_system: str) -> pl.DataFrame:
    """The rows under the first id of their claim, with `told_id` as delivered, `is_over` where a later id has taken its place, `is_late` where it
    joins two claims that are both known already, and `is_successor` where its id is the next one of a known claim.

    Only rows that name what they supersede, and ids that are known to belong together, differ. A row that supersedes what nobody delivered is a claim of its
    own; what it names is known to be over when it arrives late.
    """
    if "supersedes" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, pl.String).alias("supersedes"))
    rows = rows.with_columns(pl.col("external_id").alias("told_id"))
    named = rows["supersedes"].drop_nulls().unique().to_list()
    aliases = _aliases([*rows["told_id"].to_list(), *named], source_system)
    if not named and aliases.is_empty():
        nothing = [pl.lit(False).alias(name) for name in ("is_over", "is_late", "is_successor")]
        return rows.with_columns(nothing)
    before = pl.concat([aliases, _claims(named, aliases, source_system)]).select(
        pl.col("told_id").alias("supersedes"), pl.col("home").alias("home_before")
    )
    rows = rows.join(aliases, on="told_id", how="left", maintain_order="left")
    rows = rows.join(before, on="supersedes", how="left", maintain_order="left")
    return rows.with_columns(
        pl.coalesce("home", "home_before", "told_id").alias("external_id"),
        pl.col("is_over").fill_null(False),
        (pl.col("is_over") & (pl.col("home") != pl.col("home_before"))).fill_null(False).alias("is_late"),
        (pl.col("home").is_null() & pl.col("home_before").is_not_null()).alias("is_successor"),
    ).drop("home", "home_before")


def remember_ids(rows: pl.DataFrame, source_system: str) -> None:
    """Keep which ids belong to the claims of these rows, each of which names what it supersedes; all but the row's own are over."""
    names = pl.col("supersedes").is_not_null() & (pl.col("supersedes") != pl.col("told_id"))
    rows = rows.filter(names & (pl.col("is_written") | pl.col("is_over"))).sort("is_over", descending=True)
    if rows.is_empty():
        return
    condition, params = in_list(rows["external_id"].to_list())
    sql = f"SELECT external_id, id AS claim_id FROM fraud_claim WHERE source_system = %s AND external_id {condition}"
    ids = read_frame(sql, [source_system, *params], schema={"external_id": pl.String, "claim_id": pl.Int64})
    rows = rows.join(ids, on="external_id", how="inner", maintain_order="left")
    condition, params = in_list(rows["claim_id"].to_list())
    sql = f"SELECT external_id AS told_id, claim_id FROM fraud_claimalias WHERE claim_id {condition}"
    kept = read_frame(sql, params, schema={"told_id": pl.String, "claim_id": pl.Int64})
    over = [
        rows.select(pl.col("supersedes").alias("told_id"), "claim_id"),
        rows.select(pl.col("external_id").alias("told_id"), "claim_id"),
        kept,
    ]
    own = rows.select("told_id", "claim_id", "is_over")
    both = pl.concat([pl.concat(over).with_columns(pl.lit(True).alias("is_over")), own])
    frame = both.unique("told_id", keep="last", maintain_order=True).select(
        pl.lit(source_system).alias("source_system"),
        pl.col("told_id").alias("external_id"),
        "claim_id",
        pl.col("is_over").alias("is_over"),
    )
    again = Update(keys=("source_system", "external_id"), columns=["claim_id", "is_over"])
    write_rows("fraud_claimalias", frame.columns, frame, conflict=again)


def _aliases(ids: list[str], source_system: str) -> pl.DataFrame:
    condition, params = in_list(ids)
    sql = (
        "SELECT a.external_id AS told_id, c.external_id AS home, a.is_over FROM fraud_claimalias a "
        f"JOIN fraud_claim c ON c.id = a.claim_id WHERE a.source_system = %s AND a.external_id {condition}"
    )
    return read_frame(sql, [source_system, *params], schema=_TOLD)


def _claims(ids: list[str], aliases: pl.DataFrame, source_system: str) -> pl.DataFrame:
    """Claims that go by the ids themselves."""
    condition, params = in_list([each for each in ids if each not in set(aliases["told_id"])])
    sql = f"SELECT external_id AS told_id, external_id AS home FROM fraud_claim WHERE source_system = %s AND external_id {condition}"
    found = read_frame(sql, [source_system, *params], schema={"told_id": pl.String, "home": pl.String})
    return found.with_columns(pl.lit(False).alias("is_over"))
