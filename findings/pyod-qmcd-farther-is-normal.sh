#!/usr/bin/env bash
# PyOD 3.6.7: QMCD calls a new claim the more normal the further out it lies.
# One would expect the score of a detector (higher is more abnormal) to rise with the distance from everything it has seen. New claims are put on the training
# range and the discrepancy's formula goes on outside of it with the other sign: two to four deviations are flagged, five and ten and thirty are not.
# It hurts where the worst claims are looked for: those beyond all that was ever paid leave the list. The same claim inside the training set is flagged.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyod==3.6.7 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from pyod.models.qmcd import QMCD

past = np.random.default_rng(0).normal(size=(300, 4))
detector = QMCD().fit(past)
flags = {}
for far in (0.0, 3.0, 5.0, 10.0, 30.0):
    claim = np.full((1, 4), far)
    flags[far] = bool(detector.predict(claim)[0])
    print(f"{far:>4} deviations out: score {detector.decision_function(claim)[0]:.3f}, flagged {flags[far]} (threshold {detector.threshold_:.3f})")
inside = QMCD().fit(np.vstack([past, np.full((1, 4), 10.0)]))
print("ten deviations out, in the training set:", bool(inside.labels_[-1]))
assert flags == {0.0: False, 3.0: True, 5.0: False, 10.0: False, 30.0: False} and inside.labels_[-1] == 1, "the behaviour has changed"
PYTHON
