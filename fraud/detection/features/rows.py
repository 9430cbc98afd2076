"""The claim frame as the integer arrays that windows are computed on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company.calendar import NIGHT_ENDS_HOUR, NIGHT_STARTS_HOUR
from fraud.detection.features.columns import MOMENT, column, text_column, with_net
from rules.language.clock import LocalClock
from rules.language.transactions import NOT_SPENDING
from rules.money import exponent
from rules.window_order import TimeOrder
from rules.window_sharing import Sharing, sharing
from rules.windows import DAY_US, WindowIndex

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_NO_KEY = -1
#: Codes of texts of which a company has some hundreds: a byte or two each.
_FEW_CODES = frozenset({"category", "currency", "purpose"})
_SATURDAY = 6
#: Hours at which the parts of a day begin, from the end of the night to its start.
_PARTS = (NIGHT_ENDS_HOUR, 11, 14, 17, NIGHT_STARTS_HOUR)
_PART_OF_HOUR = np.array(
    [sum(hour >= start for start in _PARTS) % len(_PARTS) for hour in range(24)], dtype=np.int8
)
#: a round amount is a multiple of 10,000 won, or of ten units of a currency with decimals
_ROUND_WITHOUT_DECIMALS = 10_000
_ROUND_UNITS = 10


@dataclass(frozen=True)
class Rows:
    """Claims as arrays of equal length, in the order of the claim frame.

    Keys are non-negative, -1 where missing. `targets` marks the rows answers are wanted for.
    """

    claim_id: Ints
    at_us: Ints
    amount: Ints
    net: Ints
    is_spending: Mask
    has_time: Mask
    cardholder: Ints
    merchant: Ints
    department: Ints
    category: Ints
    currency: Ints
    purpose: Ints
    approver: Ints
    day_part: Ints
    is_weekend: Mask
    is_round: Mask
    category_codes: Mapping[str, int]
    targets: Mask | None = None

    def __len__(self) -> int:
        return len(self.claim_id)

    @cached_property
    def order(self) -> TimeOrder:
        return TimeOrder(self.at_us, self.claim_id)

    @cached_property
    def spending(self) -> Mask | None:
        """The spending rows as a condition for windows; None where it would not leave anything out."""
        return None if self.is_spending.all() else self.is_spending

    @cached_property
    def timed_spending(self) -> Mask | None:
        """Spending rows whose time of day is known."""
        both = self.is_spending & self.has_time
        return None if both.all() else both

    @cached_property
    def has_one_currency(self) -> bool:
        return len(self.currency) == 0 or bool((self.currency == self.currency[0]).all())

    def index(self, *keys: Ints, targets: Mask | None = None, days: int | None = None) -> WindowIndex:
        """Windows over rows that share the keys, answering for `targets` or for this table's.

        With `days` no window may reach further back: of few targets older rows are then not looked at.
        """
        if self.targets is None or targets is not None:
            wanted = self.targets if targets is None else targets
            return WindowIndex(keys, self.at_us, self.claim_id, order=self.order, targets=wanted)
        name = (*map(id, keys), days)
        if name not in self._indexes:
            known = {at: self._sharing[id(key)] for at, key in enumerate(keys) if id(key) in self._sharing}
            at = min(known, key=lambda at: len(known[at].rows), default=0)
            first = known[at] if at in known else sharing(keys[:1], self.targets)
            others = [key for place, key in enumerate(keys) if place != at]
            index = WindowIndex(
                others,
                self.at_us,
                self.claim_id,
                order=self.order,
                targets=self.targets,
                first=first if days is None else first.since(self.first_row(days)),
            )
            self._indexes[name] = index, keys  # what lives keeps its name
        return self._indexes[name][0]

    def first_row(self, days: int) -> int:
        """The first row that lies no further back than so many days before any target; 0 where rows are in no order of time."""
        if not self.order.is_ordered or self.targets is None or not self.targets.any():
            return 0
        return int(np.searchsorted(self.at_us, self.at_us[self.targets].min() - days * DAY_US))

    def forget_short(self) -> None:
        """Let go of the indexes of a few days or of many keys, of running sums and of rare conditions: they belong to the builder that asked for them."""
        for name in [name for name in self._indexes if name[-1] is not None]:
            del self._indexes[name]
        for index, _ in self._indexes.values():
            index.forget_all_but(self.spending)

    @cached_property
    def _indexes(self) -> dict[tuple[int | None, ...], tuple[WindowIndex, tuple[Ints, ...]]]:
        """Indexes made so far; of few targets several builders ask for the same ones."""
        return {}

    @cached_property
    def _sharing(self) -> dict[int, Sharing]:
        """Key (by its name) → the rows that share it with a target."""
        assert self.targets is not None
        keys = self.cardholder, self.merchant, self.department
        return {id(key): sharing([key], self.targets) for key in keys}

    def money_keys(self, *keys: Ints) -> tuple[Ints, ...]:
        """The keys with the currency among them: amounts compare only within one currency."""
        return keys if self.has_one_currency else (*keys, self.currency)

    def answered(self, values: NDArray) -> NDArray:
        """The values of the rows that answers are wanted for."""
        return values if self.targets is None else values[self.targets]


def shares(key: Ints, asked: Ints) -> Mask:
    """Per row: whether its key is one of those asked for; -1 never is."""
    largest = int(key.max(initial=_NO_KEY))
    if largest > max(len(key) * 4, 1 << 20):  # keys far apart
        return np.isin(key, asked) & (key >= 0)
    touched = np.zeros(largest + 2, dtype=np.bool_)  # the last place is that of -1
    touched[asked] = True
    touched[_NO_KEY] = False
    return touched[key]


def rows_of(
    claims: pl.DataFrame, targets: Mask | None, zone: str, wanted: pl.DataFrame | None = None
) -> Rows:
    """Arrays of a claim frame; the category is the MCC, or the business type where no MCC is known.

    Approvers are those of the targets alone where `wanted` gives the targets' rows.
    """
    claims = with_net(claims)
    hour, weekday = _on_the_clock(claims["transacted_at"], zone)
    has_time = column(claims, "has_time", pl.Boolean()).fill_null(True)
    amount = column(claims, "amount_minor", pl.Int64())
    frame = claims.select(
        claim_id=column(claims, "claim_id", pl.Int64()),
        at_us=pl.col("transacted_at").dt.epoch("us"),
        amount=amount,
        net=pl.col("net_minor"),
        is_spending=spends(claims),
        has_time=has_time,
        cardholder=_key(claims, "cardholder_id"),
        merchant=_key(claims, "merchant_id"),
        department=_key(claims, "department_id"),
        category=category_of(claims).cast(pl.Categorical),
        currency=_text_codes(text_column(claims, "currency").fill_null("")),
        purpose=_text_codes(text_column(claims, "purpose_code")),
        approver=_key(claims, "approver_id"),
        day_part=pl.when(has_time).then(pl.lit(_part_of_day(hour))).otherwise(pl.lit(_NO_KEY, dtype=pl.Int8)),
        is_weekend=pl.lit(weekday >= _SATURDAY),
        is_round=is_round(amount, claims),
    )
    known = frame["category"].unique().drop_nulls()
    category_codes = dict(zip(known.cast(pl.String), known.to_physical().cast(pl.Int64), strict=True))
    frame = frame.with_columns(category=_text_codes(pl.col("category")))
    arrays = {
        name: (frame[name].shrink_dtype() if name in _FEW_CODES else frame[name]).to_numpy()
        for name in frame.columns
    }
    if wanted is not None and targets is not None:
        own = wanted.select(_key(wanted, "approver_id")).to_series().to_numpy()
        arrays["approver"] = np.full(claims.height, _NO_KEY, dtype=own.dtype)
        arrays["approver"][targets] = own
    return Rows(**arrays, category_codes=category_codes, targets=targets)


def category_of(claims: pl.DataFrame) -> pl.Expr:
    """The kind of spend: the MCC, or the business type where no MCC is known."""
    return pl.coalesce(text_column(claims, "mcc"), text_column(claims, "biz_type"))


def _on_the_clock(moments: pl.Series, zone: str) -> tuple[pl.Series, pl.Series]:
    """(hour, weekday from Monday 1) of moments on a zone's clock, a byte each."""
    if moments.is_empty():
        return (pl.Series(dtype=pl.Int8),) * 2
    clock = LocalClock(moments.cast(MOMENT).to_physical().to_numpy(), zone)
    return clock.hours, clock.weekdays


