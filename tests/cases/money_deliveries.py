"""What arrives in the money machine: real deliveries of one or more rows, and what the plain ledger notes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import note

from audit.actor import Actor
from cases.models import Case
from cases.workflow import State
from fraud.claims.importing.profiles import get_profile
from fraud.claims.importing.rows import import_rows
from fraud.claims.models import Claim
from fraud.claims.money import money_of
from tests.cases.money_ledger import Paid
from tests.cases.money_walk import PAYMENTS_AT_MOST, Walk
from tests.cast import NOW
from tests.counted import COUNTED

SENDER = Actor.system("tests")
PEOPLE = ("E2001", "E2002")
PLACES = ("노래주점 별", "한빛식당", "동네마트")
AMOUNTS = (90_000, 40_000, 20_000)
PLACES_AFTER_THE_POINT = {"KRW": 0, "USD": 2}
Row = dict[str, Any]
Change = Callable[[Walk, Random], list[Row]]


def deliver(walk: Walk, chance: Random, changes: list[Change]) -> None:
    """One delivery with the rows of some changes; afterwards the product knows the true loss of every payment.

    No proposal outlives a change of what it speaks of.
    """
    walk.let_leave()
    before, claims = _facts(walk), {name: case.claims for name, case in walk.ledger.held.items()}
    rows = {row["external_id"]: row for change in changes for row in change(walk, chance)}
    if not rows:
        return
    send(walk, list(rows.values()))
    losses_agree(walk)
    changed = {name for name, facts in _facts(walk).items() if before.get(name, facts) != facts}
    for name in changed:
        if before[name][0] != walk.ledger.paid[name].person:
            walk.ledger.hand_over(walk.ledger.paid[name])
    for name in Case.objects.filter(state=State.PENDING_APPROVAL).values_list("reference", flat=True):
        assert not claims[name] & changed, f"the proposal in {name} speaks of what {changed} were before"


def _facts(walk: Walk) -> dict[str, tuple[str, int, int]]:
    """What a proposal rests on: whose each payment is, what was paid, what of it is gone."""
    return {paid.name: (paid.person, paid.amount, paid.loss) for paid in walk.ledger.known()}


def send(walk: Walk, rows: list[Row]) -> None:
    """Deliver rows as a program does; the last row of a name counts."""
    number = walk.next()  # the very same content again would be the delivery that is known already
    rows = [{**row, "적요": f"전표 {number}"} for row in rows]
    note(
        f"deliver {[(row['external_id'], row['employee_no'], row['amount'], row['txn_type']) for row in rows]}"
    )
    result = import_rows(rows=rows, profile=get_profile("generic"), by=SENDER)
    assert all(row.outcome in ("accepted", "superseding") for row in result.rows), result.rows


def losses_agree(walk: Walk) -> None:
    """What of every payment is still gone, as the claims tell it, is what was paid minus what the card gave back."""
    claims = {claim.external_id: claim for claim in Claim.objects.filter(external_id__startswith="P")}
    known = walk.ledger.known()
    assert set(claims) == {paid.name for paid in known}
    money = money_of(list(claims.values()))
    for paid in known:
        told = money[claims[paid.name].pk]
        assert told.net_minor == paid.loss, f"{paid}: {told}"
        assert told.returned_minor <= told.spent_minor, f"{paid}: {told}: credited twice"


# Changes -------------------------------------------------------------------------------------------------------------


def payment(walk: Walk, chance: Random) -> list[Row]:
    """A new payment, or one that its money back told of before."""
    awaited = [paid for paid in walk.ledger.paid.values() if not paid.is_known]
    if awaited:
        awaited[0].is_known = True
        return _told("payment after its money back", payment_row(awaited[0]))
    paid = _new(walk, chance)
    return [] if paid is None else _told("payment", payment_row(paid))


def early_money_back(walk: Walk, chance: Random) -> list[Row]:
    """Money back of a payment that nobody knows yet."""
    paid = _new(walk, chance)
    if paid is None:
        return []
    paid.is_known = False
    return _told("money back before its payment", _give_back(paid, paid.amount // chance.choice([1, 2])))


def corrected_payment(walk: Walk, chance: Random) -> list[Row]:
    """Another amount, also less than what came back of it."""
    paid = _pick(walk, chance)
    if paid is None:
        return []
    paid.amount = chance.choice([*AMOUNTS, 5_000, 7_777, 300_000])
    less = paid.amount < sum(paid.back.values())
    return _told("payment corrected below what came back" if less else "payment corrected", payment_row(paid))


def other_person(walk: Walk, chance: Random) -> list[Row]:
    """The payment turns out to be somebody else's, with whatever came back of it."""
    paid = _pick(walk, chance)
    if paid is None:
        return []
    paid.person = chance.choice([name for name in PEOPLE if name != paid.person])
    back = [back_row(paid, name) for name in paid.back]
    return _told("owner corrected after a credit" if back else "owner corrected", payment_row(paid), *back)


