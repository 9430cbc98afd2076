"""Receipts beside claims: known from a moment on, recognised across people and years, and what the rules make of them."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from cases.tasks import read_receipts
from fraud.claims.models import Claim, Receipt
from fraud.claims.reading import read_many_claims
from fraud.claims.receipts.looking import Looked
from fraud.claims.receipts.taking import (
    ReceiptNotReadable,
    add_receipt,
    claims_named,
    take_receipt,
    take_receipt_folder,
    withdraw_receipt,
)
from fraud.company.calendar import CompanyCalendar
from fraud.detection.features import build_features
from rules.engine import RuleSpec, evaluate
from rules.language.parse import parse
from rules.starter import GALLERY
from tests.cases.files import heic_of, heic_said_to_be
from tests.cast import NOW, make_cardholder, make_cast, make_claim, make_merchant
from tests.fraud.claims.receipts import made
from tests.rules.starter import starter_context

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forked_reading")]
BY = Actor.system("import")
CODES = ("D02", "D03R", "D04", "D05", "M11")
PAID_AT = NOW - timedelta(days=3)
PAID_ON = f"{PAID_AT.astimezone(ZoneInfo('Asia/Seoul')):%Y-%m-%d}"
BRN = made.BRN.replace("-", "")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at in this process: that a child does it as well is held by test_looking."""
    from fraud.claims.receipts import looking, taking

    def look(paths: list[Path]) -> list[Looked | None]:
        told = [looking._look(path) for path in paths]
        return [None if one is None else looking._read(one) for one in told]

    monkeypatch.setattr(taking, "look_at_receipts", look)


def claim(**fields: Any) -> Claim:
    merchant = make_merchant() if not Claim.objects.exists() else Claim.objects.earliest("id").merchant
    type(merchant).objects.filter(pk=merchant.pk).update(brn=BRN)
    return make_claim(**{"merchant": merchant, "transacted_at": PAID_AT, **fields})


def take(of: Claim, content: bytes, name: str = "receipt.pdf") -> Receipt:
    return take_receipt(claim=of, name=name, content=content, by=BY)


def hits(known_by: Any = None) -> dict[str, list[int]]:
    """Rule code → claims it hits, as known at a moment; and under "?" the codes that no claim could be judged by."""
    claims = read_many_claims(known_by or NOW + timedelta(days=1))
    frame = build_features(claims, calendar=CompanyCalendar(), zone="Asia/Seoul")
    specs = [RuleSpec(code, 1, parse(GALLERY[code].text)) for code in CODES]
    outcome = evaluate(frame, specs, context=starter_context(zone="Asia/Seoul"))
    ids = frame["claim_id"].to_list()
    found = {code: [ids[i] for i in range(len(ids)) if outcome.hits[i, j]] for j, code in enumerate(CODES)}
    dark = [code for code, (n, _) in zip(CODES, outcome.not_evaluable, strict=True) if n == len(ids)]
    return {**{code: rows for code, rows in found.items() if rows}, **({"?": dark} if dark else {})}  # type: ignore[dict-item]


@time_machine.travel(NOW, tick=False)
def test_the_five_rules_of_receipts_hit_real_receipts_and_are_not_evaluable_before_there_are_any() -> None:
    said: dict[str, Any] = {"day": PAID_ON, "total": 84_000}
    honest = claim()
    assert hits() == {"?": list(CODES)}
    take(honest, made.page(made.lines(**said, number=500, seed=1)))
    assert hits() == {"?": ["D04"]}  # there is no earlier receipt to follow
    other_sum, edited = claim(), claim()
    take(other_sum, made.page(made.lines(**{**said, "total": 48_000}, number=300, seed=2)))
    take(edited, made.updated(made.page(made.lines(**said, number=400, seed=3))))
    follows = claim(transacted_at=honest.transacted_at + timedelta(hours=2))
    take(follows, made.page(made.lines(**said, number=502, seed=4)))
    twice = claim(cardholder=make_cardholder(employee_no="E777"))
    take(twice, made.page(made.lines(**said, number=500, seed=1)))
    items = Receipt.objects.get(claim=other_sum).items
    found = hits()
    assert found["D02"] == [other_sum.pk]
    assert found["D05"] == [edited.pk]
    assert found["D03R"] == [twice.pk]
    assert found["D04"] == [follows.pk]
    assert (other_sum.pk in found.get("M11", [])) == ("소주" in items)


