"""The overview's numbers against plain counts, and search that shows only what the role may see."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.utils import timezone

from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import Case, Decision, ExplanationRequest
from cases.pages.figures import work_out_figures
from cases.workflow import State
from fraud.detection.models import ScreeningRun
from tests.cast import make_cardholder, make_case, make_claim, make_request, make_run
from tests.scene import shared_scene

pytestmark = pytest.mark.django_db
scene = shared_scene(n_cases=14, n_history=10)


@pytest.fixture(autouse=True)
def nothing_remembered():
    cache.clear()


def test_figures_equal_a_plain_count(scene):
    for disposition in Disposition:
        make_case(
            claims=[make_claim()],
            state=State.CLOSED,
            closed_at=timezone.now(),
            disposition=disposition,
            opened_at=timezone.now(),
            source="control_sample",
        )
    figures = work_out_figures(timezone.localdate())
    cases = list(Case.objects.all())
    closed = [case for case in cases if case.disposition]
    truth = [DISPOSITIONS[Disposition(case.disposition)].is_misuse for case in closed]
    assert figures.n_open == sum(case.state != "closed" for case in cases)
    assert figures.n_late == sum(
        case.state != "closed" and case.due_on < timezone.localdate() for case in cases
    )
    assert figures.precision == pytest.approx(truth.count(True) / (truth.count(True) + truth.count(False)))
    assert figures.money[0].confirmed_minor == sum(
        alert.claim.amount_minor
        for case, misuse in zip(closed, truth, strict=True)
        if misuse
        for alert in case.alerts.all()
    )
    assert sum(n for _week, n in figures.weeks) == len(cases)
    assert figures.n_sampled == len(Disposition) - truth.count(None)
    assert figures.n_missed == sum(info.is_misuse is True for info in DISPOSITIONS.values())
    assert figures.median_days is not None


def test_overview_counts_no_case_of_the_readers_own(client, scene):
    client.force_login(scene.cast.reviewer)
    before = client.get("/reports/").context["figures"]
    me = make_cardholder("E1001", name="한지민")
    own = {"cardholder": me, "opened_at": timezone.now(), "due_on": timezone.localdate() - timedelta(days=3)}
    make_case(claims=[make_claim(cardholder=me)], **own)
    make_case(
        claims=[make_claim(cardholder=me)],
        state=State.CLOSED,
        closed_at=timezone.now(),
        disposition=Disposition.CONFIRMED_MISUSE,
        **own,
    )
    cache.clear()
    client.force_login(scene.cast.other_reviewer)
    theirs = client.get("/reports/").context["figures"]
    client.force_login(scene.cast.reviewer)
    mine = client.get("/reports/").context["figures"]
    for name in ("n_open", "n_late", "weeks", "outcomes", "money"):
        assert getattr(mine, name) == getattr(before, name)
        assert getattr(theirs, name) != getattr(before, name)


def test_every_number_of_the_overview_leads_to_the_cases_it_counts(client, scene):
    """Also where a decided case is not closed, a closed one was taken up again, or was decided long ago."""
    now, long_ago = timezone.now(), timezone.now() - timedelta(days=120)
    misuse, fine = Disposition.CONFIRMED_MISUSE, Disposition.LEGITIMATE
    closed = {"state": State.CLOSED, "closed_at": now, "opened_at": now}
    sampled = make_case(disposition=misuse, source="control_sample", **closed)
    again = make_case(disposition=misuse, **closed)
    make_case(reopened_from=again)
    make_case(disposition=fine, **closed | {"closed_at": long_ago})
    for n, state in enumerate((State.RECOVERING, State.NOTIFIED)):
        case, at = make_case(disposition=misuse, state=state), now - timedelta(days=n)
        Decision.objects.create(
            case=case,
            number=1,
            state=Decision.State.APPROVED,
            disposition=misuse,
            disposition_reason="personal_item",
            amount_minor=1_000,
            currency=case.currency,
            proposed_by=scene.cast.reviewer,
            proposed_at=at,
            decided_by=scene.cast.approver,
            decided_at=at,
        )
    make_request(case=case, by=scene.cast.reviewer, state="lapsed", sent_at=now)
    client.force_login(scene.cast.auditor)
    client.cookies["django_language"] = "en"
    page = client.get("/reports/")
    figures, listed = page.context["figures"], {}
    for href, label in re.findall(
        r'href="([^"]*view=all[^"]*)"><span class="label">([^<]*)', page.content.decode()
    ):
        rows = client.get(unescape(href)).context["page"].rows
        listed[label] = {row.reference for row in rows}
    n_decided = sum(figures.outcomes.values())
    assert len(listed["Misuse among decided cases"]) == n_decided
    assert listed["Misses found by random checks"] == {sampled.reference}
    assert again.reference not in listed["Misuse among decided cases"]
    requests = ExplanationRequest.objects.filter(case__reference__in=listed["Answers on time"])
    assert requests.exclude(state__in=["sent", "withdrawn"]).count() == figures.n_asked == 1
    for code, n in figures.outcomes.items():
        found = (
            client.get(f"/queue/?view=all&decided={figures.since}&disposition={code}").context["page"].rows
        )
        assert len(found) == n
    weeks = re.findall(r'<a href="([^"]*opened_from[^"]*)" aria-label', page.content.decode())
    counted = [len(client.get(unescape(href)).context["page"].rows) for href in weeks]
    assert counted == [n for _week, n in figures.weeks]
    assert sum(counted) > 5


def test_a_night_without_claims_is_told_as_one_and_the_last_with_claims_is_shown(client, scene):
    day = ScreeningRun.objects.order_by("-business_date").first().business_date
    full = make_run(
        business_date=day + timedelta(days=1), n_claims=40, n_scored=40, n_alerts=3, n_held_back=2
    )
    client.force_login(scene.cast.auditor)
    client.cookies["django_language"] = "en"
    for n_empty in (0, 1, 2):
        if n_empty:
            make_run(business_date=day + timedelta(days=1 + n_empty))
        cache.clear()
        overview = client.get("/reports/")
        assert overview.context["last_run"]["reference"] == full.reference
        assert all(run["n_claims"] for run in overview.context["figures"].runs)
        detection = client.get("/detection/")
        assert detection.context["last_run"] == full
        for page in (overview, detection):
            text = page.content.decode()
            assert f"/runs/{full.reference}/" in text
            assert ("since then had no new claims" in text) == bool(n_empty)
    assert "2 nights since then had no new claims" in text
    assert client.get("/runs/").content.decode().count("no new claims") == 2


def test_what_is_late_is_one_thing_on_overview_queue_and_interface(client, scene):
    """The clock's day itself is not late; a closed case never is."""
    today = timezone.localdate()
    for due, state in ((today - timedelta(days=1), "in_review"), (today, "in_review")):
        make_case(claims=[make_claim()], state=state, due_on=due)
    gone = {"state": State.CLOSED, "closed_at": timezone.now(), "disposition": Disposition.LEGITIMATE}
    make_case(claims=[make_claim()], due_on=today - timedelta(days=9), **gone)
    late = {c.reference for c in Case.objects.all() if c.state != "closed" and c.due_on and c.due_on < today}
    client.force_login(scene.cast.auditor)
    page = client.get("/reports/")
    assert page.context["figures"].n_late == len(late)
    assert "?view=late" in page.content.decode()
    for address in ("/queue/?view=late", "/queue/?view=open&overdue=true"):
        assert {row.reference for row in client.get(address).context["page"].rows} == late
    told = client.get("/api/v1/cases/?overdue=true&page_size=200").json()["results"]
    assert {row["reference"] for row in told} == late


