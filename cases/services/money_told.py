"""What is told as the amount of a case, wherever one is shown: page, list, cardholder's list, brief, interface, dossier, report.

    nothing decided   what is at stake
    decided           what the decision asks for, after appeals and what the card gave back since
    being repaid      what of that is still to come: less what was repaid, less what was given up
    ended             what was repaid or written off of it, or that nothing was to come back
    owed              what of it is to be given back to the cardholder, as long as it is not

Of a case that was opened anew also what was repaid or given up in the cases before it, as far as its decision needs it.
    merged            no amount: it is told where its claims are now

Derived from `money`, which says what may be asked for and how a recovery stands. Amounts are minor units of the case's currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db.models import Q, QuerySet, Sum

from audit.prepared import prepared
from cases.models import Case, Decision, Recovery
from cases.services.money import Balance, Stake, balance_of, balances_of, shown_stake, stakes_of
from cases.services.money_claims import net_of, purchases_of, take
from cases.services.money_lines import standings_of
from cases.services.money_relations import in_lines
from cases.services.money_rows import read_decisions, read_held
from cases.services.standing import current_decision, is_dissolved, recovery_of
from cases.workflow import State
from rules.money import to_decimal

_IDS = 500


class Kind(StrEnum):
    """Which amount of a case it is."""

    AT_STAKE = "at_stake"
    DECIDED = "decided"
    OPEN = "open"
    REPAID = "repaid"
    IN_PART = "repaid_in_part"  # repaid, and the rest of it written off
    WRITTEN_OFF = "written_off"
    OWED = "to_give_back"  # more came in than is due: the rest belongs to the cardholder
    NOTHING = "nothing"  # nothing was to come back
    MERGED = "merged"  # its claims, and all money of them, are in the case it was merged into


@dataclass(frozen=True, slots=True)
class Told:
    """The money of a case as it is told. `decided_minor` is None as long as no decision holds; `due_minor` is what it asks for now."""

    kind: Kind
    spent_minor: int
    open_minor: int
    decided_minor: int | None = None
    due_minor: int = 0
    repaid_minor: int = 0
    written_off_minor: int = 0
    at_stake_minor: int = 0
    earlier_minor: int = 0  # of what was repaid: in the cases before it, which it takes up
    owed_minor: int = 0  # of what was repaid: to be given back to the cardholder
    later_minor: int = 0  # of what was repaid: counts towards a decision taken anew in another case
    uncovered_minor: int = 0  # of what is to come: was given back of money that the bank took back afterwards

    @property
    def is_decided_in_part(self) -> bool:
        """Whether the decision asks for something, but not for all that is at stake."""
        return 0 < (self.decided_minor or 0) < self.at_stake_minor

    @property
    def minor(self) -> int:
        """The amount to show with `kind`; where nothing was to come back, what was spent."""
        if self.kind == Kind.NOTHING:
            return self.spent_minor
        if self.kind == Kind.WRITTEN_OFF:
            return self.written_off_minor
        if self.kind == Kind.OWED:
            return self.owed_minor
        return self.repaid_minor if self.kind in (Kind.REPAID, Kind.IN_PART) else self.open_minor


def told_money(case: Case) -> Told:
    """The money of one case, as a list attached it, else as it stands."""
    if case.told is not None:
        return case.told  # type: ignore[no-any-return]
    stake = shown_stake(case)
    if not _is_judged(case):
        return _told(case, stake, None, None)
    decision, recovery = current_decision(case), recovery_of(case)
    holds = decision is not None and decision.state == Decision.State.APPROVED
    balance = balance_of(recovery) if recovery is not None else None
    return _told(case, stake, decision.amount_minor if decision is not None and holds else None, balance)


def is_owed(case: Case) -> bool:
    """Whether something of it is still to be repaid, due on `case.due_on`."""
    told = told_money(case)
    return case.state == State.RECOVERING and told.kind == Kind.OPEN and told.open_minor > 0


def attach_money(cases: list[Case]) -> list[Case]:
    """The cases of a list, each with its `stake` and what is `told` of it. Three queries more where some of them are decided."""
    told, stakes = _told_of(cases)
    for case in cases:
        case.stake, case.told = stakes[case.pk], told[case.pk]
    return cases


def _told_of(cases: Collection[Case]) -> tuple[dict[int, Told], dict[int, Stake]]:
    stakes = stakes_of(cases)
    decided = {case.pk: case for case in cases if _is_judged(case)}
    amounts = decided_amounts(decided)
    recoveries = _recoveries_of(decided)
    for recovery in recoveries:
        recovery.case = decided[recovery.case_id]
        recovery.case.stake = stakes[recovery.case_id]
    balances = balances_of(recoveries) if recoveries else {}
    of_case = {recovery.case_id: balances[recovery.pk] for recovery in recoveries}
    return {
        case.pk: _told(case, stakes[case.pk], amounts.get(case.pk), of_case.get(case.pk)) for case in cases
    }, stakes


def decided_amounts(case_ids: Collection[int]) -> dict[int, int]:
    """Case → what the decision that holds says is to come back; a case without one is missing."""
    found: dict[int, int] = {}
    ids = list(case_ids)
    for start in range(0, len(ids), _IDS):
        held = read_decisions(ids[start : start + _IDS])
        found.update((case_id, minor) for case_id, minor, _at in held)
    return found


def _recoveries_of(case_ids: Collection[int]) -> list[Recovery]:
    ids = list(case_ids)
    parts = (ids[start : start + _IDS] for start in range(0, len(ids), _IDS))
    return [recovery for part in parts for recovery in _recoveries.rows(part)]


@prepared
def _recoveries(case_ids: Collection[int]) -> QuerySet[Recovery]:
    rows = Recovery.objects.filter(case__in=case_ids)
    return rows.only("case_id", "amount_minor", "waived_minor", "closed_at")


def _is_judged(case: Case) -> bool:
    """Whether money may have come in on it: it is decided, or ended since its payments are somebody else's."""
    return bool(case.disposition) or is_dissolved(case) or case.state == State.RECOVERING


