"""The first and last days of months, quarters and years that a sentence tells are those of a plain calendar."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from rules.engine import RuleSpec, evaluate
from rules.language import RuleNotValid, check, parse, read
from rules.language.mending.spoken.edges import without_edges
from tests.rules.generated import CALENDAR, context

DAYS = [date(2023, 12, 1) + timedelta(days=at) for at in range(800)]


def meant(said: str) -> str:
    with pytest.raises(RuleNotValid) as caught:
        read(said, lists={}, parameters={})
    assert caught.value.correction is not None, caught.value
    return caught.value.correction


def hit(rule: str) -> list[date]:
    """The days whose noon in Seoul a rule hits."""
    tree = parse(rule)
    check(tree, lists={}, parameters={})
    noons = [datetime(day.year, day.month, day.day, 3, tzinfo=UTC) for day in DAYS]
    claims = pl.DataFrame(
        {
            "transacted_at": pl.Series(noons, dtype=pl.Datetime("us", "UTC")),
            "weekday": [day.isoweekday() for day in DAYS],
            "is_business_day": [CALENDAR.is_business_day(day) for day in DAYS],
            "claim_id": range(len(DAYS)),
        }
    )
    hits = evaluate(claims, [RuleSpec("X", 1, tree)], context=context()).hits
    return [day for day, is_hit in zip(DAYS, hits[:, 0] if hits.ndim == 2 else hits, strict=True) if is_hit]


def left(day: date) -> int:
    """How many days of its month come behind a day."""
    return monthrange(day.year, day.month)[1] - day.day


def business(day: date) -> bool:
    return CALENDAR.is_business_day(day)


def worked(day: date) -> int:
    """The business days of a day's month up to and with it."""
    return sum(business(day.replace(day=at)) for at in range(1, day.day + 1))


SAID: tuple[tuple[str, Callable[[date], bool]], ...] = (
    ("월말 마지막 3일", lambda day: left(day) < 3),
    ("last three days of the month", lambda day: left(day) < 3),
    ("the final day of each month", lambda day: left(day) == 0),
    ("매월 첫 5일", lambda day: day.day <= 5),
    ("first 10 days of the month", lambda day: day.day <= 10),
    ("분기 말 5일", lambda day: day.month % 3 == 0 and left(day) < 5),
    ("the first two weeks of the quarter", lambda day: day.month % 3 == 1 and day.day <= 14),
    ("연말 마지막 7일", lambda day: day.month == 12 and left(day) < 7),
    ("2월 마지막 2일", lambda day: day.month == 2 and left(day) < 2),
    ("분기 마지막 달", lambda day: day.month % 3 == 0),
    ("first month of the quarter", lambda day: day.month % 3 == 1),
    ("last friday of the month", lambda day: day.isoweekday() == 5 and left(day) < 7),
    ("second tuesday of the month", lambda day: day.isoweekday() == 2 and 8 <= day.day <= 14),
    ("매월 첫 번째 월요일", lambda day: day.isoweekday() == 1 and day.day <= 7),
    ("first business day of the month", lambda day: business(day) and worked(day) == 1),
    ("매월 첫 영업일", lambda day: business(day) and worked(day) == 1),
    ("last two business days of the month", lambda day: business(day) and worked(day) > worked(day + timedelta(days=left(day))) - 2),
    ("월말 마지막 3일이 아닌 결제", lambda day: left(day) >= 3),
)  # fmt: skip


@pytest.mark.parametrize(("said", "is_meant"), SAID, ids=[row[0] for row in SAID])
def test_the_days_a_sentence_tells_are_those_of_the_calendar(
    said: str, is_meant: Callable[[date], bool]
) -> None:
    assert hit(meant(said)) == [day for day in DAYS if is_meant(day)]


def test_what_is_no_edge_stays_and_an_edge_leaves_its_room() -> None:
    text = "월말 마지막 3일에 10만원 초과"
    assert without_edges(text) == " " * len("월말 마지막 3일에") + " 10만원 초과"
    assert without_edges("3 payments in a month") == "3 payments in a month"
