"""First steps that are put back leave what they left when they were taken; and any doubt takes them for real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from cases.services import queue
from tests.cases.stage import Stage
from tests.cases.staged import _TAKEN, Opening
from tests.cast import NOW, make_note
from tests.undone import undone_at_the_end

pytestmark = pytest.mark.django_db
WALKS = ("taken", "asked", "explained", "proposed", "notified", "appealed", "recovering", "closed")


def tables() -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        return {
            name: sorted(map(repr, cursor.execute(f'SELECT * FROM "{name}"').fetchall())) for name in names
        }


@pytest.fixture
def opened(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Opening]:
    return lambda: Opening(request.node.name, monkeypatch)


@pytest.mark.parametrize("walk", WALKS)
def test_what_is_put_back_is_what_the_steps_wrote(
    walk: str, stage: Stage, opened: Callable[[], Opening]
) -> None:
    left = []
    for _ in range(2):
        n_known = len(_TAKEN)
        with undone_at_the_end():
            stage.opening = opened()
            case = getattr(stage, walk)()
            left.append((case.reference, case.state, case.version, tables()))
    assert len(_TAKEN) == n_known  # the second time
    assert left[0] == left[1]
    assert left[0][3]["cases_case"]


def doubt(stage: Stage, monkeypatch: pytest.MonkeyPatch, settings: Any, company: Any, why: str) -> None:
    if why == "rows":
        make_note(case=stage.case(), by=stage.cast.reviewer)
    elif why == "time":
        stage.go_to(NOW + timedelta(minutes=1))
    elif why == "a setting":
        settings.IMPORT_KEEP_WARM = False
    elif why == "a function":
        monkeypatch.setattr("cases.services.clocks.sweep_clocks", lambda: {})
    elif why == "the company's settings":
        company(four_eyes_limit_minor=17)
    elif why == "a person":
        stage.cast.reviewer.username = "somebody.else"
    elif why == "the environment":
        monkeypatch.setenv("CLEANCARD_FAULT", "")


@pytest.mark.parametrize(
    "why",
    ["rows", "time", "a setting", "a function", "the company's settings", "a person", "the environment"],
)
def test_any_doubt_takes_the_steps_for_real(
    why: str,
    stage: Stage,
    opened: Callable[[], Opening],
    settings: Any,
    company: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    n_taken, take = [0], queue.take_case

    def counting(**said: Any) -> Any:
        n_taken[0] += 1
        return take(**said)

    queue.take_case = counting
    try:
        for _ in range(2):
            with undone_at_the_end():
                stage.opening = opened()
                stage.taken()
        assert n_taken == [1]
        stage.opening = opened()
        doubt(stage, monkeypatch, settings, company, why)
        stage.taken()
        assert n_taken == [2]
    finally:
        queue.take_case = take
