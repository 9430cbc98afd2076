#!/usr/bin/env bash
# rule-engine 5.1.0: its operator =~ matches from the first character; "contains" is another operator (=~~).
# In Perl, Ruby and most rule languages =~ finds a pattern anywhere. A rule on merchants written so by somebody who knows those finds only shops whose name begins with
# the word. A flag that is True is also not equal to 1, while 1.0 is: a column read as 0/1 by one file and as true/false by another changes what a rule finds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check rule-engine==5.1.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import rule_engine

def found(rule, **claim):
    return rule_engine.Rule(rule).matches(claim)

shop = "Seoul karaoke"
results = {
    "name =~ 'karaoke'": found("name =~ 'karaoke'", name=shop),
    "name =~~ 'karaoke'": found("name =~~ 'karaoke'", name=shop),
    "flag == 1, flag is True": found("flag == 1", flag=True),
    "flag == 1, flag is 1.0": found("flag == 1", flag=1.0),
}
for what, result in results.items():
    print(what, "->", result)
assert list(results.values()) == [False, True, False, True], "the behaviour has changed"
PYTHON
