#!/usr/bin/env bash
# cleanco 2.3: a company's name keeps half of its bracket, and the commonest Korean legal form stays.
# One would expect basename() to strip a legal form or to leave the name alone. Signs at the end go in any case, so that a name that ends in a bracket loses the closing one only;
# the Korean forms before, behind and in brackets all stay, and one company keeps four names.
# It hurts grouping by merchant: the stripped name equals neither the original nor the other spellings.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cleanco==2.3 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from cleanco import basename

for name, read in (
    ("푸른(주)", "푸른(주"),
    ("Pureun Inc (Korea)", "Pureun Inc (Korea"),
    ("주식회사 푸른", "주식회사 푸른"),
    ("푸른 주식회사", "푸른 주식회사"),
    ("Pureun Co., Ltd.", "Pureun Co."),
    ("Pureun Co", "Pureun"),
):
    print(f"{name!r}: {basename(name)!r}")
    assert basename(name) == read, "the behaviour has changed"
PYTHON
