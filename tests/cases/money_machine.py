"""Deliver, correct, cancel, ask, decide, appeal, recover, reverse, write off in any order, against a plain ledger.

`money_ledger` says what must be true, `money_deliveries` what arrives, `money_steps` what people do, `money_figures` compares;
`test_money_machine` and `test_money_machine_further` walk it, half of the steps each.

It can fail. Planted one at a time: money back counted twice (`net_of`) was found within 302 steps, a recovery that later money
back does not lower (`balances_of`) within 110, a proposal that a change does not void (`following`) within 172.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit.services import find_faults
from cases.models import Case
from cases.workflow import State
from fraud.claims.importing.profiles import ensure_presets
from tests.cases.money_deliveries import CHANGES, deliver, payment
from tests.cases.money_figures import compare
from tests.cases.money_steps import NEXT, STEPS, open_case
from tests.cases.money_walk import Walk
from tests.cases.stage import frozen
from tests.cast import Cast
from tests.counted import COUNTED
from tests.undone import undone_block

#: All parts together: CI walks ten thousand beside the suite (.ci/run), the suite itself as many as it has time for.
STEPS_AT_LEAST = int(os.environ.get("MONEY_STEPS", 300))
#: Two files walk half of the parts each: files are what processes share out. A part begins with the simplest walk there is.
PARTS = 10 if STEPS_AT_LEAST >= 1000 else 4
FIRST_HALF, SECOND_HALF = range(PARTS // 2), range(PARTS // 2, PARTS)
EXAMPLES_AT_MOST = 10  # of some hundred steps each
SEEDS = st.integers(0, 2**32)
#: What each part walked, as steps of each kind.
_WALKS: set[tuple[tuple[str, int], ...]] = set()


class Money(RuleBasedStateMachine):
    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.travel = frozen()
        self.walk = Walk(self.cast, self.travel.start())
        self.block = undone_block()
        self.block.__enter__()

    def teardown(self) -> None:
        try:
            assert find_faults() == []
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)
            self.travel.stop()

    @initialize(seed=SEEDS)
    def a_first_delivery_brings_cases(self, seed: int) -> None:
        chance = self.chance(seed)
        deliver(self.walk, chance, [payment] * 3)
        for _ in range(2):
            open_case(self.walk, chance)

    @rule(seed=SEEDS, n=st.integers(2, 9))
    def a_delivery_arrives(self, seed: int, n: int) -> None:
        chance = self.chance(seed)
        deliver(self.walk, chance, chance.choices(CHANGES, k=n))

    @rule(seed=SEEDS, n=st.integers(5, 12))
    def people_go_on(self, seed: int, n: int) -> None:
        """Mostly what can be done next, in one case for a while and then in another."""
        chance = self.chance(seed)
        for _ in range(n):
            case = self.case(chance.choice([0, 0, 1, chance.randrange(6)]))
            if case is None:
                return
            STEPS[chance.choice(NEXT[State(case.state)])](self.walk, case, chance)
            self.figures_agree()

    @rule(seed=SEEDS)
    def somebody_tries_anything(self, seed: int) -> None:
        """A new case, or whatever may be tried of an old one."""
        chance = self.chance(seed)
        case = self.case(chance.randrange(6))
        if case is None or chance.random() < 0.4:
            open_case(self.walk, chance)
        else:
            STEPS[chance.choice(sorted(STEPS))](self.walk, case, chance)

    def chance(self, seed: int) -> Random:
        """Chance for one rule. The generator likes some seeds, 0 before all: another rule with the same one does other things."""
        return Random(f"{seed} {self.walk.next()}")

    def case(self, pick: int) -> Case | None:
        """One of the cases, those that are open first."""
        held = self.walk.ledger.held
        known = sorted(held, key=lambda name: held[name].is_closed)
        if not known:
            return None
        return self.walk.row(known[pick % len(known)])

    @invariant()
    def figures_agree(self) -> None:
        compare(self.walk)
        self.walk.clock.shift(timedelta(minutes=1))


def walk_a_part(people: Cast, company: Any, part: int, drawn_from: int | str) -> None:
    """One tenth of the steps. Raises AssertionError at the first figure that is wrong.

    Each turn of each part draws from a seed of its own: where one is told to Hypothesis for the whole run, or it draws the same in
    every run as under CI, every part would be the same walk again.
    """
    company(four_eyes_limit_minor=50_000)
    ensure_presets()  # each walk would add them anew
    Money.cast = people
    wanted = -(-STEPS_AT_LEAST // PARTS)
    begun, turn = dict(COUNTED["money machine"]), 0
    while (walked := steps_walked() - sum(begun.values())) < wanted:
        own = f"{drawn_from}, part {part}, turn {turn}"
        print(f"drawn from: {own}")
        run_state_machine_as_test(seeded(own)(Money), settings=_settings(wanted - walked))
        turn += 1
    taken = tuple(sorted((COUNTED["money machine"] - Counter(begun)).items()))
    assert taken not in _WALKS, "the same walk again"
    _WALKS.add(taken)


def steps_walked() -> int:
    return sum(COUNTED["money machine"].values())


def _settings(steps: int) -> settings:
    return settings(
        max_examples=min(max(steps // 100, 2), EXAMPLES_AT_MOST),  # the first one is the simplest there is
        stateful_step_count=36,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        database=None,
    )
