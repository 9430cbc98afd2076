#!/usr/bin/env bash
# iso18245 1.4.1: seven in ten of its merchant categories have no name of the standard's, every airline, car rental and hotel chain among them.
# One would expect the category of a hotel to say hotel. The standard leaves 3000 to 3999 to the card networks, which give each chain one: the standard's name is empty, the range says
# "Reserved for private use", and the networks' names are those of firms ("Sheraton"), so that nothing in the record says what trade it is. Most payments of a business trip carry one.
# It hurts whoever names categories, groups by them or lists those that are allowed at night: 7011 is a minority of hotels.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check iso18245==1.4.1 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import iso18245

known = list(iso18245.get_all_mccs())
nameless = [mcc for mcc in known if not mcc.iso_description]
print(f"{len(nameless)} of {len(known)} categories have no name of the standard's")
for code in ("7011", "3503", "3180"):
    mcc = iso18245.get_mcc(code)
    print(f"{code}: standard {mcc.iso_description!r}, range {mcc.range.description!r}, a network {mcc.visa_description!r}")
chains = [mcc for mcc in known if "3000" <= mcc.mcc <= "3999"]
assert len(chains) > 600 and not any(mcc.iso_description for mcc in chains), "the behaviour has changed"
assert "hotel" not in iso18245.get_mcc("3503").visa_description.lower(), "the behaviour has changed"
assert len(nameless) / len(known) > 0.65, "the behaviour has changed"
PYTHON
