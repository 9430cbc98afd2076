"""Files are looked at in a process of its own that may neither run long nor grow large; one bad file spoils no other."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from fraud.claims.importing.bounded import Bounds
from fraud.claims.receipts import looking
from fraud.claims.receipts.looking import answer_to, look_at_receipts
from fraud.claims.receipts.pictures import picture_hash
from fraud.claims.receipts.values import values_of
from tests.cases.files import flooding_png
from tests.fraud.claims.receipts.made import drawn, lines, packed, page

SAID = lines(total=84_000)


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_pdf_is_read_by_its_text_and_bad_files_beside_it_are_none(tmp_path: Path) -> None:
    good = page(SAID)
    files = {
        "a.pdf": good,
        "b.png": flooding_png(),
        "c.pdf": b"%PDF-1.4 broken",
        "d.bin": b"MZ\x90",
        "e.pdf": good,
    }
    found = look_at_receipts([written(tmp_path, name, content) for name, content in files.items()])
    assert [one is not None for one in found] == [True, False, False, False, True]
    first = found[0]
    assert first is not None
    assert (first.sha256, first.read_by) == (hashlib.sha256(good).hexdigest(), "text")
    assert len(first.picture_hash) == 64
    assert values_of(first.text, currency="KRW").total == 84_000


def test_a_child_that_lasts_too_long_is_stopped_and_the_file_counts_as_unreadable(tmp_path: Path) -> None:
    slow = written(tmp_path, "slow.png", packed(drawn(SAID), "PNG"))
    assert look_at_receipts([slow], bounds=Bounds(seconds=0, megabytes=800)) == [None]


def test_a_file_that_was_stopped_is_tried_once_more_with_more_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = written(tmp_path, "slow.png", packed(drawn(SAID), "PNG"))
    given: list[int] = []

    def ask(paths: list[Path], bounds: Bounds) -> list[dict[str, Any] | None] | None:
        given.append(bounds.seconds)
        return None if bounds.seconds < 180 else [looking._look(path) for path in paths]

    monkeypatch.setattr(looking, "_ask", ask)
    (found,) = look_at_receipts([slow])
    assert found is not None
    assert given == [60, 60, 180]


def test_one_picture_packed_scaled_or_darker_keeps_its_hash_and_another_does_not() -> None:
    one = drawn(SAID)
    kept = int(picture_hash(one), 16)
    again = [one.resize((350, one.height // 2)), one.point(lambda value: value * 4 // 5), one.convert("RGB")]
    assert max((int(picture_hash(each), 16) ^ kept).bit_count() for each in again) <= 12
    assert (
        min(
            (int(picture_hash(drawn(lines(seed=n, total=n * 7_000))), 16) ^ kept).bit_count()
            for n in range(3, 9)
        )
        > 12
    )


def test_without_an_engine_a_picture_has_its_hashes_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fraud.claims.receipts.pixels._engine_languages", lambda: "")
    (told,) = answer_to({"paths": [str(written(tmp_path, "photo.png", packed(drawn(SAID), "PNG")))]})[
        "looked"
    ]
    assert (told["text"], told["read_by"], len(told["picture_hash"])) == ("", "", 64)
