"""What a bank statement says, whatever its format: entries with their sign, and the balance they have to meet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rules.money import MoneyNotValid, to_minor


class StatementNotValid(ValueError):
    """The file cannot be believed; `code` is one of those `words_of` knows a sentence for, `params` say where."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of an account, minor units of its currency: above 0 came in, below 0 went out.

    `is_reversal`: it takes an earlier movement back. `reference`: the bank's own id, "" where it gives none. `text`: everything the
    entry says in words (remittance, references of the parties, their names), for somebody to find the matter in. `payer` and `payer_end`:
    who paid and the last four letters of their account, where told; `batch`: the bank's id of the sum it is a part of; `employee_no`
    and `method`: whose pay it was taken from, in a payroll's table.
    """

    booked_on: date
    minor: int
    currency: str
    is_reversal: bool
    reference: str
    text: str
    payer: str = ""
    payer_end: str = ""
    batch: str = ""
    employee_no: str = ""
    method: str = "bank_transfer"  # or "payroll"


@dataclass(frozen=True, slots=True)
class Statement:
    """Entries of one account; balances are None in a notification (camt.054), which states none."""

    account: str
    currency: str
    opening_minor: int | None
    closing_minor: int | None
    entries: Sequence[Entry]
    kind: str = ""  # one of KINDS

    @property
    def account_end(self) -> str:
        """The last four digits of the account, by which formats that spell it differently agree."""
        return account_end(self.account)

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


KINDS = ("camt.053", "camt.054", "mt940", "table", "payroll")
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Za-z*]")
_CURRENCY_BEHIND = re.compile(r"(?<=[0-9])[A-Za-z]{3}$")  # MT940 banks write DE89…00EUR
_END = 4


def account_end(account: str) -> str:
    """The last four letters of an account number, "" for what is no number; all of it that is ever kept."""
    plain = _CURRENCY_BEHIND.sub("", _NOT_ALPHANUMERIC.sub("", account))
    return plain[-_END:].upper() if sum(sign.isdigit() for sign in plain) >= _END else ""


def minor_of(amount: str | Decimal, currency: str) -> int:
    """Minor units of a plain decimal amount. Raises StatementNotValid `amount`."""
    try:
        return to_minor(Decimal(amount), currency)
    except (ArithmeticError, MoneyNotValid) as error:
        raise StatementNotValid("amount", amount=str(amount)[:40], currency=currency[:3]) from error
