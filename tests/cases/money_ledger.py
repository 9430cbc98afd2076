"""The plain ledger of the money machine: what was paid, given back, decided and repaid, and what must hold of it.

It says the sentence that everything is about and not how the product works it out. The true loss of a payment is what was paid
minus what the card gave back, never below 0. Nobody is asked for more than that, over all cases on it and with what was
repaid; how several cases share what is left is the product's affair. Where a case was opened anew, the last decision on a payment is the
one that holds: what was repaid before counts towards it, and what is not needed of it is owed. Amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations


@dataclass
class Paid:
    """A payment as it was delivered last, and what the card gave back of it: id of the money back → amount.

    `is_known` is false while only money back of it has arrived.
    """

    name: str
    person: str
    place: str
    amount: int
    currency: str
    at: datetime
    back: dict[str, int] = field(default_factory=dict)
    is_known: bool = True

    @property
    def loss(self) -> int:
        return max(self.amount - sum(self.back.values()), 0) if self.is_known else 0


@dataclass
class Held:
    """A case as people left it: the payments in it now, all that ever were, the decision that holds, what was repaid."""

    person: str
    currency: str
    claims: frozenset[str]
    ever: frozenset[str] = frozenset()
    decided: int = 0
    came_back: int = 0
    given_up: int = 0
    is_closed: bool = False
    handed: frozenset[str] = frozenset()  # payments that left as another person's
    judged: int = 0  # which decision of the walk was its last one; 0: none
    takes_up: dict[str, frozenset[str]] = field(
        default_factory=dict
    )  # payment → the cases it was judged in before, behind this one

    def __post_init__(self) -> None:
        self.ever = self.ever or self.claims

    def hand(self, name: str) -> None:
        """A payment of it has turned out to be another person's and leaves."""
        if name in self.claims:
            self.claims, self.handed = self.claims - {name}, self.handed | {name}

    def follow(self, other: Held, names: Collection[str], *further: str) -> None:
        """Payments came over from another case, with what lies behind them there; `further`: with that case itself."""
        for name in names:
            behind = other.takes_up.get(name, frozenset()) | frozenset(further)
            self.takes_up[name] = self.takes_up.get(name, frozenset()) | behind

    @property
    def is_judged(self) -> bool:
        """Whether a decision of it holds: not where every payment has turned out to be another person's."""
        return bool(self.judged and self.claims)

    @property
    def promised(self) -> int:
        """The most that the case's decision can hold of its payments: all it says while it asks, what was repaid afterwards."""
        return self.came_back if self.is_closed else max(self.decided, self.came_back)


@dataclass(frozen=True)
class Told:
    """What the product says of a case: what may be asked for, what is being asked for, what is owed back to its person."""

    at_stake: int
    asked: int
    owed: int = 0


