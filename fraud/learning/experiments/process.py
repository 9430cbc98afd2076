"""The other side of an experiment: a folder goes in, one line of JSON a finished step comes out.

The folder holds job.json and arrays as .npy (features as .parquet for the methods); results.jsonl grows line by line, so that whoever
waits sees how far it is, and a cancelled experiment keeps what was finished. Nothing is pickled.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company.thresholds import CostMatrix
from fraud.learning.evaluation.comparison import Window
from fraud.learning.experiments.methods import MethodNotUsable, Settings
from fraud.learning.training.config import TrainingConfig

RESULTS = "results.jsonl"
Job = Mapping[str, Any]


def write_window(folder: Path, window: Window) -> None:
    """The later claims' outcomes, people, days and weights."""
    for name in ("y", "cardholder", "day", "weight"):
        np.save(folder / f"window-{name}.npy", getattr(window, name), allow_pickle=False)


def read_window(folder: Path) -> Window:
    """What ``write_window`` wrote."""
    y, cardholder, day, weight = (array(folder, f"window-{n}") for n in ("y", "cardholder", "day", "weight"))
    return Window(y, cardholder, day, weight)


def array(folder: Path, name: str) -> NDArray[Any]:
    """An array of the job."""
    return np.load(folder / f"{name}.npy", allow_pickle=False)


def run_job(folder: Path) -> None:
    """Do what job.json asks for, a step a line."""
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    steps: dict[str, Callable[[Path, Job], Iterator[dict[str, Any]]]] = {
        "methods": _methods,
        "autoencoder": _autoencoder,
        "surrogate": _surrogate,
        "mining": _mining,
    }
    with (folder / RESULTS).open("a", encoding="utf-8") as out:
        for line in steps[job["kind"]](folder, job):
            out.write(json.dumps(plain(line), allow_nan=False) + "\n")
            out.flush()


def _methods(folder: Path, job: Job) -> Iterator[dict[str, Any]]:
    """Each method in turn; the first one is what the others are held against."""
    from fraud.learning.experiments.compare import LaterRows, against, measure
    from fraud.learning.experiments.split import columns, split

    features, hits = pl.read_parquet(folder / "features.parquet"), array(folder, "hits")
    config = TrainingConfig.from_json(job["config"])
    parts = split(
        features,
        hits,
        tuple(job["codes"]),
        pl.read_parquet(folder / "labels.parquet"),
        cut_off=datetime.fromisoformat(job["cut_off"]),
        config=config,
    )
    later = pl.read_parquet(folder / "later.parquet")
    names = tuple(name for name in parts.names if not name.startswith("rule:"))
    window = read_window(folder)
    tested = LaterRows(
        columns(later, names, array(folder, "later-hits")), window, CostMatrix(**job["costs"]), job["seats"]
    )
    yield {
        "counts": {
            "learnt": len(parts.fit),
            "learnt_misuse": int(parts.fit.y.sum()),
            "calibrated": len(parts.calibrate),
            "calibrated_misuse": int(parts.calibrate.y.sum()),
        }
    }
    settings, base = Settings(job["seed"], job["ratio"]), None
    for name in job["methods"]:
        yield {"doing": name}
        try:
            found = measure(name, parts, tested, settings)
        except MethodNotUsable as error:
            yield {"method": name, "error": str(error)}
            continue
        base = found.probability if base is None else base
        extra = {} if base is found.probability else {"against": against(base, found.probability, window)}
        yield {
            "method": name,
            "figures": {**found.figures, **extra},
            "curves": found.curves,
            "seconds": found.seconds,
        }


def _autoencoder(folder: Path, job: Job) -> Iterator[dict[str, Any]]:
    from fraud.learning.experiments.autoencoder import study

    yield {"doing": "fit"}
    usual = array(folder, "usual")
    found = study(
        usual,
        job["names"],
        array(folder, "later"),
        read_window(folder),
        array(folder, "claims"),
        layers=tuple(job["layers"]),
        cost=CostMatrix(**job["costs"]),
        seats=job["seats"],
        seed=job["seed"],
    )
    yield {"counts": {"learnt": found["n_usual"]}, "step": "fit", "result": found}


def _surrogate(folder: Path, job: Job) -> Iterator[dict[str, Any]]:
    from fraud.learning.experiments.surrogate import paths

    yield {"doing": "paths"}
    found = paths(
        array(folder, "later"),
        job["names"],
        array(folder, "probability"),
        read_window(folder),
        job["threshold"],
        depth=job["depth"],
    )
    found["currency"] = job.get("currency", "")
    yield {"counts": {"learnt": found["n_claims"]}, "step": "paths", "result": found}


def _mining(folder: Path, job: Job) -> Iterator[dict[str, Any]]:
    """Candidates for rules, or the paths of a segment; each step is told before it begins."""
    if job.get("segment") is not None:
        yield from _segment(folder, job)
        return
    from fraud.learning.mining.choosing import MiningSettings
    from fraud.learning.mining.files import read_block
    from fraud.learning.mining.mine import STEPS, mining, told

    learn, check, latest = (read_block(folder, name) for name in ("learn", "check", "latest"))
    cost, settings = CostMatrix(**job["costs"]), MiningSettings(depth=job["depth"], seed=job["seed"])
    steps = mining(learn, check, currency=job["currency"], cost=cost, settings=settings)
    try:
        while True:
            step = next(steps)
            yield {"doing": step, "n_done": STEPS.index(step)}
    except StopIteration as over:
        mined = over.value
    yield {"doing": "latest", "n_done": STEPS.index("latest")}
    yield {"result": told(mined, check, latest, cost)}


def _segment(folder: Path, job: Job) -> Iterator[dict[str, Any]]:
    from fraud.learning.mining.files import read_block
    from fraud.learning.mining.mine import STEPS
    from fraud.learning.mining.segments import Segment, segment_paths

    yield {"doing": "trees", "n_done": STEPS.index("trees")}
    block, segment = read_block(folder, "segment"), Segment.read(job["segment"])
    found = segment_paths(block, segment, currency=job["currency"], depth=job["depth"], seed=job["seed"])
    yield {"doing": "latest", "n_done": STEPS.index("latest")}
    yield {"result": found}


def plain(value: Any) -> Any:
    """Values for JSON: numpy's numbers become Python's, not-a-number and infinity become null, six digits are kept."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (np.floating, float)):
        number = float(value)
        return round(number, 6) if np.isfinite(number) else None
    return value.item() if isinstance(value, np.generic) else value


def costs_of(cost: CostMatrix) -> dict[str, float]:
    """The cost matrix for job.json."""
    return asdict(cost)


if __name__ == "__main__":
    run_job(Path(sys.argv[1]))
