"""What a case may still ask for, and how a recovery stands: derived every time, stored nowhere.

    at stake = purchases of the case - everything linked that came back - what other cases on the same claims
               got back or still ask for, by a decision older than this case's own; never below 0
    due      = what was decided, but never more than is at stake
    open     = due - postings - an approved write-off, never below 0

Queue, case, letter, proposal, approval, notice, appeal, opening, sweep, reopening, reports and exports ask here. Amounts
are minor units of the case's currency; claims in another currency, or of another person since a correction, count nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q, Sum

from cases.models import Alert, Case, Decision, Recovery, RecoveryPosting
from fraud.claims.models import Claim
from fraud.claims.money import PURCHASES, returned_by_claim
from rules.money import to_decimal

_IDS = 500


@dataclass(frozen=True, slots=True)
class Stake:
    """Where the money of a case is."""

    spent_minor: int = 0
    returned_minor: int = 0
    elsewhere_minor: int = 0  # came back, or is asked for, in other cases on the same claims

    @property
    def at_stake_minor(self) -> int:
        """What may still be asked for."""
        return max(self.spent_minor - self.returned_minor - self.elsewhere_minor, 0)


@dataclass(frozen=True, slots=True)
class Balance:
    """How a recovery stands."""

    decided_minor: int
    due_minor: int
    recovered_minor: int
    written_off_minor: int

    @property
    def outstanding_minor(self) -> int:
        """What is still to come."""
        return max(self.due_minor - self.recovered_minor - self.written_off_minor, 0)

    @property
    def overpaid_minor(self) -> int:
        """What came back beyond what is due, since money also came back another way: it belongs to the cardholder."""
        return max(self.recovered_minor - self.due_minor, 0)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A decision that holds: since when, and how much of it came back or is still asked for."""

    decided_at: datetime
    minor: int


def stake_of(case: Case) -> Stake:
    """Where the money of one case is."""
    return stakes_of([case])[case.pk]


def at_stake(case: Case) -> int:
    """The most that may be asked for in this case now."""
    return stake_of(case).at_stake_minor


def attach_stakes(cases: list[Case]) -> list[Case]:
    """The cases of a list, each with its `stake`, for showing."""
    stakes = stakes_of(cases)
    for case in cases:
        case.stake = stakes[case.pk]
    return cases


def shown_stake(case: Case) -> Stake:
    """The stake that a list attached, else the case's own."""
    return case.stake if case.stake is not None else stake_of(case)


def stakes_of(cases: Collection[Case]) -> dict[int, Stake]:
    """Case id → where its money is; a handful of queries for 500 cases."""
    found: dict[int, Stake] = {}
    rows = list(cases)
    for start in range(0, len(rows), _IDS):
        found.update(_stakes([case.pk for case in rows[start : start + _IDS]]))
    return {case.pk: found.get(case.pk, Stake()) for case in rows}


def cases_at_stake(least: Decimal) -> list[int]:
    """Ids of the cases in which at least so much, in major units of their own currency, is at stake."""
    found: list[int] = []
    # What was spent bounds what is at stake from above: the database leaves out most of the others.
    likely = (
        Case.objects.annotate(spent=Sum("alerts__claim__amount_minor", filter=Q(alerts__left_at=None)))
        .filter(spent__gte=least)
        .only("pk", "currency")
    )
    rows = list(likely.order_by("pk"))
    stakes = stakes_of(rows)
    for case in rows:
        if to_decimal(stakes[case.pk].at_stake_minor, case.currency) >= least:
            found.append(case.pk)
    return found


def net_by_claim(case: Case) -> dict[int, int]:
    """Claim id → what of it is still gone, for the purchases that count in the case."""
    return _net(_purchases([case.pk])).get(case.pk, {})


def _stakes(case_ids: list[int]) -> dict[int, Stake]:
    purchases = _purchases(case_ids)
    net = _net(purchases)
    elsewhere = _elsewhere(net)
    return {
        case_id: Stake(
            spent_minor=sum(claims.values()),
            returned_minor=sum(claims.values()) - sum(net[case_id].values()),
            elsewhere_minor=elsewhere.get(case_id, 0),
        )
        for case_id, claims in purchases.items()
    }


