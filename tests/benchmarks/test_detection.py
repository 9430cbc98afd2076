"""The detection benchmark on a small made-up file, end to end, and its protocol on the published one."""

import json
import math
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fraud.detection.detectors.tree import TreeSettings
from fraud.detection.features.catalogue import LABEL_FEATURES
from fraud.learning.training import TrainingConfig
from tests.benchmarks import detection, detection_unseen
from tests.benchmarks.detection_data import Labelled, labelled_claims, read_claims, split_of, with_known
from tests.benchmarks.detection_few import few_confirmed
from tests.benchmarks.detection_goals import (
    Figure,
    even_days,
    fewer_alerts,
    more_recall,
    not_below_one_tree,
    place_in_day,
)
from tests.benchmarks.detection_lots import missed_by_lot
from tests.benchmarks.detection_scores import Scores, published_features
from tests.shared_data import shared_file

START = date(2018, 5, 20)
SMALL = TrainingConfig(
    window_days=35,
    min_confirmed=30,
    block_days=7,
    detector_rows=2_000,
    max_negatives=4_000,
    detectors=("ecdf",),
    trees=TreeSettings(n_trees=20, max_bin=256),
)


@pytest.fixture(scope="module")
def handbook_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten weeks of made-up payments: 80 cards, 40 terminals; two terminals go bad for a month each, some amounts are fivefold."""
    rng = np.random.default_rng(0)
    n = 12_000
    seconds = np.sort(rng.integers(0, 70 * 86_400, n))
    card, terminal = rng.integers(0, 80, n), rng.integers(0, 40, n)
    amount = np.round(np.abs(rng.normal(50, 20, n)), 2)
    day = seconds // 86_400
    bad_terminal = ((terminal == 3) & (day >= 20) & (day < 50)) | ((terminal == 7) & (day >= 45))
    bad_card = rng.random(n) < 0.01
    amount[bad_card] *= 5
    begin = datetime(2018, 4, 1)
    table = pl.DataFrame(
        {
            "TRANSACTION_ID": np.arange(n),
            "TX_DATETIME": [begin + timedelta(seconds=int(s)) for s in seconds],
            "CUSTOMER_ID": card,
            "TERMINAL_ID": terminal,
            "TX_AMOUNT": amount,
            "TX_FRAUD": (bad_terminal | bad_card).astype(np.int64),
            "TX_FRAUD_SCENARIO": np.where(bad_terminal, 2, np.where(bad_card, 3, 0)),
        }
    )
    path = tmp_path_factory.mktemp("handbook") / "transactions.parquet"
    table.write_parquet(path)
    return path


@pytest.fixture(scope="module")
def data(handbook_file: Path) -> Labelled:
    return labelled_claims(handbook_file)


def test_every_goal_gives_its_figures_or_says_why_not(
    data: Labelled, handbook_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "missed_by_lot", partial(missed_by_lot, replications=20))
    figures = detection.measure(
        data, detection.GOALS, [START], path=handbook_file, config=SMALL, say=lambda text: None
    )
    assert {figure.goal for figure in figures} == set(detection.GOALS)
    without = {figure.goal: figure.line() for figure in figures if not math.isfinite(figure.value)}
    assert set(without) == {"G11", "G14"}  # the made-up file ends before the book's split for detectors
    assert all("not measured: " in line for line in without.values())
    of_name = {figure.what: figure.value for figure in figures}
    # what goes bad here is easy to see: far above chance, which is about 0.06
    assert of_name["hybrid: average precision"] > 0.5
    assert of_name["published tree: average precision"] > 0.4


def test_command_prints_json_and_tells_a_miss(
    handbook_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--data", str(handbook_file), "--goals", "G1", "--starts", START.isoformat(), "--json"]
    status = detection.main(arguments)
    figures = json.loads(capsys.readouterr().out)
    assert [figure["goal"] for figure in figures] == ["G1", "G1"]
    assert status == (0 if all(figure["holds"] for figure in figures) else 1)


@pytest.mark.parametrize("arguments", [["--goals", "G15"], ["--data", "nowhere.parquet"]])
def test_command_refuses_what_it_cannot_measure(
    handbook_file: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        detection.main(["--data", str(handbook_file), *arguments])
    assert "unknown goals G15" in (said := capsys.readouterr().err) or "does not exist" in said


def test_command_says_what_a_file_of_another_form_lacks(
    handbook_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = tmp_path / "foreign.parquet"
    pl.DataFrame({"card": [1], "TX_AMOUNT": [2.0]}).write_parquet(foreign)
    assert detection.main(["--data", str(foreign)]) == 2
    assert "has no TRANSACTION_ID, TX_DATETIME" in capsys.readouterr().err
    assert detection.main(["--data", str(handbook_file), "--starts", "2018-06-10"]) == 2
    assert "needs claims from 2018-06-10 to 2018-06-30; the file has 2018-04-01 to" in capsys.readouterr().err


def test_file_with_words_for_keys_is_read_as_one_with_numbers(handbook_file: Path, tmp_path: Path) -> None:
    plain = pl.read_parquet(handbook_file).head(500)
    words = plain.with_columns(pl.format("card-{}", pl.col("CUSTOMER_ID")).alias("CUSTOMER_ID"))
    plain.write_parquet(tmp_path / "numbers.parquet")
    words.write_csv(tmp_path / "words.csv")
    (numbered, outcomes), (named, same) = (
        read_claims(tmp_path / name) for name in ("numbers.parquet", "words.csv")
    )
    assert outcomes.equals(same)
    assert numbered.drop("cardholder_id").equals(named.drop("cardholder_id"))
    pairs = set(zip(numbered["cardholder_id"], named["cardholder_id"], strict=True))
    assert len(pairs) == numbered["cardholder_id"].n_unique() == named["cardholder_id"].n_unique()


def test_split_leaves_out_cards_known_as_misused(data: Labelled) -> None:
    split = split_of(data, START)
    begin = (START - data.first_day).days
    for row in split.test:
        card, day = data.cardholder[row], data.day[row]
        known_by = day - 8
        mine = data.is_misuse & (data.cardholder == card)
        in_training = mine & (data.day >= begin) & (data.day < begin + 7)
        assert not in_training.any()
        assert not (mine & (data.day >= begin + 6) & (data.day <= known_by)).any()
    assert split.cut_off.date() == START + timedelta(days=14)


def test_published_features_equal_a_plain_loop(data: Labelled) -> None:
    row = 9_000
    table, names = published_features(data.features[row : row + 1])
    got = dict(zip(names, table[0].tolist(), strict=True))
    claims = data.claims.with_columns(is_misuse=pl.Series(data.is_misuse))
    own = claims.row(row, named=True)
    at = own["transacted_at"]
    upto = claims.head(row + 1)
    for days in (1, 7, 30):
        mine = upto.filter(
            pl.col("cardholder_id") == own["cardholder_id"],
            pl.col("transacted_at") >= at - timedelta(days=days),
        )
        assert got[f"customer_count_{days}d"] == len(mine)
        assert got[f"customer_mean_{days}d"] == pytest.approx(mine["amount_minor"].mean() / 100, rel=1e-6)
        there = claims.filter(
            pl.col("merchant_id") == own["merchant_id"],
            pl.col("transacted_at") > at - timedelta(days=7 + days),
            pl.col("transacted_at") <= at - timedelta(days=7),
        )
        assert got[f"merchant_count_{days}d"] == len(there)
        assert got[f"merchant_risk_{days}d"] == pytest.approx(there["is_misuse"].mean() or 0, rel=1e-6)


def _scores(rank: list[float], misuse: list[int], rule: list[int]) -> Scores:
    n = len(rank)
    zeros = np.zeros(n)
    return Scores(
        is_misuse=np.array(misuse, dtype=bool),
        cardholder=np.arange(n),
        day=np.zeros(n, dtype=np.int64),
        rank=np.array(rank),
        probability=zeros,
        tree_probability=zeros,
        tree_alone=zeros,
        hits=np.array(rule, dtype=bool)[:, None],
    )


def test_one_queue_is_compared_at_equal_recall_and_at_equal_alerts() -> None:
    # the rule alerts 4 claims and finds 2 of 3; the ranking has misuse in places 1, 2 and 4
    scores = _scores([9, 8, 7, 6, 5, 4], misuse=[1, 1, 0, 1, 0, 0], rule=[1, 0, 1, 1, 1, 0])
    weights = np.array([5.0])
    assert fewer_alerts(scores, weights)[0].value == pytest.approx(2 / 4 - 1)
    assert more_recall(scores, weights)[0].value == pytest.approx(3 / 3 - 2 / 3)


def test_detectors_alone_are_ranked_on_a_split_of_their_own(
    data: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection_unseen, "DETECTORS_START", START)
    figures = detection_unseen.detectors_alone(data, SMALL)
    assert [figure.target for figure in figures] == [0.836, 0.180, 0.217] * 2
    # a fivefold amount is unusual, a bad terminal is not, until its known outcomes are among the columns
    assert 0.5 < figures[0].value < 0.95
    assert figures[3].value > figures[0].value


def test_one_tree_in_one_queue_is_compared_at_a_hundred_a_day() -> None:
    # 150 claims of one day, 60 misused: the hybrid has them among its best 100, the tree ranks 20 of them last
    misuse = [1] * 60 + [0] * 90
    scores = _scores(list(range(150, 0, -1)), misuse, rule=[0] * 150)
    tree = np.array(scores.rank)
    tree[:20] = -1.0
    value, low = not_below_one_tree(replace(scores, tree_alone=tree))
    assert value.value == pytest.approx(20 / 60)
    assert 0 < low.value < value.value
    same, bound = not_below_one_tree(replace(scores, tree_alone=scores.rank))
    assert (same.value, bound.value) == (0.0, 0.0)


def test_days_are_even_where_the_fullest_has_at_most_twice_the_alerts_of_the_emptiest() -> None:
    scores = _scores([1] * 9, [0] * 9, [0] * 9)
    p = np.array([0.9, 0.9, 0.01, 0.9, 0.9, 0.9, 0.9, 0.9, 0.01])
    days = np.array([3, 3, 3, 5, 5, 5, 5, 5, 5])
    [found] = even_days(replace(scores, probability=p, day=days))
    assert (found.value, found.holds) == (2.5, False)


def test_the_interval_of_misses_covers_what_was_put_there() -> None:
    rng = np.random.default_rng(2)
    p = rng.beta(0.5, 60, 3000).clip(1e-4, 0.9)
    scores = _scores(
        p.tolist(), (rng.random(3000) < p).astype(int).tolist(), (rng.random(3000) < 0.05).tolist()
    )
    scores = replace(scores, probability=p, day=np.repeat(np.arange(6), 500))
    [found] = missed_by_lot(scores, replications=40)
    assert found.value >= 0.9


def test_few_confirmed_are_known_by_the_cut_off_and_nothing_else_is(data: Labelled) -> None:
    split = split_of(data, START)
    known = few_confirmed(data, split, 10)
    assert known["is_misuse"].to_list() == [True] * 10
    assert known["known_at"].max() <= split.cut_off
    rows = np.sort(split.test)[:500]
    features = with_known(data, rows, known)
    of_labels = {feature.name for feature in LABEL_FEATURES}
    others = [name for name in features.columns if name not in of_labels]
    assert features.select(others).equals(data.features[rows].select(others))
    at = dict(zip(known["claim_id"].to_list(), known["known_at"].to_list(), strict=True))
    merchants = dict(data.claims.select("claim_id", "merchant_id").iter_rows())
    expected = [
        sum(
            merchants[claim] == merchant and moment - timedelta(days=28) < when <= moment
            for claim, when in at.items()
        )
        for merchant, moment in data.claims[rows].select("merchant_id", "transacted_at").iter_rows()
    ]
    assert features["n_known_misuse_merchant_28d"].to_list() == expected
    assert sum(expected) > 0


def test_place_in_day_ranks_each_day_by_itself() -> None:
    place = place_in_day(np.array([1.0, 3.0, 2.0, 5.0, 5.0]), np.array([0, 0, 0, 1, 1]))
    assert place.tolist() == [2, 0, 1, 0, 1]


def test_figure_holds_on_its_own_side_of_the_target() -> None:
    assert Figure("G2", "recall", 0.5, 0.4, True).holds
    assert not Figure("G3", "alerts", 0.5, 0.4, False).holds
    assert "MISSED" in Figure("G3", "alerts", 0.5, 0.4, False).line()


@pytest.mark.shared
def test_published_fold_has_the_published_counts() -> None:
    claims, labels = read_claims(shared_file("handbook_simulated/transactions_2018-04-01_2018-09-04.parquet"))
    days = claims["transacted_at"].dt.date()
    data = Labelled(
        claims=claims,
        labels=labels,
        features=claims,
        is_misuse=labels["is_misuse"].to_numpy(),
        cardholder=claims["cardholder_id"].to_numpy(),
        first_day=days.min(),
        day=(days - pl.Series([days.min()])).dt.total_days().to_numpy(),
    )
    split = split_of(data, date(2018, 7, 25))
    assert (len(split.train), data.is_misuse[split.train].sum()) == (67_240, 598)
    assert (len(split.test), data.is_misuse[split.test].sum()) == (58_264, 385)
