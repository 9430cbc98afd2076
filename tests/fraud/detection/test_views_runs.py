"""Run pages: stages, what could not be looked at, and a progress that stops asking when the run is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fraud.detection.models import ScreeningRun
from tests.cast import make_run
from tests.scene import shared_scene

pytestmark = pytest.mark.django_db


scene = shared_scene(n_cases=6, n_history=10)


def test_list_shows_runs_newest_first(client, scene):
    older = make_run()
    client.force_login(scene.cast.reviewer)
    page = client.get("/runs/").content.decode()
    assert f"/runs/{scene.run.reference}/" in page
    assert f"/runs/{older.reference}/" in page


def test_page_names_missing_fields_of_rules_that_could_not_look(client, scene, django_assert_max_num_queries):
    client.force_login(scene.cast.reviewer)
    client.cookies["django_language"] = "en"
    with django_assert_max_num_queries(22):
        page = client.get(f"/runs/{scene.run.reference}/").content.decode()
    assert "on leave that day" in page
    assert "L01" in page
    assert "7 rejected" in page
    assert 'hx-trigger="every 2s"' not in page


def test_running_run_asks_again_until_it_is_over(client, scene):
    client.force_login(scene.cast.reviewer)
    ScreeningRun.objects.update(state=ScreeningRun.State.SCORING, n_scored=100, finished_at=None)
    address = f"/runs/{scene.run.reference}/"
    assert 'hx-trigger="every 2s"' in client.get(address).content.decode()
    part = client.get(address, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in part.headers
    assert "<html" not in part.content.decode()
    assert 'value="100" max="405"' in part.content.decode()
    ScreeningRun.objects.update(state=ScreeningRun.State.FINISHED)
    assert client.get(address, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_a_run_nobody_has_taken_says_that_it_waits(client, scene):
    client.force_login(scene.cast.auditor)
    client.cookies["django_language"] = "en"
    run = make_run(state="preparing", finished_at=None)
    address = f"/runs/{run.reference}/"
    assert "waits for its worker" in client.get(address).content.decode()
    run.lease_until, run.lease_token = timezone.now() + timedelta(minutes=2), "elsewhere"
    run.save()
    assert "waits for its worker" not in client.get(address).content.decode()


def test_run_that_is_still_scoring_says_nothing_of_rules_yet(client, scene):
    """What rules could not look at is counted when the last claim is scored: before that, saying all could would be made up."""
    client.force_login(scene.cast.auditor)
    client.cookies["django_language"] = "en"
    run = make_run(state="preparing", finished_at=None, n_claims=0, n_scored=0, not_evaluable={})
    for state, n_claims in (("preparing", 0), ("scoring", 60_000)):
        ScreeningRun.objects.filter(pk=run.pk).update(state=state, n_claims=n_claims)
        page = client.get(f"/runs/{run.reference}/").content.decode()
        assert "Known once all claims are scored" in page
        assert "Every active rule could look" not in page
    assert "of 60,000" in page
    ScreeningRun.objects.filter(pk=run.pk).update(state="cancelled")
    assert "No claim was looked at" in client.get(f"/runs/{run.reference}/").content.decode()


def test_failed_run_says_what_was_kept(client, scene):
    ScreeningRun.objects.update(state=ScreeningRun.State.FAILED, error="disk full")
    client.force_login(scene.cast.system_admin)
    page = client.get(f"/runs/{scene.run.reference}/").content.decode()
    assert "disk full" in page
    assert 'role="alert"' in page


def test_model_owner_sees_no_single_claim(client, scene):
    client.force_login(scene.cast.model_owner)
    page = client.get(f"/runs/{scene.run.reference}/").content.decode()
    assert 'href="/claims/' not in page


def test_unknown_run_is_not_found(client, scene):
    client.force_login(scene.cast.reviewer)
    assert client.get("/runs/R-1900-01-01/").status_code == 404


def test_a_night_behind_another_says_which_one_is_worked_first(client, scene):
    client.force_login(scene.cast.approver)
    client.cookies["django_language"] = "en"
    first, second = (
        make_run(state="preparing", finished_at=None, business_date=day)
        for day in (date(2026, 12, 2), date(2026, 12, 1))
    )
    page = client.get(f"/runs/{second.reference}/").content.decode()
    assert (
        f'waits behind <a href="/runs/{first.reference}/">{first.reference}</a>, which is worked first'
        in page
    )
    assert "waits for its worker" not in page
    assert "waits for its worker" in client.get(f"/runs/{first.reference}/").content.decode()
    assert f"Watch {first.reference}" in client.get("/runs/").content.decode()
    ScreeningRun.objects.filter(pk=first.pk).update(paused_at=timezone.now())
    page = client.get(f"/runs/{second.reference}/").content.decode()
    assert f"{first.reference}</a>, which is paused" in page