def money_back(walk: Walk, chance: Random) -> list[Row]:
    """The card gives back all that is left, or a part of it."""
    paid = _pick(walk, chance)
    if paid is None or not paid.loss or len(paid.back) >= 3:
        return []
    part = paid.loss // chance.choice([1, 2, 3])
    return _told("cancelled in full" if part == paid.loss else "cancelled in part", _give_back(paid, part))


def corrected_money_back(walk: Walk, chance: Random) -> list[Row]:
    """Another amount came back than was told."""
    paid = _pick(walk, chance)
    if paid is None or not paid.back or sum(paid.back.values()) > paid.amount:
        return []
    name = chance.choice(sorted(paid.back))
    paid.back[name] = (paid.loss + paid.back[name]) // chance.choice([1, 2, 4])
    return _told("cancellation corrected", back_row(paid, name))


CHANGES: tuple[Change, ...] = (
    payment,
    early_money_back,
    corrected_payment,
    other_person,
    money_back,
    money_back,
    corrected_money_back,
)


def _told(name: str, *rows: Row) -> list[Row]:
    COUNTED["money machine"][name] += 1  # each is a step: a file brings several at once, as files do
    return list(rows)


def _new(walk: Walk, chance: Random) -> Paid | None:
    if len(walk.ledger.paid) >= PAYMENTS_AT_MOST:
        return None
    number = walk.next()
    at = NOW - timedelta(days=2, minutes=number)
    paid = Paid(
        f"P{number:07}",
        chance.choice(PEOPLE),
        chance.choice(PLACES),
        chance.choice(AMOUNTS),
        chance.choice(["KRW", "KRW", "KRW", "USD"]),
        at,
    )
    walk.ledger.paid[paid.name] = paid
    return paid


def _pick(walk: Walk, chance: Random) -> Paid | None:
    known = walk.ledger.known()
    return chance.choice(known) if known else None


def _give_back(paid: Paid, amount: int) -> Row:
    name = f"N{paid.name[1:]}-{len(paid.back) + 1}"
    paid.back[name] = amount
    return back_row(paid, name)


def payment_row(paid: Paid) -> Row:
    return _row(paid, paid.name, paid.at, paid.amount, "승인")


def back_row(paid: Paid, name: str) -> Row:
    taken = paid.back[name]
    at = paid.at + timedelta(hours=1, minutes=int(name.split("-")[1]))
    return _row(paid, name, at, -taken, "취소" if taken >= paid.amount else "부분취소")


def _row(paid: Paid, name: str, at: Any, minor: int, kind: str) -> Row:
    local = at + timedelta(hours=9)
    return {
        "external_id": name,
        "employee_no": paid.person,
        "transacted_at": local.strftime("%Y-%m-%d %H:%M:%S"),
        "amount": str(plain(minor, paid.currency)),
        "currency": paid.currency,
        "merchant_name": paid.place,
        "authorization_code": f"9{paid.name[1:]}",
        "txn_type": kind,
    }


def plain(minor: int, currency: str) -> Decimal:
    """An amount as people write it."""
    return Decimal(minor).scaleb(-PLACES_AFTER_THE_POINT[currency])
