"""One payment known from two feeds is one claim: the second feed's row is found by what both say, and fills what was empty.

Same authorisation code, person, amount, currency and kind of transaction, in another source system; a payment also on the
same day, or at most an hour apart where both know the time: clocks of two feeds differ, also about midnight. Two rows of one source never become one claim: whether they are the same is the duplicate rule's question.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
from django.db import connection

from fraud.claims.bulk import Update, in_list, read_frame, write_rows
from fraud.claims.importing.keys import CODE, PERSON, keyed, local_day, spellings
from fraud.claims.models import ClaimFile
from rules.language.transactions import MONEY_BACK

KNOWN = {
    "external_id": pl.String,
    "known_id": pl.Int64,
    "known_version": pl.Int64,
    "known_hash": pl.String,
    "known_file": pl.Int64,
    "home_system": pl.String,
    "home_id": pl.String,
}
#: How far apart two feeds may tell the time of one payment.
CLOCKS_DIFFER = timedelta(hours=1)
_MATCH: dict[str, Any] = {
    "employee_no": pl.String,
    "authorization_code": pl.String,
    "amount": pl.Int64,
    "currency": pl.String,
    "known_type": pl.String,
    "known_at": pl.Datetime("us", "UTC"),
    "known_has_time": pl.Boolean,
    **{name: dtype for name, dtype in KNOWN.items() if name != "external_id"},
}


#: Columns that tell a version apart, not what is said of the claim.
_BOOKKEEPING = frozenset(
    {"id", "source_system", "external_id", "version", "file_id", "line", "row_hash", "received_at"}
    | {"first_received_at", "is_history"}
)
#: Facts that both sources always have, so that none is ever empty: the first source's stay until one corrects them.
_TOLD_FIRST = frozenset(
    {"transacted_at", "has_time", "cardholder_id", "merchant_id", "merchant_name", "txn_type"}
)


def known_elsewhere(source_system: str, external_ids: list[str]) -> pl.DataFrame:
    """Claims of other sources that this source has told of before, by the id it gave them."""
    condition, params = in_list(external_ids)
    sql = f"""
        SELECT s.external_id, s.claim_id AS known_id, c.version AS known_version, s.row_hash AS known_hash,
               s.file_id AS known_file, c.source_system AS home_system, c.external_id AS home_id
        FROM fraud_claimsource s JOIN fraud_claim c ON c.id = s.claim_id
        WHERE s.source_system = %s AND s.external_id {condition}"""
    return read_frame(sql, [source_system, *params], schema=KNOWN)


def same_payments(rows: pl.DataFrame, source_system: str) -> pl.DataFrame:
    """For rows nobody knows yet: the claims of other sources that are the same payments, as `KNOWN`, one row a pair at most."""
    nothing = pl.DataFrame(schema=KNOWN)
    if "authorization_code" not in rows.columns or "employee_no" not in rows.columns:
        return nothing
    wanted = rows.filter(pl.col("authorization_code").fill_null("") != "").drop_nulls("employee_no")
    if wanted.is_empty():
        return nothing
    codes, code_values = in_list(spellings(wanted["authorization_code"]))
    sql = f"""
        SELECT h.employee_no, c.authorization_code, c.amount_minor AS amount, c.currency, c.txn_type AS known_type,
               c.transacted_at AS known_at, c.has_time AS known_has_time, c.id AS known_id, c.version AS known_version, '' AS known_hash,
               c.file_id AS known_file, c.source_system AS home_system, c.external_id AS home_id
        FROM fraud_claim c JOIN fraud_cardholder h ON h.id = c.cardholder_id
        WHERE c.authorization_code {codes} AND c.source_system <> %s
          AND NOT EXISTS (SELECT 1 FROM fraud_claimsource s WHERE s.claim_id = c.id AND s.source_system = %s)"""
    params = [*code_values, source_system, source_system]
    known = keyed(read_frame(sql, params, schema=_MATCH))
    wanted = keyed(wanted)
    on = [PERSON, CODE, "amount", "currency"]
    both = wanted.join(known, on=on, how="inner")
    back, known_back = pl.col("txn_type").is_in(MONEY_BACK), pl.col("known_type").is_in(MONEY_BACK)
    same_kind = (back & known_back) | (pl.col("txn_type") == pl.col("known_type"))
    timed = pl.col("has_time") & pl.col("known_has_time")
    near = timed & ((pl.col("transacted_at") - pl.col("known_at")).abs() <= CLOCKS_DIFFER)
    both = both.filter(same_kind & (back | near | (local_day("transacted_at") == local_day("known_at"))))
    return _one_each(both.sort("external_id", "home_system", "home_id")).select(list(KNOWN))


def _one_each(pairs: pl.DataFrame) -> pl.DataFrame:
    """Each row and each claim in at most one pair, in the order of their ids."""
    rows: set[str] = set()
    claims: set[int] = set()
    keep = []
    for external_id, claim in pairs.select("external_id", "known_id").iter_rows():
        free = external_id not in rows and claim not in claims
        keep.append(free)
        if free:
            rows.add(external_id)
            claims.add(claim)
    return pairs.filter(pl.Series(keep, dtype=pl.Boolean))


def write_sources(rows: pl.DataFrame, source_system: str, file: ClaimFile) -> None:
    """Keep what this source said of claims of other sources; `rows` have known_id, external_id, row_hash and line."""
    frame = rows.select(
        pl.col("known_id").alias("claim_id"),
        pl.lit(source_system).alias("source_system"),
        "external_id",
        "row_hash",
        pl.lit(file.pk, pl.Int64).alias("file_id"),
        "line",
        pl.lit(file.received_at).cast(pl.Datetime("us", "UTC")).alias("received_at"),
        pl.lit("").alias("fields"),
    )
    again = Update(
        keys=("source_system", "external_id"), columns=["row_hash", "file_id", "line", "received_at"]
    )
    write_rows("fraud_claimsource", frame.columns, frame, conflict=again)


def merged_with_stored(rows: pl.DataFrame, frame: pl.DataFrame, source_system: str) -> pl.DataFrame:
    """Columns of the claim table for known claims, with their `id`: the delivered ones, and under them what is stored.

    Of a claim another source told of first, and of one a second source told of since, nothing is emptied by a source that
    does not deliver it; and a source that tells of it for the first time only fills what is empty. Claims on which the
    delivery changes nothing are left out.
    """
    frame = frame.with_columns(rows.select("known_id", "home_system", "home_id", "known_hash").get_columns())
    frame = frame.rename({"known_id": "id"})
    condition, params = in_list(frame.get_column("id").to_list())
    told = read_frame(
        f"SELECT DISTINCT claim_id AS id, 1 AS n FROM fraud_claimsource WHERE claim_id {condition}",
        params,
        schema={"id": pl.Int64, "n": pl.Int64},
    )
    shared = frame.filter(pl.col("id").is_in(told.get_column("id").to_list()))
    alone = frame.filter(~pl.col("id").is_in(told.get_column("id").to_list()))
    columns = [name for name in frame.columns if name not in ("home_system", "home_id", "known_hash")]
    if shared.is_empty():
        return alone.select(columns)
    facts = [name for name in columns if name not in _BOOKKEEPING]
    schema = {"id": pl.Int64, "stored_hash": pl.String, **{name: frame.schema[name] for name in facts}}
    chosen = ", ".join(f'"{name}"' for name in facts)
    condition, params = in_list(shared.get_column("id").to_list())
    sql = f"SELECT id, row_hash AS stored_hash, {chosen} FROM fraud_claim WHERE id {condition}"
    both = shared.join(read_frame(sql, params, schema=schema), on="id", suffix="_stored")
    merged = both.with_columns(_merged(name, frame.schema[name]) for name in facts)
    is_home = pl.col("home_system") == source_system
    merged = merged.with_columns(
        pl.col("home_system").alias("source_system"),
        pl.col("home_id").alias("external_id"),
        pl.when(is_home).then("row_hash").otherwise("stored_hash").alias("row_hash"),
    )
    _note_fields(merged, [name for name in facts if name != "source_version"], source_system)
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_stored")) for name in facts)
    return pl.concat([alone.select(columns), merged.filter(differs | is_home).select(columns)])


def _note_fields(merged: pl.DataFrame, facts: list[str], source_system: str) -> None:
    """Keep for each source which columns of the claim have its values: what it filled or corrected, until another corrects it."""
    condition, params = in_list(merged["id"].to_list())
    sql = f"SELECT id, claim_id, source_system, fields FROM fraud_claimsource WHERE claim_id {condition}"
    schema = {"id": pl.Int64, "claim_id": pl.Int64, "source_system": pl.String, "fields": pl.String}
    sources: dict[int, list[tuple[int, str, set[str]]]] = {}
    for pk, claim, system, fields in read_frame(sql, params, schema=schema).iter_rows():
        sources.setdefault(claim, []).append((pk, system, set(fields.split())))
    told = merged.select(
        "id", *(pl.col(name).ne_missing(pl.col(f"{name}_stored")).alias(name) for name in facts)
    )
    updates = []
    for row in told.iter_rows(named=True):
        changed = {name for name in facts if row[name]}
        for pk, system, fields in sources.get(row["id"], []) if changed else []:
            now = fields | changed if system == source_system else fields - changed
            if now != fields:
                updates.append((" ".join(sorted(now)), pk))
    if updates:
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE fraud_claimsource SET fields = %s WHERE id = %s", updates)


def _merged(name: str, dtype: Any) -> pl.Expr:
    new, old = pl.col(name), pl.col(f"{name}_stored")
    if name in ("transacted_at", "has_time"):
        exact = pl.col("has_time") | ~pl.col("has_time_stored")
        first = (pl.col("known_hash") == "") & pl.col("has_time_stored")
        return pl.when(first | ~exact).then(old).otherwise(new).alias(name)
    if name in _TOLD_FIRST:
        return pl.when(pl.col("known_hash") == "").then(old).otherwise(new).alias(name)
    blank = [side.is_null() | (side == "") if dtype == pl.String else side.is_null() for side in (new, old)]
    # Told for the first time by this source: only what is empty is filled. Told again: it corrects.
    fills = (pl.col("known_hash") == "") & ~blank[1]
    return pl.when(fills | blank[0]).then(old).otherwise(new).alias(name)
