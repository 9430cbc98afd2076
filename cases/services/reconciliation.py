"""Postings from a payroll or bank file (CSV, camt.053, camt.054, MT940): every line is posted, confirmed, known already, or rejected with a reason."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.permissions import NotPermitted, require
from audit.typed import day
from cases.models import Case, RecoveryPosting
from cases.services import errors
from cases.services.conflicts import relations_of
from cases.services.recovery import confirm_from_file, post_recovery
from cases.services.statement_postings import (
    StatementLine,
    statement_lines,
    take_back,
    was_taken_back,
    words_of,
)
from cases.statements import StatementNotValid, is_statement
from cases.workflow import State
from rules.money import MoneyNotValid, to_minor

COLUMNS = ("case", "amount", "currency", "received_on", "method", "bank_reference")
MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 10_000
_AMOUNT = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that was not posted: physical line (the header is 1), stable code, and what would be right."""

    line: int
    code: str
    sentence: str
    original: str


@dataclass(slots=True)
class PostingReport:
    """`n_lines` = posted + confirmed + known + rejected; `posted` is money in minor units a currency."""

    n_lines: int = 0
    n_posted: int = 0
    n_confirmed: int = 0
    n_known: int = 0
    rejected: list[RejectedLine] = field(default_factory=list)
    posted: dict[str, int] = field(default_factory=dict)


class PostingFileNotValid(errors.ContentNotValid):
    """The whole file was refused and nothing posted."""

    code = "posting_file_not_valid"
    field = "file"


def import_postings(*, content: bytes, by: Actor) -> PostingReport:
    """Post a file with the columns case, amount, currency, received_on, method, bank_reference.

    Amounts are plain decimals in major units, days ISO dates. The same file again changes nothing: a line is known by
    case, method and bank reference. A line that somebody already posted by hand with the same amount confirms that
    posting. A bank's own statement (camt.053, camt.054, MT940) is read as well: what came in is posted to the case its words name,
    what the bank took back reverses its posting; a statement that does not meet its balance posts nothing.
    Raises PostingFileNotValid and NotPermitted.
    """
    require(by, "cases.post_recovery")
    if len(content) > MAX_BYTES:
        raise _refused(_("The file is too large; at most %(mb)d MB.") % {"mb": MAX_BYTES // 2**20})
    report = PostingReport()
    for number, original, post in _steps(content):
        report.n_lines += 1
        try:
            post(report, by)
        except (errors.CaseworkError, NotPermitted) as refusal:
            sentence = str(getattr(refusal, "sentence", ""))
            report.rejected.append(RejectedLine(number, refusal.code, sentence, original))
    return report


def _steps(content: bytes) -> list[tuple[int, str, Callable[[PostingReport, Actor], None]]]:
    """Number, original text and what to do of every line of a table or a statement."""
    if is_statement(content):
        try:
            lines = statement_lines(content)
        except StatementNotValid as error:
            raise _refused(words_of(error)) from error
        if len(lines) > MAX_LINES:
            raise _refused(_("At most %(n)d lines at once.") % {"n": MAX_LINES})
        return [(n, line.shown(), partial(_post_entry, line)) for n, line in enumerate(lines, 1)]
    return [
        (number, ",".join(str(value) for value in row.values())[:200], partial(_post, row))
        for number, row in _lines(content)
    ]


def _post_entry(line: StatementLine, report: PostingReport, by: Actor) -> None:
    """Post what came in; reverse what the bank took back. Raises CaseworkError."""
    if not line.case_reference:
        raise errors.CaseNotNamed
    if line.entry.minor > 0:
        row = line.as_row()
        if was_taken_back(_values(row, by)[0], line):
            report.n_known += 1
        elif line.entry.is_reversal:
            raise errors.AmountNotValid("given_back")
        else:
            _post(row, report, by)
    elif take_back(line, by):
        report.n_posted += 1
        currency = line.entry.currency
        report.posted[currency] = report.posted.get(currency, 0) + line.entry.minor
    else:
        report.n_known += 1


def _lines(content: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        text = _decoded(content)
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        header = [name.strip() for name in reader.fieldnames or []]
        if sorted(header) != sorted(COLUMNS):
            raise _refused(_("The columns must be: %(columns)s.") % {"columns": ", ".join(COLUMNS)})
        reader.fieldnames = header
        found = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise _refused(_("The file is not valid CSV.")) from error
    if len(found) > MAX_LINES:
        raise _refused(_("At most %(n)d lines at once.") % {"n": MAX_LINES})
    return found


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused(_("The file must be UTF-8 or CP949 text."))


def _refused(sentence: str) -> PostingFileNotValid:
    error = PostingFileNotValid()
    error.text = sentence.replace("%", "%%") if error.params else sentence  # type: ignore[assignment]
    return error


def _post(row: Mapping[str, str | None], report: PostingReport, by: Actor) -> None:
    case, minor, currency, day, method, line = _values(row, by)
    known = RecoveryPosting.objects.filter(
        recovery__case=case, method=method, bank_reference=line, reverses=None, reversed_by=None
    ).first()
    if known is not None:
        if known.amount_minor != minor:
            raise errors.AmountNotValid("other_posted")
        if confirm_from_file(posting=known, by=by):
            report.n_confirmed += 1
        else:
            report.n_known += 1
        return
    if case.state != State.RECOVERING:
        raise errors.AmountNotValid("already_settled")
    post_recovery(
        case=case,
        amount_minor=minor,
        method=RecoveryPosting.Method(method),
        bank_reference=line,
        received_on=day,
        by=by,
        expected_version=case.version,
        currency=currency,
        is_confirmed=True,
    )
    report.n_posted += 1
    report.posted[currency] = report.posted.get(currency, 0) + minor


def _values(row: Mapping[str, str | None], by: Actor) -> tuple[Case, int, str, date, str, str]:
    """The typed values of a line. Raises a ContentNotValid naming the column."""
    if None in row or any(value is None for value in row.values()):
        raise errors.ChoiceNotValid(field="line", choices=COLUMNS)
    text = {name: str(value).strip() for name, value in row.items()}
    case = Case.objects.select_related("cardholder__department").filter(reference=text["case"]).first()
    if case is None or relations_of(by, case).involvement:
        raise errors.CaseNotFound
    if not _AMOUNT.fullmatch(text["amount"]):
        raise errors.AmountNotValid("not_positive")
    try:
        minor = to_minor(Decimal(text["amount"]), text["currency"])
    except MoneyNotValid as error:
        raise errors.AmountNotValid("currency", currency=case.currency) from error
    if text["method"] not in RecoveryPosting.Method.values:
        raise errors.ChoiceNotValid(field="method", choices=RecoveryPosting.Method.values)
    received = day(text["received_on"])
    if received is None:
        raise errors.DayNotValid(field="received_on")
    return case, minor, text["currency"], received, text["method"], text["bank_reference"]
