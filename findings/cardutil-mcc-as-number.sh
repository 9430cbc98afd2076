#!/usr/bin/env bash
# cardutil 0.7.3: the category of a merchant (DE26 of a card scheme's clearing record) is read as a number.
# One would expect a code of four digits to stay a text. Those that begin with nought lose it: a veterinary practice, 0742, arrives as 742, and is in none of the tables
# of categories that are kept by four digits.
# It hurts claims fed from clearing files: every rule on agricultural and veterinary merchants (0700 to 0999) misses.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cardutil==0.7.3 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import datetime

from cardutil import iso8583

record = {
    "MTI": "1240",
    "DE2": "4444555566667777",
    "DE3": "000000",
    "DE4": 35000,
    "DE12": datetime.datetime(2026, 11, 3, 14, 30),
    "DE49": "410",
}
for code in ("0742", "0780", "5812"):
    read = iso8583.loads(iso8583.dumps({**record, "DE26": code}))["DE26"]
    print(f"{code} is read as {read!r}")
    assert read == int(code) and isinstance(read, int), "the behaviour has changed"
PYTHON
