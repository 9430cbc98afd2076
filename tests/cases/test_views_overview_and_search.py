"""The overview's numbers against plain counts, and search that shows only what the role may see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import Case
from cases.pages.figures import work_out_figures
from cases.workflow import State
from tests.cast import make_cardholder, make_case, make_claim
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
    assert figures.confirmed_minor == sum(
        alert.claim.amount_minor
        for case, misuse in zip(closed, truth, strict=True)
        if misuse
        for alert in case.alerts.all()
    )
    assert sum(n for _week, n in figures.weeks) == len(cases)
    assert figures.n_sampled == len(Disposition)
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
    for name in ("n_open", "n_late", "weeks", "outcomes", "confirmed_minor"):
        assert getattr(mine, name) == getattr(before, name)
        assert getattr(theirs, name) != getattr(before, name)


def test_overview_without_anything_shows_dashes(client, scene, django_assert_max_num_queries):
    client.force_login(scene.cast.auditor)
    with django_assert_max_num_queries(34):
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
