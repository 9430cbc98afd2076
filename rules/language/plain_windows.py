"""Windows by looking at every claim: the definition, slow and plain, for the preview of single claims and for tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, Protocol

from rules.fields import FIELDS, KEYS
from rules.language import nodes as n
from rules.language.check_parts import duration_us
from rules.language.evaluate import ClaimReader, evaluate, plain_value
from rules.language.normal import normalise
from rules.language.reach import spans_of
from rules.language.specs import Context
from rules.language.times import DAY_US, business_days_back, day_number, local, midnight_us, period_first_day
from rules.language.transactions import NOT_SPENDING
from rules.language.types import Kind, Type
from rules.language.values import EXACT, LARGEST_NUMBER, LARGEST_SPREAD, NUMBER_SCALE

MONEY_WINDOWS = frozenset(
    {"sum", "mean", "median", "percentile", "deviation", "min", "max", "share", "change"}
)
#: What tells a cardholder's claims from those of others.
OWN_COLUMN = "cardholder_id"


class PlainWindows:
    """All rows of a frame as dictionaries; ``reader(i)`` gives the claim at place i with its windows."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], context: Context) -> None:
        self.rows = rows
        self.context = context

    def reader(self, index: int) -> ClaimReader:
        """The claim at a place of the rows."""
        reader = ClaimReader(self.rows[index], self.context, lambda node: None)
        reader.windows = lambda node: self.answer(node, index, reader)
        return reader

    def answer(self, node: n.Window, index: int, reader: ClaimReader) -> Any:
        """The value of a window for the claim at a place."""
        own = self.rows[index]
        part_columns = key_columns(node.part)
        same = self._alike(node, own, reader)
        if same is None:
            return None
        if node.function == "since_last":
            earlier = [_order(self.rows[at]) for at in same if _order(self.rows[at]) < _order(own)]
            return None if not earlier else _order(own)[0] - max(earlier)[0]
        inside = self._inside(node, own, reader)
        if inside is None:
            return None
        members = [at for at in same if inside(self.rows[at])]
        values = self._values(node, members)
        if node.function == "change":
            return self._change(node, values, same, reader)
        if node.function == "percentile":
            share = None if node.fraction is None else evaluate(node.fraction, reader)
            return percentile([value for _, value in values], share, self._scale(node, reader))
        if node.function != "share":
            return aggregate(node.function, [value for _, value in values], self._scale(node, reader))
        part = [
            value
            for at, value in values
            if all(key_of(self.rows[at], column) == key_of(own, column) for column in part_columns)
        ]
        total = sum(value for _, value in values)
        return float(sum(part)) / float(total) if total > 0 else None

    def _change(
        self, node: n.Window, recent: list[tuple[int, Any]], same: list[int], reader: ClaimReader
    ) -> float | None:
        """How much more the window holds than the same length before it; None where nothing was before."""
        inside = self._inside(node, reader.row, reader, times=spans_of(node))
        both = [] if inside is None else self._values(node, [at for at in same if inside(self.rows[at])])
        now = sum(value for _, value in recent)
        before = sum(value for _, value in both) - now
        return float(now - before) / float(before) if before > 0 else None

    def counted(self, node: n.Window, index: int) -> list[int]:
        """The places of the claims that a window of the claim at a place looks at, this claim among them where it counts."""
        own, reader = self.rows[index], self.reader(index)
        same = self._alike(node, own, reader)
        if same is None:
            return []
        if node.function == "since_last":
            earlier = [at for at in same if _order(self.rows[at]) < _order(own)]
            return sorted(earlier, key=lambda at: _order(self.rows[at]))[-1:]
        inside = self._inside(node, own, reader)
        if inside is None:
            return []
        return [at for at, _ in self._values(node, [at for at in same if inside(self.rows[at])])]

    def _alike(self, node: n.Window, own: Mapping[str, Any], reader: ClaimReader) -> list[int] | None:
        """Places of the claims that share the window's keys with this one; None, and named, where it lacks one."""
        needs_time = needs_time_of_day(node)
        if needs_time and not own.get("has_time"):
            reader.lack("has_time")
            return None
        columns = key_columns(node.keys) + (("currency",) if is_money_window(node, reader) else ())
        for column in (*columns, *more_columns(node)):
            if key_of(own, column) is None:
                reader.lack(column)
                return None
        return [
            at
            for at, row in enumerate(self.rows)
            if all(key_of(row, column) == key_of(own, column) for column in columns)
            and (not needs_time or row.get("has_time"))
            and (not looks_at_spending(node) or is_spending(row))
            and (node.mode != "others" or key_of(row, OWN_COLUMN) != key_of(own, OWN_COLUMN))
        ]

    def _inside(
        self, node: n.Window, own: Mapping[str, Any], reader: ClaimReader, times: int = 1
    ) -> Callable[[Mapping[str, Any]], bool] | None:
        """Whether a row lies in the window's time, ``times`` its length; None when the length is missing."""
        here = _order(own)
        zone = self.context.zone
        if node.mode == "whole" and node.period is not None:
            first = _period(here[0], node.period, zone)
            return lambda row: _period(_order(row)[0], node.period or "day", zone) == first
        start: float = float("-inf")
        if node.period is not None:
            start = midnight_us(_period(here[0], node.period, zone), zone)
        elif isinstance(node.within, n.DurationLiteral) and node.within.unit == "business day":
            day = day_number(local(here[0], zone).date())
            first = business_days_back(day, int(node.within.amount) * times, self.context.calendar)
            start = midnight_us(first, zone)
        elif isinstance(node.within, n.DurationLiteral):
            start = here[0] - duration_us(node.within) * times
        elif node.within is not None:
            duration = evaluate(node.within, reader)
            if duration is None:
                return None
            start = here[0] - int(duration) * times
        if node.mode in {"before", "others"}:
            return lambda row: start <= _order(row)[0] and _order(row) < here
        return lambda row: start <= _order(row)[0] and _order(row) <= here

    def _values(self, node: n.Window, members: list[int]) -> list[tuple[int, Any]]:
        """Row and value of the members that satisfy the condition and have a value."""
        found: list[tuple[int, Any]] = []
        for at in members:
            reader = ClaimReader(self.rows[at], self.context, lambda _: None)
            if node.where is not None and evaluate(node.where, reader) is not True:
                continue
            if node.value is None:
                found.append((at, 1))
            elif (
                node.function == "distinct" and isinstance(node.value, n.FieldRef) and node.value.name in KEYS
            ):
                keys = tuple(key_of(self.rows[at], column) for column in KEYS[node.value.name])
                if None not in keys:
                    found.append((at, keys))
            else:
                value = evaluate(node.value, reader)
                kind = reader.type_of(node.value)
                if node.function != "distinct" and kind is not None:
                    value = whole_value(value, kind.kind)
                    if node.function == "deviation" and value is not None and abs(value) > LARGEST_SPREAD:
                        value = None
                elif isinstance(value, str):
                    value = normalise(value)
                if value is not None:
                    found.append((at, value))
        return found

    def _scale(self, node: n.Window, reader: ClaimReader) -> int:
        return value_scale(node, reader)


