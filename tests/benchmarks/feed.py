"""`python -m tests.benchmarks feed [--claims 100000] [--seed N]`: a card feed in batches, the connection cut at random, against a server that runs.

A fresh company on SQLite, gunicorn, and the client of `docs/examples/card_feed.py` over sockets that are cut while the request is written, or when it
is written and not answered yet. At the end every claim is there once with its amount, and the deliveries add up. The exit code is 1 otherwise.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.examples.card_feed import Feed
from tests.benchmarks._arguments import count

ROOT = Path(__file__).resolve().parents[2]


class Cut(http.client.HTTPConnection):
    """A connection that `draw` may cut: half way through the body, or after it, before the answer."""

    draw: random.Random
    share = 0.35
    cuts = {"in the body": 0, "before the answer": 0}

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **more: Any) -> None:
        """As it is, unless it is cut. Raises ConnectionResetError."""
        if self.draw.random() >= self.share:
            super().request(method, url, body, headers or {}, **more)
            return
        where = self.draw.choice(list(self.cuts))
        self.cuts[where] += 1
        whole = len(body)
        sent = body if where == "before the answer" else body[: self.draw.randrange(whole)]
        super().request(method, url, sent, {**(headers or {}), "Content-Length": str(whole)}, **more)
        if where == "before the answer":
            time.sleep(self.draw.uniform(0, 0.3))
        self.close()
        raise ConnectionResetError(where)


def rows(n: int) -> Iterator[dict[str, Any]]:
    """Claims of which each id says the amount."""
    for i in range(n):
        yield {
            "external_id": f"FEED-{i:07}", "employee_no": f"E{i % 400:05}", "transacted_at": f"2026-0{1 + i % 9}-{1 + i % 28:02}T12:{i % 60:02}:00+09:00",
            "amount": str(10_000 + i), "currency": "KRW", "merchant_name": f"Shop {i % 900}", "authorization_code": f"{i:08}",
        }  # fmt: skip


def found_in(database: Path, n: int) -> tuple[int, int, int]:
    """(lost or with another amount, twice, unaccounted rows of deliveries) of n claims sent."""
    with sqlite3.connect(database) as lite:
        kept = lite.execute(
            "SELECT external_id, amount_minor FROM fraud_claim WHERE external_id LIKE 'FEED-%'"
        ).fetchall()
        sums = lite.execute(
            "SELECT SUM(n_rows - n_accepted - n_duplicate - n_superseding - n_rejected) FROM fraud_claimfile"
        ).fetchone()[0]
    right = {name for name, amount in kept if amount == 10_000 + int(name[5:])}
    return n - len(right), len(kept) - len({name for name, _amount in kept}), int(sums or 0)


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--claims", type=count, default=100_000)
    options.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    options.add_argument("--port", type=int, default=8167)
    asked = options.parse_args(arguments)
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="feed-") as name:
        env = {
            **os.environ,
            "CLEANCARD_HOME": name,
            "CLEANCARD_DEMO": "1",
            "OMP_NUM_THREADS": "1",
            "LOG_LEVEL": "ERROR",
        }
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        make = [*manage, "create_login", "feed", "--role", "data_client"]
        subprocess.run(
            make,
            cwd=ROOT,
            env={**env, "NEW_PASSWORD": secrets.token_urlsafe(16)},
            check=True,
            capture_output=True,
        )
        told = subprocess.run(
            [*manage, "issue_token", "feed", "--scope", "claims:deliver"],
            cwd=ROOT,
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        token = max(told.stdout.split(), key=len)
        server = subprocess.Popen(
            [str(Path(sys.executable).parent / "gunicorn"), "fraud.project.wsgi", "--bind", f"127.0.0.1:{asked.port}", "--workers", "2", "--threads", "4", "--worker-class", "gthread"],
            cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return _push(asked, token, Path(name) / "cleancard.sqlite3")
        finally:
            server.terminate()
            server.wait(120)


def _push(asked: argparse.Namespace, token: str, database: Path) -> int:
    base = f"http://127.0.0.1:{asked.port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{base}/healthz", timeout=30)
            break
        except OSError:
            time.sleep(1)
    Cut.draw = random.Random(asked.seed)
    begun = time.monotonic()
    sums = Feed(base, token, connect=lambda: Cut("127.0.0.1", asked.port, timeout=120)).send(
        rows(asked.claims), name=f"feed-{asked.seed:06}"
    )
    took = time.monotonic() - begun
    lost, twice, unaccounted = found_in(database, asked.claims)
    print(
        f"{sums.rows:,} claims in {sums.batches} batches and {sums.tries} tries, cut {Cut.cuts}; {took:.0f} s"
    )
    print(
        f"answered: accepted {sums.accepted:,}, duplicate {sums.duplicate:,}, superseding {sums.superseding:,}, rejected {sums.rejected:,}"
    )
    print(f"lost {lost}, twice {twice}, rows that no delivery accounts for {unaccounted}")
    return int(bool(lost or twice or unaccounted))
