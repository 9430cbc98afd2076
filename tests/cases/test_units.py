"""A reviewer who was given departments sees the cases and claims of these and what is below them, and nothing of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import Role
from audit.services import actor_of
from cases.models import Case
from cases.pages.choices import people_to_assign
from cases.services import bulk, errors, queue
from cases.services.decisions import BulkItem
from cases.visibility import hidden_cases, visible_cases
from fraud.claims.models import Cardholder, Claim, Department, Label, User
from fraud.claims.units import seen_departments, with_below
from tests.cases.stage import LEGITIMATE, Stage, fresh
from tests.cast import (
    NOW,
    make_cardholder,
    make_case,
    make_claim,
    make_department,
    make_hit,
    make_merchant,
    make_person,
    make_rule_version,
    make_run,
    make_score,
)

pytestmark = pytest.mark.django_db


@dataclass
class Company:
    stage: Stage
    person: User
    lab: Case
    team: Case
    sales: Case
    lab_claim: Claim
    sales_claim: Claim


@pytest.fixture
def company(stage: Stage) -> Company:
    """Research with a team below it, and the cast's sales; a reviewer who was given research."""
    cache.clear()
    lab = make_department("RND", name="연구소")
    team = make_department("RND1", name="연구1팀", parent=lab)
    person = make_person("lab.reviewer", Role.REVIEWER, employee_no="E4444")
    person.units.add(lab)
    claims = [
        make_claim(cardholder=who, external_id=name)
        for who, name in (
            (make_cardholder("E9001", name="연구소 사람", department=lab), "LAB-1"),
            (make_cardholder("E9002", name="연구팀 사람", department=team), "TEAM-1"),
            (stage.cast.cardholder_record, "SALES-1"),
        )
    ]
    cases = [
        make_case(cardholder=one.cardholder, claims=[one], priority=9 - n) for n, one in enumerate(claims)
    ]
    return Company(stage, person, *cases, claims[0], claims[2])


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_lists_counts_and_search_know_only_the_departments_given(company: Company) -> None:
    """ASVS 8.2.2: data only for those with explicit permission."""
    page = browser_of(company.person)
    mine = {company.lab.reference, company.team.reference}
    assert {row.reference for row in page.get("/queue/?view=all").context["page"].rows} == mine
    counts = {
        tab["label"]: tab["count"] for tab in page.get("/queue/").context["tabs"] if tab["count"] is not None
    }
    assert max(counts.values()) == 2
    found = page.get("/search/?q=사람").context
    assert {case.reference for case in found["cases"]} == mine
    assert not page.get("/search/?q=김도현").context["people"]
    claims = page.get("/claims/").context["page"].rows
    assert {claim.external_id for claim in claims} == {"LAB-1", "TEAM-1"}
    assert page.get("/reports/").context["figures"].n_open == 2


def test_the_queue_tells_whoever_was_given_departments_which_they_see(company: Company) -> None:
    narrowed = browser_of(company.person).get("/queue/").content.decode()
    assert "그 하위 부서의 건이 표시됩니다" in narrowed
    assert "연구소" in narrowed.split("그 하위 부서의 건이 표시됩니다", 1)[1][:60]
    everything = browser_of(company.stage.cast.reviewer).get("/queue/").content.decode()
    assert "그 하위 부서의 건이 표시됩니다" not in everything


def test_one_thing_of_another_department_is_as_good_as_absent(company: Company) -> None:
    page, program = browser_of(company.person), APIClient()
    program.force_authenticate(company.person)
    case, claim = company.sales, company.sales_claim
    for path in (
        f"/cases/{case.reference}/",
        f"/claims/{claim.pk}/",
        f"/claims/{claim.pk}/open-case/",
        f"/search/?q={case.reference}",
        f"/cases/{case.reference}/do/take/",
    ):
        answer = page.post(path, {"version": 1}) if path.endswith("take/") else page.get(path)
        assert answer.status_code == 404 or (path.startswith("/search") and answer.status_code == 200), path
    assert page.get(f"/search/?q={claim.external_id}").status_code == 200  # no redirect to it
    assert program.get(f"/api/v1/cases/{case.reference}/").status_code == 404
    assert program.get(f"/api/v1/claims/{claim.pk}/").status_code == 404
    assert {row["reference"] for row in program.get("/api/v1/cases/").json()["results"]} == {
        company.lab.reference,
        company.team.reference,
    }
    assert AuditEvent.objects.get(action="access.refused").after["code"] == "other_unit"
    assert page.get(f"/cases/{company.team.reference}/").status_code == 200


