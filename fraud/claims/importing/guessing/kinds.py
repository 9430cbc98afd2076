"""Tables that are no claims though somebody may send them as such: lists of employees and of their days, bank statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fraud.claims.importing.guessing.columns import Guess
from fraud.claims.importing.headers import plain

# fmt: off
#: Kind → names of columns that claims do not have. The first kind with enough of them counts.
_SIGNS: tuple[tuple[str, int, str], ...] = (
    ("bank_statement", 1, "balance, running balance, closing balance, account balance, balance after, saldo, kontostand, 잔액, 거래후잔액, 거래 후 잔액, 통장잔액, 거래후 잔고"),
    ("absences", 1, "휴가종류, 휴가구분, 휴가일수, 근태구분, 근태코드, 연차일수, 반차, leave type, absence type, leave days, absence reason, half day"),
    ("trips", 1, "출장지, 출장시작일, 출장종료일, 출장 기간, trip start, trip end, trip destination"),
    ("overtimes", 1, "연장근무시간, 초과근무시간, 연장근무, 초과근무, 야근시간, overtime hours, overtime start, overtime"),
    ("cardholders", 1, "입사일, 입사일자, 퇴사일, 퇴사일자, 퇴직일, 재직상태, 재직구분, 상급자, 상급자사번, 직속상사, hired on, hire date, hiring date, date of hire, joining date, start of employment, left on, leave date, termination date, manager, manager id, manager no, employment status"),
)
# fmt: on
_MONEY = frozenset({"amount", "original_amount"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What a table probably is instead; `columns` are the headers that say so."""

    name: str  # bank_statement, or a personnel feed
    columns: tuple[str, ...]


def other_kind(headers: Sequence[str], columns: Sequence[Guess]) -> Kind | None:
    """What a table that is no list of claims looks like; None where it may be one.

    Personnel lists have no amounts; a bank statement has a balance and names neither card nor merchant.
    """
    sure = {column.field for column in columns if column.level == "sure"}
    for name, least, words in _SIGNS:
        known = {plain(word) for word in words.split(",")}
        found = tuple(header.strip() for header in headers if plain(header) in known)
        if len(found) < least:
            continue
        if name == "bank_statement" and not sure & {"card_number", "merchant_name", "authorization_code"}:
            return Kind(name, found)
        if name != "bank_statement" and not sure & (_MONEY | {"merchant_name", "authorization_code"}):
            return Kind(name, found)
    return None