def _part_of_day(hours: pl.Series) -> pl.Series:
    """Number of the part of the day: 0 at night, then morning, noon, afternoon and evening."""
    return pl.Series(np.take(_PART_OF_HOUR, hours.to_numpy()))


def _key(claims: pl.DataFrame, name: str) -> pl.Expr:
    """A key in four bytes where the largest fits; -1 where it is missing."""
    key = column(claims, name, pl.Int64()).fill_null(_NO_KEY)
    largest = claims.select(key.max()).item() if name in claims.columns else None
    return key if largest is not None and largest > np.iinfo(np.int32).max else key.cast(pl.Int32)


def is_round(amount: pl.Expr, claims: pl.DataFrame) -> pl.Expr:
    """Whether an amount in minor units is a multiple of 10,000 won, or of ten units of a currency with decimals."""
    return (amount > 0) & (amount % by_currency(claims, _round_step, _ROUND_WITHOUT_DECIMALS) == 0)


def by_currency(claims: pl.DataFrame, number: Callable[[str], int], default: int) -> pl.Expr:
    """A whole number per row that depends on its currency; `default` where the currency is missing."""
    known = claims["currency"].unique().drop_nulls().to_list() if "currency" in claims.columns else []
    if not known:
        return pl.lit(default, dtype=pl.Int64)
    numbers = {code: number(code) for code in known}
    return pl.col("currency").replace_strict(numbers, default=default, return_dtype=pl.Int64)


def _round_step(currency: str) -> int:
    digits = exponent(currency)
    return _ROUND_WITHOUT_DECIMALS if digits == 0 else _ROUND_UNITS * 10**digits


def spends(claims: pl.DataFrame) -> pl.Expr:
    """Whether a claim of a frame with `net_minor` took money out and it was not all taken back."""
    was_taken_back = (pl.col("amount_minor") > 0) & (pl.col("net_minor") <= 0)
    moves_nothing = text_column(claims, "txn_type").is_in(NOT_SPENDING).fill_null(False)
    return (pl.col("amount_minor") >= 0) & ~was_taken_back & ~moves_nothing


def _text_codes(text: pl.Expr) -> pl.Expr:
    """Equal texts get equal non-negative codes; missing text gets -1."""
    return text.cast(pl.Categorical).to_physical().cast(pl.Int32).fill_null(_NO_KEY)


def ratio(values: NDArray, bases: NDArray) -> Floats:
    """values / bases, nan where the base is missing or not positive."""
    answer = np.full(len(values), np.nan)
    np.divide(values, bases, out=answer, where=np.nan_to_num(bases) > 0)
    return answer
