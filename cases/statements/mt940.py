"""MT940 (customer statement of SWIFT), read with the library mt-940, whose sign of a reversed credit is corrected.

In field 61 C and RD bring money in, D and RC take it out; the library (5.1.1) leaves RC above zero. The entries of every statement are
held against its closing balance, so that a sign that is still wrong refuses the file instead of crediting somebody.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

import mt940

from cases.statements.entries import Entry, Statement, StatementNotValid, account_end, minor_of

#: Field 86 is told whole, or part by part where it is structured (?20 and on are its purpose, joined over their lines).
_SAID = ("customer_reference", "extra_details", "transaction_details", "purpose", "end_to_end_reference")
_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{13,32}|[0-9][0-9 -]{4,30}")
_FIRST = re.compile(r"(^|\n)\s*(\{1:.*)?:20:", re.DOTALL)
_LINES = (":60F", ":60M", ":62F", ":62M")
_MOVEMENT = re.compile(r":61:(?P<day>[0-9]{6})([0-9]{4})?R?[CD][A-Z]?[0-9]{1,15}[,.][0-9]{0,4}")
_BALANCE = re.compile(r":6[02][FM]:[CD](?P<day>[0-9]{6})[A-Z]{3}[0-9]{1,15}[,.][0-9]{0,4}")
_SIGNS = {"C": 1, "RD": 1, "D": -1, "RC": -1}


def read_mt940(text: str) -> list[Statement]:
    """Every statement of the file. Raises StatementNotValid; for a file that is one, with what of it is cut off or cannot be read."""
    if not _FIRST.search(text):
        raise StatementNotValid("not_a_statement")
    _check_lines(text)
    try:
        parsed = list(mt940.parse_statements(text))
    except Exception as error:  # the library names no base class of its own errors
        raise StatementNotValid("broken") from error
    found = [_statement(each) for each in parsed if each.data]
    if not found:
        raise StatementNotValid("broken")
    return found


def _check_lines(text: str) -> None:
    """Raises StatementNotValid `line` for a movement or a balance that is not written as one, or whose day does not exist."""
    for number, line in enumerate(text.split("\n"), start=1):
        tag = line[:5].rstrip(":")
        if tag not in _LINES and not line.startswith(":61:"):
            continue
        found = (_MOVEMENT if line.startswith(":61:") else _BALANCE).match(line.strip())
        if found is None or not _is_day(found["day"]):
            raise StatementNotValid("line", line=number, text=line.strip()[:30])


def _is_day(digits: str) -> bool:
    try:
        date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return False
    return True


def _statement(parsed: Any) -> Statement:
    data = parsed.data
    opening = data.get("final_opening_balance") or data.get("intermediate_opening_balance")
    closing = data.get("final_closing_balance") or data.get("intermediate_closing_balance")
    if opening is None or closing is None:
        account = account_end(str(data.get("account_identification", "")))
        raise StatementNotValid("no_balance", account=account or "–")
    currency = str(opening.amount.currency)
    entries = [_entry(each.data, currency) for each in parsed if "amount" in each.data]
    return Statement(
        str(data.get("account_identification", "")),
        currency,
        minor_of(opening.amount.amount, currency),
        minor_of(closing.amount.amount, currency),
        entries,
        "mt940",
    ).check()


def _entry(data: dict[str, Any], currency: str) -> Entry:
    mark = str(data.get("status") or "")
    if mark not in _SIGNS:
        raise StatementNotValid("amount", amount=mark[:5], currency=currency)
    on = data.get("entry_date") or data["date"]
    payer = _payer(str(data.get("applicant_name") or ""))
    said = (*(data.get(name) for name in _SAID), payer.name)
    words = " ".join(" ".join(str(each).split()) for each in said if each and str(each) != "NONREF")
    return Entry(
        date(on.year, on.month, on.day),
        _SIGNS[mark] * abs(minor_of(data["amount"].amount, currency)),
        currency,
        mark.startswith("R"),
        str(data.get("bank_reference") or ""),
        words,
        payer.name,
        payer.end,
    )


class _Payer(NamedTuple):
    name: str
    end: str


def _payer(told: str) -> _Payer:
    """Name and end of the account, which the library joins into one text (?31 before ?32 of field 86)."""
    found = _ACCOUNT.match(told)
    return _Payer(told[found.end() :].strip(), account_end(found[0])) if found else _Payer(told.strip(), "")
