"""Keys that came after a receipt was read: old receipts are found by them too."""

from __future__ import annotations

from django.db.models import Prefetch

from audit.transactions import one_transaction
from fraud.claims.models import Receipt, ReceiptBand
from fraud.claims.receipts.marks import SECOND, TILL
from fraud.claims.receipts.matching import OF_SECOND, bands_of

#: Receipts in one transaction.
_TOGETHER = 500


def fill_bands(most: int | None = None) -> int:
    """Write the keys that receipts of before lack (their second at their till); how many receipts got one, at most `most`.

    Done again it changes nothing; one that was stopped goes on where it was.
    """
    n_filled = last = 0
    while most is None or n_filled < most:
        size = _TOGETHER if most is None else min(_TOGETHER, most - n_filled)
        seen, filled = _fill(last, size)
        n_filled += filled
        if not seen:
            break
        last = seen
    return n_filled


def _fill(behind: int, size: int) -> tuple[int, int]:
    """(the last receipt that was looked at, 0 where none is left; how many got a key)."""
    lacking = Receipt.objects.filter(
        pk__gt=behind, issued_on__isnull=False, marks__has_keys=[SECOND, TILL], erased_at=None
    ).exclude(pk__in=ReceiptBand.objects.filter(band=OF_SECOND).values("receipt"))
    with one_transaction():
        rows = list(lacking.select_for_update().order_by("pk").prefetch_related(Prefetch("bands"))[:size])
        known = {row.pk: {(band.band, band.value) for band in row.bands.all()} for row in rows}
        missing = [
            ReceiptBand(receipt=row, band=band, value=value)
            for row in rows
            for band, value in bands_of(row)
            if (band, value) not in known[row.pk]
        ]
        ReceiptBand.objects.bulk_create(missing)
    return (rows[-1].pk if rows else 0), len({one.receipt_id for one in missing})
