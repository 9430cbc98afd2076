"""The night in process: every claim accounted for, nothing twice, nothing lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.db.models import Min
from django.http import QueryDict
from django.utils.translation import override

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from audit.services import find_faults
from cases.models import Alert, Case, HeldBack
from cases.pages.case import claims_of
from cases.pages.queue_reading import read_filters
from cases.services import opening
from cases.services.by_hand import open_case_by_hand
from cases.services.night import closing_line, prepare, run_night
from cases.services.nights_due import business_date_of, missed_nights
from cases.workflow import State
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.company.models import CompanySettings
from fraud.detection.models import ModelVersion, RuleHit, RunPart, Score, ScreeningRun
from fraud.detection.screening import services as screening
from rules.models import RuleVersion
from tests.cast import correct_claim, make_case, make_cast, make_claim, put_case
from tests.night_company import START, add_claims, add_people, add_rules
from tests.night_model import QUICK, install_model

pytestmark = pytest.mark.django_db
NIGHTLY = Actor.system("nightly")
DAY = date(2026, 5, 4)


@pytest.fixture(autouse=True)
def company(settings: Any, tmp_path: Path) -> None:
    settings.MODELS_DIR = tmp_path / "models"
    settings.COLUMNS_DIR, settings.COLUMNS_FROM = tmp_path / "columns", 0
    screening.forget_frames()
    add_rules()
    add_people()


def night(day: date = DAY, **options: Any) -> ScreeningRun:
    return run_night(business_date=day, by=NIGHTLY, **options)


def tables() -> dict[str, list[Any]]:
    """Everything a night writes, without row numbers and clocks."""
    return {
        "scores": sorted(
            Score.objects.values_list("run__business_date", "claim_id", "z", "queue_probability", "band")
        ),
        "hits": sorted(
            RuleHit.objects.values_list("run__business_date", "claim_id", "rule_version__rule__code")
        ),
        "cases": sorted(
            Case.objects.values_list("reference", "bundle_key", "source", "priority", "n_claims", "version")
        ),
        "alerts": sorted(
            Alert.objects.values_list("case__reference", "claim_id", "channel", "inclusion_probability")
        ),
        "audit": sorted(AuditEvent.objects.values_list("subject", "seq", "action")),
    }


def test_night_accounts_for_every_claim() -> None:
    install_model()
    claims = add_claims(600)
    run = night()
    assert run.state == ScreeningRun.State.FINISHED
    assert run.n_claims == run.n_scored == len(claims)
    assert sorted(Score.objects.filter(run=run).values_list("claim_id", flat=True)) == sorted(claims)
    assert run.n_hits == RuleHit.objects.filter(run=run).count() > 0
    assert run.n_alerts == Alert.objects.filter(run=run).count() > 0
    assert run.n_cases == Case.objects.count() > 0
    assert [(s["name"], s["state"]) for s in run.stages] == [
        ("prepare", "done"),
        ("scoring", "done"),
        ("opening", "done"),
        ("finish", "done"),
    ]
    entries = AuditEvent.objects.filter(subject=f"run:{run.reference}").values_list("action", flat=True)
    assert list(entries) == ["run.started", "run.finished"]
    assert find_faults() == []


def test_hits_are_those_of_a_plain_count() -> None:
    install_model()
    add_claims(600)
    run = night()
    large = set(Claim.objects.filter(amount_minor__gt=500_000).values_list("pk", flat=True))
    found = RuleHit.objects.filter(run=run, rule_version__rule__code="A01")
    assert set(found.values_list("claim_id", flat=True)) == large
    repeated = set()
    for claim in Claim.objects.all():
        earlier = Claim.objects.filter(
            cardholder=claim.cardholder_id,
            merchant=claim.merchant_id,
            amount_minor=claim.amount_minor,
            transacted_at__gte=claim.transacted_at - timedelta(days=3),
            transacted_at__lte=claim.transacted_at,
        ).exclude(pk=claim.pk)
        if any((c.transacted_at, c.pk) < (claim.transacted_at, claim.pk) for c in earlier):
            repeated.add(claim.pk)
    found = RuleHit.objects.filter(run=run, rule_version__rule__code="D03")
    assert set(found.values_list("claim_id", flat=True)) == repeated


def test_running_again_changes_nothing() -> None:
    install_model()
    add_claims(300)
    first = night()
    before = tables()
    assert night().pk == first.pk
    assert tables() == before


def test_run_cut_into_parts_gives_what_one_part_gives(settings: Any) -> None:
    install_model()
    add_claims(400)
    with taken_back():
        night()
        whole = tables()
    settings.PART_CLAIMS = 60
    run = night()
    assert RunPart.objects.filter(run=run).count() > 5
    assert tables() == whole


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever happens inside is undone."""
    before = transaction.savepoint()
    yield
    transaction.savepoint_rollback(before)
    screening.forget_frames()


