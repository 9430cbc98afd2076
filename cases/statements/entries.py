"""What a bank statement says, whatever its format: entries with their sign, and the balance they have to meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rules.money import MoneyNotValid, to_minor


class StatementNotValid(ValueError):
    """The file cannot be believed; `code` is one of not_xml, not_a_statement, amount, day, no_balance, balance, currency; `params` say where."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of an account, minor units of its currency: above 0 came in, below 0 went out.

    `is_reversal`: it takes an earlier movement back. `reference`: the bank's own id, "" where it gives none. `text`: everything the
    entry says in words (remittance, references of the parties, their names), for somebody to find the matter in.
    """

    booked_on: date
    minor: int
    currency: str
    is_reversal: bool
    reference: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """Entries of one account; balances are None in a notification (camt.054), which states none."""

    account: str
    currency: str
    opening_minor: int | None
    closing_minor: int | None
    entries: Sequence[Entry]

    def check(self) -> Statement:
        """Itself, where opening balance and entries meet the closing balance. Raises StatementNotValid `balance`, `currency`."""
        if any(entry.currency != self.currency for entry in self.entries):
            raise StatementNotValid("currency", account=self.account[-4:], currency=self.currency)
        if self.opening_minor is None or self.closing_minor is None:
            return self
        total = self.opening_minor + sum(entry.minor for entry in self.entries)
        if total != self.closing_minor:
            raise StatementNotValid(
                "balance",
                account=self.account[-4:],
                currency=self.currency,
                total_minor=total,
                closing_minor=self.closing_minor,
            )
        return self


def minor_of(amount: str | Decimal, currency: str) -> int:
    """Minor units of a plain decimal amount. Raises StatementNotValid `amount`."""
    try:
        return to_minor(Decimal(amount), currency)
    except (ArithmeticError, MoneyNotValid) as error:
        raise StatementNotValid("amount", amount=str(amount)[:40], currency=currency[:3]) from error
