"""What a case may still ask for, and how a recovery stands: derived every time, stored nowhere.

    at stake = purchases of the case - everything linked that came back - what other cases on the same claims
               got back, and still ask for by a decision older than this case's own; never below 0
    due      = what was decided, but never more than is at stake
    open     = due - postings - an approved write-off, never below 0; nothing once the recovery has ended

Where a case was reopened, the decision that was taken anew holds in the place of the earlier one (`money_lines`): what was taken or
given up before counts towards it, and what it does not need of that is owed by the case that took it. What was given back of money that
the bank took back afterwards is due whatever was decided: on the decision that holds, or on the case that gave it where that asks for nothing.

Queue, case, letter, proposal, approval, notice, appeal, opening, sweep, reopening, reports and exports ask here. Amounts
are minor units of the case's currency; claims of another person since a correction count nothing, nor do those in another
currency, but where they were judged in the case's own (`money_claims`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from audit.reading import read_once
from cases.models import Alert, Case, Decision, Recovery
from cases.services.money_claims import net_of, purchases_of
from cases.services.money_lines import Standing, standings_of
from cases.services.money_relations import in_lines
from cases.services.money_rows import Posted, posted_by_case, read_held
from cases.services.money_shares import held_elsewhere, kept_of
from fraud.claims.models import Claim
from fraud.claims.money import money_of

_IDS = 500


@dataclass(frozen=True, slots=True)
class Stake:
    """Where the money of a case is."""

    spent_minor: int = 0
    returned_minor: int = 0
    elsewhere_minor: int = 0  # came back, or is asked for, in other cases on the same claims
    superseded_minor: int = 0  # of payments on which a case that was opened anew has decided since
    carried_minor: int = 0  # came in on the earlier cases of its line and counts towards its decision; below 0: given back beyond that
    forgone_minor: int = 0  # was given up in them
    needed_minor: int = 0  # of what came in here, what later decisions of its line need
    needed_forgone_minor: int = 0
    short_minor: int = (
        0  # given back here beyond what came in, as far as others of its line ask for it or have it
    )
    taken_over_minor: int = 0  # so given back in the earlier cases of its line, and asked for by its decision
    others: frozenset[int] = field(
        default=frozenset(), compare=False
    )  # the other cases that hold one of its claims
    earlier: frozenset[int] = field(default=frozenset(), compare=False)  # the earlier cases of its line
    later: frozenset[int] = field(default=frozenset(), compare=False)  # those whose decision now holds
    awaited: frozenset[int] = field(default=frozenset(), compare=False)  # open ones that are to decide anew
    superseded: frozenset[int] = field(default=frozenset(), compare=False)  # those payments

    @property
    def at_stake_minor(self) -> int:
        """What may still be asked for, with what was taken before in its line."""
        elsewhere = self.elsewhere_minor + self.superseded_minor
        return max(self.spent_minor - self.returned_minor - elsewhere, 0)

    @property
    def is_replaced(self) -> bool:
        """Whether nothing of the case's own decision holds any more: on all of its payments another case decided anew."""
        return bool(self.later) and not self.at_stake_minor

    def due_of(self, decided_minor: int) -> int:
        """What of a decided amount holds now, with what later decisions of the line need of it."""
        return min(decided_minor, self.at_stake_minor + self.needed_minor + self.needed_forgone_minor)

    def asked_of(self, decided_minor: int) -> int:
        """What a decision asks for beyond what was taken, or given up, in the earlier cases of its line."""
        return max(self.due_of(decided_minor) - self.carried_minor - self.forgone_minor, 0)


