#!/usr/bin/env bash
# benfordslaw 2.1.1: money that came back and amounts below one are left out of the test of first digits, and a test of nothing finds nothing.
# One would expect the first digit of -3,200 or .32 to be 3, or a word that it was not read. Both are passed over without one; where all amounts are such, P is not a number and the
# answer is that digits are as they should be.
# It hurts whoever looks at refunds, rates or amounts in thousands: made-up refunds, all of which begin with 9, pass.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check benfordslaw==2.1.1 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import numpy as np
from benfordslaw import benfordslaw

warnings.filterwarnings("ignore")
paid = np.round(np.exp(np.random.default_rng(1).uniform(np.log(1000), np.log(1_000_000), 4000)))
made_up = np.full(4000, -95_000.0)


def digits(amounts):
    found = benfordslaw(alpha=0.05, method="chi2", verbose=0).fit(amounts)
    return found["P"], bool(found["P_significant"])


for name, amounts in {
    "payments": paid,
    "payments and 4,000 refunds of 95,000": np.concatenate([paid, made_up]),
    "refunds of 95,000 alone": made_up,
    "the same as payments": -made_up,
    "payments in millions": paid / 1_000_000,
}.items():
    p, is_significant = digits(amounts)
    print(f"{name}: P {p:.3g}, significant {is_significant}")
assert digits(paid) == digits(np.concatenate([paid, made_up])), "the behaviour has changed"
assert np.isnan(digits(made_up)[0]) and not digits(made_up)[1], "the behaviour has changed"
assert digits(-made_up)[1], "the behaviour has changed"
assert np.isnan(digits(paid / 1_000_000)[0]), "the behaviour has changed"
PYTHON
