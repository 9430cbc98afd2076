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
