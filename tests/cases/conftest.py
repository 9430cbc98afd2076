"""The stage, with settings under which a decision needs a second person only where a test says so."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from cases.statements import Statement
from cases.statements.apart import read_here
from tests.cases.stage import Stage, frozen, settings_with
from tests.cases.staged import Opening
from tests.cast import Cast, make_cast
from tests.undone import undone_at_the_end


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set company settings: `company(four_eyes_limit_minor=1)`."""

    def change(**fields: Any) -> None:
        monkeypatch.setattr("cases.services.drafting.current_settings", lambda: settings_with(**fields))

    change()
    return change


@pytest.fixture(autouse=True)
def statements_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading them apart has tests of its own; a process for every file would take long."""

    def read(*args: Any, bounds: object, **more: Any) -> list[Statement]:
        return read_here(*args, **more)

    monkeypatch.setattr("cases.services.reconciliation.read_apart", read)


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast, made once a module; what a test changes in the database is undone after it."""
    with django_db_blocker.unblock(), undone_at_the_end():
        yield make_cast()


@pytest.fixture
def stage(
    people: Cast, db: None, company: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    """People, a clock, and cases in any state. Recovering any amount takes two people."""
    company(four_eyes_limit_minor=0)
    with frozen() as clock:
        yield Stage(deepcopy(people), clock, Opening(request.module.__name__, monkeypatch))


@pytest.fixture
def drawn_from(pytestconfig: pytest.Config) -> str:
    """What chance is drawn from: the run's seed, the same in every run of CI, else another each time."""
    told = pytestconfig.getoption("--hypothesis-seed")
    return str(told if told is not None else 0 if os.environ.get("CI") else secrets.randbits(64))
