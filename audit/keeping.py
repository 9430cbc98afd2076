"""No card or resident number is kept: every text and JSON column is guarded where Django writes it, whoever fills it.

`guard_columns` finds the columns by looking at all models, so a new one is covered without anybody thinking of it. What
comes by way of `bulk.py` or a raw statement (claims, people, merchants, labels, rejected rows, scores) does not pass here:
it has only what its importer looks at. The import of claims also knows the columns that two people have agreed hold
something else, so the claims' own tables are exempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.apps import apps
from django.db.models import CharField, Field, JSONField, Model, TextField

from audit.redaction import redact

#: Tables whose rows the import has searched, by their own rules.
SEARCHED: Final = frozenset({"fraud.Claim", "fraud.ClaimSource"})
#: Secrets and signed states; a change would make them useless, and none is a text of a person.
SEALED: Final = frozenset({"authtoken.Token.key", "fraud.User.password", "sessions.Session.session_data"})
_FEWEST_DIGITS = 13


def kept(value: Any) -> Any:
    """The value with every number struck out that must not be kept: texts, and lists and objects of them, keys too."""
    if isinstance(value, str):
        return redact(value) if len(value) >= _FEWEST_DIGITS else value
    if isinstance(value, dict):
        return {kept(name): kept(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [kept(inner) for inner in value]
    return value


def guarded_columns() -> Iterator[tuple[type[Model], Field[Any, Any]]]:
    """Every column that could keep such a number."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, CharField | TextField | JSONField) and not _is_exempt(model, field):
                yield model, field


def guard_columns() -> None:
    """Put the guard before what Django writes into these columns: save, create, bulk_create, bulk_update, update."""
    for _, field in guarded_columns():
        field.get_db_prep_save = _guard(field.get_db_prep_save, field.max_length)  # type: ignore[method-assign]


def _is_exempt(model: type[Model], field: Field[Any, Any]) -> bool:
    label = model._meta.label
    return label in SEARCHED or f"{label}.{field.name}" in SEALED


def _guard(write: Callable[..., Any], longest: int | None) -> Callable[..., Any]:
    def guarded(value: Any, connection: Any) -> Any:
        if isinstance(value, str):
            fit = kept(value)
            # What stands in place of a resident number is a little longer than the number.
            return write(fit if fit is value or longest is None else fit[:longest], connection)
        return write(kept(value) if isinstance(value, dict | list | tuple) else value, connection)

    return guarded
