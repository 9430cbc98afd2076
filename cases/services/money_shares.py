"""How several cases share the claims they have in common: what others hold of one's claims, and what came in on itself.

Amounts are minor units; read by `cases/services/money.py`, which says what follows for what may be asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import takewhile
from typing import NamedTuple

from cases.services.money_claims import in_currency_of, net_of, purchases_of, take
from cases.services.money_rows import (
    Asked,
    HeldClaim,
    asked_by_case,
    come_home,
    others_of,
    read_held,
    read_rows_of,
)


def held_elsewhere(net: Mapping[int, Mapping[int, int]], held: Collection[HeldClaim]) -> dict[int, int]:
    """Case → what other cases hold of its claims."""
    return {
        case_id: parts.others_minor for case_id, parts in parts_of(net, held, others_of(net, held)).items()
    }


class Parts(NamedTuple):
    """Of the claims of one case: what other cases hold, and what of it came in on the case itself."""

    others_minor: int
    own_minor: int


def parts_of(
    net: Mapping[int, Mapping[int, int]],
    held: Collection[HeldClaim],
    shared: Mapping[int, Mapping[int, Mapping[int, bool]]],
) -> dict[int, Parts]:
    if not shared:
        return {}
    known = {*net, *(other for others in shared.values() for other in others)}
    asked, told = asked_by_case(known), purchases_of(held, known)
    home = {(row.case_id, row.claim_id) for row in held if row.is_home}
    found = {}
    for case_id, others in shared.items():
        of_case = in_currency_of(case_id, asked, told, held)
        # What lies on a decision that fell is owed back, but for payments that are its person's again.
        claims = {
            pk: {
                one: is_asked
                for one, is_asked in theirs.items()
                if not of_case[pk].has_fallen or (pk, one) in home
            }
            for pk, theirs in others.items()
            if pk in of_case
        }
        found[case_id] = _held(case_id, net[case_id], claims, of_case)
    return found


def _held(
    case_id: int, net: Mapping[int, int], others: Mapping[int, Mapping[int, bool]], asked: Mapping[int, Asked]
) -> Parts:
    """What the others hold of one case's claims: what came in stays where it is, then the older decisions that still ask.

    A decision speaks of a case and not of its claims: where only some claims are shared, its money counts as theirs first.
    """
    claims = {**others, case_id: dict.fromkeys(net, True)}
    order = sorted((pk for pk in claims if pk in asked), key=lambda pk: (asked[pk].decided_at, pk))
    left, came_in = dict(net), {}
    for pk in order:
        came_in[pk] = take(left, claims[pk], asked[pk].came_back_minor)
    own = came_in.pop(case_id, 0)
    held = sum(came_in.values())
    for pk in takewhile(lambda pk: pk != case_id, order):
        still = [claim_id for claim_id, is_asked in claims[pk].items() if is_asked]
        held += take(left, still, asked[pk].still_minor)
    return Parts(held, own)


def kept_of(case_ids: Collection[int], superseded: Mapping[int, Collection[int]]) -> dict[int, int]:
    """Case → what came in on it for its claims, those counted that went to another person and back; cases without such: absent.

    `superseded`: case → claims that a later decision of its line speaks of; they do not count.
    """
    home = come_home(case_ids) if case_ids else {}
    if not home:
        return {}
    again = [
        row._replace(left_at=None) if row.claim_id in home.get(row.case_id, ()) else row
        for row in read_rows_of(set().union(*home.values()))
    ]
    seen = {(row.case_id, row.claim_id) for row in again}
    held = again + [row for row in read_held(list(home)) if (row.case_id, row.claim_id) not in seen]
    net = {
        case_id: {one: minor for one, minor in claims.items() if one not in superseded.get(case_id, ())}
        for case_id, claims in net_of(purchases_of(held, home), held).items()
    }
    shared: dict[int, Mapping[int, Mapping[int, bool]]] = {case_id: {} for case_id in net}
    return {
        case_id: parts.own_minor
        for case_id, parts in parts_of(net, held, shared | others_of(net, held)).items()
    }
