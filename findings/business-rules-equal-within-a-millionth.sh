#!/usr/bin/env bash
# business-rules 1.1.1: numbers count as equal, and as not greater, when they differ by less than a millionth, however small they are.
# The tolerance is absolute and holds for greater_than too. An exchange rate above a limit in the seventh decimal, or an amount in a currency counted
# in small fractions, is not above it; nothing in the names of the operators says so. A limit "above" is met by nothing between limit and limit + .000001.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check business-rules==1.1.1 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from business_rules.operators import NumericType

results = {
    "0.0000072 greater than 0.0000065": NumericType(0.0000072).greater_than(0.0000065),
    "0.0000072 equal to 0.0000065": NumericType(0.0000072).equal_to(0.0000065),
    "0.0000092 greater than 0.0000065": NumericType(0.0000092).greater_than(0.0000065),
}
for what, result in results.items():
    print(what, "->", result)
assert list(results.values()) == [False, True, True], "the behaviour has changed"
PYTHON
