"""The company's days: public ones of its country, its own beside them, by page, command and file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from fraud.claims.importing.people import import_people
from fraud.company.calendar import country_of_zone, public_holidays, public_names
from fraud.company.holiday_changes import confirm_day, waiting_days
from fraud.company.models import CompanyHoliday
from fraud.company.values import current_calendar
from tests.cast import make_cast
from tests.fraud.claims.importing.files import BY

pytestmark = pytest.mark.django_db
FOUNDED, LIBERATION = date(2026, 11, 25), date(2026, 8, 17)  # the second a substitute day


@time_machine.travel("2026-08-03T01:00Z", tick=False)
def test_the_company_s_days_are_added_to_the_public_ones() -> None:
    why = ("--reason", "이사회 결정")
    call_command("add_holiday", "2026-11-25", "창립기념일", *why)
    call_command("add_holiday", "2026-08-17", "근무", "--kind", "working", *why)
    assert current_calendar().is_business_day(FOUNDED)  # proposed only
    cast = make_cast()
    for row in waiting_days():
        confirm_day(number=row.pk, by=cast.actor("approver"))
    calendar = current_calendar()
    assert [calendar.is_business_day(day) for day in (FOUNDED, LIBERATION, date(2026, 12, 25))] == [
        False,
        True,
        False,
    ]
    assert AuditEvent.objects.filter(action="holiday.added").count() == 2
    with pytest.raises(CommandError):
        call_command("add_holiday", "2026-02-30", "x", *why)


@pytest.mark.parametrize("year", [2019, 2023, 2024, 2025, 2026, 2027])
def test_labour_day_is_a_paid_holiday_in_every_year(year: int) -> None:
    assert date(year, 5, 1) in public_holidays("KR", [year])


def test_the_public_days_of_2026_and_2027_are_known() -> None:
    known = public_holidays("KR", [2026, 2027])
    days = [
        "2026-06-03",
        "2026-07-17",
        "2026-08-17",
        "2026-10-05",
        "2027-02-09",
        "2027-05-03",
        "2027-07-19",
        "2027-10-11",
    ]
    assert {date.fromisoformat(day) for day in days} <= known


@pytest.mark.parametrize(
    ("zone", "country", "day"),
    [
        ("America/Toronto", "CA", date(2026, 7, 1)),
        ("America/New_York", "US", date(2026, 11, 26)),
        ("Europe/London", "GB", date(2026, 12, 25)),
        ("Asia/Tokyo", "JP", date(2026, 5, 5)),
        ("Asia/Seoul", "KR", date(2026, 9, 25)),
    ],
)
def test_a_company_elsewhere_has_its_country_s_days(
    zone: str, country: str, day: date, settings: Any
) -> None:
    settings.TIME_ZONE = zone
    assert country_of_zone(zone) == country
    assert not current_calendar().is_business_day(day)
    assert country == "KR" or current_calendar().is_business_day(date(2026, 6, 3))


def test_a_zone_of_no_country_has_no_public_days() -> None:
    assert country_of_zone("UTC") == ""
    assert public_holidays("", [2026]) == frozenset()


def test_a_file_brings_the_company_s_days(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text(
        "일자,휴일명,구분\n2026-11-25,창립기념일,\n2026-11-30,임시공휴일,임시공휴일\n2026-12-01,?,모름\n",
        encoding="utf-8",
    )
    result = import_people(path=path, name=path.name, feed="calendar", by=BY)
    assert (result.n_written, result.rejects["code"].to_list()) == (2, ["choice_unknown"])
    import_people(path=path, name=path.name, feed="calendar", by=BY)
    assert list(CompanyHoliday.objects.values_list("on", "kind")) == [
        (FOUNDED, "company"),
        (date(2026, 11, 30), "public"),
    ]


def test_names_of_public_days_are_told_in_both_languages() -> None:
    for language, name in (("ko", "설날"), ("en", "Korean New Year")):
        assert public_names("KR", 2026, language)[date(2026, 2, 17)] == name
    assert set(public_names("KR", 2026, "ko")) == {
        day for day in public_holidays("KR", [2026]) if day.year == 2026
    }
    assert public_names("", 2026, "ko") == {}
