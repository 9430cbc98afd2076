"""The employee number as the database writes it: in a filter, in an index and in Python the same."""

from __future__ import annotations

import pytest

from audit.people import number_key
from audit.people_rows import indexed_key, key_of
from fraud.claims.models import Cardholder


@pytest.mark.django_db
def test_a_filter_asks_for_what_the_index_holds() -> None:
    """Word for word: PostgreSQL takes an index over an expression for the very same expression only."""
    asked, held = (
        str(Cardholder.objects.annotate(key=made("employee_no")).values("key").query)
        for made in (key_of, indexed_key)
    )
    assert asked == held


@pytest.mark.django_db
def test_the_database_folds_a_number_as_python_does() -> None:
    spelled = "e 20-0_1.a/\u00a0B\t"
    Cardholder.objects.create(employee_no=spelled, name="이하나")
    [key] = Cardholder.objects.annotate(key=key_of("employee_no")).values_list("key", flat=True)
    assert key == number_key(spelled) == "e2001ab"
