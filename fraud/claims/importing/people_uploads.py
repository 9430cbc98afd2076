"""Personnel feeds that come through the page or the interface: kept aside while they are read, and removed after."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from audit.actor import Actor
from audit.permissions import require
from fraud.claims.importing.people import FeedResult, import_people

MAX_BYTES = 20 << 20


class FeedTooLarge(ValueError):
    """More bytes than are taken at once; `limit` is how many are."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} bytes")
        self.limit = limit


def receive_feed(*, parts: Iterable[bytes], name: str, feed: str, by: Actor) -> FeedResult:
    """Import an uploaded feed. Raises FeedTooLarge and what `import_people` raises."""
    require(by, "fraud.import_claims")
    with tempfile.NamedTemporaryFile(prefix="feed-") as file:
        size = 0
        for part in parts:
            size += len(part)
            if size > MAX_BYTES:
                raise FeedTooLarge(MAX_BYTES)
            file.write(part)
        file.flush()
        return import_people(path=Path(file.name), name=name, feed=feed, by=by, apart=True)
