"""Detector files: plain arrays, numbers and text in skops form, opened without it.

A detector stores what it learned (edges, weights, tables), never an estimator object. The reader below therefore knows
numpy's arrays and numbers and Python's plain containers and nothing else: a file that names any other class is refused,
whatever it says about itself. Reading them here spares every night and every worker the import of skops and scikit-learn.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from fraud.detection.detectors.errors import ArtefactDamaged

#: Types a detector file may name besides numpy's and plain containers. Constant on purpose: never the file's own list.
TRUSTED_TYPES: tuple[str, ...] = ()
_PROTOCOL = 2
_SCALARS = {np.dtype(kind).type.__name__: np.dtype(kind).type for kind in "?bBhHiIqQfd"}
_PLAIN = (str, int, float, bool, type(None))


def arrays_to_bytes(state: dict[str, Any]) -> bytes:
    """Serialise a dict of arrays, numbers, texts and lists."""
    from skops.io import dumps

    return bytes(dumps(state))


def arrays_from_bytes(content: bytes) -> dict[str, Any]:
    """Read such a dict back. Raises ArtefactDamaged for anything unreadable or naming a type outside TRUSTED_TYPES."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as files:
            schema = json.loads(files.read("schema.json"))
            if schema["protocol"] != _PROTOCOL:
                raise ValueError("another protocol")
            state = _Reader(files).value(schema)
    except (
        Exception
    ) as error:  # zip, json, key and type errors of a damaged file all mean the same to the caller
        raise ArtefactDamaged(f"the detector file cannot be opened: {type(error).__name__}") from error
    if not isinstance(state, dict):
        raise ArtefactDamaged("the detector file does not hold a detector")
    return state


class _Reader:
    """Values of one file's nodes; something that stands in it twice is written once and referred to by its number."""

    def __init__(self, files: zipfile.ZipFile) -> None:
        self._files = files
        self._seen: dict[int, Any] = {}

    def value(self, node: dict[str, Any]) -> Any:
        """What a node says. Raises ValueError or KeyError for a kind or class that is not one of the few known here."""
        loader = node["__loader__"]
        if loader == "CachedNode":
            return self._seen[node["__id__"]]
        read = {
            "JsonNode": self._json,
            "ListNode": self._sequence,
            "TupleNode": self._sequence,
            "DictNode": self._dict,
            "NdArrayNode": self._array,
        }[loader]
        found = read(node)
        self._seen[node["__id__"]] = found
        return found

    def _json(self, node: dict[str, Any]) -> Any:
        found = json.loads(node["content"])
        if not isinstance(found, _PLAIN):
            raise ValueError("not a plain value")
        return found

    def _sequence(self, node: dict[str, Any]) -> list[Any] | tuple[Any, ...]:
        kinds: dict[str, type[list[Any]] | type[tuple[Any, ...]]] = {"list": list, "tuple": tuple}
        return kinds[_class_of(node, "builtins")](map(self.value, node["content"]))

    def _dict(self, node: dict[str, Any]) -> dict[str, Any]:
        if _class_of(node, "builtins") != "dict":
            raise ValueError("not a plain dict")
        if any(_class_of(kind, "builtins") != "str" for kind in node["key_types"]["content"]):
            raise ValueError("not a dict by names")
        return {key: self.value(each) for key, each in node["content"].items()}

    def _array(self, node: dict[str, Any]) -> Any:
        kind = _class_of(node, "numpy")
        if node["type"] != "numpy":
            raise ValueError("not a plain array")
        found = np.load(io.BytesIO(self._files.read(node["file"])), allow_pickle=False)
        return found if kind == "ndarray" else _SCALARS[kind](found)


def _class_of(node: dict[str, Any], module: str) -> str:
    """The class a node names. Raises ValueError unless it is of that module."""
    if node["__module__"] != module:
        raise ValueError(f"names {node['__module__']}")
    return str(node["__class__"])
