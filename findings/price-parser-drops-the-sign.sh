#!/usr/bin/env bash
# price-parser 0.5.1: money that came back is read as money that was paid.
# One would expect a library for amounts to keep the sign or to refuse. Every way in which statements and Korean card bills write a refund is read as the same amount
# paid: a leading or trailing minus, the mathematical minus, brackets, and the triangle that accounts in Korea and Japan use.
# It hurts claims read from statements: a cancelled payment counts twice instead of not at all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check price-parser==0.5.1 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from price_parser import Price

for text in ("-5,000원", "5,000-", "\u22125,000원", "(5,000)", "△5,000", "▲ 5,000"):
    amount = Price.fromstring(text).amount
    print(f"{text!r}: {amount}")
    assert amount == Decimal(5000), "the behaviour has changed"
PYTHON
