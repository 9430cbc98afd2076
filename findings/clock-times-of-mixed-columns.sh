#!/usr/bin/env bash
# fastexcel 0.21.0 (calamine): a time cell in a column that also holds text is read as a moment in 1899; a formula that was never computed as 0;
# a whole number of more than 15 digits with digits it never had.
# A hand-made expense sheet mixes typed cells and text. Asked for text, one expects 12:30 for a cell that shows 12:30, nothing for a formula without a value,
# and an approval or card reference as it was typed. Date and time joined as text then give a date in 1899 or none, sums take the 0, and references no longer match.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fastexcel==0.21.0 polars==2.1.0 xlsxwriter==3.2.9 pyarrow==22.0.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import datetime
import os
import tempfile

import fastexcel
import xlsxwriter

path = os.path.join(tempfile.mkdtemp(), "claims.xlsx")
book = xlsxwriter.Workbook(path)
sheet, clock = book.add_worksheet(), book.add_format({"num_format": "hh:mm"})
sheet.write_row(0, 0, ["time", "reference", "amount"])
sheet.write_datetime(1, 0, datetime.time(12, 30), clock)
sheet.write_number(1, 1, 1234567890123456789)
sheet.write_formula(1, 2, "=1000+500")
sheet.write_row(2, 0, ["12:45", "A-17", "1,500"])
book.close()
rows = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars().rows()
print("fastexcel 0.21.0 reads", rows)
assert rows[0] == ("1899-12-31 12:30:00", "1234567890123457024", "0"), "the behaviour has changed"
assert rows[1] == ("12:45", "A-17", "1,500"), "the behaviour has changed"
PYTHON
