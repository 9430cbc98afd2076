#!/usr/bin/env bash
# Korean resident registration numbers given out since October 2020 have six random digits behind the one for sex and century
# (reform of the Ministry of the Interior and Safety, in force on 5 October 2020): no region, no check digit. python-stdnum 2.2 still asks
# for the check digit and a known region, so nine in ten of today's valid numbers are refused. Whoever searches files for resident numbers with
# it, in order to keep them out, lets those pass. Source: stdnum.kr.rrn (calc_check_digit, the two digits of the place).
# The numbers below are made up: a birthday in 2021, then every thousandth ending.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
echo "versions: python-stdnum==2.2"
echo "expected: every well-formed number with a real birthday after the reform is valid"
"$folder/venv/bin/python" - <<'PYTHON'
from collections import Counter

from stdnum.exceptions import ValidationError
from stdnum.kr import rrn

seen: Counter[str] = Counter()
for ending in range(0, 1_000_000, 1_000):
    number = f"210505-3{ending + ending // 1000 % 997:06d}"
    try:
        rrn.validate(number)
        seen["valid"] += 1
    except ValidationError as error:
        seen[type(error).__name__] += 1
print("seen of 1,000:", dict(seen))
assert seen["valid"] < 120 and seen["InvalidChecksum"] > 800, "the behaviour has changed"
PYTHON
echo "the surprise is still there"
