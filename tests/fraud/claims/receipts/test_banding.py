"""Receipts that were read before a key existed get it, a few at a time and once."""

import pytest

from audit import clock
from fraud.claims.models import Receipt, ReceiptBand
from fraud.claims.receipts.banding import fill_bands
from fraud.claims.receipts.matching import OF_SECOND, alike, bands_of
from tests.cast import make_claim

pytestmark = pytest.mark.django_db


def old_receipt(n: int, marks: dict[str, str]) -> Receipt:
    at = clock.now()
    return Receipt.objects.create(
        claim=make_claim(), sha256=f"{n:064}", source_key=str(n), issued_on=at.date(), total_minor=9_000, brn="123-45-67891",
        marks=marks, n_same=0, n_alike=0, handed_in_at=at, received_at=at,
    )  # fmt: skip


def test_old_receipts_are_found_by_their_second_once_they_have_its_key() -> None:
    said = {"minute": "12:01", "second": "12:01:30", "till": "3"}
    one, other = old_receipt(1, said), old_receipt(2, said)
    silent = old_receipt(3, {"minute": "12:01"})
    assert list(alike(one, Receipt.objects.exclude(pk=one.pk))) == []
    assert fill_bands(most=1) == 1
    assert fill_bands() == 1
    assert fill_bands() == 0
    assert [found.pk for found, _ in alike(one, Receipt.objects.exclude(pk=one.pk))] == [other.pk]
    keys = set(ReceiptBand.objects.values_list("receipt", "band", "value"))
    assert keys == {(each.pk, *key) for each in (one, other) for key in bands_of(each)}
    assert {band for _, band, _ in keys} == {OF_SECOND}
    assert not silent.bands.exists()
