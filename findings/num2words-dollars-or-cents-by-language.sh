#!/usr/bin/env bash
# num2words 0.5.14: the same whole amount is a hundred times as much in Korean as in English.
# One would expect one meaning of the number in all languages. With to="currency" a whole number is cents in English and dollars in Korean, a broken one dollars in both; and ten
# thousand is 만, never the 일만 that Korean amounts in words are written with so that nothing can be put before it.
# It hurts letters in both languages: 12000 demands a hundred and twenty dollars from one and twelve thousand from the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check num2words==0.5.14 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
from num2words import num2words

whole, broken = ([num2words(number, lang=lang, to="currency", currency="USD") for lang in ("en", "ko")] for number in (12000, 12000.0))
print(12000, whole)
print(12000.0, broken)
print(10000, num2words(10000, lang="ko"))
assert whole == ["one hundred and twenty dollars, zero cents", "만이천달러 영센트"], "the behaviour has changed"
assert broken == ["twelve thousand dollars, zero cents", "만이천달러 영센트"], "the behaviour has changed"
assert num2words(10000, lang="ko") == "만", "the behaviour has changed"
PYTHON
