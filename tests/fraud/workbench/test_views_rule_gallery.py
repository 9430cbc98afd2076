"""The gallery, the rule book and a list's file as pages and through the interface."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from audit.actor import Actor
from fraud.workbench import book_work
from fraud.workbench.gallery import cards, data_states
from rules.book_text import read_yaml
from rules.models import BookChange, RuleGroup, RuleVersion, ValueChange, ValueList
from rules.services import install_starter_rules
from rules.starter import GALLERY
from tests.cast import make_cast, make_claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def ruleadmin(client, cast):
    client.force_login(cast.rule_admin)
    client.cookies["django_language"] = "en"
    return client


def test_every_template_is_shown_with_its_sentence_and_question_in_both_languages(ruleadmin):
    for language in ("ko", "en"):
        ruleadmin.cookies["django_language"] = language
        page = ruleadmin.get(reverse("fraud:rule-gallery")).content.decode()
        with translation.override(language):
            for card in cards():
                assert f'id="template-{card.template.code}"' in page
                assert card.sentence


def test_search_finds_words_of_both_languages_and_the_group_narrows():
    with translation.override("ko"):
        assert {card.template.code for card in cards("환율")} >= {"A13"}
        assert {card.template.code for card in cards("exchange rate")} >= {"A13"}
        assert {card.template.group for card in cards(group="place")} == {"place"}
        assert cards("no such words anywhere") == []


def test_one_click_makes_a_draft_that_somebody_else_activates(ruleadmin, cast):
    answer = ruleadmin.post(reverse("fraud:adopt-template", args=["M11"]))
    assert answer.url == reverse("fraud:rule", args=["M11"])
    assert RuleVersion.objects.get(rule__code="M11").state == "draft"
    page = ruleadmin.get(answer.url).content.decode()
    assert "receipt.items" in page
    again = ruleadmin.post(reverse("fraud:adopt-template", args=["M11"]))
    assert again.status_code == 409
    assert ruleadmin.post(reverse("fraud:adopt-template", args=["Q99"])).status_code == 404


def test_auditor_reads_the_gallery_and_adopts_nothing(client, cast):
    client.force_login(cast.auditor)
    assert "adopt/" not in client.get(reverse("fraud:rule-gallery")).content.decode()
    assert client.post(reverse("fraud:adopt-template", args=["M11"])).status_code == 403


def test_data_says_for_each_template_how_many_claims_cannot_be_judged_and_why(ruleadmin):
    for _ in range(3):
        make_claim(amount_minor=900_000)
    states = data_states()
    assert set(states) == set(GALLERY)
    assert (states["A10"].n_claims, states["M11"].n_unknown) == (3, 3)
    with translation.override("en"):
        assert [need.columns for need in states["M11"].missing] == ["receipt_items"]
    page = ruleadmin.get(reverse("fraud:rule-gallery-data")).content.decode()
    assert "receipt_items" in page
    assert "100.0" in page


def test_gallery_without_claims_says_that_nothing_can_be_said(ruleadmin):
    page = ruleadmin.get(reverse("fraud:rule-gallery-data")).content.decode()
    assert "no claims yet" in page


def test_book_is_exported_shown_and_then_imported_as_drafts(ruleadmin, monkeypatch):
    monkeypatch.setattr(book_work, "SHORT", 10**6)  # beside the request: test_book_work
    install_starter_rules(by=Actor.system("install"))
    text = ruleadmin.get(reverse("fraud:export-book")).content.decode()
    assert len(read_yaml(text)["rules"]) == RuleVersion.objects.count()
    changed = text.replace("net_amount > $single_limit and", "net_amount > 1.1 * $single_limit and")
    file = SimpleUploadedFile("book.yaml", changed.encode())
    page = ruleadmin.post(reverse("fraud:rule-book"), {"file": file}).content.decode()
    assert "Nothing was kept yet" in page
    assert "<ins>+text: net_amount &gt; 1.1 * $single_limit" in page
    assert not RuleVersion.objects.filter(state="draft").exists()
    sent = {"text": changed, "step": "apply", "reason": "doubled"}
    assert ruleadmin.post(reverse("fraud:rule-book"), sent).status_code == 200
    assert RuleVersion.objects.get(state="draft").rule.code == "A01"


SMALL = "format: cleancard rule book 1\ngroups:\n  - {code: z_trip, name: {ko: 출장, en: Trips}}\nlists:\n  - {name: z_fuel, kind: code, values: ['5541']}\n"


def test_book_proposed_as_one_is_read_and_confirmed_by_somebody_else_on_its_page(ruleadmin, client, cast):
    sent = {"text": SMALL, "step": "propose", "reason": "first of all"}
    answer = ruleadmin.post(reverse("fraud:rule-book"), sent)
    assert answer.status_code == 302
    path = reverse("fraud:book-change", args=[BookChange.objects.get().pk])
    assert answer["Location"] == path
    page = ruleadmin.get(path).content.decode()
    assert "z_trip" in page
    assert "is refused" not in page
    assert "Confirm all of it" not in page
    assert ruleadmin.post(f"{path}approve/").status_code == 403
    client.force_login(cast.approver)
    client.cookies["django_language"] = "en"
    assert "Confirm all of it" in client.get(path).content.decode()
    assert client.post(f"{path}neither/").status_code == 404
    assert client.post(f"{path}approve/").status_code == 302
    assert "Confirm all of it" not in client.get(path).content.decode()
    assert client.post(f"{path}approve/").status_code == 409
    assert RuleGroup.objects.get().name_en == "Trips"
    sent = {"text": SMALL, "step": "propose", "reason": "no"}
    client.force_login(cast.rule_admin)
    assert client.post(reverse("fraud:rule-book"), sent).status_code == 422


def test_interface_proposes_a_book_as_one_and_decides_it(ruleadmin, client, cast):
    url = "/api/v1/rules/book/"
    body = json.dumps({"yaml": SMALL, "apply": True, "as_one": True, "reason": "first of all"})
    tried = ruleadmin.post(
        url, json.dumps({"yaml": SMALL, "as_one": True}), content_type="application/json"
    ).json()
    assert (tried["book"], tried["applied"]) == (None, False)
    made = ruleadmin.post(url, body, content_type="application/json").json()
    assert [(step["name"], step["action"]) for step in made["steps"]] == [
        (step["name"], step["action"]) for step in tried["steps"]
    ]
    (waiting,) = ruleadmin.get(f"{url}changes/").json()
    assert waiting["id"] == made["book"]
    client.force_login(cast.approver)
    path = f"{url}changes/{made['book']}/"
    short = client.post(f"{path}return/", json.dumps({"reason": "no"}), content_type="application/json")
    assert short.status_code == 422
    why = json.dumps({"reason": "another time"})
    assert client.post(f"{path}return/", why, content_type="application/json").json()["state"] == "returned"
    assert client.get(f"{url}changes/").json() == []


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"- &a [*a]", b"format: x"])
def test_file_that_is_no_book_is_refused_and_nothing_changes(ruleadmin, data):
    answer = ruleadmin.post(reverse("fraud:rule-book"), {"file": SimpleUploadedFile("b.yaml", data)})
    assert answer.status_code == 422
    assert not RuleVersion.objects.exists()


def test_auditor_exports_and_does_not_import(client, cast):
    client.force_login(cast.auditor)
    assert client.get(reverse("fraud:export-book")).status_code == 200
    sent = {"text": "format: cleancard rule book 1", "step": "apply"}
    assert client.post(reverse("fraud:rule-book"), sent).status_code == 403


def test_interface_gives_the_same_book_and_imports_it(ruleadmin):
    url = "/api/v1/rules/book/"
    book = "format: cleancard rule book 1\nrules:\n  - {code: Z01, name: {ko: 가, en: A}, text: amount > 5 KRW}\n"
    for is_applied, n_drafts in ((False, 0), (True, 1)):
        body = json.dumps({"yaml": book, "apply": is_applied})
        answer = ruleadmin.post(url, body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        assert answer.json()["steps"][0]["action"] == "new"
        assert RuleVersion.objects.count() == n_drafts
    assert "Z01" in ruleadmin.get(url).json()["yaml"]
    wrong = ruleadmin.post(url, json.dumps({"yaml": "a: [", "apply": True}), content_type="application/json")
    assert wrong.status_code == 400


def test_examples_are_kept_with_the_draft_and_a_wrong_one_is_told(ruleadmin):
    ruleadmin.post(reverse("fraud:adopt-template", args=["M11"]))
    step = reverse("fraud:rule-step", args=["M11", 1, "save"])
    text = GALLERY["M11"].text
    wrong = "- {hits: no, claim: {receipt.items: 소주}}"
    sent = {"text": text, "lock_version": 0, "examples": wrong}
    answer = ruleadmin.post(step, sent)
    assert answer.status_code == 422
    assert "Example 1" in answer.content.decode()
    assert wrong in answer.content.decode()
    assert ruleadmin.post(step, sent | {"examples": wrong.replace("no", "yes", 1)}).status_code == 302
    assert len(RuleVersion.objects.get().examples) == 1


def test_file_of_a_list_fills_the_box_and_stores_nothing_before_the_proposal(ruleadmin):
    row = ValueList.objects.create(
        name="shops", kind="text", label_en="Shops", label_ko="가게", values=["카페"]
    )
    file = SimpleUploadedFile("shops.csv", "노래방,2099-01-01\n카페\n".encode())
    page = ruleadmin.post(reverse("fraud:list-file", args=["shops"]), {"file": file}).content.decode()
    assert "노래방 | 2099-01-01" in page
    assert f'action="{reverse("fraud:value-list", args=["shops"])}"' in page
    assert not ValueChange.objects.exists()
    sent = {"values": "카페\n노래방 | 2099-01-01", "lock_version": row.version, "reason": "new shops"}
    assert ruleadmin.post(reverse("fraud:value-list", args=["shops"]), sent).status_code == 302
    assert ValueChange.objects.get().content == {
        "values": ["노래방", "카페"],
        "expires": {"노래방": "2099-01-01"},
    }
    assert ruleadmin.post(reverse("fraud:list-file", args=["shops"])).status_code == 422