def value_scale(node: n.Window, reader: ClaimReader) -> int:
    """What the whole values of a window are multiples of: millionths for numbers, 1 for money and durations."""
    kind = (
        reader.type_of(node.value)
        if node.value is not None and node.function not in {"count", "distinct"}
        else None
    )
    return NUMBER_SCALE if kind is not None and kind.is_numeric else 1


def whole_value(value: Any, kind: Kind) -> int | None:
    """A value as the integer windows add: minor units, microseconds, millionths of a number; None when missing or out of range."""
    if value is None or isinstance(value, str):
        return None
    if kind in {Kind.NUMBER, Kind.PERCENT}:
        return round(float(value) * NUMBER_SCALE) if abs(value) <= LARGEST_NUMBER else None
    if isinstance(value, int):
        return value
    return round(value) if abs(value) <= EXACT else None


def aggregate(function: str, values: list[Any], scale: int) -> Any:
    """An aggregate of whole values; None for an empty window, except count, distinct and sum."""
    if function == "count":
        return float(len(values))
    if function == "distinct":
        return float(len(set(values)))
    if function == "sum":
        return sum(values) if scale == 1 else float(sum(values)) / scale
    if not values:
        return None
    if function == "mean":
        return float(sum(values)) / float(len(values)) / scale
    if function == "median":
        return float(median(values)) / scale
    if function == "deviation":
        return deviation(values, scale)
    return float(min(values) if function == "min" else max(values)) / scale


