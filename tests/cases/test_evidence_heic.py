"""Photos as telephones keep them (HEIC): shown upright and as they are, kept as sent, and bounded before anything is decoded."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageChops

from cases.evidence import preview, store
from cases.evidence.kinds import HEIC
from cases.evidence.preview import PictureDamaged, PictureTooLarge, Previews, picture_preview
from cases.evidence.stripping import without_metadata
from cases.models import Evidence, ExplanationRequest
from cases.services import errors, evidence, evidence_opening
from cases.services.steps import current_request
from fraud.claims.receipts import heic
from fraud.claims.receipts.heic import heic_picture
from tests.cases import files
from tests.cases.stage import Stage

#: What EXIF calls the ways up, and where the red corner of a picture is found after each: left or right, top or bottom.
UPRIGHT = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


def cornered(size: tuple[int, int] = (240, 160)) -> Image.Image:
    """White with a red corner at the top left."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, 60, 60))
    return image


def exif_of(turned: int, *, place: bool = False) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = turned
    if place:
        exif[0x8825] = {1: "N", 2: (37.0, 33.0, 11.0), 3: "E", 4: (126.0, 58.0, 7.0)}
    return exif.tobytes()


def shown(content: bytes) -> Image.Image:
    (page,) = picture_preview(content).pages
    return Image.open(io.BytesIO(page))


@pytest.mark.parametrize("turned", UPRIGHT)
def test_a_photo_is_shown_the_right_way_up_and_turned_once(turned: int) -> None:
    content = files.heic_of(cornered(), exif=exif_of(turned))
    image = shown(content) if turned == 6 else heic_picture(content)
    assert image.size == ((240, 160) if turned < 5 else (160, 240))
    right, low = UPRIGHT[turned]
    red, green, _ = image.getpixel((image.width - 20 if right else 20, image.height - 20 if low else 20))
    assert (red > 200, green < 60) == (True, True)
    assert dict(image.getexif()) == {}


@pytest.mark.django_db
def test_the_reviewer_sees_a_picture_and_the_original_stays_as_sent_without_its_place(stage: Stage) -> None:
    request = current_request(stage.asked())
    assert isinstance(request, ExplanationRequest)
    sent = files.heic_of(cornered(), exif=exif_of(6, place=True))
    kept = evidence.add_evidence(
        request=request, name="IMG_1.HEIC", content=sent, by=stage.actor("cardholder")
    )
    assert (kept.content_type, kept.n_pages, kept.preview_pages) == ("image/heic", 1, range(1, 2))
    page = evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder"), page=1)
    assert page.content_type == "image/jpeg"
    assert Image.open(io.BytesIO(page.content)).size == (160, 240)
    original = evidence_opening.open_evidence(evidence=kept, by=stage.actor("cardholder")).content
    assert (len(original), hashlib.sha256(original).hexdigest()) == (len(sent), kept.sha256)
    changed = {at for at, (one, other) in enumerate(zip(sent, original, strict=True)) if one != other}
    told = sent.index(exif_of(6, place=True)[6:])
    assert changed <= set(range(told, told + len(exif_of(6, place=True))))
    assert changed
    assert not ImageChops.difference(shown(original), shown(sent)).getbbox()


