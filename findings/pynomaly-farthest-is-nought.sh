#!/usr/bin/env bash
# PyNomaly 0.4.0, local outlier probability: beside some equal amounts the amount farthest from all is told as no outlier at all.
# One would expect the probability to grow with the distance. Five lunches at one price have no distance to their neighbours; the two amounts nearest to them are divided by next to
# nothing, these two quotients decide what counts as much, and half a million won among lunches of 12,000 gets nought, while a lunch of 11,000 gets .60. Where the five differ by a
# won each, half a million comes first.
# It hurts whoever ranks claims by it: set prices are what lunches, taxis and subscriptions have.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check PyNomaly==0.4.0 numpy==2.4.6 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from PyNomaly import loop


def probabilities(lunches):
    amounts = np.array([*lunches, 12500.0, 11000.0, 500000.0]).reshape(-1, 1)
    found = loop.LocalOutlierProbability(amounts, n_neighbors=3).fit().local_outlier_probabilities
    for amount, probability in zip(amounts[5:, 0], found[5:], strict=True):
        print(f"  {amount:>9,.0f} won: {float(probability):.4f}")
    return [float(p) for p in found[5:]]


print("five lunches at 12,000 won, and")
near, nearer, far = probabilities([12000.0] * 5)
assert far < 0.0001 < 0.3 < near < nearer, "the behaviour has changed"
print("five lunches at 12,000 to 12,004 won, and")
near, nearer, far = probabilities([12000.0, 12001.0, 12002.0, 12003.0, 12004.0])
assert far > 0.6 > nearer > near, "the behaviour has changed"
PYTHON
