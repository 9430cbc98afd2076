"""Labels: the training truth, what is known of it by a moment, and adding to it.

A label belongs to the claim and says which version of it was judged. It stays with what was judged: once who, where, what,
how much or when was corrected, it teaches nothing about the claim any more. A changed mind adds a row: for each claim the
latest decision known by the moment counts, and one without a verdict withdraws it. A label has two times: `known_at` says from
when on it may count at all, `decided_at` (where it is not the same) when it was decided: an old finding that is delivered today
does not overrule what was decided since, unless it corrects the very finding that holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import polars as pl
from django.db import connection

from audit import clock
from audit.actor import Actor
from audit.bound import rows_of
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.bulk import in_list, read_frame, write_rows
from fraud.claims.models import Label

LABEL_SCHEMA: Mapping[str, Any] = {
    "claim_id": pl.Int64,
    "is_misuse": pl.Boolean,
    "known_at": pl.Datetime("us", "UTC"),
    "weight": pl.Float64,
    "source": pl.String,
    "scheme": pl.String,
    "selection_probability": pl.Float64,
    "transacted_at": pl.Datetime("us", "UTC"),  # of the claim
}
_READ_SCHEMA: Mapping[str, Any] = {
    "label_id": pl.Int64,
    "decided_at": pl.Datetime("us", "UTC"),
    "reference": pl.String,
    **{k: v for k, v in LABEL_SCHEMA.items() if k != "weight"},
    "cardholder_id": pl.Int64,
    "merchant_id": pl.Int64,
    "approver_id": pl.Int64,
    "category": pl.String,
}
#: Of every label, and of the claim as it is: it counts while what it was decided on still stands.
_STANDS = """
    LEFT JOIN fraud_claimversion v ON v.claim_id = l.claim_id AND v.version = l.claim_version
    WHERE l.known_at <= %s AND (l.claim_version = k.version OR (
        v.cardholder_id = k.cardholder_id AND v.merchant_id = k.merchant_id AND v.amount_minor = k.amount_minor
        AND v.currency = k.currency AND v.txn_type = k.txn_type AND v.transacted_at = k.transacted_at))
"""
_KNOWN = f"""
    SELECT l.id AS label_id, l.decided_at, l.reference, k.id AS claim_id, l.is_misuse, l.known_at, l.source, l.scheme, l.selection_probability,
           k.transacted_at, k.cardholder_id, k.merchant_id, a.id AS approver_id,
           coalesce(nullif(m.mcc, ''), nullif(m.biz_type, '')) AS category
    FROM fraud_label l
    JOIN fraud_claim k ON k.id = l.claim_id
    JOIN fraud_merchant m ON m.id = k.merchant_id
    LEFT JOIN fraud_cardholder a ON a.employee_no = k.approver_no AND k.approver_no <> ''
    {_STANDS}
"""
_ABOUT = {  # what a page asks of the labels about one person or merchant, by name
    "label_id": "l.id",
    "decided_at": "l.decided_at",
    "reference": "l.reference",
    "source": "l.source",
    "claim_id": "k.id",
    "is_misuse": "l.is_misuse",
    "known_at": "l.known_at",
    "transacted_at": "k.transacted_at",
    "cardholder_id": "k.cardholder_id",
    "merchant_id": "k.merchant_id",
    "approver_no": "k.approver_no",
    "attendees": "CAST(k.attendees AS text)",
}


class LabelNotValid(ValueError):
    """A label cannot be stored; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class NewLabel:
    """One label to add. `is_misuse` None withdraws what was known; `selection_probability` lies in (0, 1]."""

    claim_id: int
    is_misuse: bool | None
    source: str
    known_at: datetime
    claim_version: int = 0  # 0: the claim's current one
    scheme: str = ""
    disposition: str = ""
    selection_probability: float = 1.0
    reference: str = ""
    decided_at: datetime | None = None  # None: when it became known


def labels_known_by(cut_off: datetime, *, with_ids: bool = False) -> pl.DataFrame:
    """One row a claim: `claim_id, is_misuse, known_at, weight (1.0), source, scheme, selection_probability, transacted_at`.

    Only what was known by the cut-off (aware), the latest decision on a claim wins, withdrawn ones are left out.
    Ordered by claim_id; with `with_ids` also `label_id`.
    """
    return newest_labels(told_labels(cut_off), with_ids=with_ids)


