"""A chunk of canonical rows into the claim table: new, repeated or changed, in one transaction with its counters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db import connection

from audit.actor import Actor
from fraud.claims.bulk import Update, in_list, read_frame, write_rows
from fraud.claims.changes import note_corrections
from fraud.claims.importing.accounting import Totals
from fraud.claims.importing.cancel_rows import (
    move_apart,
    payments_told_before,
    repeated_payments,
    taken_ids,
    without_the_silent,
)
from fraud.claims.importing.fields import CLAIM_COLUMNS, FIELDS, Kind
from fraud.claims.importing.lookup import Directory, add_places
from fraud.claims.importing.outcomes import add_outcomes
from fraud.claims.importing.second_feeds import (
    KNOWN,
    known_elsewhere,
    merged_with_stored,
    same_payments,
    write_sources,
)
from fraud.claims.importing.source_versions import without_older_versions
from fraud.claims.importing.stated import SUFFIX, stated_money_back
from fraud.claims.importing.successors import LATE, remember_ids, under_first_ids
from fraud.claims.models import ClaimFile
from fraud.claims.reading import FACTS
from rules.language.transactions import PAYMENTS

_AT = pl.Datetime("us", "UTC")
_FACTS = ", ".join(f'"{name}"' for name in FACTS)
_RETELL = (
    "UPDATE fraud_claim SET amount_minor = %s, txn_type = %s, transacted_at = %s, version = version + 1, file_id = %s, "
    "received_at = %s WHERE id = %s"
)
#: A claim keeps its identity and when it was first heard of; everything else is what the delivery says.
_IDENTITY = ("source_system", "external_id")
#: What became of a row of an earlier delivery that is not what is said now.
CHANGED_SINCE = "changed_since"
_KNOWN = [name for name in KNOWN if name != "external_id"] + ["outcome", "is_written"]
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
    latest: date | None = None  # the last day that the file tells of
    n_older: int = 0  # rows that tell an older version than is known
    refused: dict[int, dict[str, Any]] = field(default_factory=dict)  # line → reject, for its version
    directory: Directory = field(default_factory=Directory)
    _back: pl.DataFrame = field(default_factory=pl.DataFrame)  # money back that the chunk's rows state

    def store(self, rows: pl.DataFrame, stored: Stored) -> None:
        """Store a chunk and count it in `stored`. The caller holds the transaction."""
        if rows.is_empty():
            return
        rows = self._without_refused(self.compare(rows), stored)
        self._make_room(rows)
        self._write(rows.filter("is_written"))
        remember_ids(rows, self.source_system)
        self._write(self._back.filter("is_written"))
        self._count(rows, stored)
        stored.labels += add_outcomes(
            rows, file=self.file, source_system=self.source_system, delay=self.label_delay, by=self.by
        )

    def _without_refused(self, rows: pl.DataFrame, stored: Stored) -> pl.DataFrame:
        """The rows that are taken; what is refused for its version is kept to be told, with what it said."""
        refused = rows.filter(pl.col("refusal") != "")
        stored.totals.add("rejected", refused, amount="delivered")
        for row in refused.iter_rows(named=True):
            said = (row["told_id"], row["version"], row["delivered"], row["currency"])
            self.refused[row["line"]] = {
                "line": row["line"],
                "column": "supersedes" if row["refusal"] == LATE else "version",
                "code": row["refusal"],
                "params": json.dumps({"version": row["stored"], "old": row["supersedes"]}),
                "original": ",".join("" if each is None else str(each) for each in said),
            }
        return rows.filter(pl.col("refusal") == "")

    def compare(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with their `outcome` (accepted, duplicate, superseding), whether they are to be written, and what is known.

        What a row states of the money that came back of it (`back_…`) counts as content of the row.
        """
        rows = rows.with_columns(delivered=pl.col("amount"))
        rows = under_first_ids(rows, self.source_system)
        rows = repeated_payments(self._told_apart(rows), self.source_system)
        compared = self._compared(rows, taken=taken_ids(rows, self.source_system))
        rows = _without_the_over(without_older_versions(compared, self.source_system))
        passed = pl.col("is_older") | (pl.col("refusal") != "")
        self.n_older += rows.filter(pl.col("is_older") & (pl.col("refusal") == "")).height
        current = rows.filter(~passed).drop("is_older", "refusal")
        back = self._compared(stated_money_back(current.drop(_KNOWN)))
        # Nothing came back, and nobody had said that anything did.
        back = back.filter((pl.col("amount") != 0) | pl.col("known_id").is_not_null())
        back = without_the_silent(back, self.source_system, self.latest)
        self._back = back
        news = back.filter(pl.col("outcome") != "duplicate").get_column("line").to_list()
        own = rows.get_column("outcome")
        changed = pl.col("line").is_in(news) & (pl.col("outcome") == "duplicate")
        return rows.with_columns(
            pl.when(changed).then(pl.lit("superseding")).otherwise("outcome").alias("outcome"),
            own.alias("own_outcome"),
        )

    def _told_apart(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Money back that comes under the id of its own payment gets an id beside it, so that the payment is not lost."""
        back = rows.filter(pl.col("amount") < 0).get_column("external_id").to_list()
        if not back:
            return rows
        (pays, kinds), (condition, params) = in_list(list(PAYMENTS)), in_list(back)
        paid = read_frame(
            "SELECT external_id FROM fraud_claim WHERE source_system = %s AND amount_minor > 0 "
            f"AND txn_type {pays} AND external_id {condition}",
            [self.source_system, *kinds, *params],
            schema={"external_id": pl.String},
        ).get_column("external_id")
        own = (pl.col("amount") < 0) & pl.col("external_id").is_in(paid.to_list())
        apart = pl.concat_str("external_id", pl.lit(SUFFIX))
        return rows.with_columns(pl.when(own).then(apart).otherwise("external_id").alias("external_id"))

    def _compared(self, rows: pl.DataFrame, taken: Sequence[str] = ()) -> pl.DataFrame:
        """`taken`: ids under which money back is known that makes room for its payment, and is then known by an id beside it."""
        existing = self._existing(rows)
        moves = pl.col("external_id").is_in(list(taken))
        moved = existing.filter(moves).with_columns(
            pl.concat_str(name, pl.lit(SUFFIX)).alias(name) for name in ("external_id", "home_id")
        )
        existing = pl.concat([existing.filter(~moves), moved])
        rows = rows.join(existing, on="external_id", how="left", maintain_order="left")
        is_known = pl.col("known_id").is_not_null()
        same = is_known & (pl.col("known_hash") == pl.col("row_hash")).fill_null(False)
        # Rows an earlier, interrupted attempt at this very file has stored count as what they were then.
        own = same & (pl.col("known_file") == self.file.pk).fill_null(False)
        is_home = pl.col("home_system") == self.source_system
        first_told = is_known & ~is_home & (pl.col("known_hash") == "")
        outcome = (
            pl.when(own & is_home & (pl.col("known_version") == 1))
            .then(pl.lit("accepted"))
            .when(own & is_home)
            .then(pl.lit("superseding"))
            .when(same | first_told)
            .then(pl.lit("duplicate"))
            .when(is_known)
            .then(pl.lit("superseding"))
            .otherwise(pl.lit("accepted"))
        )
        return rows.with_columns(outcome.alias("outcome"), (~same).alias("is_written"))

    def _existing(self, rows: pl.DataFrame) -> pl.DataFrame:
        """What is known of the rows: by this source's id, or from another source that told of the same payment."""
        ids = rows.get_column("external_id").to_list()
        condition, params = in_list(ids)
        sql = (
            "SELECT external_id, id AS known_id, version AS known_version, row_hash AS known_hash, file_id AS known_file, "
            "source_system AS home_system, external_id AS home_id "
            f"FROM fraud_claim WHERE source_system = %s AND external_id {condition}"
        )
        known = read_frame(sql, [self.source_system, *params], schema=KNOWN)
        known = pl.concat([known, known_elsewhere(self.source_system, ids)])
        new = rows.filter(~pl.col("external_id").is_in(known.get_column("external_id").to_list()))
        return pl.concat([known, same_payments(new, self.source_system)])

    def _make_room(self, rows: pl.DataFrame) -> None:
        """What was known under a new payment's id, or as a payment that only repeats it, is the money back of it."""
        new = rows.filter(pl.col("known_id").is_null() & (pl.col("amount") > 0))
        if new.is_empty():
            return
        move_apart(new, self.source_system)
        told = payments_told_before(new, self.source_system)
        self._put_aside([*told.get_column("id").to_list(), *told.get_column("back_id").to_list()])
        with connection.cursor() as cursor:
            for row in told.iter_rows(named=True):
                said = (
                    -row["back"],
                    row["txn_type"],
                    connection.ops.adapt_datetimefield_value(row["back_at"]),
                )
                cursor.execute(_RETELL, [*said, *self._now(), row["id"]])
                cursor.execute(_RETELL, [0, *said[1:], *self._now(), row["back_id"]])

    def _now(self) -> list[Any]:
        return [self.file.pk, connection.ops.adapt_datetimefield_value(self.file.received_at)]

    def _write(self, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        rows = add_places(rows, self.directory, self.source_system)
        foreign = pl.col("known_id").is_not_null() & (pl.col("home_system") != self.source_system)
        write_sources(rows.filter(foreign), self.source_system, self.file)
        frame = claim_frame(
            rows,
            file_id=self.file.pk,
            source_system=self.source_system,
            received_at=self.file.received_at,
            is_history=self.file.is_history,
        )
        is_known = rows.get_column("known_id").is_not_null()
        write_rows("fraud_claim", frame.columns, frame.filter(~is_known))
        self._rewrite(rows.filter(is_known), frame.filter(is_known))

    def _rewrite(self, rows: pl.DataFrame, frame: pl.DataFrame) -> None:
        """Bring known claims to what is said now; what a claim's other source said stays where this one says nothing."""
        if rows.is_empty():
            return
        frame = merged_with_stored(rows, frame, self.source_system)
        self._put_aside(frame.get_column("id").to_list())
        frame = frame.drop("id")
        write_rows("fraud_claim", frame.columns, frame, conflict=_rewrite(frame.columns))

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
            stored.totals.add(outcome, part, amount="delivered")
        if self.keep_outcomes:
            self.remember(rows, stored)

    def remember(self, rows: pl.DataFrame, stored: Stored) -> None:
        """Keep the outcome of each row by its line."""
        lines = rows.select("line", "outcome", "external_id").iter_rows()
        stored.outcomes.update({line: (outcome, key) for line, outcome, key in lines})


def _without_the_over(rows: pl.DataFrame) -> pl.DataFrame:
    """A row under an id that a later one has taken the place of is older than what is known."""
    return rows.with_columns(
        (pl.col("is_older") | pl.col("is_over")).alias("is_older"),
        pl.when("is_over").then(pl.lit("duplicate")).otherwise("outcome").alias("outcome"),
        (pl.col("is_written") & ~pl.col("is_over")).alias("is_written"),
        pl.when("is_late")
        .then(pl.lit(LATE))
        .when("is_over")
        .then(pl.lit(""))
        .otherwise("refusal")
        .alias("refusal"),
    )


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
