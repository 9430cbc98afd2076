#!/usr/bin/env bash
# stockholm 0.5.7: the same currency has two decimals or none, by whether its code or its object is given.
# One would expect "KRW" to be the won. Given as a text every currency has two decimals: 1,000 minor units become 10.00 KRW, a hundredth, and 1,000 won become 100,000 minor units; with
# the object KRW, of the same library, both are 1,000. Codes are what files and columns hold.
# It hurts whoever keeps amounts in minor units: won and yen read back are a hundredth of what was paid, and no error is raised.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check stockholm==0.5.7 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from stockholm import Money
from stockholm.currency import KRW

by_code, by_object = Money.from_sub_units(1000, "KRW"), Money.from_sub_units(1000, KRW)
print("1,000 minor units of", repr("KRW"), "are", by_code, "and of the object KRW", by_object)
print("1,000 won in minor units:", Money(1000, "KRW").sub_units, "by the code,", Money(1000, KRW).sub_units, "by the object")
assert str(by_code) == "10.00 KRW" and str(by_object) == "1000 KRW", "the behaviour has changed"
assert Money(1000, "KRW").sub_units == 100_000 and Money(1000, KRW).sub_units == 1000, "the behaviour has changed"
PYTHON
