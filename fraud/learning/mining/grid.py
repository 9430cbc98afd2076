"""The cuts that trees may make, in round numbers: chosen before anything is learnt, so that what is learnt can be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import polars as pl

from fraud.detection.detectors.frames import Matrix
from fraud.learning.mining.terms import (
    CUT_TYPES,
    OPPOSITE,
    Comparison,
    Mask,
    Term,
    may_be_missing,
    minable,
    names_a_kind,
    normal_words,
    numbers,
)
from rules.fields import FIELDS

#: Cuts of a number at most, taken from where its values lie and from where those of misuse lie.
_CUTS = 48
#: Values of a code that are asked for at most, and how many of the misuses a value must have.
_WORDS, _LEAST_WORD = 12, 3


@dataclass(frozen=True)
class Grid:
    """Columns (d) of the trees' matrix. ``cuts[j]``: the terms "above" of a number in rising order, or the one term of a yes/no column."""

    cuts: tuple[tuple[Term, ...], ...]

    def matrix(self, frame: pl.DataFrame) -> Matrix:
        """How many cuts each value lies above (n, d), nan where it is missing; a yes/no column is 1 or 0."""
        out = np.full((frame.height, len(self.cuts)), np.nan, dtype=np.float32)
        for j, terms in enumerate(self.cuts):
            first = terms[0]
            if first.test is Comparison.ABOVE:
                values = numbers(frame, first.field, first.currency)
                known = ~np.isnan(values)
                limits = np.array([float(term.limit) for term in terms])
                out[known, j] = np.searchsorted(limits, values[known], side="left")
            else:
                opposite = _opposite(first).rows(frame)
                met = first.rows(frame)
                out[met, j], out[opposite, j] = 1.0, 0.0
        return out

    def term(self, column: int, cut: float, *, above: bool) -> Term:
        """The condition that a tree's cut of a column means: above it, or at most."""
        terms = self.cuts[column]
        term = terms[max(0, min(int(np.ceil(cut)) - 1, len(terms) - 1))]
        return term if above else _opposite(term)


def _opposite(term: Term) -> Term:
    return replace(term, test=OPPOSITE[term.test])


def grid_of(frame: pl.DataFrame, misuse: Mask, currency: str) -> Grid:
    """The cuts for the claims of a frame; misuse (n,); money is cut in one currency."""
    columns: list[tuple[Term, ...]] = []
    for name in minable(frame):
        kind = FIELDS[name].type
        if kind in CUT_TYPES:
            columns.append(_cuts(frame, name, misuse, currency if kind == "money" else ""))
        elif kind == "yes_no":
            columns.append((Term(name, Comparison.YES),))
        else:
            columns += [(term,) for term in _words(frame, name, misuse)]
    return Grid(tuple(terms for terms in columns if terms))


def _cuts(frame: pl.DataFrame, name: str, misuse: Mask, currency: str) -> tuple[Term, ...]:
    values = numbers(frame, name, currency)
    known = values[~np.isnan(values)]
    found = values[misuse & ~np.isnan(values)]
    if not len(known):
        return ()
    places = np.linspace(0.0, 1.0, _CUTS // 2)
    wanted = np.quantile(known, places, method="lower").tolist()
    wanted += np.quantile(found, places, method="lower").tolist() if len(found) else []
    is_whole = not currency and FIELDS[name].unit != "" and bool((known == np.round(known)).all())
    limits = sorted({_round(value, is_whole or bool(currency)) for value in wanted})
    low, high = float(known.min()), float(known.max())
    return tuple(
        Term(name, Comparison.ABOVE, limit, currency=currency, is_whole=is_whole)
        for limit in limits
        if low <= float(limit) < high and limit >= (0 if currency else limit)
    )


def _round(value: float, is_whole: bool) -> Decimal:
    """Two significant digits, no exponent; a whole number stays whole, and below a hundred as it is."""
    exact = Decimal(repr(float(value)))
    if not exact or not exact.is_finite():
        return Decimal(0)
    place = exact.adjusted() - 1
    if is_whole:
        place = max(place, 0) if abs(exact) >= 100 else 0
    rounded = exact.quantize(Decimal(1).scaleb(max(place, -4)), rounding=ROUND_HALF_EVEN)
    return Decimal(format(rounded, "f")) if rounded else Decimal(0)


def _words(frame: pl.DataFrame, name: str, misuse: Mask) -> list[Term]:
    words = normal_words(frame[name])
    found: list[Term] = []
    is_one_word = names_a_kind(name) and words.drop_nulls().n_unique() == 1  # said better by that word
    if may_be_missing(name) and 0 < words.null_count() < frame.height and not is_one_word:
        found.append(Term(name, Comparison.MISSING))
    if names_a_kind(name):
        counts = words.filter(pl.Series(misuse)).drop_nulls().value_counts(sort=True)
        common = [(str(word), int(n)) for word, n in counts.iter_rows()]
        common.sort(key=lambda pair: (-pair[1], pair[0]))
        found += [Term(name, Comparison.IS, word=word) for word, n in common[:_WORDS] if n >= _LEAST_WORD]
    return found
