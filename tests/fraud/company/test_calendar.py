"""Business days and the business date of late-night payments."""

import pickle
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fraud.company.calendar import CompanyCalendar, korean_calendar

SEOUL = ZoneInfo("Asia/Seoul")
KOREA = korean_calendar(range(2024, 2028))


def test_korean_calendar_holds_substitute_days() -> None:
    # Children's Day 2024 fell on a Sunday, Liberation Day 2026 on a Saturday
    assert KOREA.is_holiday(date(2024, 5, 6))
    assert KOREA.is_holiday(date(2026, 8, 17))
    assert not KOREA.is_business_day(date(2026, 8, 17))


def test_korean_calendar_holds_lunar_new_year_and_company_days() -> None:
    founding = date(2026, 7, 1)
    calendar = korean_calendar([2026], extra=[founding])
    assert calendar.is_holiday(date(2026, 2, 17))
    assert calendar.is_holiday(founding)
    assert not KOREA.is_holiday(founding)


@given(start=st.dates(date(2024, 1, 1), date(2027, 12, 1)), n=st.integers(-40, 40))
def test_adding_business_days_equals_a_plain_walk(start: date, n: int) -> None:
    step = timedelta(days=1 if n > 0 else -1)
    expected, left = start, abs(n)
    while left:
        expected += step
        left -= KOREA.is_business_day(expected)
    assert KOREA.add_business_days(start, n) == expected


@given(start=st.dates(date(2024, 1, 1), date(2027, 12, 1)), days=st.integers(0, 90))
def test_business_days_between_equals_a_plain_count(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    expected = sum(KOREA.is_business_day(start + timedelta(days=k)) for k in range(1, days + 1))
    assert KOREA.business_days_between(start, end) == expected
    assert KOREA.business_days_between(end, start) == -expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 5, 6, 59, tzinfo=SEOUL), date(2026, 3, 4)),
        (datetime(2026, 3, 5, 7, 0, tzinfo=SEOUL), date(2026, 3, 5)),
        # Monday 2 March 2026 is a substitute holiday: Tuesday's small hours belong to Friday
        (datetime(2026, 3, 3, 1, 0, tzinfo=SEOUL), date(2026, 2, 27)),
        (datetime(2026, 3, 7, 14, 0, tzinfo=SEOUL), date(2026, 3, 7)),
        # 22:00 UTC on the 4th is 07:00 on the 5th in Seoul
        (datetime(2026, 3, 4, 22, 0, tzinfo=UTC), date(2026, 3, 5)),
    ],
)
def test_late_night_belongs_to_the_previous_business_day(moment: datetime, expected: date) -> None:
    assert KOREA.business_date(moment) == expected


def test_a_claim_without_a_time_keeps_its_date() -> None:
    midnight = datetime(2026, 3, 5, 0, 0, tzinfo=SEOUL)
    assert KOREA.business_date(midnight, has_time=False) == date(2026, 3, 5)


@pytest.mark.parametrize(("hour", "expected"), [(22, False), (23, True), (0, True), (6, True), (7, False)])
def test_night_runs_from_23_to_7_on_the_company_clock(hour: int, expected: bool) -> None:
    assert KOREA.is_night(datetime(2026, 3, 5, hour, 30, tzinfo=SEOUL)) is expected


def test_a_used_calendar_can_be_kept_in_a_cache() -> None:
    used = korean_calendar([2026])
    used.add_business_days(date(2026, 2, 13), 1)
    kept = pickle.loads(pickle.dumps(used))
    assert kept == used
    assert kept.add_business_days(date(2026, 2, 13), 1) == date(2026, 2, 19)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CompanyCalendar().business_date(datetime(2026, 3, 5, 1))
