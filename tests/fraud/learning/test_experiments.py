"""Experiments: what may be asked, one at a time, rows that grow while it runs, cancelled, lost, and read on their pages."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from audit.services import actor_of
from fraud.claims.labels import NewLabel, add_labels
from fraud.claims.models import Claim
from fraud.learning import experiment_run, experimenting
from fraud.learning.experiment_page import path_text, verdict
from fraud.learning.experiment_run import _blank_other_money, run_experiment
from fraud.learning.experiment_words import REFUSALS, error_sentence, refusal
from fraud.learning.experimenting import (
    ExperimentNotValid,
    cancel_experiment,
    read_asked,
    settle_lost,
    start_experiment,
)
from fraud.learning.models import Experiment, ExperimentRow
from tests.cast import make_cast
from tests.night_company import add_claims, add_people, add_rules
from tests.night_model import install_model

pytestmark = pytest.mark.django_db
BY = Actor.system("training")


@pytest.fixture
def reviewed() -> None:
    """2,400 claims of the last 140 days; large ones are misuse, outcomes are known five days after a claim."""
    add_rules()
    add_people()
    add_claims(2400, seed=3, days=140, start=timezone.now() - timedelta(days=140))
    labels = [
        NewLabel(claim.pk, claim.amount_minor > 400_000, "review", claim.transacted_at + timedelta(days=5))
        for claim in Claim.objects.all()
        if claim.amount_minor > 400_000 or claim.pk % 5 == 0
    ]
    known = [label for label in labels if label.known_at <= timezone.now()]
    add_labels(labels=known, by=BY, subject="file:F-1")


def started(kind: str = "methods", **typed) -> Experiment:
    return start_experiment(asked=read_asked(kind, {"weeks": "6", **typed}), by=BY)


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("methods", {"weeks": "0"}, "weeks"),
        ("methods", {"weeks": "many"}, "weeks"),
        ("methods", {"methods": ["none", "magic"]}, "methods"),
        ("methods", {"ratio": "2"}, "ratio"),
        ("methods", {"ratio": "nan"}, "ratio"),
        ("autoencoder", {"layers": "24-x-24"}, "layers"),
        ("autoencoder", {"layers": "1-2-3-4-5-6-7-8"}, "layers"),
        ("autoencoder", {"layers": "0"}, "layers"),
        ("surrogate", {"depth": "5"}, "depth"),
        ("surrogate", {"version": "M-1999-0001"}, "version"),
        ("others", {}, "kind"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_would_be_right(kind, typed, field):
    with pytest.raises(ExperimentNotValid) as refused:
        read_asked(kind, typed)
    assert field in refused.value.problems


def test_trees_as_they_are_are_always_among_the_methods_and_come_first():
    assert read_asked("methods", {"methods": ["smote", "under"]}).options["methods"] == [
        "none",
        "under",
        "smote",
    ]


def test_only_one_runs_at_a_time_and_a_lost_one_makes_way():
    first = started()
    with pytest.raises(ExperimentNotValid, match=str(first.pk)):
        started()
    Experiment.objects.filter(pk=first.pk).update(beat_at=timezone.now() - timedelta(hours=1))
    second = started()
    first.refresh_from_db()
    assert (first.state, second.state) == ("failed", "waiting")
    assert first.error
    settle_lost()
    second.refresh_from_db()
    assert second.state == "waiting"


def test_only_a_model_owner_starts_and_cancels():
    cast = make_cast()
    asked = read_asked("methods", {})
    for who in (cast.approver, cast.rule_admin, cast.auditor, cast.reviewer):
        with pytest.raises(NotPermitted):
            start_experiment(asked=asked, by=actor_of(who))
    experiment = start_experiment(asked=asked, by=actor_of(cast.model_owner))
    with pytest.raises(NotPermitted):
        cancel_experiment(experiment=experiment, by=actor_of(cast.approver))
    assert cancel_experiment(experiment=experiment, by=actor_of(cast.model_owner))
    assert not cancel_experiment(experiment=experiment, by=actor_of(cast.model_owner))
    told = AuditEvent.objects.filter(action__startswith="experiment.").order_by("id")
    assert [event.action for event in told] == ["experiment.started", "experiment.cancelled"]


def test_methods_are_measured_one_by_one_on_the_same_later_claims(reviewed):
    experiment = run_experiment(started(methods=["none", "smote", "lightgbm"]))
    assert (experiment.state, experiment.error) == ("finished", "")
    assert (experiment.n_done, experiment.n_steps) == (3, 3)
    later = Claim.objects.filter(
        transacted_at__gte=experiment.cut_off_at, received_at__lte=experiment.finished_at
    )
    assert experiment.counts["tested"] == later.count()
    assert experiment.counts["learnt_misuse"] > 5
    rows = {row.method: row for row in experiment.rows.all()}
    assert list(rows) == ["none", "smote", "lightgbm"]
    for row in rows.values():
        assert 0 < row.figures["average_precision"] <= 1
        assert row.seconds > 0
        assert len(row.curves["roc"]) > 2
    difference = rows["smote"].figures["average_precision"] - rows["none"].figures["average_precision"]
    assert rows["smote"].figures["against"]["value"] == pytest.approx(difference, abs=1e-5)
    assert "against" not in rows["none"].figures
    assert AuditEvent.objects.filter(action="experiment.finished").count() == 1


def test_a_method_that_cannot_work_says_so_and_the_others_go_on(reviewed):
    experiment = run_experiment(started(methods=["none", "under", "logistic"], ratio="0.0001"))
    rows = {row.method: row for row in experiment.rows.all()}
    assert experiment.state == "finished"
    assert "0.0001" in error_sentence(rows["under"].error)
    assert "code" not in error_sentence(rows["under"].error)
    assert rows["logistic"].error == ""


def test_without_outcomes_it_fails_with_a_sentence_and_leaves_no_row():
    add_rules()
    add_people()
    add_claims(300, days=100, start=timezone.now() - timedelta(days=100))
    experiment = run_experiment(started())
    assert experiment.state == "failed"
    assert experiment.error == refusal("nothing_to_compare")
    assert not experiment.rows.exists()
    assert AuditEvent.objects.filter(action="experiment.failed").exists()


def test_a_cancelled_one_stops_and_keeps_what_it_finished(reviewed, monkeypatch):
    experiment = started()
    keep = experiment_run._keep

    def keep_and_cancel(one: Experiment, line: dict) -> None:
        keep(one, line)
        if line.get("method") == "none":
            cancel_experiment(experiment=one, by=BY)

    monkeypatch.setattr(experiment_run, "_keep", keep_and_cancel)
    done = run_experiment(experiment)
    assert done.state == "cancelled"
    assert done.rows.filter(method="none").exists()
    assert done.rows.count() < done.n_steps


def test_an_experiment_is_done_once(reviewed):
    experiment = started(methods=["none"])
    run_experiment(experiment)
    run_experiment(experiment)
    assert experiment.rows.count() == 1
    with pytest.raises(CommandError):
        call_command("experiment", "--run", str(experiment.pk))


def test_command_starts_runs_and_prints(reviewed, capsys):
    call_command("experiment", "methods", "--weeks", "6", "--methods", "none,logistic", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert [row["method"] for row in answer["rows"]] == ["none", "logistic"]
    with pytest.raises(CommandError, match="종류를 쓰세요"):
        call_command("experiment")
    with pytest.raises(CommandError):
        call_command("experiment", "autoencoder", "--layers", "x")


def test_autoencoder_learns_from_claims_presumed_normal_and_its_page_tells_of_a_claim(client, reviewed):
    experiment = run_experiment(started("autoencoder", layers="8-3-8"))
    assert (experiment.state, experiment.error) == ("finished", "")
    before = Claim.objects.filter(transacted_at__lt=experiment.cut_off_at)
    assert experiment.result["n_usual"] <= before.filter(amount_minor__lte=500_000).count()
    assert sum(sum(counts) for counts in experiment.result["spread"].values()) == experiment.counts["tested"]
    client.force_login(make_cast().model_owner)
    client.cookies["django_language"] = "en"
    kept = experiment.result["claims"][0]
    address = reverse("fraud:experiment", args=[experiment.pk])
    number = Claim.objects.get(pk=kept["claim"]).external_id
    page = client.get(address, {"claim": number})
    assert page.context["chosen"]["claim"] == kept["claim"]
    assert f"Claim {number}," in page.content.decode()
    assert page.context["layers"] == "8-3-8"
    assert "Could not be rebuilt" in page.content.decode()
    unknown = client.get(address, {"claim": str(kept["claim"])})  # what only the database calls it
    assert "There is no claim with this number" in unknown.content.decode()
    ids = {row["claim"] for row in experiment.result["claims"]}
    other = client.get(address, {"claim": Claim.objects.exclude(pk__in=ids)[0].external_id})
    assert "nothing is kept" in other.content.decode()
    for name in ("errors", "error-lines", "columns", "claims"):
        assert client.get(address, {"csv": name}).status_code == 200


def test_paths_of_the_champions_score_hold_every_later_claim(client, reviewed):
    install_model()
    experiment = run_experiment(started("surrogate", depth="3"))
    assert (experiment.state, experiment.error) == ("finished", "")
    paths = experiment.result["paths"]
    assert 1 < len(paths) <= 8
    assert sum(row["support"] for row in paths) == experiment.counts["tested"]
    client.force_login(make_cast().auditor)
    client.cookies["django_language"] = "en"
    address = reverse("fraud:experiment", args=[experiment.pk])
    assert "THEN" in client.get(address).content.decode()
    rows = list(
        csv.DictReader(io.StringIO(client.get(address, {"csv": "paths"}).content.decode("utf-8-sig")))
    )
    assert len(rows) == len(paths)
    assert rows[0]["Path"].startswith("IF ")
    assert experiment.result["currency"] == "KRW"
    del experiment.result["currency"]  # as it was kept before
    experiment.result["paths"][0]["conditions"] = [{"name": "amount", "above": 4_656.0, "at_most": None}]
    experiment.save()
    Claim.objects.update(currency="EUR")
    assert "IF amount &gt; EUR 46.56" in client.get(address).content.decode()


def test_a_path_knows_amounts_of_one_currency_only():
    table = np.array([[4_656, 1.0], [900, 0.0], [7_000, 1.0]], dtype=np.float32)
    currency = pl.Series(["EUR", "JPY", "EUR"])
    assert _blank_other_money(table, ["amount", "is_night"], currency) == "EUR"
    np.testing.assert_array_equal(
        table, np.array([[4_656, 1.0], [np.nan, 0.0], [7_000, 1.0]], dtype=np.float32)
    )


def make_row(experiment: Experiment, method: str, ap: float, **figures) -> ExperimentRow:
    curve = [[float(x), float(x) ** 0.5] for x in np.linspace(0, 1, 5)]
    return ExperimentRow.objects.create(
        experiment=experiment,
        method=method,
        figures={"average_precision": ap, "auc": 0.7, "cost_per_1000": 100 * (1 - ap), **figures},
        curves={"roc": curve, "precision_recall": curve},
        seconds=1.5,
    )


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [(0.01, 0.2, "helps"), (-0.2, -0.01, "harms"), (-0.1, 0.1, "chance"), (None, None, "unknown")],
)
def test_a_method_helps_only_where_the_whole_interval_says_so(low, high, kind):
    value = None if low is None else (low + high) / 2
    row = ExperimentRow(method="smote", figures={"against": {"value": value, "low": low, "high": high}})
    assert verdict(row)["kind"] == kind


def test_page_of_the_methods_says_what_helps_and_leads_to_them_side_by_side(client):
    experiment = started()
    make_row(experiment, "none", 0.2)
    row = make_row(experiment, "smote", 0.3, against={"value": 0.1, "low": 0.05, "high": 0.15})
    client.force_login(make_cast().model_owner)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("fraud:experiment", args=[experiment.pk])).content.decode()
    assert "SMOTE helps: average precision +0.100 (+0.050 to +0.150)." in page
    assert f"item=x{row.pk}" in page
    part = client.get(reverse("fraud:experiment", args=[experiment.pk]), headers={"HX-Request": "true"})
    assert "<h1" not in part.content.decode()
    assert "HX-Refresh" not in part.headers
    cancel_experiment(experiment=experiment, by=BY)
    part = client.get(reverse("fraud:experiment", args=[experiment.pk]), headers={"HX-Request": "true"})
    assert part.headers["HX-Refresh"] == "true"


def test_form_starts_a_process_of_its_own_and_keeps_what_was_typed_when_refused(client, monkeypatch):
    begun: list[int] = []
    monkeypatch.setattr(experimenting, "start_process", lambda experiment: begun.append(experiment.pk))
    cast = make_cast()
    client.force_login(cast.approver)
    assert client.post(reverse("fraud:start-experiment"), {"kind": "methods"}).status_code == 403
    client.force_login(cast.model_owner)
    refused = client.post(reverse("fraud:start-experiment"), {"kind": "autoencoder", "layers": "5-x"})
    assert refused.status_code == 422
    assert 'value="5-x"' in refused.content.decode()
    assert begun == []
    answer = client.post(reverse("fraud:start-experiment"), {"kind": "methods", "methods": ["none", "svm"]})
    assert answer.status_code == 302
    assert begun == [Experiment.objects.get().pk]


def test_side_by_side_holds_ten_in_the_address_and_refuses_more(client):
    experiment = started()
    names = ["none", "weights", "under", "over", "smote", "lightgbm", "forest", "logistic", "svm", "clusters"]
    rows = [make_row(experiment, name, 0.1 + i / 50) for i, name in enumerate(names)]
    keys = [f"x{row.pk}" for row in rows]
    client.force_login(make_cast().auditor)
    client.cookies["django_language"] = "en"
    ten = client.get(reverse("fraud:side-by-side"), {"item": keys})
    assert ten.status_code == 200
    assert [one.key for one in ten.context["items"]] == keys
    assert ten.context["best"][0][1].startswith("Distance from clusters")  # of average precision
    assert ten.content.decode().count("<polyline") == 20
    eleven = client.get(reverse("fraud:side-by-side"), {"item": [*keys, "e1"]})
    assert eleven.status_code == 422
    assert "11 were chosen, 10 fit" in eleven.content.decode()
    file = client.get(reverse("fraud:side-by-side"), {"item": keys[:2], "csv": "side-by-side"})
    table = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [float(row["Average precision"]) for row in table] == pytest.approx([0.1, 0.12])


@pytest.mark.parametrize("key", ["e999", "x999", "q1", "e-1", "x١", "", "e1e9"])
def test_side_by_side_says_what_is_not_there(client, key):
    client.force_login(make_cast().auditor)
    answer = client.get(reverse("fraud:side-by-side"), {"item": key})
    assert answer.status_code == 200
    assert answer.context["items"] == []
    assert answer.context["unknown"] == [key]


def test_paths_read_as_sentences():
    said = path_text(
        [
            {"name": "amount", "above": 119_999.6, "at_most": None},
            {"name": "is_night", "above": 0.5, "at_most": None},
            {"name": "rule:A01", "above": None, "at_most": 0.5},
            {"name": "n_unusual_amount_14d", "above": 1.5, "at_most": 3.5},
            {"name": "amount_z_peer", "above": None, "at_most": -5e8},
        ],
        "KRW",
    )
    assert "> 120,000원" in said or "> KRW 120,000" in said
    cents = [
        {"name": "amount", "above": 4_656.0, "at_most": None},
        {"name": "per_head", "above": 1.0, "at_most": 950.4},
    ]
    for language in ("en", "ko"):
        with override(language):
            assert "> EUR 46.56" in path_text(cents, "EUR")
            assert "EUR 0.01 <" in path_text(cents, "EUR")
            assert "≤ EUR 9.50" in path_text(cents, "EUR")
    assert "2 ≤" in said
    assert "≤ 3" in said
    assert "A01" in said


@pytest.mark.parametrize("code", list(REFUSALS))
def test_a_refusal_is_said_in_the_readers_language_with_its_values(code):
    stored = json.dumps({"code": code, "least": 5, "days": 28, "found": 2, "ratio": 0.4, "asked": 0.1})
    with override("en"):
        english = error_sentence(stored)
    with override("ko"):
        korean = error_sentence(stored)
    assert english != korean
    assert "%(" not in english + korean
    assert error_sentence("ValueError: something else") == "ValueError: something else"