def test_history_is_context_and_never_screened() -> None:
    install_model()
    add_claims(200, prefix="h", is_history=True)
    fresh = add_claims(50, prefix="n", start=START + timedelta(days=60), days=2)
    assert night().n_claims == len(fresh)
    assert Score.objects.exclude(claim_id__in=fresh).count() == 0


def test_claim_received_after_the_cut_off_waits_for_the_next_night() -> None:
    install_model()
    cut_off = START + timedelta(days=90)
    add_claims(50, prefix="a", received_at=cut_off)
    late = add_claims(20, prefix="b", received_at=cut_off + timedelta(seconds=1))
    first = night(cut_off_at=cut_off)
    assert first.n_claims == 50
    second = night(DAY + timedelta(days=1), cut_off_at=cut_off + timedelta(days=1))
    judged = {run.pk: set(run.scores.values_list("claim_id", flat=True)) for run in (first, second)}
    assert judged[first.pk].isdisjoint(late)
    assert judged[second.pk] >= set(late)  # with the claims into whose windows they come


def test_changed_delivery_is_scored_as_its_new_version() -> None:
    install_model()
    add_claims(50)
    night()
    old = Claim.objects.order_by("pk").first()
    assert old is not None
    correct_claim(old, received_at=datetime.now(UTC), amount_minor=900_000)
    second = night(DAY + timedelta(days=1))
    judged = dict(Score.objects.filter(run=second).values_list("claim_id", "claim_version"))
    assert judged.pop(old.pk) == 2
    assert set(judged.values()) <= {1}  # claims behind it are judged again
    assert sorted(Score.objects.filter(claim=old).values_list("claim_version", flat=True)) == [1, 2]


def test_late_row_has_the_claims_behind_it_judged_again_the_same_night() -> None:
    install_model()
    add_claims(60, days=3)
    first = night()
    person, place = Claim.objects.order_by("transacted_at").values_list("cardholder_id", "merchant_id")[30]
    at = Claim.objects.order_by("transacted_at")[30].transacted_at - timedelta(minutes=5)
    late = make_claim(
        cardholder=Cardholder.objects.get(pk=person),
        merchant=Merchant.objects.get(pk=place),
        transacted_at=at,
        received_at=first.cut_off_at + timedelta(hours=1),
    )
    second = night(DAY + timedelta(days=1), cut_off_at=first.cut_off_at + timedelta(days=1))
    behind = {
        claim.pk
        for claim in Claim.objects.exclude(pk=late.pk)
        if claim.transacted_at >= at and (claim.cardholder_id == person or claim.merchant_id == place)
    }
    assert 0 < len(behind) < 60
    assert set(Score.objects.filter(run=second).values_list("claim_id", flat=True)) == {late.pk, *behind}
    assert Alert.objects.values("claim").distinct().count() == Alert.objects.count()


def test_superseding_after_the_cut_off_does_not_change_an_interrupted_run() -> None:
    install_model()
    add_claims(50)
    cut_off = START + timedelta(days=90)
    run = screening.open_run(business_date=DAY, by=NIGHTLY, cut_off_at=cut_off)
    old = Claim.objects.order_by("pk").first()
    assert old is not None
    correct_claim(old, received_at=cut_off + timedelta(hours=1), amount_minor=900_000)
    night()
    assert Score.objects.get(run=run, claim=old).claim_version == 1


