"""`python -m tests.benchmarks queue --cases 100000 [--json]`: the queue's page through login, session and permissions.

`p95_ms` is processor time of the whole request for the first page of what is to do, `deep_ratio` the median of a page nine tenths
down beside that of the first. The cases are rows made from one, all of one merchant, a person to twenty cases and 50 people at least
(`--people`); SQLite, or DATABASE_URL with an empty database.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

from tests.benchmarks._arguments import count

_STEP = 5_000


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks queue", description=__doc__)
    parser.add_argument("--cases", type=count, default=100_000)
    parser.add_argument("--people", type=count, help="default: one for 20 cases, at least 50")
    parser.add_argument("--requests", type=count, default=60)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="queue-") as home:
        os.environ |= {"CLEANCARD_HOME": home, "CLEANCARD_DEMO": "1"}
        figures = measure(options.cases, options.requests, options.people)
    print(json.dumps(figures) if options.json else json.dumps(figures, indent=1))
    return 0


def measure(n: int, requests: int, n_people: int | None = None) -> dict[str, Any]:
    """Make the cases, sign in, ask for the first page and a deep one in turns."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.test import Client, override_settings

    call_command("migrate", verbosity=0)
    n_people = n_people or max(50, n // 20)
    reviewer, deep = _make(n, n_people)
    client = Client()
    client.force_login(reviewer)

    def ask(address: str) -> float:
        started = time.process_time()
        answer = client.get(address)
        spent = 1e3 * (time.process_time() - started)
        if answer.status_code != 200 or answer.content.count(b"data-item") < 2:
            raise RuntimeError(f"{address}: {answer.status_code}, {len(answer.content)} bytes")
        return spent

    with override_settings(ALLOWED_HOSTS=["testserver"]):
        both = [(ask("/queue/?view=new"), ask(deep)) for _ in range(requests + 3)][3:]
    connections.close_all()
    first, last = (sorted(times) for times in zip(*both, strict=True))
    return {
        "cases": n,
        "people": n_people,
        "requests": requests,
        "median_ms": round(first[len(first) // 2], 1),
        "p95_ms": round(first[int(0.95 * len(first))], 1),
        "deep_median_ms": round(last[len(last) // 2], 1),
        "deep_p95_ms": round(last[int(0.95 * len(last))], 1),
        "deep_ratio": round(last[len(last) // 2] / first[len(first) // 2], 2),
    }


def _make(n: int, n_people: int) -> tuple[Any, str]:
    """`n` new cases of so many people with a claim and an alert each; the reviewer, and the address of a page far down."""
    import random

    from cases.models import Alert, Case
    from fraud.claims.models import Claim
    from tests.cast import make_cardholder, make_case, make_cast

    cast = make_cast()
    people = [make_cardholder() for _ in range(n_people)]
    pattern = make_case(cardholder=people[0])
    claim, alert = pattern.alerts.get().claim, pattern.alerts.get()
    draw = random.Random(1)
    for start in range(1, n, _STEP):
        numbers = range(start, min(start + _STEP, n))
        claims = [
            _copy(claim, external_id=f"Q{i:09}", row_hash=f"{i:064x}", cardholder=people[i % n_people])
            for i in numbers
        ]
        claims = Claim.objects.bulk_create(claims)
        cases = [
            _copy(
                pattern,
                reference=f"C-2027-{i:06}",
                bundle_key=f"bench:{i}",
                priority=draw.randrange(10**6),
                cardholder=people[i % n_people],
            )
            for i in numbers
        ]
        cases = Case.objects.bulk_create(cases)
        Alert.objects.bulk_create(
            _copy(alert, case=case, claim=claim) for case, claim in zip(cases, claims, strict=True)
        )
    return cast.reviewer, _far_down(n)


def _copy(row: Any, **values: Any) -> Any:
    fields = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    for name in values:
        fields.pop(f"{name}_id", None)
    return type(row)(**{**fields, **values})


def _far_down(n: int) -> str:
    """The address a reader has after nine tenths of the list: a cursor behind the row that stands there."""
    from audit.paging import Cursor
    from cases.models import Case

    row = Case.objects.filter(state="new").order_by("-priority", "-pk")[int(0.9 * n)]
    return f"/queue/?view=new&after={Cursor('0', row.priority, row.pk).as_text()}"


if __name__ == "__main__":
    sys.exit(main())
