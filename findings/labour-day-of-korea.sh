#!/usr/bin/env bash
# holidays 0.109: 1 May is a public holiday of South Korea from 2026 on only; before it is in the category "bank".
# It was a paid day off for employees long before, and offices were shut. A rule "spent on a day off" that asks holidays.KR() for 2025 sees a working day.
# One has to ask for the categories public and bank both, and then gets no other day with it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date

import holidays

public = holidays.KR(years=[2025, 2026])
both = holidays.KR(years=[2025, 2026], categories=("public", "bank"))
for year in (2025, 2026):
    day = date(year, 5, 1)
    print(day, "public:", public.get(day), "| public and bank:", both.get(day))
more = sorted(str(day) for day in both if day not in public)
print("what bank adds in both years:", more)
assert public.get(date(2025, 5, 1)) is None and both.get(date(2025, 5, 1)), "the behaviour has changed"
assert public.get(date(2026, 5, 1)) and more == ["2025-05-01"], "the behaviour has changed"
PYTHON
