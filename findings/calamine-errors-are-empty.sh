#!/usr/bin/env bash
# python-calamine 0.9.1: a cell in error is an empty cell.
# One would expect an amount that Excel shows as #N/A to come as an error or as that text, as openpyxl 3.1.5 gives it. to_python() gives the empty text, the same as for a cell in which nothing stands.
# It hurts uploads: a lookup that failed in the sender's sheet becomes "no merchant given" and "no limit", facts that nobody stated, and nothing can be refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-calamine==0.9.1 openpyxl==3.1.5 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - "$folder/claims.xlsx" <<'PYTHON'
import sys

import openpyxl
import python_calamine

book = openpyxl.Workbook()
sheet = book.active
sheet.append(["claim", "limit"])
sheet.append(["A-1", 50000])
sheet.append(["A-2", None])
sheet.append(["A-3", "#N/A"])
sheet["B4"].data_type = "e"
book.save(sys.argv[1])
one = [row[1] for row in openpyxl.load_workbook(sys.argv[1], data_only=True).active.iter_rows(values_only=True)][1:]
other = [row[1] for row in python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0).to_python()][1:]
print("openpyxl:", one, " calamine:", other)
assert one == [50000, None, "#N/A"] and other == [50000.0, "", ""], "the behaviour has changed"
PYTHON
