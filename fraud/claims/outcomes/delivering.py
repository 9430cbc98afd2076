"""Holding delivered outcomes against what is known, and keeping them: known from the moment they are delivered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings

from audit import clock
from audit.actor import Actor
from audit.permissions import Scope, require
from audit.services import CONFIG, record, record_refusal
from audit.transactions import one_transaction
from fraud.claims.bulk import in_list, read_frame
from fraud.claims.identity import claims_involving
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim
from fraud.claims.outcomes.reading import Outcome
from fraud.claims.outcomes.words import SOURCES, STATUS_WORDS, known_schemes
from rules.language.transactions import MONEY_BACK
from rules.models import Rule

ACTION = "fraud.deliver_outcomes"
_UTC = pl.Datetime("us", "UTC")
_CLAIM = {
    "id": pl.Int64,
    "version": pl.Int64,
    "source_system": pl.String,
    "external_id": pl.String,
    "txn_type": pl.String,
    "transacted_at": _UTC,
    "received_by": pl.String,
}
_IDS = 500
#: What makes two rows speak of the same finding.
_Finding = tuple[int, str, str]
_Said = tuple[bool | None, str, datetime | None]


@dataclass(frozen=True, slots=True)
class Delivered:
    """The rows with what became of each, and how many were stored (0 for a preview)."""

    rows: list[Outcome]
    n_stored: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Status → rows, in the order of STATUS_WORDS, every status named."""
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in STATUS_WORDS}


def schemes() -> tuple[str, ...]:
    """The schemes an outcome may name today."""
    return known_schemes(Rule.objects.values_list("code", flat=True))


def preview_outcomes(rows: Sequence[Outcome], *, by: Actor) -> Delivered:
    """What would become of each row; nothing is kept. Raises NotPermitted."""
    scope = require(by, ACTION)
    _hold_against_known(rows, by, scope, clock.now())
    return Delivered(list(rows))


@one_transaction()
def deliver_outcomes(rows: Sequence[Outcome], *, by: Actor, door: str, name: str = "") -> Delivered:
    """Keep what is new or corrects something as labels known from now on, with one entry in the audit log.

    `door`: page, interface or file; `name`: the file's. Rows that are refused stay in the answer with what would be right; the same
    rows again change nothing. An attempt on a claim one is involved in is kept as a security event. Raises NotPermitted.
    """
    scope, now = require(by, ACTION), clock.now()
    own = _hold_against_known(rows, by, scope, now)
    for claim_id in sorted(own):
        record_refusal(by=by, action=ACTION, subject=f"claim:{claim_id}", code="own_case")
    taken = [row for row in rows if row.status in ("new", "corrects")]
    n_stored = add_labels(labels=_labels(taken, now), by=by, subject=CONFIG)
    done = Delivered(list(rows), n_stored)
    record(
        action="outcomes.delivered",
        by=by,
        subject=CONFIG,
        after={
            "door": door,
            "file": name,
            "n_rows": len(rows),
            **{f"n_{k}": n for k, n in done.counts.items()},
        },
    )
    return done


def _labels(rows: Sequence[Outcome], now: datetime) -> list[NewLabel]:
    """Labels of the rows; several of one finding become known in the order they were decided."""
    found, seen = [], Counter[_Finding]()
    for row in sorted(rows, key=lambda one: (one.decided_at or now, one.line)):
        finding = _finding(row)
        found.append(
            NewLabel(
                claim_id=row.claim_id,
                claim_version=row.claim_version,
                is_misuse=row.verdict,
                source=row.source,
                known_at=now + timedelta(microseconds=seen[finding]),
                decided_at=row.decided_at,
                scheme=row.scheme,
                reference=row.reference,
            )
        )
        seen[finding] += 1
    return found


def _hold_against_known(rows: Sequence[Outcome], by: Actor, scope: Scope, now: datetime) -> set[int]:
    """Set every row's claim and status; returns the claims that were named by somebody who is involved in them."""
    good = [row for row in rows if row.status != "refused"]
    own = _find_claims(good, by, scope)
    good = [row for row in good if row.status != "refused"]
    for row in good:
        _check_time(row, now)
    good = [row for row in good if row.status != "refused"]
    _refuse_contradictions(good)
    _compare([row for row in good if row.status != "refused"])
    return own


