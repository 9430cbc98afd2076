#!/usr/bin/env bash
# Babel 2.19.0 (CLDR) says how many digits people write, not how many a currency has.
# get_currency_precision sounds like the minor unit of ISO 4217. For HUF, IDR, COP, IQD and others it is 0 where ISO 4217 has 2 or 3. A feed in
# minor units (card networks, banks) that is scaled by it is wrong by a factor of 100 or 1,000.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check babel==2.19.0 iso4217==1.16.20260101 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import iso4217
from babel.numbers import get_currency_precision

differ = {}
for code in ("HUF", "IDR", "COP", "IQD", "KRW", "USD", "KWD", "CLF"):
    shown, real = get_currency_precision(code), iso4217.Currency(code).exponent
    print(code, "CLDR", shown, "ISO 4217", real)
    if shown != real:
        differ[code] = (shown, real)
assert differ == {"HUF": (0, 2), "IDR": (0, 2), "COP": (0, 2), "IQD": (0, 3)}, "the behaviour has changed"
PYTHON
