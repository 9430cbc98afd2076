#!/usr/bin/env bash
# A Korean business number typed with full-width digits is valid to python-stdnum and comes back as ASCII only if one
# keeps what validate returns; is_valid alone leaves two spellings of one merchant, which then do not join: a merchant's
# history splits in two. Source: python-stdnum, stdnum.util.clean.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet python-stdnum==2.2
echo "versions: python-stdnum==2.2"
echo "expected: is_valid is true only for the stored form (ten ASCII digits)"
"$work/venv/bin/python" - <<'PYTHON'
from stdnum.kr import brn

typed = "\uff11\uff11\uff16\uff18\uff12\uff10\uff10\uff12\uff17\uff16"
print("seen: is_valid", brn.is_valid(typed), "validate", brn.validate(typed), "equal", brn.validate(typed) == typed)
assert brn.is_valid(typed) and brn.validate(typed) == "1168200276" != typed
PYTHON
echo "the surprise is still there"