@time_machine.travel(
    datetime(2026, 11, 20, 20, tzinfo=UTC)
)  # five in the morning in Seoul, whenever the test runs
def test_missed_nights_are_caught_up_in_order_and_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    install_model()
    today = business_date_of(datetime.now(UTC))
    for days in (3, 2, 1, 0):
        received = datetime.combine(today - timedelta(days=days), datetime.min.time(), UTC)
        add_claims(20, prefix=f"d{days}", received_at=received)
    first = run_night(
        business_date=today - timedelta(days=3),
        by=NIGHTLY,
        cut_off_at=datetime.combine(today - timedelta(days=3), datetime.max.time(), UTC) - timedelta(hours=7),
    )
    assert missed_nights(today) == [today - timedelta(days=2), today - timedelta(days=1)]
    last = run_night(by=NIGHTLY)
    runs = list(ScreeningRun.objects.order_by("business_date"))
    assert [run.business_date for run in runs] == [today - timedelta(days=d) for d in (3, 2, 1, 0)]
    assert [run.is_late for run in runs] == [False, True, True, False]
    # Claims of one night may enter windows of earlier ones, which are then judged again; new ones are each night's own.
    first_run = (
        Score.objects.values_list("claim_id").annotate(run=Min("run_id")).values_list("run", flat=True)
    )
    assert Counter(first_run) == {run.pk: 20 for run in runs}
    assert (first.pk, last.pk) == (runs[0].pk, runs[-1].pk)
    assert missed_nights(today + timedelta(days=1)) == []


def test_night_belongs_to_the_day_before_until_seven() -> None:
    two = datetime(2026, 5, 4, 17, 0, tzinfo=UTC)  # 02:00 of the 5th in Seoul
    assert business_date_of(two) == date(2026, 5, 4)
    assert business_date_of(two + timedelta(hours=6)) == date(2026, 5, 5)


def test_night_without_claims_finishes() -> None:
    run = night()
    assert (run.state, run.n_claims, run.n_cases) == (ScreeningRun.State.FINISHED, 0, 0)


def test_first_night_puts_a_version_without_labels_into_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fraud.learning.rounds.FIRST_CONFIG", QUICK)
    add_claims(400)
    run = night()
    version = run.model_version
    assert version is not None
    assert (version.stage, version.n_confirmed, version.is_calibrated) == (
        ModelVersion.Stage.CHAMPION,
        0,
        False,
    )
    entry = AuditEvent.objects.get(action="model.promoted")
    assert entry.actor == "system:nightly"
    add_claims(20, prefix="z")
    assert night(DAY + timedelta(days=1)).model_version == version
    assert ModelVersion.objects.count() == 1


def test_first_night_with_a_handful_of_claims_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fraud.learning.rounds.FIRST_CONFIG", QUICK)
    add_claims(3)
    run = night()
    assert (run.state, run.n_scored) == (ScreeningRun.State.FINISHED, 3)


def test_reasons_of_an_alert_sum_to_its_score() -> None:
    install_model()
    add_claims(400)
    run = night()
    explained = Score.objects.filter(run=run, reasons__isnull=False)
    assert set(explained.values_list("claim_id", flat=True)) == set(
        Alert.objects.values_list("claim_id", flat=True)
    )
    for score in explained:
        total = sum(r["value"] for r in score.reasons if r["kind"] != "novelty")
        assert total == pytest.approx(score.z, abs=1e-4)
        assert score.features["amount"] == Claim.objects.get(pk=score.claim_id).amount_minor


def test_rule_hit_of_an_alert_keeps_the_values_that_made_it_true() -> None:
    install_model()
    add_claims(400)
    run = night()
    hit = RuleHit.objects.filter(run=run, rule_version__rule__code="A01", facts__isnull=False).first()
    assert hit is not None
    amount = Claim.objects.get(pk=hit.claim_id).amount_minor
    assert hit.facts["title"] == {"ko": "규칙 A01", "en": "Rule A01"}
    assert hit.facts["values"]["amount"]["value"] == amount


def test_absolute_ban_opens_a_case_whatever_the_budget(settings: Any) -> None:
    install_model()
    add_claims(400)
    change_setting("reviewer_minutes_per_day", 0)
    run = night()
    assert set(Alert.objects.values_list("channel", flat=True)) == {"rule"}
    banned = set(Claim.objects.filter(card_status="stopped").values_list("pk", flat=True))
    assert set(Alert.objects.values_list("claim_id", flat=True)) >= banned
    assert run.n_held_back > 0