@time_machine.travel(NOW, tick=False)
def test_a_shops_false_or_a_platforms_number_and_a_part_paid_in_cash_accuse_nobody() -> None:
    misprinted, platform, part = claim(), claim(), claim()
    told = take(
        misprinted, made.page(made.lines(day=PAID_ON, total=84_000, number=11, brn="123-45-67890", seed=1))
    )
    assert told.signs == ["false_brn"]
    take(platform, made.page(made.lines(day=PAID_ON, total=84_000, number=12, brn="120-81-47521", seed=2)))
    paid = made.lines(day=PAID_ON, total=104_000, number=13, seed=3)
    take(part, made.page([*paid, "현금 20,000", "신용카드 84,000"]))
    assert {"D02", "D03R", "D05"} & {*hits()} == set()


@time_machine.travel(NOW, tick=False)
def test_a_receipt_is_known_from_when_it_was_read_until_it_is_taken_back() -> None:
    one = claim()
    take(one, made.page(made.lines(total=10_000)))
    amounts = lambda at: read_many_claims(at).select(pl.col("^receipt_amount$"))  # noqa: E731
    assert amounts(NOW - timedelta(seconds=1)).width == 0
    assert amounts(NOW)["receipt_amount"].to_list() == [10_000]
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        withdraw_receipt("interface", "receipt.pdf")
    assert amounts(NOW + timedelta(days=1))["receipt_amount"].to_list() == [10_000]
    assert amounts(NOW + timedelta(days=3)).width == 0


