#!/usr/bin/env bash
# recordlinkage 0.16: its cleaning leaves nothing of a Korean name, and nothing equals nothing.
# One would expect clean() to remove signs and keep letters. All but Latin letters and digits are replaced by nothing, without a word: every Korean merchant becomes the empty text,
# an exact comparison of two of them says 1.0, blocking pairs all with all; a name of two scripts keeps its Latin half.
# It hurts the search for one merchant under two names: every pair agrees, and a coffee house is every other house with a number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check recordlinkage==0.16 'pandas<3' 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import logging

import pandas as pd
import recordlinkage as rl
from recordlinkage.preprocessing import clean

logging.disable()
left = pd.DataFrame({"name": clean(pd.Series(["강남 분식", "푸른 상사", "별다방 24"]))})
right = pd.DataFrame({"name": clean(pd.Series(["서초 의원", "동해 수산", "우리 문구 24"]))})
print("cleaned:", list(left.name), list(right.name))
block = rl.Index()
block.block("name")
pairs = block.index(left, right)
compare = rl.Compare()
compare.exact("name", "name")
agreed = compare.compute(pairs, left, right)[0].tolist()
print(f"of nine pairs of different merchants {len(pairs)} are put together, exact agreement of each: {agreed}")
assert list(left.name) == ["", "", "24"] and len(pairs) == 5 and set(agreed) == {1.0}, "the behaviour has changed"
PYTHON
