"""Whether two receipts are one paper, and the receipts of other claims that may be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from fraud.claims.models import Receipt
from fraud.claims.receipts.marks import MINUTE, SECOND, SHARED, TILL, is_long, numbers_in
from fraud.claims.receipts.pictures import are_one_picture

#: Bits of 256 in which two pictures of one receipt may differ; the bands find every pair up to here. More is asked of each pair.
ALIKE_BITS, _BANDS = 7, 8
_DIGITS = 64 // _BANDS
#: Bands behind those of the picture: one for all words of the paper, one for each number of the purchase.
_OF_WORDS, _OF_NUMBERS = _BANDS, _BANDS + 1
#: How another receipt is the same paper: by what it says, by its picture; or that it says the same and cannot be told apart.
SAID, PICTURED, UNCLEAR = "said", "pictured", "unclear"


def bands_of(receipt: Receipt) -> list[tuple[int, int]]:
    """(number, value) of each key by which receipts that may be one paper are found; an empty picture's hash says nothing."""
    found = _picture_bands(receipt.picture_hash)
    if receipt.words_hash:
        found.append((_OF_WORDS, _key(receipt.words_hash)))
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
    for other in others.filter(near).select_related("claim").distinct():
        if how := _how_alike(receipt, other):
            yield other, how


def _how_alike(one: Receipt, other: Receipt) -> str:
    if _are_one_purchase(one, other):
        return SAID
    if _are_one_picture(one, other):
        return PICTURED
    say_the_same = bool(one.words_hash) and one.words_hash == other.words_hash
    return UNCLEAR if say_the_same and not _differ(one, other) else ""


def _are_one_purchase(one: Receipt, other: Receipt) -> bool:
    """Whether both name one purchase: a number of its own, or one second at one till."""
    if _differ(one, other):
        return False
    say_the_same = bool(one.words_hash) and one.words_hash == other.words_hash
    agree = _marks(one) if say_the_same else dict(_marks(one).items() & _marks(other).items())
    is_one_sum = one.total_minor is not None and one.total_minor == other.total_minor
    is_one_day = one.issued_on is not None and one.issued_on == other.issued_on
    is_one_shop = (bool(one.brn) and one.brn == other.brn) or one.claim.merchant_id == other.claim.merchant_id
    if say_the_same and is_one_day and SECOND in agree and TILL in agree:
        return True
    numbers = numbers_in(agree)
    if any(is_long(value, one.issued_on) for value in numbers.values()):
        return (is_one_day or is_one_sum) and (is_one_shop or is_one_sum)
    # A short number begins anew every day and in every shop; of one order or bill several may pay their part.
    if not is_one_day or not numbers.keys() - SHARED or _says_another(one, other, MINUTE):
        return False
    is_one_minute = MINUTE in agree
    is_one_place = say_the_same or one.claim.merchant_id == other.claim.merchant_id
    return is_one_place and (is_one_sum or is_one_minute)


def _marks(receipt: Receipt) -> dict[str, str]:
    """What was read before marks were kept has its serial number alone."""
    return receipt.marks or ({} if receipt.number is None else {"receipt": str(receipt.number)})


def _says_another(one: Receipt, other: Receipt, kind: str) -> bool:
    return kind in one.marks and kind in other.marks and one.marks[kind] != other.marks[kind]


def _differ(one: Receipt, other: Receipt) -> bool:
    """Whether both name a number of the purchase, a day or a business number, and not the same."""
    pairs = (
        (one.number, other.number),
        (one.issued_on, other.issued_on),
        (one.brn or None, other.brn or None),
    )
    return any(None not in pair and pair[0] != pair[1] for pair in pairs) or any(
        _says_another(one, other, kind) for kind in numbers_in(one.marks)
    )


def _are_one_picture(one: Receipt, other: Receipt) -> bool:
    """Whether the pictures are one; of two texts that can be read exactly, what they say has decided already, and what pixels clearly say
    may not differ."""
    if not (_picture_bands(one.picture_hash) and _picture_bands(other.picture_hash)):
        return False
    if (int(one.picture_hash, 16) ^ int(other.picture_hash, 16)).bit_count() > ALIKE_BITS:
        return False
    if one.read_by == other.read_by == Receipt.ReadBy.TEXT or _differ(one, other):
        return False
    if None not in (one.total_minor, other.total_minor) and one.total_minor != other.total_minor:
        return False
    return are_one_picture(one.picture_cells, other.picture_cells)
