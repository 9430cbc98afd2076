"""Trees opened and walked through xgboost's C library alone.

Importing the Python package brings scikit-learn, scipy.stats and, where it is there, pandas: a second or more and some ninety
megabytes, of which scoring needs nothing. The functions called here are the documented C interface, the same ones that
the package calls, so every number is the same. Training uses the package; what it fitted is opened here.
"""

from __future__ import annotations

import ctypes
import json
import sys
import weakref
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fraud.detection.detectors.errors import ArtefactDamaged
from fraud.detection.detectors.frames import Matrix

_NAMES = {"win32": "xgboost.dll", "darwin": "libxgboost.dylib"}
_VALUE, _MARGIN, _CONTRIBUTIONS = 0, 1, 2


class Forest:
    """Fitted trees, single-threaded: threads work on chunks of rows (fraud.detection.scoring.threads)."""

    def __init__(self, content: bytes) -> None:
        """Trees from UBJSON or JSON whose hash the caller has compared. Raises ArtefactDamaged where they cannot be opened."""
        if not content:  # the library would end the process
            raise ArtefactDamaged("the trees cannot be used: the file is empty")
        self._handle = ctypes.c_void_p()
        self._call("XGBoosterCreate", None, ctypes.c_uint64(0), ctypes.byref(self._handle))
        weakref.finalize(self, _library().XGBoosterFree, self._handle)
        self._call("XGBoosterLoadModelFromBuffer", self._handle, content, ctypes.c_uint64(len(content)))
        self._call("XGBoosterSetParam", self._handle, b"nthread", b"1")
        columns = ctypes.c_uint64()
        self._call("XGBoosterGetNumFeature", self._handle, ctypes.byref(columns))
        #: How many columns a row has to have.
        self.n_features = int(columns.value)

    def __reduce__(self) -> tuple[type[Forest], tuple[bytes]]:
        return Forest, (self.to_bytes(),)

    def to_bytes(self) -> bytes:
        """UBJSON of the trees."""
        size, content = ctypes.c_uint64(), ctypes.POINTER(ctypes.c_char)()
        self._call(
            "XGBoosterSaveModelToBuffer",
            self._handle,
            b'{"format": "ubj"}',
            ctypes.byref(size),
            ctypes.byref(content),
        )
        return ctypes.string_at(content, size.value)

    def margin(self, X: Matrix) -> NDArray[np.float32]:
        """The sum of the leaves (n,) and the base, before the objective's transformation. Rows X (n, d), nan where missing."""
        return self._predict(X, _MARGIN)

    def value(self, X: Matrix) -> NDArray[np.float32]:
        """What the objective makes of the margin (n,)."""
        return self._predict(X, _VALUE)

    def contributions(self, X: Matrix) -> NDArray[np.float32]:
        """Exact TreeSHAP (n, d + 1), last column the intercept."""
        X, table = self._rows(X), ctypes.c_void_p()
        if not len(X):
            return np.zeros((0, self.n_features + 1), dtype=np.float32)
        loaded = json.dumps({"missing": float("nan"), "nthread": 1, "data_split_mode": 0}).encode()
        self._call("XGDMatrixCreateFromDense", _interface(X), loaded, ctypes.byref(table))
        try:
            config = {**_WHOLE, "type": _CONTRIBUTIONS}
            return self._answer(
                "XGBoosterPredictFromDMatrix", self._handle, table, json.dumps(config).encode()
            )
        finally:
            _library().XGDMatrixFree(table)

    def _rows(self, X: Matrix) -> Matrix:
        """The rows without gaps between them. Raises ValueError for another number of columns."""
        if X.shape[1] != self.n_features:
            raise ValueError(f"rows of {X.shape[1]} columns for trees that read {self.n_features}")
        return np.ascontiguousarray(X)

    def _predict(self, X: Matrix, kind: int) -> NDArray[np.float32]:
        X = self._rows(X)
        if not len(X):
            return np.zeros(0, dtype=np.float32)
        config = json.dumps({**_WHOLE, "type": kind, "missing": float("nan"), "cache_id": 0}).encode()
        return self._answer(
            "XGBoosterPredictFromDense", self._handle, _interface(X), config, ctypes.c_void_p()
        )

    def _answer(self, name: str, *arguments: Any) -> NDArray[np.float32]:
        """The answer as an array of its own: the library's lasts until the thread's next question."""
        shape, dims = ctypes.POINTER(ctypes.c_uint64)(), ctypes.c_uint64()
        told = ctypes.POINTER(ctypes.c_float)()
        self._call(name, *arguments, ctypes.byref(shape), ctypes.byref(dims), ctypes.byref(told))
        size = tuple(int(shape[i]) for i in range(dims.value))
        return np.array(np.ctypeslib.as_array(told, shape=size))

    def _call(self, name: str, *arguments: Any) -> None:
        library = _library()
        if getattr(library, name)(*arguments) != 0:
            told = library.XGBGetLastError()
            raise ArtefactDamaged(
                f"the trees cannot be used: {told.decode(errors='replace').splitlines()[0]}"
            )


_WHOLE = {"training": False, "iteration_begin": 0, "iteration_end": 0, "strict_shape": False}


def _interface(X: Matrix) -> bytes:
    """Where an array lies, as the library reads it; the caller keeps the array alive."""
    told = X.__array_interface__
    named = {key: told[key] for key in ("data", "typestr", "shape", "version")}
    return json.dumps({**named, "strides": None, "data": [told["data"][0], True]}).encode()


@cache
def _library() -> ctypes.CDLL:
    """The shared library inside the installed package, found without importing it."""
    name, spec = _NAMES.get(sys.platform, "libxgboost.so"), find_spec("xgboost")
    places = [Path(place) / "lib" for place in (spec.submodule_search_locations or ())] if spec else []
    paths = [
        place / name for place in (*places, Path(sys.base_prefix) / "lib", Path(sys.base_prefix) / "bin")
    ]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise ImportError(f"{name} is not installed")
    library = ctypes.CDLL(str(path))
    library.XGBGetLastError.restype = ctypes.c_char_p
    return library
