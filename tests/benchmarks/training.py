"""`python -m tests.benchmarks training [--claims 100000] [--json]`: the product's training beside one raw `xgboost.train` of its main matrix.

A demo company's features and rule hits go into a job folder as the product would write it. One process trains the hybrid, another
trains one booster on the same rows, weights, rounds and bins; `ratio` is that of their processor times, imports left out on both sides.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks._arguments import count
from tests.benchmarks.importing import run

_PRODUCT = """
import json, sys, time
from pathlib import Path
import numpy as np
from fraud.detection.detectors import tree
from fraud.learning.training import process, train
import sklearn.ensemble, skops.io, xgboost  # what a training imports is not counted
job, kept, fit = Path(sys.argv[1]), {}, tree.TreeDetector.fit
def keep(self, X, names, y, weight):
    if not kept:
        kept.update(parameters=self.settings.parameters(int(y.sum()), self.random_state), rounds=self.settings.n_trees, rows=len(X))
        saved = time.process_time()
        np.savez(job / "main.npz", X=X, y=y, weight=weight)
        kept["saving"] = time.process_time() - saved
    return fit(self, X, names, y, weight)
tree.TreeDetector.fit = keep
started = time.process_time()
process.run_job(job)
kept["cpu"] = time.process_time() - started - kept.pop("saving")
(job / "main.json").write_text(json.dumps(kept))
print(kept["cpu"])
"""
_RAW = """
import json, sys, time
from pathlib import Path
import numpy as np, xgboost
job = Path(sys.argv[1])
kept, data = json.loads((job / "main.json").read_text()), np.load(job / "main.npz")
X, y, weight = data["X"], data["y"].astype("float32"), data["weight"].astype("float32")
started = time.process_time()
rows = xgboost.QuantileDMatrix(X, label=y, weight=weight, max_bin=kept["parameters"]["max_bin"])
xgboost.train(kept["parameters"], rows, num_boost_round=kept["rounds"])
print(time.process_time() - started)
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks training", description=__doc__)
    parser.add_argument("--claims", type=count, default=100_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        figures = measure(Path(folder), options.claims)
    print(json.dumps(figures) if options.json else json.dumps(figures, indent=1))
    return 0


def measure(folder: Path, n: int) -> dict[str, Any]:
    """Write the job in a process of its own, then train it twice."""
    home = folder / "home"
    made = f"from pathlib import Path; from tests.benchmarks.training import write_job; write_job(Path({str(folder)!r}), {n})"
    claims, _, _ = run([sys.executable, "-c", made], home)
    product, _, memory = run([sys.executable, "-c", _PRODUCT, str(folder)], home)
    raw, _, raw_memory = run([sys.executable, "-c", _RAW, str(folder)], home)
    kept = json.loads((folder / "main.json").read_text())
    return {
        "claims": int(claims),
        "rows": kept["rows"],
        "rounds": kept["rounds"],
        "bins": kept["parameters"]["max_bin"],
        "cpu": round(float(product), 2),
        "raw_cpu": round(float(raw), 2),
        "ratio": round(float(product) / float(raw), 2),
        "peak_rss_mb": round(memory),
        "raw_peak_rss_mb": round(raw_memory),
    }


def write_job(folder: Path, n: int) -> None:
    """What `train_in_process` would write for a demo company of about `n` claims; prints how many there are."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    django.setup()
    import numpy as np

    from fraud.company.calendar import CompanyCalendar
    from fraud.demo import generate_company
    from fraud.demo.frames import ZONE, canonical_claims, known_labels
    from fraud.detection.features import build_features
    from fraud.learning.training import TrainingConfig
    from rules.engine import evaluate
    from tests.rules.starter import starter_context, starter_specs

    company = generate_company(claims_target=n, employees=max(40, n // 125), seed=7)
    claims, labels = canonical_claims(company), known_labels(company)
    calendar = CompanyCalendar(holidays=frozenset(company.holidays["on"].to_list()), zone=ZONE)
    features = build_features(claims, calendar=calendar, zone=ZONE, labels=labels)
    specs = starter_specs()
    outcome = evaluate(features, specs, context=starter_context(calendar=calendar), targets=None)
    features.write_parquet(folder / "features.parquet")
    labels.write_parquet(folder / "labels.parquet")
    np.save(folder / "hits.npy", np.asarray(outcome.hits, dtype=bool), allow_pickle=False)
    end = datetime.combine(company.options.end + timedelta(days=1), datetime.min.time(), UTC)
    job = {
        "rule_codes": [spec.code for spec in specs],
        "rule_weights": [float(spec.weight) for spec in specs],
        "cut_off": end.isoformat(),
        "config": TrainingConfig(window_days=540).to_json(),
        "out": str(folder / "model"),
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    print(claims.height)


if __name__ == "__main__":
    sys.exit(main())
