"""The forms of steps that start from no single case: opening one by hand, a tip, closing many."""

from __future__ import annotations

from dataclasses import dataclass

from cases.actions.casework import CLOSE
from cases.actions.fields import Choice, Field, Form, Ids, Text
from cases.services.by_hand import MAX_CLAIMS, TIP_ORIGINS
from cases.services.decisions import BULK_MAX
from cases.services.texts import REASON_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions(Field):
    """Cases with the version seen of each; a page sends `reference@version`."""

    most: int


_SOURCE = Text(name="source_system", maximum=40, required=False)
OPEN_CASE = Form(
    "OpenCase", (Ids(name="claims", most=MAX_CLAIMS), _SOURCE, Text(name="reason", minimum=REASON_MIN))
)
TIP = Form(
    "Tip",
    (
        Text(name="claim", maximum=120),
        _SOURCE,
        Text(name="text", minimum=5),
        Choice(name="origin", choices=tuple(TIP_ORIGINS), required=False),
    ),
)
BULK_CLOSE = Form("BulkClose", (Versions(name="cases", most=BULK_MAX), *CLOSE.fields))
