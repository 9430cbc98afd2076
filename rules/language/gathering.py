"""Passes over millions of rows in pieces that stay in the processor's cache: looking values up by number, dividing, asking for multiples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Rows a piece: with its indices and answers it fits a second-level cache.
_PIECE = 1 << 15


def look_up(values: NDArray[Any], places: NDArray[Any]) -> NDArray[Any]:
    """(n,) ``values[places]`` for places that are all inside; numbers of any width, none of which is copied as a whole."""
    found = np.empty(len(places), dtype=values.dtype)
    if places.dtype == np.intp:
        return np.take(values, places, out=found, mode="clip")
    wide = np.empty(min(_PIECE, len(places)), dtype=np.intp)
    for start in range(0, len(places), _PIECE):
        piece = places[start : start + _PIECE]
        indices = wide[: len(piece)]
        indices[:] = piece
        np.take(values, indices, out=found[start : start + _PIECE], mode="clip")
    return found


def quotients(values: NDArray[np.int64], added: int, divisor: int) -> NDArray[np.int32]:
    """(n,) ``(values + added) // divisor`` where the sums lie from 0 to 2^51 and the answers fit 32 bits.

    Divided as floating numbers: so far below 2^53 a sum that is no multiple lies further from one than the answer is rounded.
    """
    found = np.empty(len(values), dtype=np.int32)
    size = min(_PIECE, len(values))
    whole, floating = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.float64)
    for start in range(0, len(values), _PIECE):
        piece = values[start : start + _PIECE]
        sums, parts = whole[: len(piece)], floating[: len(piece)]
        np.add(piece, added, out=sums)
        parts[:] = sums
        np.divide(parts, divisor, out=parts)
        found[start : start + _PIECE] = parts
    return found


def multiples(values: NDArray[np.int32], step: int) -> NDArray[np.bool_]:
    """(n,) which of some whole numbers, none below zero, are multiples of ``step`` (1 to 2^31 - 1), without dividing.

    With ``step = 2^k * m`` and m odd, multiplying by the inverse of m modulo 2^32 takes the multiples of m, and no others, to at most
    2^32 / m; turning the k lowest bits to the top does the same for 2^k (Granlund and Montgomery).
    """
    zeros = (step & -step).bit_length() - 1
    inverse = np.uint32(pow(step >> zeros, -1, 1 << 32))
    most = np.uint32(((1 << 32) - 1) // step)
    plain = values.view(np.uint32)
    found = np.empty(len(values), dtype=np.bool_)
    size = min(_PIECE, len(values))
    first, second = np.empty(size, dtype=np.uint32), np.empty(size, dtype=np.uint32)
    for start in range(0, len(values), _PIECE):
        piece = plain[start : start + _PIECE]
        a, b = first[: len(piece)], second[: len(piece)]
        np.multiply(piece, inverse, out=a)
        if zeros:
            np.right_shift(a, np.uint32(zeros), out=b)
            np.left_shift(a, np.uint32(32 - zeros), out=a)
            np.bitwise_or(a, b, out=a)
        np.less_equal(a, most, out=found[start : start + _PIECE])
    return found
