"""Run as a script in a process of its own with hard limits: a file on standard input, clean JPEGs on standard output.

The one argument says what it is: `picture` or `pdf`; `look` answers with what a PDF says instead, as JSON. Standard output: the number of pages of the file, then each rendered
page as its length and its bytes (numbers are 4 bytes, big-endian). Exit codes: 0 done, 3 not a file we decode, 4 too many
pixels, frames or bytes, 5 two kinds of file at once, 6 more pages than are read, 7 no decoder is installed for it. Anything else, or being killed by a limit, counts as damaged. Never imported
by the application.
"""

import io
import os
import sys

# A JPEG is decoded at a fraction of its size, so that a telephone's 50 megapixels cost no more than a screenshot.
MAX_PIXELS = {"JPEG": 100_000_000, "PNG": 24_000_000, "WEBP": 16_000_000}
SIDE = 1600
MAX_PAGES = 10
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


def clean_jpeg(picture) -> bytes:  # type: ignore[no-untyped-def]
    """A new picture from pixels alone: no EXIF, no profile, no comment comes over."""
    from PIL import Image

    plain = picture.convert("RGB")
    out = io.BytesIO()
    Image.frombytes("RGB", plain.size, plain.tobytes()).save(out, "JPEG", quality=85)
    return out.getvalue()


def picture_page(content: bytes) -> "tuple[int, list[bytes]]":
    """The picture, turned upright. Raises SystemExit with the exit code."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if content[4:8] == b"ftyp":
        return heic_page(content)
    Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
        width, height = picture.size
        if width * height * int(getattr(picture, "n_frames", 1)) > MAX_PIXELS[picture.format or "PNG"]:
            raise SystemExit(4)
        picture.draft("RGB", (SIDE, SIDE))
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise SystemExit(4) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise SystemExit(3) from None
    picture.thumbnail((SIDE, SIDE))  # before anything that copies
    return 1, [clean_jpeg(ImageOps.exif_transpose(picture))]


def heic_page(content: bytes) -> "tuple[int, list[bytes]]":
    """The same of a HEIC picture, which is upright as it is decoded."""
    heic = beside("heic", "../../fraud/claims/receipts")
    try:
        picture = heic.heic_picture(content)
    except heic.NoDecoder:
        raise SystemExit(7) from None
    except heic.TooManyPixels:
        raise SystemExit(4) from None
    except ValueError:
        raise SystemExit(3) from None
    picture.thumbnail((SIDE, SIDE))
    return 1, [clean_jpeg(picture)]


def pdf_pages(content: bytes) -> "tuple[int, list[bytes]]":
    """The first pages as pixels; no form, script or link of the file is ever run. Raises SystemExit with the exit code.

    A page that cannot be drawn ends the row: what came before it is still shown.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        n_pages = len(document)
    except (pypdfium2.PdfiumError, ValueError):
        raise SystemExit(3) from None
    pages: list[bytes] = []
    for number in range(min(n_pages, MAX_PAGES)):
        try:
            page = document[number]
            scale = min(SIDE / max(*page.get_size(), 1.0), 4.0)
            pages.append(clean_jpeg(page.render(scale=scale, may_draw_forms=False).to_pil()))
        except (pypdfium2.PdfiumError, ValueError, MemoryError):
            break
    return n_pages, pages


def look(content: bytes) -> int:
    """Flags and text of a PDF, as JSON on standard output; the exit code."""
    import json

    kinds, pdf_words = beside("kinds"), beside("pdf_words")
    try:
        found = kinds.sniff_pdf(content)
        words = pdf_words.words_of(content)
    except kinds.KindNotAllowed:
        return 5
    except kinds.Inflated:
        return 4
    except pdf_words.TooManyPages:
        return 6
    text = pdf_words.APART.join((found.text, words))
    sys.stdout.buffer.write(json.dumps({"flags": found.flags, "text": text}).encode())
    return 0


def beside(name: str, folder: str = "."):  # type: ignore[no-untyped-def]
    """A module that lies beside this file, or in a folder seen from here: the project is not on this process's path."""
    import importlib.util

    path = os.path.normpath(os.path.join(os.path.dirname(__file__), folder, f"{name}.py"))
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main(kind: str) -> int:
    limit()
    if kind == "look":
        return look(sys.stdin.buffer.read())
    try:
        n_pages, pages = {"picture": picture_page, "pdf": pdf_pages}[kind](sys.stdin.buffer.read())
    except SystemExit as refused:
        return int(refused.code or 0)
    out = sys.stdout.buffer
    out.write(n_pages.to_bytes(4, "big"))
    for page in pages:
        out.write(len(page).to_bytes(4, "big") + page)
    return 0


if __name__ == "__main__":
    status = main(sys.argv[1])
    sys.stdout.flush()
    os._exit(status)