@pytest.mark.django_db
def test_a_photo_kept_before_there_was_a_decoder_is_drawn_when_it_is_first_looked_at(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, by = current_request(stage.asked()), stage.actor("cardholder")
    assert isinstance(request, ExplanationRequest)
    content, drawn = files.heic_of(cornered()), evidence_opening.picture_preview
    kept = evidence.add_evidence(request=request, name="IMG_2.HEIC", content=content, by=by)

    def as_kept_then() -> Evidence:
        store.path_of(kept.key).with_suffix(store.page_suffix(1)).unlink(missing_ok=True)
        Evidence.objects.filter(pk=kept.pk).update(n_pages=0, n_previews=0)
        return Evidence.objects.get(pk=kept.pk)

    def look(file: Evidence) -> bytes:
        return evidence_opening.open_evidence(evidence=file, by=by, page=1).content

    old = as_kept_then()
    assert (old.has_preview, old.preview_pages) == (True, range(1, 2)), "offered before it is drawn"
    tried: list[bytes] = []
    monkeypatch.setattr(
        evidence_opening, "picture_preview", lambda content: tried.append(content) or drawn(content)
    )
    pages = {look(Evidence.objects.get(pk=kept.pk)) for _look in range(2)}
    assert (len(tried), len(pages)) == (1, 1), "drawn once"
    assert Image.open(io.BytesIO(pages.pop())).size == (240, 160)
    old = as_kept_then()
    monkeypatch.setattr(evidence_opening, "picture_preview", lambda content: Previews())
    with pytest.raises(errors.PreviewMissing):
        look(old)
    assert Evidence.objects.get(pk=kept.pk).has_preview, "without a decoder it waits on"

    def damaged(content: bytes) -> Previews:
        raise PictureDamaged

    monkeypatch.setattr(evidence_opening, "picture_preview", damaged)
    with pytest.raises(errors.PreviewMissing):
        look(as_kept_then())
    assert not Evidence.objects.get(pk=kept.pk).has_preview, "what cannot be drawn is not offered again"


def test_what_a_thumbnail_or_another_image_of_the_file_shows_is_never_taken_for_the_picture() -> None:
    white = files.heic_of(Image.new("RGB", (800, 600), "white"), quality=90, thumbnails=[400])
    black = files.heic_of(Image.new("RGB", (800, 600), "black"), quality=90, thumbnails=[400])
    at = white.index(b"mdat") + 4
    alike = next(n for n in range(at, len(white)) if white[n:] != black[n:] and len(white) - n < 160)
    forged = white[:alike] + black[alike:]
    assert forged != white
    assert shown(forged).convert("L").getextrema()[0] > 250
    assert heic_picture(forged).size == (800, 600)


def test_ten_bits_a_colour_and_transparency_are_shown_as_any_photo() -> None:
    deep = files.heic_of(Image.new("I;16", (64, 64), 40_000))
    assert pillow_heif.open_heif(deep).info["bit_depth"] == 10
    assert abs(shown(deep).convert("L").getpixel((30, 30)) - 156) < 6
    grey = files.heic_of(Image.new("RGB", (64, 64), (156, 156, 156)))
    assert abs(shown(grey).convert("L").getpixel((30, 30)) - 156) < 6
    glass = shown(files.heic_of(Image.new("RGBA", (80, 60), (10, 20, 200, 128))))
    assert glass.mode == "RGB"


def test_an_announced_flood_is_refused_before_anything_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **options: object) -> None:
        raise AssertionError("decoded")

    flood = files.heic_said_to_be(60_000, 60_000)
    assert len(flood) < 1_000
    assert b"clap" in flood  # the library would say 60 × 40 of it
    monkeypatch.setattr(pillow_heif, "open_heif", never)
    with pytest.raises(heic.TooManyPixels):
        heic_picture(flood)
    with pytest.raises(PictureTooLarge):
        picture_preview(flood)


@pytest.mark.parametrize(
    "content",
    [
        files.boxes_without_pixels(),
        files.heic_said_to_be(16, 16),
        files.heic_said_to_be(7_000, 7_000),
        files.heic()[:-200] + bytes(200),
    ],
    ids=["no pixels", "said smaller", "said larger", "emptied"],
)
def test_a_photo_that_is_not_what_it_says_is_damaged(content: bytes) -> None:
    with pytest.raises(PictureDamaged):
        picture_preview(content)


def test_the_child_may_not_grow_by_a_photo_either(tmp_path: Path) -> None:
    script = Path(preview.__file__).with_name("preview_child.py").read_text(encoding="utf-8")
    small = tmp_path / "evidence" / "here" / "preview_child.py"
    small.parent.mkdir(parents=True)
    folder = Path(heic.__file__).parent
    script = script.replace("640 * 1024 * 1024", "100 * 1024 * 1024").replace(
        '"../../fraud/claims/receipts"', repr(str(folder))
    )
    small.write_text(script, encoding="utf-8")
    content = files.heic_of(Image.new("RGB", (3_000, 2_000), "white"), quality=10)
    command = [sys.executable, "-I", str(small), "picture"]
    assert subprocess.run(command, input=content, capture_output=True, check=False).returncode not in (0, 7)


@pytest.mark.django_db
def test_without_the_library_a_photo_is_kept_and_says_that_it_cannot_be_shown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = current_request(stage.asked())
    assert isinstance(request, ExplanationRequest)
    answer = subprocess.CompletedProcess([], 7, b"", b"")
    monkeypatch.setattr(preview, "_run", lambda content, kind: answer)
    monkeypatch.setattr(heic, "has_decoder", lambda: False)
    kept = evidence.add_evidence(
        request=request, name="a.heic", content=files.heic(), by=stage.actor("cardholder")
    )
    assert (kept.has_preview, kept.n_pages) == (False, 0)
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(heic.NoDecoder):
        heic_picture(files.heic())


@pytest.mark.django_db
def test_a_damaged_photo_is_told_to_whoever_sends_it(stage: Stage) -> None:
    request = current_request(stage.asked())
    assert isinstance(request, ExplanationRequest)
    with pytest.raises(errors.EvidenceDamagedOnArrival):
        evidence.add_evidence(
            request=request, name="a.heic", content=files.boxes_without_pixels(), by=stage.actor("cardholder")
        )


def test_a_photo_without_its_place_is_the_same_photo() -> None:
    sent = files.heic_of(cornered(), exif=exif_of(1, place=True))
    kept = without_metadata(sent, HEIC)
    assert kept != sent
    assert heic_picture(kept).tobytes() == heic_picture(sent).tobytes()
