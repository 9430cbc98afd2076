"""Files of what is kept beside the database and their lists: written whole or not at all, and believed only as they were written.

What a list names has digests in it; a list in which a date, a name or a number is another one would lead to whole files and
still leave out, or double, part of a company's history. So the list carries its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl

_DIGEST = "digest"


class NoList(ValueError):
    """A list that says nothing of how it was written, as those of earlier releases: not to be believed, and no sign of damage."""


@contextmanager
def whole_or_none(path: Path) -> Iterator[Path]:
    """A file of rows is written inside. Where it cannot be, on a full disk say, nothing of it is left and OSError is raised.

    Of some formats polars tells a full disk as an error of its own.
    """
    try:
        yield path
    except (OSError, pl.exceptions.PolarsError) as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, OSError):
            raise
        raise OSError(str(error)) from error


def write_list(path: Path, told: Mapping[str, Any], *, before: Callable[[], None] = lambda: None) -> None:
    """Put a list in place of the one that is there, with the SHA-256 of what it says. Raises OSError, and leaves nothing then.

    `before` is called when everything is written and nothing counts yet.
    """
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        unfinished.write_text(json.dumps({**told, _DIGEST: _digest(json.loads(json.dumps(told)))}))
        before()
        os.replace(unfinished, path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise
    for left in path.parent.glob(f"{path.name}.*"):  # of processes that died over it
        with suppress(OSError):
            left.unlink()


def read_list(path: Path) -> dict[str, Any]:
    """What a list says. Raises OSError, NoList where it has no digest, and another ValueError where it is not as it was written."""
    try:
        told = json.loads(path.read_text())
    except RecursionError as error:
        raise ValueError(f"{path.name} is no list") from error
    if isinstance(told, dict) and _DIGEST not in told:
        raise NoList(f"{path.name} is of an earlier release")
    if not isinstance(told, dict) or told.pop(_DIGEST, None) != _digest(told):
        raise ValueError(f"{path.name} is not as it was written")
    return told


def _digest(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
