"""The columns of tables a bank or a payroll delivers, by the headers they are known by, and a company's own names for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cases.statements.entries import StatementNotValid
from fraud.claims.importing.parsing.formats import is_known_format
from rules.money import is_known_currency

#: Field → headers, compared without case, spaces and punctuation. Source: what Korean banks' downloads and bank CSVs name them.
# fmt: off
BANK: Mapping[str, tuple[str, ...]] = {
    "booked_on": ("거래일시", "거래일자", "거래일", "일시", "일자", "날짜", "booked_on", "booking date", "date", "value date", "buchungstag"),
    "time": ("거래시간", "거래시각", "시간", "time"),
    "incoming": ("입금", "입금액", "입금금액", "맡기신금액", "받은금액", "credit", "money in", "haben", "deposit"),
    "outgoing": ("출금", "출금액", "출금금액", "찾으신금액", "보낸금액", "지급금액", "debit", "money out", "soll", "withdrawal"),
    "amount": ("거래금액", "금액", "amount", "betrag"),
    "balance": ("잔액", "거래후잔액", "거래 후 잔액", "balance", "saldo"),
    "currency": ("통화", "통화코드", "currency", "währung"),
    "text": ("적요", "거래내용", "내용", "description", "details", "reference text", "verwendungszweck", "buchungstext"),
    "memo": ("기재내용", "통장메모", "메모", "비고", "송금메모", "memo", "note"),
    "payer": ("보낸분/받는분", "보낸분", "의뢰인", "의뢰인/수취인", "거래처", "상대예금주", "상대계좌예금주명", "입금자", "auftraggeber/empfänger", "name zahlungsbeteiligter", "payer", "counterparty", "name"),
    "payer_account": ("상대계좌번호", "상대계좌", "입금계좌", "가상계좌번호", "iban", "counterparty account", "virtual account"),
    "reference": ("거래번호", "거래고유번호", "reference", "transaction id", "bank_reference"),
}
PAYROLL: Mapping[str, tuple[str, ...]] = {
    "employee_no": ("사번", "사원번호", "직원번호", "employee_no", "employee number", "emp_no", "personnel number"),
    "amount": ("공제액", "공제금액", "환수공제", "환수공제액", "deduction", "deducted", "amount", "금액"),
    "booked_on": ("지급일", "급여일", "공제일", "급여지급일", "pay date", "paid on", "booked_on", "date"),
    "payer": ("성명", "이름", "name", "employee name"),
    "currency": ("통화", "통화코드", "currency"),
    "text": ("비고", "적요", "건번호", "사건번호", "case", "note", "description"),
}
# fmt: on
FIELDS = frozenset({*BANK, *PAYROLL})
_MARKS = (",", ".", "")


@dataclass(frozen=True, slots=True)
class TableSpec:
    """How a company's own table is read: headers by field beside the known ones, form of dates, decimal and thousands mark."""

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_form: str = (
        ""  # such as %d.%m.%Y; "" for ISO, the Korean forms, and what all days leave one reading of
    )
    decimal: str = ""  # "" for the one mark that all amounts can be read with
    thousands: str = ","
    currency: str = ""  # "" for the company's

    def headers(self, known: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        """Headers of every field: the company's own alone where it names any."""
        return {name: self.columns.get(name) or aliases for name, aliases in known.items()}


def read_table_spec(data: Mapping[str, Any]) -> TableSpec:
    """The spec of plain values. Raises StatementNotValid `spec` naming what is wrong and what may stand there."""
    allowed = ("columns", "date_form", "decimal", "thousands", "currency")
    for name in data:
        if name not in allowed:
            raise StatementNotValid("spec", key=str(name)[:40], allowed=", ".join(allowed))
    columns = data.get("columns") or {}
    if not isinstance(columns, Mapping):
        raise StatementNotValid("spec", key="columns", allowed="{field: header}")
    for name in columns:
        if name not in FIELDS:
            raise StatementNotValid("spec", key=str(name)[:40], allowed=", ".join(sorted(FIELDS)))
    texts = {name: str(data.get(name) or "") for name in ("date_form", "currency")}
    decimal, thousands = str(data.get("decimal") or ""), str(data.get("thousands", ","))
    if texts["date_form"] and not is_known_format(texts["date_form"]):
        raise StatementNotValid("spec", key="date_form", allowed="%Y-%m-%d, %d.%m.%Y, %m/%d/%Y")
    if decimal not in _MARKS or thousands not in _MARKS or (decimal and decimal == thousands):
        raise StatementNotValid("spec", key="decimal, thousands", allowed=". ,")
    if texts["currency"] and not is_known_currency(texts["currency"]):
        raise StatementNotValid("spec", key="currency", allowed="KRW, USD …")
    named = {name: _headers(value) for name, value in columns.items()}
    return TableSpec(named, texts["date_form"], decimal, thousands, texts["currency"])


def _headers(value: Any) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else list(value) if isinstance(value, list | tuple) else []
    if not found or not all(isinstance(each, str) and each.strip() for each in found):
        raise StatementNotValid("spec", key="columns", allowed="{field: header}")
    return tuple(found)
