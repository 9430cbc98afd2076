#!/usr/bin/env bash
# polars 2.1.0 with fastexcel 0.21.0: a row whose values are texts, after a thousand rows of numbers, is not in the frame.
# One would expect an error or texts. The kinds of columns come from the first thousand rows; a later value of another kind becomes nothing, and a row in which all values have become nothing counts as empty and is dropped,
# without a word. The same frame by engine="openpyxl" raises.
# It hurts large exports: a payment whose amount the sender typed as "12,000원" is lost, and the count of rows agrees with itself.
# infer_schema_length=None reads everything as text and loses nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check polars==2.1.0 fastexcel==0.21.0 openpyxl==3.1.5 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - "$folder/claims.xlsx" <<'PYTHON'
import sys
from datetime import date

import openpyxl
import polars as pl

book = openpyxl.Workbook()
sheet = book.active
sheet.append(["claim", "amount", "day"])
for number in range(1500):
    sheet.append([number, 12_000, date(2026, 3, 5)])
sheet.append(["X-77", "12,000원", "3월 5일"])
sheet.append([1501, 99, date(2026, 3, 6)])
book.save(sys.argv[1])
default, whole = pl.read_excel(sys.argv[1]), pl.read_excel(sys.argv[1], infer_schema_length=None)
print(f"1,502 rows written; read {default.height:,}, with all rows asked for their kind {whole.height:,}")
print("last two:", default["claim"].tail(2).to_list(), whole["claim"].tail(2).to_list())
assert default.height == 1501 and whole.height == 1502, "the behaviour has changed"
PYTHON
