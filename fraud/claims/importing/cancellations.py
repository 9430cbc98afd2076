"""Money that came back is linked to its purchase; what finds none, or is more than is left, waits on a list.

What belongs together is decided in `pairing`, anew for everybody a delivery concerns and from all their claims: so links
do not depend on the order in which files arrived, and follow corrections. What a person decided stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection
from django.db.models import F, Q, QuerySet

from fraud.claims.bulk import in_list, read_frame
from fraud.claims.changes import note_money
from fraud.claims.importing.merchants import plain_name
from fraud.claims.importing.pairing import near, pair_money_back
from fraud.claims.importing.sides import BACK, SIDES
from fraud.claims.importing.stated import SUFFIX
from fraud.claims.models import Claim, ClaimFile, ClaimVersion, EarlierLink, MoneyBackChoice
from fraud.claims.reading import db_time
from rules.language.transactions import MONEY_BACK, PAYMENTS

_BACK_TYPES, _PAYING_TYPES = (", ".join(f"'{name}'" for name in kinds) for kinds in (MONEY_BACK, PAYMENTS))
_SIDE = """
    SELECT n.id AS claim_id, n.cardholder_id AS person, n.merchant_id AS merchant, n.source_system AS source,
           m.name, m.brn, m.merchant_no AS number, m.mcc, n.authorization_code AS code,
           n.transacted_at AS at, n.has_time, n.source_system || '/' || n.external_id AS "key",
           abs(n.amount_minor) AS minor, n.currency, abs(n.original_minor) AS abroad_minor,
           n.original_currency AS abroad_currency, n.txn_type = 'cancel' AS says_all{more}
    FROM fraud_claim n LEFT JOIN fraud_merchant m ON m.id = n.merchant_id{join}
    WHERE n.cardholder_id {people} AND {condition}
"""
#: The payment whose own row states it. An index finds the shortened id; the second condition makes it exact.
_OWN = f"""
    LEFT JOIN fraud_claim o ON o.source_system = n.source_system
        AND o.external_id = replace(n.external_id, '{SUFFIX}', '') AND o.external_id || '{SUFFIX}' = n.external_id
"""
_LINKS = {
    "old_purchase": pl.Int64,
    "old_credit": pl.Int64,
    "old_excess": pl.Int64,
    "linked_at": pl.Datetime("us", "UTC"),
}
_BATCH = 400  # people whose payments are held at once
#: Purchase, credit and excess of money that belongs to nothing that is known.
_NOWHERE: tuple[int | None, int | None, int] = (None, None, 0)


def link_file(file: ClaimFile) -> int:
    """Link the money back of everybody whose claims a delivery brought or took; returns how many are linked now. Transaction: caller's."""
    brought = Claim.objects.filter(file=file)
    owners = brought.order_by().values_list("cardholder_id", flat=True).distinct()
    before = ClaimVersion.objects.filter(claim__file=file, version=F("claim__version") - 1).order_by()
    people = sorted({*owners, *before.values_list("cardholder_id", flat=True).distinct()})
    return sum(
        link_people(people[start : start + _BATCH], file=file, at=file.received_at)
        for start in range(0, len(people), _BATCH)
    )


