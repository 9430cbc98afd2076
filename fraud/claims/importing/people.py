"""Personnel feeds: who works where, since when, who was absent, travelled, or had overtime approved.

A feed adds and updates by its natural key and deletes nothing. What a row says was cancelled, rejected or only asked for is not stored, and a
cancelled or rejected row ends what was known of it. Rows that cannot be read are reported like those of a
claim file; a feed with a resident registration number or a card number is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.claims.importing.people_apart import read_people_apart
from fraud.claims.importing.people_changes import PeopleChanges, people_changes
from fraud.claims.importing.people_feeds import FEEDS
from fraud.claims.importing.people_reading import read_people
from fraud.claims.importing.people_storing import end_people, store_people, with_department_codes
from fraud.claims.importing.positions import keep_moves, store_positions
from fraud.claims.importing.problems import reject_frame
from fraud.claims.importing.scanning import refuse_in_name
from fraud.claims.importing.services import reading_bounds


class FeedUnknown(LookupError):
    """There is no feed of that name."""


@dataclass
class FeedResult:
    """What became of a feed: rows = read rows, of which `n_rejected` could not be taken and `n_unapproved` do not hold.

    `n_ended` is how much of what was known ended with rows that were cancelled or rejected; `notes` are codes with parameters.
    """

    feed: str
    n_rows: int = 0
    n_written: int = 0
    n_rejected: int = 0
    n_unapproved: int = 0
    n_ended: int = 0
    notes: list[dict[str, Any]] = field(default_factory=list)
    rejects: pl.DataFrame = field(default_factory=reject_frame)
    changes: PeopleChanges | None = None  # of the personnel list only

    def counts(self) -> dict[str, Any]:
        """The feed and its counts by name."""
        names = ("feed", "n_rows", "n_written", "n_rejected", "n_unapproved", "n_ended")
        return {name: getattr(self, name) for name in names}


def import_people(
    *,
    path: Path,
    name: str,
    feed: str,
    by: Actor,
    delimiter: str = ",",
    progress: Callable[[int], None] | None = None,
    received_at: datetime | None = None,
    apart: bool = False,
) -> FeedResult:
    """Import one personnel feed (CSV, XLSX or Parquet) in one transaction. The same feed twice changes nothing.

    `apart` reads the file in a bounded child process (uploads). What it says is known from `received_at` (aware; default: now) on.
    Raises FeedUnknown, FileQuarantined, NotPermitted.
    """
    require(by, "fraud.import_claims")
    if feed not in FEEDS:
        raise FeedUnknown(f"there is no feed {feed!r}; there are: {', '.join(FEEDS)}")
    refuse_in_name(name)
    at = received_at or clock.now()
    how: dict[str, Any] = {"zone": settings.TIME_ZONE, "delimiter": delimiter}
    if apart:
        read = read_people_apart(path, feed, **how, bounds=reading_bounds())
    else:
        read = read_people(path, FEEDS[feed], **how)
    result = FeedResult(
        feed,
        n_rows=read.rows.height + read.rejects.height + read.n_unapproved,
        n_rejected=read.rejects.height,
        n_unapproved=read.n_unapproved,
        notes=read.notes,
        rejects=read.rejects,
    )
    with one_transaction():
        frame = with_department_codes(read.rows)
        if feed == "cardholders":
            result.changes = people_changes(frame)
            keep_moves(frame, at=at)
        if feed == "positions":
            result.n_written = store_positions(frame, at=at)
        else:
            result.n_written = store_people(FEEDS[feed], frame, at=at)
            result.n_ended = end_people(FEEDS[feed], read.ended, held=frame, at=at)
        if progress is not None:
            progress(result.n_written)
        record(
            action="feed.imported",
            by=by,
            subject=CONFIG,
            after={
                "feed": feed,
                "n_rows": result.n_rows,
                "n_written": result.n_written,
                "n_rejected": result.n_rejected,
                "n_unapproved": result.n_unapproved,
                "n_ended": result.n_ended,
                **(
                    {key: len(who) for key, who in result.changes.as_json().items()} if result.changes else {}
                ),
            },
        )
    return result
