"""Many moments on the company's clock: calculated where the zone's offset stays the same from the first to the last, else looked up one by one."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.language.gathering import look_up, quotients
from rules.language.times import DAY_US

Moments = NDArray[np.int64]

#: Every offset of a zone since 1972 is a multiple of this, and no day begins within one.
_SLOT_US = 900_000_000
_SLOTS_A_DAY = DAY_US // _SLOT_US
#: 1 January 1970 was a Thursday; Monday is 1.
_FIRST_WEEKDAY = 3
#: Periods of more days are looked up: a table of their slots would be larger than it is worth.
_MOST_DAYS = 20 * 366


def local(moment: pl.Expr, zone: str) -> pl.Expr:
    """Microseconds since 1970 → the moment on the zone's clock."""
    return moment.cast(pl.Int64).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)


class LocalClock:
    """Day, hour and weekday of each of some moments (n > 0, microseconds since 1970) on a zone's clock.

    Moments are numbered by quarters of an hour, and what a clock says is asked once for each of those.
    """

    def __init__(self, moments: Moments, zone: str) -> None:
        self.moments, self.zone = moments, zone
        #: Days around the moments: none of them lies on or beyond these. A clock may be a day ahead of UTC's or behind it.
        self.first_day = int(moments.min()) // DAY_US - 2
        self.last_day = int(moments.max()) // DAY_US + 2
        self._offset = constant_offset(zone, self.first_day, self.last_day)

    @cached_property
    def days(self) -> pl.Series:
        """Day numbers."""
        if self._offset is None:
            return self._looked_up.dt.date().to_physical().cast(pl.Int64)
        return self.by_day(np.arange(self.first_day, self.last_day + 1, dtype=np.int64))

    @cached_property
    def hours(self) -> pl.Series:
        """Hours from 0 to 23, a byte each."""
        if self._offset is None:
            return self._looked_up.dt.hour().cast(pl.Int8)
        hours = np.arange(24, dtype=np.int8).repeat(_SLOTS_A_DAY // 24)
        return self._asked(np.tile(hours, self.last_day + 1 - self.first_day))

    @cached_property
    def weekdays(self) -> pl.Series:
        """Weekdays from Monday 1, a byte each."""
        if self._offset is None:
            return self._looked_up.dt.weekday().cast(pl.Int8)
        days = np.arange(self.first_day, self.last_day + 1)
        return self.by_day(((days + _FIRST_WEEKDAY) % 7 + 1).astype(np.int8))

    def by_day(self, values: NDArray[np.generic]) -> pl.Series:
        """The value of each moment's day, given one for every day from `first_day` to `last_day`."""
        if self._offset is None:
            return pl.Series(values).gather(self.days - self.first_day)
        return self._asked(values.repeat(_SLOTS_A_DAY))

    def _asked(self, by_slot: NDArray[np.generic]) -> pl.Series:
        return pl.Series(look_up(by_slot, self._slots))

    @cached_property
    def _slots(self) -> NDArray[np.int32]:
        assert self._offset is not None
        return quotients(self.moments, self._offset - self.first_day * DAY_US, _SLOT_US)

    @cached_property
    def _looked_up(self) -> pl.Series:
        return pl.select(local(pl.lit(pl.Series(self.moments)), self.zone)).to_series()


@lru_cache(maxsize=64)
def constant_offset(zone: str, first: int, last: int) -> int | None:
    """Microseconds the zone is ahead of UTC from the beginning of one day to the end of another; None where that changes, is no multiple
    of a quarter of an hour, or the days lie far apart. Offsets are compared hour by hour: no zone goes there and back within one."""
    if last - first >= _MOST_DAYS:
        return None
    hours = pl.Series(np.arange(first * 24, (last + 1) * 24 + 1, dtype=np.int64) * (DAY_US // 24))
    here = hours.cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone).dt.replace_time_zone(None)
    ahead = (here.cast(pl.Int64) - hours).unique()
    return int(ahead[0]) if len(ahead) == 1 and ahead[0] % _SLOT_US == 0 else None
