"""`python -m tests.benchmarks night --claims 1000000 [--postgres] [--json]`: a whole night, stage by stage.

A demo company of that size is loaded, trees are trained on simulated outcomes, and one night screens every claim. The floor
is the library's raw prediction of the same trees over the same matrix plus a plain write of the same score rows with the same
indexes; the ratio says what everything around costs.
"""

from __future__ import annotations

import argparse
import cProfile
import importlib
import json
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from tests.benchmarks._arguments import count

END = date(2026, 6, 30)
_CHILD = "CLEANCARD_BENCHMARK_NIGHT"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures of one night."""
    options = _options(argv)
    say = (lambda text: None) if options.json else (lambda text: print(text, flush=True))
    from tests.servers import postgres_server

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    with tempfile.TemporaryDirectory(prefix="night-") as home:
        os.environ["CLEANCARD_HOME"] = home
        with postgres_server() if options.postgres else nullcontext("") as url:
            if url:
                os.environ["DATABASE_URL"] = url
            figures = measure(options.claims, options.labels, say, options.profile)
            close_connections()
    figures["database"] = "postgresql" if options.postgres else "sqlite"
    if options.json:
        print(json.dumps(figures))
    else:
        _print(figures)
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks night", description=__doc__)
    parser.add_argument("--claims", type=count, default=1_000_000)
    parser.add_argument(
        "--labels", type=int, default=20_000, help="claims with a simulated outcome, for the trees"
    )
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--profile", action="store_true", help="print where the night's Python time goes")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def measure(n_claims: int, n_labels: int, say: Any, profile: bool = False) -> dict[str, Any]:
    """Load and train, run the night in a fresh process, run the floor."""
    import django

    django.setup()
    from django.core.management import call_command

    from fraud.detection.models import ScreeningRun

    call_command("migrate", verbosity=0)
    with timed("load", say) as loading:
        n = load(n_claims, n_labels)
    with timed("train", say):
        train()
    close_connections()
    night = in_fresh_process(profile, say)
    run = ScreeningRun.objects.select_related("model_version").get()
    floor = _floor(run, say)
    stages = {stage["name"]: {"seconds": stage["seconds"], **stage["counts"]} for stage in run.stages}
    return {
        "claims": n,
        "rules": len(run.rule_set["rules"]),
        "seconds": night["night_seconds"],
        "cpu": night["night_cpu"],
        "load_seconds": round(loading[0], 1),
        **night,
        "cpu_microseconds_a_claim": round(1e6 * night["night_cpu"] / n, 1),
        "stages": stages,
        "floor": floor,
        "ratio": round(night["night_seconds"] / (floor["predict_seconds"] + floor["store_seconds"]), 2),
        "cpu_ratio": round(night["night_cpu"] / (floor["predict_cpu"] + floor["store_cpu"]), 2),
        "alerts": run.n_alerts,
        "cases": run.n_cases,
        "hits": run.n_hits,
    }


def in_fresh_process(profile: bool, say: Any, on: date = END) -> dict[str, Any]:
    """The night as `manage.py nightly` would run it, so that memory is its own."""
    command = [sys.executable, "-m", "tests.benchmarks.night", *(["--profile"] if profile else [])]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, _CHILD: on.isoformat()}
    )
    *lines, last = done.stdout.strip().splitlines()
    say("\n".join(lines))
    return dict(json.loads(last))


def _child(profile: bool, on: date) -> None:
    """One night; the last line printed is its figures."""
    import django

    django.setup()
    from audit.actor import Actor
    from cases.services.night import run_night
    from fraud.detection.screening.timing import seconds
    from tests.benchmarks._company import night_of

    with timed("import", print) as importing:  # noqa: F841
        for name in ("scipy.special", "holidays.countries"):
            importlib.import_module(name)
    profiler = cProfile.Profile(time.process_time) if profile else None
    with timed("night", print) as night, profiler or nullcontext():
        run_night(business_date=on, by=Actor.system("nightly"), cut_off_at=night_of(on), progress=print)
    if profiler:
        pstats.Stats(profiler).sort_stats("cumtime").print_stats(60)
    inside = {name: [round(wall, 2), round(cpu, 2)] for name, (wall, cpu) in seconds().items()}
    figures = {
        "night_seconds": round(night[0], 2),
        "night_cpu": round(night[1], 2),
        "process_cpu": round(time.process_time(), 2),
        "peak_rss_mb": peak_rss_mb(),
        "inside": inside,
    }
    print(json.dumps(figures), flush=True)


def load(n_claims: int, n_labels: int) -> int:
    """A demo company with labels and the settings of the benchmark; how many claims it has."""
    import numpy as np

    from audit.actor import Actor
    from fraud.claims.labels import NewLabel, add_labels
    from fraud.company.changing import activate_settings, propose_settings
    from fraud.demo import generate_company
    from rules.services import install_starter_rules
    from tests.benchmarks._company import load_company, night_of

    system = Actor.system("benchmark")
    install_starter_rules(by=system)
    company = generate_company(
        employees=max(n_claims // 125, 40), months=18, end=END, claims_target=int(n_claims * 0.96)
    )
    known = load_company(company)
    rng = np.random.default_rng(1)
    drawn = known[np.sort(rng.choice(known.height, min(n_labels, known.height), replace=False))]
    at = night_of(date(2026, 6, 1))
    old = drawn.filter(drawn["received_at"] < at)
    labels = [NewLabel(i, m, "import", at) for i, m in zip(old["claim_id"], old["is_misuse"], strict=True)]
    add_labels(labels=labels, by=system, subject="file:benchmark")
    row = propose_settings(changes={"reviewer_minutes_per_day": 30_000}, note="about 2,000 alerts", by=system)
    activate_settings(number=row.number, by=system)
    return known.height


def train() -> None:
    """Train a version on what was known a fortnight before the end, and put it into service."""
    from audit.actor import Actor
    from fraud.learning.registry import install_first_version
    from fraud.learning.rounds import train_challenger
    from tests.benchmarks._company import night_of

    system = Actor.system("benchmark")
    version = train_challenger(by=system, cut_off=night_of(date(2026, 6, 15)))
    install_first_version(version=version, by=system)


def _floor(run: Any, say: Any) -> dict[str, float]:
    """Raw prediction of the main trees on a matrix of the night's size, and a plain write of the night's score rows."""
    import numpy as np
    from django.db import connection, transaction

    from fraud.claims.bulk import read_frame, write_rows
    from fraud.detection.model_files import load_version
    from fraud.detection.screening.scored_rows import SCORE_COLUMNS

    model = load_version(run.model_version)
    assert model.trees is not None
    rng = np.random.default_rng(0)
    X = rng.standard_normal((run.n_claims, len(model.main_names)), dtype=np.float32)
    forest = model.trees._fitted()
    with timed("floor: predict", say) as predicting:
        for start in range(0, len(X), 65_536):
            forest.value(X[start : start + 65_536])
    del X
    rows = read_frame(f"SELECT {', '.join(SCORE_COLUMNS)} FROM fraud_score WHERE run_id = %s", [run.pk])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_score AS SELECT * FROM fraud_score WHERE 1 = 0")
        cursor.execute("CREATE UNIQUE INDEX floor_run_claim ON floor_score (run_id, claim_id)")
        cursor.execute("CREATE INDEX floor_claim ON floor_score (claim_id, run_id DESC)")
        cursor.execute("CREATE INDEX floor_order ON floor_score (run_id, queue_probability DESC)")
    with timed("floor: store", say) as storing, transaction.atomic():
        write_rows("floor_score", SCORE_COLUMNS, rows)
    names = ("predict_seconds", "predict_cpu", "store_seconds", "store_cpu")
    return dict(zip(names, (round(value, 2) for value in (*predicting, *storing)), strict=True))


def peak_rss_mb() -> int:
    """The most memory this program held. What the system keeps for the process counts its parent's before the program began."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


