"""Many moments on a zone's clock say what each of them says alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import Context, ParameterSpec, ParameterValue, RuleSpec, evaluate
from rules.language import parse
from rules.language.clock import LocalClock
from rules.language.times import DAY_US, day_number, epoch_us
from tests.draws import draws

_ZONES = ("Asia/Seoul", "Asia/Kathmandu", "Europe/London", "America/St_Johns", "Australia/Lord_Howe", "UTC")
_MOMENTS = st.lists(
    st.datetimes(datetime(1985, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), min_size=1, max_size=5
)


@settings(max_examples=draws(60), deadline=None)
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


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Asia/Seoul", datetime(2026, 3, 4, 16, 10, tzinfo=UTC)),  # 5 March there already
        ("America/New_York", datetime(2026, 3, 5, 2, 42, tzinfo=UTC)),  # 4 March there still
        ("UTC", datetime(2026, 3, 5, tzinfo=UTC)),
    ],
)
def test_a_value_that_begins_or_is_missing_on_the_last_or_first_local_day_is_met_there(
    zone: str, at: datetime
) -> None:
    claims = pl.DataFrame(
        {"claim_id": [1, 2], "n_attendees": [5, 5], "transacted_at": [at, at - timedelta(minutes=5)]}
    )
    day = at.astimezone(ZoneInfo(zone)).date()
    few = (ParameterValue(Decimal(9), date(2020, 1, 1)), ParameterValue(Decimal(2), day))
    ended = (ParameterValue(Decimal(2), date(2020, 1, 1), valid_to=day),)
    later = (ParameterValue(Decimal(2), day + timedelta(days=1)),)
    for values, hits, unknown in (
        (few, [True, True], 0),
        (ended, [False, False], 2),
        (later, [False, False], 2),
    ):
        parameters = {"few": ParameterSpec("few", "number", values)}
        spec = RuleSpec("X", 1, parse("n_attendees > $few"))
        outcome = evaluate(
            claims[:1] if zone == "UTC" else claims, [spec], context=Context(parameters=parameters, zone=zone)
        )
        assert outcome.hits[:, 0].tolist() == hits[: len(outcome.hits)]
        assert outcome.not_evaluable[0].count == min(unknown, len(outcome.hits))
