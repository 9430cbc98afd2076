"""The hash chain: pure functions over plain records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
FIELDS = (
    "subject",
    "seq",
    "action",
    "actor",
    "actor_role",
    "reason",
    "before",
    "after",
    "request_id",
    "at",
    "previous_hash",
)

#: Key of an entry that is handed out without its content: number and hashes alone hold its place in the chain.
SEALED = "sealed"


def entry_hash(entry: Mapping[str, Any]) -> str:
    """SHA-256 (64 hex digits) over the canonical JSON of the fields in FIELDS.

    `at` must be text already (ISO 8601 with microseconds, UTC), so that no database rounds it differently.
    """
    body = {name: entry[name] for name in FIELDS}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry of a chain that does not follow from the one before it."""

    subject: str
    seq: int
    code: str  # gap | previous_hash | hash | cut | extra
    sentence: str


def first_fault(
    subject: str,
    entries: Iterable[Mapping[str, Any]],
    head: tuple[int, str] | None = None,
    *,
    may_be_sealed: bool = False,
) -> Fault | None:
    """The first fault of one chain (entries ordered by seq), or None.

    `head` is (count, hash) exported earlier or kept beside the chain: a chain that ends before it was cut. `may_be_sealed`: of
    entries that say so (SEALED) only their place is held, since their content was not handed out.
    """
    expected, previous = 1, GENESIS
    hashes: dict[int, str] = {0: GENESIS}
    for entry in entries:
        seq = int(entry["seq"])
        if seq != expected:
            return Fault(subject, expected, "gap", f"entry {expected} of {subject} is missing; {seq} follows")
        if entry["previous_hash"] != previous:
            return Fault(
                subject, seq, "previous_hash", f"entry {seq} of {subject} does not continue the one before it"
            )
        is_sealed = may_be_sealed and SEALED in entry
        if not is_sealed and entry_hash(entry) != entry["hash"]:
            return Fault(subject, seq, "hash", f"entry {seq} of {subject} was altered")
        previous = str(entry["hash"])
        hashes[seq] = previous
        expected += 1
    if head is None:
        return None
    count, digest = head
    if expected - 1 < count:
        return Fault(
            subject, expected, "cut", f"{subject} ends after entry {expected - 1}; {count} were recorded"
        )
    if hashes[count] != digest:
        return Fault(subject, count, "hash", f"entry {count} of {subject} is not the one that was exported")
    return None
