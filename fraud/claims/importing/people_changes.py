"""What a delivery of the personnel list says of people coming, moving and leaving, beside what was known of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from fraud.claims.importing.numbers import spelled_as_known
from fraud.claims.models import Cardholder

_PLACES = {"department_code": "department__code", "manager_no": "manager_no"}


@dataclass
class PeopleChanges:
    """Employee numbers: who is new, who changed department or manager, who has a last day that was not known (or another one)."""

    joined: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, list[str]]:
        """The lists by their names."""
        return asdict(self)


def people_changes(frame: pl.DataFrame) -> PeopleChanges:
    """Compare the checked rows of a personnel list with what is stored; to be asked before they are. A blank says nothing.

    Somebody known only from claims, without a personnel row so far, has joined.
    """
    changes = PeopleChanges()
    if frame.is_empty():
        return changes
    frame = frame.with_columns(pl.col("employee_no").replace(spelled_as_known(frame["employee_no"])))
    rows = frame.unique("employee_no", keep="last", maintain_order=True).to_dicts()
    known: dict[str, dict[str, Any]] = {}
    columns = ("employee_no", "is_unassigned", "left_on", *_PLACES.values())
    for start in range(0, len(rows), 500):
        numbers = [row["employee_no"] for row in rows[start : start + 500]]
        people = Cardholder.objects.filter(employee_no__in=numbers).values(*columns)
        known |= {person["employee_no"]: person for person in people}
    for row in rows:
        person = known.get(row["employee_no"])
        if person is None or person["is_unassigned"]:
            changes.joined.append(row["employee_no"])
        elif any(row.get(name) and row[name] != (person[stored] or "") for name, stored in _PLACES.items()):
            changes.moved.append(row["employee_no"])
        if row.get("left_on") and (person is None or row["left_on"] != person["left_on"]):
            changes.left.append(row["employee_no"])
    return changes
