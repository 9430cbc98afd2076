"""The rows that the money of cases rests on: which claims they hold, what was decided on them, what came back.

Few columns of few queries, each put together once: these are asked several times in every step. Amounts are minor units.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Sum

from audit.prepared import prepared
from audit.reading import read_once
from cases.dispositions import Disposition, label_for
from cases.models import Alert, Decision, Recovery, RecoveryPosting
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
    left_why: str
    came_from: int | None
    reopened_from: int | None
    split_from: int | None
    merged_into: int | None

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
    def is_home(self) -> bool:
        """It is its case's cardholder's, whether it is in the case still, has left it, or came back to them."""
        return self.claim_person == self.case_person

    @property
    def is_known(self) -> bool:
        """It is in its case, or left it only since it is another person's: a decision of the case speaks of it."""
        return self.left_at is None or self.left_why == Alert.Left.OTHER_PERSON

    @property
    def is_asked(self) -> bool:
        """Whether its case may still ask for it."""
        return self.is_persons and self.case_state != State.CLOSED


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision that holds, or money that lies on one that fell (`has_fallen`): since when, its amount, what came back on it."""

    decided_at: datetime
    decided_minor: int
    came_back_minor: int
    has_fallen: bool = False
    short_minor: int = 0  # given back beyond what came in: the bank took back what had come in

    @property
    def still_minor(self) -> int:
        """What it asks for beyond what came back, while its case is open."""
        return max(self.decided_minor - self.came_back_minor, 0)


@prepared
def _held(case_ids: Collection[int]) -> QuerySet[Alert, Any]:
    held = Alert.objects.filter(case_id__in=case_ids, left_at=None).order_by().values("claim_id")
    return _rows(Alert.objects.filter(claim_id__in=held))


def _rows(alerts: QuerySet[Alert]) -> QuerySet[Alert, Any]:
    claim = ("claim__amount_minor", "claim__txn_type", "claim__currency", "claim__cardholder_id")
    case = ("case__currency", "case__cardholder_id", "case__state")
    line = ("case__reopened_from_id", "case__split_from_id", "case__merged_into_id")
    columns = ("case_id", "claim_id", "left_at", *claim, *case, "left_why", "came_from_id", *line)
    return alerts.order_by().values_list(*columns)


@prepared
def _decisions(case_ids: Collection[int]) -> QuerySet[Decision, Any]:
    held = Decision.objects.filter(case__in=case_ids, state=Decision.State.APPROVED)
    return held.order_by("number").values_list("case_id", "amount_minor", "decided_at")


@prepared
def _postings(case_ids: Collection[int]) -> QuerySet[RecoveryPosting, Any]:
    given_back = Q(amount_minor__lt=0, reverses=None, reversed_by=None)
    return (
        RecoveryPosting.objects.filter(recovery__case__in=case_ids)
        .order_by()
        .values_list("recovery__case_id")
        .annotate(total=Sum("amount_minor"), given=Sum("amount_minor", filter=given_back))
    )


def read_held(case_ids: Collection[int]) -> list[HeldClaim]:
    """Every row of the claims that are in one of the cases: those of the cases themselves and of all others; within one reading of a
    page perhaps also those of further cases that were just read."""
    wanted = frozenset(case_ids)
    known: list[tuple[frozenset[int], list[HeldClaim]]] = read_once("held claims", list)
    for asked, rows in known:
        if wanted <= asked:
            return rows
    known.append((wanted, [HeldClaim(*row) for row in _held.rows(list(case_ids))]))
    return known[-1][1]


def read_decisions(case_ids: Collection[int]) -> list[tuple[int, int, datetime | None]]:
    """(case, what is to come back, when it was decided) of the decisions that hold, those of one case by their number."""
    wanted = frozenset(case_ids)
    return read_once(("decisions", wanted), lambda: _decisions.rows(sorted(wanted))) if wanted else []


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
    """Case → the decision with an amount that holds, and what came back on it; where it fell, only what still lies there."""
    wanted = list(case_ids)
    came_back = came_back_by_case(wanted)
    found = {
        case_id: Asked(decided_at, minor, max(came, 0), short_minor=max(-came, 0))
        for case_id, minor, decided_at in read_decisions(wanted)
        if decided_at is not None and minor > 0
        for came in (came_back.get(case_id, 0),)
    }
    lying = [case_id for case_id, minor in came_back.items() if minor > 0 and case_id not in found]
    if lying:
        fell = Recovery.objects.filter(case_id__in=lying, decision__state=Decision.State.VOID).order_by()
        for case_id, at in fell.values_list("case_id", "opened_at"):
            found[case_id] = Asked(at, 0, came_back[case_id], has_fallen=True)
    return found


def come_home(case_ids: Collection[int]) -> dict[int, set[int]]:
    """Case → the claims that left it as another person's and are its cardholder's again, in its currency; none: absent.

    One that another case of theirs found in order is none of these: nothing holds what was repaid for it.
    """
    left = Alert.objects.filter(
        case_id__in=case_ids,
        left_why=Alert.Left.OTHER_PERSON,
        claim__cardholder=F("case__cardholder"),
        claim__currency=F("case__currency"),
    ).order_by()
    found: dict[int, set[int]] = defaultdict(set)
    for case_id, claim_id in left.values_list("case_id", "claim_id"):
        found[case_id].add(claim_id)
    if found:
        cleared = Alert.objects.filter(
            claim_id__in=set().union(*found.values()),
            left_at=None,
            case__state=State.CLOSED,
            case__disposition__in=[one for one in Disposition if label_for(one) is False],
        ).exclude(case_id__in=found)
        in_order = set(cleared.values_list("claim_id", flat=True))
        found = {case_id: claims - in_order for case_id, claims in found.items()}
    return {case_id: claims for case_id, claims in found.items() if claims}


def read_rows_of(claim_ids: Collection[int]) -> list[HeldClaim]:
    """Every row of these claims, in whatever case."""
    return [HeldClaim(*row) for row in _rows(Alert.objects.filter(claim_id__in=claim_ids))]


class Posted(NamedTuple):
    """What came in on a case less what was given back of it, and what was given back by postings that stand."""

    came_back_minor: int
    given_back_minor: int


def posted_by_case(case_ids: Collection[int]) -> dict[int, Posted]:
    """Case → the sums of its postings; none: absent."""
    rows = _postings.rows(list(case_ids)) if case_ids else []
    return {case_id: Posted(total, -(given or 0)) for case_id, total, given in rows}


def waived_by_case(case_ids: Collection[int]) -> dict[int, int]:
    """Case → what two persons gave up in it; none: absent."""
    rows = Recovery.objects.filter(case__in=case_ids, waived_minor__gt=0).order_by()
    return dict(rows.values_list("case_id", "waived_minor"))


def came_back_by_case(case_ids: Collection[int]) -> dict[int, int]:
    """Case → the sum of its postings, less what was given back; none: absent."""
    return {case_id: posted.came_back_minor for case_id, posted in posted_by_case(case_ids).items()}
