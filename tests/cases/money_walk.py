"""One walk of the money machine: its people, its clock, its plain ledger, and how a step is tried."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from hypothesis import note

from audit.actor import Actor
from audit.permissions import NotPermitted
from cases.models import Alert, Case
from cases.services.errors import CaseworkError
from tests.cases.money_ledger import Held, Ledger, Told
from tests.cast import Cast
from tests.counted import COUNTED

#: So few that cases meet on the same payments, and that a comparison after every step stays cheap.
CASES_AT_MOST, PAYMENTS_AT_MOST = 7, 5
_ACTORS = ("reviewer", "other_reviewer", "approver", "other_approver", "clerk", "cardholder", "stranger")


@dataclass
class Walk:
    """`told`: what the product said of each case when it was compared last, `rows`: its cases, `seen`: the fingerprint of then."""

    cast: Cast
    clock: Any
    ledger: Ledger = field(default_factory=Ledger)
    told: dict[str, Told] = field(default_factory=dict)
    seen: tuple[Any, ...] = ()
    rows: dict[str, Case] = field(default_factory=dict)
    serial: int = 0
    n_compared: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.actors = {name: self.cast.actor(name) for name in _ACTORS}

    def next(self) -> int:
        self.serial += 1
        return self.serial

    def row(self, name: str) -> Case:
        """The case as it was read for the comparison after the last step, as a page would have shown it."""
        case = copy(self.rows[name])
        case.stake = case.told = None  # a list attached them: services work it out by themselves
        return case

    def held(self, case: Case) -> Held:
        return self.ledger.held[case.reference]

    def attempt(self, name: str, step: Callable[[], Any], what: str = "") -> Any:
        """Try a step; a refusal is one of ours and leaves everything as it was."""
        COUNTED["money machine"][name] += 1
        before = fingerprint()
        try:
            made = step()
        except (CaseworkError, NotPermitted) as refusal:
            COUNTED["money machine: refused"][f"{name}: {refusal.code}"] += 1
            assert fingerprint() == before, f"{name} {what} was refused and changed something all the same"
            return None
        note(f"{name} {what}")
        return made

    def let_leave(self) -> None:
        """Note which payments have left a case since they are another person's."""
        left = Alert.objects.exclude(left_at=None)
        for reference, name, why in left.values_list("case__reference", "claim__external_id", "left_why"):
            held = self.ledger.held[reference]
            if why == Alert.Left.OTHER_PERSON:
                held.hand(name)
            held.claims -= {name}


_VERSIONS = """
    SELECT (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM cases_case),
           (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM fraud_claim),
           (SELECT count(*) || '/' || count(followed_at) FROM fraud_claimchange),
           (SELECT count(*) || '/' || count(decided_at) FROM cases_decision),
           (SELECT coalesce(sum(version), 0) FROM cases_recovery), (SELECT count(*) FROM cases_recoveryposting)
"""


def fingerprint() -> tuple[Any, ...]:
    """Changes whenever anything changed that a figure can rest on."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS)
        return tuple(cursor.fetchone())
