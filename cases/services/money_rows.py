"""The rows that the money of cases rests on: which claims they hold, what was decided on them, what came back.

Few columns of few queries, each put together once: these are asked several times in every step. Amounts are minor units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum

from audit.prepared import prepared
from cases.models import Alert, Decision, RecoveryPosting
from cases.workflow import State
from rules.language.transactions import PAYMENTS

#: States in which a decision of the case holds.
DECIDED = frozenset({State.NOTIFIED, State.APPEALED, State.RECOVERING, State.CLOSED})


class HeldClaim(NamedTuple):
    """A claim in a case, or one that has left it, as both are now."""

    case_id: int
    claim_id: int
    left_at: datetime | None
    minor: int
    txn_type: str
    claim_currency: str
    claim_person: int
    case_currency: str
    case_person: int
    case_state: str

    @property
    def is_persons(self) -> bool:
        """It is in the case still, and its cardholder's still."""
        return self.left_at is None and self.claim_person == self.case_person

    @property
    def counts(self) -> bool:
        """A purchase in the case's currency that still belongs to its cardholder."""
        is_purchase = self.txn_type in PAYMENTS and self.minor > 0
        return is_purchase and self.is_persons and self.claim_currency == self.case_currency

    @property
    def is_restated(self) -> bool:
        """A purchase of a case on which something was decided, which a correction tells in another currency since."""
        is_purchase = self.txn_type in PAYMENTS and self.minor > 0
        is_other = self.claim_currency != self.case_currency
        return is_purchase and self.is_persons and is_other and self.case_state in DECIDED

    @property
    def is_asked(self) -> bool:
        """Whether its case may still ask for it."""
        return self.is_persons and self.case_state != State.CLOSED


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision that holds: since when, its amount, and what came back on it."""

    decided_at: datetime
    decided_minor: int
    came_back_minor: int

    @property
    def still_minor(self) -> int:
        """What it asks for beyond what came back, while its case is open."""
        return max(self.decided_minor - self.came_back_minor, 0)


@prepared
def _held(case_ids: Collection[int]) -> QuerySet[Alert, Any]:
    held = Alert.objects.filter(case_id__in=case_ids, left_at=None).order_by().values("claim_id")
    claim = ("claim__amount_minor", "claim__txn_type", "claim__currency", "claim__cardholder_id")
    case = ("case__currency", "case__cardholder_id", "case__state")
    rows = Alert.objects.filter(claim_id__in=held).order_by()
    return rows.values_list("case_id", "claim_id", "left_at", *claim, *case)


@cache
def _decisions() -> QuerySet[Decision, Any]:
    held = Decision.objects.filter(state=Decision.State.APPROVED, amount_minor__gt=0)
    return held.order_by("number").values_list("case_id", "amount_minor", "decided_at")


@cache
def _postings() -> QuerySet[RecoveryPosting, Any]:
    given_back = Q(amount_minor__lt=0, reverses=None, reversed_by=None)
    return (
        RecoveryPosting.objects.order_by()
        .values_list("recovery__case_id")
        .annotate(total=Sum("amount_minor"), given=Sum("amount_minor", filter=given_back))
    )


def read_held(case_ids: Collection[int]) -> list[HeldClaim]:
    """Every row of the claims that are in one of the cases: those of the cases themselves and of all others."""
    return [HeldClaim(*row) for row in _held.rows(list(case_ids))]


def others_of(
    net: Mapping[int, Mapping[int, int]], held: Iterable[HeldClaim]
) -> dict[int, dict[int, dict[int, bool]]]:
    """Case → other case → the claims that both know; True where the other still may ask for it.

    What came back for a claim before it left a case, or turned out to be another person's, has come back all the same.
    """
    by_claim: dict[int, list[int]] = defaultdict(list)
    for case_id, claims in net.items():
        for claim_id in claims:
            by_claim[claim_id].append(case_id)
    found: dict[int, dict[int, dict[int, bool]]] = defaultdict(lambda: defaultdict(dict))
    for row in held:
        for case_id in by_claim.get(row.claim_id, ()):
            if case_id != row.case_id:
                found[case_id][row.case_id][row.claim_id] = row.is_asked
    return found


def asked_by_case(case_ids: Iterable[int]) -> dict[int, Asked]:
    """Case → the decision with an amount that holds, and what came back on it."""
    wanted = list(case_ids)
    came_back = came_back_by_case(wanted)
    return {
        case_id: Asked(decided_at, minor, max(came_back.get(case_id, 0), 0))
        for case_id, minor, decided_at in _decisions().filter(case_id__in=wanted)
        if decided_at is not None
    }


class Posted(NamedTuple):
    """What came in on a case less what was given back of it, and what was given back by postings that stand."""

    came_back_minor: int
    given_back_minor: int


def posted_by_case(case_ids: Collection[int]) -> dict[int, Posted]:
    """Case → the sums of its postings; none: absent."""
    rows = _postings().filter(recovery__case_id__in=case_ids)
    return {case_id: Posted(total, -(given or 0)) for case_id, total, given in rows}


def came_back_by_case(case_ids: Collection[int]) -> dict[int, int]:
    """Case → the sum of its postings, less what was given back; none: absent."""
    return {case_id: posted.came_back_minor for case_id, posted in posted_by_case(case_ids).items()}
