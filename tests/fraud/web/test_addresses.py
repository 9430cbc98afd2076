"""Every code that is stored has an address of its own, and the pages of rules open with whatever is stored."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import resolve, reverse
from hypothesis import given
from hypothesis import strategies as st

from rules.models import Rule
from rules.services import draft_rule
from tests.cast import Cast, make_cast


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20))
def test_address_of_a_code_gives_the_code_back(code: str) -> None:
    found = resolve(unquote(reverse("fraud:draft-rule", args=[code])))
    assert (found.view_name, found.kwargs) == ("fraud:draft-rule", {"code": code})


def test_usual_codes_stand_in_addresses_as_they_are() -> None:
    assert reverse("fraud:rule", args=["A01_B-2"]) == "/rules/A01_B-2/"


@pytest.fixture
def cast(db: object) -> Cast:
    return make_cast()


@pytest.mark.parametrize("code", ["A 01/../X", "..", "Q?2#3%5"])
def test_rule_whose_code_no_new_one_could_have_is_listed_and_has_its_page(cast: Cast, code: str) -> None:
    admin = cast.actor("rule_admin")
    version = draft_rule(code="Z01", text="amount > 1 KRW", by=admin, name_ko="가", name_en="A")
    Rule.objects.filter(pk=version.rule_id).update(code=code)
    client = Client()
    client.force_login(cast.rule_admin)
    assert client.get("/rules/").status_code == 200
    assert client.get(reverse("fraud:rule", args=[code])).status_code == 200


def test_form_for_a_new_rule_refuses_a_code_in_words_and_keeps_nothing(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.rule_admin)
    sent = {"code": "Q/1x", "name_ko": "가", "name_en": "A", "group": "amount", "text": "amount > 1 KRW"}
    answer = client.post("/rules/new/", sent)
    assert (answer.status_code, "Z01" in answer.content.decode()) == (422, True)
    assert not Rule.objects.exists()
