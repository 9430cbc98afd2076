"""The company's own days beside the public ones: added or taken back by page, command and file (feed `calendar`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.company.models import CompanyHoliday
from rules.services.common import REASON_MIN


class HolidayNotValid(ValueError):
    """A day that cannot be one of the company's; the message says what would be right of which `field`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


#: Kind of day → what it is called; files and commands name the code.
KINDS = {
    "company": gettext_lazy("day off"),
    "public": gettext_lazy("public holiday"),
    "substitute": gettext_lazy("substitute holiday"),
    "working": gettext_lazy("working day"),
}


@one_transaction()
def add_holiday(
    *, on: date, name: str, by: Actor, kind: str = "company", name_en: str = ""
) -> CompanyHoliday:
    """Add a day off, or with kind `working` a public holiday on which the company works; the same day again is renamed.

    Raises HolidayNotValid, NotPermitted.
    """
    require(by, "fraud.change_settings")
    return put_day(on=on, name=name, by=by, kind=kind, name_en=name_en)


def check_day(name: str, kind: str) -> None:
    """Raises HolidayNotValid for a day without a name or of no known kind."""
    if not name.strip():
        raise HolidayNotValid("name", _("Name the day, such as Foundation Day."))
    if kind not in CompanyHoliday.Kind.values:
        known = ", ".join(f"{code} ({word})" for code, word in KINDS.items())
        raise HolidayNotValid("kind", _("Kinds of days: %(kinds)s.") % {"kinds": known})


def put_day(*, on: date, name: str, by: Actor, kind: str, name_en: str) -> CompanyHoliday:
    """`add_holiday` of whoever has been allowed to already (`holiday_changes`)."""
    check_day(name, kind)
    name, name_en = name.strip()[:80], name_en.strip()[:80]
    worked = CompanyHoliday.objects.filter(on=on, kind=CompanyHoliday.Kind.WORKING).exists()
    told: dict[str, Any] = {"name": name, "name_en": name_en, "kind": kind}
    if worked and kind != CompanyHoliday.Kind.WORKING:  # a day off again: deadlines follow it anew
        told |= {"added_at": clock.now(), "deadlines_moved_at": None}
    day, is_new = CompanyHoliday.objects.update_or_create(on=on, defaults=told)
    record(
        action="holiday.added",
        by=by,
        subject=CONFIG,
        after={"on": on.isoformat(), "name": name, "kind": kind, "is_new": is_new},
    )
    return day


@one_transaction()
def remove_holiday(*, day: CompanyHoliday, reason: str, by: Actor) -> None:
    """Take a day off the company's list again, for a reason that is kept; public holidays stay.

    Raises HolidayNotValid of field `reason` below five characters, NotPermitted.
    """
    require(by, "fraud.change_settings")
    drop_day(day=day, reason=needed_why(reason), by=by)


def needed_why(reason: str) -> str:
    """The reason on one line. Raises HolidayNotValid of field `reason` below five characters."""
    said = " ".join(reason.split())[:300]
    if len(said) < REASON_MIN:
        raise HolidayNotValid("reason", _("Say why in at least %(n)d characters.") % {"n": REASON_MIN})
    return said


def drop_day(*, day: CompanyHoliday, reason: str, by: Actor) -> None:
    """`remove_holiday` of whoever has been allowed to already (`holiday_changes`)."""
    record(
        action="holiday.removed",
        by=by,
        subject=CONFIG,
        before={"on": day.on.isoformat(), "name": day.name, "kind": day.kind},
        after={"reason": reason},
    )
    day.delete()
