#!/usr/bin/env bash
# Casting text with more decimals than the type has neither fails nor gives null, even under strict casting: it rounds, and
# half to even, so 1.005 and 1.015 go opposite ways. An amount with a third decimal (a Kuwaiti dinar in a column of two)
# loses money at import without an error. Source: polars' user guide on casting, where strict raises on what does not fit.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet polars==2.1.0
echo "versions: polars==2.1.0"
echo "expected: strict casting raises, since the value does not fit"
"$work/venv/bin/python" - <<'PYTHON'
import polars as pl

cast = pl.Series(["1.005", "1.015", "0.375"]).cast(pl.Decimal(10, 2), strict=True)
print("seen:", [str(value) for value in cast])
assert [str(value) for value in cast] == ["1.00", "1.02", "0.38"]
PYTHON
echo "the surprise is still there"