def deviation(values: Sequence[int], scale: int) -> float | None:
    """Standard deviation of a sample (n - 1), from exact sums; None below two values."""
    n_values = len(values)
    if n_values < 2:
        return None
    spread = n_values * sum(value * value for value in values) - sum(values) ** 2
    return math.sqrt(spread / (n_values * (n_values - 1))) / scale


def percentile(values: Sequence[int], share: float | None, scale: int) -> float | None:
    """The smallest value that at least ``share`` of the values do not exceed; None for none, and for a share outside (0, 1]."""
    if share is None or not values or not 0 < share <= 1:
        return None
    rank = -(-round(share * NUMBER_SCALE) * len(values) // NUMBER_SCALE)
    return float(sorted(values)[max(rank, 1) - 1]) / scale


def more_columns(node: n.Window) -> tuple[str, ...]:
    """Columns a claim must have beside the window's keys: those of a share's part, and whose claims are the others'."""
    return (*key_columns(node.part), *((OWN_COLUMN,) if node.mode == "others" else ()))


def needs_time_of_day(node: n.Window) -> bool:
    """Windows shorter than a day and since_last look only at claims of which the time of day is known."""
    if node.function == "since_last":
        return True
    literal = node.within if isinstance(node.within, n.DurationLiteral) else None
    return literal is not None and literal.unit != "business day" and duration_us(literal) < DAY_US


def looks_at_spending(node: n.Window) -> bool:
    """Whether a window holds payments only: it does unless its condition says which transaction types it looks at."""
    return node.where is None or "txn_type" not in n.field_names(node.where)


def is_spending(row: Mapping[str, Any]) -> bool:
    """Whether a claim takes money; one without a type does."""
    kind = row.get("txn_type")
    return kind is None or normalise(kind) not in NOT_SPENDING


class Typed(Protocol):
    """Whatever knows the types of nodes: a claim's reader or a table."""

    def type_of(self, node: n.Expression, /) -> Type | None: ...


def is_money_window(node: n.Window, typed: Typed) -> bool:
    """Money never adds up across currencies: such a window holds claims in the currency of this claim only."""
    if node.value is None or node.function not in MONEY_WINDOWS:
        return False
    kind = typed.type_of(node.value)
    return kind is not None and kind.kind is Kind.MONEY


def key_columns(keys: Sequence[str]) -> tuple[str, ...]:
    """Frame columns of window keys, each once."""
    return tuple(dict.fromkeys(column for key in keys for column in KEYS.get(key, (key,))))


def key_of(row: Mapping[str, Any], column: str) -> Any:
    """What must be equal for two rows to share a key; None when missing."""
    value = row.get(column)
    kind = FIELDS[column].type if column in FIELDS else "id"
    if kind == "id":
        return None if value is None or value < 0 else value
    value = plain_value(value, kind)
    return normalise(value) if isinstance(value, str) else value


def _order(row: Mapping[str, Any]) -> tuple[int, int]:
    at: int = plain_value(row["transacted_at"], "datetime")
    return at, row["claim_id"]


def _period(at_us: int, period: n.Period, zone: str) -> int:
    return period_first_day(day_number(local(at_us, zone).date()), period)