def _find_claims(rows: Sequence[Outcome], by: Actor, scope: Scope) -> set[int]:
    condition, params = in_list(sorted({row.claim for row in rows}))
    sql = (
        "SELECT k.id, k.version, k.source_system, k.external_id, k.txn_type, k.transacted_at, "
        "coalesce(f.received_by, '') AS received_by FROM fraud_claim k "
        f"LEFT JOIN fraud_claimfile f ON f.id = k.file_id WHERE k.external_id {condition}"
    )
    claims: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for claim in read_frame(sql, params, schema=_CLAIM).iter_rows(named=True):
        if scope != Scope.OWN or claim["received_by"] == by.username:
            claims[claim["external_id"]].append(claim)
    own = _own([claim["id"] for found in claims.values() for claim in found], by)
    tried = set()
    for row in rows:
        found = [one for one in claims[row.claim] if row.source_system in ("", one["source_system"])]
        tried |= {one["id"] for one in found} & own
        found = [one for one in found if one["id"] not in own]  # to whoever is involved it does not exist
        if not found:
            row.refuse("claim", "outcome_claim_unknown", claim=row.claim)
        elif len(found) > 1:
            row.refuse(
                "source_system",
                "outcome_claim_ambiguous",
                known=", ".join(sorted(c["source_system"] for c in found)),
            )
        elif found[0]["txn_type"] in MONEY_BACK:
            row.refuse("claim", "outcome_no_payment")
        else:
            _bind(row, found[0])
    return tried


def _bind(row: Outcome, claim: dict[str, Any]) -> None:
    row.claim_id, row.claim_version = claim["id"], claim["version"]
    zone = ZoneInfo(settings.TIME_ZONE)
    at = row.decided_at
    assert at is not None
    is_before = at < claim["transacted_at"]
    if not row.has_time:  # only its day is known
        is_before = at.astimezone(zone).date() < claim["transacted_at"].astimezone(zone).date()
    if is_before:
        row.refuse("decided_at", "outcome_before_claim")


def _own(claim_ids: Sequence[int], by: Actor) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(claim_ids), _IDS):
        some = Claim.objects.filter(pk__in=claim_ids[start : start + _IDS])
        found |= set(claims_involving(by, some).values_list("pk", flat=True))
    return found


def _check_time(row: Outcome, now: datetime) -> None:
    assert row.decided_at is not None
    if row.decided_at > now:
        row.refuse("decided_at", "date_future")


def _finding(row: Outcome) -> _Finding:
    return row.claim_id, row.source, row.reference


def _said(row: Outcome) -> _Said:
    return row.verdict, row.scheme, row.decided_at


def _refuse_contradictions(rows: Sequence[Outcome]) -> None:
    """Rows of one finding and one moment that say different things: none of them is taken. Equal ones are one."""
    together: dict[tuple[_Finding, datetime | None], list[Outcome]] = defaultdict(list)
    for row in rows:
        together[_finding(row), row.decided_at].append(row)
    for same in together.values():
        if len({_said(row) for row in same}) > 1:
            lines = ", ".join(str(row.line) for row in same)
            for row in same:
                row.refuse("outcome", "outcome_contradicts", lines=lines)
        else:
            for row in same[1:]:
                row.status = "known"


def _compare(rows: Sequence[Outcome]) -> None:
    """Set the status of rows by what was delivered of their findings before."""
    before = _delivered_before({row.claim_id for row in rows})
    for row in sorted(rows, key=lambda one: (one.decided_at is None, one.decided_at, one.line)):
        if row.status:
            continue
        said = before[_finding(row)]
        if said and said[-1] == _said(row):
            row.status = "known"
        elif _said(row) in said:
            row.status = "replaced"
        elif not said and row.verdict is None:
            row.refuse("outcome", "outcome_nothing_withdrawn")
        else:
            row.status = "corrects" if said else "new"
            said.append(_said(row))


def _delivered_before(claim_ids: Collection[int]) -> dict[_Finding, list[_Said]]:
    """Finding → what was said of it, in the order it became known."""
    condition, params = in_list(sorted(claim_ids))
    sql = (
        "SELECT claim_id, source, reference, is_misuse, scheme, decided_at, known_at, id FROM fraud_label "
        f"WHERE decided_at IS NOT NULL AND claim_id {condition}"
    )
    schema = {
        "claim_id": pl.Int64,
        "source": pl.String,
        "reference": pl.String,
        "is_misuse": pl.Boolean,
        "scheme": pl.String,
        "decided_at": _UTC,
        "known_at": _UTC,
        "id": pl.Int64,
    }
    found: dict[_Finding, list[_Said]] = defaultdict(list)
    rows = read_frame(sql, params, schema=schema).filter(pl.col("source").is_in(SOURCES))
    for row in rows.sort("known_at", "id").iter_rows(named=True):
        found[row["claim_id"], row["source"], row["reference"]].append(
            (row["is_misuse"], row["scheme"], row["decided_at"])
        )
    return found