def change_setting(name: str, value: object) -> None:
    from fraud.company.changing import activate_settings, propose_settings

    row = propose_settings(changes={name: value}, note="test", by=Actor.system("test"))
    activate_settings(number=row.number, by=Actor.system("test"))


def test_control_sample_is_blind_and_keeps_its_probability() -> None:
    install_model()
    add_claims(400)
    run = night()
    alerts = list(Alert.objects.filter(channel="control_sample").select_related("case"))
    population = next(s for s in run.stages if s["name"] == "opening")["counts"]["sample_population"]
    assert len(alerts) == 3
    # two by equal chances, one where misses are likelier: nobody's chance is under that of the two
    assert all(2 / population <= a.inclusion_probability < 1 for a in alerts)
    assert all(a.case.drawn_blind and a.case.n_claims == 1 for a in alerts)
    assert len({a.case.priority for a in alerts}) == 1
    assert {a.case.headline["code"] for a in alerts} == {"control_sample"}


def test_later_alert_joins_the_open_case_and_not_a_decided_one() -> None:
    install_model()
    add_claims(100)
    night()
    case = Case.objects.filter(pattern="A01").first()
    assert case is not None
    again(case, "again1")
    second = night(DAY + timedelta(days=1))
    case.refresh_from_db()
    assert (second.n_cases, case.has_news, case.version) == (0, True, 2)
    assert AuditEvent.objects.filter(subject=f"case:{case.reference}", action="case.alert_added").count() == 1
    put_case(case, state=State.PENDING_APPROVAL.value)
    again(case, "again2")
    third = night(DAY + timedelta(days=2))
    assert third.n_cases >= 1
    assert Case.objects.filter(run=third, pattern="A01", cardholder=case.cardholder).count() == 1


def test_what_people_brought_into_a_case_before_its_first_night_opens_no_further_case(settings: Any) -> None:
    """Whatever was decided of it or is still collected: it is neither opened again nor drawn."""
    install_model()
    add_claims(100)
    claims = list(
        Claim.objects.filter(txn_type="purchase").select_related("cardholder", "merchant").order_by("pk")
    )
    taken_up = claims[::2]
    states = [
        State.CLOSED,
        State.RECOVERING,
        State.NOTIFIED,
        State.PENDING_APPROVAL,
        State.AWAITING_EXPLANATION,
    ]
    for n, claim in enumerate(taken_up):
        make_case(
            claims=[claim],
            state=states[n % len(states)].value,
            source=Case.Source.MANUAL,
            band="",
            pattern="",
        )
    run = night()
    opened = Alert.objects.filter(case__run=run)
    assert opened.exists()
    assert not opened.filter(claim__in=taken_up).exists()


def again(case: Case, name: str) -> None:
    """Another large payment of the same person at the same merchant."""
    first = Alert.objects.filter(case=case).select_related("claim").order_by("pk")[0].claim
    copy = Claim.objects.get(pk=first.pk)
    copy.pk, copy.external_id, copy.row_hash = None, name, name
    copy.transacted_at, copy.received_at = first.transacted_at + timedelta(hours=1), datetime.now(UTC)
    copy.amount_minor += 1000
    copy.save()


def test_rule_that_lacks_a_column_is_listed_as_not_evaluable() -> None:
    install_model()
    add_rules({"T01": ("merchant.opened_on > 2026-01-01", 1.0, False)})
    add_claims(50)
    run = night()
    assert run.not_evaluable["T01"] == {"n": 50, "missing": ["merchant.opened_on"]}


def test_rule_that_cannot_run_is_stopped_and_never_counts_as_clean() -> None:
    install_model()
    add_rules({"L01": ("merchant.mcc in @gone", 5.0, False)})
    add_claims(50)
    run = night()
    assert run.not_evaluable["L01"]["n"] == 50
    assert "gone" in run.not_evaluable["L01"]["error"]
    version = RuleVersion.objects.get(rule__code="L01")
    assert version.state == RuleVersion.State.RETIRED
    assert AuditEvent.objects.filter(action="rule.disabled", actor="system:nightly").count() == 1
    assert RuleHit.objects.filter(rule_version__rule__code="M01").exists()


