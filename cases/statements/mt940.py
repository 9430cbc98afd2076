"""MT940 (customer statement of SWIFT), read with the library mt-940, whose sign of a reversed credit is corrected.

In field 61 C and RD bring money in, D and RC take it out; the library (5.1.1) leaves RC above zero. The entries of every statement are
held against its closing balance, so that a sign that is still wrong refuses the file instead of crediting somebody.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import mt940

from cases.statements.entries import Entry, Statement, StatementNotValid, minor_of

_SIGNS = {"C": 1, "RD": 1, "D": -1, "RC": -1}


def read_mt940(text: str) -> list[Statement]:
    """Every statement of the file. Raises StatementNotValid."""
    try:
        parsed = list(mt940.parse_statements(text))
    except Exception as error:  # the library names no base class of its own errors
        raise StatementNotValid("not_a_statement") from error
    found = [_statement(each) for each in parsed if each.data]
    if not found:
        raise StatementNotValid("not_a_statement")
    return found


def _statement(parsed: Any) -> Statement:
    data = parsed.data
    opening = data.get("final_opening_balance") or data.get("intermediate_opening_balance")
    closing = data.get("final_closing_balance") or data.get("intermediate_closing_balance")
    if opening is None or closing is None:
        raise StatementNotValid("not_a_statement")
    currency = str(opening.amount.currency)
    entries = [_entry(each.data, currency) for each in parsed if "amount" in each.data]
    return Statement(
        str(data.get("account_identification", "")),
        currency,
        minor_of(opening.amount.amount, currency),
        minor_of(closing.amount.amount, currency),
        entries,
    ).check()


def _entry(data: dict[str, Any], currency: str) -> Entry:
    mark = str(data.get("status") or "")
    if mark not in _SIGNS:
        raise StatementNotValid("amount", amount=mark[:5], currency=currency)
    on = data.get("entry_date") or data["date"]
    said = (data.get(name) for name in ("customer_reference", "extra_details", "transaction_details"))
    words = " ".join(" ".join(str(each).split()) for each in said if each and str(each) != "NONREF")
    return Entry(
        date(on.year, on.month, on.day),
        _SIGNS[mark] * abs(minor_of(data["amount"].amount, currency)),
        currency,
        mark.startswith("R"),
        str(data.get("bank_reference") or ""),
        words,
    )
