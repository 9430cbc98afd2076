"""The employee number as the database writes it: in a filter, in an index and in Python the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from audit.people import number_key
from audit.people_rows import indexed_key, key_of, with_number
from fraud.claims.models import Cardholder


def written(made: Any) -> str:
    """The SQL of the expression with its values written out, as an index holds them."""
    query = Cardholder.objects.annotate(key=made("employee_no")).values("key").query
    sql, params = query.get_compiler(connection=connection).as_sql()
    return sql % tuple(connection.schema_editor().quote_value(value) for value in params)


@pytest.mark.django_db
def test_a_filter_asks_for_what_the_index_holds() -> None:
    """Word for word: a database takes an index over an expression for the very same expression only."""
    assert written(key_of) == written(indexed_key)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a small table needs no index elsewhere")
def test_a_person_is_found_through_the_index() -> None:
    plan = with_number(Cardholder.objects.all(), "employee_no", "E-1001").explain()
    assert "cardholder_number" in plan


@pytest.mark.django_db
def test_the_database_folds_a_number_as_python_does() -> None:
    spelled = "e 20-0_1.a/\u00a0B\t"
    Cardholder.objects.create(employee_no=spelled, name="이하나")
    [key] = Cardholder.objects.annotate(key=key_of("employee_no")).values_list("key", flat=True)
    assert key == number_key(spelled) == "e2001ab"