@dataclass
class Ledger:
    """Plain sums over what was delivered and done: payments by their id, cases by their reference."""

    paid: dict[str, Paid] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)

    def loss(self, names: Collection[str]) -> int:
        """The true loss of some payments."""
        return sum(self.paid[name].loss for name in names)

    def is_alone(self, case: Held) -> bool:
        """True when no other case ever knew one of its payments: nothing has to be shared."""
        return not any(one.ever & case.ever for one in self.held.values() if one is not case)

    def is_before(self, name: str, earlier: str, paid: str) -> bool:
        """Whether a case takes up what another one decided on a payment: it is judged anew, or was judged anew later."""
        case, other = self.held[name], self.held[earlier]
        if (
            name == earlier
            or paid not in case.claims | case.handed
            or paid not in other.claims | other.handed
        ):
            return False
        behind, before = case.takes_up.get(paid, frozenset()), other.takes_up.get(paid, frozenset())
        if not (earlier in behind or (name not in before and behind & before)):
            return False
        return other.is_judged and (not case.is_judged or case.judged > other.judged)

    def before(self, name: str) -> set[str]:
        """The cases that one takes up, with any of its payments."""
        return {
            one for one in self.held for paid in self.held[name].claims if self.is_before(name, one, paid)
        }

    def speaks_of(self, name: str) -> frozenset[str]:
        """The payments of a case that are its person's and on which no later case has decided anew."""
        return frozenset(
            paid
            for paid in self.owned(self.held[name])
            if not any(
                one.is_judged and self.is_before(later, name, paid) for later, one in self.held.items()
            )
        )

    def known(self) -> list[Paid]:
        """The payments that have arrived, in their order."""
        return [paid for paid in self.paid.values() if paid.is_known]

    def hand_over(self, paid: Paid) -> None:
        """The payment has turned out to be another person's: it leaves the cases that are still open."""
        for case in self.held.values():
            if not case.is_closed and case.person != paid.person:
                case.hand(paid.name)

    def owned(self, case: Held) -> frozenset[str]:
        """The case's payments that are still its person's; a closed case keeps the others and asks nothing for them."""
        return frozenset(name for name in case.claims if self.paid[name].person == case.person)

    def answered_for(self, case: Held) -> frozenset[str]:
        """The payments that what was repaid in the case stands for: those that are its person's, also where they went and came back."""
        return frozenset(name for name in case.claims | case.handed if self.paid[name].person == case.person)

    # What must hold -------------------------------------------------------------------------------------------------

    def check(self, told: Mapping[str, Told]) -> None:
        """Compare what the product tells of every case, by reference, with the sums. Raises AssertionError."""
        assert set(told) == set(self.held)
        for name, case in self.held.items():
            self._check_case(name, case, told[name])
        for names in self._overlapping():
            self._check_together(names, told)
        for chain in self._chains():
            self._check_chain(chain, told)

    def _check_case(self, name: str, case: Held, said: Told) -> None:
        loss = self.loss(self.owned(case))
        mine = self.loss(self.speaks_of(name))
        assert 0 <= said.at_stake <= mine, f"{name}: {said} of {mine}, {case}"
        assert 0 <= said.asked <= max(loss - case.came_back, 0), f"{name}: {said} of {loss}, {case}"
        assert 0 <= said.owed <= max(case.came_back, 0), f"{name}: {said}, {case}"
        if self.is_alone(case):
            assert said.at_stake == loss, f"{name}: {said} of {loss}, {case}"
            due = max(min(case.decided, loss) - case.came_back - case.given_up, 0)
            assert said.asked == due, f"{name}: {said}, due {due}, {case}"
            owed = max(case.came_back - min(case.decided, self.loss(self.answered_for(case))), 0)
            assert said.owed == owed, f"{name}: {said}, owed {owed}, {case}"
            return
        before = self.before(name)
        others = [
            one
            for key, one in self.held.items()
            if key != name and key not in before and one.ever & case.ever
        ]
        least = max(mine - sum(one.promised for one in others), 0)
        assert said.at_stake >= least, f"{name}: {said}, at least {least}: nobody else holds it; {case}"

    def _check_chain(self, names: list[str], told: Mapping[str, Told]) -> None:
        """Cases on the very same payments, each opened anew from one before, and nobody else on any of them: the last decision holds, once.

        All that came in counts towards it, wherever; what was given up stays given up; the rest is asked for, or owed. Where the last decision
        asks for nothing, what is missing is what was given back of money that did not stay, and who gave it asks for it.
        """
        cases = {name: self.held[name] for name in names}
        judged = sorted((case.judged, name) for name, case in cases.items() if case.is_judged)
        if not judged:
            return
        last = judged[-1][1]
        due = min(cases[last].decided, self.loss(cases[last].claims))
        came_in = sum(case.came_back for case in cases.values())
        given_up = sum(case.given_up for case in cases.values())
        owed = sum(told[name].owed for name in names)
        assert owed == max(came_in - due, 0), f"{names}: owed {owed}, {came_in} came in of {due}; {cases}"
        missing = max(due - came_in - given_up, 0)
        is_open = any(not case.is_judged and not case.is_closed for case in cases.values())
        asked = sum(told[name].asked for name in names)
        assert asked == missing or (asked < missing and is_open), f"{names}: {asked} of {missing}; {cases}"
        for name, case in cases.items():
            may_ask = name == last if cases[last].decided else case.came_back < 0
            assert may_ask or not told[name].asked, f"{name}: {told[name]}; {cases}"
            if name == last or not case.is_judged:
                assert told[name].at_stake == self.loss(case.claims), f"{name}: {told[name]}; {cases}"

    def _chains(self) -> Iterator[list[str]]:
        """Groups of cases for `_check_chain`."""
        for group in self._overlapping():
            names = [name for name, case in self.held.items() if case.ever & group]
            cases = [self.held[name] for name in names]
            is_same = all(case.ever == case.claims == group == self.owned(case) for case in cases)
            if len(names) > 1 and is_same and all(self._is_chain(names, paid) for paid in group):
                yield names

    def _is_chain(self, names: list[str], paid: str) -> bool:
        """Whether of any two of the cases one takes up the other."""
        behind = {name: self.held[name].takes_up.get(paid, frozenset()) for name in names}
        return all(
            one in behind[other] or other in behind[one] or behind[one] & behind[other]
            for one, other in combinations(names, 2)
        )

    def _overlapping(self) -> Iterator[frozenset[str]]:
        """Payments that cases share, with whatever else those cases hold: groups in which sums can meet."""
        groups: list[frozenset[str]] = []
        for case in self.held.values():
            near = [group for group in groups if group & case.ever]
            groups = [group for group in groups if group not in near] + [case.ever.union(*near)]
        yield from groups

    def _check_together(self, names: frozenset[str], told: Mapping[str, Told]) -> None:
        """Of whatever payments: what the cases on nothing but these were repaid and still ask is no more than their loss.

        Where somebody had repaid more than the card left of it afterwards, that much is owed to them and the sum says nothing. What was
        repaid for nothing but other people's payments is theirs who repaid it.
        """
        cases = {
            name: case
            for name, case in self.held.items()
            if case.ever <= names and (self.answered_for(case) or not case.handed)
        }
        if len(cases) < 2:
            return  # a case for itself is compared by itself
        overpaid: list[frozenset[str]] = []
        for some in _parts(names):
            inside = {name: case for name, case in cases.items() if case.ever <= some}
            kept = sum(case.came_back - told[name].owed for name, case in inside.items())
            asked, loss = sum(told[name].asked for name in inside), self.loss(some)
            repaid = sum(case.came_back for case in inside.values())
            if repaid > loss and not any(case.takes_up for case in inside.values()):
                overpaid.append(some)
            if any(part <= some for part in overpaid):
                continue
            assert kept + asked <= loss, f"{sorted(some)} cost {loss}: {kept} kept, {asked} asked; {inside}"


def _parts(names: frozenset[str]) -> Iterator[frozenset[str]]:
    """Every part of a set, smaller ones first."""
    for size in range(1, len(names) + 1):
        for some in combinations(sorted(names), size):
            yield frozenset(some)
