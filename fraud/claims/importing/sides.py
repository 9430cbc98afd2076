"""What money back and purchases are matched by: one claim as far as matching looks at it, and what of a purchase is left.

A frame of money back has `claim_id, person, merchant, source, name, brn, number, mcc, code, at, day, has_time, key, minor, currency, abroad_minor,
abroad_currency, says_all, own` (`minor` and `abroad_minor` above 0; `own`: the purchase whose own row states it, else null); one of
purchases has the same without `own`. `key` orders what happened at one moment, and must not depend on the delivery.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from fraud.claims.importing.merchants import Business

DAYS = 180
#: Two amounts that differ by less than one part in so many are one amount at the rates of two days.
RATES = 10
SIDES: dict[str, Any] = {
    "claim_id": pl.Int64,
    "person": pl.Int64,
    "merchant": pl.Int64,
    "source": pl.String,
    "name": pl.String,
    "brn": pl.String,
    "number": pl.String,
    "mcc": pl.String,
    "code": pl.String,
    "at": pl.Datetime("us", "UTC"),
    "day": pl.Date,
    "has_time": pl.Boolean,
    "key": pl.String,
    "minor": pl.Int64,
    "currency": pl.String,
    "abroad_minor": pl.Int64,
    "abroad_currency": pl.String,
    "says_all": pl.Boolean,
}
BACK: dict[str, Any] = {**SIDES, "own": pl.Int64}


@dataclass(frozen=True, slots=True)
class Side:
    """One claim, as far as matching looks at it."""

    claim_id: int
    person: int
    merchant: int
    business: Business
    code: str
    at: datetime
    day: date
    has_time: bool
    key: str
    minor: int
    currency: str
    abroad_minor: int | None
    abroad_currency: str
    says_all: bool = (
        False  # money back: its row says that the payment was cancelled, not that some of it came back
    )
    own: int | None = None


@dataclass(slots=True)
class Left:
    """What of a purchase has not come back yet: in its own currency, and in the one it was paid in abroad."""

    purchase: Side
    minor: int = field(init=False)
    abroad: int = field(init=False)
    stated: int = 0  # what the purchase's own row stated as back and no row of its own has told again yet

    def __post_init__(self) -> None:
        self.minor, self.abroad = self.purchase.minor, self.purchase.abroad_minor or 0

    def worth(self, back: Side) -> int | None:
        """Money back in the purchase's own currency; None where it is more than is left or in another currency.

        What was paid abroad is compared abroad: the rate of the day it came back says nothing about the purchase. Where a
        cancellation tells it at home only, an amount that differs no more than rates do is all of it.
        """
        amount = abroad_amount(back, self.purchase)
        if amount is None:
            home = home_amount(back, self.purchase)
            if home is not None and self.is_all_at_another_rate(back, home):
                return self.minor
            return home if home is not None and home <= self.minor else None
        if amount > self.abroad:
            return None
        if amount == self.abroad:
            return self.minor
        return min(self.share(amount), self.minor)

    def share(self, abroad: int) -> int:
        """What an amount abroad is of the purchase, in the purchase's own currency: at the rate it was paid at."""
        whole = self.purchase.abroad_minor or 1
        return (2 * self.purchase.minor * abroad + whole) // (2 * whole)

    def told_again(self, back: Side) -> int:
        """How much of the money back the purchase's own row has stated already: counted once, though told twice."""
        amount = abroad_amount(back, self.purchase)
        if amount is None:
            home = home_amount(back, self.purchase)
            return 0 if home is None else min(self.stated, home)
        return min(self.stated, self.share(amount))

    def beyond_stated(self, back: Side) -> int | None:
        """What the money back adds to what is stated, in the purchase's own currency; None where that is more than is left."""
        again = self.told_again(back)
        if not again:
            return self.worth(back)
        amount = abroad_amount(back, self.purchase)
        whole = self.in_own_currency(back) or 0
        if amount is not None and again * RATES > whole * (RATES - 1):
            return 0  # the same event at the rate of another day
        return whole - again if whole - again <= self.minor else None

    def in_own_currency(self, back: Side) -> int | None:
        """The money back in the purchase's currency, however much of the purchase is left; None where they cannot be compared."""
        amount = abroad_amount(back, self.purchase)
        return home_amount(back, self.purchase) if amount is None else self.share(amount)

    def is_comparable(self, back: Side) -> bool:
        """True when both are told in one currency, at home or abroad."""
        return self.in_own_currency(back) is not None

    def is_all_at_another_rate(self, back: Side, home: int) -> bool:
        """True for a cancellation of a payment made abroad whose amount at home is the payment's at the rate of another day."""
        bought = self.purchase
        if not (back.says_all and bought.abroad_minor and bought.abroad_currency != bought.currency):
            return False
        return self.minor == bought.minor and abs(home - bought.minor) * RATES < bought.minor

    def excess_of(self, back: Side) -> int:
        """What of the money back is beyond what is left, less what was told already; none where only the rates of two days differ."""
        told = self.in_own_currency(back) or 0
        bought = self.purchase
        if (
            self.minor == bought.minor
            and bought.abroad_minor
            and abs(told - bought.minor) * RATES < bought.minor
        ):
            return 0
        return max(told - self.told_again(back) - self.minor, 0)

    def take(self, back: Side, credit: int) -> None:
        """Lower what is left by a pair that was made."""
        amount, again = abroad_amount(back, self.purchase), self.told_again(back)
        abroad, minor = self.purchase.abroad_minor or 0, self.purchase.minor
        self.minor -= min(credit, self.minor)
        self.stated -= again
        if amount is not None:
            # what was stated at home, for lack of more, is now told exactly
            known = abroad * again // minor if again else 0
            self.abroad = max(self.abroad + known - amount, 0)
        elif minor:
            self.abroad = abroad * self.minor // minor

    def is_whole(self, back: Side) -> bool:
        """True when the money back is exactly the purchase's whole amount."""
        amount = abroad_amount(back, self.purchase)
        if amount is not None:
            return amount == self.purchase.abroad_minor == self.abroad
        return home_amount(back, self.purchase) == self.purchase.minor == self.minor

    def is_whole_again(self, back: Side) -> bool:
        """True when the money back is the purchase's whole amount, and its own row has stated all of it."""
        return self.stated == self.purchase.minor and self.beyond_stated(back) == 0


