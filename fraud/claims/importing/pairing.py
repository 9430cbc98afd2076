"""Which purchase money that came back belongs to: frames in, pairs out, the same for every order of the rows.

The frames are described in `sides`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

import polars as pl

from fraud.claims.importing.merchants import Business
from fraud.claims.importing.sides import DAYS, Left, Side, code_key, in_reach

Key = tuple[int, int | str]


def pair_money_back(
    back: pl.DataFrame,
    purchases: pl.DataFrame,
    fixed: Mapping[int, int | None] | None = None,
    former: Mapping[int, Sequence[int]] | None = None,
) -> dict[int, tuple[int, int, int]]:
    """Money back → (purchase, credit, excess) for everything that belongs for certain; minor units of the purchase's currency.

    `excess`: what came back beyond all that the purchase took. It belongs to nothing that is known, and a person looks at it.

    `fixed` is what a person decided: the purchase, or None for "to none of its own accord"; `former`: whose a purchase was said
    to be before, who may have got the money of its code. Then come rows that state
    their own purchase, then authorisation codes, then whole amounts at one merchant, and at what may be the same merchant
    where one of the two rows tells less of it, or no code. A purchase never gives back more
    than it took: money that names the code of a single purchase belongs to it as far as that goes. What its own row has
    stated and a row of its own tells again is one event: that row adds only what goes beyond the stated, so its credit may
    be 0.
    """
    fixed = fixed or {}
    named = {*fixed.values(), *(former or {}), *back.get_column("own")} - {None}
    left = {side.claim_id: Left(side) for side in _sides(near(purchases, back, named))}
    waiting = sorted(_sides(back), key=_order)
    found: dict[int, tuple[int, int, int]] = {}

    def settle(side: Side, purchase: Left | None, *, at_most: bool = False) -> None:
        if purchase is None:
            return
        credit, excess = purchase.worth(side), 0
        if credit is None and at_most and purchase.minor and purchase.is_comparable(side):
            # a person, or the row itself, says where it belongs: no more than is left
            credit, excess = purchase.minor, purchase.excess_of(side)
        if credit is not None:
            found[side.claim_id] = (purchase.purchase.claim_id, credit, excess)
            purchase.take(side, credit)

    for side in waiting:
        settle(side, left.get(fixed.get(side.claim_id) or -1), at_most=True)
    free = [side for side in waiting if side.claim_id not in fixed]
    for side in free:
        settle(side, left.get(side.own or -1), at_most=True)
        if side.claim_id in found:
            left[found[side.claim_id][0]].stated += found[side.claim_id][1]
    free = [side for side in free if side.own is None]

    def settle_rest(side: Side, purchase: Left | None, *, at_most: bool = False) -> None:
        """Like `settle`, less what the purchase's own row has stated of it."""
        if purchase is None:
            return
        credit, excess = purchase.beyond_stated(side), 0
        if credit is None and at_most and purchase.is_comparable(side):
            credit = purchase.minor if purchase.minor or purchase.told_again(side) else None
            excess = purchase.excess_of(side)
        if credit is not None:
            found[side.claim_id] = (purchase.purchase.claim_id, credit, excess)
            purchase.take(side, credit)

    codes, places = _grouped(left.values(), _code), _grouped(left.values(), _place)
    for claim_id, people in (former or {}).items():
        for person in people if claim_id in left and left[claim_id].purchase.code else ():
            codes.setdefault((person, code_key(left[claim_id].purchase.code)), []).append(left[claim_id])
    for side in free:
        if side.code:
            settle_rest(side, _latest(codes.get(_code(side), []), side, whole=False))
    for side in free:
        if side.code and side.claim_id not in found:
            settle_rest(side, _only(codes.get(_code(side), []), side), at_most=True)
    for side in free:
        if not side.code:
            settle_rest(side, _latest(places.get(_place(side), []), side, whole=True))
    by_person = _grouped(left.values(), lambda side: (side.person, 0))
    for side in free:
        if side.claim_id not in found:
            settle_rest(side, _likely(by_person.get((side.person, 0), []), side))
    return found


def near(purchases: pl.DataFrame, back: pl.DataFrame, named: set[int | None]) -> pl.DataFrame:
    """The purchases that money back can belong to at all: of its people, from so long before it as is looked back, with a code that one of
    its rows tells, or where one of the two rows tells none; and those that are named.

    Looks at `claim_id, person, code, day` only.
    """
    spans = back.group_by("person").agg(
        pl.col("day").min().dt.offset_by(f"-{DAYS}d").alias("since"),
        pl.col("day").max().alias("until"),
        (pl.col("code") == "").any().alias("tells_none"),
    )
    joined = _with_key(purchases).join(spans, on="person", how="left", maintain_order="left")
    told = _with_key(back).select("person", "code_key", is_told=pl.lit(True)).unique()
    joined = joined.join(told, on=["person", "code_key"], how="left", maintain_order="left")
    in_time = pl.col("day").is_between("since", "until").fill_null(False)
    can_be = pl.col("is_told").fill_null(False) | pl.col("tells_none") | (pl.col("code") == "")
    chosen = joined.filter((in_time & can_be) | pl.col("claim_id").is_in(list(named)))
    return chosen.drop("since", "until", "tells_none", "code_key", "is_told")


def _with_key(frame: pl.DataFrame) -> pl.DataFrame:
    keys = [code_key(code) for code in frame.get_column("code")]
    return frame.with_columns(pl.Series("code_key", keys, dtype=pl.String))


def _likely(candidates: list[Left], back: Side) -> Left | None:
    """The latest whole payment at what may be the same merchant, if that is one merchant; codes that differ are two payments."""
    alike = [
        one
        for one in candidates
        if not (one.purchase.code and back.code) and one.purchase.business.may_be(back.business)
    ]
    fitting = _fitting(alike, back, whole=True)
    if len({one.purchase.merchant for one in fitting}) != 1:
        return None
    return max(fitting, key=lambda one: _order(one.purchase))


def _latest(candidates: list[Left], back: Side, *, whole: bool) -> Left | None:
    """The latest of the purchases in reach that the money back fits."""
    return max(_fitting(candidates, back, whole=whole), key=lambda one: _order(one.purchase), default=None)


def _fitting(candidates: list[Left], back: Side, *, whole: bool) -> list[Left]:
    def fits(one: Left) -> bool:
        return (
            one.is_whole(back) or one.is_whole_again(back) if whole else one.beyond_stated(back) is not None
        )

    return [one for one in candidates if in_reach(one.purchase, back) and fits(one)]


def _only(candidates: list[Left], back: Side) -> Left | None:
    """The purchase in reach, if there is but one: more came back than it took, at another rate or by a correction of it."""
    within = [one for one in candidates if in_reach(one.purchase, back)]
    return within[0] if len(within) == 1 else None


def _grouped(purchases: Iterable[Left], key: Callable[[Side], Key]) -> dict[Key, list[Left]]:
    groups: dict[Key, list[Left]] = {}
    for one in purchases:
        groups.setdefault(key(one.purchase), []).append(one)
    return groups


def _code(side: Side) -> Key:
    return side.person, code_key(side.code)


def _place(side: Side) -> Key:
    return side.person, side.merchant


def _sides(frame: pl.DataFrame) -> Iterable[Side]:
    for row in frame.iter_rows(named=True):
        told = {name: row.pop(name) or "" for name in ("source", "name", "brn", "number", "mcc")}
        yield Side(**row, business=Business(**told))


def _order(side: Side) -> tuple[date, datetime, str]:
    return side.day, side.at, side.key
