"""While a rule is written: both forms, warnings, what it hits, one claim step by step; as pages and through the interface."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from audit.actor import Actor
from fraud.workbench.company_codes import company_codes
from fraud.workbench.rule_reading import read_rule
from fraud.workbench.trying import explain_claim, try_rule
from rules.language import parse, to_json
from rules.language.types import Kind, name_of
from rules.services import install_starter_rules
from tests.cast import make_cardholder, make_cast, make_claim, make_merchant

pytestmark = pytest.mark.django_db
TEXT = "amount > 500,000 KRW and count(same cardholder, merchant within 3 days) >= 2"


@pytest.fixture
def cast():
    install_starter_rules(by=Actor.system("test"))
    return make_cast()


@pytest.fixture
def claims():
    """Ten claims a day apart by one person at one merchant, 100,000 to 1,000,000 won."""
    holder, merchant = make_cardholder(), make_merchant()
    now = timezone.now()
    return [
        make_claim(
            cardholder=holder,
            merchant=merchant,
            amount_minor=100_000 * (i + 1),
            transacted_at=now - timedelta(days=10 - i),
            purpose_code="MEAL",
        )
        for i in range(10)
    ]


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.rule_admin)
    client.cookies["django_language"] = "en"
    return client


def test_text_and_blocks_give_each_other(admin):
    of_text = admin.post(reverse("fraud:read-rule"), {"text": TEXT}).json()
    assert of_text["tree"] == to_json(parse(TEXT))
    of_tree = admin.post(reverse("fraud:read-rule"), {"tree": json.dumps(of_text["tree"])}).json()
    assert (of_tree["text"], of_tree["tree"], of_tree["is_valid"]) == (TEXT, of_text["tree"], True)
    assert "500,000" in of_tree["checked"]


def test_a_text_with_a_form_but_a_mistake_keeps_its_blocks_and_says_what_to_write(admin):
    found = admin.post(reverse("fraud:read-rule"), {"text": "amount > 50"}).json()
    assert found["tree"]["type"] == "comparison"
    assert not found["is_valid"]
    assert "50 KRW" in found["checked"]


@pytest.mark.parametrize(
    "sent", ["", "[", "5", '{"type": "nothing"}', '{"type": "and", "operands": []}', "[" * 5000]
)
def test_blocks_that_are_none_are_refused_and_change_nothing(admin, sent):
    answer = admin.post(reverse("fraud:read-rule"), {"tree": sent})
    assert answer.status_code == 200
    assert answer.json()["text"] is None
    assert 'class="error"' in answer.json()["checked"]


def test_an_amount_in_a_currency_that_few_or_no_claims_have_is_told_with_their_share(claims):
    with translation.override("en"):
        [none] = read_rule(text="amount > 100 USD")["warnings"]
        assert "judge none (0 % of the claims): amounts here are in KRW" in none
        assert "original_currency" in none
        assert read_rule(text="amount > 100 KRW")["warnings"] == []
        make_claim(amount_minor=900, currency="USD", transacted_at=claims[-1].transacted_at)
        [few] = read_rule(text="amount > 100 USD")["warnings"]
        assert few.startswith("9.1 % of the claims of the last year have amounts in USD")
        assert read_rule(text='currency = "USD" and amount > 100 USD')["warnings"] == []


def test_a_value_no_claim_of_the_last_year_has_is_told_with_the_nearest(cast, claims):
    assert company_codes()["purpose_code"] == [("MEAL", 10)]
    with translation.override("en"):
        [near] = read_rule(text='purpose_code = "MEALS"')["warnings"]
        assert "There is “MEAL”" in near
        [far] = read_rule(text='purpose_code in ("MEAL", "TAXI")')["warnings"]
        assert "There are: MEAL" in far
        assert read_rule(text='purpose_code = "meal"')["warnings"] == []
    with translation.override("ko"):
        assert "사용 목적" in read_rule(text='purpose_code = "MEALS"')["warnings"][0]


def test_the_blocks_offer_the_companys_own_values_but_no_people(admin, claims):
    words = admin.get(reverse("fraud:rule-words")).json()
    fields = {row["name"]: row for row in words["fields"]}
    assert [row["value"] for row in fields["purpose_code"]["choices"]] == ["MEAL"]
    assert fields["cardholder.employee_no"]["choices"] == []
    assert {row["name"] for row in words["windows"]} >= {"count", "percentile", "since_last"}
    assert "single_limit" in {row["name"] for row in words["parameters"]}


def test_hits_are_counted_as_a_plain_loop_does_before_anything_is_saved(cast, claims):
    found = try_rule(text=TEXT, by=cast.actor("rule_admin"))
    over = [claim for claim in claims if claim.amount_minor > 500_000]
    assert (found.n_claims, found.n_hits) == (10, len(over))
    assert [sample["claim"].pk for sample in found.samples] == [claim.pk for claim in reversed(over)]


def test_one_claim_is_told_part_by_part_and_nobody_their_own(cast, claims):
    me = cast.actor("rule_admin")
    with translation.override("en"):
        steps = explain_claim(text=TEXT, claim_id=claims[2].pk, by=me)
        assert [step.answer for step in steps] == [False, False, True]
        assert ("amount", "KRW 300,000") in steps[1].facts
        assert steps[1].decides
        assert (steps[0].sentence, steps[2].facts) == (
            "all of these hold",
            (("number of payments", "3 claims"),),
        )
    own = make_claim(cardholder=make_cardholder(me.employee_no), transacted_at=claims[-1].transacted_at)
    assert explain_claim(text=TEXT, claim_id=own.pk, by=me) is None
    assert explain_claim(text=TEXT, claim_id=10**9, by=me) is None


def test_pages_of_trying_answer_whatever_is_sent(admin, claims):
    tried = admin.post(reverse("fraud:try-rule"), {"text": TEXT}).content.decode()
    assert f'data-explain="{claims[-1].pk}"' in tried
    assert "error" not in admin.post(reverse("fraud:try-rule"), {"text": "amount >"}).content.decode()
    for claim in ("", "x", "-1", "9" * 40, str(claims[0].pk)):
        assert admin.post(reverse("fraud:explain-claim"), {"text": TEXT, "claim": claim}).status_code == 200


def test_an_auditor_reads_rules_and_tries_none(client, cast):
    client.force_login(cast.auditor)
    assert client.post(reverse("fraud:read-rule"), {"text": TEXT}).status_code == 200
    assert client.post(reverse("fraud:try-rule"), {"text": TEXT}).status_code == 403
    assert client.post(reverse("fraud:explain-claim"), {"text": TEXT, "claim": "1"}).status_code == 403


def test_the_interface_reads_tries_and_names_the_words(admin, claims):
    def send(path: str, body: dict) -> tuple[int, dict]:
        answer = admin.post(f"/api/v1/rules/{path}/", json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    assert send("read", {"tree": to_json(parse(TEXT))})[1]["text"] == TEXT
    assert send("read", {"text": TEXT, "tree": {}})[0] == 400
    assert send("try", {"text": TEXT})[1]["n_hits"] == 5
    assert send("try", {"text": "amount >"})[0] == 400
    fields = {one["name"]: one for one in admin.get("/api/v1/rules/words/").json()["fields"]}
    assert fields["amount"]["kind"] in name_of(Kind.MONEY)  # in words, beside what is suggested


def test_a_word_that_is_no_value_of_the_company_is_asked_back_with_the_ones_there_are(cast, claims):
    """Nobody quoted it: it may be meant for another field, or in another spelling."""
    with translation.override("en"):
        found = read_rule(text="purpose_code = taxi and amount > 50000")
        assert found["correction"] == ""
        [told] = found["problems"]
        assert (told["before"], told["marked"]) == ("purpose_code = ", "taxi")
        assert "“taxi” is no purpose code" in told["text"]
        assert 'purpose_code = "MEAL"' in told["text"]
        assert (
            read_rule(text="purpose_code = meal and amount > 50000")["correction"]
            == 'purpose_code = "meal" and amount > 50,000 KRW'
        )
        assert read_rule(text='purpose_code = "taxi" and amount > 50000')["correction"]
    with translation.override("ko"):
        assert (
            'purpose_code = "MEAL"'
            in read_rule(text="purpose_code != taxi and hour > 22시")["problems"][0]["text"]
        )
