"""Counts beside the tabs and on the rows: what one may not see is not counted, and a backlog costs what the cap costs."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import Q

from audit.actor import Actor
from audit.permissions import Role
from audit.services import actor_of
from cases.models import Alert, Case, Explanation, ExplanationRequest
from cases.pages import queue as queue_pages
from cases.pages.near import MAX_NEAR, count_near, near_cases
from cases.pages.queue import queue_views, view_counts
from cases.pages.queue_reading import QueueFilters
from cases.services.company import company_today
from cases.visibility import hidden_among, hidden_cases, visible_cases
from fraud.claims.models import Claim
from tests.cast import NOW, correct_claim, make_cardholder, make_case, make_claim, make_person, put_case

pytestmark = pytest.mark.django_db
NUMBER = "E7777"


@pytest.fixture(autouse=True)
def nothing_remembered():
    cache.clear()


@pytest.fixture
def reader() -> Actor:
    """A reviewer and approver with an employee number."""
    return actor_of(make_person("reader", Role.REVIEWER, Role.APPROVER, employee_no=NUMBER))


def new_count(by: Actor) -> int:
    """The count of the tab with what nobody has taken, which is taken anew each time."""
    views = [view for view in queue_views(by, company_today()) if view.code == "new"]
    return view_counts(views, QueueFilters(Q()), by)["new"]


def near_of(case: Case, by: Actor) -> str:
    count_near([case], by)
    return case.near


def name_as_approver(case: Case) -> None:
    correct_claim(case.alerts.get().claim, received_at=NOW, approver_no="e-7777")


def name_as_guest(case: Case) -> None:
    correct_claim(
        case.alerts.get().claim, received_at=NOW, attendees=[{"name": "이"}, {"employee_no": "E7777"}]
    )


def join_with_a_named_claim(case: Case) -> None:
    claim = make_claim(cardholder=case.cardholder, approver_no=NUMBER)
    first = case.alerts.get()
    Alert.objects.create(case=case, claim=claim, channel=first.channel, run=first.run)


def answer_for_them(case: Case) -> None:
    login = make_person("other.login", Role.MANAGER, employee_no=" e7777")
    request = ExplanationRequest.objects.create(
        reference="Q-1", case=case, round_no=1, state="answered", text="?", requested_by=login,
        sent_at=NOW, due_on=NOW.date(),
    )  # fmt: skip
    Explanation.objects.create(
        request=request, text="대신 답합니다.", on_behalf=True, submitted_by=login, submitted_at=NOW
    )


def report_to_the_cardholder(case: Case) -> None:
    make_cardholder(NUMBER, manager_no=case.cardholder.employee_no)


@pytest.mark.parametrize(
    "involve",
    [name_as_approver, name_as_guest, join_with_a_named_claim, answer_for_them, report_to_the_cardholder],
)
def test_a_case_is_no_longer_counted_once_its_reader_is_involved(reader, involve):
    here = make_case(cardholder=make_cardholder())
    there = make_case(cardholder=make_cardholder())
    assert here.merchant == there.merchant
    assert new_count(reader) == 2  # and what was found is remembered
    assert near_of(there, reader) == "+1"
    involve(here)
    assert hidden_among(reader, [here.pk, there.pk]) == {here.pk} == hidden_cases(reader)
    assert new_count(reader) == 1 == visible_cases(reader).count()
    assert near_of(there, reader) == ""
    assert near_cases(there, reader) == []


def test_whoever_has_no_number_sees_and_counts_everything():
    reader = actor_of(make_person("nobody", Role.REVIEWER))
    name_as_approver(make_case())
    assert new_count(reader) == 1


def test_a_capped_count_stays_true_when_one_of_the_first_is_hidden(reader, monkeypatch):
    monkeypatch.setattr(queue_pages, "COUNT_CAP", 3)
    cases = [make_case(cardholder=make_cardholder()) for _ in range(5)]
    assert new_count(reader) == 4  # more than the cap
    for hidden, shown in enumerate([4, 3, 2, 1, 0], start=1):
        name_as_approver(cases[hidden - 1])
        assert new_count(reader) == shown


def test_near_cases_are_counted_as_far_as_they_are_listed(reader):
    person = make_cardholder()
    cases = [make_case(cardholder=person) for _ in range(MAX_NEAR + 1)]
    assert near_of(cases[0], reader) == f"+{MAX_NEAR}"
    cases.append(make_case(cardholder=person))
    assert near_of(cases[0], reader) == f"{MAX_NEAR}+"
    for case in cases[1:3]:
        name_as_approver(case)
    assert near_of(cases[0], reader) == f"+{MAX_NEAR - 1}"
    assert len(near_cases(cases[0], reader)) == MAX_NEAR - 1
    put_case(cases[5], state="closed")
    assert near_of(cases[0], reader) == f"+{MAX_NEAR - 2}"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts the steps of SQLite's machine")
def test_the_database_does_no_more_for_a_long_backlog(client, reader, monkeypatch):
    monkeypatch.setattr(queue_pages, "COUNT_CAP", 60)
    client.force_login(make_person("second", Role.REVIEWER, employee_no="E7778"))
    pattern, people = make_case(cardholder=make_cardholder()), [make_cardholder() for _ in range(40)]

    def steps(n: int) -> int:
        """Steps of one look at the queue once it holds `n` cases, in hundreds."""
        added = range(Case.objects.count(), n)
        claims = Claim.objects.bulk_create(copy_of(pattern.alerts.first().claim, i) for i in added)
        cases = Case.objects.bulk_create(
            copy_of(pattern, i, cardholder=people[i % 40], cardholder_id=people[i % 40].pk) for i in added
        )
        alert = pattern.alerts.first()
        Alert.objects.bulk_create(
            Alert(case=case, claim=claim, channel=alert.channel, run=alert.run)
            for case, claim in zip(cases, claims, strict=True)
        )
        client.get("/queue/?view=new")
        done = []
        connection.connection.set_progress_handler(lambda: done.append(1), 100)
        try:
            assert client.get("/queue/?view=new").status_code == 200
        finally:
            connection.connection.set_progress_handler(None, 0)
        return len(done)

    few, many = steps(100), steps(1_500)
    assert many < 1.5 * few, (few, many)


def copy_of(row, i: int, **values):
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}  # fmt: skip
    unique = {"external_id": f"Q{i:06}", "row_hash": f"{i:064x}", "reference": f"C-2027-{i:06}", "bundle_key": f"b:{i}"}  # fmt: skip
    fields |= {name: text for name, text in unique.items() if name in fields}
    values.pop("cardholder", None)
    return type(row)(**(fields | values))
