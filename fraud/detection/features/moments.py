"""When a claim happened, on the company's clock and calendar."""

import polars as pl

from fraud.company.calendar import NIGHT_ENDS_HOUR, NIGHT_STARTS_HOUR, CompanyCalendar

#: What `moment_features` gives.
MOMENTS = ("hour", "weekday", "is_night", "is_weekend", "is_holiday", "is_business_day")
_SATURDAY = 6


def moment_features(frame: pl.DataFrame, calendar: CompanyCalendar, zone: str) -> pl.DataFrame:
    """Hour, weekday and kind of day of `transacted_at`; `hour` and `is_night` null without a time.

    Kinds of day are those of the local calendar date: 02:00 on a Saturday is a weekend.
    """
    local = frame.select(
        at=pl.col("transacted_at").dt.convert_time_zone(zone), has_time=pl.col("has_time")
    ).with_columns(day=pl.col("at").dt.date(), weekday=pl.col("at").dt.weekday().cast(pl.Int32))
    hour = pl.when(pl.col("has_time")).then(pl.col("at").dt.hour().cast(pl.Int32))
    holidays = pl.Series("holidays", sorted(calendar.holidays), dtype=pl.Date)
    return local.select(
        hour=hour,
        weekday=pl.col("weekday"),
        is_night=(hour >= NIGHT_STARTS_HOUR) | (hour < NIGHT_ENDS_HOUR),
        is_weekend=pl.col("weekday") >= _SATURDAY,
        is_holiday=pl.col("day").is_in(holidays.implode()),
    ).with_columns(is_business_day=~(pl.col("is_weekend") | pl.col("is_holiday")))
