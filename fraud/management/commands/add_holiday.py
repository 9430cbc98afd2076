"""`manage.py add_holiday 2026-11-25 "창립기념일" --reason "decided by the board"`: proposes a day off, or a public holiday on which the company works."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.commands import StruckCommand
from fraud.company.holiday_changes import HolidayMoved, propose_day
from fraud.company.holidays import HolidayNotValid
from fraud.company.models import CompanyHoliday


class Command(StruckCommand):
    help = "Propose a day for the company's calendar; it counts once an approver agrees. Public holidays of its country are known already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("on", help="YYYY-MM-DD")
        parser.add_argument("name")
        parser.add_argument("--kind", default="company", choices=CompanyHoliday.Kind.values)
        parser.add_argument("--reason", required=True, help="why, in at least five characters")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            on = date.fromisoformat(options["on"])
        except ValueError:
            raise CommandError(
                _("Write a day as 2026-03-31, not “%(text)s”.") % {"text": options["on"]}
            ) from None
        try:
            row = propose_day(
                on=on,
                name=options["name"],
                kind=options["kind"],
                reason=options["reason"],
                by=Actor.system("settings"),
            )
        except HolidayNotValid as error:
            raise CommandError(str(error)) from error
        except HolidayMoved as error:
            raise CommandError(error.sentence) from error
        told = {"day": row.on, "name": row.name}
        self.stdout.write(
            _("Proposed: %(day)s %(name)s. It counts once an approver agrees on the calendar.") % told
        )
