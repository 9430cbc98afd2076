#!/usr/bin/env bash
# PyOD 3.6.7: one column that never varied makes every score of PCA infinite, and nobody is flagged.
# One would expect a column without information to be without effect, as it is for HBOS and isolation forests. PCA divides by each component's share of the
# variance, which is none: all scores are infinite, the threshold is not a number, and nothing lies above it. No warning, no error.
# It hurts new companies first: one without foreign payments or without trips has such columns.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyod==3.6.7 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
from pyod.models.hbos import HBOS
from pyod.models.pca import PCA

warnings.filterwarnings("ignore")
claims = np.random.default_rng(0).normal(size=(300, 4))
claims[0] = 50.0
constant = claims.copy()
constant[:, 2] = 7.0
for kind in (PCA, HBOS):
    before, after = kind().fit(claims), kind().fit(constant)
    print(f"{kind.__name__}: flagged {before.labels_.sum()}, with a constant column {after.labels_.sum()}, infinite scores {np.isinf(after.decision_scores_).sum()}")
    assert before.labels_[0] == 1, "the behaviour has changed"
    assert (kind is PCA) == bool(np.isinf(after.decision_scores_).all() and after.labels_.sum() == 0), "the behaviour has changed"
PYTHON
