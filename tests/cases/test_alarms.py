"""Alarms to the model owner: level of the probabilities, rules, novelty; on the overview and once a week by mail."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation
from django.utils.translation import override

from audit import clock
from audit.actor import Actor
from audit.models import AuditEvent
from cases.models import Alert, OutboxMessage
from cases.services import night
from cases.services.alarms import case_alarms, level_of_probabilities, tell_alarms
from cases.services.night_claims import novelty_outcomes
from fraud.claims.labels import NewLabel, add_labels, labels_known_by
from fraud.claims.models import Claim
from fraud.detection.model_files import forget_loaded
from fraud.detection.models import ModelVersion, RuleHit, Score
from fraud.learning.alarms import _TEXTS, Alarm, find_alarms
from tests.cast import Cast, make_alert, make_case, make_cast, make_claim, make_rule_version, make_run
from tests.night_company import add_claims, add_people
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def tonight(cast: Cast) -> Any:
    day = clock.today() - timedelta(days=20)
    return make_run(business_date=day)


def claims(n: int) -> list[Claim]:
    """Many claims at once, alike but for their numbers."""
    first = make_claim()
    rows = []
    for index in range(n):
        row = Claim.objects.get(pk=first.pk)
        row.pk, row.external_id, row.row_hash = None, f"{first.external_id}-{index}", f"{first.pk}-{index}"
        rows.append(row)
    return Claim.objects.bulk_create(rows)


def scored(run: Any, n: int, probability: float) -> list[Claim]:
    made = claims(n)
    values = {
        "rule_score": 0.1,
        "anomaly_score": 0.1,
        "z": 0.0,
        "model_probability": probability,
        "hybrid_probability": probability,
        "queue_probability": probability,
        "band": "low",
        "is_calibrated": True,
    }
    Score.objects.bulk_create(Score(run=run, claim=claim, **values) for claim in made)
    return made


def opened(run: Any, made: list[Claim], channel: str = "model") -> None:
    case = make_case(claims=[make_claim()])
    for claim in made:
        make_alert(case=case, claim=claim, run=run, channel=channel)


def told(made: list[Claim], n_misuse: int, source: str = "review", chance: float = 1.0) -> None:
    at = clock.now() - timedelta(days=2)
    labels = [
        NewLabel(claim.pk, index < n_misuse, source, at, selection_probability=chance)
        for index, claim in enumerate(made)
    ]
    add_labels(labels=labels, by=SYSTEM, subject="config")


def codes() -> list[str]:
    return [alarm.code for alarm in case_alarms(clock.now())]


def test_the_level_counts_what_was_opened_and_stands_each_check_for_its_kind(tonight: Any) -> None:
    """20 opened at .5 of which 10 decided, 6 misuse; 500 others at .01, 25 drawn at a chance of .05, 1 misuse: 6 + 20 expected."""
    seen = scored(tonight, 20, 0.5)
    others = scored(tonight, 500, 0.01)
    opened(tonight, seen)
    told(seen[:10], 6)
    told(others[:25], 1, "control_sample", 0.05)
    now = clock.now()
    level = level_of_probabilities(now, labels_known_by(now))
    assert level is not None
    assert level.expected == pytest.approx(10 * 0.5 + 500 * 0.01)
    assert level.found == pytest.approx(6 + 500 / 25)
    assert level.low < level.found < (level.high or 0)


@pytest.mark.parametrize(
    ("probability", "n_misuse", "expected"), [(0.1, 38, ["calibration"]), (0.5, 22, []), (0.9, 30, [])]
)
def test_probabilities_far_below_what_was_found_are_an_alarm(
    tonight: Any, probability: float, n_misuse: int, expected: list[str]
) -> None:
    made = scored(tonight, 40, probability)
    opened(tonight, made)
    told(made, n_misuse)
    assert codes() == expected


def test_probabilities_far_above_are_an_alarm_once_random_checks_are_decided(tonight: Any) -> None:
    made = scored(tonight, 400, 0.3)
    opened(tonight, made[:20])
    told(made[:20], 2)
    assert codes() == []
    told(made[20:120], 0, "control_sample", 0.5)
    (alarm,) = case_alarms(clock.now())
    assert (alarm.code, alarm.figures["is_low"]) == ("calibration", False)


@pytest.mark.parametrize(("n", "n_misuse", "expected"), [(80, 0, ["novelty"]), (80, 6, []), (20, 0, [])])
def test_a_novelty_channel_that_finds_nothing_is_an_alarm_after_enough_outcomes(
    tonight: Any, n: int, n_misuse: int, expected: list[str]
) -> None:
    made = scored(tonight, n, 0.001)
    opened(tonight, made, "novelty")
    told(made, n_misuse)
    assert [code for code in codes() if code == "novelty"] == expected


def test_outcomes_of_novelty_seats_are_told_by_the_order_that_opened_them(tonight: Any) -> None:
    made = scored(tonight, 12, 0.001)
    opened(tonight, made, "novelty")
    Alert.objects.filter(claim__in=made[:5]).update(drawn_by="rare")
    Alert.objects.filter(claim__in=made[5:8]).update(
        drawn_by="likely"
    )  # the others are from before there were two
    told(made[:10], 2)
    later = make_run(business_date=clock.today())
    assert novelty_outcomes(later) == ((5, 0), (5, 2))
    assert novelty_outcomes(tonight) == ((0, 0), (0, 0))


@pytest.mark.parametrize(("late", "expected"), [(1, ["rule_fallen"]), (9, [])])
def test_a_rule_that_found_half_and_finds_hardly_any_is_an_alarm(
    tonight: Any, late: int, expected: list[str]
) -> None:
    before = make_run(business_date=clock.today() - timedelta(days=120))
    version = make_rule_version("A04")
    for run, n_misuse in ((before, 12), (tonight, late)):
        made = scored(run, 24, 0.3)
        RuleHit.objects.bulk_create(RuleHit(run=run, claim=claim, rule_version=version) for claim in made)
        told(made, n_misuse)
    assert [code for code in codes() if code == "rule_fallen"] == expected


def test_a_rule_whose_best_case_lies_under_the_threshold_is_an_alarm(tonight: Any) -> None:
    version = make_rule_version("A04")
    evidence = {"code": "A04", "hits": 900, "nights": 28.0, "reviewed": 200.0, "confirmed": 0.0}
    tonight.rule_evidence = {str(version.pk): evidence}
    tonight.save()
    (alarm,) = case_alarms(clock.now())
    assert (alarm.code, alarm.path) == ("rule_useless", "/rules/A04/")


def test_before_the_first_night_nothing_is_an_alarm(cast: Cast) -> None:
    assert find_alarms() == []


@pytest.fixture
def stale(cast: Cast) -> Callable[[], Any]:
    version = ModelVersion.objects.create(reference="M-1", stage="champion", folder="x", sha256="0" * 64)
    ModelVersion.objects.filter(pk=version.pk).update(created_at=clock.now() - timedelta(days=70))
    return lambda: version


def test_the_overview_shows_all_of_them_in_one_notice(
    client: Any, cast: Cast, tonight: Any, stale: Any
) -> None:
    made = scored(tonight, 80, 0.0001)
    opened(tonight, made, "novelty")
    told(made, 0)
    client.force_login(cast.model_owner)
    answer = client.get(reverse("fraud:detection"))
    assert [alarm.code for alarm in answer.context["alarms"]] == [
        "damaged",  # the version of this test has no files
        "novelty",
        "stale",
    ]
    assert answer.content.decode().count('id="alarms"') == 1


def test_the_model_owner_gets_one_mail_a_week_in_their_language(cast: Cast, stale: Any) -> None:
    cast.model_owner.language = "en"
    cast.model_owner.save()
    now = clock.now()
    monday = now - timedelta(days=now.weekday())
    assert [tell_alarms(monday), tell_alarms(monday + timedelta(days=3))] == [1, 0]
    mail = OutboxMessage.objects.get()
    assert mail.recipient == cast.model_owner.email
    assert "Nothing was learnt for 60 days" in mail.body
    assert tell_alarms(monday + timedelta(days=7)) == 1


def test_an_alarm_that_cannot_be_told_leaves_the_night_finished(monkeypatch: Any) -> None:
    def fail(_now: Any) -> int:
        raise RuntimeError("no mail today")

    monkeypatch.setattr(night, "tell_alarms", fail)
    night._tell_alarms()


@pytest.mark.parametrize("code", sorted(_TEXTS))
def test_every_alarm_has_words_in_both_languages(code: str) -> None:
    figures = {
        "is_low": True,
        "expected": 3.21,
        "low": 9.0,
        "high": 17.0,
        "weeks": 13,
        "code": "A04",
        "upper": 0.031,
        "n": 40,
        "confirmed": 2,
        "earlier": 0.5,
        "days": 60,
        "reference": "M-2",
        "why": "trees.ubj is not the file that was registered (SHA-256 differs)",
        "stand_in": "M-1",
    }
    said = {}
    for language in ("ko", "en"):
        with translation.override(language):
            said[language] = Alarm(code, figures).words
    assert said["ko"][0] != said["en"][0]
    assert said["ko"][1] != said["en"][1]
    assert "%(" not in "".join(said["ko"] + said["en"])


@pytest.fixture
def in_service(settings: Any) -> ModelVersion:
    version = install_model()
    forget_loaded()
    return version


def flip(version: ModelVersion, settings: Any) -> None:
    """One bit of one file."""
    file = next(
        path
        for path in sorted((Path(settings.MODELS_DIR) / version.folder).iterdir())
        if path.name != "manifest.json"
    )
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(("language", "words"), [("en", "is damaged"), ("ko", "손상되었습니다")])
def test_a_damaged_model_in_service_is_named_on_the_overview_though_nothing_opened_it(
    cast: Cast, in_service: ModelVersion, settings: Any, client: Any, language: str, words: str
) -> None:
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = language
    assert words not in client.get("/detection/").content.decode()
    flip(in_service, settings)
    page = client.get("/detection/").content.decode()
    assert words in page
    assert in_service.reference in page
    (event,) = AuditEvent.objects.filter(action="model.damaged")
    assert event.subject == f"model:{in_service.reference}"


def test_the_model_owner_hears_of_the_damage_at_once_and_every_day_it_stays(
    cast: Cast, in_service: ModelVersion, settings: Any
) -> None:
    del cast
    told = OutboxMessage.objects.filter(key__startswith="model.damaged")
    night.let_time_pass()
    assert not told.exists()
    kept = {path: path.read_bytes() for path in (Path(settings.MODELS_DIR) / in_service.folder).iterdir()}
    flip(in_service, settings)
    with time_machine.travel(clock.now(), tick=True) as traveller:
        for _ in range(3):
            night.let_time_pass()
        assert told.count() == 1
        assert in_service.reference in told.get().body
        traveller.shift(timedelta(days=1))
        night.let_time_pass()
        assert told.count() == 2
        for path, content in kept.items():
            path.write_bytes(content)
        forget_loaded()
        traveller.shift(timedelta(days=1))
        night.let_time_pass()
        assert told.count() == 2


def test_a_night_that_a_predecessor_scored_says_so(
    cast: Cast, in_service: ModelVersion, settings: Any, client: Any
) -> None:
    folder = Path(settings.MODELS_DIR)
    shutil.copytree(folder / in_service.folder, folder / "later")
    ModelVersion.objects.filter(pk=in_service.pk).update(stage=ModelVersion.Stage.ARCHIVED)
    later = ModelVersion.objects.create(
        reference="M-2026-0099",
        stage=ModelVersion.Stage.CHAMPION,
        folder="later",
        sha256=in_service.sha256,
        card=in_service.card,
        previous_champion=in_service,
        **{name: getattr(in_service, name) for name in ("n_confirmed",)},
    )
    add_people()
    add_claims(20)
    flip(later, settings)
    run = night.run_night(business_date=clock.today() - timedelta(days=1), by=Actor.system("nightly"))
    assert (run.state, run.model_version) == ("finished", in_service)
    with override("en"):
        assert "M-2026-0099 is damaged" in night.closing_line(run)
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    page = client.get(f"/runs/{run.reference}/").content.decode()
    assert f"M-2026-0099, is damaged; this night was scored by {in_service.reference}" in page
    assert find_alarms()[0].figures["stand_in"] == in_service.reference
