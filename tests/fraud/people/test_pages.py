"""The page of people, one login's page, and the same through the interface."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from audit import clock
from audit.paging import Cursor
from audit.permissions import Role
from fraud.claims.models import AccessChange, Department, User
from fraud.people.leaving import end_login
from tests.cast import make_cardholder, make_person
from tests.fraud.people.conftest import WHY, Office

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Any]


def test_the_list_filters_by_what_it_says(office: Office, signed_in: SignedIn) -> None:
    page = signed_in(office.cast.auditor)
    end_login(user=office.cast.stranger, reason=WHY, by=office.admin, seen=None)
    office.invite()
    unit = Department.objects.create(code="RND", name="연구소")
    office.cast.reviewer.units.add(unit)
    wanted = {
        "role=reviewer": {"jimin.han", "seojun.yoon"},
        "state=ended": {"sua.lee"},
        "state=invited": {"kim.new"},
        "unit=RND": {"jimin.han"},
        "q=e 1003": {"mira.jung"},
        "q=지민": {"jimin.han"},
        "role=nonsense": None,
    }
    for query, names in wanted.items():
        context = page.get(f"/people/?{query}").context
        found = {row.user.username for row in context["rows"]}
        told = context["request"].not_understood
        assert (found == names and not told) if names is not None else told, query


def test_pages_go_on_where_the_last_one_ended(office: Office, signed_in: SignedIn) -> None:
    User.objects.bulk_create(User(username=f"many.{n:03}", employee_no=f"M{n}") for n in range(60))
    page = signed_in(office.cast.system_admin)
    first = page.get("/people/").context["page"]
    second = page.get(f"/people/?after={first.next_cursor}").context["page"]
    names = [one.username for one in [*first.rows, *second.rows]]
    assert names == sorted(User.objects.values_list("username", flat=True))


def test_a_list_of_many_costs_as_many_queries_as_one_of_few(
    office: Office, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    for n in range(40):
        make_person(f"many.{n}", Role.REVIEWER, employee_no=f"M{n}")
    page = signed_in(office.cast.system_admin)
    with django_assert_max_num_queries(26):
        page.get("/people/")


def test_an_auditor_looks_and_confirms_but_proposes_nothing(office: Office, signed_in: SignedIn) -> None:
    user = office.cast.reviewer
    change = office.propose(user)
    page = signed_in(office.cast.auditor)
    text = page.get(f"/people/{user.pk}/").content.decode()
    assert "give-role" not in text
    form = {"role": "manager", "reason": WHY, "seen": "1"}
    assert page.post(f"/people/{user.pk}/give-role/", form).status_code == 403
    assert page.post(f"/people/{user.pk}/confirm/", {"change": change.pk}).status_code == 302
    assert Role.MANAGER in user.roles_held()


def test_many_proposals_cost_as_many_queries_as_few(
    office: Office, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    for n in range(30):
        office.propose(make_person(f"many.{n}", Role.REVIEWER, employee_no=f"M{n}"))
    page = signed_in(office.cast.auditor)
    with django_assert_max_num_queries(26):
        page.get("/people/?view=waiting")


def test_a_step_on_an_old_page_is_told_and_keeps_what_was_typed(office: Office, signed_in: SignedIn) -> None:
    user = office.cast.reviewer
    page = signed_in(office.cast.system_admin)
    office.propose(user)
    form = {"role": "approver", "reason": "typed for nothing?", "seen": "0"}
    answer = page.post(f"/people/{user.pk}/give-role/", form)
    assert answer.status_code == 409
    assert "typed for nothing?" in answer.content.decode()


BAD = [
    ("give-role", {"role": "king"}, 422),
    ("give-role", {"role": "manager", "starts_on": "tomorrow"}, 422),
    ("give-role", {"role": "manager", "ends_on": "2026-02-30"}, 422),
    ("take-role", {"grant": "x"}, 404),
    ("confirm", {"change": "99999"}, 404),
    ("units", {"unit": "NOWHERE"}, 422),
    ("nothing", {}, 404),
    ("return", {}, 409),
    ("invite-again", {}, 409),
    ("drop-second-step", {}, 409),
]


@pytest.mark.parametrize(("name", "form", "status"), BAD)
def test_a_bad_form_is_answered_and_nothing_is_changed(
    office: Office, signed_in: SignedIn, name: str, form: dict[str, str], status: int
) -> None:
    user = office.cast.reviewer
    answer = signed_in(office.cast.system_admin).post(
        f"/people/{user.pk}/{name}/", {"reason": WHY, "seen": "0", **form}
    )
    assert answer.status_code == status
    user.refresh_from_db()
    assert (user.access_version, AccessChange.objects.count()) == (0, 0)


def test_joiners_are_invited_together_and_leavers_shown(office: Office, signed_in: SignedIn) -> None:
    new = [
        make_cardholder(f"E81{n:02}", name=f"새 사람 {n}", email=f"new{n}@company-a.example")
        for n in range(3)
    ]
    make_cardholder("E1001", name="한지민", left_on=clock.today() + timedelta(days=9), email="")
    page = signed_in(office.cast.system_admin)
    assert len(page.get("/people/?view=joiners").context["rows"]) == 3
    assert [row.user.username for row, _ in page.get("/people/?view=leavers").context["rows"]] == [
        "jimin.han"
    ]
    page.post("/people/invite-joiners/", {"joiner": [new[0].pk, new[2].pk, "x"]})
    assert set(User.objects.filter(username__startswith="new").values_list("username", flat=True)) == {
        "new0",
        "new2",
    }
    assert len(page.get("/people/?view=waiting").context["changes"]) == 2
    chosen = {"change": list(AccessChange.objects.values_list("pk", flat=True))}
    page.post("/people/confirm/", chosen)  # one's own proposals stay
    assert AccessChange.objects.filter(state="proposed").count() == 2
    signed_in(office.cast.auditor).post("/people/confirm/", chosen)
    assert not AccessChange.objects.filter(state="proposed").exists()
    assert User.objects.get(username="new2").roles_held() == {Role.CARDHOLDER}


def test_the_interface_does_all_of_it(office: Office) -> None:
    admin, second = APIClient(), APIClient()
    admin.force_authenticate(office.cast.system_admin)
    second.force_authenticate(office.other_admin)
    body = {
        "username": "kim.new",
        "email": "kim.new@company-a.example",
        "employee_no": "E7001",
        "is_new": True,
        "roles": ["reviewer"],
        "ends_on": "2099-12-31",
        "reason": WHY,
    }
    made = admin.post("/api/v1/logins/", body, format="json")
    assert (made.status_code, made.json()["state"], made.json()["roles"]) == (201, "invited", [])
    path = f"/api/v1/logins/{made.json()['id']}/"
    (change,) = admin.get("/api/v1/access-changes/").json()["results"]
    assert change["may_decide"] is False
    own = admin.post(f"/api/v1/access-changes/{change['id']}/confirm/", {}, format="json")
    assert (own.status_code, own.json()["code"]) == (403, "own_proposal")
    assert (
        second.post(f"/api/v1/access-changes/{change['id']}/confirm/", {}, format="json").status_code == 200
    )
    (role,) = admin.get(path).json()["roles"]
    assert (role["role"], role["ends_on"]) == ("reviewer", "2099-12-31")
    found = admin.get("/api/v1/logins/?role=reviewer&q=kim.new").json()["results"]
    assert [one["username"] for one in found] == ["kim.new"]
    stale = admin.post(f"{path}end/", {"seen": 0, "reason": WHY}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    seen = admin.get(path).json()["seen"]
    assert admin.post(f"{path}end/", {"seen": seen, "reason": WHY}, format="json").json()["state"] == "ended"
    assert admin.get("/api/v1/logins/?colour=blue").status_code == 400


@pytest.mark.parametrize("name", ["reviewer", "approver", "cardholder", "rule_admin", "clerk"])
def test_the_interface_of_people_is_closed_to_everybody_else(office: Office, name: str) -> None:
    client = APIClient()
    client.force_authenticate(getattr(office.cast, name))
    for path in ("logins/", f"logins/{office.cast.auditor.pk}/", "access-changes/", "units/"):
        assert client.get(f"/api/v1/{path}").status_code == 403


def test_the_review_shows_some_logins_at_a_time_and_each_once(
    office: Office, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fraud.people.views.reviews.SHOWN", 3)
    page = signed_in(office.cast.auditor)
    seen, after, n_pages = [], "", 0
    while True:
        context = page.get(f"/people/review/?after={after}").context
        assert len(context["rows"]) <= 3
        seen += [one.row.user.username for one in context["rows"]]
        n_pages += 1
        if not (after := context["page"].next_cursor):
            break
    assert (len(seen), len(set(seen))) == (context["n"], context["n"])
    assert n_pages > 2
    for strange in ("nonsense", Cursor("review", "", -2).as_text(), Cursor("review", "", 10_000).as_text()):
        rows = page.get(f"/people/review/?after={strange}").context["rows"]
        assert [one.row.user.username for one in rows] == seen[:3]
