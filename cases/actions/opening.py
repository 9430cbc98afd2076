"""The forms of steps that start from no single case: opening one by hand, a tip, closing many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from audit.actor import Actor
from cases.actions.casework import ASSIGN, CLOSE, SNOOZE
from cases.actions.fields import Choice, Field, Form, Ids, Text
from cases.services import bulk, errors
from cases.services.by_hand import MAX_CLAIMS, TIP_ORIGINS
from cases.services.decisions import BULK_MAX, BulkItem, BulkOutcome
from cases.services.texts import REASON_MIN
from fraud.claims.models import User
from fraud.web.commands import key_of


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
_CASES = Versions(name="cases", most=BULK_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """One step on many cases; page and interface read the same row. `name` is the last part of its address."""

    name: str
    permission: str
    summary: str
    form: Form
    call: Callable[..., list[BulkOutcome]]  # items, by, then the values of the form
    key: str = ""


def _assign(*, items: Sequence[BulkItem], by: Actor, assignee: str, reason: str = "") -> list[BulkOutcome]:
    to = User.objects.filter(username=assignee, is_active=True).first()
    if to is None:
        raise errors.PersonNotSuitable
    return bulk.bulk_assign(items=items, by=by, to=to, reason=reason)


BULK_ROWS: Mapping[str, BulkRow] = {
    row.name: row
    for row in (
        BulkRow(
            name="ask",
            permission="cases.request_explanation",
            summary="Ask the cardholders of many cases",
            form=Form("BulkAsk", (_CASES,)),
            call=bulk.bulk_ask,
            key=key_of("ask"),
        ),
        BulkRow(
            name="assign",
            permission="cases.assign_case",
            summary="Assign many cases to a reviewer",
            form=Form("BulkAssign", (_CASES, *ASSIGN.fields)),
            call=_assign,
            key=key_of("assign"),
        ),
        BulkRow(
            name="snooze",
            permission="cases.review_case",
            summary="Set many cases aside until a day",
            form=Form("BulkSnooze", (_CASES, *SNOOZE.fields)),
            call=bulk.bulk_snooze,
            key=key_of("snooze"),
        ),
    )
}
BULK_UNDO = BulkRow(
    name="undo",
    permission="cases.view_case",
    summary="Take the last step on many cases back",
    form=Form("BulkUndo", (_CASES,)),
    call=bulk.bulk_undo,
)
BULK_CLOSE = Form("BulkClose", (Versions(name="cases", most=BULK_MAX), *CLOSE.fields))
