"""A segment of the claims as a form or a program asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from audit.typed import day, decimal_number
from fraud.claims.models import Claim, Department, Merchant
from fraud.company.values import current_settings
from fraud.learning.mining.segments import Segment
from rules.money import MoneyNotValid, to_minor

_MOST_WEEKS = 52


def read_segment(typed: Mapping[str, Any], problems: dict[str, str]) -> Segment:
    """`department` (code), `mcc`, `least` and `most` in the company's currency, `month` as 2026-03; what is wrong goes into `problems`."""
    said = {
        name: str(typed.get(name) or "").strip() for name in ("department", "mcc", "least", "most", "month")
    }
    currency = current_settings().currency
    if said["department"] and not Department.objects.filter(code=said["department"]).exists():
        problems["department"] = _("There is no department %(code)s.") % {"code": said["department"]}
    if said["mcc"] and not Merchant.objects.filter(mcc=said["mcc"]).exists():
        problems["mcc"] = _("No merchant has the category %(mcc)s; give four digits such as 5812.") % {
            "mcc": said["mcc"]
        }
    least, most = (_minor(said[name], currency, name, problems) for name in ("least", "most"))
    if least is not None and most is not None and least > most:
        problems["most"] = _("The upper end lies below the lower one.")
    return Segment(said["department"], said["mcc"], least, most, currency, _month(said["month"], problems))


def weeks_back_to(month: date, problems: dict[str, str]) -> int | None:
    """Whole weeks from now that reach the first day of a month; None, with the problem told, beyond a year."""
    weeks = -(-(clock.today() - month + timedelta(days=1)).days // 7) + 1
    if not 1 <= weeks <= _MOST_WEEKS:
        problems["month"] = _("Choose a month of the last year.")
        return None
    return weeks


def segment_choices() -> dict[str, Any]:
    """Departments (code, names) and merchant categories with claims, for a form."""
    mccs = Merchant.objects.exclude(mcc="").filter(pk__in=Claim.objects.values("merchant"))
    return {
        "departments": list(Department.objects.order_by("code")),
        "mccs": list(mccs.values_list("mcc", flat=True).distinct().order_by("mcc")[:400]),
        "currency": current_settings().currency,
    }


def _minor(text: str, currency: str, name: str, problems: dict[str, str]) -> int | None:
    if not text:
        return None
    amount = decimal_number(text)
    try:
        minor = None if amount is None else to_minor(amount, currency)
    except MoneyNotValid:
        minor = None
    if minor is None or minor < 0:
        problems[name] = _("Write an amount in %(currency)s, such as 100,000.") % {"currency": currency}
        return None
    return minor


def _month(text: str, problems: dict[str, str]) -> date | None:
    if not text:
        return None
    found = day(f"{text}-01")
    if found is None:
        problems["month"] = _("Give the month as 2026-03.")
    return found
