"""Control totals per currency: what was read is what was accepted, repeated, superseding or rejected, to the unit."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

KINDS = ("read", "accepted", "duplicate", "superseding", "rejected")


class Totals:
    """Sums in minor units a currency and outcome; rows whose amount could not be read are in no sum."""

    def __init__(self, sums: Mapping[str, Mapping[str, int]] | None = None) -> None:
        self._sums = {currency: dict(kinds) for currency, kinds in (sums or {}).items()}

    def add(self, kind: str, frame: pl.DataFrame, *, amount: str = "amount_minor") -> None:
        """Add the amounts of a frame with `currency` to an outcome."""
        if frame.is_empty():
            return
        known = frame.filter(pl.col(amount).is_not_null() & pl.col("currency").is_not_null())
        for currency, total in known.group_by("currency").agg(pl.col(amount).sum()).rows():
            self._sums.setdefault(currency, dict.fromkeys(KINDS, 0))[kind] += total

    def as_json(self) -> dict[str, dict[str, int]]:
        """The form stored in `ClaimFile.totals`, in order of currency."""
        return {currency: self._sums[currency] for currency in sorted(self._sums)}

    @property
    def reconcile(self) -> bool:
        """True when read = accepted + duplicate + superseding + rejected in every currency."""
        return all(sums["read"] == sum(sums[kind] for kind in KINDS[1:]) for sums in self._sums.values())
