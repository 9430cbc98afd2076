"""Whether two papers name one purchase: by a number of its own, or by one second at one till, and what may stand against it.

Of an honest colleague's paper a number that is the shop's or the device's says nothing, whatever it is called; of an altered paper one thing is
another. So a number names a purchase only where what else both papers say agrees, and an approval number alone bears one thing that was altered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

from fraud.claims.models import Receipt
from fraud.claims.receipts.marks import MINUTE, SECOND, SHARED, TILL, is_long, numbers_in

#: Kinds of which one purchase has one; a serial or transaction number may be a device's or the shop's, an order's or bill's several people's.
_FIRM = frozenset({"approval", "receipt", "slip", "reference", "ticket", "invoice"})
#: What may be told of a purchase beside its numbers.
_SUM, _DAY, _MOMENT, _SHOP = "sum", "day", "moment", "shop"
#: A number on papers of so many purchases is no purchase's.
_MANY = 3

Number = tuple[str, str]


def are_one_purchase(one: Receipt, other: Receipt, constants: Collection[Number] = ()) -> bool:
    """Whether both name one purchase; numbers (kind, value) that are constants of a shop or device name none."""
    if name_other_numbers(one, other):
        return False
    told = _compared(one, other)
    against = {name for name, is_so in told.items() if not is_so}
    agree = _agreeing(one, other)
    if _is_one_second_at_one_till(one, other, told, against, agree):
        return True
    numbers = {kind: value for kind, value in numbers_in(agree).items() if (kind, value) not in constants}
    return any(_names_one(kind, value, one, other, told) for kind, value in numbers.items())


def could_be_colleagues(one: Receipt, other: Receipt) -> bool:
    """Whether two papers with one number may be of colleagues who paid one after the other in a shop that prints a number of its own there:
    of one day and shop, with another sum or at another minute. Whoever alters one of the two leaves just that as well."""
    told = _compared(one, other)
    against = {name for name, is_so in told.items() if not is_so}
    return bool(against) and against <= {_SUM, _MOMENT} and told.get(_DAY, False)


def agreeing_numbers(one: Receipt, other: Receipt) -> dict[str, str]:
    """Kind → number that both papers say."""
    return numbers_in(_agreeing(one, other))


def _is_one_second_at_one_till(
    one: Receipt, other: Receipt, told: Mapping[str, bool], against: Collection[str], agree: Mapping[str, str]
) -> bool:
    """Whether a till printed both in one second, for one sum where they do not say the same anyway."""
    if against or _DAY not in told or not {SECOND, TILL} <= agree.keys():
        return False
    return say_the_same(one, other) or {_SUM, _SHOP} <= told.keys()


def _names_one(kind: str, value: str, one: Receipt, other: Receipt, told: Mapping[str, bool]) -> bool:
    """Whether a number that both say is one purchase's, by what else they say."""
    against = {name for name, is_so in told.items() if not is_so}
    so = told.keys() - against
    if not is_long(value, one.issued_on) or not is_long(value, other.issued_on):
        # A short number begins anew every day and in every shop; of one order or bill several may pay their part.
        if kind in SHARED or not _is_one_place(one, other) or _DAY not in so or against - {_SUM}:
            return False
        return _SUM in so or (_MOMENT in so and kind in _FIRM)
    if not against:
        return _SUM in so or (_DAY in so and _SHOP in so and kind in _FIRM)
    if kind == "approval":  # one thing was altered where all the others are said and agree
        return (len(against) == 1 and len(so) == 3) or (against == {_MOMENT} and {_SUM, _DAY} <= so)
    return kind in _FIRM and against == {_SUM} and {_DAY, _MOMENT, _SHOP} <= so


def _compared(one: Receipt, other: Receipt) -> dict[str, bool]:
    """What both papers say of sum, day, moment and shop → whether it is the same; the shop of a paper without a business number is its claim's."""
    found = {
        _SUM: _same(one.total_minor, other.total_minor),
        _DAY: _same(one.issued_on, other.issued_on),
        _MOMENT: _same(*_moments(one, other)),
        _SHOP: _same(one.brn or None, other.brn or None),
    }
    if found[_SHOP] is None and one.claim.merchant_id == other.claim.merchant_id:
        found[_SHOP] = True
    return {name: is_so for name, is_so in found.items() if is_so is not None}


def _moments(one: Receipt, other: Receipt) -> tuple[str | None, str | None]:
    """The seconds where both say them, else the minutes."""
    kind = SECOND if one.marks.get(SECOND) and other.marks.get(SECOND) else MINUTE
    return one.marks.get(kind), other.marks.get(kind)


def _same(one: object, other: object) -> bool | None:
    return None if one is None or other is None else one == other


def _is_one_place(one: Receipt, other: Receipt) -> bool:
    return say_the_same(one, other) or one.claim.merchant_id == other.claim.merchant_id


def say_the_same(one: Receipt, other: Receipt) -> bool:
    """Whether all words of two PDFs are the same."""
    return bool(one.words_hash) and one.words_hash == other.words_hash


def _agreeing(one: Receipt, other: Receipt) -> dict[str, str]:
    mine, theirs = _marks(one), _marks(other)
    return mine if say_the_same(one, other) else dict(mine.items() & theirs.items())


def _marks(receipt: Receipt) -> dict[str, str]:
    """What was read before marks were kept has its serial number alone."""
    return receipt.marks or ({} if receipt.number is None else {"receipt": str(receipt.number)})


def differ(one: Receipt, other: Receipt) -> bool:
    """Whether both name a number of the purchase, a day or a business number, and not the same."""
    told = _compared(one, other)
    return name_other_numbers(one, other) or not (told.get(_DAY, True) and told.get(_SHOP, True))


def name_other_numbers(one: Receipt, other: Receipt) -> bool:
    """Whether both name a number of the purchase, and not the same."""
    if _same(one.number, other.number) is False:
        return True
    return any(
        kind in other.marks and other.marks[kind] != value for kind, value in numbers_in(one.marks).items()
    )


def constants_of(receipt: Receipt, others: Iterable[Receipt]) -> set[Number]:
    """The numbers of a paper that stand on papers of three purchases or more, so that they are the shop's or a device's.

    Two papers are of two purchases where two of sum, day, moment and shop are others: whoever alters one alters one thing. A short number
    comes again every day and in every shop, so only papers of its day and shop are counted.
    """
    papers = list(others)
    return {
        (kind, value)
        for kind, value in numbers_in(receipt.marks).items()
        if _are_many(receipt, [each for each in papers if _bears(each, kind, value, receipt)])
    }


def _bears(other: Receipt, kind: str, value: str, receipt: Receipt) -> bool:
    if other.marks.get(kind) != value:
        return False
    if is_long(value, receipt.issued_on):
        return True
    return other.issued_on == receipt.issued_on and _is_one_place(receipt, other)


def _are_many(receipt: Receipt, papers: Iterable[Receipt]) -> bool:
    apart = [each for each in papers if _are_two(receipt, each)]
    return any(
        all(_are_two(*two) for two in combinations(few, 2)) for few in combinations(apart[:40], _MANY - 1)
    )


def _are_two(one: Receipt, other: Receipt) -> bool:
    return sum(not is_so for is_so in _compared(one, other).values()) > 1
