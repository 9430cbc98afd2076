"""A payment described before it is filed, as a page or a program brings it, read into what the check takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _l

from audit.redaction import redact
from audit.typed import day, whole_number
from cases.actions.rows import minor_of
from cases.services import errors
from cases.services.company import company_today
from fraud.detection.precheck import MOST_DAYS, Sketch
from rules.money import is_known_currency

MOST_PEOPLE = 999
MOST_CHARS = 200
#: The fields of the form.
FIELDS = (
    "amount",
    "currency",
    "on",
    "time",
    "merchant",
    "kind",
    "purpose",
    "purpose_text",
    "n_attendees",
    "receipt",
    "pre_approval",
    "authorization_code",
)
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


class SketchNotValid(errors.ContentNotValid):
    """A field of the form is not right; the sentence says what would be."""

    code = "sketch_not_valid"

    def __init__(self, field: str, sentence: Any) -> None:
        super().__init__()
        self.field, self.text = field, sentence


#: What people write freely: the answer repeats some of it, so card and resident numbers are struck out as they come in.
_WORDS = ("merchant", "purpose_text", "pre_approval", "authorization_code")


def read_sketch(form: Mapping[str, str], currency: str) -> Sketch:
    """The payment a form describes; `currency` where it names none. Raises ContentNotValid with what would be right of which field."""
    text = {name: str(value).strip() for name, value in form.items()}
    text |= {name: redact(text[name]) for name in _WORDS if name in text}
    for name, value in text.items():
        if len(value) > MOST_CHARS:
            raise errors.TextTooLong(n=MOST_CHARS, field=name)
    currency = text.get("currency", "").upper() or currency
    if not is_known_currency(currency):
        raise SketchNotValid(
            "currency", _l("No such currency is known; write its three letters, such as KRW.")
        )
    merchant = text.get("merchant", "")
    if not merchant:
        raise SketchNotValid("merchant", _l("Write the name on the slip."))
    minor = minor_of(text.get("amount", ""), currency, field="amount")
    if minor <= 0:
        raise errors.AmountNotValid("not_positive", field="amount")
    kind, purpose = text.get("kind", ""), text.get("purpose", "")
    if kind and not re.fullmatch(r"[0-9]{4}", kind, re.ASCII):
        raise SketchNotValid("kind", _l("A kind of place is a category code of four digits, such as 5812."))
    return Sketch(
        amount_minor=minor,
        currency=currency,
        on=_day(text.get("on", "")),
        at=_time(text.get("time", "")),
        merchant=merchant,
        mcc=kind,
        purpose_code=purpose,
        purpose_text=text.get("purpose_text", ""),
        n_attendees=_people(text.get("n_attendees", "")),
        has_receipt=_yes_no(text.get("receipt", "")),
        pre_approval=text.get("pre_approval", ""),
        authorization_code=text.get("authorization_code", ""),
    )


def _day(text: str) -> date:
    found, today = day(text), company_today()
    if found is None:
        raise errors.DayNotValid(field="on")
    if not today - timedelta(days=MOST_DAYS) < found <= today:
        raise SketchNotValid(
            "on", _l("Give the day of the payment: today or before, and not more than a year ago.")
        )
    return found


def _time(text: str) -> time | None:
    found = _TIME.fullmatch(text)
    if text and found is None:
        raise SketchNotValid("time", _l("Write the time as hours and minutes, such as 19:30."))
    return time(int(found[1]), int(found[2])) if found else None


def _people(text: str) -> int | None:
    found = whole_number(text, minimum=1, maximum=MOST_PEOPLE) if text else None
    if text and found is None:
        raise errors.NumberNotValid(field="n_attendees", first=1, last=MOST_PEOPLE)
    return found


def _yes_no(text: str) -> bool | None:
    if text not in ("", "yes", "no"):
        raise errors.ChoiceNotValid(field="receipt", choices=["yes", "no"])
    return None if not text else text == "yes"
