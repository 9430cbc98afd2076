"""A span of hours that ends before its last one: 밤 11시부터 새벽 2시 전까지 is up to 01:59."""

from __future__ import annotations

import re

from rules.language.literals import time_text
from rules.language.mending.meanings import Meanings
from rules.language.mending.pieces import TIME_WRITTEN

_UP_TO = re.compile(
    rf"(?P<low>{TIME_WRITTEN}|[0-9]{{1,2}}:[0-9]{{2}})\s*(?:부터|에서|~|～|-|–)\s*(?P<high>{TIME_WRITTEN}|[0-9]{{1,2}}:[0-9]{{2}})\s*(?:이?전)(?:까지|에)?(?:의|에|는)?(?=\s|$)",
    re.IGNORECASE,
)


#: 2시 전: of the night or of the afternoon?
_EITHER = re.compile(
    r"(?<![가-힣0-9:])(?<!새벽\s)(?<!오전\s)(?<!오후\s)(?<!저녁\s)(?<!아침\s)(?<!밤\s)(?<!낮\s)(?P<hour>1[0-2]|[1-9])\s?시(?!간)\s?전(?:에는|에|까지)?(?=\s|$)(?!\s(?:직원|사원|부서))"
)


def hours_asked(text: str) -> Meanings | None:
    """What a rule asks of hours from one up to before another; None where no such span is said."""
    match = _UP_TO.search(text)
    if match is None:
        return _either_half(text)
    low, high = time_text(match["low"]), time_text(match["high"])
    if low is None or high is None or low == high:
        return None
    join = "and" if low < high else "or"
    asked = f"(time(transacted_at) >= {low} {join} time(transacted_at) < {high})"
    return Meanings(
        match.start(), match.end(), asked[1:-1] if text.strip() == match[0] else asked, is_one=True
    )


def _either_half(text: str) -> Meanings | None:
    match = _EITHER.search(text)
    if match is None or len(re.findall(r"[0-9]\s?시(?!간)", text)) > 1:
        return None  # beside another hour it is one of twenty-four
    hour = int(match["hour"]) % 12
    ways = [f"hour < {hour}"] if hour else []
    return Meanings(match.start(), match.end(), ", ".join([*ways, f"hour < {hour + 12}"]))
