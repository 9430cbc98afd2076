"""Trees walked through the library alone say what the package says, and what detector files hold is read as skops reads it."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from fraud.detection.detectors.errors import ArtefactDamaged
from fraud.detection.detectors.forest import Forest
from fraud.detection.detectors.storage import arrays_from_bytes, arrays_to_bytes


@pytest.fixture(scope="module")
def booster():
    from xgboost import DMatrix, train

    rng = np.random.default_rng(3)
    X = rng.standard_normal((800, 4)).astype(np.float32)
    settings = {"objective": "binary:logistic", "max_depth": 3, "nthread": 1, "base_score": 0.3}
    return train(settings, DMatrix(X, label=X[:, 0] + X[:, 1] > 1), num_boost_round=12)


@pytest.fixture(scope="module")
def forest(booster) -> Forest:
    return Forest(bytes(booster.save_raw("ubj")))


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(4)
    X = rng.standard_normal((300, 4)).astype(np.float32)
    X[rng.random(X.shape) < 0.2] = np.nan
    return X


def test_forest_says_to_the_last_bit_what_the_package_says(booster, forest, rows) -> None:
    from xgboost import DMatrix

    np.testing.assert_array_equal(forest.value(rows), booster.inplace_predict(rows))
    np.testing.assert_array_equal(forest.margin(rows), booster.inplace_predict(rows, predict_type="margin"))
    np.testing.assert_array_equal(
        forest.contributions(rows), booster.predict(DMatrix(rows), pred_contribs=True)
    )
    assert forest.to_bytes() == bytes(booster.save_raw("ubj"))


def test_forest_takes_any_layout_of_rows_and_none_at_all(forest, rows) -> None:
    whole = forest.margin(rows)
    np.testing.assert_array_equal(forest.margin(np.asfortranarray(rows)), whole)
    np.testing.assert_array_equal(forest.margin(rows[::2]), whole[::2])
    np.testing.assert_array_equal(forest.margin(rows.astype(np.float64)), whole)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(forest)).margin(rows), whole)
    assert forest.margin(rows[:0]).shape == (0,)
    assert forest.contributions(rows[:0]).shape == (0, 5)


def test_forest_refuses_rows_of_another_width_and_damaged_trees(forest, rows) -> None:
    with pytest.raises(ValueError, match="rows of 3 columns for trees that read 4"):
        forest.margin(rows[:, :3])
    with pytest.raises(ArtefactDamaged, match="trees cannot be used"):
        Forest(forest.to_bytes()[:100])
    with pytest.raises(ArtefactDamaged):
        Forest(b"")


def test_scoring_imports_neither_xgboost_nor_skops_nor_scikit_learn(forest, tmp_path: Path) -> None:
    (tmp_path / "trees").write_bytes(forest.to_bytes())
    (tmp_path / "arrays").write_bytes(arrays_to_bytes({"a": np.arange(3)}))
    code = (
        "import sys, numpy; from pathlib import Path\n"
        "from fraud.detection.detectors.forest import Forest\n"
        "from fraud.detection.detectors.storage import arrays_from_bytes\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "Forest((folder / 'trees').read_bytes()).margin(numpy.zeros((2, 4), dtype=numpy.float32))\n"
        "arrays_from_bytes((folder / 'arrays').read_bytes())\n"
        "print(sorted({'xgboost', 'skops', 'sklearn', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_detector_file_is_read_as_skops_reads_it() -> None:
    from skops.io import loads

    shared = np.arange(6, dtype=np.float32).reshape(2, 3)
    state = {
        "text": "가", "whole": 3, "real": 1.5, "none": None, "yes": True, "number": np.float64(2.5), "flag": np.bool_(True),
        "names": ["a", "b"], "pair": (1, [shared, shared]), "inner": {"codes": np.array(["x", "yz"]), "empty": np.zeros(0)},
    }  # fmt: skip
    content = arrays_to_bytes(state)
    read, expected = arrays_from_bytes(content), loads(content, trusted=[])
    assert _plain(read) == _plain(expected) == _plain(state)


@pytest.mark.parametrize(
    "planted", [{"x": object}, {"x": np.array([{}], dtype=object)}, {"x": {1: 2}}, ["x"]]
)
def test_detector_file_with_anything_else_is_refused(planted) -> None:
    from skops.io import dumps

    with pytest.raises(ArtefactDamaged):
        arrays_from_bytes(dumps(planted))


def test_detector_file_whose_array_is_a_pickle_is_refused() -> None:
    content = io.BytesIO()
    np.save(content, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    node = {"__class__": "ndarray", "__module__": "numpy", "__loader__": "NdArrayNode", "type": "numpy"}
    whole = {
        "__class__": "dict",
        "__module__": "builtins",
        "__loader__": "DictNode",
        "__id__": 1,
        "protocol": 2,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("1.npy", content.getvalue())
        files.writestr(
            "schema.json", json.dumps({**whole, "content": {"x": {**node, "file": "1.npy", "__id__": 2}}})
        )
    with pytest.raises(ArtefactDamaged):
        arrays_from_bytes(packed.getvalue())


def _plain(value):
    """Values with their types, arrays as lists beside their types."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tolist()
    if isinstance(value, list | tuple):
        return type(value), [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return type(value), value
