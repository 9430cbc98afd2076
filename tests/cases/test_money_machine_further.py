"""The second half of the money machine's walks, for another process than the first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cases.money_machine import SECOND_HALF, walk_a_part
from tests.cast import Cast


@pytest.mark.django_db
@pytest.mark.parametrize("part", SECOND_HALF)
def test_nobody_is_asked_for_more_than_the_true_loss_in_any_order(
    part: int, people: Cast, company: Any, drawn_from: str
) -> None:
    walk_a_part(people, company, part, drawn_from)
