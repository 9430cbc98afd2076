"""Model files: refused when a byte, a name or a number is not what was written."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fraud.detection.detectors import ArtefactDamaged
from fraud.detection.scoring import HybridModel
from fraud.detection.scoring.artefacts import digest, read_files
from tests.fraud.made_claims import trained


@pytest.fixture
def saved(tmp_path):
    return tmp_path, trained()[1].model.save(tmp_path)


def test_every_file_with_one_flipped_byte_is_refused_before_it_is_opened(saved, monkeypatch) -> None:
    folder, manifest = saved
    monkeypatch.setattr(
        "fraud.detection.scoring.hybrid.model_parts", lambda files: pytest.fail("a damaged file was opened")
    )
    rng = np.random.default_rng(0)
    for name in manifest:
        whole = (folder / name).read_bytes()
        content = bytearray(whole)
        place = int(rng.integers(len(content)))
        content[place] ^= 1 << int(rng.integers(8))
        (folder / name).write_bytes(content)
        with pytest.raises(ArtefactDamaged, match=name):
            HybridModel.load(folder, manifest)
        (folder / name).write_bytes(whole[:-1])
        with pytest.raises(ArtefactDamaged, match=name):
            HybridModel.load(folder, manifest)
        (folder / name).unlink()
        with pytest.raises(ArtefactDamaged, match=name):
            HybridModel.load(folder, manifest)
        (folder / name).write_bytes(whole)


def test_manifest_cannot_reach_outside_its_folder(saved) -> None:
    folder, _ = saved
    with pytest.raises(ArtefactDamaged, match="plain file name"):
        read_files(folder, {"../secret": "0" * 64})


def test_model_that_scores_its_canary_differently_is_refused(saved) -> None:
    folder, manifest = saved
    state = json.loads((folder / "canary.json").read_bytes())
    state["z"][3] += 0.001
    changed = json.dumps(state).encode()
    (folder / "canary.json").write_bytes(changed)
    with pytest.raises(ArtefactDamaged, match="canary"):
        HybridModel.load(folder, {**manifest, "canary.json": digest(changed)})


def test_model_of_another_format_is_refused(saved) -> None:
    folder, manifest = saved
    state = json.loads((folder / "hybrid.json").read_bytes()) | {"format": 99}
    changed = json.dumps(state).encode()
    (folder / "hybrid.json").write_bytes(changed)
    with pytest.raises(ArtefactDamaged, match="format 99"):
        HybridModel.load(folder, {**manifest, "hybrid.json": digest(changed)})


def test_detector_file_that_names_a_class_is_refused(saved) -> None:
    from skops.io import dumps

    from fraud.detection.scoring.stack import Stack

    folder, manifest = saved
    planted = dumps({"detector": "hbos", "x": Stack(0.0, 1.0, np.zeros(1), np.zeros(1), 0.0)})
    (folder / "hbos.skops").write_bytes(planted)
    with pytest.raises(ArtefactDamaged):
        HybridModel.load(folder, {**manifest, "hbos.skops": digest(planted)})
