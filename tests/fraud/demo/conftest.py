"""One small demo company for all tests that only look at it."""

from __future__ import annotations

from datetime import date

import pytest

from fraud.demo import DemoCompany, generate_company

SMALL = {"employees": 60, "months": 3, "claims_target": 4_000, "end": date(2026, 3, 31)}


@pytest.fixture(scope="session")
def company() -> DemoCompany:
    return generate_company(seed=3, **SMALL)
