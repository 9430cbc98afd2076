#!/usr/bin/env bash
# Money's text rounds, its amount in sub-units truncates: the same value is shown as 1235 won and stored as 1234. Conversions
# to won (rate times amount) have decimals as a rule, so the register and the page differ by one won. Source: py-moneyed,
# get_amount_in_sub_unit.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet py-moneyed==3.0
echo "versions: py-moneyed==3.0"
echo "expected: both round alike"
"$work/venv/bin/python" - <<'PYTHON'
from moneyed import Money

money = Money("1234.56", "KRW")
print("seen: shown", str(money), "in sub-units", money.get_amount_in_sub_unit())
assert "1235" in str(money).replace(",", "") and money.get_amount_in_sub_unit() == 1234
PYTHON
echo "the surprise is still there"
