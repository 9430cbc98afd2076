#!/usr/bin/env bash
# Faker 40.63.0: nine of ten Korean resident numbers it makes up are none, by month or by check digit.
# One would expect a made-up number to follow the rules of its kind, as the card numbers of the same library do. Month and day are partly none (00), the last digit is not worked out from the others,
# and the seventh knows births of the last century only.
# It hurts tests of redaction: a guard that checks dates and digits, as guards do that shall not strike order numbers, finds few of the numbers planted, and a test made with them proves nothing either way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check faker==40.63.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from collections import Counter

from faker import Faker

WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def kind(number):
    digits = [int(digit) for digit in number if digit.isdigit()]
    if not (1 <= int(number[2:4]) <= 12 and 1 <= int(number[4:6]) <= 31):
        return "no such day"
    good = (11 - sum(a * b for a, b in zip(digits, WEIGHTS)) % 11) % 10 == digits[12]
    return "valid" if good else "wrong check digit"


maker = Faker("ko_KR")
Faker.seed(1)
numbers = [maker.ssn() for _ in range(2000)]
kinds = Counter(kind(number) for number in numbers)
print(dict(kinds), "seventh digits:", dict(Counter(number[7] for number in numbers)))
assert kinds["valid"] < 300 and kinds["no such day"] > 0, "the behaviour has changed"
PYTHON
