"""A claim before it gets its texts: plain integer columns, one array each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Draft = dict[str, NDArray[Any]]

NONE = -1
PURCHASE, CANCEL, PARTIAL_CANCEL, REFUND = range(4)
TXN_TYPES = ("purchase", "cancel", "partial_cancel", "refund")
RECEIPT_BY_CHANCE, RECEIPT_NEVER, RECEIPT_ALWAYS = range(3)

# column -> (type, value where nobody said otherwise)
COLUMNS: dict[str, tuple[type, float]] = {
    "person": (np.int64, 0),
    "spend": (np.int64, 0),
    "merchant": (np.int64, 0),
    "day": (np.int64, 0),
    "second": (np.int64, 0),  # of the day; 86,400 and more mean the next date
    "amount": (np.int64, 0),  # KRW; negative = money back
    "heads": (np.int64, 0),  # 0 = none recorded
    "filed_as": (np.int64, NONE),  # spend index whose purpose and account are claimed; NONE = the true one
    "text": (np.int64, NONE),  # index into the texts of the spending filed; NONE = drawn later
    "card": (np.int64, NONE),  # card kind; NONE = the one usual for the spending
    "txn": (np.int64, PURCHASE),
    "pre_approved": (np.int64, 0),  # KRW; 0 = no pre-approval
    "trip": (np.int64, NONE),
    "recurring": (np.bool_, False),
    "submit_days": (np.float64, np.nan),  # nan = drawn later
    "approve_seconds": (np.float64, np.nan),
    "approver": (np.int64, NONE),
    "cancelled": (np.int64, 0),  # KRW taken back afterwards
    "cancel_days": (np.float64, np.nan),  # after the transaction
    "receipt": (np.int64, RECEIPT_BY_CHANCE),
    "original": (np.int64, NONE),  # row of the claim this one takes back, in the same draft
    "twin": (np.int64, NONE),  # row of the innocent claims whose authorization code is filed a second time
    "scheme": (np.int64, NONE),
    "incident": (np.int64, NONE),
}


def make_draft(n: int, **given: Any) -> Draft:
    """A draft of `n` rows; columns not given take their default. Unknown names are an error."""
    unknown = set(given) - set(COLUMNS)
    if unknown:
        raise KeyError(f"unknown draft columns: {sorted(unknown)}")
    return {
        name: np.array(np.broadcast_to(np.asarray(given.get(name, default)), (n,)), dtype=kind)
        for name, (kind, default) in COLUMNS.items()
    }


def n_rows(draft: Draft) -> int:
    return len(draft["person"])


def take(draft: Draft, rows: NDArray[Any]) -> Draft:
    """Rows by index or mask; links between rows are not carried over."""
    part = {name: values[rows] for name, values in draft.items()}
    part["original"] = np.full(n_rows(part), NONE, dtype=np.int64)
    return part


def join_drafts(drafts: Sequence[Draft]) -> Draft:
    """All drafts in one; the row numbers in `original` are moved along."""
    offset = 0
    links = []
    for draft in drafts:
        original = draft["original"]
        links.append(np.where(original >= 0, original + offset, NONE))
        offset += n_rows(draft)
    joined = {name: np.concatenate([draft[name] for draft in drafts]) for name in COLUMNS}
    joined["original"] = np.concatenate(links)
    return joined
