"""Opening a case by hand and recording a tip in the pages: by whom, from where, and what a refusal keeps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from audit.models import AccessRecord, AuditEvent
from cases.dispositions import Disposition
from cases.four_eyes import contradicts_score
from cases.models import Case, Tip
from cases.services.by_hand import TIP_ORIGINS
from cases.services.choice_words import TIP_WORDS
from cases.services.money import at_stake
from tests.cast import make_cast, make_claim, make_merchant

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def claim(cast):
    return make_claim(
        cardholder=cast.cardholder_record,
        merchant=make_merchant("한밤의라운지"),
        amount_minor=480_000,
        currency="KRW",
    )


def page(client, name: str, claim, data=None):
    address = reverse(f"cases:{name}", args=[claim.pk])
    return client.get(address) if data is None else client.post(address, data)


def test_claims_page_offers_a_case_and_a_tip_to_a_reviewer(client, cast, claim):
    client.force_login(cast.reviewer)
    text = client.get(reverse("fraud:claim", args=[claim.pk])).content.decode()
    assert reverse("cases:open-case", args=[claim.pk]) in text
    assert reverse("cases:record-tip", args=[claim.pk]) in text


def test_auditor_may_record_a_tip_and_open_no_case(client, cast, claim):
    client.force_login(cast.auditor)
    text = client.get(reverse("fraud:claim", args=[claim.pk])).content.decode()
    assert reverse("cases:record-tip", args=[claim.pk]) in text
    assert reverse("cases:open-case", args=[claim.pk]) not in text
    assert page(client, "open-case", claim).status_code == 403


def test_case_opened_by_hand_holds_the_chosen_claims_and_the_reason(client, cast, claim):
    second = make_claim(
        cardholder=cast.cardholder_record,
        merchant=claim.merchant,
        amount_minor=120_000,
        currency="KRW",
        transacted_at=claim.transacted_at + timedelta(minutes=20),
    )
    client.force_login(cast.reviewer)
    assert f'value="{second.pk}"' in page(client, "open-case", claim).content.decode()
    answer = page(
        client, "open-case", claim, {"reason": "같은 밤에 두 번 결제했습니다.", "claims": [second.pk]}
    )
    case = Case.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("cases:detail", args=[case.reference])
    assert set(case.alerts.values_list("claim_id", flat=True)) == {claim.pk, second.pk}
    assert (case.source, at_stake(case)) == ("manual", 600_000)
    entry = AuditEvent.objects.get(action="case.opened")
    assert (entry.actor, entry.reason) == (cast.reviewer.username, "같은 밤에 두 번 결제했습니다.")


def test_claim_that_an_open_case_holds_is_not_offered_twice(client, cast, claim):
    client.force_login(cast.reviewer)
    page(client, "open-case", claim, {"reason": "영수증이 다른 가게 것입니다."})
    text = client.get(reverse("fraud:claim", args=[claim.pk])).content.decode()
    assert reverse("cases:open-case", args=[claim.pk]) not in text
    again = page(client, "open-case", claim, {"reason": "영수증이 다른 가게 것입니다."})
    assert again.status_code == 409
    assert Case.objects.get().reference in again.content.decode()


def test_refused_reason_keeps_what_was_typed_and_chosen(client, cast, claim):
    other = make_claim(
        cardholder=cast.cardholder_record,
        amount_minor=9_000,
        currency="KRW",
        transacted_at=claim.transacted_at,
    )
    client.force_login(cast.reviewer)
    answer = page(client, "open-case", claim, {"reason": "왜", "claims": [other.pk]})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert ">왜</textarea>" in text
    assert f'value="{other.pk}" checked' in text
    assert not Case.objects.exists()


def test_claim_of_another_person_cannot_be_slipped_into_the_case(client, cast, claim):
    foreign = make_claim(cardholder=cast.stranger_record, amount_minor=9_000, currency="KRW")
    client.force_login(cast.reviewer)
    answer = page(
        client, "open-case", claim, {"reason": "함께 결제했습니다.", "claims": [foreign.pk, "9" * 40, "x"]}
    )
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_tip_opens_a_case_and_a_second_one_joins_it(client, cast, claim):
    client.force_login(cast.reviewer)
    page(client, "record-tip", claim, {"origin": "hotline", "text": "동료들과 노래방에 갔다고 합니다."})
    case = Case.objects.get()
    assert case.source == "tip"
    page(client, "record-tip", claim, {"origin": "issuer", "text": "카드사가 업종 변경을 알렸습니다."})
    assert Case.objects.count() == 1
    assert sorted(Tip.objects.values_list("origin", flat=True)) == ["hotline", "issuer"]


def test_tip_of_an_unknown_origin_or_without_words_is_refused(client, cast, claim):
    client.force_login(cast.reviewer)
    assert (
        page(client, "record-tip", claim, {"origin": "rumour", "text": "동료들과 갔다고 합니다."}).status_code
        == 422
    )
    assert page(client, "record-tip", claim, {"origin": "hotline", "text": " "}).status_code == 422
    assert not Tip.objects.exists()


@pytest.mark.parametrize("name", ["open-case", "record-tip"])
def test_nobody_does_either_to_their_own_claim(client, cast, name):
    own = make_claim(cardholder=cast.cardholder_record, amount_minor=50_000, currency="KRW")
    cast.reviewer.employee_no = cast.cardholder_record.employee_no
    cast.reviewer.save(update_fields=["employee_no"])
    client.force_login(cast.reviewer)
    assert (
        reverse(f"cases:{name}", args=[own.pk])
        not in client.get(reverse("fraud:claim", args=[own.pk])).content.decode()
    )
    answer = page(
        client, name, own, {"reason": "스스로 살펴봅니다.", "text": "스스로 알립니다.", "origin": "hotline"}
    )
    assert answer.status_code == 404
    assert not Case.objects.exists()
    assert AuditEvent.objects.filter(action="access.refused", actor=cast.reviewer.username).exists()


def test_looking_at_the_form_is_in_the_access_log(client, cast, claim):
    client.force_login(cast.reviewer)
    page(client, "record-tip", claim)
    assert AccessRecord.objects.filter(actor=cast.reviewer.username, subject=f"claim:{claim.pk}").exists()


def test_cardholder_finds_neither_form(client, cast, claim):
    client.force_login(cast.cardholder)
    assert page(client, "open-case", claim).status_code == 403
    assert page(client, "record-tip", claim).status_code == 403


def test_every_origin_a_tip_may_have_is_in_the_form():
    assert tuple(TIP_WORDS) == TIP_ORIGINS


def test_a_case_that_nothing_scored_says_so_and_stands_by_what_is_at_stake(client, cast, claim):
    client.force_login(cast.reviewer)
    page(client, "open-case", claim, {"reason": "영수증이 다른 가게 것입니다."})
    case = Case.objects.get()
    assert (case.is_scored, case.priority) == (False, 480_000)
    for address in (reverse("cases:detail", args=[case.reference]), f"{reverse('cases:queue')}?tab=all"):
        assert "점수 없음" in client.get(address, headers={"accept-language": "ko"}).content.decode()
    told = client.get(f"/api/v1/cases/{case.reference}/").json()
    assert (told["band"], told["expected_loss"], told["probability"]) == (None, None, None)


@pytest.mark.parametrize("disposition", list(Disposition))
def test_a_case_that_nothing_scored_has_no_score_to_contradict(disposition):
    assert not contradicts_score(disposition, Case.NOT_SCORED)


@pytest.mark.parametrize("kind", ["decline", "cancel", "refund"])
def test_what_took_no_money_is_no_matter_for_a_case_of_its_own(client, cast, claim, kind):
    type(claim).objects.filter(pk=claim.pk).update(
        txn_type=kind, amount_minor=claim.amount_minor * (1 if kind == "decline" else -1)
    )
    client.force_login(cast.reviewer)
    answer = page(client, "open-case", claim, {"reason": "늦은 시각의 유흥업소 결제라서 살펴본다"})
    assert (answer.status_code, Case.objects.count()) == (422, 0)
    assert claim.external_id in answer.content.decode()