@contextmanager
def timed(name: str, say: Any) -> Iterator[list[float]]:
    """Wall and CPU seconds of a block."""
    found = [0.0, 0.0]
    started, cpu = time.perf_counter(), time.process_time()
    yield found
    found[:] = [time.perf_counter() - started, time.process_time() - cpu]
    say(f"{name}: {found[0]:.1f} s, {found[1]:.1f} s of CPU")


def close_connections() -> None:
    """Let go of the database, so that another process may have it."""
    from django.db import connections

    connections.close_all()


def _print(figures: dict[str, Any]) -> None:
    for name, stage in figures["stages"].items():
        print(f"  {name:<8} {stage}")
    print(f"  inside, [wall, CPU] {figures['inside']}")
    print(
        f"{figures['claims']:,} claims, {figures['rules']} rules on {figures['database']}: night {figures['night_seconds']} s, "
        f"CPU {figures['night_cpu']} s = {figures['cpu_microseconds_a_claim']} µs a claim, peak {figures['peak_rss_mb']} MB"
    )
    print(f"floor {figures['floor']}; ratio {figures['ratio']}, of CPU {figures['cpu_ratio']}")


if __name__ == "__main__":
    if os.environ.get(_CHILD):
        _child("--profile" in sys.argv, date.fromisoformat(os.environ[_CHILD]))
    else:
        sys.exit(main())
