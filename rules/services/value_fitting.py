"""What may be in a list, and how a parameter's value is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from audit.redaction import find_struck
from rules.exceptions import ValueNotValid
from rules.language import nodes, parse
from rules.language.normal import normalise
from rules.language.reach import LONGEST_WITHIN_DAYS, spans_of
from rules.mcc_words import holds_categories
from rules.models import Parameter, RuleVersion, ValueList
from rules.money import MoneyNotValid, exponent, is_known_currency, to_minor

LONGEST_VALUE = 200
MOST_VALUES = 100_000


def unfit_value(value_list: ValueList, value: str) -> str:
    """Why a value cannot be in a list; empty where it can. A list of codes whose name ends in `mcc` holds merchant categories."""
    if holds_categories(value_list.name, value_list.kind) and not re.fullmatch(r"[0-9]{4}", value):
        return _("A merchant category is four digits, such as 5813.")
    return ""


def clean_values(values: Sequence[str]) -> list[str]:
    """Without blank and doubled ones, in order. Raises ValueNotValid for what no list may hold."""
    chosen: dict[str, str] = {}
    for value in values:
        if not isinstance(value, str) or len(value) > LONGEST_VALUE:
            raise ValueNotValid(
                reason=_("A list holds texts of at most %(n)s characters.") % {"n": LONGEST_VALUE}
            )
        if find_struck(value):
            raise ValueNotValid(
                reason=_(
                    "“…%(end)s” looks like a full card or resident number. None is kept anywhere, so no claim could have it; "
                    "write the last four digits, the card's token or the employee number."
                )
                % {"end": value.strip()[-4:]}
            )
        if normalise(value):
            chosen.setdefault(normalise(value), value.strip())
    if len(chosen) > MOST_VALUES:
        raise ValueNotValid(reason=_("A list holds at most %(n)s values.") % {"n": MOST_VALUES})
    return sorted(chosen.values())


def stored_value(parameter: Parameter, value: Decimal, currency: str) -> str:
    """A value as kept: money in minor units. Raises ValueNotValid, also for an amount or a length of time below zero."""
    try:
        if parameter.kind in {Parameter.Kind.MONEY, Parameter.Kind.DURATION} and Decimal(value) < 0:
            raise ValueNotValid(
                reason=_("A limit or a length of time is not below zero. Write it without a minus.")
            )
        if parameter.kind == Parameter.Kind.MONEY:
            if not is_known_currency(currency):
                raise ValueNotValid(
                    reason=_("No such currency is known; write its three letters, such as KRW.")
                )
            return str(to_minor(Decimal(value), currency))
        exact = Decimal(value)
    except (MoneyNotValid, InvalidOperation):
        digits = exponent(currency) if is_known_currency(currency) else 0
        text = (
            _(
                "“%(value)s” is no amount in %(currency)s: write digits with at most %(n)s decimals, such as 500.50."
            )
            if digits
            else _(
                "“%(value)s” is no amount in %(currency)s: write digits without decimals, such as 500,000."
            )
        )
        said = {"value": str(value)[:30], "currency": currency or "-", "n": digits}
        raise ValueNotValid(reason=text % said) from None
    if not exact.is_finite() or currency:
        raise ValueNotValid(reason=_("The value must be a finite number; only money has a currency."))
    most = LONGEST_WITHIN_DAYS // _spans_of_windows(parameter) if exact > 86_400 else LONGEST_WITHIN_DAYS
    if exact > most * 86_400 and _is_length_of_window(parameter):
        text = _(
            "A rule's window has this length, and windows look back at most %(n)s days. Give %(n)s days or less."
        )
        raise ValueNotValid(reason=text % {"n": most})
    return str(exact)


def _is_length_of_window(parameter: Parameter) -> bool:
    """Whether a rule that counts now looks back as far as the parameter says."""
    return bool(_windows_of(parameter))


def _spans_of_windows(parameter: Parameter) -> int:
    """How many times its length a rule that counts now looks back: ``change`` twice."""
    return max(map(spans_of, _windows_of(parameter)), default=1)


def _windows_of(parameter: Parameter) -> list[nodes.Window]:
    counting = (RuleVersion.State.ACTIVE, RuleVersion.State.SHADOW, RuleVersion.State.PROPOSED)
    texts = RuleVersion.objects.filter(state__in=counting, text__contains=f"${parameter.name}")
    windows = (
        node
        for text in texts.values_list("text", flat=True)
        for node in nodes.walk(parse(text))
        if isinstance(node, nodes.Window)
    )
    return [
        w for w in windows if isinstance(w.within, nodes.ParameterRef) and w.within.name == parameter.name
    ]
