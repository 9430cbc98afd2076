"""Names for groups of claims: departments by name, purposes and weekdays in words; never a bare code where a name is known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.language import current_language
from fraud.claims.models import Department
from fraud.web.words import PURPOSES

KINDS: dict[str, Any] = {
    "department": gettext_lazy("Department"),
    "grade": gettext_lazy("Grade"),
    "purpose": gettext_lazy("Purpose"),
    "amount": gettext_lazy("Amount band"),
    "weekday": gettext_lazy("Weekday"),
    "night": gettext_lazy("Night"),
    "mcc": gettext_lazy("Merchant category"),
}
_WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
_NIGHT: dict[str, Any] = {
    "yes": gettext_lazy("at night"),
    "no": gettext_lazy("by day"),
    "": gettext_lazy("without a time"),
}


def namer(kind: str, codes: Iterable[str]) -> Callable[[str], str]:
    """How the groups of a kind are called; departments are looked up once for all `codes`."""
    names: Mapping[str, Any] = {}
    if kind == "department":
        names = _departments(codes)
    elif kind == "weekday":
        names = {str(index + 1): word for index, word in enumerate(_WEEKDAYS)}
    elif kind in ("purpose", "night"):
        names = PURPOSES if kind == "purpose" else _NIGHT
    elif kind == "amount":
        names = {code: fifth(code) for code in codes}
    return lambda code: str(names.get(code) or names.get(code.lower()) or code or _("not given"))


def _departments(codes: Iterable[str]) -> dict[str, str]:
    is_english = current_language() == "en"
    rows = Department.objects.filter(code__in=list(codes)).values_list("code", "name", "name_en")
    return {code: (english if is_english and english else name) for code, name, english in rows}


def fifth(band: str) -> str:
    """`1` → the smallest fifth of the amounts."""
    words = {"1": _("1 of 5, smallest"), "5": _("5 of 5, largest")}
    return words.get(band) or _("%(n)s of 5") % {"n": band}
