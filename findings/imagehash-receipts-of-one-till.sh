#!/usr/bin/env bash
# ImageHash 4.3.2 with Pillow 13.0.0: two receipts of one till are more alike than one receipt and its own photograph held three degrees askew.
# One would expect a perceptual hash to find the same picture again and to tell other pictures apart. Eight by eight cells see the layout of a receipt and none of its figures: another day with other items and another
# total is at distance 0 to 6 of 64, the same receipt turned by three degrees at 7 to 12; an empty page equals any other in all but colour.
# It hurts the search for receipts claimed twice: any threshold that finds a second photograph accuses everybody who eats at one place.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ImageHash==4.3.2 pillow==13.0.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import random

import imagehash
from PIL import Image, ImageDraw


def receipt(seed, total):
    page = Image.new("L", (400, 700), 255)
    draw, chance = ImageDraw.Draw(page), random.Random(seed)
    draw.text((140, 30), "SHOP A", fill=0, font_size=28)
    for line in range(8):
        row = f"item {chance.randrange(100, 999)}   {chance.randrange(1, 9)}  {chance.randrange(1000, 9000):,}"
        draw.text((30, 110 + line * 50), row, fill=0, font_size=22)
    draw.text((30, 620), f"TOTAL {total:,}", fill=0, font_size=26)
    return page


first, other = receipt(0, 48_000), receipt(5, 93_500)
askew = first.rotate(3, fillcolor=255, expand=True)
white, grey = Image.new("L", (400, 700), 255), Image.new("L", (400, 700), 200)
for kind in (imagehash.average_hash, imagehash.dhash, imagehash.phash):
    far = {name: int(kind(first) - kind(page)) for name, page in (("another day", other), ("the same, askew", askew))}
    print(f"{kind.__name__}: {far}, empty pages {int(kind(white) - kind(grey))}")
    assert far["another day"] < far["the same, askew"] and kind(white) == kind(grey), "the behaviour has changed"
PYTHON
