"""Records of delimited text found on the bytes, before anything interprets them.

A record ends at a line break outside quotation marks. Everything that a CSV reader would silently repair (fields too
many or too few, quotation marks in the wrong place, NUL, endless fields) is found here, vectorised over a block of
about ten megabytes, so that what goes on to the parser is well formed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fraud.claims.importing.problems import FileQuarantined
from fraud.claims.importing.reading.limits import Limits

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_QUOTE, _LF, _CR = 34, 10, 13


class StrayQuote(Exception):
    """A quotation mark inside an unquoted field: the block needs the slow, sequential reader."""


@dataclass
class Block:
    """Whole records. `starts` and `ends` span each record's text without its line break; `lines` counts from 1."""

    data: bytes
    starts: Ints
    ends: Ints
    lines: Ints
    n_fields: Ints
    nul: Mask
    surrogate: Mask
    too_long: Mask

    def text(self, record: int) -> str:
        """The record as text, for messages."""
        return (
            self.data[self.starts[record] : self.ends[record]].decode("utf-8", "replace").replace("\x00", "␀")
        )

    @property
    def blank(self) -> Mask:
        """Records of nothing but delimiters."""
        return np.asarray(self.ends - self.starts <= self.n_fields - 1)

    def joined(self, keep: Mask) -> bytes:
        """The bytes of the kept records, each with its line break."""
        if keep.all():
            return self.data
        stops = np.append(self.starts[1:], len(self.data))
        marks = np.repeat(keep, stops - self.starts)
        array: NDArray[np.uint8] = np.frombuffer(self.data, np.uint8)
        return array[marks].tobytes()


class RecordReader:
    """Cuts UTF-8 blocks into records. `line` and `rest` tell where the reader stands between blocks."""

    def __init__(self, blocks: Iterable[bytes], *, delimiter: bytes, quoting: bool, limits: Limits) -> None:
        self._blocks = iter(blocks)
        self._delimiter = delimiter[0]
        self._quoting = quoting
        self._limits = limits
        self.rest = b""
        self.line = 1
        self.ended = False

    def __iter__(self) -> Iterator[Block]:
        while not self.ended:
            block = self._next()
            if block is not None:
                yield block

    def remaining(self) -> Iterator[bytes]:
        """Everything from `rest` on, for the sequential reader."""
        yield self.rest
        yield from self._blocks

    def _next(self) -> Block | None:
        more = next(self._blocks, None)
        data = self.rest if more is None else self.rest + more
        self.ended = more is None
        if not data:
            return None
        if self.ended and not data.endswith(b"\n"):
            data += b"\n"
        self.rest = data  # as long as the cut has not succeeded
        return self._cut(data)

    def _cut(self, data: bytes) -> Block | None:
        array: NDArray[np.uint8] = np.frombuffer(data, np.uint8)
        breaks = np.flatnonzero(array == _LF)
        separators = np.flatnonzero(array == self._delimiter)
        ends = breaks
        if self._quoting and b'"' in data:
            quotes = array == _QUOTE
            # Uint8 wraps around, which keeps the parity.
            open_at = (np.cumsum(quotes, dtype=np.uint8) & 1).astype(bool)
            ends = breaks[~open_at[breaks]]
            separators = separators[~open_at[separators]]
            self._check_quotes(array, np.flatnonzero(quotes), breaks)
        if ends.size == 0:
            self._refuse_endless(data)
            return None
        cut = int(ends[-1]) + 1
        block = self._describe(array[:cut], data[:cut], ends, breaks, separators)
        self.rest = data[cut:]
        self.line += int(np.searchsorted(breaks, cut))
        if len(self.rest) > self._limits.record_bytes:
            self._refuse_endless(self.rest)
        return block

    def _describe(
        self, array: NDArray[np.uint8], data: bytes, ends: Ints, breaks: Ints, separators: Ints
    ) -> Block:
        starts = np.concatenate(([0], ends[:-1] + 1))
        lines = self.line + np.searchsorted(breaks, starts)
        separators = separators[: np.searchsorted(separators, ends[-1])]
        owner = np.searchsorted(ends, separators)
        n_fields = np.bincount(owner, minlength=ends.size) + 1
        stops = ends - ((ends > starts) & (array[ends - 1] == _CR))
        return Block(
            data=data,
            starts=starts,
            ends=stops,
            lines=lines,
            n_fields=n_fields,
            nul=_records_of(np.flatnonzero(array == 0) if b"\x00" in data else None, ends),
            surrogate=_records_of(_surrogates(array) if b"\xed" in data else None, ends),
            too_long=self._too_long(starts, ends, separators),
        )

    def _too_long(self, starts: Ints, ends: Ints, separators: Ints) -> Mask:
        limit = self._limits.field_bytes
        result = np.zeros(ends.size, bool)
        if int((ends - starts).max(initial=0)) > limit:
            edges = np.sort(np.concatenate(([-1], separators, ends)))
            lengths = np.diff(edges) - 1
            result[np.searchsorted(ends, edges[1:][lengths > limit])] = True
        return result

    def _check_quotes(self, array: NDArray[np.uint8], quotes: Ints, breaks: Ints) -> None:
        """Every quotation mark must open at a field's start, close at its end, or be doubled."""
        opening, closing = quotes[0::2], quotes[1::2]
        before = array[np.maximum(opening - 1, 0)]
        good = (opening == 0) | (before == self._delimiter) | (before == _LF) | (before == _QUOTE)
        if not good.all():
            raise StrayQuote
        if self.ended and quotes.size % 2:
            raise FileQuarantined("quote_not_closed", line=self._line_of(int(quotes[-1]), breaks))
        last = array.size - 1
        after = array[np.minimum(closing + 1, last)]
        ends_line = (after == _CR) & (array[np.minimum(closing + 2, last)] == _LF)
        good = (after == self._delimiter) | (after == _LF) | (after == _QUOTE) | ends_line
        good |= closing + 2 > last  # what follows is in the next block
        if not good.all():
            at = int(closing[np.flatnonzero(~good)[0]])
            raise FileQuarantined("quote_misplaced", line=self._line_of(at, breaks))

    def _line_of(self, position: int, breaks: Ints) -> int:
        return self.line + int(np.searchsorted(breaks, position))

    def _refuse_endless(self, data: bytes) -> None:
        if not self.ended and len(data) <= self._limits.record_bytes:
            return
        if self._quoting and b'"' in data:
            line = self.line + data[: data.index(b'"')].count(b"\n")
            raise FileQuarantined("quote_not_closed", line=line)
        raise FileQuarantined("record_too_long", line=self.line, limit=self._limits.record_bytes)


def _surrogates(array: NDArray[np.uint8]) -> Ints:
    return np.flatnonzero((array[:-1] == 0xED) & (array[1:] >= 0xA0))


def _records_of(positions: Ints | None, ends: Ints) -> Mask:
    result = np.zeros(ends.size, bool)
    if positions is not None and positions.size:
        result[np.searchsorted(ends, positions)] = True
    return result
