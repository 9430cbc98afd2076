"""The stage, with settings under which a decision needs a second person only where a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cases.stage import Stage, frozen, settings_with
from tests.cast import make_cast


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set company settings: `company(four_eyes_limit_minor=1)`."""

    def change(**fields: Any) -> None:
        monkeypatch.setattr("cases.services.drafting.current_settings", lambda: settings_with(**fields))

    change()
    return change


@pytest.fixture
def stage(db: Any, company: Any) -> Iterator[Stage]:
    """People, a clock, and cases in any state. Recovering any amount takes two people."""
    company(four_eyes_limit_minor=0)
    with frozen() as clock:
        yield Stage(make_cast(), clock)
