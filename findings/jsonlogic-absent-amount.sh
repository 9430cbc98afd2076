#!/usr/bin/env bash
# panzi-json-logic 1.0.1 and json-logic-qubit 0.9.1: one rule, one claim, two answers, where the amount is absent.
# One would expect a portable rule format to mean one thing, and a claim without an amount not to be within a limit. In the first, as in JavaScript, nothing is nought and
# lies within every limit; in the second every comparison with nothing is false. Both are imported as json_logic, so what was installed last decides.
# It hurts whoever moves rules between engines: an approval "at most 50,000" passes claims whose amount was never delivered.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in panzi-json-logic==1.0.1 json-logic-qubit==0.9.1; do
  python3 -m venv --clear "$folder/venv"
  "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "$package" 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
  "$folder/venv/bin/python" - "$package" <<'PYTHON'
import sys

from json_logic import jsonLogic

rule, claim = {"<=": [{"var": "amount"}, 50000]}, {"merchant": "A"}
answer = jsonLogic(rule, claim)
print(f"{sys.argv[1]}: {rule} of {claim} is {answer}")
assert answer is sys.argv[1].startswith("panzi"), "the behaviour has changed"
PYTHON
done
