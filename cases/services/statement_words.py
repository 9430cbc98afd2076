"""What is wrong with a statement, in the reader's language: each sentence says what would be right."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from audit.language import current_language
from cases.statements import StatementNotValid
from fraud.claims.importing.texts import sentence
from rules.language.korean import with_particles
from rules.money import format_money


def words_of(error: StatementNotValid) -> str:
    """The sentence of a refused statement."""
    return with_particles(_words_of(error))


def _words_of(error: StatementNotValid) -> str:
    language = current_language()
    if error.code in _WITH_SUMS:
        return _with_sums(error.code, error.params)
    if error.code == "file":
        return sentence("file", error.params["reason"], error.params["values"], language)
    if error.code == "row":
        values = error.params["values"]
        values = json.loads(values) if isinstance(values, str) else values
        column = f" {error.params['column']}" if error.params["column"] else ""
        return f"{_('Line')} {error.params['line']}{column}: " + sentence(
            "row", error.params["reason"], values, language
        )
    return str(_told()[error.code]) % error.params


_WITH_SUMS = ("balance", "running", "sum")


def _with_sums(code: str, params: dict[str, Any]) -> str:
    """Both figures that should be one, and what is missing between them."""
    currency, language = params["currency"], current_language()
    missing = params["closing_minor"] - params["total_minor"]
    shown = {
        "total": format_money(params["total_minor"], currency, language),
        "closing": format_money(params["closing_minor"], currency, language),
        "missing": format_money(missing, currency, language),
    }
    if code == "running":
        return _(
            "The balance of line %(line)s should be %(total)s after its amount, but says %(closing)s: %(missing)s are missing. "
            "A row was left out or changed; download the whole period again. Nothing was posted."
        ) % {**shown, "line": params["line"]}
    if code == "sum":
        return _(
            "The sum on line %(line)s says %(closing)s, but the rows above it make %(total)s: %(missing)s are missing. "
            "A row was left out or changed; export the whole table again. Nothing was posted."
        ) % {**shown, "line": params["line"]}
    return _(
        "Opening balance and entries of the account ending in %(account)s make %(total)s, but the bank states %(closing)s: %(missing)s are missing. "
        "Ask the bank for the whole statement; nothing was posted."
    ) % {**shown, "account": params["account"]}


def _told() -> dict[str, str]:
    return {
        "line": _(
            "Line %(line)s of the statement cannot be read: %(text)s. Download it from the bank again; nothing was posted."
        ),
        "broken": _(
            "This MT940 statement cannot be read: it was cut off or changed. Download it from the bank again; nothing was posted."
        ),
        "doctype": _(
            "The file carries a document type (DTD), which statements of banks do not have. Download it from the bank again."
        ),
        "not_xml": _("The file is not valid XML. Download it from the bank again."),
        "not_a_statement": _("This is no camt.053, camt.054 or MT940 statement."),
        "amount": _(
            "An entry has an amount, a currency or a direction that cannot be read: %(amount)s %(currency)s."
        ),
        "no_balance": _(
            "The statement of the account ending in %(account)s lacks the opening or the closing balance. "
            "Ask the bank for the whole statement; nothing was posted."
        ),
        "day": _("An entry has a day that cannot be read: %(day)s."),
        "currency": _(
            "The account ending in %(account)s is kept in %(currency)s, but an entry is in another currency."
        ),
        "columns": _(
            "The table lacks these columns: %(columns)s. Name them so, or choose a profile that says what yours are called. "
            "A file of postings has the columns: %(posting)s."
        ),
        "spec": _("“%(key)s” cannot stand in a profile of statements like this. Allowed: %(allowed)s."),
        "no_profile": _("There is no profile of statements named %(name)s."),
    }
