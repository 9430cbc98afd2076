"""`python -m tests.benchmarks workers [--claims 100000] [--json]`: the same night by one and by two Celery worker processes.

PostgreSQL and Redis are started from installed programs. The loaded and trained company is a database that each night copies; a night
counts from the bell to its end, its workers stand ready. `speed_up` is the one's time over the two's.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import night
from tests.benchmarks._arguments import count

_MOST_SECONDS = 3_600
ROOT = Path(__file__).resolve().parents[2]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks workers", description=__doc__)
    parser.add_argument("--claims", type=count, default=100_000)
    parser.add_argument("--part", type=count, default=10_000, help="claims of a part")
    parser.add_argument("--labels", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    from tests.servers import new_database, postgres_server, redis_server

    with tempfile.TemporaryDirectory(prefix="workers-") as home, postgres_server() as server:
        loaded = new_database(server, "loaded")
        os.environ |= {"CLEANCARD_HOME": home, "DATABASE_URL": loaded, "PART_CLAIMS": str(options.part)}
        n = _load(options.claims, options.labels)
        figures: dict[str, Any] = {"claims": n, "part": options.part}
        for processes in (1, 2):
            os.environ["DATABASE_URL"] = new_database(server, f"night{processes}", "loaded")
            with redis_server() as broker:
                os.environ["CELERY_BROKER_URL"] = broker
                seconds, found = _night(processes, Path(home))
            figures |= {f"seconds_{processes}": round(seconds, 1), f"found_{processes}": found}
    figures["is_equal"] = figures["found_1"] == figures["found_2"]
    figures["speed_up"] = round(figures["seconds_1"] / figures["seconds_2"], 2)
    print(json.dumps(figures) if options.json else json.dumps(figures, indent=1))
    return 0


def _load(n: int, labels: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    loaded = night.load(n, labels)
    night.train()
    night.close_connections()
    return loaded


def _night(processes: int, home: Path) -> tuple[float, list[Any]]:
    """Seconds of the night with so many processes, and what it found: scored, hits, alerts, cases."""
    log = home / f"workers-{processes}.log"
    command = [sys.executable, "-m", "celery", "-A", "fraud.project.celery", "worker", "-n", "bench@here"]
    command += ["-c", str(processes), "-l", "WARNING", "--without-gossip", "--without-mingle"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    with log.open("wb") as out:
        crew = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        time.sleep(8)  # the workers stand ready
        _ring()
        started = time.monotonic()
        while not (found := _finished()):
            if crew.poll() is not None or time.monotonic() - started > _MOST_SECONDS:
                raise RuntimeError(f"the night did not end\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.1)
        return time.monotonic() - started, found
    finally:
        os.killpg(crew.pid, signal.SIGKILL)
        crew.wait(20)


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


if __name__ == "__main__":
    sys.exit(main())
