"""Claims while they are made: plain arrays of equal length, with what nobody said filled in at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Draft = dict[str, NDArray]
NONE = -1

#: Column: value where nobody says otherwise. -1 and nan mean "as usual" or "none"; see `ordinary.settle` for what is drawn then.
DEFAULTS: dict[str, Any] = {
    "person": NONE,
    "shop": NONE,
    "day": 0,
    "minute": NONE,
    "amount": 0.0,  # minor units
    "heads": NONE,
    "purpose": NONE,
    "text": NONE,  # which of the purpose's texts; 0 is none at all
    "mode": NONE,
    "recurring": False,
    "receipt": NONE,  # 1 there, 0 missing
    "service": np.nan,  # share of the amount
    "approver": NONE,
    "approval_seconds": np.nan,
    "submit_days": np.nan,
    "installments": NONE,
    "txn": 0,  # 0 purchase, 1 cancellation
    "back": 0.0,  # minor units of it that came back
    "back_days": np.nan,  # days after the payment
    "approved": np.nan,  # pre-approved minor units
    "approval_of": NONE,  # which pre-approval
    "code": NONE,  # authorization; equal numbers are one payment
    "vat": np.nan,  # share of the VAT claimed back
    "card": NONE,  # 0 own, 1 shared, 2 fuel
    "scheme": NONE,
    "like": NONE,  # the scheme an innocent claim looks like
}


def draft(columns: Mapping[str, Any]) -> Draft:
    """A draft of the given columns; a single value holds for all rows."""
    n = max((len(v) for v in columns.values() if isinstance(v, np.ndarray)), default=1)
    found: Draft = {}
    for name, default in DEFAULTS.items():
        value = columns.get(name, default)
        dtype = np.asarray(default).dtype
        found[name] = (
            np.full(n, value, dtype=dtype) if np.ndim(value) == 0 else np.asarray(value).astype(dtype)
        )
    return found


def join(drafts: Sequence[Draft]) -> Draft:
    """All rows of several drafts, in their order."""
    kept = [each for each in drafts if size(each)] or list(drafts[:1])
    return {name: np.concatenate([each[name] for each in kept]) for name in DEFAULTS}


def rows(of: Draft, which: NDArray) -> Draft:
    """Some rows, by mask or position."""
    return {name: values[which].copy() for name, values in of.items()}


def size(of: Draft) -> int:
    return len(of["person"])
