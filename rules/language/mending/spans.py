"""Where a span of the day begins and ends when only one of its hours says its half: 오후 2시부터 5시까지, 밤 9시부터 12시까지."""

from __future__ import annotations

import re

from rules.language.literals import time_text

_HALF = re.compile(r"오전|오후|밤|저녁|새벽|아침|낮|[0-9\s][ap]\.?m", re.IGNORECASE)


def says_half(written: str) -> bool:
    """Whether an hour says which half of the day it is in: by a word, or as one of twenty-four."""
    hour = re.search(r"[0-9]+", written)
    is_of_24 = ":" in written or hour is None or hour[0].startswith("0") or int(hour[0]) > 12
    return is_of_24 or _HALF.search(written) is not None


def _is_of_24(written: str) -> bool:
    return says_half(written) and _HALF.search(written) is None


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def span_of(first: str, last: str) -> list[tuple[str, str]]:
    """The spans two hours as they were written may mean, as (``14:00``, ``17:00``); one where it is certain.

    An end without its half is the next such hour behind the beginning: no span as one speaks of it is longer than half a day.
    """
    low, high = time_text(first), time_text(last)
    if low is None or high is None:
        return []
    if says_half(last):
        if says_half(first):
            return [(low, high)]
        other = _clock(_minutes(low) % 720 + 720)
        return [(low, high)] if _minutes(low) >= 13 * 60 else [(low, high), (other, high)]
    if _is_of_24(first):
        return [(low, high)]
    if says_half(first):
        wait = (_minutes(high) - _minutes(low)) % 720
        return [(low, _clock(_minutes(low) + wait))] if wait else []
    wait = (_minutes(high) - _minutes(low)) % 720
    begins = sorted({_minutes(low) % 720, _minutes(low) % 720 + 720}, key=lambda at: at != _minutes(low))
    return [(_clock(at), _clock(at + wait)) for at in begins] if wait else []