def test_overview_without_anything_shows_dashes(client, scene, django_assert_max_num_queries):
    client.force_login(scene.cast.auditor)
    with django_assert_max_num_queries(48):  # two of them for what is remembered and may have been forgotten
        assert client.get("/reports/").status_code == 200


def test_overview_shows_runs_only_to_the_model_owner(client, scene):
    client.force_login(scene.cast.model_owner)
    page = client.get("/reports/").content.decode()
    assert "/runs/" in page
    assert "view=open" not in page


def test_exact_reference_opens_at_once(client, scene):
    client.force_login(scene.cast.reviewer)
    case, claim = scene.cases["explained"], scene.claims[3]
    assert client.get(f"/search/?q={case.reference.lower()}").url == f"/cases/{case.reference}/"
    assert client.get(f"/search/?q={scene.run.reference}").url == f"/runs/{scene.run.reference}/"
    assert client.get(f"/search/?q={claim.external_id}").url == f"/claims/{claim.pk}/"


def test_search_groups_what_it_finds(client, scene):
    client.force_login(scene.cast.reviewer)
    page = client.get("/search/?q=한우").content.decode()
    assert "/cases/C-2026-" in page
    assert "/claims/?merchant=" in page


def test_search_shows_no_case_to_who_may_not_see_cases(client, scene):
    client.force_login(scene.cast.clerk)
    page = client.get("/search/?q=한우").content.decode()
    assert "/cases/C-" not in page
    reference = scene.cases["explained"].reference
    assert client.get(f"/search/?q={reference}").status_code == 200


def test_search_does_not_open_ones_own_case(client, scene):
    me = make_cardholder("E1001")
    own = make_case(cardholder=me, claims=[make_claim(cardholder=me)])
    client.force_login(scene.cast.reviewer)
    answer = client.get(f"/search/?q={own.reference}")
    assert answer.status_code == 200
    assert f"/cases/{own.reference}/" not in answer.content.decode()


def test_search_without_a_match_says_what_to_try(client, scene):
    client.force_login(scene.cast.reviewer)
    assert 'class="empty' in client.get("/search/?q=zzzz").content.decode()
    assert 'class="empty' in client.get("/search/").content.decode()


def test_search_is_closed_to_cardholders(client, scene):
    client.force_login(scene.cast.cardholder)
    assert client.get("/search/?q=a").status_code == 403


def test_a_case_is_found_behind_many_of_the_readers_own(client, scene):
    person = make_cardholder("E7300", name="뒤에있는사람")
    found = make_case(claims=[make_claim(cardholder=person)])
    for _n in range(25):
        make_case(claims=[make_claim(cardholder=person, approver_no=scene.cast.reviewer.employee_no)])
    client.force_login(scene.cast.reviewer)
    page = client.get("/search/?q=뒤에있는").content.decode()
    assert set(re.findall(r"/cases/(C-[\d-]+)/", page)) == {found.reference}


@pytest.mark.parametrize("text", ["%", "_", "C_2026"])
def test_signs_of_a_pattern_find_nothing_but_themselves(client, scene, text):
    client.force_login(scene.cast.reviewer)
    for _again in range(2):
        client.get("/search/?q=C-2026")  # the same question of a plain text, whose SQL is kept
        page = client.get("/search/", {"q": text}).content.decode()
        assert not re.findall(r"/cases/(C-[\d-]+)/", page)
