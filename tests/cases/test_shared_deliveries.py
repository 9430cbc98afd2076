"""Small deliveries from the cases folder, through the night with the rules that are shipped: what hits at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from audit.actor import Actor
from cases.services.night import run_night
from fraud.claims.importing.profiles import get_profile
from fraud.detection.models import RuleHit, Score, ScreeningRun
from fraud.detection.screening import services as screening
from rules.services.installing import install_starter_rules
from tests.fraud.claims.importing.files import deliver
from tests.night_model import install_model
from tests.shared_data import shared_folder

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
FIRST = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
SYSTEM = Actor.system("nightly")


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    screening.forget_frames()
    install_starter_rules(by=SYSTEM)
    install_model()


def content(name: str) -> bytes:
    path = shared_folder().parent / "cases" / name
    if not path.exists():
        pytest.skip(f"needs {name} in the cases folder")
    return path.read_bytes()


def send(folder: Path, rows: bytes, number: int = 0) -> None:
    """A file received an hour before the night of that number."""
    at = FIRST + timedelta(days=number, hours=-1)
    deliver(folder, rows, used=get_profile("generic"), received_at=at)


def night(number: int = 0) -> ScreeningRun:
    day, at = date(2026, 11, 25) + timedelta(days=number), FIRST + timedelta(days=number)
    return run_night(business_date=day, by=SYSTEM, cut_off_at=at)


def hits(claim: str) -> set[str]:
    """Codes of the rules that hit a claim when it was judged last."""
    last = Score.objects.filter(claim__external_id=claim).latest("run_id").run_id
    found = RuleHit.objects.filter(claim__external_id=claim, run_id=last, is_shadow=False)
    return set(found.values_list("rule_version__rule__code", flat=True))


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens inside is undone."""
    before = transaction.savepoint()
    yield
    transaction.savepoint_rollback(before)
    screening.forget_frames()


def test_payment_delivered_late_makes_the_one_behind_it_a_repetition_as_in_order(tmp_path: Path) -> None:
    with taken_back():
        send(tmp_path, content("late_delivery/control_late_in_order.csv"))
        night()
        in_order = hits("L9"), hits("L10")
    send(tmp_path, content("late_delivery/delivered_first.csv"))
    night()
    alone = hits("L2")
    send(tmp_path, content("late_delivery/delivered_late.csv"), 1)
    night(1)
    assert (hits("L1"), hits("L2")) == in_order
    assert hits("L2") > alone


def test_payment_after_a_declined_one_hits_what_it_hits_alone(tmp_path: Path) -> None:
    rows = content("declined/decline_retry.csv").decode().splitlines()
    with taken_back():
        send(tmp_path, "\n".join([*(row for row in rows if not row.endswith("거절")), ""]).encode())
        night()
        alone = {claim: hits(claim) for claim in ("R2", "R10")}
    send(tmp_path, "\n".join([*rows, ""]).encode())
    night()
    assert {claim: hits(claim) for claim in ("R2", "R10")} == alone
    assert hits("R1") == hits("R8") == hits("R9") == set()
