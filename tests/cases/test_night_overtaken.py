"""Nights that fail, are overtaken, taken up again or given up: each claim is judged once a version, whoever comes first."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from cases.models import Alert, Case, HeldBack
from cases.services import errors, night_control
from cases.services.night import advance, open_nights, run_night, work_on
from cases.services.night_control import cancel_night, pause_night, restart_night, start_night
from cases.services.night_failed import fail_run, take_up_again
from cases.services.nights_due import NightOver, NothingReceived
from fraud.claims.models import Claim
from fraud.detection.models import RuleHit, RunPart, Score, ScreeningRun
from fraud.detection.screening import services as screening
from fraud.detection.screening.frames import pending_of
from tests.cases.api.conftest import Caller
from tests.cast import make_cast
from tests.draws import draws
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model
from tests.undone import undone_at_the_end

pytestmark = pytest.mark.django_db
NIGHTLY = Actor.system("nightly")
APPROVER = Actor("approver", frozenset({Role.APPROVER}))
DAY = date(2026, 5, 4)
START = datetime(2026, 5, 4, 12, tzinfo=UTC)
State = ScreeningRun.State


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_DIR, settings.NIGHTS_DIR = tmp_path / "models", tmp_path / "nights"
    settings.PART_CLAIMS = 30
    screening.forget_frames()
    add_rules()
    add_people()
    install_model()
    add_claims(120)


def begun(day: int = 0, steps: int = 0) -> ScreeningRun:
    """A night whose cut-off is the noon of its day, after so many pieces of work: the first is its cut, then a part each."""
    run = screening.open_run(
        business_date=DAY + timedelta(days=day), by=NIGHTLY, cut_off_at=START + timedelta(days=day)
    )
    for _ in range(steps):
        assert advance(run, by=NIGHTLY)
    run.refresh_from_db()
    return run


def failed(day: int = 0, steps: int = 2) -> ScreeningRun:
    run = begun(day, steps)
    assert fail_run(run, by=NIGHTLY, reason="the disk was full")
    return run


def to_the_end(run: ScreeningRun) -> ScreeningRun:
    run.refresh_from_db()
    return work_on(run, by=NIGHTLY)


def late_claims(day: int, n: int = 20) -> list[int]:
    return add_claims(n, seed=50 + day, prefix=f"d{day}x", received_at=START + timedelta(days=day, hours=-1))


def judged_twice() -> list[tuple[int, int]]:
    pairs = Counter(Score.objects.values_list("claim_id", "claim_version"))
    return [pair for pair, n in pairs.items() if n > 1]


def test_what_a_later_night_judged_is_not_judged_again_by_one_that_is_taken_up_afterwards() -> None:
    first = failed(steps=3)
    own = set(Score.objects.filter(run=first).values_list("claim_id", flat=True))
    assert 0 < len(own) < 120
    second = to_the_end(begun(1))
    assert set(Score.objects.filter(run=second).values_list("claim_id", flat=True)).isdisjoint(own)
    first = to_the_end(first)
    assert (first.state, first.is_late, judged_twice()) == (State.FINISHED, True, [])
    assert set(Score.objects.filter(run=first).values_list("claim_id", flat=True)) == own
    assert (first.n_claims, first.n_scored) == (len(own), len(own))
    assert Score.objects.values("claim_id").distinct().count() == 120
    assert Alert.objects.count() == Alert.objects.values("claim_id").distinct().count()
    prepared = screening.stage_of(first, "prepare")
    assert prepared is not None
    assert prepared["counts"]["overtaken"] == 120 - len(own)


def test_a_night_that_scored_nothing_before_it_was_overtaken_has_nothing_left() -> None:
    first = failed(steps=1)
    second = to_the_end(begun(1))
    first = to_the_end(first)
    assert (first.state, first.n_claims, second.n_scored, judged_twice()) == (State.FINISHED, 0, 120, [])


def test_another_process_that_knew_the_night_before_it_was_overtaken_asks_again() -> None:
    first = failed(steps=3)
    kept = screening.night_frame(first)
    to_the_end(begun(1))
    screening.night_frame(first)  # as a worker that had no part in the second night still holds it
    assert take_up_again(first, by=NIGHTLY)
    assert pending_of(first).height == first.n_claims < kept.features.height


def test_a_large_night_asks_again_what_is_its_own_after_it_was_overtaken(settings: Any) -> None:
    settings.LARGE_NIGHT = 100
    first = failed(steps=3)  # what it looks at lies in a file
    second = failed(day=1, steps=2)  # no large one, and no more than a part of it is judged
    theirs = judged_by(second)
    assert theirs
    first = to_the_end(first)
    left = 120 - len(theirs)
    assert (first.state, first.n_claims, first.n_scored) == (State.FINISHED, left, left)
    assert judged_by(first).isdisjoint(theirs)
    assert judged_twice() == []


def test_what_a_worker_has_in_hand_of_a_failed_night_is_not_stored_after_it_was_taken_up() -> None:
    first = begun(steps=1)
    part = RunPart.objects.order_by("number")[0]
    token = screening.new_token()
    assert screening.take(part, token, state=RunPart.State.TAKEN)
    assert fail_run(first, by=NIGHTLY, reason="gone")
    Score.objects.create(run=first, claim=Claim.objects.order_by("pk")[0], **_plain_score())
    assert take_up_again(first, by=NIGHTLY)
    with pytest.raises(screening.LeaseLost):
        screening.release(part, token, state=RunPart.State.DONE)


def _plain_score() -> dict[str, Any]:
    numbers = [
        "rule_score",
        "anomaly_score",
        "z",
        "model_probability",
        "hybrid_probability",
        "queue_probability",
    ]
    return {**dict.fromkeys(numbers, 0.1), "band": "low"}


def test_a_claim_that_both_judged_again_is_the_later_nights(settings: Any) -> None:
    settings.PART_CLAIMS = 8
    to_the_end(begun(0))
    # One more of the same person, shop and amount as what was judged already: the windows of both reach each other.
    twin = Claim.objects.order_by("pk")[0]
    known, twin.pk, twin.external_id, twin.row_hash = twin.pk, None, "twin", "twin"
    twin.transacted_at -= timedelta(hours=1)  # windows look back: the later of the two is judged again
    twin.received_at = twin.first_received_at = START + timedelta(hours=1)
    twin.save()
    late_claims(1, 40)
    first = begun(1, steps=1)
    while RunPart.objects.filter(
        run=first, state=RunPart.State.WAITING
    ).count() > 1 and known not in judged_by(first):
        assert advance(first, by=NIGHTLY)
    assert known in judged_by(first)
    assert fail_run(first, by=NIGHTLY, reason="the disk was full")
    before = Score.objects.filter(run=first).count()
    second = to_the_end(begun(2))
    first = to_the_end(first)
    own = set(Score.objects.filter(run=first).values_list("claim_id", flat=True))
    assert (first.state, known in own, own.isdisjoint(judged_by(second))) == (State.FINISHED, False, True)
    assert known in judged_by(second)
    assert len(own) == first.n_scored == first.n_claims < before
    assert first.n_hits == RuleHit.objects.filter(run=first).count()


def judged_by(run: ScreeningRun) -> set[int]:
    return set(Score.objects.filter(run=run).values_list("claim_id", flat=True))


def test_what_waits_for_a_seat_since_a_later_night_goes_on_waiting() -> None:
    first = failed(steps=3)
    late_claims(1, 40)
    second = begun(1)
    second.settings_used = {**second.settings_used, "reviewer_minutes_per_day": 30}
    second.save()
    second = to_the_end(second)
    waiting = set(HeldBack.objects.filter(resolved_at=None).values_list("claim_id", flat=True))
    assert waiting
    to_the_end(first)
    gone = HeldBack.objects.filter(claim__in=waiting, how=HeldBack.How.OUTDATED)
    assert not gone.exists()


def test_a_night_that_failed_waits_for_the_one_that_was_cut_since() -> None:
    first = failed(steps=3)
    second = begun(1, steps=2)
    looked_at = second.n_claims
    assert not take_up_again(first, by=NIGHTLY)
    with pytest.raises(errors.NightCannotStart, match="R-2026-05-05"):
        restart_night(run=first, expected_version=first.version, by=APPROVER)
    with pytest.raises(errors.NightCannotStart, match="R-2026-05-05"):
        cancel_night(run=first, expected_version=first.version, by=APPROVER, reason="no disk")
    assert to_the_end(first).state == State.FINISHED
    second.refresh_from_db()
    assert (second.state, second.n_scored, judged_twice()) == (State.FINISHED, looked_at, [])
    assert second.finished_at < ScreeningRun.objects.get(pk=first.pk).finished_at


def test_a_night_that_failed_waits_behind_a_later_one_that_is_paused() -> None:
    first = failed(steps=3)
    second = begun(1, steps=2)
    pause_night(run=second, expected_version=second.version, by=APPROVER)
    assert to_the_end(first) == second
    with pytest.raises(errors.NightCannotStart) as refused:
        restart_night(run=first, expected_version=first.version, by=APPROVER)
    assert refused.value.details["why"] == "paused"


def test_claims_of_an_overtaken_night_that_is_given_up_are_the_next_nights(settings: Any) -> None:
    settings.COLUMNS_FROM = 1  # notes are kept of what whole nights settled
    first = failed(steps=3)
    own = set(Score.objects.filter(run=first).values_list("claim_id", flat=True))
    to_the_end(begun(1))
    first.refresh_from_db()
    cancel_night(run=first, expected_version=first.version, by=APPROVER, reason="the disk is gone")
    entry = AuditEvent.objects.get(action="run.cancelled")
    assert entry.after["reason"] == "the disk is gone"
    third = to_the_end(begun(2))
    assert set(Score.objects.filter(run=third).values_list("claim_id", flat=True)) >= own
    assert Score.objects.values("claim_id").distinct().count() == 120


#: What may happen, one after the other: a night of the next day begins, the one at work does a piece, fails; a failed one is taken up or given up; a claim changes.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "work", "work", "fail", "take", "give", "change", "late"]),
        st.integers(0, 3),
    ),
    min_size=6,
    max_size=18,
)
_numbers = count()


@given(steps=STEPS)
@settings(
    max_examples=draws(24),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_in_whatever_order_nights_fail_overtake_and_resume_each_claim_is_judged_once(
    steps: list[tuple[str, int]],
) -> None:
    with undone_at_the_end():
        screening.forget_frames()
        days = count()
        begun(next(days))
        for name, which in steps:
            _happens(name, which, days)
        for run in ScreeningRun.objects.order_by("-pk" if len(steps) % 2 else "pk"):
            if run.state not in (State.FINISHED, State.CANCELLED):
                assert to_the_end(run).state == State.FINISHED
        to_the_end(begun(next(days) + 1))
        _adds_up()
    screening.forget_frames()


def _happens(name: str, which: int, days: Any) -> None:
    under_way = ScreeningRun.objects.exclude(state__in=ScreeningRun.ENDED).order_by("pk").first()
    stopped = list(ScreeningRun.objects.filter(state=State.FAILED).order_by("pk"))
    if name == "begin" and under_way is None:
        begun(next(days))
    elif name == "work" and under_way is not None:
        before = pending_of(under_way) if under_way.state == State.SCORING else None
        advance(under_way, by=NIGHTLY)
        if before is not None:  # asked again, by a process that knows nothing of it: the same claims
            screening.forget_frames()
            under_way.refresh_from_db()
            assert pending_of(under_way).equals(before)
    elif name == "fail" and under_way is not None:
        fail_run(under_way, by=NIGHTLY, reason="as drawn")
    elif name == "take" and stopped:
        take_up_again(stopped[which % len(stopped)], by=NIGHTLY)
    elif name == "give" and stopped and under_way is None:
        run = stopped[which % len(stopped)]
        if (screening.stage_of(run, "opening") or {}).get("state") != "done":
            cancel_night(run=run, expected_version=run.version, by=APPROVER, reason="as drawn")
    elif name == "late":
        at = (under_way.cut_off_at if under_way else START + timedelta(days=1)) - timedelta(hours=2)
        add_claims(5, seed=next(_numbers), prefix=f"l{next(_numbers)}x", received_at=at + timedelta(days=1))


def _adds_up() -> None:
    """By a plain count: no claim twice in one version but where a later night judged it again on news, none left out, counts as stored."""
    ended = ScreeningRun.objects.filter(state=State.FINISHED)
    last = ended.order_by("-cut_off_at")[0]
    known = set(Claim.objects.filter(received_at__lte=last.cut_off_at).values_list("pk", flat=True))
    assert set(Score.objects.values_list("claim_id", flat=True)) >= known
    for run in ended:
        assert run.n_scored == Score.objects.filter(run=run).count()
        assert run.n_claims == run.n_scored
        if screening.stage_of(run, "prepare") and run.n_claims:
            assert run.n_hits == RuleHit.objects.filter(run=run).count()
    order = {run.pk: run.finished_at for run in ended}
    firsts: dict[int, list[int]] = {}
    for claim, run_id in Score.objects.order_by("pk").values_list("claim_id", "run_id"):
        firsts.setdefault(claim, []).append(run_id)
    for runs in firsts.values():  # whoever judged it again began later than whoever judged it before
        assert runs == sorted(runs), (runs, order)
    alerts = Counter(Alert.objects.filter(left_at=None).values_list("claim_id", flat=True))
    assert not [claim for claim, n in alerts.items() if n > 1]


def test_past_days_are_caught_up_or_refused_with_what_would_be_right(
    time_machine: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    time_machine.move_to("2026-05-11T10:00:00+09:00", tick=False)
    with pytest.raises(NothingReceived) as early:
        open_nights(business_date=date(2020, 1, 1), by=NIGHTLY)
    assert early.value.first == date(2026, 3, 2)
    with pytest.raises(CommandError, match="2026-03-02"):
        call_command("nightly", "--date", "2020-01-01")
    *missed, own = open_nights(business_date=DAY, by=NIGHTLY)
    assert (missed, own.is_late, own.cut_off_at.isoformat()) == ([], True, "2026-05-04T17:00:00+00:00")
    work_on(own, by=NIGHTLY)
    later = open_nights(business_date=DAY + timedelta(days=3), by=NIGHTLY)
    assert [run.business_date.day for run in later] == [5, 6, 7]
    work_on(later[-1], late=later[:-1], by=NIGHTLY)
    assert open_nights(business_date=DAY, by=NIGHTLY) == [own]
    with pytest.raises(NightOver):
        open_nights(business_date=date(2026, 5, 3), by=NIGHTLY)
    with pytest.raises(CommandError, match="--look-back"):
        call_command("nightly", "--date", "2026-05-03")
    with pytest.raises(CommandError):
        call_command("nightly", "--look-back", "5")
    add_claims(30, prefix="h", is_history=True, start=datetime(2026, 4, 1, tzinfo=UTC), days=5)
    capsys.readouterr()
    call_command("nightly", "--look-back", "5", "--date", "2026-04-06")
    assert "R-2026-04-06-history" in capsys.readouterr().out


def test_starting_a_night_that_has_ended_begins_no_other(time_machine: Any) -> None:
    time_machine.move_to("2026-05-08T10:00:00+09:00", tick=False)
    run_night(business_date=date(2026, 5, 4), by=NIGHTLY)
    run_night(business_date=date(2026, 5, 8), by=NIGHTLY)
    with pytest.raises(errors.NightCannotStart):
        start_night(by=APPROVER)
    assert [run.business_date.day for run in open_nights(by=NIGHTLY)] == [8]
    assert ScreeningRun.objects.count() == 2


def test_each_failed_night_can_be_taken_up_or_given_up_on_its_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[Any] = []
    monkeypatch.setattr(night_control, "start_process", worked.append)
    first = failed(steps=3)
    to_the_end(begun(1))
    cast = make_cast()
    address = f"/runs/{first.reference}/"
    client.cookies["django_language"] = "en"
    client.force_login(cast.reviewer)
    assert f"{address}restart/" not in client.get(address).content.decode()
    with pytest.raises(NotPermitted):
        restart_night(run=first, expected_version=0, by=Actor("r", frozenset({Role.REVIEWER})))
    client.force_login(cast.approver)
    said = client.get(address).content.decode()
    assert f"{address}restart/" in said
    assert f"{address}cancel/" in said
    unsaid = client.post(f"{address}cancel/", {"version": 0, "reason": " "}, follow=True).content.decode()
    assert "at least 2 characters" in unsaid
    client.post(f"{address}restart/", {"version": 0})
    first.refresh_from_db()
    assert ([run.pk for run in worked], first.state, first.version) == ([first.pk], State.SCORING, 1)
    assert AuditEvent.objects.filter(action="run.restarted").latest("seq").actor == cast.approver.username
    fail_run(first, by=NIGHTLY, reason="again")
    client.post(f"{address}cancel/", {"version": 1, "reason": "the disk is gone"})
    over = client.get(address).content.decode()
    assert "the disk is gone" in over
    assert Case.objects.filter(run=first).count() == 0


def test_interface_and_command_take_failed_nights_up_and_give_them_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(night_control, "start_process", lambda run: None)
    first = failed(steps=3)
    to_the_end(begun(1))
    client = APIClient()
    client.force_login(make_cast().approver, backend="django.contrib.auth.backends.ModelBackend")
    caller, at = Caller(client), f"runs/{first.reference}"
    assert caller.send(f"{at}/restart/", {}, version=7).status_code == 409
    assert caller.send(f"{at}/restart/", {}, version=0).json()["state"] == "scoring"
    first.refresh_from_db()
    fail_run(first, by=NIGHTLY, reason="again")
    assert caller.send(f"{at}/cancel/", {}, version=1).status_code == 422
    with pytest.raises(CommandError, match="2자 이상"):
        call_command("nightly", "--cancel", "--run", first.reference)
    call_command("nightly", "--run", first.reference)
    assert f"{first.reference} 완료" in capsys.readouterr().out
    third = failed(2, steps=1)
    given = caller.send(f"runs/{third.reference}/cancel/", {"reason": "no disk"}, version=third.version)
    assert given.json()["state"] == "cancelled"
