#!/usr/bin/env bash
# workalendar 17.0.0 knows no substitute, temporary or election day of South Korea; holidays 0.109 does.
# Five days off of 2025 and seven of 2026 are working days there, though its calendars for other countries shift days. Deadlines for answers that are counted with it
# end on days off, and meals on such a day do not count as spent on one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check workalendar==17.0.0 holidays==0.109 setuptools==80.9.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date

import holidays
from workalendar.asia import SouthKorea

missing = {}
for year in (2025, 2026):
    plain = {day for day, _ in SouthKorea().holidays(year)}
    missing[year] = sorted(str(day) for day in holidays.KR(years=year) if day not in plain)
    print(year, "days off that workalendar calls working days:", missing[year])
assert SouthKorea().is_working_day(date(2025, 1, 27)), "the behaviour has changed"
assert missing[2025] == ["2025-01-27", "2025-03-03", "2025-05-06", "2025-06-03", "2025-10-08"], "the behaviour has changed"
assert len(missing[2026]) == 7, "the behaviour has changed"
PYTHON
