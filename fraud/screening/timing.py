"""Where a night's seconds go, kept per process for the log and the benchmark."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_seconds: dict[str, float] = {}


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Add the block's wall seconds to a name."""
    started = time.perf_counter()
    try:
        yield
    finally:
        _seconds[name] = _seconds.get(name, 0.0) + time.perf_counter() - started


def seconds() -> dict[str, float]:
    """Seconds by name since the process began or `reset`."""
    return dict(_seconds)


def reset() -> None:
    """Start counting again."""
    _seconds.clear()