@dataclass(frozen=True, slots=True)
class Balance:
    """How a recovery stands."""

    decided_minor: int
    due_minor: int
    recovered_minor: int
    given_up_minor: int = 0  # what two persons gave up, whatever of it the card gave back since
    given_back_minor: int = 0  # paid back to the cardholder; `recovered_minor` is what came in less this
    short_minor: int = 0  # of what was given back beyond what came in: asked for elsewhere, or met by other money of its line
    taken_over_minor: int = 0  # what was so given back in the earlier cases of the line and is asked for here
    kept_minor: int = 0  # of what came in: for payments that left as another person's and are theirs again
    carried_minor: int = 0  # what was taken in the earlier cases of its line and counts towards what is due
    forgone_minor: int = 0  # what was given up in them
    is_closed: bool = False

    @property
    def own_due_minor(self) -> int:
        """What is due here: beyond what was taken earlier in the line."""
        return max(self.due_minor - self.carried_minor, 0)

    @property
    def outstanding_minor(self) -> int:
        """What is still to come; a recovery that has ended asks for nothing until it is taken up again."""
        return 0 if self.is_closed else self.missing_minor

    @property
    def missing_minor(self) -> int:
        """The same, whether it has ended or not: what it asks for once it is taken up again."""
        gone = self.recovered_minor + self.short_minor + self.given_up_minor + self.forgone_minor
        return max(self.own_due_minor - gone, 0)

    @property
    def held_minor(self) -> int:
        """What came in here and was not given back; nothing where more was given back, which `uncovered_minor` tells."""
        return max(self.recovered_minor, 0)

    @property
    def held_before_minor(self) -> int:
        """The same of the earlier cases of the line."""
        return self.carried_minor + self.taken_over_minor

    @property
    def uncovered_minor(self) -> int:
        """Of what is to come: what was given back to the cardholder of money that the bank took back afterwards, here or earlier in the line."""
        return self.taken_over_minor + max(-self.recovered_minor - self.short_minor, 0)

    @property
    def written_off_minor(self) -> int:
        """What is lost by giving it up: no more than is missing now."""
        missing = self.own_due_minor - self.recovered_minor - self.short_minor - self.forgone_minor
        return min(self.given_up_minor, max(missing, 0))

    @property
    def overpaid_minor(self) -> int:
        """What came in beyond what is due and was not given back: money also came back another way, or less was decided anew. It belongs
        to the cardholder."""
        return max(self.recovered_minor - max(self.own_due_minor, self.kept_minor), 0)


def stake_of(case: Case) -> Stake:
    """Where the money of one case is."""
    return stakes_of([case])[case.pk]


def at_stake(case: Case) -> int:
    """The most that may be asked for in this case now."""
    return stake_of(case).at_stake_minor


def attach_stake(case: Case, returned: Mapping[int, int]) -> None:
    """Its `stake` for a page that has asked what came back of each of its claims."""
    case.stake = _stakes([case.pk], returned).get(case.pk, Stake())


def shown_stake(case: Case) -> Stake:
    """The stake that a list attached, else the case's own."""
    return case.stake if case.stake is not None else stake_of(case)


def _shown_stakes(cases: Collection[Case]) -> dict[int, Stake]:
    unknown = stakes_of([case for case in cases if case.stake is None])
    return unknown | {case.pk: case.stake for case in cases if case.stake is not None}


def stakes_of(cases: Collection[Case]) -> dict[int, Stake]:
    """Case id → where its money is; a handful of queries for 500 cases."""
    found: dict[int, Stake] = {}
    rows = list(cases)
    for start in range(0, len(rows), _IDS):
        found.update(_stakes([case.pk for case in rows[start : start + _IDS]]))
    return {case.pk: found.get(case.pk, Stake()) for case in rows}


def net_by_claim(case: Case) -> dict[int, int]:
    """Claim id → what of it is still gone, for the purchases that count in the case."""
    held = read_held([case.pk])
    return net_of(purchases_of(held, [case.pk]), held).get(case.pk, {})


def _stakes(case_ids: list[int], returned: Mapping[int, int] | None = None) -> dict[int, Stake]:
    held = read_held(case_ids)
    purchases = purchases_of(held, case_ids)
    net = net_of(purchases, held, returned)
    elsewhere = held_elsewhere(net, held)
    holding: dict[int, set[int]] = defaultdict(set)
    for row in held:
        if row.left_at is None:
            holding[row.claim_id].add(row.case_id)
    own = {(row.case_id, row.claim_id) for row in held if row.left_at is None}
    others: dict[int, set[int]] = defaultdict(set)
    for case_id, claim_id in own:
        others[case_id] |= holding[claim_id] - {case_id}
    lines = standings_of(in_lines(held) & purchases.keys())
    return {
        case_id: Stake(
            spent_minor=sum(claims.values()),
            returned_minor=sum(claims.values()) - sum(net[case_id].values()),
            others=frozenset(others[case_id]),
            **(
                _of_line(lines[case_id])
                if case_id in lines
                else {"elsewhere_minor": elsewhere.get(case_id, 0)}
            ),
        )
        for case_id, claims in purchases.items()
    }


def _of_line(standing: Standing) -> dict[str, Any]:
    return {
        "elsewhere_minor": standing.elsewhere_minor,
        "superseded_minor": standing.superseded_minor,
        "carried_minor": standing.carried_minor,
        "forgone_minor": standing.forgone_minor,
        "needed_minor": standing.needed_minor,
        "needed_forgone_minor": standing.needed_forgone_minor,
        "short_minor": standing.short_minor,
        "taken_over_minor": standing.taken_over_minor,
        "awaited": standing.awaited,
        "earlier": standing.prior,
        "later": frozenset(standing.later),
        "superseded": standing.superseded,
    }


