"""How many of a key's events are in force at a moment: the kernel of label-derived features."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

_FITS = 1 << 62


class Events:
    """Events of integer keys, each beginning at a moment and possibly ended (superseded) later.

    A negative key means null: the event is in nobody's history. Times are microseconds; no
    question is asked about a moment after `until_us`. Should keys x time range exceed 64 bits,
    times are compared in milliseconds, a beginning rounded up, so that nothing ever counts before
    it was known.
    """

    def __init__(self, keys: Ints, begin_us: Ints, end_us: Ints, *, until_us: int) -> None:
        kept = np.flatnonzero(keys >= 0)
        #: row number of every event, in the order (key, begin, row)
        self.rows: Ints = kept[np.lexsort((kept, begin_us[kept], keys[kept]))]
        self._keys: Ints = np.unique(keys[kept])
        self._begin, self._end = begin_us[self.rows], end_us[self.rows]
        self._first = (int(self._begin.min(initial=until_us)) // 1000 - 1) * 1000
        span = max(until_us - self._first, 1) + 2
        self._unit = 1 if (len(self._keys) + 1) * span < _FITS else 1000
        self.width = span // self._unit + 2
        self._base: Ints = np.searchsorted(self._keys, keys[self.rows]) * self.width

    @property
    def starts_key(self) -> Mask:
        """Per event in event order: the first of its key."""
        return np.diff(self._base, prepend=np.int64(-1)) != 0

    def group_of(self, keys: Ints) -> Ints:
        """Dense number of each key among the events' keys, -1 for a key without events."""
        if len(self._keys) == 0:
            return np.full(len(keys), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[place] == keys, place, -1)

    def clock(self, at_us: Ints, *, round_up: bool) -> Ints:
        """Moments on the events' own clock: 0 before the first event, the last tick is never reached."""
        elapsed = at_us - self._first
        ticks = -(-elapsed // self._unit) if round_up else elapsed // self._unit
        return np.clip(ticks, 0, self.width - 1)

    @cached_property
    def begins(self) -> Ints:
        """(key, begin) of every event as one sorted integer each."""
        return self._base + self.clock(self._begin, round_up=True)

    def ends(self, duration_us: int) -> Ints:
        """(key, end) where an event ends when superseded or when its duration is over; in event order."""
        last = np.iinfo(np.int64).max - duration_us
        ends = np.minimum(self._end, np.minimum(self._begin, last) + duration_us)
        return self._base + self.clock(ends, round_up=True)


class Questions:
    """Questions (key, moment) about events, sorted once and answered many times, in their own order."""

    def __init__(self, events: Events, keys: Ints, at_us: Ints) -> None:
        groups = events.group_of(keys)
        asked = np.flatnonzero(groups >= 0)
        base = groups[asked] * events.width
        packed = base + events.clock(at_us[asked], round_up=False)
        by_key = np.argsort(packed)
        self._events = events
        self._n = len(keys)
        self._asked, self._base, self._packed = asked[by_key], base[by_key], packed[by_key]

    def known(self) -> Ints:
        """How many of the key's events began at or before the moment."""
        first = np.searchsorted(self._events.begins, self._base)
        return self._spread(np.searchsorted(self._events.begins, self._packed, side="right") - first, 0)

    def alive(self, duration_us: int, where: Mask | None = None) -> Ints:
        """How many (satisfying `where`, a mask over event rows) began less than `duration_us` before
        the moment, at the moment at the latest, and were not superseded by then."""
        begins, ends = self._events.begins, self._events.ends(duration_us)
        if where is not None:
            chosen = where[self._events.rows]
            begins, ends = begins[chosen], ends[chosen]
        ends = np.sort(ends)
        began = np.searchsorted(begins, self._packed, side="right")
        return self._spread(began - np.searchsorted(ends, self._packed, side="right"), 0)

    def latest(self) -> Ints:
        """Place in event order of the key's latest event begun by the moment, -1 if there is none."""
        begins = self._events.begins
        upto = np.searchsorted(begins, self._packed, side="right")
        has_one = upto > np.searchsorted(begins, self._base)
        return self._spread(np.where(has_one, upto - 1, -1), -1)

    def _spread(self, answers: Ints, empty: int) -> Ints:
        out = np.full(self._n, empty, dtype=np.int64)
        out[self._asked] = answers
        return out