@time_machine.travel(NOW, tick=False)
def test_a_photo_of_a_photo_is_recognised_for_another_person_years_later() -> None:
    paper = made.drawn(made.lines(seed=5))
    first = take(claim(), made.packed(paper, "PNG"), "a.png")
    later = claim(cardholder=make_cardholder(employee_no="E900"), transacted_at=NOW + timedelta(days=900))
    again = made.packed(paper.resize((500, paper.height * 5 // 7)), quality=60)
    second = take(later, again, "b.jpg")
    apart = (int(first.picture_hash, 16) ^ int(second.picture_hash, 16)).bit_count()
    assert (second.n_same, second.n_alike) == (0, int(apart <= 7))
    assert apart <= 7
    same = take(claim(cardholder=make_cardholder(employee_no="E901")), made.packed(paper, "PNG"), "c.png")
    assert (same.n_same, same.n_alike) == (1, 1)
    blank = made.packed(made.drawn([]).point(lambda _: 255), "PNG")
    assert (
        take(claim(), blank, "d.png").n_alike,
        take(claim(), blank[:-12] + blank[-12:], "e.png").n_same,
    ) == (0, 1)


def test_one_paper_as_a_telephone_keeps_it_and_as_a_jpeg_is_one_and_another_paper_is_not() -> None:
    paper = made.drawn(made.lines(seed=5))
    turned = Image.Exif()
    turned[0x0112] = 8
    on_its_side = heic_of(paper.convert("RGB").rotate(-90, expand=True), exif=turned.tobytes(), quality=60)
    first = take(claim(), on_its_side, "IMG_5.HEIC")
    assert (len(first.picture_hash), first.sha256) == (64, hashlib.sha256(on_its_side).hexdigest())
    again = take(
        claim(cardholder=make_cardholder(employee_no="E902")), made.packed(paper, quality=60), "b.jpg"
    )
    assert (again.n_same, again.n_alike, again.n_pictured) == (0, 1, 1)
    other = made.drawn(made.lines(seed=6, total=61_000)).convert("RGB")
    assert (
        take(claim(cardholder=make_cardholder(employee_no="E903")), heic_of(other), "IMG_6.HEIC").n_alike == 0
    )
    with pytest.raises(ReceiptNotReadable):
        take(claim(), heic_said_to_be(60_000, 60_000), "IMG_7.HEIC")


@time_machine.travel(NOW, tick=False)
def test_two_papers_of_one_till_are_one_only_where_they_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fraud.claims.receipts.looking.picture_hash", lambda _: "0123456789abcdef" * 4)
    take(claim(), made.page(made.lines(day="2026-03-01", total=84_000, number=7)))
    others = {
        (2, "2026-03-08", 91_000): 0,  # another day and sum
        (3, "2026-03-08", 84_000): 0,  # the same fare a week later
        (4, "2026-03-01", 84_000): 0,  # a colleague's, of the same day and sum
    }
    for (number, day, total), n in others.items():
        told = take(claim(), made.page(made.lines(day=day, total=total, number=number)))
        assert (told.n_alike, told.n_pictured) == (n, 0)
    edited = take(claim(), made.page(made.lines(day="2026-03-01", total=91_000, number=7)))
    assert (edited.n_alike, edited.n_pictured) == (1, 0)


@time_machine.travel(NOW, tick=False)
def test_colleagues_who_eat_at_one_canteen_for_one_price_accuse_each_other_of_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fraud.claims.receipts.looking.picture_hash", lambda _: "0123456789abcdef" * 4)
    plain = ["구내식당", "사업자등록번호 123-45-67891", "거래일시 2026-03-01 11:58", "합계 8,000원"]
    slips = [
        [*plain, "영수증번호 20260301-0012"], [*plain, "영수증번호 20260301-0345"],
        [*plain, "승인번호 30012345"], [*plain, "승인번호: 30099881"],
        [*plain, "Receipt No. A-1001"], [*plain, "Receipt No. A-1377"],
        [*plain, "테이블 3"], [*plain[:2], "거래일시 2026-03-01 12:44", "합계 8,000원", "테이블 17"],
    ]  # fmt: skip
    told = [take(claim(), made.page(slip)) for slip in slips]
    assert [one.n_alike for one in told] == [0] * len(slips)
    days = [["구내식당", "2026-03-01", "합계 8,000원"]] * 2  # nothing tells one lunch from another
    assert [
        take(claim(), made.page(lines, creator=at)).n_alike for lines, at in zip(days, "ab", strict=True)
    ] == [0, 0]
    again = [take(claim(), made.page(slip, creator="Another printer")) for slip in slips]
    assert [one.n_alike for one in again] == [1] * 6 + [0] * 2  # a table at noon may be two people's
    assert not any(one.n_same for one in again)


KITCHEN = ["구내식당 한솥", "사업자등록번호 220-81-62517", "점심정식 1 9,000", "합계 9,000원"]


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    "more",
    [
        ["거래일자 2026-11-25"], ["거래일시 2026-11-25 12:01"], ["거래일시 2026-11-25 12:01", "테이블 3"], ["거래일시 2026-11-25 12:01:33"],
        ["거래일자 2026-11-25", "단말기번호 8812345", "가맹점번호 700112233"], ["거래일자 2026-11-25", "매장번호 00123"],
        ["거래일자 2026-11-25", "법인번호 110111-1234567"], ["거래일자 2026-11-25", "VAT No. GB123456789"],
        ["거래일자 2026-11-25", "영업시간 11:00~14:00"], ["거래일자 2026-11-25", "영업시간 11:00 - 14:00"], ["거래일자 2026-11-25", "TEL 02-555-1234"],
        ["거래일시 2026-11-25 12:01", "주문번호 27"],  # each paid a part
        ["거래일자 2026-11-25", "테이블 12", "계산서번호 77"], ["거래일자 2026-11-25", "빌지번호 77"], ["거래일자 2026-11-25", "Check No. 77"],
        ["거래일자 2026-11-25", "Serial No. POS-99812"], ["거래일자 2026-11-25", "Printer Serial No. 7712345"],
        ["거래일자 2026-11-25", "단말기 일련번호 0001"], ["거래일자 2026-11-25", "매입 일련번호 0001", "전표구분 12"],
    ],
)  # fmt: skip
def test_equal_slips_of_a_canteen_accuse_nobody_whatever_the_shop_prints_on_them(more: list[str]) -> None:
    told = [take(claim(), made.page([*KITCHEN, *more], creator=at)) for at in "abc"]
    assert [(one.n_same, one.n_alike) for one in told] == [(0, 0)] * 3
    assert "D03R" not in hits()


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    "more",
    [
        ["거래일시 2026-11-25 12:10", "승인번호 30055511"], ["거래일자 2026-11-25", "영수증번호 20261125-0012"], ["2026-11-25", "Receipt No. A-1001"],
        ["2026-11-25 12:10", "TXN ID 88127731"], ["2026-11-25 12:10:33", "POS 01"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("copy", ["재발행", "고객용", "*** COPY ***", "재출력 2026-11-26 15:00"])
def test_a_reprint_of_one_purchase_is_found_wherever_its_line_stands(more: list[str], copy: str) -> None:
    first = claim()
    take(first, made.page([*KITCHEN, *more]))
    for lines in ([copy, *KITCHEN, *more], [*KITCHEN, *more, copy, "감사합니다"][:-1]):
        again = take(
            claim(cardholder=make_cardholder(employee_no=f"E{Claim.objects.count()}")),
            made.page(lines, creator="x"),
        )
        assert (again.n_same, again.n_alike > 0, again.n_pictured) == (0, True, 0)


@time_machine.travel(NOW, tick=False)
def test_the_customers_and_the_shops_copy_are_one_paper_however_the_approval_number_is_printed() -> None:
    moment = "거래일시 2026-11-25 12:10"
    take(claim(), made.page([*KITCHEN, moment, "승인번호 : 4005 5602", "<고객용>"]))
    again = take(claim(), made.page([*KITCHEN, moment, "승인번호 : 40055602", "<가맹점용>"]))
    assert (again.n_same, again.n_alike) == (0, 1)
    other = take(claim(), made.page([*KITCHEN, moment, "승인번호 : 4005 5603", "<고객용>"]))
    assert (other.n_same, other.n_alike) == (0, 0)


@time_machine.travel(NOW, tick=False)
def test_a_short_number_of_another_shop_or_another_approval_is_another_purchase() -> None:
    take(claim(), made.page(["모퉁이커피 강남", "2026-11-25", "영수증번호 12", "합계 4,500원"]))
    other = make_claim(merchant=make_merchant("모퉁이커피 종로"), transacted_at=PAID_AT)
    assert (
        take(other, made.page(["모퉁이커피 종로", "2026-11-25", "영수증번호 12", "합계 4,500원"])).n_alike
        == 0
    )
    take(claim(), made.page([*KITCHEN, "2026-11-24 12:10", "주문번호 B0XX1123", "승인번호 30012345"]))
    assert (
        take(
            claim(), made.page([*KITCHEN, "2026-11-24 12:10", "주문번호 B0XX1123", "승인번호 30012399"])
        ).n_alike
        == 0
    )


@time_machine.travel(NOW, tick=False)
def test_the_claims_page_names_the_other_claims_a_reader_may_see_and_says_what_cannot_be_told(
    client: Any,
) -> None:
    cast = make_cast()
    first, copied, alike = claim(), claim(cardholder=make_cardholder(employee_no="E700")), claim()
    own = claim(cardholder=make_cardholder(employee_no=cast.actor("reviewer").employee_no))
    numbered = [*KITCHEN, "거래일시 2026-11-25 12:10", "승인번호 30055511"]
    for at, one in enumerate((first, copied, own)):
        take(one, made.page(numbered, creator=f"printer {at}"))
    for at, one in enumerate((alike, claim())):
        take(one, made.page([*KITCHEN, "2026-11-24"], creator=f"printer {at}"))
    client.force_login(cast.reviewer)
    client.cookies["django_language"] = "en"
    page = lambda one: client.get(reverse("fraud:claim", args=[one.pk])).content.decode()  # noqa: E731
    link = lambda one: f'href="{reverse("fraud:claim", args=[one.pk])}"'  # noqa: E731
    for here, there in ((first, copied), (copied, first)):
        told = page(here)
        assert link(there) in told
        assert link(own) not in told
        assert "not the day of the payment" in told
    told = page(alike)
    assert "it cannot be told whether it is the same one" in told
    assert "Seen before" not in told


@time_machine.travel(NOW, tick=False)
def test_slips_of_one_till_that_nobody_could_read_accuse_nobody_and_a_slip_saved_anew_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fraud.claims.receipts.looking.text_of_pixels", lambda _: "")
    monkeypatch.setattr("fraud.claims.receipts.looking.picture_hash", lambda _: "0123456789abcdef" * 4)
    slips = [
        made.drawn(["모퉁이주차장", "사업자번호 639-34-14345", f"출차 2026-11-{10 + at} 11:10", f"번호 {12345 + at:07d}",
                    f"합계 {6_500:,}", "신용카드 승인", "감사합니다"])
        for at in range(6)
    ]  # fmt: skip
    told = [take(claim(), made.packed(slip, "PNG"), f"{at}.png") for at, slip in enumerate(slips)]
    assert [one.n_alike for one in told] == [0] * 6
    half = slips[2].resize((slips[2].width // 2, slips[2].height // 2))
    again = [made.packed(half, quality=50), made.packed(slips[2], "WEBP", quality=50)]
    assert [(one.n_alike, one.n_pictured) for one in (take(claim(), each) for each in again)] == [
        (1, 1),
        (2, 2),
    ]


def test_a_folder_is_read_once_by_the_numbers_in_its_names_and_left_as_it_is(tmp_path: Path) -> None:
    one, two = claim(receipt_id="R-17"), claim(external_id="X-18", amount_minor=50_000)
    files = {
        "R-17.pdf": made.page(made.lines(total=84_000)),
        "X-18.png": b"no picture",
        "R-99.pdf": b"%PDF-1.4",
    }
    folder = tmp_path / "receipts"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    told = list(take_receipt_folder(folder=folder, by=BY, settled=0))
    assert {(one.name, one.end) for one in told} == {
        ("R-17.pdf", "taken"), ("X-18.png", "unopened"), ("R-99.pdf", "unknown_claim"),
    }  # fmt: skip
    assert [r.total_minor for r in one.receipts.all()] == [84_000]
    assert [(r.read_by, r.picture_hash) for r in two.receipts.all()] == [("", "")]
    assert [each.end for each in take_receipt_folder(folder=folder, by=BY, settled=0)] == ["unknown_claim"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


def test_a_file_that_was_stopped_is_told_on_the_claims_page_and_read_again_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Any
) -> None:
    one, paper = claim(receipt_id="R-17"), made.page(made.lines(total=84_000))
    (tmp_path / "R-17.pdf").write_bytes(paper)
    with monkeypatch.context() as busy:
        busy.setattr("fraud.claims.receipts.taking.look_at_receipts", lambda paths: [None] * len(paths))
        assert [each.end for each in take_receipt_folder(folder=tmp_path, by=BY, settled=0)] == ["unopened"]
    client.force_login(make_cast().reviewer)
    client.cookies["django_language"] = "en"
    address = reverse("fraud:claim", args=[one.pk])
    assert "It could not be opened" in client.get(address).content.decode()
    assert list(take_receipt_folder(folder=tmp_path, by=BY, settled=0)) == []
    assert [each.end for each in take_receipt_folder(folder=tmp_path, by=BY, settled=0, again=True)] == [
        "taken"
    ]
    assert "It could not be opened" not in client.get(address).content.decode()
    first, second = one.receipts.all()
    assert (first.superseded_at, first.total_minor) == (
        second.received_at,
        None,
    )  # it said nothing until then
    assert (second.superseded_at, second.total_minor) == (None, 84_000)
    assert list(take_receipt_folder(folder=tmp_path, by=BY, settled=0, again=True)) == []


def test_a_file_that_was_taken_back_and_handed_in_again_counts_again() -> None:
    one, paper = claim(), made.page(made.lines(total=84_000))
    first = take(one, paper)
    assert take(one, paper) == first
    withdraw_receipt(first.source, first.source_key)
    again = take(one, paper)
    assert again != first
    assert [kept.total_minor for kept in one.receipts.filter(superseded_at=None)] == [84_000]


def test_a_file_read_before_marks_were_kept_is_read_anew_when_it_is_handed_in_again() -> None:
    one = claim()
    paper = made.page([*made.lines(total=84_000), "승인번호 30012345"])
    first = take(one, paper)
    assert "30012345" in first.marks.values()
    Receipt.objects.filter(pk=first.pk).update(marks={}, number=None)
    again = take(one, paper)
    assert (again.pk != first.pk, again.marks) == (True, first.marks)
    assert take(one, paper) == again


def test_of_several_claims_the_one_whose_amount_it_says_gets_the_receipt(tmp_path: Path) -> None:
    claims = [claim(receipt_id="R-1", amount_minor=amount) for amount in (20_000, 84_000)]
    assert claims_named("R-1") == tuple(claims)
    (tmp_path / "R-1.pdf").write_bytes(made.page(made.lines(total=84_000)))
    (told,) = take_receipt_folder(folder=tmp_path, by=BY, settled=0)
    assert told.receipt is not None
    assert told.receipt.claim_id == claims[1].pk


def test_what_must_not_be_stored_is_struck_out_and_what_is_no_receipt_refused() -> None:
    cast = make_cast()
    one = claim()
    found = take(one, made.page(["카드 4539 1488 0343 6467 상품 10,000원", *made.lines()]))
    assert "4539" not in found.items
    for content in (b"", b"MZ", b"%PDF-1.4 broken"):
        with pytest.raises(ReceiptNotReadable):
            take(one, content)
    with pytest.raises(NotPermitted):
        take_receipt(claim=one, name="a.pdf", content=made.page(made.lines()), by=cast.actor("cardholder"))
    events = AuditEvent.objects.filter(action="receipt.read")
    assert [event.subject for event in events] == [f"claim:{one.pk}"]
    again = take(one, made.page(["카드 4539 1488 0343 6467 상품 10,000원", *made.lines()]))
    assert again == found


@time_machine.travel(NOW, tick=False)
def test_interface_and_claim_page_tell_what_a_receipt_says_to_whoever_may_see_scores_and_is_not_involved(
    client: Any,
) -> None:
    cast = make_cast()
    one = claim(cardholder=cast.cardholder_record)
    address = reverse("api-claim-receipts", args=[one.pk])
    client.force_login(cast.approver)
    photo = made.photo(made.lines(total=84_000), software="GIMP 2.10")
    answer = client.post(address, {"file": SimpleUploadedFile("r.jpg", photo)})
    assert (answer.status_code, answer.json()["signs"]) == (201, ["editor"])
    refused = client.post(address, {"file": SimpleUploadedFile("r.jpg", b"no picture")})
    assert refused.status_code == 400
    assert client.post(address, {"file": SimpleUploadedFile("r.pdf", b"x" * 11_000_000)}).status_code == 413
    take(one, made.page(made.lines(total=48_000, day=PAID_ON)))
    (first, second) = client.get(address).json()["results"]
    assert (first["total"], second["total"], second["read_by"]) == (None, "48000", "text")
    client.cookies["django_language"] = "en"
    page = client.get(reverse("fraud:claim", args=[one.pk])).content.decode()
    for words in ("Signs of editing", "saved by a program", "not the claim", "48,000"):
        assert words in page
    for who in (cast.cardholder, cast.clerk):
        client.force_login(who)
        assert client.get(address).status_code in (403, 404)
        assert client.post(address, {"file": SimpleUploadedFile("r.jpg", photo)}).status_code in (403, 404)


def test_whoever_works_on_a_claim_hands_a_receipt_in_on_its_page_and_nobody_for_their_own(
    client: Any,
) -> None:
    cast = make_cast()
    one = claim(cardholder=cast.cardholder_record)
    address = reverse("fraud:add-receipt", args=[one.pk])
    client.force_login(cast.reviewer)
    client.cookies["django_language"] = "en"
    assert address in client.get(reverse("fraud:claim", args=[one.pk])).content.decode()
    assert 'enctype="multipart/form-data"' in client.get(address).content.decode()
    for sent in ({}, {"file": SimpleUploadedFile("r.jpg", b"no picture")}):
        refused = client.post(address, sent)
        assert refused.status_code == 422
        assert 'role="alert"' in refused.content.decode()
    paper = made.page(made.lines(total=84_000))
    assert client.post(address, {"file": SimpleUploadedFile("r.pdf", paper)}).status_code == 302
    assert [(kept.total_minor, kept.source_key) for kept in one.receipts.all()] == [(84_000, "r.pdf")]
    assert AuditEvent.objects.get(action="receipt.read").actor == cast.reviewer.username
    assert client.get(reverse("fraud:add-receipt", args=[one.pk + 99])).status_code == 404
    for who, status in ((cast.cardholder, 403), (cast.clerk, 403)):
        client.force_login(who)
        assert client.post(address, {"file": SimpleUploadedFile("r.pdf", paper)}).status_code == status
    own = make_claim(cardholder=make_cardholder(employee_no=cast.actor("reviewer").employee_no))
    client.force_login(cast.reviewer)
    assert client.get(reverse("fraud:add-receipt", args=[own.pk])).status_code == 404
    with pytest.raises(NotPermitted):
        add_receipt(claim=own, name="r.pdf", content=paper, by=cast.actor("reviewer"))


def test_the_schedule_reads_the_folder_that_is_set_and_without_one_nothing(
    tmp_path: Path, settings: Any
) -> None:
    one = claim(receipt_id="R-17")
    settings.RECEIPT_FOLDER = None
    assert read_receipts() == {}
    settings.RECEIPT_FOLDER = tmp_path / "gone"
    assert read_receipts() == {}
    settings.RECEIPT_FOLDER = tmp_path
    path = tmp_path / "R-17.pdf"
    path.write_bytes(made.page(made.lines(total=84_000)))
    os.utime(path, (1_700_000_000, 1_700_000_000))  # it lies there unchanged for long
    assert read_receipts() == {"taken": 1}
    assert read_receipts() == {}
    assert one.receipts.count() == 1
