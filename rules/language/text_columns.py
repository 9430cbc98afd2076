"""A text column as codes into its different values, so that a test runs once per value and not once per claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rules.language.gathering import look_up
from rules.language.normal import normalise

#: Printable ASCII with single blanks inside: normalising it is only making it small, which polars does for a whole column.
_PLAIN_ASCII = r"^[!-~]+(?: [!-~]+)*$"

#: Rows for each text of a table, above which all its texts are asked, whether a row has them or not.
_FEW = 16

Codes = NDArray[np.uint32]


def normalised(values: pl.Series) -> pl.Series:
    """``normalise`` of every value; null for blank ones."""
    is_plain = values.str.contains(_PLAIN_ASCII)
    small = values.str.to_lowercase()
    if bool(is_plain.all()):
        return small
    others = [normalise(value) or None for value in values.filter(~is_plain).to_list()]
    return small.scatter((~is_plain).arg_true(), pl.Series(others, dtype=pl.String))


class TextColumn:
    """``values``: the different texts, normalised, blank ones missing; ``codes``: a number for the text of each row, equal where it is the same.

    Categories and enums are taken as they are kept: no text of a row is looked at. Texts become categories of a table of their own.
    """

    def __init__(self, series: pl.Series) -> None:
        if not isinstance(series.dtype, (pl.Categorical, pl.Enum)):
            series = series.cast(pl.String).cast(pl.Categorical(pl.Categories.random()))
        self.codes = series.to_physical().cast(pl.UInt32)
        self._size, self._used = _codes_in_use(self.codes)
        if self._size > 4 * len(series) + 1_000:  # a few rows of a large table of categories
            self.codes = self.codes.rank("dense").cast(pl.UInt32) - 1
            self._size, at = len(self._used), np.arange(len(self._used), dtype=np.uint32)
            written, self._used = _written(self._used, series.dtype), at
        else:
            written = _written(self._used, series.dtype)
        self.values = normalised(written)

    def test(self, test: Callable[[pl.Series], pl.Series]) -> pl.Series:
        """One answer per claim from a test of the different values; missing stays missing."""
        answers = test(self.values)
        return self.spread(answers if answers.null_count() else answers.set(self.values.is_null(), None))

    def spread(self, answers: pl.Series) -> pl.Series:
        """Answers per different value → answers per claim."""
        if not len(answers):
            return pl.Series(dtype=answers.dtype).extend_constant(None, len(self.codes))
        if self._places is not None and answers.dtype == pl.Boolean and not answers.null_count():
            by_code = np.zeros(self._size, dtype=np.bool_)
            by_code[self._used] = answers.to_numpy()
            return pl.Series(look_up(by_code, self._places))
        if len(answers) < self._size:
            empty = pl.repeat(None, self._size, dtype=answers.dtype, eager=True)
            answers = empty.scatter(self._used, answers)
        return answers.gather(self.codes)

    @cached_property
    def _places(self) -> Codes | None:
        return None if self.codes.null_count() else self.codes.to_numpy()

    @cached_property
    def text(self) -> pl.Series:
        """The normalised text of each claim."""
        return self.spread(self.values)


def _codes_in_use(codes: pl.Series) -> tuple[int, Codes]:
    """(one more than the largest code, the codes that occur in order, perhaps with some between them that do not)."""
    there = codes.drop_nulls().to_numpy() if codes.null_count() else codes.to_numpy()
    if not len(there):
        return 0, there
    size, first = int(there.max()) + 1, int(there.min())
    if size - first <= len(there) // _FEW:  # asking all of them costs less than finding those in use
        return size, np.arange(first, size, dtype=np.uint32)
    if size > 4 * len(there) + 1_000:
        return size, np.unique(there)
    is_used = np.zeros(size, dtype=np.bool_)
    is_used[there] = True
    return size, np.flatnonzero(is_used).astype(np.uint32)


def _written(codes: Codes, dtype: pl.DataType) -> pl.Series:
    """The texts that codes of a column of categories stand for."""
    if isinstance(dtype, pl.Enum):
        return dtype.categories.gather(codes)
    return pl.Series(codes, dtype=pl.UInt32).cat.to(dtype).cast(pl.String)
