"""Pages and interface of the company's own words: proposed by one, agreed to by another, refusals keep what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fraud.company.models import CompanySettings
from rules.book_text import read_yaml, write_yaml
from rules.exceptions import QuestionMissing
from rules.models import Parameter, Rule, RuleGroup, RuleVersion, ValueList, WordingChange
from rules.services import draft_rule
from rules.services.book import export_book
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
ABOUT = {"name_en": "High", "name_ko": "고액"}
QUESTION = {"question_en": "What for?", "question_ko": "용도는?"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def as_(user: Any, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def agree(cast: Cast) -> None:
    change = WordingChange.objects.get(state="proposed")
    path = reverse("fraud:decide-wording", args=[change.pk, "approve"])
    assert as_(cast.rule_admin).post(path).status_code == 403
    assert as_(cast.approver).post(path).status_code == 302


def test_a_controller_changes_the_words_of_a_rule_and_an_approver_agrees(cast: Cast) -> None:
    draft_rule(code="X01", text="amount > 5 KRW", by=cast.actor("rule_admin"), **ABOUT, **QUESTION)
    admin, path = as_(cast.rule_admin), reverse("fraud:wording", args=["rule", "X01"])
    page = admin.get(path)
    typed = {field.name: field.value for field in page.context["fields"]} | {"seen": page.context["seen"]}
    typed |= {"name_ko": "큰 금액", "question_ko": "왜 {amout}?"}
    refused = admin.post(path, typed | {"reason": "plainer"})
    assert refused.status_code == 422
    assert "{amout}" in refused.context["refusal"]
    assert "큰 금액" in refused.content.decode()
    assert admin.post(path, typed | {"reason": "plainer", "question_ko": "왜 {amount}?"}).status_code == 302
    assert len(admin.get(reverse("fraud:rule", args=["X01"])).context["wording_changes"]) == 1
    agree(cast)
    assert Rule.objects.get(code="X01").question_ko == "왜 {amount}?"
    assert "plainer" in admin.get(path).content.decode()
    assert admin.post(path, typed | {"reason": "once more"}).status_code == 409  # the page of before
    assert as_(cast.cardholder).get(path).status_code in {403, 404}


def test_a_group_a_list_and_a_parameter_are_made_on_pages_and_retired_again(cast: Cast) -> None:
    admin = as_(cast.rule_admin, "ko")
    made = {
        "group": {"name": "travel", "name_ko": "출장", "name_en": "Travel"},
        "list": {"name": "shops", "label_ko": "가게", "label_en": "Shops", "kind": "text"},
        "parameter": {"name": "gift_limit", "label_ko": "선물", "label_en": "Gifts", "kind": "money"},
    }
    for subject, typed in made.items():
        new = reverse("fraud:new-wording", args=[subject])
        assert admin.get(new).status_code == 200
        refused = admin.post(new, typed | {"name": "두 단어", "reason": "as decided", "seen": ""})
        assert refused.status_code == 422
        assert admin.post(new, typed | {"reason": "as decided", "seen": ""}).status_code == 302
        agree(cast)
        one = reverse("fraud:wording", args=[subject, typed["name"]])
        seen = admin.get(one).context["seen"]
        sent = {"step": "retire", "seen": seen, "reason": "not needed"}
        assert admin.post(one, sent).status_code == 302
        agree(cast)
        assert "폐지됨" in admin.get(one).content.decode()
    rows = [RuleGroup.objects.get(), ValueList.objects.get(), Parameter.objects.get()]
    assert all(row.is_retired for row in rows)
    for name in ("rule-groups", "rule-values", "rules"):
        assert admin.get(reverse(f"fraud:{name}")).status_code == 200
    assert admin.get(reverse("fraud:new-wording", args=["rule"])).status_code == 404
    assert admin.get(reverse("fraud:wording", args=["list", "nothing"])).status_code == 404


def test_the_interface_takes_the_same_steps(cast: Cast) -> None:
    admin, approver = as_(cast.rule_admin), as_(cast.approver)
    body = {
        "subject": "group",
        "name": "travel",
        "name_ko": "출장",
        "name_en": "Travel",
        "seen": "",
        "reason": "ours",
    }
    short = admin.post("/api/v1/rules/wording/", body | {"reason": "x"}, "application/json")
    assert (short.status_code, short.json()["code"]) == (422, "reason_needed")
    made = admin.post("/api/v1/rules/wording/", body | {"reason": "as decided"}, "application/json")
    assert made.status_code == 201
    path = f"/api/v1/rules/wording/changes/{made.json()['id']}/approve/"
    assert admin.post(path, {}, "application/json").status_code == 403
    assert approver.post(path, {}, "application/json").json()["state"] == "applied"
    told = admin.get("/api/v1/rules/wording/?subject=group&name=travel").json()
    assert told["words"] == {"name_ko": "출장", "name_en": "Travel", "is_retired": False}
    assert "travel" in [one["code"] for one in told["groups"]]
    stale = {"subject": "group", "name": "travel", "name_en": "Trips", "seen": "0", "reason": "as decided"}
    assert admin.post("/api/v1/rules/wording/", stale, "application/json").status_code == 409
    assert admin.get("/api/v1/rules/wording/?subject=rule&name=NO").status_code == 404


def test_a_rule_without_a_question_goes_live_neither_by_page_nor_book_nor_interface(cast: Cast) -> None:
    admin, approver = as_(cast.rule_admin), as_(cast.approver)
    typed = {"code": "X01", "text": "amount > 5 KRW", "group": "amount", **ABOUT}
    assert admin.post(reverse("fraud:new-rule"), typed).status_code == 302
    book = read_yaml(export_book(by=cast.actor("rule_admin")))
    book["rules"].append({"code": "X02", "name": {"ko": "새", "en": "New"}, "text": "amount > 6 KRW"})
    sent = {"text": write_yaml(book), "step": "apply", "reason": "from a book"}
    assert (
        admin.post(
            "/api/v1/rules/book/", {"yaml": sent["text"], "apply": True}, "application/json"
        ).status_code
        == 200
    )
    book["rules"].append({"code": "X03", "name": {"ko": "새", "en": "New"}, "text": "amount > 7 KRW"})
    admin.post(reverse("fraud:rule-book"), sent | {"text": write_yaml(book)})
    codes = list(Rule.objects.values_list("code", flat=True))
    assert codes == ["X01", "X02", "X03"]
    for code in codes:
        step = admin.post(
            reverse("fraud:rule-step", args=[code, 1, "propose"]), {"seen": "0", "reason": "ready"}
        )
        assert step.status_code == 422
        assert step.context["refusal"] == str(QuestionMissing())
        for name in ("activate", "shadow"):
            path = reverse("fraud:rule-step", args=[code, 1, name])
            assert approver.post(path, {"seen": "0", "percent": "100"}).status_code == 409
    assert set(RuleVersion.objects.values_list("state", flat=True)) == {"draft"}


def test_a_refused_save_speaks_of_the_companys_own_currency(cast: Cast) -> None:
    CompanySettings.objects.create(number=1, state="active", values={"currency": "GBP"}, proposed_by="test")
    typed = {"code": "X01", "text": "amount > 500", "group": "amount", **ABOUT, **QUESTION}
    refused = as_(cast.rule_admin).post(reverse("fraud:new-rule"), typed)
    assert refused.status_code == 422
    assert refused.context["correction"] == "amount > 500 GBP"
    assert "KRW" not in " ".join(one["text"] for one in refused.context["problems"])
    draft_rule(code="X01", text="amount > 5 GBP", by=cast.actor("rule_admin"), **ABOUT, **QUESTION)
    save = reverse("fraud:rule-step", args=["X01", 1, "save"])
    refused = as_(cast.rule_admin).post(save, {"text": "amount > 500", "lock_version": "0"})
    assert refused.context["correction"] == "amount > 500 GBP"


def test_the_tag_of_what_was_never_named_is_taken_back(cast: Cast) -> None:
    admin = as_(cast.rule_admin)
    tag = admin.get("/api/v1/rules/wording/").headers["ETag"]
    assert tag.removeprefix("W/") == '""'
    body = {
        "subject": "group",
        "name": "travel2",
        "name_ko": "출장",
        "name_en": "Travel",
        "reason": "as decided",
    }
    path = "/api/v1/rules/wording/"
    assert admin.post(path, body, "application/json").status_code == 428
    assert admin.post(path, body, "application/json", headers={"If-Match": tag}).status_code == 201
