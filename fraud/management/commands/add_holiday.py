"""`manage.py add_holiday 2026-11-25 "창립기념일"`: a day off of the company, or a public holiday on which it works."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from audit.actor import Actor
from fraud.company.holidays import HolidayNotValid, add_holiday
from fraud.company.models import CompanyHoliday


class Command(BaseCommand):
    help = "Add a day to the company's calendar. Public holidays of its country are known already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("on", help="YYYY-MM-DD")
        parser.add_argument("name")
        parser.add_argument("--kind", default="company", choices=CompanyHoliday.Kind.values)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            on = date.fromisoformat(options["on"])
        except ValueError:
            raise CommandError(
                _("Write a day as 2026-03-31, not “%(text)s”.") % {"text": options["on"]}
            ) from None
        try:
            day = add_holiday(on=on, name=options["name"], kind=options["kind"], by=Actor.system("settings"))
        except HolidayNotValid as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{day.on} {day.name} ({day.kind})")
