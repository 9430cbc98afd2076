"""camt.053 (statement) and camt.054 (notification) of ISO 20022, every version: read by element names, whatever the namespace's number.

CdtDbtInd is the direction of the entry itself, also in a reversal (RvslInd): a credit that bounced is a debit with RvslInd true. Only booked
entries count; pending and informative ones are told again once booked. A batch entry whose details carry amounts that make its
own is told detail by detail. Source: ISO 20022 message definitions "Bank-to-Customer Cash Management".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from xml.etree.ElementTree import Element  # the type only; parsing is defusedxml's

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from cases.statements.entries import Entry, Statement, StatementNotValid, account_end, minor_of

_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
_INTERIM = "ITBD"  # between the pages of one statement it closes one page and opens the next
_DECLARED = re.compile(rb"""^[^>]{0,100}?encoding=["']([A-Za-z0-9._-]{1,30})["']""")
_KOREAN = frozenset({b"euc-kr", b"cp949", b"ks_c_5601-1987", b"ms949"})


def read_camt(content: bytes) -> list[Statement]:
    """Every statement or notification of the file. Raises StatementNotValid."""
    try:
        root = fromstring(_readable(content), forbid_dtd=True)
    except DefusedXmlException as error:
        raise StatementNotValid("doctype") from error
    except (ParseError, LookupError, ValueError) as error:  # the last two: encodings expat cannot read
        raise StatementNotValid("not_xml") from error
    found = [_statement(part) for part in root.iter() if _name(part) in ("Stmt", "Ntfctn")]
    if not found:
        raise StatementNotValid("not_a_statement")
    return found


def _readable(content: bytes) -> bytes | str:
    """Text where the declared encoding is a Korean one, of two bytes a letter, which expat refuses. Raises UnicodeDecodeError."""
    declared = _DECLARED.match(content)
    return content.decode("cp949") if declared and declared[1].lower() in _KOREAN else content


def _statement(part: Element) -> Statement:
    account = _text(part, "Acct/Id/IBAN") or _text(part, "Acct/Id/Othr/Id")
    opening, closing = _balances(part)
    if _name(part) == "Stmt" and (opening is None or closing is None):
        raise StatementNotValid("no_balance", account=account[-4:])
    entries = [entry for each in _all(part, "Ntry") if _is_booked(each) for entry in _entries(each)]
    stated = [each for each in (opening, closing) if each is not None]
    currency = stated[0][1] if stated else _text(part, "Acct/Ccy") or (entries[0].currency if entries else "")
    kind = "camt.053" if _name(part) == "Stmt" else "camt.054"
    ends = (opening[0] if opening else None, closing[0] if closing else None)
    return Statement(account, currency, *ends, entries, kind).check()


def _balances(part: Element) -> tuple[tuple[int, str] | None, tuple[int, str] | None]:
    """Opening and closing balance; of a page of a statement the interim ones, the first before and the last after its entries."""
    told = [(_text(each, "Tp/CdOrPrtry/Cd"), each) for each in _all(part, "Bal")]
    interim = [each for code, each in told if code == _INTERIM]
    opening = next((each for wanted in _OPENING for code, each in told if code == wanted), None)
    closing = next((each for code, each in told if code in _CLOSING), None)
    if opening is None and interim:
        opening = interim.pop(0)
    if closing is None and interim:
        closing = interim.pop()
    return (None if opening is None else _amount(opening), None if closing is None else _amount(closing))


def _amount(part: Element) -> tuple[int, str]:
    """Signed minor units and currency of what has an amount and a direction."""
    amount = next(_all(part, "Amt"), None)
    if amount is None or not (amount.text or "").strip():
        raise StatementNotValid("amount", amount="", currency="")
    currency = amount.get("Ccy", "")
    minor = _unsigned(amount, currency)
    direction = _text(part, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        raise StatementNotValid("amount", amount=direction[:10], currency=currency)
    return (minor if direction == "CRDT" else -minor), currency


def _unsigned(amount: Element, currency: str) -> int:
    """Minor units of an amount, whose direction is told beside it. Raises StatementNotValid `amount`."""
    text = (amount.text or "").strip()
    minor = minor_of(text, currency)
    if minor < 0:
        raise StatementNotValid("amount", amount=text[:40], currency=currency)
    return minor


def _is_booked(entry: Element) -> bool:
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    return status in ("BOOK", "")


def _entries(entry: Element) -> list[Entry]:
    """The entry, or its details where each has an amount and all of them make the entry's."""
    minor, currency = _amount(entry)
    booked, details = _day(entry), list(_all(entry, "NtryDtls/TxDtls"))
    reversal = _text(entry, "RvslInd") in ("true", "1")
    whole = Entry(
        booked,
        minor,
        currency,
        reversal,
        _text(entry, "AcctSvcrRef"),  # not NtryRef: many banks count it from 1 in every statement
        _words(entry),
    )
    if len(details) < 2:
        return [_named(whole, details[0])] if details else [whole]
    parts = [_detail_minor(each, minor, currency) for each in details]
    if None in parts or sum(part or 0 for part in parts) != minor:
        return [whole]
    references = _references(whole.reference, details)
    return [
        replace(
            _named(replace(whole, minor=part or 0), each),
            reference=reference,
            text=_words(each),
            batch=whole.reference,
        )
        for each, part, reference in zip(details, parts, references, strict=True)
    ]


def _references(whole: str, details: list[Element]) -> list[str]:
    """An id for every detail: its own where all have one of their own, else the entry's with a number; "" where neither has one."""
    own = [_reference(each) for each in details]
    if all(own) and len(set(own)) == len(own):
        return own
    return [f"{whole}/{number}" if whole else "" for number in range(1, len(own) + 1)]


def _named(entry: Entry, detail: Element) -> Entry:
    """A single entry under the id its detail has, so that notification and statement tell it alike."""
    payer, payer_end = _payer(detail, entry.minor)
    reference = _reference(detail) or entry.reference
    return replace(entry, reference=reference, payer=payer, payer_end=payer_end)


def _payer(detail: Element, minor: int) -> tuple[str, str]:
    """Name and end of the account of who paid, or of whom what is taken back goes to."""
    side = "Dbtr" if minor >= 0 else "Cdtr"
    name = _text(detail, f"RltdPties/{side}/Pty/Nm") or _text(detail, f"RltdPties/{side}/Nm")
    account = f"RltdPties/{side}Acct/Id"
    return name, account_end(_text(detail, f"{account}/IBAN") or _text(detail, f"{account}/Othr/Id"))


def _reference(detail: Element) -> str:
    return _text(detail, "Refs/AcctSvcrRef") or _text(detail, "Refs/TxId")


def _detail_minor(detail: Element, whole: int, currency: str) -> int | None:
    """Minor units of a detail in the entry's direction unless it names its own; None without an amount in the entry's currency."""
    amount = next(_all(detail, "Amt"), None)
    if amount is None:
        amount = next(_all(detail, "AmtDtls/TxAmt/Amt"), None)
    if amount is None or amount.get("Ccy") != currency:
        return None
    minor = _unsigned(amount, currency)
    direction = _text(detail, "CdtDbtInd") or ("CRDT" if whole >= 0 else "DBIT")
    return minor if direction == "CRDT" else -minor


def _day(entry: Element) -> date:
    text = _text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm") or _text(entry, "ValDt/Dt")
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise StatementNotValid("day", day=text[:20]) from error


_SAID = frozenset({"Ustrd", "Ref", "EndToEndId", "Nm", "AddtlNtryInf", "AddtlTxInf", "AddtlRmtInf"})


def _words(part: Element) -> str:
    said = (" ".join((each.text or "").split()) for each in part.iter() if _name(each) in _SAID)
    return " ".join(dict.fromkeys(word for word in said if word and word != "NOTPROVIDED"))


def _name(part: Element) -> str:
    return str(part.tag).rpartition("}")[2]


def _all(part: Element, path: str) -> Iterator[Element]:
    """Elements at a path of local names."""
    first, _slash, rest = path.partition("/")
    for child in part:
        if _name(child) == first:
            yield from _all(child, rest) if rest else iter([child])


def _text(part: Element, path: str) -> str:
    found = next(_all(part, path), None)
    return "" if found is None else (found.text or "").strip()
