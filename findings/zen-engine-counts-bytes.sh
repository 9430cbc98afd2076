#!/usr/bin/env bash
# zen-engine 2.1.3: len() of a text counts bytes of UTF-8, three for each syllable of Hangul.
# "A purpose shorter than five characters" is a common rule. Written with len(), a purpose of two syllables passes as six. The upper() of the same engine knows
# Unicode, so one would not expect it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check zen-engine==2.1.3 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import zen

for text in ("taxi", "택시", "회식비"):
    print(text, "has", len(text), "characters; len() says", zen.evaluate_expression("len(text)", {"text": text}))
assert zen.evaluate_expression("len(text)", {"text": "taxi"}) == 4
assert zen.evaluate_expression("len(text) < 5", {"text": "택시"}) is False, "the behaviour has changed"
assert zen.evaluate_expression("upper(text)", {"text": "straße"}) == "STRASSE", "the behaviour has changed"
PYTHON
