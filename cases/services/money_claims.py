"""What the payments of cases took and what of it is gone; of a decided case also where a correction tells one in another currency since.

No rate says what of a decided sum such a payment is. So it stays what it was the last time it was told in the case's currency, less
the share of it that came back, until people decide anew. Amounts are minor units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from audit.reading import read_once
from cases.services.money_rows import Asked, HeldClaim
from fraud.claims.models import ClaimVersion
from fraud.claims.money import returned_by_claim


def purchases_of(held: Collection[HeldClaim], case_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Case → claim → what it took: purchases in the case's currency that still belong to its cardholder, restated ones as judged."""
    wanted = set(case_ids)
    rows = [row for row in held if row.case_id in wanted]
    judged = judged_amounts([row for row in rows if row.is_restated])
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for row in rows:
        minor = row.minor if row.counts else judged.get((row.claim_id, row.case_currency), 0)
        if row.counts or (row.is_restated and minor):
            found[row.case_id][row.claim_id] = minor
    return found


def net_of(
    purchases: Mapping[int, Mapping[int, int]],
    held: Iterable[HeldClaim],
    returned: Mapping[int, int] | None = None,
) -> dict[int, dict[int, int]]:
    """Case → claim → what of it is still gone, never below 0. `returned`: what came back of every claim, where it was just asked."""
    if returned is None:
        returned = _returned(frozenset(claim_id for claims in purchases.values() for claim_id in claims))
    restated = {(row.case_id, row.claim_id): row.minor for row in held if row.is_restated}
    found: dict[int, dict[int, int]] = {case_id: {} for case_id in purchases}
    for case_id, claims in purchases.items():
        for claim_id, minor in claims.items():
            back, now = returned.get(claim_id, 0), restated.get((case_id, claim_id))
            found[case_id][claim_id] = max(minor - back, 0) if now is None else share_gone(minor, now, back)
    return found


def _returned(claim_ids: frozenset[int]) -> Mapping[int, int]:
    """What came back of each claim; within one reading of a page asked once."""
    known: list[tuple[frozenset[int], Mapping[int, int]]] = read_once("returned of claims", list)
    for asked, returned in known:
        if claim_ids <= asked:
            return returned
    known.append((claim_ids, returned_by_claim(claim_ids)))
    return known[-1][1]


def judged_amounts(rows: Collection[HeldClaim]) -> dict[tuple[int, str], int]:
    """(claim, currency) → what the claim took the last time it was told in that currency; no query where nothing is restated."""
    if not rows:
        return {}
    told = ClaimVersion.objects.filter(claim_id__in={row.claim_id for row in rows}, amount_minor__gt=0)
    amounts = told.order_by("version").values_list("claim_id", "currency", "amount_minor")
    return {(claim_id, currency): minor for claim_id, currency, minor in amounts}


def share_gone(judged_minor: int, now_minor: int, returned_minor: int) -> int:
    """Of what was judged the share that is gone of what the payment is now; rounded down, never below 0."""
    return max(judged_minor * (now_minor - returned_minor) // now_minor, 0)


def in_currency_of(
    case_id: int,
    asked: Mapping[int, Asked],
    purchases: Mapping[int, Mapping[int, int]],
    held: Iterable[HeldClaim],
) -> Mapping[int, Asked]:
    """What other cases hold, in the currency of one: where theirs is another, by what the shared payments were in either, rounded
    in favour of who is asked."""
    currency = {row.case_id: row.case_currency for row in held}
    found = dict(asked)
    own = purchases.get(case_id, {})
    for pk, one in asked.items():
        theirs = purchases.get(pk, {})
        shared = own.keys() & theirs.keys()
        there = sum(theirs[claim_id] for claim_id in shared)
        if pk != case_id and there and currency.get(pk) != currency.get(case_id):
            here = sum(own[claim_id] for claim_id in shared)
            decided, came_back = (
                -(-minor * here // there) for minor in (one.decided_minor, one.came_back_minor)
            )
            found[pk] = replace(one, decided_minor=decided, came_back_minor=came_back)
    return found


def take(left: dict[int, int], claim_ids: Iterable[int], minor: int) -> int:
    """Lower what is left of the claims by an amount; returns how much found place."""
    rest = minor
    for claim_id in sorted(claim_ids):
        part = min(rest, left[claim_id])
        left[claim_id] -= part
        rest -= part
    return minor - rest
