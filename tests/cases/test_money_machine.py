"""Nobody is asked for more than the true loss, in any order of steps: the first half of the walks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.money_machine import FIRST_HALF, walk_a_part
from tests.cast import Cast


@pytest.mark.django_db
@pytest.mark.parametrize("part", FIRST_HALF)
def test_nobody_is_asked_for_more_than_the_true_loss_in_any_order(
    part: int, people: Cast, company: Any, drawn_from: str
) -> None:
    walk_a_part(people, company, part, drawn_from)
