"""Lists so long that a few steps cannot bring them below what a count shows: `1,000+` stays true without counting again.

Every step writes an entry for each case it changes, so a list that had so many cases more than the cap is above it for half as many entries
(joining two cases changes both). What changes many cases by one entry, a file of people for instance, is told five minutes later at most.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta

from audit import clock
from fraud.web.kept import Shelf

SLACK = 200  # cases beyond the cap that are looked at
_LEAST = 100  # beyond the cap, for a list to be called long
_KNOWN = timedelta(minutes=5)
_long: Shelf[tuple[int, datetime]] = Shelf(500)


def note_length(key: Hashable, n: int, cap: int, entry: int) -> None:
    """Remember up to which entry of the log a list that has `n` cases at `entry` is above the cap, if that is some time."""
    beyond = n - cap - 1
    if beyond >= _LEAST:
        _long.put(key, (entry + beyond // 2, clock.now() + _KNOWN))


def is_long(key: Hashable, entry: int) -> bool:
    """Whether a list is above the cap for certain; `key` names the list and who is kept from which of its cases."""
    found = _long.get(key)
    return found is not None and entry <= found[0] and clock.now() < found[1]


def forget_lengths() -> None:
    """Count every list again, for tests."""
    _long.clear()
