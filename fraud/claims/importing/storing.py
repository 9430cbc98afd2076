"""A chunk of canonical rows into the claim table: new, repeated or changed, in one transaction with its counters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from django.db import connection

from audit.actor import Actor
from fraud.claims.bulk import Update, in_list, read_frame, write_rows
from fraud.claims.changes import note_corrections
from fraud.claims.importing.accounting import Totals
from fraud.claims.importing.fields import CLAIM_COLUMNS, FIELDS, Kind
from fraud.claims.importing.lookup import Directory, add_places
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import ClaimFile
from fraud.claims.reading import FACTS

_AT = pl.Datetime("us", "UTC")
_FACTS = ", ".join(f'"{name}"' for name in FACTS)
#: A claim keeps its identity and when it was first heard of; everything else is what the delivery says.
_IDENTITY = ("source_system", "external_id")
_EXISTING = {
    "external_id": pl.String,
    "known_id": pl.Int64,
    "known_version": pl.Int64,
    "known_hash": pl.String,
    "known_file": pl.Int64,
}
#: Claim columns a file may fill, with the type they are stored in.
_TYPES: dict[Kind, Any] = {
    Kind.AMOUNT: pl.Int64,
    Kind.NUMBER: pl.Int64,
    Kind.TIME: _AT,
    Kind.YES_NO: pl.Boolean,
    Kind.PEOPLE: pl.String,  # a JSON list, or null
}


@dataclass
class Stored:
    """What became of the rows of one or more chunks."""

    accepted: int = 0
    duplicate: int = 0
    superseding: int = 0
    labels: int = 0
    totals: Totals = field(default_factory=Totals)
    outcomes: dict[int, tuple[str, str]] = field(
        default_factory=dict
    )  # line → (outcome, external id), if asked for


@dataclass
class ClaimStore:
    """Writes the claims of one delivery. `keep_outcomes` is for deliveries whose sender wants an answer a row."""

    file: ClaimFile
    source_system: str
    by: Actor
    label_delay: timedelta = timedelta(days=7)
    keep_outcomes: bool = False
    directory: Directory = field(default_factory=Directory)

    def store(self, rows: pl.DataFrame, stored: Stored) -> None:
        """Store a chunk and count it in `stored`. The caller holds the transaction."""
        if rows.is_empty():
            return
        rows = self.compare(rows)
        self._write(rows.filter("is_written"))
        self._count(rows, stored)
        stored.labels += self._add_labels(rows)

    def excessive(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Cancellations larger than the purchase they name: same authorisation code and person, stored before."""
        nothing = rows.clear()
        if "authorization_code" not in rows.columns or "employee_no" not in rows.columns:
            return nothing
        cancels = rows.filter((pl.col("amount") < 0) & pl.col("authorization_code").is_not_null())
        if cancels.is_empty():
            return nothing
        people, person_values = in_list(cancels.get_column("employee_no").drop_nulls().unique().to_list())
        marks, code_values = in_list(cancels.get_column("authorization_code").unique().to_list())
        sql = f"""
            SELECT h.employee_no, o.authorization_code, o.currency, max(o.amount_minor) AS largest
            FROM fraud_claim o JOIN fraud_cardholder h ON h.id = o.cardholder_id
            WHERE h.employee_no {people} AND o.authorization_code {marks} AND o.amount_minor > 0
              AND o.source_system = %s
            GROUP BY h.employee_no, o.authorization_code, o.currency"""
        schema = {
            "employee_no": pl.String,
            "authorization_code": pl.String,
            "currency": pl.String,
            "largest": pl.Int64,
        }
        known = read_frame(sql, [*person_values, *code_values, self.source_system], schema=schema)
        joined = cancels.join(known, on=["employee_no", "authorization_code", "currency"], how="inner")
        return joined.filter(-pl.col("amount") > pl.col("largest")).select(rows.columns)

    def compare(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with their `outcome` (accepted, duplicate, superseding), whether they are to be written, and what is known."""
        rows = rows.join(self._existing(rows), on="external_id", how="left", maintain_order="left")
        is_known = pl.col("known_id").is_not_null()
        same = is_known & (pl.col("known_hash") == pl.col("row_hash")).fill_null(False)
        # Rows an earlier, interrupted attempt at this very file has stored count as what they were then.
        own = same & (pl.col("known_file") == self.file.pk).fill_null(False)
        outcome = (
            pl.when(own & (pl.col("known_version") == 1))
            .then(pl.lit("accepted"))
            .when(own)
            .then(pl.lit("superseding"))
            .when(same)
            .then(pl.lit("duplicate"))
            .when(is_known)
            .then(pl.lit("superseding"))
            .otherwise(pl.lit("accepted"))
        )
        return rows.with_columns(outcome.alias("outcome"), (~same).alias("is_written"))

    def _existing(self, rows: pl.DataFrame) -> pl.DataFrame:
        condition, params = in_list(rows.get_column("external_id").to_list())
        sql = (
            "SELECT external_id, id AS known_id, version AS known_version, row_hash AS known_hash, file_id AS known_file "
            f"FROM fraud_claim WHERE source_system = %s AND external_id {condition}"
        )
        return read_frame(sql, [self.source_system, *params], schema=_EXISTING)

    def _write(self, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        rows = add_places(rows, self.directory, self.source_system)
        changed = pl.col("known_id").is_not_null()
        self._put_aside(rows.filter(changed).get_column("known_id").to_list())
        frame = claim_frame(
            rows,
            file_id=self.file.pk,
            source_system=self.source_system,
            received_at=self.file.received_at,
            is_history=self.file.is_history,
        )
        is_known = rows.select(changed).to_series()
        write_rows("fraud_claim", frame.columns, frame.filter(~is_known))
        write_rows("fraud_claim", frame.columns, frame.filter(is_known), conflict=_rewrite(frame.columns))

    def _put_aside(self, claim_ids: list[int]) -> None:
        """Keep what was said of these claims until now, and that it changes.

        Two deliveries at once put the same version aside: the second meets the constraint, and looks again.
        """
        if not claim_ids:
            return
        at = self.file.received_at
        note_corrections(claim_ids=claim_ids, file=self.file, at=at)
        condition, params = in_list(claim_ids)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO fraud_claimversion ({_FACTS}, claim_id, superseded_at) "
                f"SELECT {_FACTS}, id, %s FROM fraud_claim WHERE id {condition}",
                [connection.ops.adapt_datetimefield_value(at), *params],
            )

    def _count(self, rows: pl.DataFrame, stored: Stored) -> None:
        for outcome in ("accepted", "duplicate", "superseding"):
            part = rows.filter(pl.col("outcome") == outcome)
            setattr(stored, outcome, getattr(stored, outcome) + part.height)
            stored.totals.add(outcome, part, amount="amount")
        if self.keep_outcomes:
            self.remember(rows, stored)

    def remember(self, rows: pl.DataFrame, stored: Stored) -> None:
        """Keep the outcome of each row by its line."""
        lines = rows.select("line", "outcome", "external_id").iter_rows()
        stored.outcomes.update({line: (outcome, key) for line, outcome, key in lines})

    def _add_labels(self, rows: pl.DataFrame) -> int:
        """Outcomes the file carries, known a few days after the transaction or, at the latest, on arrival."""
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
        ids = read_frame(sql, [self.source_system, *params], schema=schema)
        joined = labelled.join(ids, on="external_id", how="inner", maintain_order="left")
        joined = joined.join(self._known_labels(joined), on=["claim_id", "is_misuse"], how="anti")
        arrived = self.file.received_at
        labels = [
            NewLabel(
                claim_id=claim_id,
                is_misuse=is_misuse,
                source="import",
                known_at=min(at + self.label_delay, arrived),
                reference=self.file.reference,
            )
            for claim_id, is_misuse, at in joined.select("claim_id", "is_misuse", "transacted_at").iter_rows()
        ]
        return add_labels(labels=labels, by=self.by, subject=f"file:{self.file.reference}")

    def _known_labels(self, rows: pl.DataFrame) -> pl.DataFrame:
        condition, params = in_list(rows.get_column("claim_id").to_list())
        sql = f"SELECT claim_id, is_misuse FROM fraud_label WHERE source = 'import' AND claim_id {condition}"
        return read_frame(sql, params, schema={"claim_id": pl.Int64, "is_misuse": pl.Boolean})


def claim_frame(
    rows: pl.DataFrame, *, file_id: int | None, source_system: str, received_at: datetime, is_history: bool
) -> pl.DataFrame:
    """Rows with their places resolved, as columns of the claim table; what a file does not deliver is empty or null."""
    version = pl.col("known_version").fill_null(0) + 1
    columns = [
        pl.lit(source_system).alias("source_system"),
        version.cast(pl.Int64).alias("version"),
        pl.lit(file_id, pl.Int64).alias("file_id"),
        pl.lit(received_at).cast(_AT).alias("received_at"),
        pl.lit(received_at).cast(_AT).alias("first_received_at"),
        pl.lit(is_history).alias("is_history"),
        *(pl.col(name) for name in ("row_hash", "line", "cardholder_id", "department_id", "merchant_id")),
        _text(rows, "card_token"),
        _text(rows, "card_last4"),
        (pl.col("has_time") if "has_time" in rows.columns else pl.lit(True)).alias("has_time"),
        (pl.col("extra") if "extra" in rows.columns else pl.lit(None, pl.String)).alias("extra"),
        _text(rows, "merchant_name"),
    ]
    for name, info in FIELDS.items():
        if info.group != "claim" or info.kind is Kind.CARD:
            continue
        target = CLAIM_COLUMNS.get(name, name)
        dtype = _TYPES.get(info.kind)
        if dtype is None:
            columns.append(_text(rows, name).alias(target))
        else:
            value = pl.col(name) if name in rows.columns else pl.lit(None)
            columns.append(value.cast(dtype).alias(target))
    return rows.select(columns)


def _rewrite(columns: list[str]) -> Update:
    kept = (*_IDENTITY, "first_received_at")
    return Update(keys=_IDENTITY, columns=[name for name in columns if name not in kept])


def _text(rows: pl.DataFrame, name: str) -> pl.Expr:
    return (pl.col(name).fill_null("") if name in rows.columns else pl.lit("")).alias(name)
