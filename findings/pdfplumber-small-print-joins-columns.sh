#!/usr/bin/env bash
# pdfplumber 0.11.10: in small print a quantity and an amount become one number.
# One would expect a gap that a reader sees to stay a gap. What is less than three points apart is one word, whatever the size of the letters: at six points, usual on receipts and card bills, "3" and "12,000"
# two points apart (a third of a letter's height, wider than a space) are read as 312,000. pypdfium2 5.15.2 keeps them apart. extract_text(x_tolerance_ratio=.15) measures by the letter and does, too.
# It hurts totals read from receipts: the number is well formed and larger than any on the page.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pdfplumber==0.11.10 pypdfium2==5.15.2 reportlab==5.1.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - "$folder/receipt.pdf" <<'PYTHON'
import sys

import pdfplumber
import pypdfium2
from reportlab.pdfgen import canvas

page = canvas.Canvas(sys.argv[1], pagesize=(200, 100))
page.setFont("Helvetica", 6)
page.drawString(20, 60, "3")
page.drawString(20 + page.stringWidth("3", "Helvetica", 6) + 2.0, 60, "12,000")
page.save()
print(f"two points apart; a space is {page.stringWidth(' ', 'Helvetica', 6):.2f} wide")
read = pdfplumber.open(sys.argv[1]).pages[0]
default, ratio = read.extract_text(), read.extract_text(x_tolerance_ratio=0.15)
other = pypdfium2.PdfDocument(sys.argv[1])[0].get_textpage().get_text_range()
print(f"pdfplumber {default!r}, by the letter's size {ratio!r}; pypdfium2 {other!r}")
assert (default, ratio, other) == ("312,000", "3 12,000", "3 12,000"), "the behaviour has changed"
PYTHON
