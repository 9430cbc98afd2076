"""The text of a window from the parts of it that were said."""

from __future__ import annotations

from dataclasses import dataclass, field

from rules.fields import FIELDS
from rules.language.functions import WINDOW_VALUES
from rules.language.literals import usual_currency

#: Fields whose everyday word is a key of its own.
KEY_OF = {
    "cardholder.employee_no": "cardholder", "merchant.name": "merchant", "cardholder.department": "department", "merchant.mcc": "mcc",
    "approver.employee_no": "approver", "merchant.region": "region", "merchant.brn": "brn", "transacted_at": "day", "purpose_text": "purpose",
    "cardholder.grade": "grade", "cardholder.job_family": "job_family", "receipt_id": "receipt", "project_code": "project",
}  # fmt: skip


#: A calendar period → the length that compares with the one before it.
_SPANS = {"day": "1 day", "week": "7 days", "month": "30 days", "quarter": "90 days", "year": "183 days"}


@dataclass
class WindowParts:
    value: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    part: list[str] = field(default_factory=list)
    within: str = ""
    period: str = ""
    where: str = ""
    is_before: bool = False
    is_others: bool = False
    fraction: str = ""


def window_text(name: str, parts: WindowParts) -> str:
    """The window's text; what was not said takes the usual: the cardholder's own claims of 30 days."""
    value = " ".join(parts.value)
    if WINDOW_VALUES[name] is not None and not value:
        value = "merchant" if name == "distinct" else "amount"
    if name == "distinct" and value in parts.keys:
        parts.keys.remove(value)
    if name == "share":
        part, whole = (
            parts.part or ["cardholder"],
            [key for key in parts.keys if key not in parts.part] or ["merchant"],
        )
        return (
            f"share({value} of {', '.join(part)} in {', '.join(whole)} within {parts.within or '180 days'})"
        )
    keys = parts.keys or ["department" if parts.is_others else "cardholder"]
    if parts.is_others:
        keys = [key for key in keys if key != "cardholder"] or ["department"]
    if name == "since_last":
        return f"since_last(same {', '.join(keys)})"
    if name == "change" and not parts.within:
        parts.within, parts.period = _SPANS.get(parts.period, "30 days"), ""
    if parts.period and not parts.within:
        keys = [*keys, parts.period]
    words = [f"{parts.fraction or '95%'} of"] if name == "percentile" else []
    words += [value, f"same {', '.join(keys)}"]
    if not parts.period or parts.within:
        words.append(f"within {parts.within or '30 days'}")
    if parts.where:
        words.append(f"where {parts.where}")
    if parts.is_before or parts.is_others:
        words.append("by others" if parts.is_others else "before")
    return f"{name}({' '.join(word for word in words if word)})"


def usual_comparison(name: str, call: str) -> str:
    if name in {"count", "distinct"}:
        return ">= 3"
    if name == "since_last":
        return "< 10 minutes"
    if name in {"share", "change"}:
        return ">= 80%" if name == "share" else "> 100%"
    if name == "percentile":
        call = call[call.find(" of ") + 3 :]
        call = f"({call.strip()}"
    value = call[call.find("(") + 1 :].split()[0]
    is_money = value in FIELDS and FIELDS[value].type == "money"
    return f"> 1,000,000 {usual_currency()}" if is_money else "> 3"
