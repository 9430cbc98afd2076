#!/usr/bin/env bash
# CurrencyConverter 0.18.23: a payment on a Saturday is converted with Monday's rate, which nobody knew on Saturday.
# One would expect a fallback for days without a rate to take the last one published, as banks and card networks do. The default draws a line between Friday and Monday:
# what a claim was worth on Saturday changes once Monday is known, and a limit checked in between is checked against another amount.
# It hurts every rule that must see what was known then. fallback_on_missing_rate_method="last_known" gives Friday's.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check CurrencyConverter==0.18.23 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date

from currency_converter import CurrencyConverter

friday, saturday, monday = date(2025, 3, 7), date(2025, 3, 8), date(2025, 3, 10)
default = CurrencyConverter(fallback_on_missing_rate=True)
last = CurrencyConverter(fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known")
rates = [default.convert(100, "USD", "KRW", date=day) for day in (friday, saturday, monday)]
print("100 dollars in won, Friday, Saturday, Monday:", *(f"{rate:,.2f}" for rate in rates))
print(f"Saturday, last known: {last.convert(100, 'USD', 'KRW', date=saturday):,.2f}")
assert rates[0] < rates[1] < rates[2], "the behaviour has changed"
assert last.convert(100, "USD", "KRW", date=saturday) == rates[0], "the behaviour has changed"
PYTHON
