"""Deliver claims to Cleancard in batches, over a connection that may be cut at any moment: every batch has a key of its own and is sent until it was answered.

    python3 card_feed.py https://cleancard.example TOKEN < claims.jsonl

One JSON object a line, with the columns of the profile `generic`. The same key with the same rows gets the same answer, and a claim is known by
its id, so that sending again never makes two of one. Standard library only.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

BATCH = 500
TRIES = 8


@dataclass
class Sums:
    """What became of everything sent: `read` = accepted + duplicate + superseding + rejected."""

    batches: int = 0
    tries: int = 0
    rows: int = 0
    accepted: int = 0
    duplicate: int = 0
    superseding: int = 0
    rejected: int = 0


class Feed:
    """One address, one token."""

    def __init__(self, base: str, token: str, *, connect: Callable[[], http.client.HTTPConnection] | None = None) -> None:
        parts = urllib.parse.urlsplit(base)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connect = connect or (lambda: kind(parts.hostname or "", parts.port, timeout=120))
        self._token = token

    def send(self, rows: Iterable[dict[str, Any]], *, name: str) -> Sums:
        """All rows, batch by batch; `name` tells this delivery from every other. Raises RuntimeError where a batch is refused or is never answered."""
        sums = Sums()
        for number, batch in enumerate(_batches(rows, BATCH)):
            answer = self._surely(batch, f"{name}-{number:06}", sums)
            sums.batches += 1
            sums.rows += len(batch)
            for column in ("accepted", "duplicate", "superseding", "rejected"):
                setattr(sums, column, getattr(sums, column) + int(answer[column]))
        return sums

    def _surely(self, batch: list[dict[str, Any]], key: str, sums: Sums) -> dict[str, Any]:
        body = json.dumps({"profile": "generic", "rows": batch}).encode()
        for number in range(TRIES):
            sums.tries += 1
            try:
                status, told = self._ask(body, key)
            except (OSError, http.client.HTTPException):
                time.sleep(min(0.05 * 2**number, 60))
                continue
            if status == 200:
                return told
            if status not in (409, 429) and status < 500:
                raise RuntimeError(f"{status} {told.get('code')}: {told.get('detail')} {told.get('fields', '')}")
            time.sleep(min(2**number, 60))
        raise RuntimeError(f"batch {key} was not answered in {TRIES} tries")

    def _ask(self, body: bytes, key: str) -> tuple[int, dict[str, Any]]:
        connection = self._connect()
        try:
            headers = {"Authorization": f"Token {self._token}", "Content-Type": "application/json", "Idempotency-Key": key}
            connection.request("POST", "/api/v1/claims/", body, headers)
            answer = connection.getresponse()
            told: dict[str, Any] = json.loads(answer.read())
            return answer.status, told
        finally:
            connection.close()


def _batches(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    waiting: list[dict[str, Any]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == size:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


if __name__ == "__main__":
    print(Feed(sys.argv[1], sys.argv[2]).send((json.loads(line) for line in sys.stdin), name=f"feed-{int(time.time())}"))
