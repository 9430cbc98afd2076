"""Lists and parameters through the interface: read, proposed as seen, decided by a second person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from audit import clock
from fraud.claims.importing.summary import refused_name
from rules.models import Parameter, ParameterValue, ValueList
from tests.cast import Cast, make_cast

NEXT = clock.today() + timedelta(days=2)
pytestmark = pytest.mark.django_db
PLACE = "/api/v1/rules/values/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def as_(person: Any) -> APIClient:
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def bars() -> ValueList:
    return ValueList.objects.create(
        name="bars", kind="text", label_en="Bars", label_ko="주점", values=["Dark", "Moon"]
    )


def test_a_list_is_changed_by_two_people(cast: Cast, bars: ValueList) -> None:
    admin, approver, place = as_(cast.rule_admin), as_(cast.approver), f"{PLACE}lists/bars/"
    read = admin.get(place)
    assert (read["ETag"], read.json()["n_values"]) == ('"1"', 2)
    body = {
        "entries": [{"value": "Moon", "expires": "2027-01-01"}, {"value": "Star"}],
        "reason": "Dark has closed",
    }
    assert admin.post(place, body, format="json").status_code == 428
    assert admin.post(place, {**body, "seen": 9}, format="json").json()["code"] == "stale_version"
    assert (
        admin.post(place, {**body, "seen": 1, "reason": ""}, format="json").json()["code"] == "reason_needed"
    )
    made = admin.post(place, body, format="json", headers={"If-Match": read["ETag"]})
    assert (made.status_code, made.json()["added"], made.json()["removed"]) == (201, ["Star"], ["Dark"])
    assert admin.get(place).json()["waiting"] == [made.json()["id"]]
    step = f"{PLACE}changes/{made.json()['id']}/"
    assert admin.post(f"{step}approve/", {}, format="json").status_code == 403
    assert approver.post(f"{step}hold/", {}, format="json").status_code == 404
    assert approver.post(f"{step}approve/", {}, format="json").json()["state"] == "applied"
    assert approver.post(f"{step}approve/", {}, format="json").json()["code"] == "wrong_state"
    first = admin.get(f"{place}entries/", {"page_size": 1}).json()
    last = admin.get(f"{place}entries/", {"page_size": 1, "cursor": first["next"]}).json()
    assert [(row["value"], row["expires"]) for row in first["results"] + last["results"]] == [
        ("Moon", "2027-01-01"),
        ("Star", None),
    ]
    assert [row["id"] for row in admin.get(f"{PLACE}changes/", {"list": "bars"}).json()["results"]] == [
        made.json()["id"]
    ]


@pytest.mark.parametrize(("apply", "is_proposed"), [("no", False), ("yes", True)])
def test_a_csv_is_told_line_by_line_and_proposed_where_asked(
    cast: Cast, bars: ValueList, apply: str, is_proposed: bool
) -> None:
    admin, place = as_(cast.rule_admin), f"{PLACE}lists/bars/file/"

    def send(**headers: str) -> Any:
        file = SimpleUploadedFile(
            "bars.csv", b"value,expires\nStar,2099-01-01\nMoon,\nSun,soon\n", "text/csv"
        )
        return admin.post(place, {"file": file, "apply": apply}, format="multipart", headers=headers)

    assert send().status_code == 428
    told = send(**{"If-Match": '"1"'}).json()
    assert (told["n_accepted"], told["n_duplicate"], told["n_refused"]) == (1, 1, 1)
    assert [(row["line"], row["status"]) for row in told["lines"]] == [(3, "duplicate"), (4, "refused")]
    assert (told["change"] is not None) is is_proposed
    assert bars.changes.count() == is_proposed


def test_a_csv_named_by_a_card_number_is_refused(cast: Cast, bars: ValueList) -> None:
    file = SimpleUploadedFile("4111-1111-1111-1111.csv", b"value\nStar\n", "text/csv")
    place, headers = f"{PLACE}lists/bars/file/", {"If-Match": '"1"'}
    told = as_(cast.rule_admin).post(
        place, {"file": file, "apply": "yes"}, format="multipart", headers=headers
    )
    assert told.status_code == 400
    assert told.json()["fields"]["file"] == [refused_name("4111-1111-1111-1111.csv")]
    assert not bars.changes.exists()


def test_a_parameters_value_is_told_as_it_is_proposed(cast: Cast) -> None:
    limit = Parameter.objects.create(name="limit", kind="money", label_en="Limit", label_ko="한도")
    ParameterValue.objects.create(parameter=limit, value="1250", currency="GBP", valid_from=date(2020, 1, 1))
    admin, approver, place = as_(cast.rule_admin), as_(cast.approver), f"{PLACE}parameters/limit/"
    read = admin.get(place)
    assert read.json()["values"][0]["value"] == "12.50"
    body = {"value": "14.25", "currency": "gbp", "valid_from": NEXT.isoformat(), "reason": "prices rose"}
    assert admin.post(place, {**body, "seen": 0}, format="json").status_code == 409
    wrong = admin.post(place, {**body, "value": "much"}, format="json", headers={"If-Match": read["ETag"]})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "value_not_valid")
    made = admin.post(place, body, format="json", headers={"If-Match": read["ETag"]})
    assert (made.status_code, made.json()["content"]["value"]) == (201, "14.25")
    step = f"{PLACE}changes/{made.json()['id']}/"
    assert admin.post(f"{step}return/", {}, format="json").status_code == 403
    assert approver.post(f"{step}approve/", {}, format="json").status_code == 200
    assert limit.values.get(valid_from=NEXT).value == "1425"
    assert [row["name"] for row in admin.get(f"{PLACE}parameters/", {"kind": "money"}).json()["results"]] == [
        "limit"
    ]


def test_who_may_not_propose_changes_nothing(cast: Cast, bars: ValueList) -> None:
    auditor = as_(cast.auditor)
    body = {"entries": [], "seen": 1, "reason": "all of them"}
    assert auditor.get(f"{PLACE}lists/").json()["results"][0]["name"] == "bars"
    assert auditor.post(f"{PLACE}lists/bars/", body, format="json").status_code == 403
    assert as_(cast.cardholder).get(f"{PLACE}lists/").status_code == 403
