"""The cast of rules: who writes them and who approves."""

from __future__ import annotations

import pytest

from audit.actor import Actor
from tests.cast import Cast, make_cast


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def admin(cast: Cast) -> Actor:
    return cast.actor("rule_admin")


@pytest.fixture
def approver(cast: Cast) -> Actor:
    return cast.actor("approver")
