#!/usr/bin/env bash
# mt-940 5.1.1 reads RC, the reversal of a credit, as money that came in.
# In MT940 field 61 the mark C is a credit, D a debit, RC a credit that is taken back, RD a debit that is given back. One would expect
# opening balance + amounts = closing balance. The parser gives D a minus sign, RC none: a repayment that bounced counts as repaid a second time.
# It hurts whoever reconciles recoveries with bank statements: the entries of a valid statement no longer meet the balance the bank states.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mt-940==5.1.1 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import mt940

STATEMENT = """:20:MONTH
:25:100200300
:28C:1/1
:60F:C261101KRW1000,
:61:2611021102C500,NTRFFIRST//1
:61:2611031103RC200,NTRFTAKENBACK//2
:61:2611041104RD100,NTRFGIVENBACK//3
:62F:C261104KRW1400,
-"""
entries = mt940.parse(STATEMENT)
amounts = [(entry.data["status"], entry.data["amount"].amount) for entry in entries]
total = 1000 + sum(amount for _, amount in amounts)
print("mt-940 5.1.1 reads", amounts)
print("expected 1000 + 500 - 200 + 100 = 1400, as the statement says; the entries make", total)
assert dict(amounts)["RC"] == 200 and total == 1800, "the behaviour has changed"
PYTHON
