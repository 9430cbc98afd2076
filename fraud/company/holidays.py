"""The company's own days beside the public ones: added or taken back by page, command and file (feed `calendar`)."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from fraud.company.models import CompanyHoliday


class HolidayNotValid(ValueError):
    """A day that cannot be one of the company's; the message says what would be right."""


@one_transaction()
def add_holiday(
    *, on: date, name: str, by: Actor, kind: str = "company", name_en: str = ""
) -> CompanyHoliday:
    """Add a day off, or with kind `working` a public holiday on which the company works; the same day again is renamed.

    Raises HolidayNotValid, NotPermitted.
    """
    require(by, "fraud.change_settings")
    name, name_en = name.strip()[:80], name_en.strip()[:80]
    if not name:
        raise HolidayNotValid(_("Name the day, such as Foundation Day."))
    if kind not in CompanyHoliday.Kind.values:
        raise HolidayNotValid(
            _("Kinds of days: %(kinds)s.") % {"kinds": ", ".join(CompanyHoliday.Kind.values)}
        )
    day, is_new = CompanyHoliday.objects.update_or_create(
        on=on, defaults={"name": name, "name_en": name_en, "kind": kind}
    )
    record(
        action="holiday.added",
        by=by,
        subject=CONFIG,
        after={"on": on.isoformat(), "name": name, "kind": kind, "is_new": is_new},
    )
    return day


@one_transaction()
def remove_holiday(*, day: CompanyHoliday, by: Actor) -> None:
    """Take a day off the company's list again; public holidays stay. Raises NotPermitted."""
    require(by, "fraud.change_settings")
    record(
        action="holiday.removed", by=by, subject=CONFIG, before={"on": day.on.isoformat(), "name": day.name}
    )
    day.delete()
