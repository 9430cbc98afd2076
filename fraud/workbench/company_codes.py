"""The company's own values of code fields: grades, departments, categories, purposes, as the claims of the last year have them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl
from django.conf import settings

from audit.language import current_language
from fraud.claims.models import Department
from fraud.detection.features.columns import sources_of, take_columns
from fraud.detection.screening.reads import past_of
from fraud.workbench.frames import period_of
from fraud.workbench.kept_answers import keep_answer, kept_answer
from fraud.workbench.newest import newest_known
from rules.fact_words import word_of
from rules.fields import FIELDS
from rules.language.normal import normalise

DAYS = 365
#: More different values than this are numbers of things, no vocabulary.
MOST_VALUES = 400
#: Offered to choose from, the most frequent first.
MOST_CHOICES = 60
#: What stands for a person is no vocabulary either.
_PEOPLE = frozenset({"cardholder.employee_no", "approver.employee_no", "card.user_no", "loyalty_id"})

#: Field → its values with how many claims of the last year have each, most frequent first.
Codes = Mapping[str, list[tuple[str, int]]]


def company_codes() -> Codes:
    """The values of every code field that has no more than MOST_VALUES of them; kept while nothing becomes known."""
    names = [f.name for f in FIELDS.values() if f.type == "code" and f.name not in _PEOPLE]
    names = [name for name in names if sources_of([name]) is not None]
    kept = kept_answer("codes", names)
    if kept is None:
        kept = _counted(names)
        keep_answer("codes", names, kept)
    return {name: [(str(value), int(n)) for value, n in rows] for name, rows in kept.items()}


def _counted(names: list[str]) -> dict[str, list[list[str | int]]]:
    period = period_of()
    if period is None:
        return {}
    columns = sources_of(names) or frozenset()
    known = newest_known()
    assert known is not None  # a period has claims
    since = period.until - timedelta(days=DAYS)
    until = period.until + timedelta(microseconds=1)
    # whole claims less what is not asked for: keys and times are what the columns are taken by
    wanted = columns | {"claim_id", "cardholder_id", "merchant_id", "department_id", "transacted_at"}
    claims = past_of(known + timedelta(seconds=1), since, until, wanted | {"amount_minor", "has_time"})
    taken = take_columns(claims, settings.TIME_ZONE)
    found: dict[str, list[list[str | int]]] = {}
    for name in names:
        counted = taken[name].drop_nulls().value_counts(sort=True, name="n")
        counted = counted.filter(pl.col(name).cast(pl.String).str.strip_chars() != "")
        if 0 < counted.height <= MOST_VALUES:
            found[name] = [[str(value), int(n)] for value, n in counted.iter_rows()]
    return found


def choices_of(name: str, codes: Codes, departments: Mapping[str, str]) -> list[dict[str, Any]]:
    """The values of a field to choose from: {"value", "label", "n"}; the label is empty where there is no word for a code."""
    language = current_language()
    rows: list[dict[str, Any]] = []
    for value, n in codes.get(name, [])[:MOST_CHOICES]:
        word = departments.get(value, "") if name.endswith("department") else word_of(name, value, language)
        rows.append({"value": value, "label": word if word != value else "", "n": n})
    return rows


def department_names() -> dict[str, str]:
    """Code → name of every department."""
    return dict(Department.objects.values_list("code", "name"))


def is_known_value(codes: Codes, name: str, text: str) -> bool:
    """Whether a claim of the last year has this text in the field, as the language compares it; True where that is not known."""
    rows = codes.get(name)
    return rows is None or normalise(text) in {normalise(value) for value, _ in rows}
