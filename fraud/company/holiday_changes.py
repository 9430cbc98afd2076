"""Days of the company proposed by one person and agreed to by another: the page's and the interface's way into the calendar."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.people import is_among, require_second_person
from audit.permissions import can, require
from audit.proposals import is_past
from audit.redaction import redact
from audit.services import CONFIG, people_behind, record
from audit.transactions import one_transaction
from fraud.company.holidays import HolidayNotValid, check_day, drop_day, needed_why, put_day
from fraud.company.models import CompanyHoliday, HolidayChange

_S = HolidayChange.State
DECIDING = "fraud.activate_threshold"  # the permission that lets the company's settings count


class HolidayMoved(Exception):
    """What was to be decided has been decided, or the calendar no longer has the day as it was."""

    code, status = "holiday_moved", 409

    @property
    def sentence(self) -> str:
        """The refusal in the reader's language."""
        return _("This has been decided or changed since you opened the page. Look at the calendar again.")

    @property
    def details(self) -> dict[str, str]:
        """Nothing more."""
        return {}


@one_transaction()
def propose_day(
    *,
    on: date,
    name: str,
    reason: str,
    by: Actor,
    kind: str = "company",
    name_en: str = "",
    is_removal: bool = False,
) -> HolidayChange:
    """Propose a day off, a worked public holiday (kind `working`), or with `is_removal` that one is taken off again.

    Nights and deadlines went by the calendar of their day, so it may not lie in the past; days gone by come with the feed `calendar`.

    Raises NotPermitted, HolidayNotValid of the field, HolidayMoved.
    """
    require(by, "fraud.change_settings")
    _refuse_past(on)
    held = CompanyHoliday.objects.filter(on=on).first()
    if is_removal:
        if held is None:
            raise HolidayMoved
        name, name_en, kind = held.name, held.name_en, held.kind
    check_day(name, kind)
    if not is_removal and held is not None and (held.name, held.kind) == (name.strip(), kind):
        raise HolidayNotValid("on", _("This day is on the calendar already."))
    if HolidayChange.objects.select_for_update().filter(on=on, state=_S.PROPOSED).exists():
        raise HolidayNotValid("on", _("A change of this day waits already. It has to be decided first."))
    row = HolidayChange.objects.create(
        on=on,
        kind=kind,
        name=redact(name.strip())[:80],
        name_en=redact(name_en.strip())[:80],
        is_removal=is_removal,
        reason=redact(needed_why(reason)),
        proposed_by=by.username,
        proposed_by_no=by.employee_no,
        proposed_at=clock.now(),
    )
    _record("holiday.proposed", row, by, row.reason)
    return row


@one_transaction()
def confirm_day(*, number: int, by: Actor) -> HolidayChange:
    """Let the change count: deadlines already set follow a day off with the next sweep.

    Raises NotPermitted, HolidayMoved, HolidayNotValid for a day that has passed while it waited: it can only be returned.
    """
    row = _waiting(number, by)
    _refuse_past(row.on)
    held = CompanyHoliday.objects.filter(on=row.on).first()
    if row.is_removal:
        if held is None:
            raise HolidayMoved
        drop_day(day=held, reason=row.reason, by=by)
    else:
        put_day(on=row.on, name=row.name, by=by, kind=row.kind, name_en=row.name_en)
    return _decide(row, _S.APPLIED, by, "")


@one_transaction()
def return_day(*, number: int, reason: str, by: Actor) -> HolidayChange:
    """Turn a change down. Raises NotPermitted, HolidayMoved, HolidayNotValid."""
    row = _waiting(number, by)
    said = needed_why(reason)
    _decide(row, _S.RETURNED, by, said)
    _record("holiday.returned", row, by, said)
    return row


def _refuse_past(on: date) -> None:
    if is_past(on):
        raise HolidayNotValid(
            "on",
            _(
                "This day has passed, and nights and deadlines went by the calendar as it was. Choose today or a later day."
            ),
        )


def waiting_days() -> list[HolidayChange]:
    """What waits for a second person, by day."""
    return list(HolidayChange.objects.filter(state=_S.PROPOSED).order_by("on", "pk"))


def may_decide(row: HolidayChange, by: Actor) -> bool:
    """Whether the reader is the second person the change waits for."""
    return can(by, DECIDING) and not is_among(
        by, people_behind([row.proposed_by], employee_no=row.proposed_by_no)
    )


def _waiting(number: int, by: Actor) -> HolidayChange:
    require(by, DECIDING)
    row = HolidayChange.objects.select_for_update().filter(pk=number, state=_S.PROPOSED).first()
    if row is None:
        raise HolidayMoved
    require_second_person(by, people_behind([row.proposed_by], employee_no=row.proposed_by_no), DECIDING)
    return row


def _decide(row: HolidayChange, state: HolidayChange.State, by: Actor, answer: str) -> HolidayChange:
    row.state, row.decided_by, row.decided_at, row.answer = state, by.username, clock.now(), answer
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    return row


def _record(action: str, row: HolidayChange, by: Actor, reason: str) -> None:
    after = {"on": row.on.isoformat(), "name": row.name, "kind": row.kind, "is_removal": row.is_removal}
    record(action=action, by=by, subject=CONFIG, reason=reason, after=after)
