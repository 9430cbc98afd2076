"""The case page: why, what, the timeline, the person's history, and what stays hidden."""

from __future__ import annotations

import pytest
from django.utils import timezone

from audit.models import AccessRecord
from cases.models import Case
from cases.pages.case import column_of
from cases.pages.person import cases_like, months_of
from cases.workflow import State
from fraud.claims.models import Claim
from tests.cast import make_case, make_claim, put_case
from tests.scene import shared_scene

pytestmark = pytest.mark.django_db
scene = shared_scene(n_cases=14, n_history=24)


@pytest.fixture
def page_of(client, scene):
    def get(case: Case, tab: str = "", who: str = "reviewer") -> str:
        client.force_login(getattr(scene.cast, who))
        client.cookies["django_language"] = "en"
        answer = client.get(f"/cases/{case.reference}/" + (f"?tab={tab}" if tab else ""))
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def test_page_says_why_in_three_groups(page_of, scene):
    page = page_of(scene.cases["explained"])
    for words in (
        ">Rules<",
        ">Model<",
        ">Unusual<",
        "times the cardholder",
        "All facts together",
        "Card policy, article 12",
    ):
        assert words in page


def test_deviating_values_are_marked_with_their_reason(page_of, scene):
    page = page_of(scene.cases["explained"])
    assert page.count('class="deviates"') >= 2
    assert "late at night" in page


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("amount", "amount"),
        ("amount_ratio_self_30d", "amount"),
        ("per_head", "amount"),
        ("hour", "when"),
        ("is_night", "when"),
        ("merchant.mcc", "merchant"),
        ("is_first_at_merchant", "merchant"),
        ("purpose_text", "purpose"),
        ("n_claims_cardholder_30d", ""),
    ],
)
def test_field_belongs_to_the_column_it_speaks_of(name, column):
    assert column_of(name) == column


def test_timeline_tells_everything_once_newest_first(page_of, scene):
    page = page_of(scene.cases["explained"])
    assert page.count("asked for an explanation") == 1
    assert page.count("> explained") + page.count("</span> explained") >= 1
    order = [page.index(words) for words in ("wrote a note", "opened the case", "asked for an explanation")]
    assert order[0] < order[2]
    assert "영수증 금액과" in page
    assert "거래처 담당자와" in page


@pytest.mark.parametrize("tab", ["", "review", "history", "similar", "related", "scores", "nonsense"])
def test_every_tab_needs_few_queries(client, scene, django_assert_max_num_queries, tab):
    client.force_login(scene.cast.reviewer)
    client.get("/queue/")  # what is kept for a while: the calendar
    with django_assert_max_num_queries(25):
        assert client.get(f"/cases/{scene.cases['explained'].reference}/?tab={tab}").status_code == 200


@pytest.mark.parametrize("tab", ["", "similar", "related", "scores"])
def test_random_check_hides_its_score_until_it_is_decided(page_of, scene, tab):
    case = scene.cases["blind"]
    page = page_of(case, tab)
    assert 'class="band' not in page
    assert 'class="reasons"' not in page
    assert "expected loss" not in page
    put_case(case, state=State.CLOSED, closed_at=timezone.now(), disposition="legitimate")
    assert 'class="band' in page_of(case)


def test_looking_at_a_case_is_recorded_with_whose_it_is(page_of, scene):
    case = scene.cases["explained"]
    page_of(case)
    seen = AccessRecord.objects.get()
    assert (seen.subject, seen.employee_no) == (f"case:{case.reference}", case.cardholder.employee_no)


def test_news_is_told_until_the_assignee_has_looked(page_of, scene):
    case = scene.cases["explained"]
    Case.objects.filter(pk=case.pk).update(has_news=True, assignee=scene.cast.reviewer)
    assert "new since you last looked" in page_of(case, who="other_reviewer")
    assert "new since you last looked" in page_of(case)
    assert "new since you last looked" not in page_of(case)


def test_months_add_up_to_what_a_plain_sum_gives(scene):
    person = scene.claims[0].cardholder
    today = timezone.localdate()
    months = months_of(person, "KRW", today)
    assert len(months) == 12
    first = months[0].on
    plain = sum(
        claim.amount_minor
        for claim in Claim.objects.filter(cardholder=person)
        if timezone.localtime(claim.transacted_at).date() >= first
    )
    assert sum(month.amount_minor for month in months) == plain


def test_like_cases_put_the_same_place_and_amount_first(scene):
    claim = make_claim(amount_minor=100_000)
    case = make_case(claims=[claim], pattern="Z1")
    closed = {
        "pattern": "Z1",
        "state": State.CLOSED,
        "closed_at": timezone.now(),
        "disposition": "legitimate",
    }
    far = make_case(claims=[make_claim(amount_minor=5_000, cardholder=scene.cast.stranger_record)], **closed)
    near = make_case(claims=[make_claim(amount_minor=98_000)], **closed)
    make_case(claims=[make_claim()], **{**closed, "disposition": "duplicate"})
    found, outcomes = cases_like(case, Case.objects.all())
    assert found == [near, far]
    assert outcomes == {"legitimate": 2}


def test_unknown_case_is_not_found(client, scene):
    client.force_login(scene.cast.reviewer)
    assert client.get("/cases/C-1900-000001/").status_code == 404


@pytest.mark.parametrize(
    "name", ["cardholder", "manager", "clerk", "rule_admin", "model_owner", "system_admin"]
)
def test_case_page_is_closed_to_who_may_not_see_cases(client, scene, name):
    client.force_login(getattr(scene.cast, name))
    assert client.get(f"/cases/{scene.cases['explained'].reference}/").status_code == 403


def test_text_of_people_is_escaped(page_of, scene):
    from tests.cast import make_note

    make_note(case=scene.cases["explained"], by=scene.cast.reviewer, text="<script>alert(1)</script>")
    assert "<script>alert(1)" not in page_of(scene.cases["explained"])
