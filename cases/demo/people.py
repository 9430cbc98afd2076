"""The demo company's personnel feeds: departments, people, absences, trips, overtime."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from audit.actor import Actor
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.importing.people import import_people
from fraud.claims.models import Department
from fraud.demo import DemoCompany
from fraud.demo.files import write_csv


def import_personnel(company: DemoCompany, folder: Path, *, by: Actor, received_at: datetime) -> str:
    """Write the personnel feeds to `folder` and import them as received then; twice changes nothing. Returns a line that says how much."""
    _departments(company.departments, by)
    feeds = {
        "cardholders": company.people.drop("approver_no"),
        "absences": company.absences,
        "trips": company.trips,
        "overtimes": company.overtime.with_columns(pl.col("until").dt.to_string("%H:%M")),
    }
    counts = {}
    for feed, frame in feeds.items():
        path = write_csv(frame, folder / f"{feed}.csv")
        result = import_people(path=path, name=path.name, feed=feed, by=by, received_at=received_at)
        counts[feed] = result.n_rows - result.n_rejected
    return ", ".join(f"{n:,} {feed}" for feed, n in counts.items())


@one_transaction()
def _departments(frame: pl.DataFrame, by: Actor) -> None:
    """The tree with its heads; the feed of people knows departments by code only."""
    rows = {row["code"]: row for row in frame.iter_rows(named=True)}
    known = {department.code: department for department in Department.objects.filter(code__in=rows)}
    missing = [code for code in rows if code not in known]
    for code in missing:
        row = rows[code]
        parent = known.get(row["parent_code"])
        known[code] = Department.objects.create(
            code=code, name=row["name"], parent=parent, manager_no=row["manager_no"]
        )
    if missing:
        record(
            action="feed.imported", by=by, subject=CONFIG, after={"feed": "departments", "n": len(missing)}
        )
