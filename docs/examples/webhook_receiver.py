"""A receiver of Cleancard's webhooks, in the standard library alone: `WEBHOOK_SECRET=whsec_… python webhook_receiver.py 8080`.

It believes a message only when the signature fits the exact bytes and is young, answers quickly, and takes each id once: a message
comes at least once, so it may come twice, and messages may overtake each other. Put TLS in front of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MAX_BODY = 64 * 1024
TOLERANCE_SECONDS = 300
Event = dict[str, Any]


def is_genuine(secret: str, header: str, body: bytes, *, now: float | None = None) -> bool:
    """Whether the header `t=<seconds>,v1=<hex>[,v1=<hex>]` signs these bytes with this secret, at most five minutes ago."""
    parts = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t" and value.isascii() and value.isdigit()]
    if len(times) != 1 or abs((time.time() if now is None else now) - int(times[0])) > TOLERANCE_SECONDS:
        return False
    wanted = hmac.new(secret.encode(), f"{times[0]}.".encode() + body, hashlib.sha256).hexdigest()
    # Two signatures while a secret is being changed: one of them is enough.
    return any(hmac.compare_digest(wanted.encode(), value.encode()) for name, _, value in parts if name == "v1")


def receiver(secret: str, take: Callable[[Event], None]) -> type[BaseHTTPRequestHandler]:
    """A request handler that gives each genuine event to `take` once."""
    seen: set[str] = set()  # a real receiver keeps the ids in its database, in the transaction of what `take` does

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > MAX_BODY:
                return self._answer(413)
            body = self.rfile.read(int(length))
            if not is_genuine(secret, self.headers.get("Cleancard-Signature", ""), body):
                return self._answer(401)
            event: Event = json.loads(body)
            if event["id"] not in seen:
                take(event)
                seen.add(event["id"])
            return self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what arrived is logged by `take`."""

    return Receiver


def main() -> None:
    """Print every event as one line."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    handler = receiver(os.environ["WEBHOOK_SECRET"], lambda event: print(json.dumps(event), flush=True))
    ThreadingHTTPServer(("127.0.0.1", port), handler).serve_forever()


if __name__ == "__main__":
    main()
