"""Whether two receipts are one paper, and the receipts of other claims that may be."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from django.db.models import Q, QuerySet

from fraud.claims.models import Receipt
from fraud.claims.receipts.marks import SECOND, TILL, numbers_in
from fraud.claims.receipts.pictures import are_one_picture
from fraud.claims.receipts.purchases import (
    Number,
    agreeing_numbers,
    are_one_purchase,
    constants_of,
    could_be_colleagues,
    differ,
    say_the_same,
)

#: Bits of 256 in which two pictures of one receipt may differ; the bands find every pair up to here. More is asked of each pair.
ALIKE_BITS, _BANDS = 7, 8
_DIGITS = 64 // _BANDS
#: Bands behind those of the picture: one for all words of the paper, one for each number of the purchase, one for its second at its till.
_OF_WORDS, _OF_NUMBERS, OF_SECOND = _BANDS, _BANDS + 1, _BANDS + 2
#: How another receipt is the same paper: by what it says, by its picture; or that it says the same and cannot be told apart.
SAID, PICTURED, UNCLEAR = "said", "pictured", "unclear"


def bands_of(receipt: Receipt) -> list[tuple[int, int]]:
    """(number, value) of each key by which receipts that may be one paper are found; an empty picture's hash says nothing."""
    found = _picture_bands(receipt.picture_hash)
    if receipt.words_hash:
        found.append((_OF_WORDS, _key(receipt.words_hash)))
    if receipt.issued_on and {SECOND, TILL} <= receipt.marks.keys():
        second = f"{receipt.issued_on} {receipt.marks[SECOND]} {receipt.marks[TILL]}"
        found.append((OF_SECOND, _key(second)))
    numbers = sorted(numbers_in(receipt.marks).items())
    return found + [(_OF_NUMBERS, _key(f"{kind} {value}")) for kind, value in numbers]


def _picture_bands(picture_hash: str) -> list[tuple[int, int]]:
    if len(set(picture_hash)) < 3:
        return []
    return [(at, int(picture_hash[at * _DIGITS : (at + 1) * _DIGITS], 16)) for at in range(_BANDS)]


def _key(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)


def alike(receipt: Receipt, others: QuerySet[Receipt]) -> Iterator[tuple[Receipt, str]]:
    """(other receipt, SAID or PICTURED where it is the same paper, UNCLEAR where it says the same and nothing tells the two apart).

    A till prints papers that look alike, and a canteen's many of one day, price and even minute say the same word for word: papers that were
    read are one only where something agrees that belongs to a single purchase. Where pixels were read or nothing was, the pictures
    must be one.
    """
    bands = bands_of(receipt)
    if not bands:
        return
    near = Q()
    for band, value in bands:
        near |= Q(bands__band=band, bands__value=value)
    found = list(others.filter(near).select_related("claim").distinct())
    constants = constants_of(receipt, found)
    for other in found:
        how = _how_alike(receipt, other, constants)
        if how == SAID and could_be_colleagues(receipt, other) and not _numbers_vary(receipt, other, others):
            how = UNCLEAR
        if how:
            yield other, how


def _numbers_vary(one: Receipt, other: Receipt, others: QuerySet[Receipt]) -> bool:
    """Whether a third paper of the shop has another number of a kind that both say, so that it is no constant printed on all of them."""
    of_shop = Q(claim__merchant=one.claim.merchant_id)
    if one.brn:
        of_shop |= Q(brn=one.brn)
    papers = others.filter(of_shop).exclude(pk=other.pk)
    return any(
        papers.filter(marks__has_key=kind).exclude(**{f"marks__{kind}": value}).exists()
        for kind, value in agreeing_numbers(one, other).items()
    )


def _how_alike(one: Receipt, other: Receipt, constants: Collection[Number]) -> str:
    if are_one_purchase(one, other, constants):
        return SAID
    if _are_one_picture(one, other):
        return PICTURED
    return UNCLEAR if say_the_same(one, other) and not differ(one, other) else ""


def _are_one_picture(one: Receipt, other: Receipt) -> bool:
    """Whether the pictures are one; of two texts that can be read exactly, what they say has decided already, and what pixels clearly say
    may not differ."""
    if not (_picture_bands(one.picture_hash) and _picture_bands(other.picture_hash)):
        return False
    if (int(one.picture_hash, 16) ^ int(other.picture_hash, 16)).bit_count() > ALIKE_BITS:
        return False
    if one.read_by == other.read_by == Receipt.ReadBy.TEXT or differ(one, other):
        return False
    if None not in (one.total_minor, other.total_minor) and one.total_minor != other.total_minor:
        return False
    return are_one_picture(one.picture_cells, other.picture_cells)