def test_closing_many_leaves_other_departments_alone(company: Company) -> None:
    page = browser_of(company.person)
    chosen = [f"{company.sales.reference}@{company.sales.version}"]
    page.post(
        "/queue/close/", {"case": chosen, "reason": LEGITIMATE, "disposition_reason": "business_purpose"}
    )
    company.sales.refresh_from_db()
    assert company.sales.state == "new"


def test_an_export_has_only_the_departments_given(company: Company) -> None:
    approver = company.stage.cast.approver
    approver.units.add(Department.objects.get(code="RND1"))
    answer = browser_of(approver).post("/claims/export/", {"reason": "for the meeting"})
    text = b"".join(answer.streaming_content).decode()
    assert "TEAM-1" in text
    assert "LAB-1" not in text
    assert "SALES-1" not in text


WINDOW = "count(same merchant within 7 days)"


def test_what_stands_beside_a_case_knows_only_the_departments_given(company: Company) -> None:
    """ASVS 8.2.2: who else pays at the place, its outcomes, the payments behind a fact, the head of a run, the scores of a night."""
    place, run, at = make_merchant("모두의 식당"), make_run(cut_off_at=NOW), NOW - timedelta(hours=15)
    others = company.stage.cast.cardholder_record
    sales = make_claim(
        cardholder=others,
        merchant=place,
        external_id="SALES-9",
        transacted_at=at - timedelta(hours=9),
        approver_no="E9009",
    )
    Label.objects.create(claim=sales, claim_version=1, is_misuse=True, source="case", known_at=NOW)
    make_cardholder("E9009", name="승인한 사람", department=company.lab.cardholder.department)
    own = make_claim(cardholder=company.lab.cardholder, merchant=place, transacted_at=at, approver_no="E9009")
    for claim in (sales, own):
        make_score(claim=claim, run=run)
    facts = {"values": {WINDOW: {"kind": "number", "value": 2}}}
    make_hit(claim=own, run=run, rule_version=make_rule_version(), facts=facts)
    case = make_case(cardholder=own.cardholder, claims=[own], run=run, merchant=place)
    approver = Cardholder.objects.get(employee_no="E9009")
    beside = [
        f"/cases/{case.reference}/links/?open=m{place.pk}",
        f"/cases/{case.reference}/links/?open=a{approver.pk}",
        f"/cases/{case.reference}/outcomes/merchant/{at:%Y-%m}/",
        reverse("cases:basis", args=[case.reference, own.pk, WINDOW]),
        f"/runs/{run.reference}/",
    ]
    narrowed, whole = browser_of(company.person), browser_of(company.stage.cast.reviewer)
    for path in (f"/cases/{case.reference}/", *beside):
        told = narrowed.get(path).content.decode()
        assert others.name not in told, path
        assert f"/claims/{sales.pk}/" not in told, path
    for path in beside:
        assert others.name in whole.get(path).content.decode(), path
    auditor = company.stage.cast.auditor
    asked = {"reason": "for the meeting", "from": "2026-01-01", "to": "2026-12-31"}
    for given_, expected in ((False, True), (True, False)):
        if given_:
            auditor.units.add(company.lab.cardholder.department)
        answer = browser_of(auditor).post("/scores/export/", asked)
        assert ("SALES-9" in b"".join(answer.streaming_content).decode()) is expected