# Recoveries -------------------------------------------------------------------------------------------------------


def due_minor(case: Case, decision: Decision | None) -> int:
    """What a decision may ask for now, with what was taken before in its line: what was decided, but never more than is at stake."""
    return 0 if decision is None else shown_stake(case).due_of(decision.amount_minor)


def asked_minor(case: Case, decision: Decision | None) -> int:
    """What a decision asks for before anything came in on its own case: beyond what was taken or given up in the cases it takes up."""
    return 0 if decision is None else shown_stake(case).asked_of(decision.amount_minor)


def balance_of(recovery: Recovery) -> Balance:
    """How one recovery stands."""
    return read_once(("balance", recovery.pk), lambda: balances_of([recovery])[recovery.pk])


def balances_of(recoveries: Collection[Recovery]) -> dict[int, Balance]:
    """Recovery id → how it stands; what a list has attached as the stake of a case is not read again."""
    rows = list(recoveries)
    stakes = _shown_stakes([recovery.case for recovery in rows])
    found: dict[int, Balance] = {}
    for start in range(0, len(rows), _IDS):
        part = rows[start : start + _IDS]
        posted = posted_by_case([recovery.case_id for recovery in part])
        for recovery in part:
            sums, stake = posted.get(recovery.case_id, Posted(0, 0)), stakes[recovery.case_id]
            found[recovery.pk] = Balance(
                decided_minor=recovery.amount_minor,
                due_minor=stake.due_of(recovery.amount_minor),
                carried_minor=stake.carried_minor,
                forgone_minor=stake.forgone_minor,
                short_minor=stake.short_minor,
                taken_over_minor=stake.taken_over_minor,
                recovered_minor=sums.came_back_minor,
                given_up_minor=recovery.waived_minor,
                given_back_minor=sums.given_back_minor,
                is_closed=recovery.closed_at is not None,
            )
    return found | _with_kept(rows, found, stakes)


def _with_kept(
    recoveries: Iterable[Recovery], found: Mapping[int, Balance], stakes: Mapping[int, Stake]
) -> dict[int, Balance]:
    """The balances on which more came in than is due, where some of it was for payments that went to another person and back."""
    over = {recovery.case_id: recovery for recovery in recoveries if found[recovery.pk].overpaid_minor}
    superseded = {case_id: stakes[case_id].superseded for case_id in over}
    kept_by_case = kept_of(over, superseded) if over else {}
    return {
        recovery.pk: replace(
            found[recovery.pk],
            kept_minor=min(kept + stakes[recovery.case_id].needed_minor, recovery.amount_minor),
        )
        for recovery, kept in ((over[case_id], kept) for case_id, kept in kept_by_case.items())
    }


def outstanding(recovery: Recovery) -> int:
    """What of a recovery is still to come."""
    return balance_of(recovery).outstanding_minor


def expected_loss_of(case: Case) -> int:
    """What the case is expected to lose if left alone: each claim's probability times what of it is still gone.

    A claim that no run has scored counts nothing, and no more is lost than may still be asked for.
    """
    scored = Alert.objects.filter(case=case, left_at=None, score__isnull=False)
    rows = list(scored.values_list("claim_id", "score__hybrid_probability"))
    if not rows:
        return 0
    net = net_by_claim(case)
    return min(sum(round(p * net.get(claim_id, 0)) for claim_id, p in rows), at_stake(case))


def priority_of(case: Case, expected_loss_minor: int) -> int:
    """The case's place in the queue: its expected loss, or what is at stake where no run has scored it."""
    return expected_loss_minor if case.is_scored else at_stake(case)


def claims_of(case: Case) -> list[Claim]:
    """The claims a case is about now, oldest first; those that left it are not among them."""
    held = Claim.objects.filter(alerts__case=case, alerts__left_at=None)
    return list(held.select_related("merchant", "cardholder").order_by("transacted_at", "pk"))


def told_claims(case: Case) -> list[Claim]:
    """The claims of a case as their cardholder is told of them: each with what of it came back, `returned_minor`."""
    claims = claims_of(case)
    money = money_of(claims)
    for claim in claims:
        claim.returned_minor = money[claim.pk].returned_minor  # type: ignore[attr-defined]
    return claims
