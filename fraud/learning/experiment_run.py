"""An experiment being done: the claims are gathered here, a child fits and measures, its lines become rows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from audit import clock
from audit.actor import Actor
from audit.services import record
from audit.transactions import one_transaction
from fraud.company.values import current_settings
from fraud.detection.detectors.errors import FeaturesMissing
from fraud.detection.detectors.frames import Matrix, matrix
from fraud.detection.features.catalogue import is_money
from fraud.detection.model_files import ModelDamaged, load_version
from fraud.detection.models import ModelVersion
from fraud.learning.experiment_words import refusal
from fraud.learning.experimenting import State, end, stem
from fraud.learning.experiments.process import RESULTS, costs_of, write_window
from fraud.learning.experiments.split import columns
from fraud.learning.later_claims import LaterClaims, NothingToCompare, later_claims
from fraud.learning.mining_job import TooFewMisses, write_mining
from fraud.learning.models import Experiment, ExperimentRow
from fraud.learning.rounds import training_config, training_set
from fraud.learning.training import NothingToTrainOn, TrainingConfig
from fraud.learning.training.catalogue import feature_choice
from fraud.learning.training.process import TrainingFailed, environment_of
from fraud.learning.training_run import USUAL, Scope, made, start_unasked, train_asked

_POLL_SECONDS = 0.5


class ExperimentFailed(RuntimeError):
    """The child ended without an answer; the message is the last line it wrote."""


def run_experiment(experiment: Experiment) -> Experiment:
    """Do a waiting experiment to its end, in this process and a child; returns the row in its last state.

    Whatever goes wrong is kept in the row as a sentence; a cancelled one stops within seconds.
    """
    taken = Experiment.objects.filter(pk=experiment.pk, state=State.WAITING).update(
        state=State.RUNNING, doing="claims", beat_at=clock.now()
    )
    if not taken:
        experiment.refresh_from_db()
        return experiment
    is_training = experiment.kind == Experiment.Kind.TRAINING
    try:
        if (train_asked if is_training else _ask)(experiment):
            _finish(experiment, State.FINISHED)
    except NothingToTrainOn:
        code = "nothing_to_learn_from" if is_training else "nothing_to_train_on"
        _finish(experiment, State.FAILED, refusal(code))
    except NothingToCompare:
        _finish(experiment, State.FAILED, refusal("nothing_to_compare"))
    except TooFewMisses:
        _finish(experiment, State.FAILED, refusal("too_few_misses"))
    except (ModelDamaged, FeaturesMissing, ExperimentFailed, TrainingFailed) as error:
        _finish(experiment, State.FAILED, str(error))
    except BaseException as error:
        _finish(experiment, State.FAILED, f"{type(error).__name__}: {error}"[:500])
        raise
    experiment.refresh_from_db()
    return experiment


def train_unasked(*, why: str, scope: Scope = USUAL) -> Experiment:
    """Begin a training and do it to its end, in this process and a child; returns its row. One at a time, as those of the page.

    Raises ExperimentNotValid while another one waits or runs.
    """
    return run_experiment(start_unasked(why=why, scope=scope))


def _ask(experiment: Experiment) -> bool:
    """Gather the claims, then let the child fit and measure; False where it was cancelled."""
    with tempfile.TemporaryDirectory(prefix="experiment-") as name:
        folder = Path(name)
        _write_job(experiment, folder)
        return _follow(experiment, folder)


@one_transaction()
def _finish(experiment: Experiment, state: Experiment.State, error: str = "") -> None:
    if end(experiment, state, error):
        record(
            action=f"{stem(experiment.kind)}.{'finished' if state == State.FINISHED else 'failed'}",
            by=Actor.system("training"),
            subject=f"experiment:{experiment.pk}",
            reason=error,
            after={"n_done": experiment.n_done, "counts": experiment.counts, **made(experiment)},
        )


def _write_job(experiment: Experiment, folder: Path) -> None:
    values, now = current_settings(), clock.now().astimezone(UTC)
    start = experiment.cut_off_at.astimezone(UTC)
    later = later_claims(window_from=start, window_to=now, known_by=now)
    write_window(folder, later.window)
    reviewed = later.window.weight > 0
    counts = {
        "tested": len(later.window.y),
        "tested_reviewed": int(reviewed.sum()),
        "tested_misuse": int(later.window.y.sum()),
    }
    Experiment.objects.filter(pk=experiment.pk).update(counts=counts, beat_at=clock.now())
    write: dict[str, Callable[[Experiment, Path, LaterClaims], dict[str, Any]]] = {
        "methods": _write_methods,
        "autoencoder": _write_autoencoder,
        "surrogate": _write_surrogate,
        "mining": write_mining,
    }
    job = {
        "kind": experiment.kind,
        "cut_off": start.isoformat(),
        "costs": costs_of(values.costs),
        "threshold": values.alert_threshold,
        "seats": max(values.capacity_per_day, 1),
        "seed": 0,
        **experiment.options,
        **write[experiment.kind](experiment, folder, later),
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")


def _write_methods(experiment: Experiment, folder: Path, later: LaterClaims) -> dict[str, Any]:
    config = training_config()
    data = training_set(cut_off=experiment.cut_off_at.astimezone(UTC), config=config)
    names = _names(data.features, config).tree_features or ()
    base = ["claim_id", "transacted_at"]
    data.features.select(list(dict.fromkeys([*base, *names]))).write_parquet(folder / "features.parquet")
    data.labels.write_parquet(folder / "labels.parquet")
    np.save(folder / "hits.npy", data.hits, allow_pickle=False)
    later.features.select(list(dict.fromkeys([*base, *names]))).write_parquet(folder / "later.parquet")
    np.save(folder / "later-hits.npy", later.hits, allow_pickle=False)
    config = replace(config, tree_features=names)
    return {"config": config.to_json(), "codes": list(data.rules.codes)}


def _write_autoencoder(experiment: Experiment, folder: Path, later: LaterClaims) -> dict[str, Any]:
    """Presumed normal: no misuse known at the cut-off, and no rule hit."""
    config = training_config()
    data = training_set(cut_off=experiment.cut_off_at.astimezone(UTC), config=config)
    names = _names(data.features, config).detector_features or ()
    misuse = data.labels.filter(pl.col("is_misuse"))["claim_id"]
    normal = ~data.features["claim_id"].is_in(misuse.implode()).to_numpy() & ~data.hits.any(axis=1)
    if not normal.any():
        raise NothingToTrainOn("no claim before the cut-off is presumed normal")
    np.save(folder / "usual.npy", matrix(data.features.filter(pl.Series(normal)), names), allow_pickle=False)
    np.save(folder / "later.npy", matrix(later.features, names), allow_pickle=False)
    np.save(folder / "claims.npy", later.features["claim_id"].to_numpy(), allow_pickle=False)
    return {"names": list(names)}


def _write_surrogate(experiment: Experiment, folder: Path, later: LaterClaims) -> dict[str, Any]:
    version = ModelVersion.objects.get(reference=experiment.options["version"])
    model = load_version(version)
    codes = later.rules.codes
    # The logarithm of an amount cuts where the amount does, and nobody reads logarithms.
    read = tuple(name for name in model.tree_features if name != "log_amount")
    table = columns(later.features, read, later.hits)
    currency = _blank_other_money(table, read, later.features["currency"])
    np.save(folder / "later.npy", table, allow_pickle=False)
    np.save(folder / "probability.npy", later.probability(model), allow_pickle=False)
    return {"names": [*read, *(f"rule:{code}" for code in codes)], "currency": currency}


def _blank_other_money(table: Matrix, names: Sequence[str], currency: pl.Series) -> str:
    """Leave in the columns of money only amounts of the commonest currency, which is returned: a limit in a path is of one currency."""
    common = str(currency.mode().sort()[0])
    money = np.array([j for j, name in enumerate(names) if is_money(name)], dtype=np.int64)
    table[np.ix_((currency != common).fill_null(True).to_numpy(), money)] = np.nan
    return common


def _names(features: pl.DataFrame, config: TrainingConfig) -> TrainingConfig:
    return feature_choice(features, config)


def _follow(experiment: Experiment, folder: Path) -> bool:
    """Start the child, keep every line it writes, and stop it once the row is cancelled. False then. Raises ExperimentFailed."""
    results, said = folder / RESULTS, folder / "stderr.txt"
    results.touch()
    command = [sys.executable, "-m", "fraud.learning.experiments.process", str(folder)]
    with said.open("w") as errors:
        child = subprocess.Popen(command, env=environment_of(), stdout=errors, stderr=errors)  # noqa: S603 — our own module
    try:
        read = 0
        while True:
            is_over = child.poll() is not None
            read = _keep_lines(experiment, results, read)
            if not Experiment.objects.filter(pk=experiment.pk, state=State.RUNNING).update(
                beat_at=clock.now()
            ):
                return False
            if is_over:
                break
            time.sleep(_POLL_SECONDS)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if child.returncode != 0:
        lines = said.read_text(errors="replace").strip().splitlines() or [f"exit code {child.returncode}"]
        kind, _colon, said_last = lines[-1].partition(": ")
        if kind.endswith(NothingToTrainOn.__name__):
            raise NothingToTrainOn(said_last)
        raise ExperimentFailed(said_last or lines[-1])
    return True


def _keep_lines(experiment: Experiment, results: Path, read: int) -> int:
    """Keep the whole lines since the last look; returns how many bytes are read."""
    with results.open("rb") as file:
        file.seek(read)
        new = file.read()
    whole, _newline, _rest = new.rpartition(b"\n")
    for line in whole.splitlines():
        _keep(experiment, json.loads(line))
    return read + len(whole) + (1 if whole else 0)


@one_transaction()
def _keep(experiment: Experiment, line: dict[str, Any]) -> None:
    """One line of the child: what it does now, what it counted, a method's row, or the result."""
    experiment.refresh_from_db()
    if "doing" in line:
        experiment.doing = line["doing"]
    if "n_done" in line:
        experiment.n_done = line["n_done"]
    if "counts" in line:
        experiment.counts = {**experiment.counts, **line["counts"]}
    if "result" in line:
        experiment.result, experiment.n_done = line["result"], experiment.n_done + 1
    if "method" in line:
        experiment.n_done += 1
        ExperimentRow.objects.create(
            experiment=experiment,
            method=line["method"],
            figures=line.get("figures") or {},
            curves=line.get("curves") or {},
            seconds=line.get("seconds") or 0,
            error=line.get("error") or "",
        )
    experiment.save(update_fields=["doing", "counts", "result", "n_done"])
