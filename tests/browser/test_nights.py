"""A night is started, watched, paused, resumed and, another time, cancelled from its page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.actor import Actor
from audit.clock import now
from cases.services import night_control
from cases.services.night import advance, run_night
from cases.services.nights_due import business_date_of
from fraud.detection.models import Score, ScreeningRun
from fraud.detection.screening import services as screening
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db(transaction=True)
NIGHTLY = Actor.system("nightly")


@pytest.fixture
def begun(scene, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[ScreeningRun | None]:
    """Nights that a process was asked to work; the test works them itself, part by part."""
    settings.MODELS_DIR, settings.PART_CLAIMS = tmp_path / "models", 60
    screening.forget_frames()
    before = business_date_of(now()) - timedelta(
        days=1
    )  # until seven in the morning the night is still that of the day before
    ScreeningRun.objects.update(business_date=before, reference=f"R-{before}")
    add_rules({"Z01": ("amount > 500,000 KRW", 5.0, False)})
    add_people()
    install_model()
    add_claims(300)
    started: list[ScreeningRun | None] = []
    monkeypatch.setattr(night_control, "start_process", started.append)
    return started


def test_a_night_is_started_watched_paused_and_resumed_from_its_page(visit, begun) -> None:
    page = visit("approver")
    page.open("/runs/")
    page.get_by_role("button", name="Start the night").click()
    page.wait_for_url("**/runs/R-*/")
    run = ScreeningRun.objects.get(finished_at=None)
    assert begun == [None]
    shown = page.locator("#progress")
    for _ in range(3):
        assert advance(run, by=NIGHTLY)
    shown.get_by_text("claims a second").first.wait_for()
    n = screening.n_stored(run)
    shown.locator(f"progress[value='{n}']").wait_for()
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("The run is paused", exact=True).wait_for()
    assert not advance(run, by=NIGHTLY)
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Pause").wait_for()
    assert begun == [None, run]
    run_night(business_date=run.business_date, by=NIGHTLY)
    page.locator(".page-head .tag", has_text="Finished").wait_for()
    assert page.get_by_role("button", name="Cancel the run").count() == 0


def test_cancelling_a_night_on_a_phone_says_first_what_becomes_of_its_claims(visit, begun) -> None:
    page = visit("system_admin", width=360, language="ko")
    page.open("/runs/")
    page.get_by_role("button", name="야간 심사 시작").click()
    page.wait_for_url("**/runs/R-*/")
    run = ScreeningRun.objects.get(finished_at=None)
    for _ in range(2):
        assert advance(run, by=NIGHTLY)
    page.open(f"/runs/{run.reference}/")
    page.get_by_role("button", name="심사 취소").click()
    dialog = page.locator("#cancel-run")
    assert "모두 다음 야간 심사로" in dialog.inner_text()
    dialog.get_by_role("button", name="그대로 두기").click()
    assert screening.n_stored(run) == Score.objects.filter(run=run).count() > 0
    page.get_by_role("button", name="심사 취소").click()
    dialog.get_by_role("button", name="심사 취소").click()
    page.locator(".page-head .tag", has_text="취소됨").wait_for()
    assert not Score.objects.filter(run=run).exists()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
