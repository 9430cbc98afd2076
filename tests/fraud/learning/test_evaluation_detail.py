"""An evaluation in full: what is stored, the ten measures of each group by name, rules × model, and the files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from fraud.claims.models import Label
from fraud.detection.model_files import load_version
from fraud.learning.comparing import compare_versions
from fraud.learning.evaluation.errors import MEASURES
from fraud.learning.group_words import KINDS, namer
from fraud.learning.later_claims import later_claims
from fraud.learning.models import Evaluation
from tests.cast import make_cast, make_department
from tests.fraud.learning.test_rounds import BY, CONFIG, CUT_OFF, reviewed
from tests.night_company import START
from tests.night_model import install_model

__all__ = ["reviewed"]

pytestmark = pytest.mark.django_db
END = START + timedelta(days=60)


@pytest.fixture
def evaluation(reviewed) -> Evaluation:
    """The first version on the last fortnight of a small company whose outcomes are known."""
    assert CONFIG.min_confirmed
    version = install_model()
    return compare_versions(version=version, by=BY, window_from=CUT_OFF, window_to=END)


def read(client, evaluation: Evaluation, **query: str) -> list[dict[str, str]]:
    answer = client.get(reverse("fraud:evaluation", args=[evaluation.pk]), query)
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_measures_by_group_are_those_counted_on_the_claims_themselves(client, evaluation):
    later = later_claims(window_from=CUT_OFF, window_to=END, known_by=timezone.now())
    p = later.probability(load_version(evaluation.model_version))
    client.force_login(make_cast().model_owner)
    client.cookies["django_language"] = "en"
    rows = read(client, evaluation, by="weekday", csv="errors-weekday")
    inside = later.window.weight > 0
    on = p > 0.05
    names = {
        "Monday": "1", "Tuesday": "2", "Wednesday": "3", "Thursday": "4", "Friday": "5",
        "Saturday": "6", "Sunday": "7",
    }  # fmt: skip
    assert rows[0]["Weekday"] == "All claims"
    assert len(rows) == 1 + len(set(later.groups["weekday"][inside]))
    for row in rows:
        here = (
            inside
            if row["Weekday"] == "All claims"
            else inside & (later.groups["weekday"] == names[row["Weekday"]])
        )
        y, alerted = later.window.y[here], on[here]
        assert int(row["With an outcome"]) == here.sum()
        assert float(row["Prevalence"]) == pytest.approx(y.mean())
        assert float(row["Accuracy"]) == pytest.approx((y == alerted).mean())
        if y.any():
            assert float(row["Recall (TPR)"]) == pytest.approx(alerted[y].mean())
            assert float(row["Recall (TPR), lower bound"]) <= float(row["Recall (TPR)"])
        if (~alerted).any():
            assert float(row["False omission rate"]) == pytest.approx(y[~alerted].mean())
    assert len(rows[0]) == 4 + 3 * len(MEASURES)


def test_rules_and_model_are_crossed_with_precision_and_money(client, evaluation):
    later = later_claims(window_from=CUT_OFF, window_to=END, known_by=timezone.now())
    p = later.probability(load_version(evaluation.model_version))
    hit, on, seen = np.asarray(later.hits.any(axis=1)), p > 0.05, later.window.weight > 0
    client.force_login(make_cast().model_owner)
    client.cookies["django_language"] = "en"
    rows = read(client, evaluation, csv=f"rules-and-model-{evaluation.pk}")
    masks = [hit & on, hit & ~on, ~hit & on, ~hit & ~on]
    assert [int(row["Claims"]) for row in rows] == [int(mask.sum()) for mask in masks]
    for row, mask in zip(rows, masks, strict=True):
        misuse = mask & seen & later.window.y
        assert int(row["Misuse"]) == misuse.sum()
        assert float(row["Misused, KRW"]) == later.features["amount"].to_numpy()[misuse].sum()
        assert row["Misuse in the cell, by the sample"] == ""  # nothing was drawn by lot


def test_cells_tell_no_money_where_no_misuse_is_in_the_companys_currency(client, evaluation):
    crossing = {name: cell | {"money_misuse": 0} for name, cell in evaluation.figures["crossing"].items()}
    assert sum(cell["n_misuse"] for cell in crossing.values())
    evaluation.figures = evaluation.figures | {"crossing": crossing}
    evaluation.save()
    client.force_login(make_cast().model_owner)
    client.cookies["django_language"] = "en"
    rows = read(client, evaluation, csv=f"rules-and-model-{evaluation.pk}")
    assert {row["Misused, KRW"] for row in rows} == {""}
    page = client.get(reverse("fraud:evaluation", args=[evaluation.pk])).content.decode()
    assert "No misuse of these cells is in KRW" in page


def test_the_page_says_which_claims_count_and_that_a_recipe_was_trained_again(client, evaluation):
    evaluation.trained_again_at = CUT_OFF
    evaluation.save()
    reviewed = sum(evaluation.figures["outcomes"].values())
    assert 0 < reviewed < evaluation.n_claims
    client.force_login(make_cast().model_owner)
    client.cookies["django_language"] = "en"
    pages = [
        client.get(address).content.decode()
        for address in (
            reverse("fraud:evaluation", args=[evaluation.pk]),
            reverse("fraud:version", args=[evaluation.model_version.reference]),
        )
    ]
    for page in pages:
        assert "recipe was trained again on what was known on" in page
        assert f"{reviewed:,} of the {evaluation.n_claims:,} claims have an outcome." in page
        assert "None was drawn at random" in page
    assert "the two do not compare" in pages[0]


def test_control_sample_stands_for_its_cell_by_the_chance_it_was_drawn_with(reviewed):
    labels = Label.objects.filter(claim__transacted_at__gte=CUT_OFF, claim__transacted_at__lt=END)
    labels.update(source="control_sample", selection_probability=0.25)
    found = compare_versions(version=install_model(), by=BY, window_from=CUT_OFF, window_to=END)
    cells = found.figures["crossing"]
    assert sum(cell["n_sampled"] for cell in cells.values()) == labels.count()
    for cell in cells.values():
        if cell["n_sampled"]:
            plain = cell["n_claims"] * cell["n_sampled_misuse"] / cell["n_sampled"]
            assert cell["expected"] == pytest.approx(plain)


def test_every_chart_has_its_figures_and_every_table_a_file(client, evaluation):
    client.force_login(make_cast().auditor)
    answer = client.get(reverse("fraud:evaluation", args=[evaluation.pk]))
    assert {chart["table"].name for chart in answer.context["charts"]} == {
        "roc",
        "precision-recall",
        "gain",
        "calibration",
        "scores",
    }
    for table in answer.context["files"]:
        rows = read(client, evaluation, csv=table.name)
        assert len(rows) == len(table.rows) > 0, table.name
    assert client.get(reverse("fraud:evaluation", args=[999])).status_code == 404
    for kind in KINDS:
        assert client.get(reverse("fraud:evaluation", args=[evaluation.pk]), {"by": kind}).status_code == 200


def test_score_spread_counts_every_claim_of_the_window(evaluation):
    spread = evaluation.curves["challenger"]["spread"]
    assert sum(sum(counts) for counts in spread.values()) == evaluation.n_claims
    assert sum(spread["misuse"]) == evaluation.n_misuse


def test_groups_are_called_by_name():
    make_department("D7", name="영업1팀", name_en="Sales 1")
    assert namer("department", ["D7", "D8"])("D8") == "D8"
    assert namer("department", ["D7"])("D7") in ("영업1팀", "Sales 1")
    assert namer("purpose", ["MEAL"])("MEAL") != "MEAL"
    assert namer("grade", ["과장"])("과장") == "과장"
    assert namer("night", [""])("") != ""


def test_an_evaluation_from_before_these_figures_says_so(client):
    cast = make_cast()
    version = install_model()
    now = timezone.now()
    old = Evaluation.objects.create(
        model_version=version,
        window_from=now - timedelta(days=7),
        window_to=now,
        n_claims=10,
        n_misuse=1,
        figures={"challenger": {"average_precision": 0.5}},
        segments=[{"kind": "department", "name": "D1", "n_claims": 10, "n_misuse": 1}],
    )
    client.force_login(cast.model_owner)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("fraud:evaluation", args=[old.pk])).content.decode()
    assert "compare again to have them" in page
