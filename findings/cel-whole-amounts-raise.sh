#!/usr/bin/env bash
# cel-python 0.5.0: a rule that works for 150.50 fails for 150.
# One would expect `amount > 100.0` to compare numbers; the language's definition asks for comparison across kinds of number. An amount from JSON is a whole number or a fraction as it happens to be written, and
# this release finds "no such overload" for a whole one against a fraction, and for the equality of 1 and 1.0.
# It hurts on the first round amount: a rule tried on prices with cents raises on the claim that has none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cel-python==0.5.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import celpy

environment = celpy.Environment()
rule = environment.program(environment.compile("amount > 100.0"))
print("150.5:", bool(rule.evaluate(celpy.json_to_cel({"amount": 150.5}))))
try:
    print("150:", rule.evaluate(celpy.json_to_cel({"amount": 150})))
except celpy.CELEvalError as error:
    print("150:", error.args[0])
    assert "no matching overload" in error.args[0], "the behaviour has changed"
else:
    raise SystemExit("the behaviour has changed")
PYTHON
