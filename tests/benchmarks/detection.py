"""`python -m tests.benchmarks detection --data FILE`: detection goals on the Handbook's labelled transactions.

Everything runs through the product's own features, rules, detectors and training. Default folds are
the four published test folds; settings are chosen on the validation folds (`--folds validation`).
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from fraud.learning.training import TrainingConfig
from tests.benchmarks import detection_goals as goals
from tests.benchmarks.detection_data import (
    TEST_STARTS,
    VALIDATION_STARTS,
    Labelled,
    NotOfThatForm,
    labelled_claims,
    scenarios_of,
    split_of,
)
from tests.benchmarks.detection_few import FEW, few_labels
from tests.benchmarks.detection_lots import missed_by_lot
from tests.benchmarks.detection_mined import rules_from_misses
from tests.benchmarks.detection_rules import RULE_BOOK, rule_hits
from tests.benchmarks.detection_scores import Ranking, Scores, hybrid_scores, published_ranking
from tests.benchmarks.detection_unseen import detectors_alone, hidden_scores, misuse_nobody_labelled

#: chosen on the validation folds (docs/detection.md): labels are plentiful here, so a longer window with more genuine claims
#: and smaller steps; everything else is the product's default
CHOSEN = TrainingConfig(
    window_days=77, max_negatives=220_000, trees=replace(TrainingConfig().trees, n_trees=250, eta=0.05)
)
GOALS = tuple(f"G{number}" for number in range(1, 15))
#: Goals whose figures come from the same four hybrids.
_OF_HYBRID = {"G2", "G3", "G4", "G5", "G6", "G9", "G12", "G13"}

_NO_WEEKS = "the file ends in week 17, on 4 September; the closed loop is measured on made-up companies (loop, strangers)"


def main(argv: Sequence[str] | None = None) -> int:
    """Print each goal's figures; 0 when all hold, 1 when one is missed."""
    options = _options(argv)
    begun = time.perf_counter()
    say = (lambda text: None) if options.json else (lambda text: print(text, flush=True))
    try:
        data = labelled_claims(options.data)
        for start in options.starts:
            split_of(data, start)
    except NotOfThatForm as error:
        print(f"python -m tests.benchmarks detection: {error}", file=sys.stderr)
        return 2
    say(f"{len(data.claims):,} claims, {int(data.is_misuse.sum()):,} misused; features in {_since(begun)}")
    figures = measure(data, options.goals, options.starts, path=options.data, say=say)
    if options.json:
        print(json.dumps([figure.as_json() for figure in figures], indent=1))
    for figure in figures:
        say(figure.line())
    say(f"done in {_since(begun)}")
    return 0 if all(figure.holds for figure in figures) else 1


def measure(
    data: Labelled,
    wanted: Sequence[str],
    starts: Sequence[date],
    *,
    path: Path | None = None,
    config: TrainingConfig | None = None,
    say=print,
) -> list[goals.Figure]:
    """Figures of the wanted goals over the folds; `path`: the file, which is asked again for the kinds of misuse (G8)."""
    figures: list[goals.Figure] = []
    if "G1" in wanted:
        figures += goals.published_tree([published_ranking(data, start) for start in starts])
    if set(wanted) & (_OF_HYBRID | {"G7", "G8"}):
        begun = time.perf_counter()
        hits = rule_hits(data.features)
        say(f"{len(RULE_BOOK)} rules in {_since(begun)}")
        figures += _of_hybrids(data, hits, wanted, starts, config or CHOSEN, say)
        if "G7" in wanted:
            figures += few_labels(data, hits, starts, config or FEW, say)
        if "G8" in wanted:
            figures += _of_a_hidden_kind(data, hits, path, starts, config or CHOSEN, say)
    if "G10" in wanted:
        figures += rules_from_misses(data, rule_hits(data.features), starts, say)
    if "G11" in wanted:
        figures.append(goals.not_measured("G11", "closed loop: recall in weeks 16 to 19", _NO_WEEKS))
    if "G14" in wanted:
        figures += _of_detectors(data, config or CHOSEN)
    return sorted(figures, key=lambda figure: GOALS.index(figure.goal))


def _of_hybrids(data: Labelled, hits, wanted, starts, config, say) -> list[goals.Figure]:
    if not _OF_HYBRID & set(wanted):
        return []
    rankings, scores = _hybrid_folds(data, hits, starts, config, say)
    weights = np.array([weight for weight, _ in RULE_BOOK.values()], dtype=np.float64)
    of_goal = {
        "G2": lambda: goals.above_published(rankings),
        "G3": lambda: goals.fewer_alerts(scores, weights),
        "G4": lambda: goals.more_recall(scores, weights),
        "G5": lambda: goals.lower_cost(scores, weights),
        "G6": lambda: goals.not_below_one_tree(scores),
        "G9": lambda: goals.calibrated(scores),
        "G12": lambda: missed_by_lot(scores),
        "G13": lambda: goals.even_days(scores),
    }
    return [figure for goal, figures in of_goal.items() if goal in wanted for figure in figures()]


def _of_a_hidden_kind(data, hits, path, starts, config, say) -> list[goals.Figure]:
    try:
        kinds = scenarios_of(path)
    except NotOfThatForm as error:
        return [goals.not_measured("G8", "hidden kind", str(error))]
    return misuse_nobody_labelled(hidden_scores(data, hits, kinds, starts, config, say))


def _of_detectors(data: Labelled, config: TrainingConfig) -> list[goals.Figure]:
    try:
        return detectors_alone(data, config)
    except NotOfThatForm as error:
        return [goals.not_measured("G14", "detectors alone", str(error))]


def _hybrid_folds(
    data: Labelled, hits, starts: Sequence[date], config: TrainingConfig, say
) -> tuple[list[Ranking], Scores]:
    rankings, folds = [], []
    for start in starts:
        begun = time.perf_counter()
        scores, ranking = hybrid_scores(data, hits, start, config)
        per_day = scores.hits.any(axis=1).sum() / len(np.unique(scores.day))
        say(
            f"fold {start}: {len(scores.rank):,} test claims, {int(scores.is_misuse.sum())} misused, "
            f"{per_day:.0f} a day hit by a rule; AUC {ranking.auc:.4f} AP {ranking.average_precision:.4f} "
            f"CP@100 {ranking.card_precision:.4f} ({_since(begun)})"
        )
        rankings.append(ranking)
        folds.append(scores)
    return rankings, Scores.joined(folds)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks detection", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="Handbook transactions as parquet")
    parser.add_argument("--goals", default=",".join(GOALS), help="comma separated, default all")
    parser.add_argument("--folds", choices=["test", "validation"], default="test")
    parser.add_argument("--starts", help="training starts instead, comma separated dates")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    options.goals = options.goals.split(",")
    if unknown := set(options.goals) - set(GOALS):
        parser.error(f"unknown goals {', '.join(sorted(unknown))}; known are {', '.join(GOALS)}")
    published = {"test": TEST_STARTS, "validation": VALIDATION_STARTS}[options.folds]
    options.starts = (
        [date.fromisoformat(s) for s in options.starts.split(",")] if options.starts else published
    )
    if not options.data.exists():
        parser.error(f"{options.data} does not exist; give the Handbook's transactions as a parquet file")
    return options


def _since(begun: float) -> str:
    return f"{time.perf_counter() - begun:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