def test_nobody_is_given_a_case_they_do_not_see(company: Company) -> None:
    by = company.stage.actor("approver")
    with pytest.raises(errors.PersonNotSuitable) as refused:
        queue.assign_case(
            case=company.sales, to=company.person, by=by, expected_version=company.sales.version
        )
    assert (refused.value.why, refused.value.details["why"]) == ("department", "department")
    before = company.sales.version
    form = {"assignee": company.person.username, "version": before}
    approver, sales = browser_of(company.stage.cast.approver), company.sales.reference
    page = approver.post(f"/cases/{sales}/do/assign/", form)
    one = {"assignee": company.person.username}
    path, headers = f"/api/v1/cases/{sales}/assign/", {"If-Match": f'"{before}"', "Accept-Language": "ko"}
    answer = approver.post(path, one, "application/json", headers=headers)
    many = one | {"cases": [{"reference": sales, "version": before}]}
    in_one = approver.post(
        "/api/v1/cases/bulk-assign/", many, "application/json", headers={"Accept-Language": "ko"}
    )
    said = (page.content.decode(), answer.json()["detail"], in_one.json()["results"][0]["sentence"])
    assert all("이 사람이 볼 수 있는 부서에 없습니다" in one for one in said), said[1:]
    assert not any("관련되어 있어" in one for one in said)
    assert (answer.status_code, answer.json()["facts"]["why"]) == (422, "department")
    assert Case.objects.get(pk=company.sales.pk).assignee is None
    offered = {
        one: {taker.login for taker in people_to_assign([one])}
        for one in (company.lab, company.team, company.sales)
    }
    assert [company.person.username in offered[one] for one in offered] == [True, True, False], "also below"
    assert offered[company.sales] == offered[company.lab] - {company.person.username}
    queue.assign_case(case=company.lab, to=company.person, by=by, expected_version=company.lab.version)


def test_of_many_cases_only_who_may_have_all_can_be_chosen_and_the_others_are_told(company: Company) -> None:
    """The dialog of the list and that of a case ask the rule by which a case is refused."""
    approver, login = browser_of(company.stage.cast.approver), company.person.username
    involved = make_person("guest", Role.REVIEWER, employee_no=company.sales.cardholder.employee_no)
    cases = [company.lab, company.team, company.sales]
    chosen = [f"{case.reference}@{case.version}" for case in cases]
    page = approver.get("/queue/assignees/", {"case": chosen, "list": "1"}).content.decode()
    assert f'<option value="{login}"' not in page, "sees two of the three"
    assert f'<option value="{involved.username}"' not in page, "is the cardholder of the third"
    assert page.count("3건 중 2건") == 2
    assert f'<option value="{company.stage.cast.reviewer.username}"' in page
    page = approver.get("/queue/assignees/", {"case": chosen[:2]}).content.decode()
    assert all(f'<option value="{one}"' in page for one in (login, involved.username))
    by = company.stage.actor("approver")
    for to in User.objects.filter(username__in=[one.login for one in people_to_assign(cases)]):
        told = next(one.n for one in people_to_assign(cases) if one.login == to.username)
        done = bulk.bulk_assign(items=[BulkItem(c, fresh(c).version) for c in cases], to=to, by=by)
        assert sum(one.result == "done" for one in done) == told, to.username
    assert browser_of(company.stage.cast.reviewer).get("/queue/assignees/").status_code == 403


def test_none_given_is_all_and_nobody_else_is_narrowed(company: Company) -> None:
    everything = {company.lab.pk, company.team.pk, company.sales.pk}
    for who in ("reviewer", "approver", "auditor"):
        by = company.stage.actor(who)
        assert set(visible_cases(by).values_list("pk", flat=True)) == everything
        assert hidden_cases(by) == frozenset()
    narrowed = actor_of(company.person)
    assert hidden_cases(narrowed) == {company.sales.pk}


trees = st.lists(st.integers(min_value=-1, max_value=11), min_size=1, max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parents=trees, given_=st.sets(st.integers(min_value=0, max_value=11), max_size=3))
def test_what_is_below_a_department_is_seen_with_it(parents: list[int], given_: set[int]) -> None:
    """Against walking up from each department to its root."""
    above = [parent if 0 <= parent < n else None for n, parent in enumerate(parents)]

    def is_below(at: int | None) -> bool:
        return at is not None and (at in given_ or is_below(above[at]))

    rows = [(n, parent, f"T{n}") for n, parent in enumerate(above)]
    codes = {f"T{n}" for n in given_}
    assert with_below(rows, codes) == {n for n in range(len(parents)) if is_below(n)}
    assert seen_departments(Actor("x")) is None
