"""`python -m tests.benchmarks workers [--claims 100000] [--plain] [--json]`: the same night by one and by two worker processes.

PostgreSQL and Redis are started from installed programs. The loaded and trained company is a database that each night copies; a night
counts from the bell to its end, its Celery workers stand ready; `--plain` starts `manage.py nightly` once and twice instead. `speed_up` is the
one's time over the two's. On a machine that has other work the clock says little: `path` is, of each stage, the CPU seconds of the process
that spent most, PostgreSQL's for it counted, and `path_speed_up` the one's over the two's. `found` are figures and digests of what the night left.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from tests.benchmarks import night
from tests.benchmarks._arguments import count
from tests.benchmarks._watching import Watch, children_of

_MOST_SECONDS = 3_600
ROOT = Path(__file__).resolve().parents[2]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks workers", description=__doc__)
    parser.add_argument("--claims", type=count, default=100_000)
    parser.add_argument("--part", type=count, default=10_000, help="claims of a part")
    parser.add_argument("--labels", type=int, default=5_000)
    parser.add_argument("--plain", action="store_true", help="`manage.py nightly` instead of Celery")
    parser.add_argument("--rounds", type=count, default=1, help="how often, in turns")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    from tests.servers import new_database, postgres_server

    with tempfile.TemporaryDirectory(prefix="workers-") as home, postgres_server() as server:
        loaded = new_database(server, "loaded")
        os.environ |= {"CLEANCARD_HOME": home, "DATABASE_URL": loaded, "PART_CLAIMS": str(options.part)}
        n = _load(options.claims, options.labels)
        figures: dict[str, Any] = {"claims": n, "part": options.part}
        figures |= compared(server, Path(home), plain=options.plain, rounds=options.rounds)
    print(json.dumps(figures) if options.json else json.dumps(figures, indent=1))
    return 0


def compared(server: str, home: Path, *, plain: bool, rounds: int) -> dict[str, Any]:
    """One process beside two, each time on a copy of the database `loaded`: the middle of the rounds of each."""
    from tests.servers import new_database, redis_server

    told: dict[int, list[dict[str, Any]]] = {1: [], 2: []}
    for _ in range(rounds):
        for processes in (1, 2):
            for kept in ("columns", "nights"):  # as a first night finds it
                shutil.rmtree(home / kept, ignore_errors=True)
            os.environ["DATABASE_URL"] = new_database(server, f"night{processes}", "loaded")
            with nullcontext("") if plain else redis_server() as broker:
                os.environ["CELERY_BROKER_URL"] = broker
                told[processes].append(_night(processes, home, plain=plain))
    figures: dict[str, Any] = {}
    for processes, nights in told.items():
        middle = sorted(nights, key=lambda one: float(one["path"]))[len(nights) // 2]
        figures |= {f"{name}_{processes}": value for name, value in middle.items()}
        figures[f"paths_{processes}"] = [one["path"] for one in nights]
    digests = [one["found"] for nights in told.values() for one in nights]
    figures["is_equal"] = all(one == digests[0] for one in digests)
    figures["speed_up"] = round(figures["seconds_1"] / figures["seconds_2"], 2)
    figures["path_speed_up"] = round(figures["path_1"] / figures["path_2"], 2)
    return figures


def _load(n: int, labels: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    loaded = night.load(n, labels)
    night.train()
    night.close_connections()
    return loaded


def _night(processes: int, home: Path, *, plain: bool) -> dict[str, Any]:
    """A night with so many processes: seconds by the clock, CPU seconds by stage and process, memory, and what it found."""
    log = home / f"workers-{processes}.log"
    if plain:
        commands = [[sys.executable, "manage.py", "nightly", "--date", night.END.isoformat()]] * processes
    else:
        commands = [
            [sys.executable, "-m", "celery", "-A", "fraud.project.celery", "worker", "-n", "bench@here"]
        ]
        commands[0] += ["-c", str(processes), "-l", "INFO", "--without-gossip", "--without-mingle"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    crew: list[subprocess.Popen[bytes]] = []
    watch = Watch(
        os.environ["DATABASE_URL"], lambda: [p for one in crew for p in [one.pid, *children_of(one.pid)]]
    )
    try:
        with log.open("wb") as out:
            crew += [
                subprocess.Popen(
                    one, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
                )
                for one in commands
            ]
        if not plain:
            _wait_until_ready(log)
        watch.start()
        started = time.monotonic()
        if not plain:
            _ring()
        while not (found := _finished()):
            has_ended = all(one.poll() is not None for one in crew)
            if has_ended or time.monotonic() - started > _MOST_SECONDS:
                raise RuntimeError(f"the night did not end\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)
        seconds = time.monotonic() - started
    finally:
        if watch.is_alive():
            watch.stop()
        for one in crew:
            with suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)
            one.wait(20)
    return {
        "seconds": round(seconds, 1),
        "path": round(watch.path(), 2),
        "cpu": round(watch.all(), 2),
        "stages": watch.stages(),
        "memory_mb": watch.memory(),
        "memory_together_mb": watch.most_together_mb,
        "found": found + _digests(),
    }


def _wait_until_ready(log: Path) -> None:
    deadline = time.monotonic() + 120
    while " ready." not in log.read_text(errors="replace") and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(3)  # its children as well


def _ring() -> None:
    from celery import Celery

    with Celery(broker=os.environ["CELERY_BROKER_URL"], set_as_current=False) as sender:
        sender.send_task("cases.tasks.run_night", [night.END.isoformat()])


def _finished() -> list[Any]:
    """The figures of the night's run once it is finished, else nothing."""
    import psycopg

    sql = "SELECT state, n_scored, n_hits, n_alerts, n_cases, error FROM fraud_screeningrun"
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(sql).fetchone()
    if row is not None and row[0] == "failed":
        raise RuntimeError(f"the night failed: {row[-1]}")
    return list(row[1:5]) if row is not None and row[0] == "finished" else []


#: What a night leaves, in words of its own: no row numbers and no clocks.
_LEFT = (
    "SELECT claim_id, claim_version, z, tree_probability, anomaly_score, novelty, model_probability, hybrid_probability, queue_probability, "
    "band, expected_loss_minor, reasons, features FROM fraud_score ORDER BY claim_id",
    "SELECT claim_id, rule_version_id, is_shadow, is_suppressed, facts FROM fraud_rulehit ORDER BY claim_id, rule_version_id",
    "SELECT reference, bundle_key, source, pattern, priority, n_claims, probability, expected_loss_minor, headline FROM cases_case ORDER BY reference",
    "SELECT k.reference, a.claim_id, a.channel, a.inclusion_probability, a.drawn_by FROM cases_alert a JOIN cases_case k ON k.id = a.case_id ORDER BY 1, 2",
    "SELECT claim_id FROM cases_heldback ORDER BY claim_id",
    "SELECT subject, seq, action FROM audit_auditevent WHERE subject NOT LIKE 'model:%' ORDER BY 1, 2",
    "SELECT rule_evidence, recalibration, not_evaluable FROM fraud_screeningrun",
    "SELECT n_claims, psi, level FROM fraud_driftreport",
)


def _digests() -> list[str]:
    """A digest of each of _LEFT."""
    import psycopg

    found = []
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for number, sql in enumerate(_LEFT):
            told = hashlib.sha256()
            with connection.cursor(f"left{number}") as cursor:
                cursor.itersize = 20_000
                for row in cursor.execute(sql):
                    told.update(repr(row).encode())
            found.append(told.hexdigest()[:12])
    return found


if __name__ == "__main__":
    sys.exit(main())
