"""`python -m tests.benchmarks normal --history 1000000 --new 3000 [--postgres] [--json]`: an ordinary night on a long history.

A demo company of that size is loaded; what came before its last nights is history and is never screened. One night runs as the
night before, then a delivery of `--new` claims arrives and the night of it is measured in a process of its own, twice: as
it is, and again after another delivery, when whatever a night keeps for the next one is there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

from tests.benchmarks import night
from tests.benchmarks._arguments import count

#: Nights of the benchmark: the one before, one that is cold, one that is warm.
NIGHTS = (date(2026, 6, 28), date(2026, 6, 29), date(2026, 6, 30))


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures of an ordinary night; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks normal", description=__doc__)
    parser.add_argument("--history", type=count, default=1_000_000, help="claims that were there before")
    parser.add_argument("--new", type=count, default=3_000, help="claims of each night")
    parser.add_argument("--labels", type=int, default=20_000)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--profile", action="store_true", help="print where the night's Python time goes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    say = (lambda text: None) if options.json else (lambda text: print(text, flush=True))
    from tests.servers import postgres_server

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fraud.project.settings")
    with tempfile.TemporaryDirectory(prefix="normal-") as home:
        os.environ["CLEANCARD_HOME"] = home
        with postgres_server() if options.postgres else nullcontext("") as url:
            if url:
                os.environ["DATABASE_URL"] = url
            figures = measure(options, say)
            night.close_connections()
    figures["database"] = "postgresql" if options.postgres else "sqlite"
    print(json.dumps(figures) if options.json else json.dumps(figures, indent=1))
    return 0


def measure(options: argparse.Namespace, say: Any) -> dict[str, Any]:
    """Load, train, run the night before, then the two that are measured."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with night.timed("load", say):
        n = night.load(options.history, options.labels)
        _leave_to_nights(options.new)
    with night.timed("train", say):
        night.train()
    night.close_connections()
    nights = [night.in_fresh_process(options.profile, say, on) for on in NIGHTS]
    keys = {"night_seconds": "seconds", "night_cpu": "cpu", "process_cpu": "process_cpu"}
    keys |= {"peak_rss_mb": "peak_rss_mb", "inside": "inside"}
    _before, cold, warm = ({keys[name]: value for name, value in one.items()} for one in nights)
    return {"history": n - 3 * options.new, "new": options.new, **warm, "cold": cold}


def _leave_to_nights(n: int) -> None:
    """All but the last claims are history; of those each night has its `n`, delivered at ten in the evening before it."""
    from django.db import connection

    from fraud.claims.reading import db_time
    from tests.benchmarks._company import night_of

    with connection.cursor() as cursor:
        cursor.execute("UPDATE fraud_claim SET is_history = %s", [True])
        cursor.execute("SELECT id FROM fraud_claim ORDER BY transacted_at DESC, id DESC LIMIT %s", [n * 3])
        latest = [row[0] for row in cursor.fetchall()]
        for number, on in enumerate(reversed(NIGHTS)):
            at = db_time(night_of(on) - timedelta(hours=4))
            rows = [(False, at, at, pk) for pk in latest[number * n : (number + 1) * n]]
            cursor.executemany(
                "UPDATE fraud_claim SET is_history = %s, received_at = %s, first_received_at = %s WHERE id = %s",
                rows,
            )


if __name__ == "__main__":
    sys.exit(main())
