#!/usr/bin/env bash
# PyOD 3.6.7, MAD: where half of the amounts are one price, every other amount is as unusual as can be.
# One would expect deviations to be compared with each other. With most lunches at the canteen's price the median deviation is nought, and every other score is the largest number
# there is: a lunch of one won more stands level with one of five million, and all of them are called outliers.
# It hurts whoever ranks small groups by it: the order among the claims that differ is lost, and each is a warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyod==3.6.7 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from pyod.models.mad import MAD

canteen = [8000.0] * 60
others = [8001.0, 8500.0, 9000.0, 12000.0, 15000.0] * 8
amounts = np.array([*canteen, *others, 5_000_000.0]).reshape(-1, 1)
model = MAD().fit(amounts)
for index in (60, 64, 100):
    print(f"{amounts[index, 0]:>11,.0f} won: {model.decision_scores_[index]!r}")
print(f"called outliers: {model.labels_.sum()} of {len(amounts)}")
assert len(set(model.decision_scores_[60:])) == 1, "the behaviour has changed"
assert model.decision_scores_[60] == np.finfo(float).max, "the behaviour has changed"
assert model.labels_.sum() == 41, "the behaviour has changed"
PYTHON
