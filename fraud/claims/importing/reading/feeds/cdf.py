"""Mastercard's Common Data Format 3: financial transactions of an XML file; unit, exponent and sign come from the attributes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Chunk
from fraud.claims.importing.reading.feeds.currencies import currency_code
from fraud.claims.importing.reading.feeds.table import Row, as_decimal, chunks_of
from fraud.claims.importing.reading.limits import Limits

_ROOT = "CDFTransmissionFile"
_TEXTS = (
    "ProcessorTransactionId", "MasterCardFinancialTransactionId", "TransactionDate", "PostingDate", "BillingDate", "ApprovalCode",
    "CustomerCode", "AcquirerReferenceData", "CardAcceptorName", "CardAcceptorCity", "CardAcceptorCountryCode", "CardAcceptorBusinessCode",
    "CardAcceptorReferenceNum", "CardAcceptorId",
)  # fmt: skip
_ACCOUNT = ("AccountNumber", "EmployeeId", "NameLine1", "CostCenter")
_AMOUNTS = (
    ("AmountInPostedCurrency", "PostedCurrencyCode"),
    ("AmountInOriginalCurrency", "OriginalCurrencyCode"),
    ("TotalTaxAmount", ""),
)
_HEADERS = (*_ACCOUNT, *_TEXTS, *(name for pair in _AMOUNTS for name in pair if name), "Kind")


class CdfTable:
    """One row for each FinancialTransaction; its line is its number in the file. Raises FileQuarantined."""

    encoding = "utf-8"

    def __init__(self, path: Path, spec: ProfileSpec, limits: Limits) -> None:
        self.notes = Notes()
        self._path, self._limits = path, limits
        self.headers = list(_HEADERS)
        if path.stat().st_size > limits.workbook_bytes:
            raise FileQuarantined("file_too_large", limit=limits.workbook_bytes)

    def chunks(self) -> Iterator[Chunk]:
        """The financial transactions, in chunks."""
        yield from chunks_of(self._rows(), self.headers, self._limits)

    def _rows(self) -> Iterator[Row]:
        account: dict[str, str] = {}
        n_rows, is_known = 0, False
        try:
            for event, element in iterparse(self._path, events=("start", "end"), forbid_dtd=True):
                name = _local(element)
                if not is_known and name != _ROOT:
                    raise FileQuarantined("feed_empty", format="CDF 3")
                is_known = True
                if event == "start" and name == "AccountEntity":
                    account = {"AccountNumber": element.get("AccountNumber", "")}
                elif event == "end" and name == "AccountInformation_4300":
                    account |= {key: _text(element, key) for key in _ACCOUNT[1:] if _text(element, key)}
                elif event == "end" and name == "FinancialTransactionEntity":
                    n_rows += 1
                    yield n_rows, _values(element, account)
                    element.clear()
                elif event == "end" and name == "FinancialAdjustmentRecord_5900":
                    self.notes.add("adjustments_passed")
                    element.clear()
        except (ParseError, DefusedXmlException) as error:
            raise FileQuarantined("file_damaged") from error
        if not n_rows:
            raise FileQuarantined("feed_empty", format="CDF 3")


def _values(element: Element, account: dict[str, str]) -> list[str]:
    values = {key: account.get(key, "") for key in _ACCOUNT}
    values |= {key: _text(element, key) for key in _TEXTS}
    sign = ""
    for name, code in _AMOUNTS:
        found = _find(element, name)
        if found is None:
            continue
        values[name] = _amount(found)
        if code:
            values[code] = currency_code(_text(element, code) or found.get("CurrencyCode", ""))
        if name == "AmountInPostedCurrency" and found.get("CurrencySign"):
            sign = found.get("CurrencySign", "").strip().upper()
    indicator = _text(element, "DebitOrCreditIndicator").upper()
    # Where sign and indicator contradict each other, nobody knows: such a kind (D/C) is no word and refuses the row, until a profile says.
    values["Kind"] = "/".join(dict.fromkeys(part for part in (indicator, sign) if part))
    return [values.get(header, "") for header in _HEADERS]


def _amount(found: Element) -> str:
    """The amount with its decimal point; one without an exponent cannot be read, so it is left out and refuses the row."""
    exponent = (found.get("CurrencyExponent") or "").strip()
    if not exponent.isdigit():
        return ""
    return as_decimal(found.text or "", int(exponent))


def _find(element: Element, name: str) -> Element | None:
    return next((child for child in element.iter() if _local(child) == name), None)


def _text(element: Element, name: str) -> str:
    found = _find(element, name)
    return (found.text or "").strip() if found is not None else ""


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
