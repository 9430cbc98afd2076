#!/usr/bin/env bash
# dateparser 1.5.0: the month and day of a Korean card notice become a year and a month once it is told that the text is Korean.
# One would expect the language to help. 11/03, as card notices and bills write the third of November, is read as March 2011 with the day of today; a month that does not exist (25.13.01)
# becomes a day. Without the language 11/03 is right, and 26.11.03 is November 2003.
# It hurts claims typed or read from notices: they fall out of every window and past every deadline instead of being asked back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime

import dateparser

known = {"RELATIVE_BASE": datetime(2026, 11, 30, 9, 0)}


def read(text, *languages):
    return dateparser.parse(text, languages=list(languages) or None, settings=known)


for text in ("11/03 14:30", "26.11.03", "25.13.01", "2026.11.03 14:30"):
    print(f"{text!r}: in Korean {read(text, 'ko')}, by itself {read(text)}")
assert read("11/03 14:30", "ko") == datetime(2011, 3, 30, 14, 30), "the behaviour has changed"
assert read("11/03 14:30") == datetime(2026, 11, 3, 14, 30), "the behaviour has changed"
assert read("26.11.03", "ko") == datetime(2026, 11, 3), "the behaviour has changed"
assert read("26.11.03") == datetime(2003, 11, 26), "the behaviour has changed"
assert read("25.13.01", "ko") == datetime(2025, 1, 13), "the behaviour has changed"
PYTHON
