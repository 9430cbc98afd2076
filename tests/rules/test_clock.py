"""Many moments on a zone's clock say what each of them says alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.language.clock import LocalClock
from rules.language.times import DAY_US, day_number, epoch_us

_ZONES = ("Asia/Seoul", "Asia/Kathmandu", "Europe/London", "America/St_Johns", "Australia/Lord_Howe", "UTC")
_MOMENTS = st.lists(
    st.datetimes(datetime(1985, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), min_size=1, max_size=5
)


@settings(max_examples=60, deadline=None)
@given(_MOMENTS, st.sampled_from(_ZONES), st.booleans())
def test_days_hours_and_weekdays_are_those_of_the_zone(
    moments: list[datetime], zone: str, is_close: bool
) -> None:
    if is_close:  # within a few days, where the offset mostly stays the same
        moments = [moments[0] + timedelta(minutes=47 * place) for place in range(200)]
    clock = LocalClock(np.array([epoch_us(moment) for moment in moments], dtype=np.int64), zone)
    here = [moment.astimezone(ZoneInfo(zone)) for moment in moments]
    assert clock.days.to_list() == [day_number(moment.date()) for moment in here]
    assert clock.hours.to_list() == [moment.hour for moment in here]
    assert clock.weekdays.to_list() == [moment.isoweekday() for moment in here]


def test_a_value_by_day_is_that_of_the_local_day() -> None:
    moments = np.array([0, DAY_US - 1, DAY_US * 3 + 5], dtype=np.int64)
    clock = LocalClock(moments, "Asia/Seoul")
    days = np.arange(clock.first_day, clock.last_day + 1)
    assert clock.by_day(days * 10).to_list() == [0, 10, 30]
