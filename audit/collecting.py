"""Looking for circles of references among what is new only: what was loaded before never becomes garbage, and walking through it is a tenth of a night."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects after which a server looks for circles among the young ones: a page makes more than Python's 700 many times over.
YOUNG = 50_000


def begin_to_load() -> None:
    """Look for no circles while a server loads, until `set_aside`: what is loaded stays, and walking through it again and again is a fifth of a start."""
    gc.disable()


def set_aside() -> None:
    """From now on what is there is looked through no more, and what is new less often: of a process that has loaded what it will."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
    gc.enable()


@contextmanager
def loaded_set_aside() -> Iterator[None]:
    """Inside, what was there before is not looked through; what comes is, as often as ever, so that no circle keeps a frame for long.

    Does nothing where somebody has set it aside already.
    """
    is_ours = gc.get_freeze_count() == 0
    if is_ours:
        gc.freeze()
    try:
        yield
    finally:
        if is_ours:
            gc.unfreeze()