def _purchases(case_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Case → claim → what it took: purchases in the case's currency that still belong to its cardholder."""
    rows = Alert.objects.filter(
        case_id__in=case_ids,
        left_at=None,
        claim__txn_type__in=PURCHASES,
        claim__amount_minor__gt=0,
        claim__currency=F("case__currency"),
        claim__cardholder=F("case__cardholder"),
    ).values_list("case_id", "claim_id", "claim__amount_minor")
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for case_id, claim_id, minor in rows.order_by():
        found[case_id][claim_id] = minor
    return found


def _net(purchases: Mapping[int, Mapping[int, int]]) -> dict[int, dict[int, int]]:
    returned = returned_by_claim(claim_id for claims in purchases.values() for claim_id in claims)
    return {
        case_id: {claim_id: max(minor - returned.get(claim_id, 0), 0) for claim_id, minor in claims.items()}
        for case_id, claims in purchases.items()
    }


def _elsewhere(net: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """Case → what other cases hold of its claims.

    A decision speaks of a case and not of its claims: where only some claims are shared, its money counts as theirs first.
    """
    shared = _others(net)
    if not shared:
        return {}
    asked = asked_by_case({*net, *(other for others in shared.values() for other in others)})
    found = {}
    for case_id, others in shared.items():
        own = asked.get(case_id)
        left = dict(net[case_id])
        for other in sorted(
            others, key=lambda pk: (asked[pk].decided_at, pk) if pk in asked else (datetime.max, pk)
        ):
            held = asked.get(other)
            if held is None or (own is not None and (own.decided_at, case_id) < (held.decided_at, other)):
                continue
            rest = held.minor
            for claim_id in sorted(others[other]):
                part = min(rest, left[claim_id])
                left[claim_id] -= part
                rest -= part
        found[case_id] = sum(net[case_id].values()) - sum(left.values())
    return found


def _others(net: Mapping[int, Mapping[int, int]]) -> dict[int, dict[int, list[int]]]:
    """Case → other case → the claims that both hold."""
    by_claim: dict[int, list[int]] = defaultdict(list)
    for case_id, claims in net.items():
        for claim_id in claims:
            by_claim[claim_id].append(case_id)
    rows = Alert.objects.filter(claim_id__in=by_claim).values_list("case_id", "claim_id").order_by()
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for other, claim_id in rows:
        for case_id in by_claim[claim_id]:
            if case_id != other:
                found[case_id][other].append(claim_id)
    return found


def asked_by_case(case_ids: Iterable[int]) -> dict[int, _Asked]:
    """Case → what came back in it or is still asked for, where a decision with an amount holds."""
    wanted = list(case_ids)
    held = Decision.objects.filter(
        case_id__in=wanted, state=Decision.State.APPROVED, amount_minor__gt=0
    ).values_list("case_id", "amount_minor", "decided_at")
    given_up, came_back = _given_up(wanted), _came_back(wanted)
    return {
        case_id: _Asked(decided_at, max(minor - given_up.get(case_id, 0), came_back.get(case_id, 0)))
        for case_id, minor, decided_at in held.order_by("number")
        if decided_at is not None
    }


def _given_up(case_ids: Collection[int]) -> dict[int, int]:
    rows = Recovery.objects.filter(case_id__in=case_ids, write_off=Recovery.WriteOff.APPROVED)
    return dict(rows.values_list("case_id", "write_off_minor"))


def _came_back(case_ids: Collection[int]) -> dict[int, int]:
    rows = RecoveryPosting.objects.filter(recovery__case_id__in=case_ids).order_by()
    return dict(rows.values_list("recovery__case_id").annotate(total=Sum("amount_minor")))


# Recoveries -------------------------------------------------------------------------------------------------------


def due_minor(case: Case, decision: Decision | None) -> int:
    """What a decision may ask for now: what was decided, but never more than is at stake."""
    return 0 if decision is None else min(decision.amount_minor, at_stake(case))


def balance_of(recovery: Recovery) -> Balance:
    """How one recovery stands."""
    return balances_of([recovery])[recovery.pk]


def balances_of(recoveries: Collection[Recovery]) -> dict[int, Balance]:
    """Recovery id → how it stands."""
    rows = list(recoveries)
    stakes = stakes_of([recovery.case for recovery in rows])
    found: dict[int, Balance] = {}
    for start in range(0, len(rows), _IDS):
        part = rows[start : start + _IDS]
        came_back = _came_back([recovery.case_id for recovery in part])
        for recovery in part:
            is_given_up = recovery.write_off == Recovery.WriteOff.APPROVED
            found[recovery.pk] = Balance(
                decided_minor=recovery.amount_minor,
                due_minor=min(recovery.amount_minor, stakes[recovery.case_id].at_stake_minor),
                recovered_minor=came_back.get(recovery.case_id, 0),
                written_off_minor=recovery.write_off_minor if is_given_up else 0,
            )
    return found


def outstanding(recovery: Recovery) -> int:
    """What of a recovery is still to come."""
    return balance_of(recovery).outstanding_minor


def expected_loss_of(case: Case) -> int:
    """What the case is expected to lose if left alone: each claim's probability times what of it is still gone.

    A claim that no run has scored counts nothing.
    """
    net = net_by_claim(case)
    scored = Alert.objects.filter(case=case, left_at=None, score__isnull=False)
    rows = scored.values_list("claim_id", "score__hybrid_probability")
    return sum(round(probability * net.get(claim_id, 0)) for claim_id, probability in rows)


def claims_of(case: Case) -> list[Claim]:
    """The claims a case is about now, oldest first; those that left it are not among them."""
    held = Claim.objects.filter(alerts__case=case, alerts__left_at=None)
    return list(held.select_related("merchant", "cardholder").order_by("transacted_at", "pk"))
