"""Value lists and parameters: one person proposes a change, another applies it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.permissions import require
from audit.proposals import begins, is_past
from audit.redaction import redact
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from rules.exceptions import PageStale, ProposalStale, ValueNotValid
from rules.models import Parameter, ValueChange, ValueList
from rules.models import ParameterValue as StoredValue
from rules.services.common import needed_reason
from rules.services.company import company_scope
from rules.services.deciding import decide_change, waiting_change
from rules.services.value_fitting import clean_values, stored_value, unfit_value

#: Codes named where one is refused.
_SHOWN = 20


def propose_list_values(
    *,
    value_list: ValueList,
    values: Sequence[str],
    lock_version: int,
    by: Actor,
    reason: str = "",
    expires: Mapping[str, date] | None = None,
) -> ValueChange:
    """Propose the full new content of a list. Blank and doubled values fall away.

    ``expires``: value → first day on which it no longer counts; without it the values keep what they have.

    Raises PageStale when the list changed since ``lock_version``, ReasonNeeded where a value is taken out, ValueNotValid,
    NotPermitted.
    """
    require(by, "rules.propose_rule")
    chosen, reason = clean_values(values), redact(reason)
    with one_transaction():
        current = ValueList.objects.select_for_update().get(pk=value_list.pk)
        if current.version != lock_version:
            raise PageStale()
        before, after = set(current.values), set(chosen)
        for value in sorted(after - before):
            if why := unfit_value(current, value):
                raise ValueNotValid(reason=f"“{value}”: {why}")
        ends = _ends(current, chosen, expires)
        if before - after:  # taking a value out turns rules off for it
            reason = needed_reason(reason)
        change = ValueChange.objects.create(
            value_list=current,
            content={"values": chosen, "expires": ends},
            base_version=current.version,
            reason=reason,
            proposed_by_id=by.user_id,
        )
        record(
            action="list.change_proposed",
            by=by,
            subject=f"list:{current.name}",
            reason=reason,
            after={"added": sorted(after - before), "removed": sorted(before - after)},
        )
    return change


def propose_parameter_value(
    *,
    parameter: Parameter,
    value: Decimal,
    valid_from: date,
    by: Actor,
    currency: str = "",
    grade: str = "",
    purpose_code: str = "",
    department_code: str = "",
    valid_to: date | None = None,
    reason: str = "",
    seen: int | None = None,
) -> ValueChange:
    """Propose a value from a day on. Money is in major units (500000 KRW, 12.50 GBP), percent a ratio, durations in seconds.

    Earlier claims keep meeting the earlier value, so the day may not lie in the past, unless no night can have judged by the parameter yet.
    `seen`: the `parameter_version` the page was showing. Raises ReasonNeeded,
    ValueNotValid, PageStale, NotPermitted.
    """
    require(by, "rules.propose_rule")
    content = parameter_content(
        parameter=parameter,
        value=value,
        valid_from=valid_from,
        currency=currency,
        grade=grade,
        purpose_code=purpose_code,
        department_code=department_code,
        valid_to=valid_to,
    )
    reason = needed_reason(reason)
    with one_transaction():
        if seen is not None and seen != parameter_version(parameter):
            raise PageStale()
        if is_past(valid_from) and _has_judged(parameter):
            said = _(
                "The value cannot begin in the past: nights have judged with the one of then. Choose today or a later day."
            )
            raise ValueNotValid(reason=said)
        change = ValueChange.objects.create(
            parameter=parameter,
            content=content,
            base_version=newest_value(parameter, content),
            reason=reason,
            proposed_by_id=by.user_id,
        )
        record(
            action="parameter.change_proposed",
            by=by,
            subject=f"parameter:{parameter.name}",
            reason=reason,
            after=content,
        )
    return change


def parameter_version(parameter: Parameter) -> int:
    """What a page shows of a parameter: the key of the value agreed last, 0 for none."""
    return parameter.values.order_by("-pk").values_list("pk", flat=True).first() or 0


def _has_judged(parameter: Parameter) -> bool:
    """Whether a night may have judged by a value of the parameter: one that was not agreed only today."""
    applied = ValueChange.objects.filter(parameter=parameter, state=ValueChange.State.APPLIED)
    moments = applied.values_list("decided_at", flat=True)
    return parameter.values.count() > sum(clock.today(at) == clock.today() for at in moments)


def newest_value(parameter: Parameter, content: dict[str, Any]) -> int:
    """The key of the value agreed last for the same scope and currency, 0 for none."""
    scope = {name: content[name] for name in ("currency", "grade", "purpose_code", "department_code")}
    return parameter.values.filter(**scope).order_by("-pk").values_list("pk", flat=True).first() or 0


def is_overtaken(change: ValueChange) -> bool:
    """Whether what the change was made on was changed by another since: then it can only be returned."""
    if change.value_list is not None:
        return change.base_version != change.value_list.version
    assert change.parameter is not None
    return change.base_version != newest_value(change.parameter, change.content)


def parameter_content(
    *,
    parameter: Parameter,
    value: Decimal,
    valid_from: date,
    currency: str = "",
    grade: str = "",
    purpose_code: str = "",
    department_code: str = "",
    valid_to: date | None = None,
) -> dict[str, Any]:
    """What a change of a parameter holds, as it is stored; also for looking at one before it is proposed. Raises ValueNotValid."""
    if valid_to is not None and valid_to <= valid_from:
        raise ValueNotValid(reason=_("The value must end after the day it begins."))
    for name, code in (
        ("grade", grade),
        ("purpose_code", purpose_code),
        ("department_code", department_code),
    ):
        _refuse_unknown(name, code)
    return {
        "value": stored_value(parameter, value, currency),
        "currency": currency,
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to.isoformat() if valid_to else None,
        "grade": grade,
        "purpose_code": purpose_code,
        "department_code": department_code,
    }


def _refuse_unknown(name: str, code: str) -> None:
    """Raises ValueNotValid for a grade, purpose or department nobody has: such a value would hold for no claim."""
    known = company_scope(name) if code else []
    if known and code not in known:
        said = {
            "grade": _("Nobody has the grade “%(code)s”. There are: %(known)s."),
            "purpose_code": _("No claim has the purpose “%(code)s”. There are: %(known)s."),
            "department_code": _("There is no department with the code “%(code)s”. There are: %(known)s."),
        }[name]
        shown = ", ".join(known[:_SHOWN]) + (" …" if len(known) > _SHOWN else "")
        raise ValueNotValid(reason=said % {"code": code, "known": shown})


def approve_value_change(*, change: ValueChange, by: Actor, reason: str = "") -> ValueChange:
    """Apply a proposed change; runs that have begun keep what they pinned. A value whose day has passed while it waited begins today. Raises NotPermitted for its author, ProposalStale, WrongState."""
    require(by, "rules.activate_rule")
    with one_transaction():
        current = waiting_change(change, by)
        before, after, subject, action = _apply(current)
        decide_change(current, ValueChange.State.APPLIED, by, "content")
        record(action=action, by=by, subject=subject, reason=reason, before=before, after=after)
    return current


def return_value_change(*, change: ValueChange, by: Actor, reason: str) -> ValueChange:
    """Turn a proposed change down. Raises NotPermitted for its author, WrongState."""
    require(by, "rules.activate_rule")
    with one_transaction():
        current = waiting_change(change, by)
        decide_change(current, ValueChange.State.RETURNED, by)
        subject = f"list:{current.value_list.name}" if current.value_list else CONFIG
        record(action="value.change_returned", by=by, subject=subject, reason=reason, before=current.content)
    return current


def _ends(current: ValueList, chosen: Sequence[str], expires: Mapping[str, date] | None) -> dict[str, str]:
    given = current.expires if expires is None else {name: day.isoformat() for name, day in expires.items()}
    return {value: str(given[value]) for value in chosen if given.get(value)}


def _apply(change: ValueChange) -> tuple[dict[str, Any], dict[str, Any], str, str]:
    if change.value_list_id is not None:
        current = ValueList.objects.select_for_update().get(pk=change.value_list_id)
        if current.version != change.base_version:
            raise ProposalStale()
        old, new = set(current.values), set(change.content["values"])
        current.values = change.content["values"]
        ends = change.content.get("expires", {})
        moved = sorted(value for value in new if ends.get(value) != current.expires.get(value))
        current.expires = ends
        current.version += 1
        current.save(update_fields=["values", "expires", "version", "changed_at"])
        difference = {"added": sorted(new - old), "removed": sorted(old - new), "version": current.version}
        difference |= {"expires": {value: ends.get(value) for value in moved}} if moved else {}
        return {"n_values": len(old)}, difference, f"list:{current.name}", "list.changed"
    parameter = change.parameter
    assert parameter is not None
    content = change.content
    Parameter.objects.select_for_update().get(pk=parameter.pk)
    if newest_value(parameter, content) != change.base_version:
        raise ProposalStale()
    if _has_judged(parameter):
        since = begins(date.fromisoformat(content["valid_from"])).isoformat()
        if content["valid_to"] and content["valid_to"] <= since:
            raise ProposalStale()  # it would have held on days that are over
        content["valid_from"] = since
    StoredValue.objects.create(
        parameter=parameter,
        value=content["value"],
        currency=content["currency"],
        grade=content["grade"],
        valid_from=date.fromisoformat(content["valid_from"]),
        valid_to=date.fromisoformat(content["valid_to"]) if content["valid_to"] else None,
        purpose_code=content["purpose_code"],
        department_code=content["department_code"],
    )
    return {}, content, f"parameter:{parameter.name}", "parameter.changed"