def _told(case: Case, stake: Stake, decided_minor: int | None, balance: Balance | None) -> Told:
    is_over = case.state == State.CLOSED
    if case.merged_into_id is not None and not stake.spent_minor:
        return Told(Kind.MERGED, 0, 0)
    if not case.disposition:
        nothing = is_over and not stake.spent_minor
        owed = balance.overpaid_minor if balance is not None else 0
        asked = (
            balance.outstanding_minor if balance is not None else 0
        )  # given back of money that did not stay
        return Told(
            Kind.OPEN if asked else Kind.OWED if owed else Kind.NOTHING if nothing else Kind.AT_STAKE,
            stake.spent_minor,
            asked if asked or nothing else stake.at_stake_minor,
            at_stake_minor=stake.at_stake_minor,
            owed_minor=owed,
            uncovered_minor=asked,
        )
    due = stake.due_of(decided_minor or 0)
    earlier, forgone = (stake.carried_minor, stake.forgone_minor) if decided_minor is not None else (0, 0)
    repaid, written_off, owed = max(earlier, 0), forgone, 0
    uncovered = stake.taken_over_minor if decided_minor is not None else 0
    still = stake.asked_of(decided_minor or 0) if not is_over else 0
    if balance is not None:
        due, still = balance.due_minor, balance.outstanding_minor
        repaid = max(earlier + max(balance.recovered_minor, 0), 0)
        written_off += balance.written_off_minor
        owed = balance.overpaid_minor
        uncovered = balance.uncovered_minor
    return Told(
        Kind.OWED if owed else _kind(still, repaid, written_off, is_asked=balance is not None),
        stake.spent_minor,
        still,
        decided_minor,
        due,
        repaid,
        written_off,
        stake.at_stake_minor,
        max(earlier, 0),
        owed,
        stake.needed_minor,
        min(uncovered, still),
    )


def _kind(still: int, repaid: int, written_off: int, *, is_asked: bool) -> Kind:
    if still:
        return Kind.OPEN if is_asked else Kind.DECIDED
    if repaid:
        return Kind.IN_PART if written_off else Kind.REPAID
    return Kind.WRITTEN_OFF if written_off else Kind.NOTHING


def cases_with_money(least: Decimal) -> list[int]:
    """Ids of the cases whose amount, as lists show it, is at least so much, in major units of their own currency."""
    # What was spent or repaid bounds it from above: the database leaves out most of the others.
    spent = Sum("alerts__claim__amount_minor", filter=Q(alerts__left_at=None))
    repaid = Recovery.objects.filter(amount_minor__gte=least).values("case_id")
    likely = Case.objects.annotate(spent=spent).filter(Q(spent__gte=least) | Q(pk__in=repaid))
    rows = list(likely.only("pk", "currency", "state", "disposition").order_by("pk"))
    told, _stakes = _told_of(rows)
    return [case.pk for case in rows if to_decimal(told[case.pk].minor, case.currency) >= least]


# Reports ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Of decided cases of one currency: `confirmed_minor` is what their decisions ask for, each payment once and never more than is gone
    of it; `prevented_minor` what the card gave back; both also by case, a payment of several cases with the earliest."""

    confirmed_minor: int
    prevented_minor: int
    of_case: Mapping[int, int]
    prevented_of_case: Mapping[int, int]


def confirmed_by_currency(cases: Collection[Case]) -> dict[str, Confirmed]:
    """Currency → what was confirmed in these cases; a payment that was decided anew counts with its last decision alone.

    A case whose decision is not on record counts with all that is gone of its payments; where two decisions speak of one payment, the
    earlier case counts first.
    """
    rows = sorted(cases, key=lambda case: case.pk)
    amounts = decided_amounts([case.pk for case in rows])
    purchases: dict[int, Mapping[int, int]] = {}
    net: dict[int, Mapping[int, int]] = {}
    for start in range(0, len(rows), _IDS):
        ids = [case.pk for case in rows[start : start + _IDS]]
        held = read_held(ids)
        bought = purchases_of(held, ids)
        purchases |= bought
        lines = standings_of(in_lines(held) & bought.keys())
        net |= {
            pk: {
                one: minor
                for one, minor in claims.items()
                if pk not in lines or one not in lines[pk].superseded
            }
            for pk, claims in net_of(bought, held).items()
        }
    spent: dict[str, dict[int, int]] = defaultdict(dict)
    gone: dict[str, dict[int, int]] = defaultdict(dict)
    for case in rows:
        spent[case.currency] |= {
            one: minor for one, minor in purchases.get(case.pk, {}).items() if one in net.get(case.pk, {})
        }
        gone[case.currency] |= net.get(case.pk, {})
    left = {currency: dict(claims) for currency, claims in gone.items()}
    of_case: dict[str, dict[int, int]] = defaultdict(dict)
    prevented: dict[str, dict[int, int]] = defaultdict(dict)
    for case in rows:
        claims, currency = net.get(case.pk, {}), case.currency
        decided = amounts.get(case.pk, sum(claims.values()))
        of_case[currency][case.pk] = take(left[currency], claims, decided)
        back = [
            spent[currency].pop(claim) - gone[currency][claim] for claim in claims if claim in spent[currency]
        ]
        prevented[currency][case.pk] = sum(back)
    return {
        currency: Confirmed(
            sum(of_case[currency].values()),
            sum(prevented[currency].values()),
            of_case[currency],
            prevented[currency],
        )
        for currency in spent
    }
