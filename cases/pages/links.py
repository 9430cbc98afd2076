"""Who is linked to whom in a case: its person, merchants, approvers and attendees as a tree that opens node by node.

One list of rows serves picture and table. Whom the reader may not look into stays out of what a node opens; outcomes stay
hidden in a random check.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from audit import clock
from audit.actor import Actor
from audit.language import current_language
from cases.models import Case
from cases.pages.case import ClaimRow
from cases.pages.related import LOOK_BACK, attendees_of, outcomes_at
from fraud.claims.identity import barred_cardholders
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.claims.units import within_units
from rules.mcc_words import mcc_word
from rules.money import format_money

N_OPENED, MAX_OPEN, N_OF_A_KIND = 6, 8, 6
_KEY = re.compile(r"[ma][1-9]\d{0,17}")
#: Kind of node → its word.
KINDS: dict[str, str | Promise] = {
    "person": pgettext_lazy("linked to a case", "cardholder"),
    "merchant": pgettext_lazy("linked to a case", "merchant"),
    "approver": pgettext_lazy("linked to a case", "approver"),
    "attendee": pgettext_lazy("linked to a case", "attendee"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """One row of the tree. `key`: what opens it, empty for a leaf; `link`: how it is linked to the row above, in words."""

    depth: int
    kind: str
    name: str
    link: str
    key: str = ""
    is_open: bool = False
    toggled: str = ""  # the query that opens or closes it
    url: str = ""

    @property
    def word(self) -> str:
        return str(KINDS[self.kind])


def read_open(text: str) -> tuple[str, ...]:
    """The nodes an address opens, `m12,a5`; what is none is left out."""
    return tuple(dict.fromkeys(part for part in text.split(",") if _KEY.fullmatch(part)))[:MAX_OPEN]


def links_of(case: Case, rows: list[ClaimRow], by: Actor, opened: Collection[str] = ()) -> list[Node]:
    """The tree, row by row from the top. Two queries, and up to five for what is open."""
    places = Counter(row.claim.merchant_id for row in rows)
    merchants = {row.claim.merchant_id: row.claim.merchant for row in rows}
    approvers = _approvers(rows)
    known = {f"m{pk}" for pk in places} | {f"a{one.pk}" for one in approvers}
    opened = tuple(key for key in opened if key in known)
    barred = barred_cardholders(by) if opened else set()
    since = clock.now() - LOOK_BACK
    nodes = [Node(0, "person", str(case.cardholder), _("this case's cardholder"))]
    counted = _totals(rows)
    for pk, n in places.most_common(N_OF_A_KIND):
        key = f"m{pk}"
        nodes.append(_node(1, "merchant", _place(merchants[pk]), _payments(n, *counted[pk]), key, opened))
        if key in opened:
            nodes += _visitors(case, pk, barred, since, by)
    for approver in approvers:
        key = f"a{approver.pk}"
        n = sum(row.claim.approver_no == approver.employee_no for row in rows)
        said = ngettext("approved %(n)d of these claims", "approved %(n)d of these claims", n) % {"n": n}
        nodes.append(_node(1, "approver", str(approver), said, key, opened))
        if key in opened:
            nodes += _approved_by(case, approver, barred, since, by)
    for person in attendees_of(rows)[:N_OF_A_KIND]:
        org = str(person.get("org") or "")
        nodes.append(
            Node(
                1,
                "attendee",
                str(person["name"]),
                _("listed as a guest, %(org)s") % {"org": org} if org else _("listed as a guest"),
            )
        )
    return nodes


def _node(depth: int, kind: str, name: str, link: str, key: str, opened: Collection[str]) -> Node:
    others = [one for one in opened if one != key]
    wanted = others if key in opened else [*others, key]
    return Node(depth, kind, name, link, key, key in opened, urlencode({"open": ",".join(wanted)}, safe=","))


def _approvers(rows: list[ClaimRow]) -> list[Cardholder]:
    numbers = {row.claim.approver_no for row in rows} - {""}
    return (
        list(Cardholder.objects.filter(employee_no__in=numbers).order_by("employee_no")[:N_OF_A_KIND])
        if numbers
        else []
    )


def _totals(rows: Iterable[ClaimRow]) -> dict[int, tuple[int, str]]:
    """Merchant → what was paid there in this case, in the currency of its first claim."""
    found: dict[int, tuple[int, str]] = {}
    for row in rows:
        minor, currency = found.get(row.claim.merchant_id, (0, row.claim.currency))
        own = row.claim.amount_minor if row.claim.currency == currency else 0
        found[row.claim.merchant_id] = (minor + own, currency)
    return found


def _visitors(case: Case, merchant: int, barred: set[int], since: datetime, by: Actor) -> list[Node]:
    """Who else of the departments the reader sees pays at a merchant, the most frequent first, with what reviews found of it."""
    counted = _by_person(within_units(Claim.objects.filter(merchant=merchant), by), case, barred, since)
    outcomes = {} if case.is_blind else outcomes_at([merchant], since)
    nodes = []
    for person, n, total in counted:
        misuse, clean = outcomes.get(person.pk, (0, 0))
        said = [_payments(n, total, case.currency)]
        if misuse:
            said.append(ngettext("%(n)d misuse", "%(n)d misuse", misuse) % {"n": misuse})
        if clean:
            said.append(ngettext("%(n)d in order", "%(n)d in order", clean) % {"n": clean})
        nodes.append(Node(2, "person", str(person), ", ".join(said), url=_claims_of(person, merchant)))
    return nodes


def _approved_by(
    case: Case, approver: Cardholder, barred: set[int], since: datetime, by: Actor
) -> list[Node]:
    """Whose claims of the departments the reader sees the approver approves besides, the most first."""
    claims = within_units(Claim.objects.filter(approver_no=approver.employee_no), by)
    return [
        Node(2, "person", str(person), _payments(n, total, case.currency), url=_claims_of(person))
        for person, n, total in _by_person(claims, case, barred, since)
    ]


def _by_person(
    claims: Any, case: Case, barred: set[int], since: datetime
) -> list[tuple[Cardholder, int, int]]:
    counted = list(
        claims.filter(currency=case.currency, transacted_at__gte=since)
        .exclude(txn_type=Claim.TxnType.DECLINE)
        .exclude(cardholder__in={*barred, case.cardholder_id})
        .values("cardholder_id")
        .annotate(n=Count("id"), total=Sum("amount_minor"))
        .order_by("-n", "cardholder_id")[:N_OPENED]
    )
    people = Cardholder.objects.in_bulk([row["cardholder_id"] for row in counted])
    return [(people[row["cardholder_id"]], row["n"], row["total"]) for row in counted]


def _claims_of(person: Cardholder, merchant: int | None = None) -> str:
    """The query of the claims list behind a node."""
    return urlencode({"person": person.employee_no} | ({"merchant": merchant} if merchant else {}))


def _place(merchant: Merchant) -> str:
    trade = mcc_word(merchant.mcc, current_language())
    return f"{merchant.name} ({trade})" if trade else merchant.name


def _payments(n: int, minor: int, currency: str) -> str:
    said = ngettext("%(n)d payment, %(amount)s", "%(n)d payments, %(amount)s", n)
    return said % {"n": n, "amount": format_money(minor, currency, current_language())}
