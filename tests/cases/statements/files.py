"""Bank statements of a made-up bank, written from plain entries: (signed minor units, day, reversal, reference, text)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import StringIO

Row = tuple[int, date, bool, str, str]
ACCOUNT = "KR100200300"


def _amount(minor: int, digits: int) -> str:
    return str(Decimal(abs(minor)).scaleb(-digits))


def camt(
    rows: Sequence[Row],
    *,
    opening: int = 1_000_000,
    closing: int | None = None,
    currency: str = "KRW",
    digits: int = 0,
    kind: str = "053",
    version: str = "08",
    more: str = "",
) -> bytes:
    """A camt.053 or camt.054 with these entries; `more` is put among them as it is."""
    end = opening + sum(row[0] for row in rows) if closing is None else closing

    def balance(code: str, minor: int) -> str:
        side = "CRDT" if minor >= 0 else "DBIT"
        return (
            f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{_amount(minor, digits)}</Amt>'
            f"<CdtDbtInd>{side}</CdtDbtInd></Bal>"
        )

    def entry(row: Row) -> str:
        minor, on, is_reversal, reference, text = row
        status = "<Sts>BOOK</Sts>" if version < "07" else "<Sts><Cd>BOOK</Cd></Sts>"
        return (
            f'<Ntry><Amt Ccy="{currency}">{_amount(minor, digits)}</Amt><CdtDbtInd>{"CRDT" if minor >= 0 else "DBIT"}</CdtDbtInd>'
            f"{'<RvslInd>true</RvslInd>' if is_reversal else ''}{status}<BookgDt><Dt>{on}</Dt></BookgDt>"
            f"{f'<AcctSvcrRef>{reference}</AcctSvcrRef>' if reference else ''}"
            f"<NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )

    outer, inner = ("BkToCstmrStmt", "Stmt") if kind == "053" else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")
    balances = balance("OPBD", opening) + balance("CLBD", end) if kind == "053" else ""
    body = "".join(entry(row) for row in rows)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}">'
        f"<{outer}><{inner}><Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>{balances}{body}{more}"
        f"</{inner}></{outer}></Document>"
    ).encode()


def mt940(
    rows: Sequence[Row],
    *,
    opening: int = 1_000_000,
    closing: int | None = None,
    currency: str = "KRW",
    digits: int = 0,
) -> bytes:
    """An MT940 with these entries."""
    end = opening + sum(row[0] for row in rows) if closing is None else closing

    def side(minor: int) -> str:
        return "C" if minor >= 0 else "D"

    def number(minor: int) -> str:
        whole, _, part = _amount(minor, digits).partition(".")
        return f"{whole},{part}"

    lines = [
        ":20:MONTH",
        f":25:{ACCOUNT}",
        ":28C:1/1",
        f":60F:{side(opening)}261101{currency}{number(opening)}",
    ]
    for minor, on, is_reversal, reference, text in rows:
        # RC takes a credit back: money goes out, though the mark ends in C
        mark = ("RC" if minor < 0 else "RD") if is_reversal else side(minor)
        lines.append(
            f":61:{on:%y%m%d}{on:%m%d}{mark}{number(minor)}NTRFNONREF{f'//{reference}' if reference else ''}"
        )
        lines.append(f":86:{text}")
    return "\n".join([*lines, f":62F:{side(end)}261130{currency}{number(end)}", "-", ""]).encode()


def bank_table(
    rows: Sequence[Row], *, opening: int = 1_000_000, newest_first: bool = False
) -> list[list[object]]:
    """The rows of a Korean bank's download: titles, header, one line an entry with the balance after it."""
    balance, lines = opening, []
    for n, (minor, on, _is_reversal, _reference, text) in enumerate(rows):
        balance += minor
        moment = f"{on:%Y.%m.%d} 09:{n // 60:02d}:{n % 60:02d}"
        lines.append(
            [moment, text, -minor if minor < 0 else None, minor if minor > 0 else None, balance, "본점"]
        )
    head: list[list[object]] = [
        ["거래내역 조회"],
        ["계좌번호 : 110-123-456789", "예금주 (주)한빛"],
        ["거래일시", "적요", "출금", "입금", "잔액", "거래점"],
    ]
    return head + (lines[::-1] if newest_first else lines)


def csv_of(rows: Sequence[Sequence[object]], *, delimiter: str = ",", encoding: str = "utf-8-sig") -> bytes:
    """The rows as delimited text."""
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)
