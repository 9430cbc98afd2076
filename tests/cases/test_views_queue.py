"""The queue: what to do first, every case once, filters in the URL, and never one's own case."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from cases.models import Case, SavedView
from cases.pages import queue as queue_pages
from cases.services.money import at_stake
from cases.workflow import State
from fraud.detection.models import RuleHit
from tests.cast import make_cardholder, make_case, make_claim, make_merchant, put_case
from tests.scene import shared_scene

pytestmark = pytest.mark.django_db
scene = shared_scene(n_cases=26, n_history=10)


def shown(page: str) -> list[str]:
    return re.findall(r'<tr data-item data-preview="[^"]*" id="(C-[\d-]+)"', page)


def test_reviewer_starts_with_own_cases_then_the_unassigned_by_priority(client, scene):
    client.force_login(scene.cast.reviewer)
    working = [State.IN_REVIEW, State.EXPLAINED, State.NO_RESPONSE]
    mine = Case.objects.filter(assignee=scene.cast.reviewer, state__in=working).order_by("-priority", "-pk")
    free = Case.objects.filter(state=State.NEW, assignee=None).order_by("-priority", "-pk")
    expected = [case.reference for case in [*mine, *free]]
    assert shown(client.get("/queue/").content.decode()) == expected
    assert len(mine) > 1
    assert len(free) > 1


def test_approver_starts_with_what_waits_for_approval(client, scene):
    client.force_login(scene.cast.approver)
    first = shown(client.get("/queue/").content.decode())[0]
    assert Case.objects.get(reference=first).state in (State.PENDING_APPROVAL, State.APPEALED)


@pytest.mark.parametrize("view", ["todo", "open", "closed", "late", "new"])
def test_pages_show_every_case_of_a_view_once_and_in_order(client, scene, monkeypatch, view):
    client.force_login(scene.cast.reviewer)
    whole = shown(client.get(f"/queue/?view={view}").content.decode())
    monkeypatch.setitem(queue_pages.queue_page.__kwdefaults__, "size", 2)
    seen, address = [], f"/queue/?view={view}"
    for _ in range(60):
        page = client.get(address).content.decode()
        seen += shown(page)
        following = re.search(r'href="(\?[^"]*after=[^"]+)" rel="next"', page)
        if not following:
            break
        address = "/queue/" + following[1].replace("&amp;", "&")
    assert seen == whole
    assert len(seen) == len(set(seen))
    assert whole


def test_queue_needs_few_queries_whatever_its_length(client, scene, django_assert_max_num_queries):
    client.force_login(scene.cast.reviewer)
    client.get("/queue/?view=open")  # counts of the tabs are remembered for half a minute
    with django_assert_max_num_queries(25):
        client.get("/queue/?view=open")


def test_late_clock_is_said_in_words(client, scene):
    client.force_login(scene.cast.reviewer)
    client.cookies["django_language"] = "en"
    page = client.get("/queue/?view=late").content.decode()
    assert "late" in re.findall(r'<time class="clock late"[^>]*>([^<]+)<', page)[0]
    today = timezone.localdate()
    expected = set(
        Case.objects.filter(due_on__lt=today).exclude(state="closed").values_list("reference", flat=True)
    )
    assert set(shown(page)) == expected


def test_random_check_shows_neither_loss_nor_reasons(client, scene):
    client.force_login(scene.cast.reviewer)
    client.cookies["django_language"] = "en"
    page = client.get("/queue/?view=new").content.decode()
    row = page[page.index(f'id="{scene.cases["blind"].reference}"') :]
    row = row[: row.index("</tr>")]
    assert "random check" in row
    assert "amount-bar" not in row


def reasons_of(case: Case) -> set[str]:
    """The rule codes a row of the queue shows: the leading one and every hit of the run that raised the alert."""
    hits = RuleHit.objects.filter(is_shadow=False).values_list(
        "claim_id", "run_id", "rule_version__rule__code"
    )
    raised = set(case.alerts.values_list("claim_id", "run_id"))
    return {case.pattern} | {code for claim, run, code in hits if (claim, run) in raised}


@pytest.mark.parametrize(
    ("query", "keep"),
    [
        ("rule=T01", lambda case: "T01" in reasons_of(case) and not case.drawn_blind),
        ("person=E3001", lambda case: case.cardholder.employee_no == "E3001"),
        ("department=RND", lambda case: case.cardholder.department.code == "RND"),
        ("band=high", lambda case: case.band == "high" and not case.drawn_blind),
        ("min=1,000,000", lambda case: at_stake(case) >= 1_000_000),
        ("source=control_sample", lambda case: case.source == "control_sample"),
        ("q=한우", lambda case: "한우" in case.merchant.name),
        ("state=appealed", lambda case: case.state == "appealed"),
    ],
)
def test_filter_keeps_what_a_plain_look_keeps(client, scene, query, keep):
    client.force_login(scene.cast.reviewer)
    page = client.get(f"/queue/?view=open&{query}").content.decode()
    expected = {case.reference for case in Case.objects.exclude(state="closed") if keep(case)}
    assert set(shown(page)) == expected
    assert 'class="chip"' in page


@pytest.mark.parametrize(
    "query", ["view=nope", "after=xx", "after=WyJhIiwxLDJd", "min=x", "band=<b>", "state=%00"]
)
def test_unreadable_query_shows_the_queue_all_the_same(client, scene, query):
    client.force_login(scene.cast.reviewer)
    assert client.get(f"/queue/?{query}").status_code == 200


def test_case_set_aside_waits_in_its_own_view(client, scene):
    case = Case.objects.filter(assignee=scene.cast.reviewer, state=State.IN_REVIEW).first()
    Case.objects.filter(pk=case.pk).update(
        snoozed_until=timezone.localdate() + timedelta(days=5), snooze_reason="on leave"
    )
    client.force_login(scene.cast.reviewer)
    assert case.reference not in shown(client.get("/queue/").content.decode())
    assert shown(client.get("/queue/?view=snoozed").content.decode()) == [case.reference]


def test_nobody_sees_a_case_about_themselves_in_the_queue(client, scene):
    me = make_cardholder("E1001", name="한지민")
    own = make_case(cardholder=me, claims=[make_claim(cardholder=me, merchant=make_merchant("x"))])
    approved = make_case(claims=[make_claim(cardholder=scene.cast.stranger_record, approver_no="e1001")])
    boss = make_cardholder("E0001")
    me.manager_no = "E0001"
    me.save()
    bosses = make_case(cardholder=boss, claims=[make_claim(cardholder=boss)])
    client.force_login(scene.cast.reviewer)
    page = client.get("/queue/?view=new").content.decode()
    for case in (own, approved, bosses):
        assert case.reference not in page
        assert client.get(f"/cases/{case.reference}/").status_code == 404
        assert client.get(f"/cases/{case.reference}/preview/").status_code == 404
    client.force_login(scene.cast.other_reviewer)
    assert own.reference in client.get("/queue/?view=new").content.decode()


@pytest.mark.parametrize("query", ["source=control", "disposition=nonsense", "colour=blue"])
def test_what_the_queue_cannot_filter_by_is_said(client, scene, query):
    client.force_login(scene.cast.reviewer)
    assert client.get(f"/queue/?{query}").context["filters"].problems
    assert not client.get("/queue/?view=open&pane=1&after=&source=control_sample").context["filters"].problems


def counted(client, view):
    tabs = client.get(f"/queue/?view={view}").context["tabs"]
    return {tab["href"].rpartition("view=")[2]: tab["count"] for tab in tabs}


def test_a_tab_counts_what_its_list_would_show(client, scene):
    cache.clear()  # counts are remembered for half a minute, also those of another test
    client.force_login(scene.cast.other_reviewer)
    before = counted(client, "open")
    me = make_cardholder("E1001", name="한지민")
    make_case(cardholder=me, claims=[make_claim(cardholder=me, merchant=make_merchant("x"))])
    make_case(claims=[make_claim(cardholder=scene.cast.stranger_record, approver_no="e1001")])
    cache.clear()
    assert counted(client, "open")["open"] == before["open"] + 2
    client.force_login(scene.cast.reviewer)
    for view in ("open", "new"):
        rows = client.get(f"/queue/?view={view}").context["page"].rows
        assert counted(client, view)[view] == len(rows)
    assert counted(client, "open")["open"] == before["open"]


def test_empty_view_says_where_to_look_next(client, scene):
    for case in Case.objects.exclude(state=State.CLOSED):
        put_case(case, assignee=None, state=State.CLOSED, closed_at=timezone.now())
    client.force_login(scene.cast.reviewer)
    page = client.get("/queue/").content.decode()
    assert 'class="empty' in page
    assert "?view=open" in page


@pytest.mark.parametrize(
    "name", ["cardholder", "manager", "clerk", "rule_admin", "model_owner", "system_admin"]
)
def test_queue_is_closed_to_who_may_not_see_cases(client, scene, name):
    client.force_login(getattr(scene.cast, name))
    assert client.get("/queue/").status_code == 403


def test_auditor_reads_without_a_to_do_list(client, scene):
    client.force_login(scene.cast.auditor)
    page = client.get("/queue/").content.decode()
    assert "view=todo" not in page
    assert shown(page)


def test_preview_is_a_fragment_with_reasons(client, scene):
    client.force_login(scene.cast.reviewer)
    page = client.get(f"/cases/{scene.cases['explained'].reference}/preview/").content.decode()
    assert "<html" not in page
    assert 'class="reasons"' in page


def test_a_view_is_kept_without_what_the_queue_cannot_read(client, scene):
    client.force_login(scene.cast.reviewer)
    query = "view=open&nonsense=1&min=abc&band=high"
    page = client.post("/queue/views/", {"name": "Some", "query": query}, follow=True).content.decode()
    assert SavedView.objects.get().query == "view=open&band=high"
    assert "nonsense" in page
    assert "abc" in page


def test_view_is_kept_and_forgotten(client, scene):
    client.force_login(scene.cast.reviewer)
    client.post("/queue/views/", {"name": "Big ones", "query": "?view=open&min=1000000"})
    assert "Big ones" in client.get("/queue/").content.decode()
    assert SavedView.objects.get().query == "view=open&min=1000000"
    client.force_login(scene.cast.other_reviewer)
    assert "Big ones" not in client.get("/queue/").content.decode()
    client.force_login(scene.cast.reviewer)
    client.post("/queue/views/", {"name": "Big ones", "forget": "1"})
    assert not SavedView.objects.exists()