def test_shadow_rule_is_watched_and_does_not_move_the_score() -> None:
    install_model()
    add_claims(200)
    with taken_back():
        night()
        before = dict(Score.objects.values_list("claim_id", "z"))
    add_rules({"S01": ("amount > 1 KRW", 5.0, False)})
    RuleVersion.objects.filter(rule__code="S01").update(state=RuleVersion.State.SHADOW)
    run = night()
    assert dict(Score.objects.values_list("claim_id", "z")) == before
    assert RuleHit.objects.filter(run=run, is_shadow=True).count() == 200


def test_claim_that_cannot_be_scored_is_set_aside_and_the_others_finish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install_model()
    claims = add_claims(64)
    poison = claims[17]
    from fraud.detection.screening import score

    original = score.score_rows

    def fails(run: Any, features: Any, hits: Any, frame: Any) -> Any:
        if poison in features["claim_id"].to_list():
            raise RuntimeError("cannot be scored")
        return original(run, features, hits, frame)

    monkeypatch.setattr(score, "score_rows", fails)
    run = night()
    assert run.state == ScreeningRun.State.FINISHED
    assert set(claims) - set(Score.objects.values_list("claim_id", flat=True)) == {poison}
    part = RunPart.objects.get(state=RunPart.State.QUARANTINED)
    assert (part.n_claims, part.error) == (1, "RuntimeError: cannot be scored")
    assert run.n_scored == run.n_claims - 1
    assert next(s for s in run.stages if s["name"] == "scoring")["counts"]["quarantined"] == 1
    monkeypatch.undo()
    second = night(DAY + timedelta(days=1))
    assert list(Score.objects.filter(run=second).values_list("claim_id", flat=True)) == [poison]


def test_error_of_a_stage_is_kept_and_the_next_start_finishes(monkeypatch: pytest.MonkeyPatch) -> None:
    install_model()
    add_claims(100)
    monkeypatch.setenv("CLEANCARD_FAULT", "open.written:raise")
    with pytest.raises(RuntimeError, match=r"open\.written"):
        night()
    run = ScreeningRun.objects.get()
    assert "FaultInjected" in run.error
    assert (Case.objects.count(), Alert.objects.count()) == (0, 0)
    monkeypatch.delenv("CLEANCARD_FAULT")
    assert night().state == ScreeningRun.State.FINISHED
    assert Case.objects.count() > 0


def test_run_uses_the_rules_and_settings_it_was_opened_with() -> None:
    install_model()
    add_claims(100)
    run = screening.open_run(business_date=DAY, by=NIGHTLY)
    RuleVersion.objects.filter(rule__code="A01").update(state=RuleVersion.State.RETIRED)
    change_setting("reviewer_minutes_per_day", 0)
    night()
    assert RuleHit.objects.filter(run=run, rule_version__rule__code="A01").exists()
    assert Alert.objects.filter(channel="model").exists()


def test_damaged_model_stops_the_run_with_its_name(settings: Any) -> None:
    version = install_model()
    add_claims(20)
    from fraud.learning.registry import forget_loaded

    forget_loaded()
    file = next(
        p for p in (Path(settings.MODELS_DIR) / version.folder).iterdir() if p.name != "manifest.json"
    )
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(RuntimeError, match=version.reference):
        night()
    assert Score.objects.count() == 0
    assert AuditEvent.objects.filter(action="model.damaged").count() == 1


def test_reviewer_does_not_start_a_night() -> None:
    with pytest.raises(NotPermitted):
        run_night(business_date=DAY, by=Actor(username="r", roles=frozenset({Role.REVIEWER})))


def test_two_openings_of_one_business_date_are_one_run() -> None:
    runs = {screening.open_run(business_date=DAY, by=NIGHTLY).pk for _ in range(3)}
    assert len(runs) == 1
    assert AuditEvent.objects.filter(action="run.started").count() == 1


