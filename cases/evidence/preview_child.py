"""Run as a script in a process of its own with hard limits: picture on standard input, clean JPEG on standard output.

Exit codes: 0 done, 3 not a picture we decode, 4 too many pixels or frames. Anything else, or being killed by a limit,
counts as damaged. Never imported by the application.
"""

import io
import os
import sys

# A JPEG is decoded at a fraction of its size, so that a telephone's 50 megapixels cost no more than a screenshot.
MAX_PIXELS = {"JPEG": 100_000_000, "PNG": 24_000_000, "WEBP": 16_000_000}
SIDE = 1600
MEMORY_BYTES = 640 * 1024 * 1024


def limit() -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system
        return
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    limit()
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())
    content = sys.stdin.buffer.read()
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
        width, height = picture.size
        if width * height * int(getattr(picture, "n_frames", 1)) > MAX_PIXELS[picture.format or "PNG"]:
            return 4
        picture.draft("RGB", (SIDE, SIDE))
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return 4
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        return 3
    picture.thumbnail((SIDE, SIDE))  # before anything that copies
    clean = ImageOps.exif_transpose(picture).convert("RGB")
    out = io.BytesIO()
    # A new picture from pixels alone: no EXIF, no profile, no comment comes over.
    Image.frombytes("RGB", clean.size, clean.tobytes()).save(out, "JPEG", quality=85)
    sys.stdout.buffer.write(out.getvalue())
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)