def link_people(people: list[int], *, file: ClaimFile | None, at: datetime) -> int:
    """Link all money back of these cardholders (ids) and say which purchases it changed; returns how many are linked.

    A payment that was corrected to somebody else still finds the money that came back to the first one, and the other way round.
    """
    former = _former_owners(people)
    people = sorted({*people, *former["former"], *former["person"]})
    back = _read(people, f"(n.txn_type IN ({_BACK_TYPES}) OR n.original_claim_id IS NOT NULL)", is_back=True)
    if back.is_empty():
        return 0
    waiting = back.filter(pl.col("minor") > 0, pl.col("takes_back")).select(list(BACK))
    owners, choices = dict(former.group_by("claim_id").agg("former").iter_rows()), _choices(back)
    purchases = _purchases(people, waiting, {*choices.values(), *owners, *waiting["own"]} - {None})
    pairs = pair_money_back(waiting, purchases, choices, owners)
    old = {
        row[0]: row[1:]
        for row in back.select("claim_id", "old_purchase", "old_credit", "old_excess").iter_rows()
    }
    changed = [(pk, *pairs.get(pk, _NOWHERE)) for pk in old if pairs.get(pk, _NOWHERE) != old[pk]]
    _keep_earlier(back.filter(pl.col("claim_id").is_in([pk for pk, *_ in changed])), at)
    _link(
        [(purchase, credit, excess, at if purchase else None, pk) for pk, purchase, credit, excess in changed]
    )
    note_money(more=_purchases_changed(old, changed), file=file, at=at)
    return len(pairs)


def _link(rows: list[tuple[int | None, int | None, int, datetime | None, int]]) -> None:
    """Write (purchase, credit, excess, linked at, claim) of thousands of rows; the caller holds the transaction."""
    sql = "UPDATE fraud_claim SET original_claim_id = %s, credit_minor = %s, excess_minor = %s, linked_at = %s WHERE id = %s"
    with connection.cursor() as cursor:
        values: list[tuple[Any, ...]] = [(*row[:3], row[3] and db_time(row[3]), row[4]) for row in rows]
        cursor.executemany(sql, values)


def _former_owners(people: list[int]) -> pl.DataFrame:
    """`claim_id, former, person` of claims that were somebody else's before, where either is one of these people."""
    sql = (
        "SELECT DISTINCT v.claim_id, v.cardholder_id AS former, n.cardholder_id AS person "
        "FROM fraud_claimversion v JOIN fraud_claim n ON n.id = v.claim_id WHERE v.cardholder_id <> n.cardholder_id"
    )
    schema = {"claim_id": pl.Int64, "former": pl.Int64, "person": pl.Int64}
    moved = read_frame(sql, schema=schema)
    return moved.filter(pl.col("former").is_in(people) | pl.col("person").is_in(people)).sort(
        "claim_id", "former"
    )


def _keep_earlier(back: pl.DataFrame, at: datetime) -> None:
    """Put the links of these rows aside as they held until now."""
    EarlierLink.objects.bulk_create(
        EarlierLink(
            claim_id=row["claim_id"],
            purchase_id=row["old_purchase"],
            credit_minor=row["old_credit"],
            linked_at=row["linked_at"],
            superseded_at=at,
        )
        for row in back.filter(pl.col("old_purchase").is_not_null()).iter_rows(named=True)
    )


def _purchases_changed(
    old: dict[int, tuple[int | None, int | None, int]], changed: list[tuple[int, int | None, int | None, int]]
) -> dict[int, int]:
    """The purchases of which another amount came back than before, and how much more it is."""
    difference: dict[int, int] = {}
    for claim_id, purchase, credit, _excess in changed:
        before, taken, _earlier = old[claim_id]
        if purchase:
            difference[purchase] = difference.get(purchase, 0) + (credit or 0)
        if before:
            difference[before] = difference.get(before, 0) - (taken or 0)
    return {purchase: amount for purchase, amount in difference.items() if amount}


def _purchases(people: list[int], waiting: pl.DataFrame, named: set[int | None]) -> pl.DataFrame:
    """The payments that this money back can belong to: all of a person's are told apart by four columns, and only what is left is read whole."""
    where, params = in_list(people)
    is_payment = f"n.txn_type IN ({_PAYING_TYPES}) AND n.amount_minor > 0"
    sql = (
        "SELECT n.id AS claim_id, n.cardholder_id AS person, n.authorization_code AS code, n.transacted_at AS at "
        f"FROM fraud_claim n WHERE n.cardholder_id {where} AND {is_payment}"
    )
    narrow = read_frame(
        sql, params, schema={name: SIDES[name] for name in ("claim_id", "person", "code", "at")}
    )
    chosen = near(_with_day(narrow), waiting, named)["claim_id"].to_list()
    among, ids = in_list(chosen)
    return _read(people, f"{is_payment} AND n.id {among}", ids)


