"""What pixels say: a paper is straightened, specks are no letters, and a total its paper does not bear out is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fraud.claims.receipts.bearing import is_borne_out
from fraud.claims.receipts.looking import answer_to
from fraud.claims.receipts.pixels import can_read_pixels, straightened, without_specks
from fraud.claims.receipts.values import values_of
from tests.cases.files import heic_of
from tests.fraud.claims.receipts.made import drawn, lines, packed

SAID = lines(total=84_000, day="2026-03-01", number=1001)


def held(degrees: float) -> Image.Image:
    return drawn(SAID).rotate(degrees, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)


def n_white_rows(page: Image.Image) -> int:
    return int((np.asarray(page).min(axis=1) > 200).sum())


@pytest.mark.parametrize("degrees", [-5, -2.5, 1.5, 4])
def test_a_paper_held_askew_is_straightened(degrees: float) -> None:
    """Rows without ink lie between level lines and between no others."""
    askew = held(degrees)
    assert n_white_rows(straightened(askew)) > n_white_rows(askew) + 30


def test_a_level_paper_and_an_empty_one_stay_as_they_are() -> None:
    for page in (drawn(SAID), Image.new("L", (300, 400), 255)):
        assert straightened(page) is page


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ("ㆍ 결제금액 12300", "결제금액 12300"),
        ("。 합계 256.000원 ㆍ", "합계 256.000원"),
        ("- 합계 256,000", "합계 256,000"),
        ("합계 132,500%", "합계 132,500원"),
        ("사업자등록번호 1 23-45-67891", "사업자등록번호 123-45-67891"),
        ("Amount. due £42.75", "Amount due £42.75"),
        ("Receipt | No. 5011 ~", "Receipt No 5011"),
        ("승인일시 2026/03/19 12:04:11", "승인일시 2026/03/19 12:04:11"),
        ("할인 -3,000원", "할인 -3,000원"),
        ("좌석 1 23-45", "좌석 1 23-45"),
    ],
)
def test_specks_and_folds_are_no_letters(read: str, said: str) -> None:
    assert without_specks(read) == said


SURE = [
    (84_000, "KRW", ["공급가액 76,364", "부가세 7,636", "합계 84,000"], True),
    (34_000, "KRW", ["공급가액 76,364", "부가세 7,636", "합계 34,000"], False),
    (77_900, "KRW", ["공급가액 7,182", "부가세 718", "결제금액 77900"], False),
    (77_900, "KRW", ["갈비탕 3,950", "음료수 3,950", "결제금액 77900"], False),
    (12_300, "KRW", ["갈비탕 6,150", "음료수 6,150", "결제금액 12300"], True),
    (9_900, "KRW", ["합계 9900", "승인금액 9900"], True),
    (84_000, "KRW", ["합계 84,000원"], True),
    (84_000, "KRW", ["공급가액 50,000", "부가세 5,000", "면세 29,000", "합계 84,000"], True),
    (4_275, "GBP", ["Net £35.62", "VAT £7.13", "Total £42.75"], True),
    (4_275, "GBP", ["Net £35.62", "VAT £7.99", "Total £42.75"], False),
    (4_275, "GBP", ["Total £42.75"], True),
]


@pytest.mark.parametrize(("total", "currency", "said", "is_sure"), SURE)
def test_a_total_is_taken_from_pixels_where_its_paper_bears_it_out(
    total: int, currency: str, said: list[str], is_sure: bool
) -> None:
    assert is_borne_out(total, currency, said) is is_sure
    read = values_of("\n".join(said), currency=currency, of_pixels=True)
    assert read.total == (total if is_sure else None)
    assert (
        values_of("\n".join(said), currency=currency).total == total
    )  # of a text that is exact it is what it says


@given(st.text(max_size=300), st.integers(0, 10**9))
def test_no_text_of_an_engine_does_harm(text: str, total: int) -> None:
    cleaned = without_specks(text)
    assert len(cleaned) <= len(text) + text.count("%")
    assert is_borne_out(total, "KRW", cleaned.splitlines()) in {True, False}


PAPERS = {
    "level.png": packed(drawn(SAID), "PNG"),
    "askew.jpg": packed(held(4), quality=70),
    "IMG_1.HEIC": heic_of(held(-3).convert("RGB"), quality=60),
}


@pytest.mark.parametrize("name", PAPERS)
def test_pixels_are_read_where_an_engine_is_installed(tmp_path: Path, name: str) -> None:
    if not can_read_pixels():
        pytest.skip("no OCR engine: pip install 'cleancard[ocr]' and its language files")
    path = tmp_path / name
    path.write_bytes(PAPERS[name])
    (told,) = answer_to({"paths": [str(path)]})["looked"]
    assert told["read_by"] == "ocr"
    values = values_of(told["text"], currency="KRW", of_pixels=True)
    assert (values.total, values.brn, str(values.issued_on)) == (84_000, "1234567891", "2026-03-01")
