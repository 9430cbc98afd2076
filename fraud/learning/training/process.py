"""Training in a process of its own: OpenMP does not survive a fork, so a worker's child never fits a model itself.

The job is a folder: features.parquet, labels.parquet, hits.npy and job.json go in; the model's files, manifest.json and report.json
come out in ``model/``. Nothing is pickled.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from audit.faults import hit
from fraud.detection.scoring.artefacts import Manifest
from fraud.detection.scoring.hits import Hits
from fraud.learning.training.config import TrainingConfig
from fraud.learning.training.rows import NothingToTrainOn
from fraud.learning.training.stages import FITTING, Watch

_POLL_SECONDS = 0.5
STEP_FILE = "step.txt"


class TrainingFailed(RuntimeError):
    """The training process ended without a model; the message is the last line it wrote."""


@dataclass(frozen=True)
class TrainedFiles:
    """A trained model on disk: folder, manifest (name -> SHA-256) and model card."""

    folder: Path
    manifest: Manifest
    card: dict[str, Any]


def train_in_process(
    features: pl.DataFrame,
    hits: Hits,
    rule_codes: Sequence[str],
    rule_weights: Sequence[float],
    labels: pl.DataFrame,
    *,
    cut_off: datetime,
    out_folder: Path,
    config: TrainingConfig | None = None,
    threads: int | None = None,
    timeout_seconds: float = 3600,
    watch: Watch | None = None,
) -> TrainedFiles:
    """``train_hybrid`` in a fresh interpreter; the model's files are written to ``out_folder`` (created, must be empty).

    ``watch`` is told the step about twice a second; what it raises ends the process and is raised on.
    Raises TrainingFailed when the process fails or takes longer than ``timeout_seconds``.
    """
    with tempfile.TemporaryDirectory(prefix="training-") as name:
        job = Path(name)
        features.write_parquet(job / "features.parquet")
        labels.write_parquet(job / "labels.parquet")
        np.save(job / "hits.npy", np.asarray(hits, dtype=bool), allow_pickle=False)
        settings = {
            "rule_codes": list(rule_codes),
            "rule_weights": [float(w) for w in rule_weights],
            "cut_off": cut_off.isoformat(),
            "config": (config or TrainingConfig()).to_json(),
            "out": str(out_folder.resolve()),
        }
        (job / "job.json").write_text(json.dumps(settings), encoding="utf-8")
        if watch is None:
            _run(job, threads, timeout_seconds)
        else:
            _run_watched(job, threads, timeout_seconds, watch)
    manifest = json.loads((out_folder / "manifest.json").read_text(encoding="utf-8"))
    card = json.loads((out_folder / "card.json").read_text(encoding="utf-8"))
    return TrainedFiles(out_folder, manifest, card)


def environment_of(threads: int | None = None) -> dict[str, str]:
    """What a process that fits models runs with: threads that do not spin, and this package on its path."""
    environment = dict(os.environ)
    # Threads that wait must not spin: on a busy machine two of them would slow each other down many times over.
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if threads is not None:
        environment["OMP_NUM_THREADS"] = str(threads)
    # The interpreter must find this package wherever the worker was started from.
    root = str(Path(__file__).resolve().parents[3])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH", "")]))
    return environment


def _run(job: Path, threads: int | None, timeout_seconds: float) -> None:
    environment = environment_of(threads)
    command = [sys.executable, "-m", "fraud.learning.training.process", str(job)]
    try:
        done = subprocess.run(  # noqa: S603 — our own module, our own arguments
            command, env=environment, capture_output=True, text=True, timeout=timeout_seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TrainingFailed(f"the training took longer than {timeout_seconds:g} seconds") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise TrainingFailed(lines[-1])


def _run_watched(job: Path, threads: int | None, timeout_seconds: float, watch: Watch) -> None:
    """`_run` that says every half second which step the process is in."""
    command = [sys.executable, "-m", "fraud.learning.training.process", str(job)]
    said, latest = job / "said.txt", time.monotonic() + timeout_seconds
    with said.open("w") as out:
        child = subprocess.Popen(command, env=environment_of(threads), stdout=out, stderr=out)  # noqa: S603 — our own module
    try:
        while child.poll() is None:
            watch(_step_of(job))
            if time.monotonic() > latest:
                raise TrainingFailed(f"the training took longer than {timeout_seconds:g} seconds")
            time.sleep(_POLL_SECONDS)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if child.returncode != 0:
        lines = said.read_text(errors="replace").strip().splitlines() or [f"exit code {child.returncode}"]
        if lines[-1].partition(": ")[0].endswith(NothingToTrainOn.__name__):
            raise NothingToTrainOn(lines[-1].partition(": ")[2])
        raise TrainingFailed(lines[-1])


def _step_of(job: Path) -> str:
    """What the process does at this moment."""
    try:
        return (job / STEP_FILE).read_text(encoding="utf-8") or FITTING[0]
    except OSError:
        return FITTING[0]


def run_job(job: Path) -> None:
    """Train what the job folder describes and write the model; the other side of ``train_in_process``."""
    from fraud.learning.training.train import train_hybrid

    settings = json.loads((job / "job.json").read_text(encoding="utf-8"))
    trained = train_hybrid(
        pl.read_parquet(job / "features.parquet"),
        np.load(job / "hits.npy", allow_pickle=False),
        settings["rule_codes"],
        settings["rule_weights"],
        pl.read_parquet(job / "labels.parquet"),
        cut_off=datetime.fromisoformat(settings["cut_off"]),
        config=TrainingConfig.from_json(settings["config"]),
        tell=lambda step: _say_step(job, step),
    )
    hit("training.fitted")
    out = Path(settings["out"])
    manifest = trained.model.save(out)
    (out / "card.json").write_text(
        json.dumps(trained.report.card(), ensure_ascii=False, indent=1), encoding="utf-8"
    )
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _say_step(job: Path, step: str) -> None:
    new = job / f".{STEP_FILE}"
    new.write_text(step, encoding="utf-8")
    new.replace(job / STEP_FILE)


if __name__ == "__main__":
    run_job(Path(sys.argv[1]))
