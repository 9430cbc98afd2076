"""Postings from a payroll or bank file (CSV, camt.053, camt.054, MT940, workbooks): every line is posted, confirmed, known already, or rejected with a reason."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.keeping import kept
from audit.permissions import NotPermitted, require
from audit.typed import day
from cases.models import Case, RecoveryPosting, StatementProfile
from cases.services import errors
from cases.services.recovery import confirm_from_file, post_recovery
from cases.services.statement_entries import take_in
from cases.services.statement_lines import lines_of
from cases.services.statement_postings import PostingReport, RejectedLine, case_for, post_entry
from cases.services.statement_words import words_of
from cases.services.texts import clean_key
from cases.statements import Statement, StatementNotValid, TableSpec, read_apart, read_table_spec
from cases.workflow import State
from fraud.claims.importing.services import reading_bounds
from fraud.claims.importing.summary import refused_name
from fraud.company.values import current_settings
from rules.money import MoneyNotValid, to_minor

COLUMNS = ("case", "amount", "currency", "received_on", "method", "bank_reference")
MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 10_000
_AMOUNT = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,3})?", re.ASCII)


class PostingFileNotValid(errors.ContentNotValid):
    """The whole file was refused and nothing posted."""

    code = "posting_file_not_valid"
    field = "file"


def import_postings(*, content: bytes, by: Actor, name: str = "", profile: str = "") -> PostingReport:
    """Post a file with the columns case, amount, currency, received_on, method, bank_reference, or a statement of a bank or payroll.

    Amounts are plain decimals in major units, days ISO dates. The same file again changes nothing: a line is known by
    case, method and bank reference. A line that somebody already posted by hand with the same amount confirms that
    posting. Of a statement (camt.053, camt.054, MT940, a bank's or payroll's table, read by the `profile` of that name) every entry is kept
    once: what names one case is posted there, what the bank took back reverses its posting, the rest waits on the list of open entries;
    a statement that does not meet its balance posts nothing. Raises PostingFileNotValid and NotPermitted.
    """
    require(by, "cases.post_recovery")
    if len(content) > MAX_BYTES:
        raise _refused(_("The file is too large; at most %(mb)d MB.") % {"mb": MAX_BYTES // 2**20})
    if why := refused_name(name):
        raise _refused(why)
    report = PostingReport()
    for number, original, post in _steps(content, name, profile, by, report):
        report.n_lines += 1
        try:
            post(report, by)
        except (errors.CaseworkError, NotPermitted) as refusal:
            sentence = str(getattr(refusal, "sentence", ""))
            report.rejected.append(RejectedLine(number, refusal.code, sentence, original))
    return report


def _steps(
    content: bytes, name: str, profile: str, by: Actor, report: PostingReport
) -> list[tuple[int, str, Callable[[PostingReport, Actor], None]]]:
    """Number, original text and what to do of every line of a table or a statement."""
    if not profile and _is_posting_table(content):
        return [
            (number, kept(",".join(map(str, row.values())))[:200], partial(_post, row))
            for number, row in _lines(content)
        ]
    try:
        statements = _statements(content, profile)
    except StatementNotValid as error:
        raise _refused(words_of(error)) from error
    lines = lines_of(statements)
    if sum(map(len, lines)) > MAX_LINES:
        raise _refused(_("At most %(n)d lines at once.") % {"n": MAX_LINES})
    report.is_kept = True
    taken = take_in(statements=statements, lines=lines, content=content, name=name, by=by)
    return [(n, line.shown(), partial(post_entry, row)) for n, (line, row) in enumerate(taken, 1)]


def _is_posting_table(content: bytes) -> bool:
    """Whether the first line names a case and a bank reference, as the table of postings does."""
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].splitlines()[:1]
    return bool(head) and b"case" in head[0].lower() and b"bank_reference" in head[0].lower()


def _statements(content: bytes, profile: str) -> list[Statement]:
    """The statements of a file, read in a bounded process. Raises StatementNotValid."""
    spec = TableSpec()
    if profile:
        row = StatementProfile.objects.filter(name=profile).first()
        if row is None:
            raise StatementNotValid("no_profile", name=profile[:60])
        spec = read_table_spec(row.spec)
    try:
        return read_apart(
            content,
            spec,
            currency=current_settings().currency,
            zone=settings.TIME_ZONE,
            bounds=reading_bounds(),
        )
    except StatementNotValid as error:
        if error.code == "columns":
            error.params["posting"] = ", ".join(COLUMNS)
        raise


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
    report.add(minor, currency)


def _values(row: Mapping[str, str | None], by: Actor) -> tuple[Case, int, str, date, str, str]:
    """The typed values of a line. Raises a ContentNotValid naming the column."""
    if None in row or any(value is None for value in row.values()):
        raise errors.ChoiceNotValid(field="line", choices=COLUMNS)
    text = {name: str(value).strip() for name, value in row.items()}
    case = case_for(text["case"], by)
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
    return (
        case,
        minor,
        text["currency"],
        received,
        text["method"],
        clean_key(text["bank_reference"], maximum=80, field="bank_reference"),
    )
