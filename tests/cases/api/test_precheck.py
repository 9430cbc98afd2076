"""The check before filing as a page and for programs: the same answer, in words, without a limit."""

from __future__ import annotations

import re

import pytest

from audit.actor import Actor
from rules.services import install_starter_rules
from tests.cast import make_cast, make_person

pytestmark = pytest.mark.django_db
FORM = {"amount": "180,000", "on": "2026-11-19", "merchant": "한밭식당", "kind": "5812", "n_attendees": "2"}


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.cast import NOW

    monkeypatch.setattr("audit.clock.now", lambda: NOW)
    install_starter_rules(by=Actor.system("install"))


@pytest.fixture
def person(client):
    person = make_cast().cardholder
    client.force_login(person)
    return person


def test_the_page_asks_in_the_persons_words_and_names_no_limit(client, person):
    page = client.post("/my/check/", FORM).content.decode()
    assert "식사의 참석자를 모두 알려" in page
    assert "제4조 2항" in page
    assert not re.search(r"50,?000원|A02|한도 초과|per_head|점수", page)


def test_both_ways_say_the_same(client, person):
    body = {**FORM, "n_attendees": 2}
    told = client.post("/api/v1/precheck/", body, content_type="application/json").json()
    page = client.post("/my/check/", FORM).content.decode()
    assert told["questions"]
    assert all(row["question"] in page for row in told["questions"])
    assert {"clause", "fields"} == set(told["not_looked_at"][0])
    assert "has_receipt" in {name for row in told["not_looked_at"] for name in row["fields"]}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_answer_repeats_a_card_number(client, person, language):
    person.language = language
    person.save()
    card = "4111111111111111"
    body = {**FORM, "n_attendees": 2, "merchant": f"cafe {card}", "purpose_text": card}
    told = client.post("/api/v1/precheck/", body, content_type="application/json")
    assert told.json()["questions"], "the question names the place"
    assert "cafe [" in told.content.decode()
    assert card not in told.content.decode()
    stranger = {**body, card: "1"}
    refused = client.post("/api/v1/precheck/", stranger, content_type="application/json")
    assert refused.status_code == 400
    assert card not in refused.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "12만"), ("amount", "0"), ("amount", "-5"), ("amount", "9" * 29), ("on", "2026-11-21"), ("on", "어제"),
        ("time", "25:00"), ("merchant", " "), ("kind", "58"), ("n_attendees", "0"), ("receipt", "maybe"), ("currency", "WON"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(client, person, name, value):
    answer = client.post("/my/check/", {**FORM, name: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'class="error"' in page or name == "currency"
    assert "한밭식당" in page or name == "merchant"


def test_nobody_asks_for_another_person(client, person):
    answer = client.post(
        "/api/v1/precheck/",
        {**FORM, "n_attendees": 2, "employee_no": "E2002"},
        content_type="application/json",
    )
    assert answer.status_code == 400
    assert "employee_no" in answer.json()["fields"]


def test_too_many_checks_are_refused_and_keep_what_was_typed(client, person, monkeypatch):
    monkeypatch.setattr("fraud.detection.precheck.MOST_AN_HOUR", 1)
    client.post("/my/check/", FORM)
    answer = client.post("/my/check/", FORM)
    assert answer.status_code == 429
    assert "한밭식당" in answer.content.decode()
    told = client.post("/api/v1/precheck/", {**FORM, "n_attendees": 2}, content_type="application/json")
    assert told.status_code == 429
    assert told.json()["code"] == "too_many_checks"


def test_staff_without_a_card_may_look_too(client):
    client.force_login(make_person("no.card"))
    assert client.get("/my/check/").status_code == 403  # no role at all
