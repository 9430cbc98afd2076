"""Rows found by an employee number in whatever spelling: the database's half of `audit.people`.

Every filter by a number asks `with_number`, so that `E1001` and `e-1001` list the same rows.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower, Replace

from audit.people import number_key

# What `number_key` drops and a delivered number is known to hold; everything else it folds is folded where rows enter.
_DROPPED = (" ", "-", "_", ".", "/", "\u00a0", "\t")


def key_of(path: str) -> Combinable:
    """The number in a column as `number_key` writes it: `Cardholder.objects.alias(key=key_of("employee_no"))`."""
    return folded(F(path))


def folded(found: Any) -> Combinable:
    """An expression's text without the silent signs and without case."""
    return _Folded(found)


def indexed_key(path: str) -> Combinable:
    """The same SQL as `key_of`, in functions that a migration can name: for an index."""
    found: Any = F(path)
    for sign in _DROPPED:
        found = Replace(found, Value(sign), Value(""), output_field=TextField())
    return Lower(found)


class _Folded(Func):
    """One node instead of 22 nested ones: every filter by a number has them put into SQL anew."""

    output_field = TextField()

    def as_sql(  # type: ignore[override]  # Func's own takes more, which nobody passes
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        [source] = self.get_source_expressions()
        sql, params = compiler.compile(source)
        for (
            sign
        ) in _DROPPED:  # written out, not as parameters: only then does an index on the same words serve
            sql = f"REPLACE({sql}, '{sign}', '')"
        return f"LOWER({sql})", tuple(params)


def with_number(rows: QuerySet[Any], path: str, number: str) -> QuerySet[Any]:
    """Those of the rows whose column names the same employee; none for a number that names nobody."""
    key = number_key(number)
    return rows.alias(number_key=key_of(path)).filter(number_key=key) if key else rows.none()
