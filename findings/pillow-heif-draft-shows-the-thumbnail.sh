#!/usr/bin/env bash
# pillow-heif 1.8.1 with Pillow 13.0.0: a HEIC picture that is made smaller shows the embedded thumbnail, which may be another picture.
# One would expect Image.thumbnail to shrink the picture that was opened. Pillow asks the plugin for a cheaper start (`draft`), and the plugin answers with an embedded thumbnail of the same proportions
# that is large enough. Nothing says that it shows the same: below, the picture is white and its "preview" black. `register_heif_opener(thumbnails=False)` or `pillow_heif.open_heif(…).to_pillow()` gives the picture.
# It hurts whoever looks at evidence through previews, or compares receipts by a perceptual hash of a smaller copy: a forged thumbnail shows one receipt to the reviewer and keeps another.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pillow-heif==1.8.1 pillow==13.0.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import io

import pillow_heif
from PIL import Image


def picture(colour):
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (800, 600), colour)).save(out, quality=90, thumbnails=[400])
    return out.getvalue()


def place_of(content, number):
    """(start, length) of an item's data, by the box that locates items (version 0, one extent each)."""
    entry = content.index(b"iloc") + 12 + (number - 1) * 18
    base, _, offset, length = (int.from_bytes(content[entry + at : entry + to]) for at, to in ((4, 8), (8, 10), (10, 14), (14, 18)))
    return base + offset, length


white, black = picture("white"), picture("black")
(start, length), (other, as_long) = place_of(white, 2), place_of(black, 2)
assert length == as_long
forged = white[:start] + black[other : other + length] + white[start + length :]

pillow_heif.register_heif_opener()
opened, small = Image.open(io.BytesIO(forged)), Image.open(io.BytesIO(forged))
small.thumbnail((200, 150))
print("the picture itself:", opened.convert("L").getpixel((5, 5)), "  its thumbnail by Image.thumbnail:", small.convert("L").getpixel((5, 5)))
assert opened.convert("L").getpixel((5, 5)) > 250 and small.convert("L").getpixel((5, 5)) < 5, "the behaviour has changed"
PYTHON
