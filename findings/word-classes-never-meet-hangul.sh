#!/usr/bin/env bash
# google-re2 1.1.20251105: in patterns over text the classes \w and \b are ASCII, so they never meet Hangul.
# Python's re treats Hangul as word characters, and re2's Python module is offered as its replacement. A rule that looks for a karaoke bar with a word boundary in
# front, or for "any word", matches nothing at a Korean company and says so nowhere. \pL is the class that works.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check google-re2==1.1.20251105 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import re

import re2

for pattern, text in ((r"\w+", "노래방"), (r"\b노래방", "서울 노래방"), (r"\pL+", "노래방")):
    plain = None if r"\p" in pattern else bool(re.search(pattern, text))
    print(pattern, "on", text, "| re:", plain, "| re2:", bool(re2.search(pattern, text)))
assert re.search(r"\w+", "노래방") and re.search(r"\b노래방", "서울 노래방")
assert not re2.search(r"\w+", "노래방") and not re2.search(r"\b노래방", "서울 노래방"), "the behaviour has changed"
assert re2.search(r"\pL+", "노래방")
PYTHON
