"""Which day a payment belongs to, for a whole frame of claims. Pure."""

import polars as pl

from fraud.company.calendar import NIGHT_ENDS_HOUR


def business_date(zone: str, has_time: pl.Expr) -> pl.Expr:
    """The local day whose business or evening a payment was: until the night ends at NIGHT_ENDS_HOUR, the day before.

    A payment whose time of day is not known keeps its date.
    """
    local = pl.col("transacted_at").dt.convert_time_zone(zone)
    late = has_time & (local.dt.hour() < NIGHT_ENDS_HOUR)
    return pl.when(late).then(local.dt.date().dt.offset_by("-1d")).otherwise(local.dt.date())