def _with_day(frame: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("at").dt.convert_time_zone(settings.TIME_ZONE).dt.date().alias("day")
    return frame.with_columns(day, pl.col("code").fill_null(""))


def _read(
    people: list[int], condition: str, more_params: Sequence[Any] = (), *, is_back: bool = False
) -> pl.DataFrame:
    more = (
        f", o.id AS own, n.txn_type IN ({_BACK_TYPES}) AS takes_back, n.original_claim_id AS old_purchase, n.credit_minor AS old_credit, coalesce(n.excess_minor, 0) AS old_excess, n.linked_at"
        if is_back
        else ""
    )
    where, params = in_list(people)
    wanted = {**BACK, "takes_back": pl.Boolean, **_LINKS} if is_back else SIDES
    schema: dict[str, Any] = {name: dtype for name, dtype in wanted.items() if name != "day"}
    sql = _SIDE.format(more=more, join=_OWN if is_back else "", people=where, condition=condition)
    frame = _with_day(read_frame(sql, [*params, *more_params], schema=schema))
    name = plain_name(pl.col("name").fill_null(""))
    return frame.with_columns(pl.col("abroad_currency").fill_null(""), name.alias("name"))


def _choices(back: pl.DataFrame) -> dict[int, int | None]:
    """What people decided: money back → its purchase, or None where it belongs to none of its own accord.

    A link holds while both sides are still the same person's; otherwise the money waits on the list again.
    """
    choices = MoneyBackChoice.objects.filter(claim_id__in=back["claim_id"].to_list())
    return {
        choice.claim_id: choice.purchase_id
        for choice in choices.select_related("claim", "purchase")
        if choice.purchase is None or choice.purchase.cardholder_id == choice.claim.cardholder_id
    }


def unlinked_cancellations(file: ClaimFile | None = None) -> QuerySet[Claim]:
    """The work list: money back without its purchase, or more of it than the purchase took, that nobody has dismissed; newest first."""
    claims = Claim.objects.filter(txn_type__in=MONEY_BACK, amount_minor__lt=0)
    claims = claims.filter(Q(original_claim=None) | Q(excess_minor__gt=0))
    settled = [MoneyBackChoice.Kind.DISMISSED, MoneyBackChoice.Kind.REST]
    claims = claims.exclude(money_back_choice__kind__in=settled)
    if file is not None:
        claims = claims.filter(file=file)
    return claims.select_related("cardholder", "merchant", "original_claim").order_by("-transacted_at", "-id")


@dataclass(frozen=True, slots=True)
class Link:
    """Money back and its purchase, as one delivery tied or untied them."""

    claim: Claim
    purchase: Claim
    credit_minor: int | None  # of the purchase's currency
    is_lost: bool


def links_of(file: ClaimFile) -> list[Link]:
    """What a delivery linked and unlinked, the unlinked first, each by the time of the money back.

    A link that only changed its amount or its purchase counts as linked. A row that repeats what its purchase states already adds
    nothing and is left out.
    """
    related = ("claim__cardholder", "purchase")
    lost = EarlierLink.objects.filter(superseded_at=file.received_at, claim__original_claim=None)
    found = Claim.objects.filter(linked_at=file.received_at).filter(
        Q(file=file) | Q(original_claim__file=file), ~Q(credit_minor=0)
    )
    links = [Link(one.claim, one.purchase, one.credit_minor, True) for one in lost.select_related(*related)]
    for claim in found.select_related("cardholder", "original_claim"):
        assert claim.original_claim is not None
        links.append(Link(claim, claim.original_claim, claim.credit_minor, False))
    return sorted(links, key=lambda one: (not one.is_lost, one.claim.transacted_at, one.claim.pk))
