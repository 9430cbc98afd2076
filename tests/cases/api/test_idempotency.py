"""A key of a request that looks like a card number: it is not kept, and still the key."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from audit.redaction import find_struck
from cases.models import CaseNote, IdempotencyRecord
from tests.cases.api.conftest import Caller
from tests.cases.stage import Stage, fresh

pytestmark = pytest.mark.django_db
#: Card numbers that are struck out to the same words.
ONE, OTHER = "4000000000061111", "4000000000141111"


def test_a_key_that_is_a_card_number_has_one_answer_and_is_another_than_its_like(
    stage: Stage, call: Callable[[str], Caller]
) -> None:
    case = stage.taken()
    reviewer = call("reviewer")
    version = case.version
    said = [reviewer.step(case, "notes", {"text": "seen"}, key=ONE, version=version) for _ in range(2)]
    reviewer.step(fresh(case), "notes", {"text": "seen"}, key=OTHER)
    assert (said[0].status_code, said[0].data) == (said[1].status_code, said[1].data)
    assert IdempotencyRecord.objects.count() == CaseNote.objects.count() == 2
    assert not any(find_struck(key) for key in IdempotencyRecord.objects.values_list("key", flat=True))
