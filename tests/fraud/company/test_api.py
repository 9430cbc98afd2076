"""The company's settings through the interface."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.actor import Actor
from fraud.company.changing import activate_settings, propose_settings
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def settings_of(answer):
    return {row["name"]: row for group in answer.json()["groups"] for row in group["settings"]}


def test_settings_are_told_in_the_words_of_their_page(client, cast: Cast):
    by = Actor.system("test")
    number = propose_settings(changes={"minutes_per_case": 30}, note="a test", by=by).number
    activate_settings(number=number, by=by)
    propose_settings(changes={"minutes_per_case": 25}, note="a test", by=by)
    client.force_login(cast.system_admin)
    page = client.get(reverse("fraud:settings")).content.decode()
    for language, words in (("ko", ("30분", "25분", "분")), ("en", ("30 minutes", "25 minutes", "minutes"))):
        cast.system_admin.language = language
        cast.system_admin.save(update_fields=["language"])
        answer = client.get("/api/v1/settings/")
        row = settings_of(answer)["minutes_per_case"]
        assert (row["value"], row["proposed"], row["unit"]) == words
        assert (answer.json()["version"], answer["ETag"]) == (number, f'"{number}"')
        if language == "ko":
            assert all(row[name] in page for name in ("label", "effect", "value", "proposed"))
            assert all(group["heading"] in page for group in answer.json()["groups"])


@pytest.mark.parametrize("who", ["reviewer", "cardholder", "clerk"])
def test_others_read_no_settings(client, cast: Cast, who):
    client.force_login(getattr(cast, who))
    assert client.get("/api/v1/settings/").status_code == 403


@pytest.mark.parametrize(
    ("language", "warned", "named"),
    [
        ("en", "no case fits into a day", "There is no such setting. There are: "),
        ("ko", "하루에 검토할 수 있는 건이 없어", "그런 설정이 없습니다. 있는 설정: "),
    ],
)
def test_what_is_proposed_is_warned_of_and_what_is_unknown_is_named(
    client, cast: Cast, language, warned, named
):
    cast.rule_admin.language = cast.system_admin.language = language
    cast.system_admin.save()
    client.force_login(cast.system_admin)
    body = {"changes": {"reviewer_minutes_per_day": "0"}, "note": "nobody works", "seen": 0}
    made = client.post("/api/v1/settings/", body, content_type="application/json")
    assert made.status_code == 201, made.content
    assert warned in made.json()["changes"][0]["effect"]
    strange = {**body, "changes": {"nope": "1", "minutes_per_case": "1" * 40}}
    refused = client.post("/api/v1/settings/", strange, content_type="application/json")
    assert refused.status_code == 422
    assert named in str(refused.json())
    assert "nope" in str(refused.json())
    assert "9" in str(
        refused.json()["facts"]["minutes_per_case"] if "facts" in refused.json() else refused.json()
    )