def test_priority_of_a_case_is_its_expected_loss() -> None:
    install_model()
    add_claims(300)
    night()
    for case in Case.objects.exclude(source="control_sample"):
        expected = sum(
            round(a.score.hybrid_probability * a.claim.amount_minor)
            for a in Alert.objects.filter(case=case).select_related("claim", "score")
            if a.score
        )
        assert abs(case.priority - expected) <= case.n_claims


def test_claim_held_back_gets_a_seat_on_a_later_night_and_keeps_what_was_judged() -> None:
    install_model()
    add_claims(400)
    change_setting("reviewer_minutes_per_day", 0)
    first = night()
    waiting = {row.claim_id: row for row in HeldBack.objects.all()}
    over = set(
        Score.objects.filter(run=first, hybrid_probability__gt=0.05).values_list("claim_id", flat=True)
    )
    assert set(waiting) == over - set(Alert.objects.values_list("claim_id", flat=True)) != set()
    assert {(row.why, row.nights_waited, row.how) for row in waiting.values()} <= {
        ("capacity", 0, ""),
        ("unproven", 0, ""),
    }
    assert first.n_held_back == len(waiting)

    change_setting("reviewer_minutes_per_day", 1200)
    second = night(DAY + timedelta(days=1))
    assert second.n_claims == 0
    alerts = Alert.objects.filter(claim__in=waiting).select_related("score", "run")
    assert {alert.claim_id for alert in alerts} == set(waiting)
    assert {(alert.run_id, alert.score.run_id) for alert in alerts if alert.score} == {(second.pk, first.pk)}
    assert all(alert.score and alert.score.reasons for alert in alerts)
    assert set(HeldBack.objects.values_list("how", flat=True)) <= {"opened", "joined"}
    hits = RuleHit.objects.filter(claim__in=waiting, is_shadow=False).select_related("rule_version__rule")
    expected = {(hit.claim_id, hit.rule_version.rule.code) for hit in hits}
    shown = {
        (row.claim.pk, hit.rule_version.rule.code)
        for case in Case.objects.exclude(source="control_sample")
        for row in claims_of(case)
        for hit in row.hits
    }
    assert {pair for pair in shown if pair[0] in waiting} == expected != set()
    for code in {code for _claim, code in expected}:
        found = Case.objects.filter(read_filters(QueryDict(f"rule={code}")).condition)
        cases = Case.objects.filter(alerts__claim__in=[claim for claim, hit in expected if hit == code])
        assert set(cases.exclude(source="control_sample")) <= set(found)
    assert second.n_held_back == 0
    assert find_faults() == []


def test_claim_held_back_expires_after_its_nights_and_is_counted_and_recorded() -> None:
    install_model()
    add_claims(200)
    change_setting("reviewer_minutes_per_day", 0)
    change_setting("held_back_nights", 2)
    n = night().n_held_back
    assert n > 0
    assert night(DAY + timedelta(days=1)).n_held_back == n
    assert set(HeldBack.objects.values_list("nights_waited", "how")) == {(1, "")}
    last = night(DAY + timedelta(days=2))
    assert last.n_held_back == 0
    assert set(HeldBack.objects.values_list("nights_waited", "how")) == {(2, "expired")}
    assert next(s for s in last.stages if s["name"] == "opening")["counts"]["expired"] == n
    entry = AuditEvent.objects.get(action="run.held_back_expired")
    assert set(entry.after["claims"]) == set(HeldBack.objects.values_list("claim_id", flat=True))
    with override("en"):
        assert closing_line(last).endswith(f"held back 0, expired {n}")
    assert night(DAY + timedelta(days=3)).n_held_back == 0
    assert HeldBack.objects.count() == n


def test_held_back_claim_that_was_taken_up_or_changed_waits_no_longer() -> None:
    install_model()
    add_claims(400)
    change_setting("reviewer_minutes_per_day", 0)
    night()
    by_hand, corrected = HeldBack.objects.order_by("pk")[:2]
    open_case_by_hand(
        claims=[by_hand.claim],
        reason="Seen on paper",
        by=Actor(username="r", roles=frozenset({Role.REVIEWER})),
    )
    by_hand.refresh_from_db()
    assert by_hand.how == "opened"
    correct_claim(corrected.claim, received_at=datetime.now(UTC), amount_minor=1)
    night(DAY + timedelta(days=1))
    corrected.refresh_from_db()
    assert Score.objects.filter(claim=corrected.claim_id, claim_version=2).count() == 1
    score = Score.objects.get(claim=corrected.claim_id, claim_version=2)
    assert corrected.how == ("outdated" if score.hybrid_probability <= 0.05 else "")


