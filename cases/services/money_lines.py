"""What a decision that is taken anew does to the money of the earlier one: a case that was reopened and those that go on with it.

A *line* is a payment's way from a case that was reopened into the case that decides on it anew, through merges and splits. Money
belongs to the payment: what was taken for it stays posted where it came in and is counted once, in the order of the decisions:

    prior       earlier cases of the line: neither what came in there nor what they decided stands against the new case's stake
    superseded  payments of a case on which a later case of the line has decided: its own decision speaks of them no more
    carried     what came in on prior cases and the decision that holds needs; what it does not need is owed where it came in
    forgone     the same of what two persons gave up there
    short       given back there beyond what came in, since the bank took back what had come in: met by what the line has too much of, the rest
                is asked for by the decision that holds, or, where that asks for nothing (a clearing), by the case that gave it back

So over a line what came in and is not owed, what was given up and what is asked for are together what holds, once. Every case is seen by
itself and with all cases it is connected with by payments, so the answer does not depend on which others are asked about. Amounts are
minor units of each case's currency.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from audit.reading import read_once
from cases.services.money_claims import in_currency_of, net_of, purchases_of, take
from cases.services.money_relations import Key, LineRelations
from cases.services.money_rows import (
    Asked,
    HeldClaim,
    asked_by_case,
    others_of,
    read_decisions,
    read_held,
    waived_by_case,
)


@dataclass(slots=True)
class Standing:
    """How a case of a line stands towards the others."""

    elsewhere_minor: int = 0  # held by cases outside of the line
    superseded_minor: int = 0  # still gone of what later cases decided on
    carried_minor: int = 0
    forgone_minor: int = 0
    needed_minor: int = 0  # of what came in here: what later decisions of the line need
    needed_forgone_minor: int = 0
    short_minor: int = 0  # given back here beyond what came in: what a later decision asks for, or money elsewhere in the line meets
    taken_over_minor: int = 0  # of what was so given back in earlier cases: what this decision asks for
    superseded: frozenset[int] = frozenset()
    prior: frozenset[int] = frozenset()
    later: set[int] = field(default_factory=set)  # cases whose decision governs payments of this one
    awaited: frozenset[int] = frozenset()  # open cases that are to decide on payments of this one


def standings_of(case_ids: Collection[int]) -> dict[int, Standing]:
    """How each of these cases stands towards the cases it is connected with; within one reading of a page worked out once."""
    wanted = frozenset(case_ids)
    if not wanted:
        return {}
    known: list[_Lines] = read_once("lines of cases", list)
    lines = next((one for one in known if wanted <= one.found.keys()), None)
    if lines is None:
        lines = _Lines(_connected(wanted))
        known.append(lines)
    return {case_id: lines.standing(case_id) for case_id in case_ids}


def _connected(case_ids: Collection[int]) -> list[HeldClaim]:
    """The rows of all payments that these cases, and those connected with them by payments, hold."""
    known = set(case_ids)
    while True:
        held = read_held(sorted(known))
        found = {row.case_id for row in held}
        if found <= known:
            return held
        known |= found


class _Lines:
    """All cases that are connected, worked out once: decisions in their order, the later ones see what the earlier ones left."""

    def __init__(self, held: list[HeldClaim]) -> None:
        self.held = held
        self.cases = sorted({row.case_id for row in held})
        self.purchases = purchases_of(held, self.cases)
        self.net = net_of(self.purchases, held)
        self.asked = asked_by_case(self.cases)
        self.decided: dict[int, tuple[Key, int]] = {
            case_id: ((at, case_id), minor)
            for case_id, minor, at in read_decisions(self.cases)
            if at is not None
        }
        self._told: dict[int, Mapping[int, Asked]] = {}
        self.waived = waived_by_case(self.cases)
        self.shared = others_of(self.net, held)
        self.home = {(row.case_id, row.claim_id) for row in held if row.is_home}
        relations = LineRelations(held, {pk: key for pk, (key, _minor) in self.decided.items()})
        self.prior, self.superseded, self.governing = (
            relations.prior,
            relations.superseded,
            relations.governing,
        )
        self.awaited = relations.awaited
        self.found = {case_id: Standing() for case_id in self.cases}
        for case_id, governed in self.governing.items():
            for earlier in governed:
                self.found[earlier].later.add(case_id)
        for case_id in sorted(self.decided, key=lambda pk: self.decided[pk][0]):
            self._decide(case_id)
        for case_id in self.cases:
            if case_id not in self.decided:
                self._foresee(case_id)

    def standing(self, case_id: int) -> Standing:
        return self.found.get(case_id, Standing())

    # What is held, carried and needed --------------------------------------------------------------------------

    def _decide(self, case_id: int) -> None:
        """A decided case: how much of its decision holds, and what of it was taken, or given up, before."""
        standing = self._seen(case_id)
        left = self._spoken_of(case_id)
        due = min(self.decided[case_id][1], max(sum(left.values()) - standing.elsewhere_minor, 0))
        standing.carried_minor = self._carry(case_id, left, due)
        standing.taken_over_minor = self._take_over(case_id)
        standing.carried_minor -= standing.taken_over_minor
        mine = self.asked[case_id].came_back_minor if case_id in self.asked else 0
        standing.forgone_minor = self._forgo(case_id, left, max(due - standing.carried_minor - mine, 0))

    def _foresee(self, case_id: int) -> None:
        """A case that is not decided yet: what of its stake was taken before, if it decided on all of it."""
        standing = self._seen(case_id)
        left = self._spoken_of(case_id)
        stake = max(sum(left.values()) - standing.elsewhere_minor, 0)
        prior = self.prior.get(case_id, {})
        money = self._money(case_id)
        for pk in self._in_order(prior):
            part = min(money[pk].came_back_minor, stake - standing.carried_minor)
            standing.carried_minor += take(left, prior[pk] & left.keys(), part)
        spare = sum(money[pk].came_back_minor for pk in self._in_order(prior)) - standing.carried_minor
        short = sum(money[pk].short_minor for pk in self._in_order(prior))
        standing.taken_over_minor = max(short - max(spare, 0), 0)
        standing.carried_minor -= standing.taken_over_minor
        for pk in self._in_order(prior):
            free = self._given_up_of(case_id, pk, self.waived.get(pk, 0))
            part = min(free, stake - standing.carried_minor - standing.forgone_minor)
            standing.forgone_minor += take(left, prior[pk] & left.keys(), part)

    def _seen(self, case_id: int) -> Standing:
        standing = self.found[case_id]
        net = self.net.get(case_id, {})
        gone = self.superseded.get(case_id, set())
        standing.superseded = frozenset(gone)
        standing.superseded_minor = sum(minor for claim_id, minor in net.items() if claim_id in gone)
        standing.prior = frozenset(self.prior.get(case_id, ()))
        standing.awaited = frozenset(self.awaited.get(case_id, ()))
        standing.elsewhere_minor = self._held_elsewhere(case_id)
        return standing

    def _spoken_of(self, case_id: int) -> dict[int, int]:
        """Of each payment that the case itself speaks of: what is gone of it."""
        gone = self.superseded.get(case_id, set())
        return {
            claim_id: minor for claim_id, minor in self.net.get(case_id, {}).items() if claim_id not in gone
        }

    def _held_elsewhere(self, case_id: int) -> int:
        """What cases outside of its line hold of it: what came in, in the order of the decisions, then what older ones still ask.

        What came in on prior cases lies in its place in that order and is not held against the case.
        """
        left = self._spoken_of(case_id)
        if not left:
            return 0
        money = self._money(case_id)
        prior, others = self.prior.get(case_id, {}), self.shared.get(case_id, {})
        order = self._in_order({case_id, *others})
        held = 0
        for pk in order:
            if pk == case_id:
                take(left, list(left), money[pk].came_back_minor)
                continue
            for claims, minor, is_prior in self._places(case_id, pk, money[pk], prior.get(pk, set())):
                placed = take(left, claims & left.keys(), minor)
                held += 0 if is_prior else placed
        for pk in takewhile(lambda pk: pk != case_id, order):
            spoken = prior.get(pk, set()) | self.superseded.get(pk, set())
            asks = {claim for claim, is_asked in others[pk].items() if is_asked} - spoken
            still = money[pk].still_minor - self._in_own(case_id, pk, self.found[pk].carried_minor, money[pk])
            held += take(left, asks & left.keys(), max(still, 0))
        return held

    def _places(
        self, case_id: int, pk: int, money: Asked, prior: set[int]
    ) -> Iterator[tuple[set[int], int, bool]]:
        """Where what came in on another case lies among the payments shared with it: payments, how much, whether it is prior to the case."""
        shared = set(self.shared[case_id][pk])
        if money.has_fallen:  # owed back, but for payments that are its person's again
            shared = {claim_id for claim_id in shared if (pk, claim_id) in self.home}
        came = money.came_back_minor
        if prior:
            yield prior & shared, came, True
            shared -= prior
        superseded = self.superseded.get(pk, set())
        if not superseded or prior:
            yield shared, came if not prior else 0, False
            return
        of_later = self._money(pk)
        needed = sum(
            of_later[later].decided_minor
            for later, of in self.governing.items()
            if pk in of and later in of_later
        )
        needed = min(self.asked[pk].came_back_minor, needed)
        kept = came if needed == self.asked[pk].came_back_minor else self._in_own(case_id, pk, needed, money)
        yield shared & superseded, kept, False
        yield shared - superseded, came - kept, False

    def _in_own(self, case_id: int, pk: int, minor: int, money: Asked) -> int:
        """An amount of another case in the currency of the first, by what both its sums are in either."""
        theirs, told = self.asked[pk].decided_minor, money.decided_minor
        return minor if theirs == told or not theirs else minor * told // theirs

    def _carry(self, case_id: int, left: dict[int, int], due: int) -> int:
        money = self._money(case_id)
        governed = self.governing.get(case_id, {})
        carried = 0
        for pk in self._in_order(governed):
            theirs, here = self.asked[pk].came_back_minor, money[pk].came_back_minor
            rest = theirs - self.found[pk].needed_minor
            free = here if rest == theirs else _share(rest, here, theirs)
            part = take(left, governed[pk] & left.keys(), min(free, due - carried))
            self.found[pk].needed_minor += rest if part == free else _share(part, theirs, here)
            carried += part
        return carried

    def _take_over(self, case_id: int) -> int:
        """What the decision asks for of what was given back in earlier cases beyond what came in there: what neither money that their line has
        too much of, nor, for a decision that asks for nothing, what was given up there, meets."""
        governed = self._in_order(self.governing.get(case_id, {}))
        asks = self.decided[case_id][1] > 0
        rest = 0
        for pk in governed:
            short = self.asked[pk].short_minor - self.found[pk].short_minor
            if short <= 0:
                continue
            met = self._met(pk, short, governed)
            if not asks:
                met += self._met_by_given_up(pk, short - met, governed)
            rest += self._in_own(case_id, pk, short - met, self._money(case_id)[pk]) if asks else 0
            self.found[pk].short_minor += short if asks else met
        return rest

    def _met(self, pk: int, short: int, governed: Iterable[int]) -> int:
        """How much of it, in its own currency, other earlier cases have beyond what is needed of them; it is needed there from now on."""
        rest, money = short, self._money(pk)
        for other in governed:
            if other == pk or other not in money:
                continue
            theirs, here = self.asked[other].came_back_minor, money[other].came_back_minor
            spare = theirs - self.found[other].needed_minor
            free = here if spare == theirs else _share(spare, here, theirs)
            part = min(free, rest)
            self.found[other].needed_minor += spare if part == free else _share(part, theirs, here)
            rest -= part
        return short - rest

    def _met_by_given_up(self, pk: int, short: int, governed: Iterable[int]) -> int:
        """The same of what two persons gave up there."""
        rest, money = short, self._money(pk)
        for other in governed:
            if other not in money:
                continue
            spare = self.waived.get(other, 0) - self.found[other].needed_forgone_minor
            free = self._given_up_of(pk, other, spare)
            part = min(free, rest)
            theirs, here = self.asked[other].decided_minor, money[other].decided_minor
            self.found[other].needed_forgone_minor += spare if part == free else _share(part, theirs, here)
            rest -= part
        return short - rest

    def _forgo(self, case_id: int, left: dict[int, int], due: int) -> int:
        money = self._money(case_id)
        governed = self.governing.get(case_id, {})
        forgone = 0
        for pk in self._in_order(governed):
            rest = self.waived.get(pk, 0) - self.found[pk].needed_forgone_minor
            free = self._given_up_of(case_id, pk, rest)
            part = take(left, governed[pk] & left.keys(), min(free, due - forgone))
            theirs, here = self.asked[pk].decided_minor, money[pk].decided_minor
            self.found[pk].needed_forgone_minor += rest if part == free else _share(part, theirs, here)
            forgone += part
        return forgone

    def _money(self, case_id: int) -> Mapping[int, Asked]:
        """What every case decided and what came in on it, in the currency of one."""
        if case_id not in self._told:
            self._told[case_id] = in_currency_of(case_id, self.asked, self.purchases, self.held)
        return self._told[case_id]

    def _given_up_of(self, case_id: int, pk: int, minor: int) -> int:
        """What was given up in another case, in the currency of the first; rounded in favour of who is asked."""
        theirs, here = self.asked[pk].decided_minor, self._money(case_id)[pk].decided_minor
        return minor if theirs == here or not theirs else -(-minor * here // theirs)

    def _in_order(self, case_ids: Iterable[int]) -> list[int]:
        """Those of the cases with money, by when they were decided."""
        return sorted(
            (pk for pk in case_ids if pk in self.asked), key=lambda pk: (self.asked[pk].decided_at, pk)
        )


def _share(minor: int, of: int, whole: int) -> int:
    """An amount told by one whole as a share of another; rounded down, as what is not needed is owed."""
    return minor if of == whole else (minor * of // whole if whole else 0)
