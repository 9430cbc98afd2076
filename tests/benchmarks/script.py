"""`python -m tests.benchmarks script [--claims 100000] [--json]`: a whole night beside a plain pandas and scikit-learn script.

The script does what somebody would write in an afternoon: reads the table, counts 21 windows, evaluates 40 rules as masks, scores with
two fitted models (fitting is not counted on either side) and stores one table. No explanations, no cases, no audit, no restart.
`cpu_ratio` is the product's processor time of a claim over the script's. pandas is no dependency: install it by hand.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import night
from tests.benchmarks._arguments import count

_KEYS = ("cardholder_id", "merchant_id", "mcc")
_DAYS = (1, 7, 30)
_SQL = """
    SELECT c.id, c.cardholder_id, c.merchant_id, m.mcc, c.amount_minor AS amount, c.transacted_at AS at, c.n_attendees, c.purpose_code
    FROM fraud_claim c JOIN fraud_merchant m ON m.id = c.merchant_id ORDER BY c.transacted_at, c.id
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 0, or 1 with a sentence where pandas is missing."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks script", description=__doc__)
    parser.add_argument("--claims", type=count, default=100_000)
    parser.add_argument("--labels", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    if importlib.util.find_spec("pandas") is None:
        print("pandas is not installed: pip install pandas", file=sys.stderr)
        return 1
    say = (lambda text: None) if options.json else (lambda text: print(text, flush=True))
    with tempfile.TemporaryDirectory(prefix="script-") as home:
        os.environ["CLEANCARD_HOME"] = home
        figures = night.measure(options.claims, options.labels, say)
        night.close_connections()
        script = _in_fresh_process(Path(home))
    n, scored = figures["claims"], script.pop("claims")
    ours, theirs = 1e6 * figures["cpu"] / n, 1e6 * script["cpu"] / scored
    told = {
        "claims": n,
        "cpu": figures["cpu"],
        "microseconds_a_claim": round(ours, 1),
        "script_microseconds_a_claim": round(theirs, 1),
        "cpu_ratio": round(ours / theirs, 2),
        "peak_rss_mb": figures["peak_rss_mb"],
        **{f"script_{name}": value for name, value in script.items()},
    }
    print(json.dumps(told) if options.json else json.dumps(told, indent=1))
    return 0


def _in_fresh_process(home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.script", str(home / "cleancard.sqlite3")]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def run_script(database: str) -> dict[str, Any]:
    """The script itself; figures of all but fitting the models."""
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest

    connection = sqlite3.connect(database)
    started, fitting = time.process_time(), 0.0
    frame = pd.read_sql(_SQL, connection)
    frame["at"] = pd.to_datetime(frame["at"], format="ISO8601")
    windows = _windows(frame)
    masks = _rules(frame, windows)
    X = windows.assign(amount=frame["amount"], hour=frame["at"].dt.hour).fillna(0).to_numpy()
    begun = time.process_time()
    some = slice(None, None, max(len(X) // 20_000, 1))
    trees = HistGradientBoostingClassifier(max_iter=150, max_depth=4, random_state=0)
    trees.fit(X[some], masks.sum(axis=1).to_numpy()[some] > 2)
    forest = IsolationForest(random_state=0).fit(X[some])
    fitting = time.process_time() - begun
    scores = pd.DataFrame({"claim_id": frame["id"], "tree": trees.predict_proba(X)[:, 1]})
    scores["anomaly"] = -forest.score_samples(X)
    scores["n_hits"] = masks.sum(axis=1)
    with connection:
        scores.to_sql("script_score", connection, if_exists="replace", index=False)
    spent = time.process_time() - started - fitting
    return {
        "claims": len(frame),
        "cpu": round(spent, 2),
        "hits": int(masks.to_numpy().sum()),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _windows(frame: Any) -> Any:
    """Count and sum of the claims up to each one by key and days (18), and the time since the last of each key (3)."""
    import pandas as pd

    found = {}
    dated = frame.set_index("at")
    for key in _KEYS:
        for days in _DAYS:
            rolling = dated.groupby(key)["amount"].rolling(f"{days}D")
            for name in ("count", "sum"):
                values = getattr(rolling, name)()
                order = dated.reset_index().sort_values([key, "at"], kind="stable").index
                found[f"{key}_{name}_{days}"] = pd.Series(values.to_numpy(), index=order).sort_index()
        found[f"{key}_since"] = frame.groupby(key)["at"].diff().dt.total_seconds()
    return pd.DataFrame(found)


def _rules(frame: Any, windows: Any) -> Any:
    """Forty rules as masks: five limits of eight kinds."""
    import pandas as pd

    hour, weekday = frame["at"].dt.hour, frame["at"].dt.dayofweek
    n = frame["n_attendees"].fillna(1).clip(lower=1)
    masks = {}
    for k in range(1, 6):
        masks |= {
            f"amount{k}": frame["amount"] > k * 100_000,
            f"a_head{k}": frame["amount"] / n > k * 20_000,
            f"night{k}": (hour >= 22) & (frame["amount"] > k * 20_000),
            f"weekend{k}": (weekday >= 5) & (frame["amount"] > k * 20_000),
            f"round{k}": frame["amount"] % (k * 10_000) == 0,
            f"often{k}": windows["cardholder_id_count_1"] > k + 2,
            f"month{k}": windows["cardholder_id_sum_30"] > k * 1_000_000,
            f"again{k}": (windows["merchant_id_since"] < k * 60) & (windows["merchant_id_count_1"] > 1),
        }
    return pd.DataFrame(masks)


if __name__ == "__main__":
    print(json.dumps(run_script(sys.argv[1])))
