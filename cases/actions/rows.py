"""What one row of the table of actions holds, and what a step is given when it is taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from audit.actor import Actor
from audit.language import current_language
from cases.actions.fields import AMOUNT_MAX, Field, Form
from cases.models import Case, ExplanationRequest
from cases.services import errors
from cases.services.company import company_today
from cases.services.steps import UNDOABLE, current_request
from cases.workflow import TRANSITIONS, Action
from fraud.web.dates import say_day
from rules.money import MoneyNotValid, exponent, parse_major

EMPTY = Form("Empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step about to be taken: on which case, by whom, with what, and the version they saw (None: a sweep's)."""

    case: Case
    by: Actor
    data: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None  # of a cardholder: the one their page told
    part: str = ""  # which posting or file of the case the step is about
    request: ExplanationRequest | None = None  # where the address names one

    def text(self, name: str) -> str:
        """The text of a field, empty where it was left out."""
        return str(self.data.get(name) or "")

    def minor(self, name: str) -> int | None:
        """The amount of a field in minor units of the case's currency, or None where it was left out. Raises AmountNotValid."""
        typed = self.text(name)
        return minor_of(typed, self.case.currency, field=name) if typed else None

    def asked(self) -> ExplanationRequest:
        """The request the address names, else the one that is open or was answered last. Raises CaseNotFound."""
        found = self.request or current_request(self.case)
        if found is None:
            raise errors.CaseNotFound
        return found

    def common(self) -> dict[str, Any]:
        """The arguments of every service that rests on the version seen."""
        return {"case": self.case, "by": self.by, "expected_version": self.version}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One action. `name` is the last part of its address, on the pages and in the interface alike."""

    name: str
    action: Action  # of the workflow table, which says from which state it may be taken and by whom
    label: Any  # the button and the title of its dialog
    summary: str  # for the description of the interface, which is in English
    call: Callable[[Step], Any]  # the one service
    said: Callable[[Step, Any], str]  # what confirms it, from the step and the service's answer
    form: Form = EMPTY
    confirms: Any = ""  # what the dialog says before it is done
    key: str = ""  # on the keyboard
    stays: bool = False  # the person goes on working on the same case
    leads_on: bool = False  # the work on the case is over for now: the next one opens
    takes_files: bool = False  # files of the page's form, `files`, are kept before the step is taken
    binds: bool = False  # the cardholder is bound by it: only on what their page shows, its version with it
    makes: bool = False  # something new comes of it: the interface answers 201

    @property
    def permission(self) -> str:
        """The permission of the matrix that the workflow table asks for."""
        return permission_of(self.action)

    @property
    def undoable(self) -> bool:
        """Whether its author may take it back for a few seconds."""
        return self.action in UNDOABLE

    def maximum(self, name: str) -> int:
        """The most characters (or the largest number) a field takes."""
        return int(getattr(_named(self.form, name), "maximum", AMOUNT_MAX))

    def take(self, step: Step) -> str:
        """Call the service; returns the sentence that confirms it. Raises CaseworkError or NotPermitted."""
        return self.said(step, self.call(step))


def permission_of(action: Action) -> str:
    """The permission of an action in the workflow table."""
    return next(row.permission for row in TRANSITIONS if row.action == action)


def by_name(rows: tuple[Row, ...]) -> dict[str, Row]:
    """Rows by their names, each once."""
    found = {row.name: row for row in rows}
    assert len(found) == len(rows), "two actions of one name"
    return found


def always(sentence: Any) -> Callable[[Step, Any], str]:
    """The same confirmation whatever came of it."""
    return lambda step, result: str(sentence)


def minor_of(typed: str, currency: str, *, field: str) -> int:
    """Minor units of an amount as text. Raises AmountNotValid with what would be right."""
    text = typed[: AMOUNT_MAX + 1].strip()
    try:
        return parse_major(text, currency)
    except MoneyNotValid:
        raise _amount_refusal(text, currency, field) from None


def _amount_refusal(text: str, currency: str, field: str) -> errors.AmountNotValid:
    digits = exponent(currency)
    example = "150,000" + (f".{'5'.ljust(digits, '0')}" if digits else "")
    if text.startswith(("-", "−", "△", "(")):
        return errors.AmountNotValid("sign", field=field, example=example)
    if re.fullmatch(r"[0-9,]+\.[0-9]+", text):
        why = "decimals" if digits else "decimals_none"
        return errors.AmountNotValid(why, field=field, currency=currency, digits=digits, example=example)
    if re.fullmatch(r"[0-9]+|[0-9]{1,3}(,[0-9]{3})+", text):  # a number it is, so it does not fit
        return errors.AmountNotValid("too_large", field=field, example=example)
    return errors.AmountNotValid("not_a_number", field=field, example=example)


def say(on: date) -> str:
    """The day as the reader says it."""
    return say_day(on, current_language(), today=company_today())


def _named(form: Form, name: str) -> Field:
    return next(one for one in form.fields if one.name == name)
