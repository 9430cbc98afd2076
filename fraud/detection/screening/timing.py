"""Where a night's time goes, kept per process for the benchmark: wall and CPU seconds by step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_seconds: dict[str, tuple[float, float]] = {}


@contextmanager
def timed(name: str) -> Iterator[None]:
    """Add the block's wall and CPU seconds to a name."""
    started, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        wall, used = _seconds.get(name, (0.0, 0.0))
        _seconds[name] = (wall + time.perf_counter() - started, used + time.process_time() - cpu)


def seconds() -> dict[str, tuple[float, float]]:
    """(wall, CPU) seconds by name since the process began or `reset`."""
    return dict(_seconds)


def reset() -> None:
    """Start counting again."""
    _seconds.clear()
