"""Two papers and whether they are of one purchase, both ways: an altered paper is found, a colleague's own meal is not taken for another's."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from audit.actor import Actor
from fraud.claims.models import Claim, Merchant, Receipt
from fraud.claims.receipts import taking
from fraud.claims.receipts.looking import Looked
from fraud.claims.receipts.marks import marks_of
from fraud.claims.receipts.purchases import are_one_purchase, constants_of
from fraud.claims.receipts.taking import take_receipt
from fraud.claims.receipts.traces import Traces
from fraud.claims.receipts.values import values_of, words_hash
from tests.cast import NOW, make_claim, make_merchant

ONE, OTHER = "123-45-67891", "220-81-62517"
APPROVAL = "승인번호 80012345"
#: Lines with a constant of the shop or its devices that could be taken for a purchase's number.
CONSTANTS = (
    "일련번호: 1234567 (기기)", "일련번호 : 1234567 / 단말기 : 01", "시리얼 일련번호 1234567 (단말)", "통신판매번호 2019123456", "전화승인번호 1588-1234",
    "Payment code 1000001", "Transaction code 100001", "거래번호 1000001", "일련번호 1234567", "영수증번호 1234567", "VAN 승인번호 12345678", "주문번호 1234567",
)  # fmt: skip


def text(
    last: str = APPROVAL, *, sum_: int = 84_000, day: str = "2026-07-01", at: str = "19:30", brn: str = ONE
) -> str:
    """What a till prints; without a moment where `at` is empty."""
    moment = f"거래일시 {day} {at}".rstrip()
    lines = [
        "한우마을 강남점",
        f"사업자등록번호 {brn}",
        "단말기번호 12345678",
        moment,
        "식사",
        f"합계 {sum_:,}원",
        last,
    ]
    return "\n".join(lines)  # fmt: skip


def paper(said: str, merchant: int = 1) -> Receipt:
    values = values_of(said, currency="KRW")
    return Receipt(
        claim=Claim(merchant_id=merchant),
        words_hash=words_hash(said),
        marks=marks_of(said),
        total_minor=values.total,
        issued_on=values.issued_on,
        brn=values.brn,
        number=values.number,
    )


def is_one(one: str, other: str, *, shops: tuple[int, int] = (1, 1)) -> bool:
    return are_one_purchase(paper(one, shops[0]), paper(other, shops[1]))


@pytest.mark.parametrize(
    "altered",
    [
        {}, {"day": "2026-07-02"}, {"brn": OTHER}, {"brn": "123-45-67892"}, {"sum_": 184_000}, {"at": "20:30"}, {"day": ""}, {"at": ""},
    ],
    ids=str,
)  # fmt: skip
def test_one_thing_altered_beside_an_approval_number_hides_nothing(altered: dict[str, Any]) -> None:
    assert is_one(text(), text(**altered) + "\n감사합니다")
    assert is_one(text(**altered) + "\n감사합니다", text())


@pytest.mark.parametrize(
    "other",
    [
        {"sum_": 12_000, "at": "12:20"}, {"sum_": 12_000, "day": "2026-07-02"}, {"at": "20:30", "day": "2026-07-02"}, {"brn": OTHER, "sum_": 12_000},
        {"last": "승인번호 80012346"}, {"last": "감사합니다"}, {"last": "승인번호 80012346", "day": "2026-07-02"},
    ],
    ids=str,
)  # fmt: skip
def test_two_things_that_are_others_or_another_number_are_another_purchase(other: dict[str, Any]) -> None:
    assert not is_one(text(), text(**other))


def test_with_the_approval_taken_out_one_second_at_one_till_and_its_sum_tell() -> None:
    whole, without = text(at="19:30:27"), text("감사합니다", at="19:30:27")
    assert is_one(whole, without)
    assert not is_one(whole, text("감사합니다", at="19:30:28"))
    assert not is_one(whole, text("감사합니다", at="19:30:27", sum_=12_000))
    assert not is_one(whole, text("감사합니다", at="19:30:27", day="2026-07-02"))
    assert not is_one(whole, without.replace("12345678", "12345679"))
    assert is_one(whole, without, shops=(1, 2))  # the papers name their shop
    assert not is_one(whole.replace(ONE, ""), without.replace(ONE, ""), shops=(1, 2))
    assert not is_one(whole, text("승인번호 80012346", at="19:30:27"))


@pytest.mark.parametrize("line", CONSTANTS)
def test_a_constant_of_the_shop_accuses_no_colleague_who_ate_another_meal(line: str) -> None:
    meals = [
        text(line, sum_=sum_, at=at) for sum_, at in ((9_000, "11:50"), (12_000, "12:20"), (15_000, "13:05"))
    ]
    assert not any(is_one(one, other) for one in meals for other in meals if one is not other)
    days = [text(line, sum_=9_000, day=day, at="") for day in ("2026-07-01", "2026-07-02", "2026-07-03")]
    assert not any(is_one(one, other) for one in days for other in days if one is not other)


@pytest.mark.parametrize("line", [line for line in CONSTANTS if not line.startswith(("VAN", "영수증"))])
def test_equal_prices_at_another_minute_are_another_lunch(line: str) -> None:
    assert not is_one(text(line, sum_=9_000, at="12:01"), text(line, sum_=9_000, at="12:20"))


def test_a_number_of_three_purchases_is_a_constant_and_of_one_altered_thrice_is_not() -> None:
    line = "VAN 승인번호 12345678"
    meals = [
        paper(text(line, sum_=sum_, at=at, day=day))
        for sum_, at, day in ((9_000, "11:50", "2026-07-01"), (12_000, "12:20", "2026-07-02"), (15_000, "13:05", "2026-07-03"))
    ]  # fmt: skip
    twin = paper(text(line, sum_=9_000, at="11:50") + "\n감사합니다")
    assert are_one_purchase(twin, meals[0], constants_of(twin, meals[:2]))  # two were known then
    assert constants_of(twin, meals) == {("approval", "12345678")}
    assert not are_one_purchase(twin, meals[0], constants_of(twin, meals))
    altered = [paper(text(sum_=sum_)) for sum_ in (84_000, 184_000, 284_000, 384_000)]
    assert constants_of(paper(text(sum_=85_000)), altered) == set()


def test_a_short_number_of_every_day_is_no_constant_and_names_its_purchase() -> None:
    days = [
        paper(text("영수증번호 17", sum_=sum_, at=at, day=day))
        for sum_, at, day in ((9_000, "11:50", "2026-07-01"), (12_000, "12:20", "2026-07-02"), (15_000, "13:05", "2026-07-03"))
    ]  # fmt: skip
    copy = paper(text("영수증번호 17", sum_=9_000, at="11:50") + "\n감사합니다")
    assert constants_of(copy, days) == set()
    assert [are_one_purchase(copy, each) for each in days] == [True, False, False]


@pytest.mark.django_db
def test_altered_papers_and_constants_are_told_by_what_was_known_when_they_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    merchant = make_merchant()

    def counts(said: Sequence[str], merchant: Merchant = merchant) -> list[int]:
        found = []
        for at, each in enumerate(said):
            sha256 = hashlib.sha256(f"{at} {each}".encode()).hexdigest()
            looked = Looked(sha256, "", each, "text", Traces())
            monkeypatch.setattr(taking, "look_at_receipts", lambda _, looked=looked: [looked])
            of = make_claim(merchant=merchant, transacted_at=NOW - timedelta(days=3))
            found.append(
                take_receipt(claim=of, name="a.pdf", content=b"a", by=Actor.system("import")).n_alike
            )
        return found

    assert counts([text(at="19:30:27"), text("감사합니다", at="19:30:27")]) == [0, 1]
    late = [text("승인번호 80099999", day=day) for day in ("2026-07-08", "2026-07-09")]
    assert counts(late) == [0, 1]
    lunches = [
        (9_000, "11:50", "05"),
        (12_000, "12:20", "06"),
        (15_000, "13:05", "07"),
        (9_000, "11:50", "05"),
    ]
    shop = make_merchant(
        "국밥집"
    )  # colleagues who paid one after the other, before anybody knew what the shop prints
    separate = [text("VAN 승인번호 70000002", sum_=9_000, at=at, brn=OTHER) for at in ("12:01", "12:03")]
    assert counts(separate, shop) == [0, 0]
    assert counts(
        [text("승인번호 70000003", sum_=12_000, at="12:03", brn=OTHER, day="2026-07-09")], shop
    ) == [0]
    altered = [
        text("승인번호 70000004", sum_=s, at="12:01", brn=OTHER, day="2026-07-12") for s in (8_000, 80_000)
    ]
    assert counts(altered, shop) == [0, 1]
    constant = [text("거래번호 7000001", sum_=s, at=at, day=f"2026-08-{d}") for s, at, d in lunches]
    assert counts(constant) == [0, 0, 0, 0]
