#!/usr/bin/env bash
# pulearn 0.2.0: predict_proba of the Elkan-Noto classifier gives "probabilities" far above one.
# One would expect predict_proba to lie between nought and one and the two classes to add up. Both columns are divided by the share of misuse that was found (c): with three of ten found
# each row adds up to 1/c (here nearly five), more than half of the values exceed one, and the column for "no misuse" is raised as well, which no reading of the method asks for.
# It hurts every figure made from it: expected loss, thresholds, calibration.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pulearn==0.2.0 scikit-learn==1.9.1 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from pulearn import ElkanotoPuClassifier
from sklearn.linear_model import LogisticRegression

random = np.random.default_rng(0)
claims = np.vstack([random.normal(2, 1, (500, 2)), random.normal(-1, 1, (1500, 2))])
misuse = np.r_[np.ones(500), np.zeros(1500)]
found = np.where((misuse == 1) & (random.random(2000) < 0.3), 1, 0)
chance = ElkanotoPuClassifier(LogisticRegression(), hold_out_ratio=0.2, random_state=0).fit(claims, found).predict_proba(claims)
print(f"highest {chance.max():.2f}; rows add up to {chance.sum(axis=1).min():.2f}; values above one {(chance > 1).sum()} of {chance.size}")
print(f"mean chance of misuse {chance[:, 1].mean():.2f} where {misuse.mean():.2f} is true, of none {chance[:, 0].mean():.2f}")
assert chance.max() > 1.5 and chance.sum(axis=1).min() > 1.5, "the behaviour has changed"
PYTHON
