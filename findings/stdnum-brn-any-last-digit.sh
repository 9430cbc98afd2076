#!/usr/bin/env bash
# The last digit of a Korean business registration number is a check digit (weights 1 3 7 1 3 7 1 3 5, of the ninth product also its
# tens; published by the tax office and asked by every tax form). python-stdnum 2.2, which checks the digits of most countries' numbers, takes any
# last digit here: of ten numbers that differ in it only, all ten are valid to it. A merchant number with one wrong digit passes, becomes a
# second merchant, and whatever is counted for each merchant is split in two. Source: stdnum.kr.brn (validate looks at length and ranges only).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
echo "versions: python-stdnum==2.2"
echo "expected: one of ten last digits is valid"
"$folder/venv/bin/python" - <<'PYTHON'
from stdnum.kr import brn


def check_digit(nine: str) -> int:
    products = [int(digit) * weight for digit, weight in zip(nine, (1, 3, 7, 1, 3, 7, 1, 3, 5))]
    return (10 - (sum(products) + products[-1] // 10) % 10) % 10


made_up = "123456789"
taken = [last for last in range(10) if brn.is_valid(f"{made_up}{last}")]
print("right by the published rule:", check_digit(made_up), "| seen as valid:", taken)
assert taken == list(range(10)), "the behaviour has changed"
PYTHON
echo "the surprise is still there"