def newest_labels(told: pl.DataFrame, *, with_ids: bool = False) -> pl.DataFrame:
    """`labels_known_by` of what `told_labels` gave."""
    newest = told.group_by("claim_id", maintain_order=True).last()
    kept = newest.filter(pl.col("is_misuse").is_not_null()).with_columns(pl.lit(1.0).alias("weight"))
    return kept.select(*LABEL_SCHEMA, *(["label_id"] if with_ids else []))


def label_history(cut_off: datetime) -> pl.DataFrame:
    """`claim_id, is_misuse, known_at` and whose, where and when (`cardholder_id, merchant_id, transacted_at`), by whom approved
    and on what (`approver_id, category`) of every label known by the cut-off that held at some time, replaced ones and withdrawals (`is_misuse` null) included, oldest first a claim.

    For features: what a claim could know of earlier misuse is what was believed at its own time. The keys let a label count whose
    claim is older than the history a night reads.
    """
    return history_of(told_labels(cut_off))


def history_of(told: pl.DataFrame) -> pl.DataFrame:
    """`label_history` of what `told_labels` gave."""
    keys = ("cardholder_id", "merchant_id", "transacted_at", "approver_id", "category")
    return told.select("claim_id", "is_misuse", "known_at", *keys)


def outcomes_about(
    cut_off: datetime, *, cardholder_id: int, merchant_id: int | None, since: datetime
) -> list[dict[str, Any]]:
    """What counts by the cut-off of the payments made since then by the person or at the merchant, a row a claim: `claim_id,
    is_misuse, known_at, transacted_at, cardholder_id, merchant_id`, and who is named on it: `approver_no, attendees` (`read_attendees`).
    """
    # A page asks for a handful of rows: a frame would take longer than the database.
    sql = (
        f"SELECT {', '.join(_ABOUT.values())} FROM fraud_claim k JOIN fraud_label l ON l.claim_id = k.id {_STANDS}"
        " AND k.transacted_at >= %s AND (k.cardholder_id = %s OR k.merchant_id = %s) ORDER BY k.id, l.known_at, l.id"
    )
    times = [connection.ops.adapt_datetimefield_value(at) for at in (cut_off, since)]
    found = rows_of(sql, [*times, cardholder_id, merchant_id or 0])
    rows = [dict(zip(_ABOUT, row, strict=True)) for row in found]
    for row in rows:
        row |= {name: _as_time(row[name]) for name in ("known_at", "decided_at", "transacted_at")}
    newest = {
        row["claim_id"]: row
        for _claim, of_claim in groupby(rows, key=lambda row: row["claim_id"])
        for row in that_held(list(of_claim))
    }
    kept = [row for row in newest.values() if row["is_misuse"] is not None]
    return [{**row, "is_misuse": bool(row["is_misuse"])} for row in kept]


def _as_time(value: datetime | None) -> datetime | None:
    """A time as the driver gives it: SQLite's names no zone and is in UTC."""
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def read_attendees(text: str | None) -> object:
    """The attendees of a claim from the text of their column."""
    return json.loads(text) if text else None


def told_labels(cut_off: datetime, where: str = "", params: Sequence[Any] = ()) -> pl.DataFrame:
    """Every label known by the cut-off (aware) that held at some time, by claim and then oldest first.

    `where` (SQL with `params`) narrows the claims.
    """
    if cut_off.tzinfo is None:
        raise ValueError("a cut-off needs a time zone; give an aware datetime")
    asked = [connection.ops.adapt_datetimefield_value(cut_off), *params]
    known = read_frame(_KNOWN + where, asked, schema=_READ_SCHEMA)
    if known.is_empty():
        return known
    return _that_held(known.sort("claim_id", "known_at", "label_id"))


def _that_held(known: pl.DataFrame) -> pl.DataFrame:
    """Labels in the order they became known, without those that were overruled already when they came.

    A later decision holds from when it is known; an earlier one only where it corrects the very finding (source and reference)
    that holds.
    """
    if known["decided_at"].null_count() == known.height:
        return known  # each holds from when it is known
    mixed = known.filter(
        pl.len().over("claim_id") > 1, pl.col("decided_at").is_not_null().any().over("claim_id")
    )
    never: list[int] = []
    for _, rows in mixed.group_by("claim_id", maintain_order=True):
        told = rows.to_dicts()
        held = {row["label_id"] for row in that_held(told)}
        never += [row["label_id"] for row in told if row["label_id"] not in held]
    return known.filter(~pl.col("label_id").is_in(never)) if never else known


