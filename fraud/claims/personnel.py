"""What personnel feeds said of people's days, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import polars as pl
from django.db.models import CharField, F, QuerySet, TimeField, Value
from django.db.models.functions import Cast

from audit.prepared import prepared
from fraud.claims.bulk import read_frame
from fraud.claims.models import Absence, OvertimeApproval, Trip
from fraud.claims.reading import db_time

_NO_LAST_DAY = "'2999-12-31'"  # takes the type of what it stands beside
#: Table → SQL of the first and the last day that a row speaks of.
_TABLES = {
    "fraud_absence": ("starts_on", "ends_on"),
    "fraud_trip": ("starts_on", "ends_on"),
    "fraud_overtimeapproval": ('"on"', '"on"'),
    "fraud_position": ("starts_on", f"COALESCE(CASE WHEN 1 = 0 THEN starts_on END, {_NO_LAST_DAY})"),
    "fraud_vehicle": ("starts_on", f"COALESCE(ends_on, {_NO_LAST_DAY})"),
    "fraud_preapproval": ("starts_on", "ends_on"),
}


def personnel_news(*, since: datetime, until: datetime) -> pl.DataFrame:
    """`cardholder_id, starts_on, ends_on` of what was said, or said no longer, of days of cardholders after `since` and by `until`."""
    stretch = [db_time(since), db_time(until)]
    parts = [
        f"SELECT h.id AS cardholder_id, {first} AS starts_on, {last} AS ends_on "
        f'FROM "{table}" p JOIN fraud_cardholder h ON h.employee_no = p.employee_no '
        "WHERE (p.received_at > %s AND p.received_at <= %s) OR (p.superseded_at > %s AND p.superseded_at <= %s)"
        for table, (first, last) in _TABLES.items()
    ]
    schema = {"cardholder_id": pl.Int64, "starts_on": pl.Date, "ends_on": pl.Date}
    return read_frame(" UNION ALL ".join(parts), stretch * 2 * len(parts), schema=schema).unique()


@dataclass(frozen=True, slots=True)
class PersonSpan:
    """Leave, a trip or approved overtime of an employee, as it is known now.

    `kind`: leave, trip, overtime. `what`: the kind of leave or the region, as delivered. `half`: am, pm, or empty for whole
    days. `since` and `until`: of overtime, where they are given; an end before the morning is of the night after.
    """

    kind: str
    starts_on: date
    ends_on: date
    what: str = ""
    half: str = ""
    since: time | None = None
    until: time | None = None


def person_spans(employee_no: str, first: date, last: date) -> list[PersonSpan]:
    """What the personnel feeds say of an employee's days from `first` to `last`, oldest first. One query."""
    found = [PersonSpan(*row) for row in _spans.rows(employee_no, first, last)]
    return sorted(found, key=lambda span: (span.starts_on, span.kind, span.half))


@prepared
def _spans(employee_no: str, first: date, last: date) -> QuerySet[Any, Any]:
    none, no_time = Value("", CharField()), Cast(Value(None, TimeField()), TimeField())
    of_person = {"employee_no": employee_no, "superseded_at": None}
    # Overtime first: the first part of a union gives the others their types.
    overtime = OvertimeApproval.objects.filter(**of_person, on__range=(first, last)).values_list(
        Value("overtime", CharField()), "on", F("on"), none, none, "since", "until"
    )
    spans = [
        model.objects.filter(**of_person, starts_on__lte=last, ends_on__gte=first).values_list(
            Value(kind, CharField()), "starts_on", "ends_on", what, half, no_time, no_time
        )
        for kind, model, what, half in (("leave", Absence, "kind", "half"), ("trip", Trip, "region", none))
    ]
    return overtime.union(*spans, all=True)
