"""The page of the card policy and its way through the interface: proposed by one, agreed to by another, refusals keep what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.actor import Actor
from rules.models import PolicyChange, PolicyParagraph
from rules.services import install_starter_rules
from rules.services.paragraphs import policy_on
from rules.starter_policy import STARTER_POLICY
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
TEXTS = {
    "title_ko": "다과",
    "title_en": "Snacks",
    "text_ko": "다과비는 적정하게 쓴다.",
    "text_en": "Snacks are modest.",
}
PAGE = "/rules/policy/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def as_(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def sent(**more: str) -> dict[str, str]:
    return {**TEXTS, "valid_from": clock.today().isoformat(), "reason": "as decided", **more}


def test_the_example_says_that_it_is_one_until_two_people_have_adopted_it(cast: Cast) -> None:
    install_starter_rules(by=Actor.system("install"))
    admin, approver = as_(cast.rule_admin), as_(cast.approver)
    page = admin.get(PAGE)
    assert page.context["n_examples"] == len(STARTER_POLICY)
    assert page.content.decode().count("tag warning") == len(STARTER_POLICY)
    typed = {
        "step": "adopt",
        "seen": str(page.context["adoption_seen"]),
        "reason": "it is ours",
        "valid_from": "",
    }
    assert admin.post(PAGE, typed).status_code == 302
    change = PolicyChange.objects.get()
    assert admin.post(reverse("fraud:decide-policy", args=[change.pk, "approve"])).status_code == 403
    assert approver.post(reverse("fraud:decide-policy", args=[change.pk, "approve"])).status_code == 302
    page = admin.get(PAGE)
    assert page.context["n_examples"] == 0
    assert "tag warning" not in page.content.decode()
    assert "A02" in page.content.decode()


def test_a_new_paragraph_then_its_next_text_and_its_end(cast: Cast) -> None:
    admin, approver = as_(cast.rule_admin), as_(cast.approver)
    one = reverse("fraud:policy-paragraph", args=["7.1"])
    assert admin.get(one).status_code == 404

    def agree() -> None:
        change = PolicyChange.objects.get(state="proposed")
        assert approver.post(reverse("fraud:decide-policy", args=[change.pk, "approve"])).status_code == 302

    assert admin.post(PAGE, sent(number="7.1")).status_code == 302
    agree()
    seen = str(admin.get(one).context["seen"])
    assert admin.post(one, sent(seen=seen, text_en="Snacks are paid by oneself.")).status_code == 302
    agree()
    assert policy_on()["7.1"].text_en == "Snacks are paid by oneself."
    refused = admin.post(one, sent(seen=seen, text_en="Something else."))
    assert refused.status_code == 409
    assert "Something else." in refused.content.decode()
    seen = str(admin.get(one).context["seen"])
    assert admin.post(one, sent(seen=seen, step="remove")).status_code == 302
    agree()
    assert policy_on() == {}
    assert len(admin.get(one).context["versions"]) == 3


def test_a_new_paragraph_with_a_number_that_is_taken_is_refused_and_kept(cast: Cast) -> None:
    PolicyParagraph.objects.create(number="7.1", **TEXTS, valid_from="2000-01-01")
    refused = as_(cast.rule_admin).post(PAGE, sent(number="7.1"))
    assert refused.status_code == 409
    assert "Snacks are modest." in refused.content.decode()


@pytest.mark.parametrize("day", ["31.01.2026", "2000-01-01"])
def test_a_day_that_cannot_be_is_refused_with_what_would_be_right(cast: Cast, day: str) -> None:
    refused = as_(cast.rule_admin).post(PAGE, sent(number="7.1", valid_from=day))
    assert refused.status_code == 422
    assert refused.context["refusal"]


def test_a_change_is_returned_with_a_reason_only(cast: Cast) -> None:
    as_(cast.rule_admin).post(PAGE, sent(number="7.1"))
    path = reverse("fraud:decide-policy", args=[PolicyChange.objects.get().pk, "return"])
    approver = as_(cast.approver)
    assert approver.post(path, {"reason": ""}).status_code == 422
    assert approver.post(path, {"reason": "not yet"}).status_code == 302
    assert policy_on() == {}


def test_whoever_may_not_read_rules_sees_no_policy_page(cast: Cast) -> None:
    assert as_(cast.cardholder).get(PAGE).status_code in (403, 404)


def test_a_program_reads_proposes_and_decides(cast: Cast) -> None:
    PolicyParagraph.objects.create(number="4.2", **TEXTS, valid_from="2000-01-01")
    admin, approver = as_(cast.rule_admin), as_(cast.approver)
    address = "/api/v1/rules/policy/"
    (row,) = admin.get(address).json()["paragraphs"]
    assert (row["number"], row["is_example"], row["text_en"]) == ("4.2", True, TEXTS["text_en"])
    body = {**sent(number="4.2", text_en="Other."), "seen": row["seen"]}
    made = admin.post(address, body, content_type="application/json")
    assert made.status_code == 201
    assert [one["id"] for one in admin.get(address).json()["waiting"]] == [made.json()["id"]]
    steps = f"{address}changes/{made.json()['id']}/"
    assert admin.post(steps + "approve/", {}, content_type="application/json").status_code == 403
    assert approver.post(steps + "approve/", {}, content_type="application/json").json()["state"] == "applied"
    assert admin.get(address, {"on": "2010-01-01"}).json()["paragraphs"][0]["text_en"] == TEXTS["text_en"]
    assert admin.get(address).json()["paragraphs"][0]["text_en"] == "Other."
    assert admin.post(address, body, content_type="application/json").status_code == 409
    assert approver.post(steps + "hold/", {}, content_type="application/json").status_code == 404