def that_held(told: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The labels of one claim that held at some time, of all in the order they became known: a later decision holds from when it is
    known, an earlier one only where it corrects the very finding that holds."""
    found: list[Mapping[str, Any]] = []
    holds: tuple[Any, ...] | None = None
    for row in told:
        at, of = row["decided_at"] or row["known_at"], (row["source"], row["reference"])
        if holds is None or at >= holds[0] or of == holds[1]:
            holds = (at, of)
            found.append(row)
    return found


@one_transaction()
def add_label(*, label: NewLabel, by: Actor) -> Label:
    """Add one label, recorded in the claim's chain; the same outcome delivered again is the label it already is.

    Raises LabelNotValid.
    """
    _check(label)
    earlier = Label.objects.filter(claim_id=label.claim_id).order_by("-known_at", "-id").first()
    version = label.claim_version or _versions([label.claim_id])[label.claim_id]
    row, is_new = Label.objects.get_or_create(
        claim_id=label.claim_id,
        source=label.source,
        reference=label.reference,
        known_at=label.known_at,
        defaults={
            "is_misuse": label.is_misuse,
            "claim_version": version,
            "scheme": label.scheme,
            "disposition": label.disposition,
            "selection_probability": label.selection_probability,
            "labelled_by": by.username,
            "decided_at": label.decided_at,
            "supersedes": earlier,
        },
    )
    if is_new:
        record(
            action="label.added",
            by=by,
            subject=f"claim:{label.claim_id}",
            before={"is_misuse": earlier.is_misuse} if earlier else None,
            after={
                "is_misuse": label.is_misuse,
                "claim_version": version,
                "source": label.source,
                "reference": label.reference,
                "disposition": label.disposition,
                "known_at": label.known_at.isoformat(),
            },
        )
    return row


@one_transaction()
def add_labels(*, labels: Iterable[NewLabel], by: Actor, subject: str, reason: str = "") -> int:
    """Add many labels with one audit entry in the chain `subject`; returns how many were new.

    Labels already stored (same claim, source, reference and moment) stay as they are. Raises LabelNotValid.
    """
    rows = list(labels)
    for label in rows:
        _check(label)
    if not rows:
        return 0
    current = _versions([r.claim_id for r in rows if not r.claim_version])
    now = clock.now()
    utc = pl.Datetime("us", "UTC")
    frame = pl.DataFrame(
        {
            "claim_id": [r.claim_id for r in rows],
            "claim_version": [r.claim_version or current[r.claim_id] for r in rows],
            "is_misuse": pl.Series([r.is_misuse for r in rows], dtype=pl.Boolean),
            "source": [r.source for r in rows],
            "scheme": [r.scheme for r in rows],
            "disposition": [r.disposition for r in rows],
            "selection_probability": [float(r.selection_probability) for r in rows],
            "known_at": pl.Series([r.known_at.astimezone(UTC) for r in rows], dtype=utc),
            "decided_at": pl.Series([r.decided_at and r.decided_at.astimezone(UTC) for r in rows], dtype=utc),
            "labelled_by": [by.username] * len(rows),
            "reference": [r.reference for r in rows],
            "created_at": pl.Series([now] * len(rows), dtype=utc),
        }
    )
    n_new = write_rows("fraud_label", frame.columns, frame, conflict="nothing")
    if n_new:
        misuse = sum(1 for r in rows if r.is_misuse)
        record(
            action="label.added",
            by=by,
            subject=subject,
            reason=reason,
            after={
                "n_given": len(rows),
                "n_new": n_new,
                "n_misuse": misuse,
                "sources": sorted({r.source for r in rows}),
            },
        )
    return n_new


def _versions(claim_ids: list[int]) -> dict[int, int]:
    """Claim id → its current version."""
    condition, params = in_list(claim_ids)
    sql = f"SELECT id, version FROM fraud_claim WHERE id {condition}"
    return dict(read_frame(sql, params, schema={"id": pl.Int64, "version": pl.Int64}).iter_rows())


def _check(label: NewLabel) -> None:
    if label.source not in Label.Source.values:
        raise LabelNotValid(
            f"a label's source is one of {', '.join(Label.Source.values)}, not {label.source!r}"
        )
    if label.known_at.tzinfo is None:
        raise LabelNotValid("the moment a label became known needs a time zone")
    if not 0 < label.selection_probability <= 1:
        raise LabelNotValid("the selection probability lies above 0 and at most 1")