def abroad_amount(back: Side, purchase: Side) -> int | None:
    """The money back in the currency the purchase was paid in abroad; None where both are compared at home."""
    if not purchase.abroad_minor or not purchase.abroad_currency:
        return None
    if purchase.abroad_currency == purchase.currency:
        return None
    if back.abroad_currency == purchase.abroad_currency and back.abroad_minor:
        return back.abroad_minor
    return back.minor if back.currency == purchase.abroad_currency else None


def home_amount(back: Side, purchase: Side) -> int | None:
    """The money back in the purchase's own currency: as it was booked, or as it was told abroad; None where it is neither."""
    if back.currency == purchase.currency:
        return back.minor
    return back.abroad_minor or None if back.abroad_currency == purchase.currency else None


def code_key(code: str) -> str:
    """The form in which authorisation codes are compared: spreadsheets lose the zeros in front of numbers."""
    plain = code.strip().upper()
    return plain.lstrip("0") or plain if plain.isdigit() else plain


def happened_before(purchase: Side, back: Side) -> bool:
    """True when the purchase is not later than the money back: by the minute where both know it, else by the day."""
    if purchase.has_time and back.has_time:
        return purchase.at <= back.at
    return purchase.day <= back.day


def in_reach(purchase: Side, back: Side) -> bool:
    """True for a purchase not later than the money back and at most 180 days before it."""
    return happened_before(purchase, back) and (back.day - purchase.day).days <= DAYS
