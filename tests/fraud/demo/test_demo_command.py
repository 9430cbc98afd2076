"""`manage.py demo`: builds the company through the services, survives being stopped, and does nothing the second time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from audit.permissions import Role
from audit.services import actor_of, find_faults
from cases.demo import company as demo
from cases.demo import past_stories, past_weeks
from cases.demo import plan as demo_plan
from cases.demo import work as demo_work
from cases.demo.plan import DemoPlan, read_plan, write_plan
from cases.models import Alert, Case, OutboxMessage, Recovery
from cases.services.money import outstanding
from fraud.claims.importing.stated import SUFFIX
from fraud.claims.models import (
    Absence,
    Cardholder,
    Claim,
    ClaimFile,
    ClaimFileReject,
    Department,
    Label,
    User,
)
from fraud.company.models import CompanyHoliday
from fraud.detection.detectors.tree import TreeSettings
from fraud.detection.models import ModelVersion, Score, ScreeningRun
from fraud.learning.rounds import register_trained, training_set
from fraud.learning.training import TrainingConfig, train_hybrid
from tests.cast import make_claim

OPTIONS = {"employees": 60, "months": 3, "claims_target": 4_000, "misuse_rate": 0.03}
QUICK = TrainingConfig(detectors=("ecdf",), trees=TreeSettings(n_trees=20), n_blocks=1)
# Steps of the played casework at which the build is stopped once each.
PLAYED = (
    ("take_case", 2),
    ("request_explanation", 1),
    ("admit_and_offer", 1),
    ("propose_decision", 2),
    ("accept_notice", 1),
    ("set_plan", 1),
    ("post_recovery", 1),
    ("post_recovery", 2),
    ("snooze_case", 1),
)


class Stopped(Exception):
    """The build was stopped from outside."""


def quick_training(*, by, config):
    """A small model in this process: the real training has tests of its own."""
    assert config.delay_days > TrainingConfig().delay_days  # outcomes of the demo become known late
    now = datetime.now(UTC)
    data = training_set(cut_off=now, config=QUICK)
    trained = train_hybrid(
        data.features, data.hits, data.rules.codes, data.rules.weights, data.labels, cut_off=now, config=QUICK
    )
    return register_trained(trained, data.features, cut_off=now, by=by)


@pytest.fixture(autouse=True)
def demo_home(tmp_path: Path, settings, monkeypatch) -> Path:
    settings.HOME, settings.DEMO = tmp_path, True
    monkeypatch.setattr(demo, "train_challenger", quick_training)
    return tmp_path / "demo"


def run_demo(**options) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **options)
    return out.getvalue()


def stop_at(monkeypatch, name: str, calls: int, module: ModuleType = demo) -> None:
    """Let the service `name` be stopped at its n-th call, once."""
    original, left = getattr(module, name), [calls]

    def stopping(*args, **kwargs):
        left[0] -= 1
        if left[0] == 0:
            raise Stopped(name)
        return original(*args, **kwargs)

    monkeypatch.setattr(module, name, stopping)


@pytest.mark.django_db(transaction=True)
def test_demo_finishes_after_being_stopped_anywhere_and_does_nothing_afterwards(monkeypatch, demo_home):
    # Amounts of so small a company seldom need a second person.
    monkeypatch.setitem(demo.SETTINGS, "four_eyes_limit_minor", 10_000)
    plan = DemoPlan(seed=3, end="2026-03-31", nights=2, options=OPTIONS)
    write_plan(plan)
    for name, calls in (
        ("import_in_order", 1),
        ("add_labels", 1),
        ("install_first_version", 1),
        ("run_night", 2),
        *PLAYED,
    ):
        with monkeypatch.context() as patch:
            stop_at(patch, name, calls, demo_work if (name, calls) in PLAYED else demo)
            with pytest.raises(Stopped):
                run_demo()
    assert "데모 회사를 준비했습니다" in run_demo(until_open=True)
    assert (read_plan().is_open, read_plan().is_finished) == (True, False)
    assert "이미 준비되어" in run_demo(until_open=True)
    worked_weeks_are_stopped_anywhere(monkeypatch)
    text = run_demo()
    assert read_plan().is_finished
    assert "데모 회사를 준비했습니다" in text
    assert "Test of the first model" in text
    assert "Nights" not in text

    people_are_there()
    claims_are_there(demo_home)
    outcomes_are_simulated_and_say_so(demo_home)
    nights_opened_cases()
    casework_has_something_for_everybody()
    weeks_have_been_worked(demo_home)
    every_role_can_sign_in(text)
    n_events = AuditEvent.objects.count()
    again = run_demo()
    assert "이미 준비되어" in again
    assert "reviewer1" in again
    assert "cleancard-demo" in again
    assert AuditEvent.objects.count() == n_events


def people_are_there() -> None:
    assert Cardholder.objects.count() == 60
    assert Cardholder.objects.filter(is_unassigned=True).count() == 0
    assert (
        Department.objects.exclude(parent=None).exclude(manager_no="").count()
        == Department.objects.count() - 1
    )
    assert Absence.objects.exists()
    # Deadlines of today's cases need the holidays of the years to come.
    assert CompanyHoliday.objects.filter(on__year=2028).exists()


def claims_are_there(folder: Path) -> None:
    delivered = sum(
        pl.read_csv(path, infer_schema=False).height for path in folder.glob("files/claims_*.csv")
    )
    files = ClaimFile.objects.all()
    assert {file.state for file in files} == {"imported"}
    assert not ClaimFileReject.objects.exists()
    # A row that states a payment and what was cancelled of it is two claims.
    told = Claim.objects.exclude(external_id__endswith=SUFFIX)
    assert told.count() == delivered == sum(file.n_rows for file in files)
    assert all(claim.amount_minor < 0 for claim in Claim.objects.filter(external_id__endswith=SUFFIX))
    assert Claim.objects.all().count() >= OPTIONS["claims_target"]
    fresh = Claim.objects.filter(is_history=False)
    assert 0 < fresh.count() < 400
    back = Claim.objects.filter(amount_minor__lt=0)
    assert back.filter(original_claim=None).count() <= 0.1 * back.count()


def outcomes_are_simulated_and_say_so(folder: Path) -> None:
    labels = Label.objects.filter(source="simulated_history")
    assert labels.count() > 50
    assert set(labels.values_list("reference", flat=True)) == {"demo:rule_filter", "demo:tip"}
    assert labels.filter(is_misuse=True).exists()
    entry = AuditEvent.objects.get(action="label.added", reason__contains="Simulated")
    assert entry.after["n_new"] == labels.count()
    # The truth is apart: far more claims are misuse than the labels know.
    truth = pl.read_parquet(folder / "truth.parquet")
    assert truth.height > labels.filter(is_misuse=True).count()


def nights_opened_cases() -> None:
    runs = ScreeningRun.objects.filter(source="nightly").order_by("business_date")
    assert [str(run.business_date) for run in runs] == ["2026-03-30", "2026-03-31"]
    assert {run.state for run in runs} == {"finished"}
    # A night may judge earlier claims again whose windows its own enter; none is left out.
    judged = set(Score.objects.filter(run__in=runs).values_list("claim_id", flat=True))
    assert judged == set(Claim.objects.filter(is_history=False).values_list("pk", flat=True))
    assert ModelVersion.objects.get().stage == "champion"
    assert Alert.objects.exists()
    assert Case.objects.exclude(state="new").exists()


def casework_has_something_for_everybody() -> None:
    """The clerk's ledger, the approver's queue and the reports are not empty, and the chain holds."""
    tonight = Case.objects.filter(run__source="nightly")
    states = set(tonight.values_list("state", flat=True))
    assert states >= {"new", "in_review", "awaiting_explanation", "explained", "pending_approval", "notified"}
    recovery = Recovery.objects.get(case__state="recovering", case__in=tonight)
    assert len(recovery.plan) == 3
    assert recovery.postings.count() == 1
    assert 0 < outstanding(recovery) < recovery.amount_minor
    repaid = Recovery.objects.get(case__disposition="personal_use_repaid", case__in=tonight)
    assert repaid.case.state == "closed"
    assert outstanding(repaid) == 0
    assert tonight.filter(state="in_review", snoozed_until__isnull=False).count() == 1
    assert tonight.filter(source="control_sample", state="closed", disposition="legitimate").exists()
    pending = tonight.filter(state="pending_approval", decisions__state="proposed")
    assert pending.exists()
    assert not pending.filter(decisions__why_approval="").exists()
    assert Label.objects.exclude(source="simulated_history").filter(is_misuse=True).exists()
    assert not find_faults()


def worked_weeks_are_stopped_anywhere(monkeypatch) -> None:
    """Stopped in a look back and in the middle of two stories: nothing of such a story stays."""
    monkeypatch.setattr(demo_plan, "WORKED_WEEKS", 2)
    before = ScreeningRun.objects.count(), Case.objects.count()
    for module, name, calls in (
        (past_weeks, "look_back", 1),
        (past_stories, "request_explanation", 2),
        (past_stories, "submit_explanation", 2),
    ):
        with monkeypatch.context() as patch:
            stop_at(patch, name, calls, module)
            with pytest.raises(Stopped):
                run_demo()
        begun = Case.objects.filter(run__source="history", version__gt=1)
        assert not begun.filter(state__in=["new", "in_review", "explained"]).exists()
    assert (ScreeningRun.objects.count() - before[0]) == 1
    assert Case.objects.count() > before[1]


def weeks_have_been_worked(folder: Path) -> None:
    """Opened at their time by look backs, decided by people after what is true of them, and told with their own times."""
    runs = ScreeningRun.objects.filter(source="history").order_by("business_date")
    assert [str(run.business_date) for run in runs] == ["2026-03-15", "2026-03-22"]
    cases = Case.objects.filter(run__in=runs)
    assert cases.count() == sum(run.n_cases for run in runs) > 10
    assert {case.opened_at.date() for case in cases} == {date(2026, 3, 15), date(2026, 3, 22)}
    # Half a year has passed since: everything that was to happen has happened.
    closed = cases.filter(state="closed")
    assert closed.count() > 0.8 * cases.count()
    truth = set(pl.read_parquet(folder / "truth.parquet")["external_id"])
    judged = {
        case.pk: (not truth.isdisjoint(case.alerts.values_list("claim__external_id", flat=True)), case)
        for case in closed.exclude(disposition__in=["insufficient_information", "duplicate"])
    }
    right = [true == (case.disposition != "legitimate") for true, case in judged.values()]
    assert sum(right) > 0.7 * len(right)
    events = AuditEvent.objects.filter(subject__in=[f"case:{case.reference}" for case in closed])
    assert events.exclude(action="case.opened").count() > 3 * closed.count()
    for case in closed:
        told = [e.at for e in events.filter(subject=f"case:{case.reference}").order_by("seq")]
        assert told == sorted(told)
        assert told[-1] >= case.closed_at.isoformat()
    assert not OutboxMessage.objects.filter(case__in=closed, state="waiting").exists()
    assert not closed.exclude(state="closed").filter(assignee=None).exists()


def every_role_can_sign_in(text: str) -> None:
    roles = set()
    for login in read_plan().logins:
        user = User.objects.get(username=login["username"])
        assert login["username"] in text
        assert user.check_password("cleancard-demo")
        assert Cardholder.objects.filter(employee_no=user.employee_no).count() == 1
        roles |= actor_of(user).roles
    assert roles == set(Role) - {Role.DATA_CLIENT}  # nobody signs in as a program
    assert User.objects.values("employee_no").distinct().count() == User.objects.count()


@pytest.mark.django_db
def test_demo_refuses_a_database_with_other_claims():
    make_claim()
    with pytest.raises(CommandError, match="빈 데이터베이스"):
        run_demo()


@pytest.mark.django_db
@pytest.mark.parametrize("nights", [0, 21])
def test_demo_says_how_many_nights_are_possible(nights):
    with pytest.raises(CommandError, match="1부터 20까지"):
        run_demo(nights=nights)