def test_case_decided_while_the_night_chooses_is_not_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the choice and the writing a reviewer proposes a decision; the claim opens a case of its own."""
    install_model()
    add_claims(100)
    night()
    case = Case.objects.filter(pattern="A01").first()
    assert case is not None
    again(case, "late")
    from cases.services import opening

    chosen = opening._select

    def slow(run: ScreeningRun) -> Any:
        found = chosen(run)
        assert case.pk in {bundle.case_id for bundle in found[0].bundles}
        put_case(case, state=State.PENDING_APPROVAL.value)
        return found

    monkeypatch.setattr(opening, "_select", slow)
    second = night(DAY + timedelta(days=1))
    late = Claim.objects.get(external_id="late")
    assert not Alert.objects.filter(case=case, claim=late).exists()
    assert Alert.objects.get(claim=late).case.run_id == second.pk


def test_fault_of_all_claims_fails_the_run_and_quarantines_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    install_model()
    claims = add_claims(64)
    from fraud.detection.screening import score

    def fails(*given: Any) -> Any:
        raise RuntimeError("detector gone")

    monkeypatch.setattr(score, "score_rows", fails)
    with pytest.raises(RuntimeError, match="no claim of the run can be scored"):
        night()
    run = ScreeningRun.objects.get()
    assert (run.state, run.n_scored) == (ScreeningRun.State.FAILED, 0)
    assert "detector gone" in run.error
    assert not RunPart.objects.filter(state=RunPart.State.QUARANTINED).exists()
    assert AuditEvent.objects.filter(action="run.failed", subject=f"run:{run.reference}").count() == 1
    monkeypatch.undo()
    assert night().n_scored == len(claims)


def test_model_damaged_between_cutting_and_scoring_fails_the_run(settings: Any) -> None:
    version = install_model()
    add_claims(40)
    run = screening.open_run(business_date=DAY, by=NIGHTLY)
    prepare(run, by=NIGHTLY)
    from fraud.learning.registry import forget_loaded

    forget_loaded()
    (Path(settings.MODELS_DIR) / version.folder / "manifest.json").unlink()
    with pytest.raises(RuntimeError, match=version.reference):
        night()
    run.refresh_from_db()
    assert run.state == ScreeningRun.State.FAILED
    assert version.reference in run.error
    assert set(RunPart.objects.values_list("state", "attempts")) == {(RunPart.State.WAITING, 0)}


def test_settings_that_cannot_be_read_fail_the_run_until_they_are_mended() -> None:
    install_model()
    add_claims(40)
    change_setting("minutes_per_case", 25)
    row = CompanySettings.objects.get(state="active")
    stored = dict(row.values)
    CompanySettings.objects.update(values={**stored, "band_high": "very"})
    with pytest.raises(RuntimeError, match="settings cannot be used"):
        night()
    run = ScreeningRun.objects.get()
    assert (run.state, RunPart.objects.count()) == (ScreeningRun.State.FAILED, 0)
    CompanySettings.objects.update(values=stored)
    assert night().state == ScreeningRun.State.FINISHED


def test_a_case_opened_while_the_night_chooses_is_not_opened_a_second_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install_model()
    add_claims(600)
    cast = make_cast()
    opened: list[Case] = []

    def meanwhile(**explained: Any) -> None:
        claim = Claim.objects.get(pk=explained["claim_ids"][0])
        opened.append(
            open_case_by_hand(
                claims=[claim], reason="전화로 들은 이야기가 있습니다.", by=cast.actor("reviewer")
            )
        )
        explain_claims(**explained)

    explain_claims = opening.explain_claims
    monkeypatch.setattr(opening, "explain_claims", meanwhile)
    run = night()
    claim = opened[0].alerts.get().claim
    assert run.n_cases > 0
    assert [alert.case for alert in Alert.objects.filter(claim=claim)] == opened
    assert run.n_alerts == Alert.objects.filter(run=run).exclude(case=opened[0]).count()
