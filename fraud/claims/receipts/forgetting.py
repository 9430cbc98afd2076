"""What was read of a receipt goes with its file: what it says, its picture's hashes and its signs.

The row, the file's SHA-256, when it was handed in, and how many other claims had the same then stay: they prove that there was a file,
and find the same one again.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from audit import clock
from fraud.claims.models import Receipt, ReceiptBand

#: Every column that was filled from the file, and what it is without it.
NOTHING_READ: dict[str, Any] = {
    "picture_hash": "", "picture_cells": "", "words_hash": "", "marks": {}, "total_minor": None, "currency": "", "issued_on": None,
    "brn": "", "number": None, "items": "", "read_by": "", "signs": [],
}  # fmt: skip
#: Fields of rules that tell what a receipt says; how many claims had the same, and the file's own hash, are none.
_READ = re.compile(r"\breceipt\.(?:amount|date|brn|number|items|is_edited|picture_hash)\b")


def forget_readings(source: str, source_keys: Collection[str]) -> dict[int, Any]:
    """Empty what was read of these files, inside the caller's transaction; claim → since when it was known, of those it was read for."""
    read = Receipt.objects.filter(source=source, source_key__in=source_keys, erased_at=None)
    since: dict[int, Any] = {}
    for claim, at in read.values_list("claim_id", "received_at"):
        since[claim] = min(at, since.get(claim, at))
    ReceiptBand.objects.filter(receipt__in=read).delete()
    read.update(erased_at=clock.now(), **NOTHING_READ)
    return since


def without_readings(told: Any) -> Any:
    """Facts, reasons or a head (plain JSON) without the values a receipt gave them; the same object where it has none."""
    if isinstance(told, dict):
        kept = {name: without_readings(value) for name, value in told.items() if not _READ.search(name)}
        return kept if kept != told else told
    if isinstance(told, list):
        return [without_readings(value) for value in told]
    return told
