"""What an answer or a file says of a receipt, read against the claim; what is asked and answered stands beside its claim."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from cases.models import Explanation
from cases.pages.beside import beside_claims
from cases.pages.case import claims_of
from cases.pages.stated import stated_by_file, stated_in
from fraud.web.dates import say_day
from tests.cast import NOW, make_answer, make_case, make_cast, make_claim, make_merchant, make_request


@pytest.mark.parametrize(
    ("text", "amounts", "days"),
    [
        ("영수증 금액은 187,000원이고 11월 19일에 받았습니다.", [187000], [date(2026, 11, 19)]),
        ("The receipt says KRW 84,000 of 2026-11-18.", [84000], [date(2026, 11, 18)]),
        ("영수증 2026년 1월 3일, 12,340원", [12340], [date(2026, 1, 3)]),
        ("참석자 4명, 1인당 30,000원. 영수증은 없습니다.", [], []),
        ("영수증을 첨부합니다.", [], []),
        ("영수증 날짜 13월 45일", [], []),
        ("", [], []),
    ],
)
def test_only_a_sentence_about_the_receipt_is_read(text, amounts, days):
    found = stated_in(text, year=2026)
    assert ([] if found is None else [int(one) for one in found.amounts]) == amounts
    assert ([] if found is None else list(found.days)) == days


def test_columns_of_a_delivered_row_are_read_by_their_name():
    found = stated_by_file({"영수증 금액": "1,200원", "Receipt date": "2026-11-19", "메모": "500원"})
    assert found is not None
    assert (found.amounts, found.days) == ((Decimal(1200),), (date(2026, 11, 19),))
    assert stated_by_file({"메모": "500원", "receipt amount": "unknown"}) is None
    assert stated_by_file(None) is None


@pytest.mark.django_db
def test_answers_stand_beside_the_claim_their_question_names_and_the_rest_with_the_case():
    cast = make_cast()
    noodles, meat = make_merchant("분식집"), make_merchant("한우마을")
    claims = [
        make_claim(merchant=noodles, amount_minor=9_000, transacted_at=NOW - timedelta(days=2)),
        make_claim(merchant=meat, amount_minor=84_000),
    ]
    case = make_case(claims=claims)
    on = timezone.localtime(claims[1].transacted_at).date()
    asked = f"{say_day(on, 'ko', today=on)} 한우마을 결제의 참석자를 알려 주십시오."
    questions = [{"id": "1", "text": asked}, {"id": "2", "text": "규정을 알고 있었습니까?"}]
    request = make_request(case=case, by=cast.reviewer, questions=questions)
    make_answer(
        request=request, by=cast.cardholder, text="", answers={"1": "영수증은 80,000원입니다.", "2": "예"}
    )
    beside, of_case = beside_claims(claims_of(case), Explanation.objects.select_related("request"), [])
    assert [[said.text for said in one.said] for one in beside] == [[], ["영수증은 80,000원입니다."]]
    assert [said.text for said in of_case] == ["예"]
    assert [(one.amount, one.agrees) for one in beside[1].readings] == [(Decimal(80000), False)]
    assert beside[0].readings == []


@pytest.mark.django_db
def test_everything_said_stands_beside_the_only_claim_of_a_case():
    cast = make_cast()
    case = make_case(claims=[make_claim(amount_minor=84_000, extra={"receipt_amount": "84000"})])
    make_answer(request=make_request(case=case, by=cast.reviewer), by=cast.cardholder, text="거래처와 저녁")
    [beside], of_case = beside_claims(claims_of(case), Explanation.objects.select_related("request"), [])
    assert ([said.text for said in beside.said], of_case) == (["거래처와 저녁"], [])
    assert [(one.source, one.agrees) for one in beside.readings] == [("file", True)]


@pytest.mark.django_db
def test_a_question_that_names_an_amount_stands_beside_that_payment_alone_and_one_without_an_answer_beside_none():
    cast = make_cast()
    place = make_merchant("한우마을")
    at = NOW - timedelta(hours=9)
    claims = [
        make_claim(merchant=place, amount_minor=minor, transacted_at=at) for minor in (358_000, 333_000)
    ]
    case = make_case(claims=claims)
    day = say_day(timezone.localtime(at).date(), "ko", today=timezone.localtime(NOW).date())
    texts = [
        f"{day} 한우마을에서 2건, 모두 691,000원을 결제하셨습니다.",
        f"{day} 한우마을에서 결제한 333,000원 식사의 참석자를 알려 주십시오.",
        f"{day} 한우마을에서 결제한 358,000원 식사의 참석자를 알려 주십시오.",
    ]
    questions = [{"id": str(n), "text": text} for n, text in enumerate(texts, 1)]
    request = make_request(case=case, by=cast.reviewer, questions=questions)
    make_answer(request=request, by=cast.cardholder, text="", answers={"1": "두 팀입니다.", "2": "세 명"})
    beside, of_case = beside_claims(claims_of(case), Explanation.objects.select_related("request"), [])
    said = {one.row.claim.amount_minor: [each.text for each in one.said] for one in beside}
    assert said == {358_000: ["두 팀입니다."], 333_000: ["두 팀입니다.", "세 명"]}
    assert of_case == []
