"""A PDF of ours: Korean comes out as it went in, whatever its signs; long texts wrap; a table's head stands on every page."""

from __future__ import annotations

import io
import unicodedata

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fraud.web.paper import Paper
from fraud.web.paper_fonts import BOLD, REGULAR, marked, plain
from tests.draws import draws

HEAD = ["번호", "가맹점", "금액"]


def pages(paper: Paper) -> list[str]:
    out = io.BytesIO()
    paper.write(out)
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out.getvalue())]


def read_back(text: str, *, style: str = "body") -> str:
    paper = Paper("시험", language="ko")
    if style == "heading":
        paper.heading(text)
    else:
        paper.text(text)
    return "".join(pages(paper)[0].split()).removesuffix("1/1")


SYLLABLES = "".join(chr(code) for code in range(0xAC00, 0xD7A4, 7))


@pytest.mark.parametrize("style", ["body", "heading"])
def test_every_syllable_comes_out_as_it_went_in(style: str) -> None:
    for start in range(0, len(SYLLABLES), 400):
        assert read_back(SYLLABLES[start : start + 400], style=style) == SYLLABLES[start : start + 400]


@settings(max_examples=draws(40), deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30))
def test_no_sign_is_lost_or_left_an_empty_box(text: str) -> None:
    """What no font has is written as its number."""
    found = read_back(text)
    for sign in plain(text):
        assert (
            unicodedata.normalize("NFKC", sign) in unicodedata.normalize("NFKC", found)
            or f"[U+{ord(sign):04X}]" in found
        )


def test_what_somebody_typed_is_text_and_no_markup() -> None:
    assert read_back('<b>5 < 6 & "x"</b>') == '<b>5<6&"x"</b>'
    assert marked("a<br/>b") == "a&lt;br/&gt;b"
    assert marked("두\n줄") == "두<br/>줄"


def test_syllables_in_parts_are_put_together_and_hidden_signs_are_gone() -> None:
    assert plain(unicodedata.normalize("NFD", "영수증") + "\u202egnp\u200b") == "영수증gnp"


def test_a_rare_sign_of_a_heading_is_set_in_the_font_that_has_it() -> None:
    assert marked("가", BOLD) == "가"
    assert marked("갂", BOLD) == f'<font name="{REGULAR}">갂</font>'
    assert marked("😀", BOLD) == "[U+1F600]"


def test_a_table_goes_on_over_pages_with_its_head_on_each() -> None:
    paper = Paper("시험", language="ko", footer="건 기록철")
    paper.table(
        HEAD, ([n, "한우마을 강남점", f"{n * 1000:,}원"] for n in range(150)), widths=[1, 4, 2], numbers={2}
    )
    found = pages(paper)
    assert len(found) > 2
    assert all("가맹점" in page and f"{at} / {len(found)}" in page for at, page in enumerate(found, 1))
    assert all("건 기록철" in page for page in found)
    assert [n for page in found for n in range(150) if f" {n * 1000:,}원" in page] == list(range(150))


def test_a_table_without_end_is_cut_and_says_how_much_more_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fraud.web.paper.MOST_ROWS", 20)
    paper = Paper("시험", language="ko", more="나머지 %(n)s행")
    paper.table(HEAD, ([n, "x", f"{n}원"] for n in range(1_250)), widths=[1, 4, 2])
    found = "".join(pages(paper))
    assert "나머지 1,230행" in found
    assert "19원" in found
    assert "20원" not in found


@pytest.mark.parametrize("text", ["띄어쓰기가 있는 긴 문장입니다. " * 900, "띄어쓰기없는긴문장입니다" * 900])
def test_long_korean_wraps_and_goes_on_over_pages_also_inside_a_cell(text: str) -> None:
    paper = Paper("시험", language="ko")
    paper.quote(text)
    paper.table(HEAD, [[1, text, "1원"]], widths=[1, 4, 2])
    paper.facts([("사유", text)])
    found = "".join("".join(page.split()) for page in pages(paper))
    assert found.count("문장입니다") >= 3 * 900 - 60  # a few are cut by the foot of a page
    out = io.BytesIO()
    paper = Paper("시험", language="ko")
    paper.quote(text)
    paper.write(out)
    for page in pypdfium2.PdfDocument(out.getvalue()):
        texts = page.get_textpage()
        assert max(texts.get_charbox(n)[2] for n in range(texts.count_chars())) < page.get_width() - 40


def test_the_same_blocks_give_the_same_bytes() -> None:
    def made() -> bytes:
        out, paper = io.BytesIO(), Paper("시험", language="ko")
        paper.head("제목", "부제")
        paper.facts([("이름", "김도현"), ("없음", None)])
        paper.write(out)
        return out.getvalue()

    assert made() == made()
    assert "없음" not in pypdfium2.PdfDocument(made())[0].get_textpage().get_text_range()
