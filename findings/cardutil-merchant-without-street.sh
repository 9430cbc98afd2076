#!/usr/bin/env bash
# cardutil 0.7.3: a merchant without a street has no name, town or country either.
# One would expect the parts of DE43 (name, street, town; postcode, state, country) that are there to be read. Where the street between its two separators is empty, as for sellers
# on the internet, the record is taken without a word and none of the six is made; where it is filled with blanks, all are.
# It hurts claims fed from clearing files: purchases on the internet lose merchant and country, so windows by merchant and rules on foreign countries pass over just those.
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
cases = {
    r"HANBIT BOOKS\12 SEJONG-RO\SEOUL\03045     11 KOR": {"DE43_NAME": "HANBIT BOOKS", "DE43_COUNTRY": "KOR"},
    r"HANBIT BOOKS\ \SEOUL\03045     11 KOR": {"DE43_NAME": "HANBIT BOOKS", "DE43_COUNTRY": "KOR"},
    r"HANBIT BOOKS\\SEOUL\03045     11 KOR": {"DE43_NAME": None, "DE43_COUNTRY": None},
}
for text, expected in cases.items():
    read = iso8583.loads(iso8583.dumps({**record, "DE43": text}))
    seen = {key: read.get(key) for key in expected}
    print(f"{text}\n    {seen}")
    assert seen == expected, "the behaviour has changed"
PYTHON
