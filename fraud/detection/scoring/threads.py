"""Chunks of rows over as many threads as OMP_NUM_THREADS allows; the heavy parts all release the interpreter lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

#: Rows scored at once: about 30 MB of features, whatever the night's size.
CHUNK_ROWS = 65_536

T = TypeVar("T")


def n_threads() -> int:
    """OMP_NUM_THREADS where it is a positive number, else the processors this process may use."""
    text = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    return (
        int(text)
        if text.isdecimal() and int(text) > 0
        else len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else 1
    )


def chunks(n_rows: int, size: int = CHUNK_ROWS) -> Iterator[slice]:
    """Consecutive slices covering n_rows rows."""
    for start in range(0, n_rows, size):
        yield slice(start, min(start + size, n_rows))


def over_chunks(work: Callable[[slice], T], n_rows: int) -> list[T]:
    """``work`` per chunk, results in order; in this thread when one is enough."""
    parts, threads = list(chunks(n_rows)), n_threads()
    if threads == 1 or len(parts) <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(min(threads, len(parts))) as pool:
        return list(pool.map(work, parts))
