"""Detector files: plain arrays, numbers and text in skops form, opened against a constant allow-list.

A detector stores what it learned (edges, weights, tables), never an estimator object. The allow-list is therefore empty: a file
that names any class beyond numpy's own containers is refused, whatever the file says about itself.
"""

from __future__ import annotations

from typing import Any

from fraud.detection.detectors.errors import ArtefactDamaged

#: Types a detector file may name besides numpy arrays and plain containers. Constant on purpose: never the file's own list.
TRUSTED_TYPES: tuple[str, ...] = ()


def arrays_to_bytes(state: dict[str, Any]) -> bytes:
    """Serialise a dict of arrays, numbers, texts and lists."""
    from skops.io import dumps

    return bytes(dumps(state))


def arrays_from_bytes(content: bytes) -> dict[str, Any]:
    """Read such a dict back. Raises ArtefactDamaged for anything unreadable or naming a type outside TRUSTED_TYPES."""
    from skops.io import loads

    try:
        state = loads(content, trusted=list(TRUSTED_TYPES))
    except (
        Exception
    ) as error:  # zip, json, key and type errors of a damaged file all mean the same to the caller
        raise ArtefactDamaged(f"the detector file cannot be opened: {type(error).__name__}") from error
    if not isinstance(state, dict):
        raise ArtefactDamaged("the detector file does not hold a detector")
    return state
