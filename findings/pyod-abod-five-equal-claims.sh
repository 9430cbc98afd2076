#!/usr/bin/env bash
# PyOD 3.6.7: five equal claims switch ABOD off for everybody.
# One would expect repeated payments (a subscription, a fare) to be ordinary and the rest to be judged as before. With the default of five neighbours the
# variance of angles at a claim whose neighbours are all equal to it is not a number, the quantile over all scores is then none either, and nothing lies above
# it: neither a warning nor an error, and a claim fifty deviations away is not flagged. With two equal claims it is.
# It hurts because equal claims are the most ordinary thing on a company card.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyod==3.6.7 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
from pyod.models.abod import ABOD

warnings.filterwarnings("ignore")
ordinary, odd = np.random.default_rng(0).normal(size=(300, 4)), np.full((1, 4), 50.0)
for equal, flagged in ((2, True), (5, False)):
    claims = np.vstack([np.ones((equal, 4)), ordinary, odd])
    detector = ABOD().fit(claims)
    print(f"{equal} equal claims: threshold {detector.threshold_:.4f}, {detector.labels_.sum()} flagged, the odd one: {bool(detector.labels_[-1])}")
    assert bool(detector.labels_[-1]) is flagged and bool(np.isnan(detector.threshold_)) is not flagged, "the behaviour has changed"
    assert flagged or detector.labels_.sum() == 0, "the behaviour has changed"
PYTHON
