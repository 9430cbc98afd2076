#!/usr/bin/env bash
# betacal 1.1.0: calibration can turn the order of scores round.
# One would expect the family of beta curves to rise, as the two restrictions of its parameters say. Where a score is weak, one parameter comes out negative, is left out, and
# the other is fitted again without a restriction: with misuse somewhat rarer among high scores of one month, the claim with the lowest score gets nearly one and the highest the least.
# It hurts whoever recalibrates on few outcomes: reviewers are sent the claims that the model finds least suspicious.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check betacal==1.1.0 scikit-learn==1.9.1 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
from betacal import BetaCalibration

warnings.filterwarnings("ignore")
random = np.random.default_rng(0)
score = random.uniform(0, 1, 2000)
is_misuse = (random.uniform(0, 1, 2000) < 0.01 * (1 - score)).astype(int)
for parameters in ("abm", "am", "ab"):
    curve = BetaCalibration(parameters).fit(score.reshape(-1, 1), is_misuse)
    values = curve.predict(np.array([[0.0], [0.01], [0.5], [0.99], [1.0]]))
    print(f"{parameters}: {is_misuse.sum()} of 2000; 0, .01, .5, .99, 1 become {np.round(values, 4)}")
    if parameters == "abm":
        assert (np.diff(values) < 0).all() and values[0] > 0.9, "the behaviour has changed"
PYTHON
