#!/usr/bin/env bash
# price-parser 0.5.1: an amount with its unit or its currency in the text is read a thousand or ten thousand times off.
# One would expect a Korean amount to be read with its unit (만, 억) or refused, and a currency that is recognised to say how many decimals follow. The unit is dropped while
# the currency of the same text is reported; three decimals of a currency that has three are taken for thousands, whatever the code beside them says.
# It hurts limits and reports: what is read is a plausible amount, so nobody asks.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check price-parser==0.5.1 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

from price_parser import Price

for text, read, true in (
    ("12만원", "12", "120,000 won"),
    ("1억 2,000만원", "1", "120,000,000 won"),
    ("3.500 KWD", "3500", "3.5 dinars"),
    ("0.125 BHD", "125", "an eighth of a dinar"),
):
    price = Price.fromstring(text)
    print(f"{text!r} is {true}: read as {price.amount} {price.currency}")
    assert price.amount == Decimal(read) and price.currency in ("원", "KWD", "BHD"), "the behaviour has changed"
PYTHON
