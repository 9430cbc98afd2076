#!/usr/bin/env bash
# PyOD 3.6.5: ECOD and COPOD score a claim by the company it is scored in; HBOS does not.
# One would expect decision_function of a fitted detector to be a function of the row. ECOD and COPOD compute the empirical distribution of training
# rows and the rows asked about together: the same claim alone and in a night with unusual ones gets two scores, and so does predict_proba.
# It hurts nightly scoring: a rerun, a split over workers or a preview of one claim no longer reproduces the number a decision rests on.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyod==3.6.5 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
from pyod.models.copod import COPOD
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS

warnings.filterwarnings("ignore")
random = np.random.default_rng(0)
past, night = random.normal(size=(500, 3)), random.normal(size=(50, 3))
night[1:] += 6
for kind, depends in ((ECOD, True), (COPOD, True), (HBOS, False)):
    detector = kind().fit(past)
    alone, among = detector.decision_function(night[:1])[0], detector.decision_function(night)[0]
    print(f"{kind.__name__}: the same row alone {alone:.4f}, among 49 unusual ones {among:.4f}")
    assert (abs(alone - among) > 0.1) == depends, "the behaviour has changed"
PYTHON
