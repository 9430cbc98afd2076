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
    ("payroll", 2, "환수공제, 환수공제액, 공제액, 공제금액, 공제합계, 기본급, 국민연금, 건강보험, 고용보험, 소득세, 실수령액, 차인지급액, 지급합계, deduction, deductions, gross pay, net pay, base salary, income tax, pension"),
    ("payroll", 1, "환수공제, 환수공제액"),
    ("positions", 1, "발령일, 발령일자, 발령부서, 발령구분, 발령직급, effective date, effective on"),
    ("relatives", 1, "관계인사번, 친족사번, 가족사번, relative no"),
    ("vehicles", 2, "차량번호, 배정일, 반납일, license plate, plate no"),
    ("pre_approvals", 2, "사전승인번호, 품의번호, 유효일, 승인자사번, approval no, approved amount"),
    ("absences", 1, "휴가종류, 휴가구분, 휴가일수, 근태구분, 근태코드, 연차일수, 반차, leave type, absence type, leave days, absence reason, half day"),
    ("trips", 1, "출장지, 출장시작일, 출장종료일, 출장 기간, trip start, trip end, trip destination"),
    ("overtimes", 1, "연장근무시간, 초과근무시간, 연장근무, 초과근무, 야근시간, overtime hours, overtime start, overtime"),
    ("cardholders", 1, "입사일, 입사일자, 퇴사일, 퇴사일자, 퇴직일, 재직상태, 재직구분, 상급자, 상급자사번, 직속상사, hired on, hire date, hiring date, date of hire, joining date, start of employment, left on, leave date, termination date, manager, manager id, manager no, employment status"),
)
# fmt: on
_MONEY = frozenset({"amount", "original_amount"})
_PAYMENT = frozenset({"merchant_name", "authorization_code", "card_number"})
#: Kinds of lists that hold amounts though they are no claims.
_OF_MONEY = frozenset({"bank_statement", "payroll", "pre_approvals"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What a table probably is instead; `columns` are the headers that say so."""

    name: str  # bank_statement, or a personnel feed
    columns: tuple[str, ...]


def other_kind(headers: Sequence[str], columns: Sequence[Guess]) -> Kind | None:
    """What a table that is no list of claims looks like; None where it may be one.

    Personnel lists have no amounts (but for what was approved before); a bank statement has a balance and names neither card nor merchant,
    a payroll no payment.
    """
    sure = {column.field for column in columns if column.level == "sure"}
    for name, least, words in _SIGNS:
        known = {plain(word) for word in words.split(",")}
        found = tuple(header.strip() for header in headers if plain(header) in known)
        if len(found) < least:
            continue
        if not sure & (_PAYMENT if name in _OF_MONEY else _MONEY | _PAYMENT):
            return Kind(name, found)
    return None
