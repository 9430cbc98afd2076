#!/usr/bin/env bash
# PyOD 3.6.7: asked to flag a share of claims, detectors flag none of them where facts are yes or no.
# One would expect contamination=.05 to flag about one claim in twenty. The threshold is the quantile of the scores and only what lies above it is flagged;
# of facts that are 0 or 1, many claims share the highest score, which is then the threshold itself: IForest, HBOS, KNN and PCA flag nobody of 1,000.
# It hurts whoever sizes a night by contamination: a change of features that ties the top silently turns the detector off.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyod==3.6.7 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from pyod.models.pca import PCA

warnings.filterwarnings("ignore")
facts = np.random.default_rng(0).integers(0, 2, size=(1000, 3)).astype(float)  # weekend, night, first merchant
for kind, options in ((IForest, {"random_state": 0}), (HBOS, {}), (KNN, {}), (PCA, {})):
    detector = kind(contamination=0.05, **options).fit(facts)
    top = (detector.decision_scores_ >= detector.threshold_).sum()
    print(f"{kind.__name__}: 50 of 1,000 asked for, {detector.labels_.sum()} flagged; {top} share the threshold")
    assert detector.labels_.sum() == 0 and top > 50, "the behaviour has changed"
PYTHON
