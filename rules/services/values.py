"""Value lists and parameters: one person proposes a change, another applies it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.people import require_second_person
from audit.permissions import require
from audit.redaction import find_struck
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from rules.exceptions import PageStale, ProposalStale, ValueNotValid, WrongState
from rules.language import nodes, parse
from rules.language.normal import normalise
from rules.language.reach import LONGEST_WITHIN_DAYS, spans_of
from rules.models import Parameter, RuleVersion, ValueChange, ValueList
from rules.models import ParameterValue as StoredValue
from rules.money import MoneyNotValid, exponent, is_known_currency, to_minor
from rules.services.common import needed_reason

LONGEST_VALUE = 200
MOST_VALUES = 100_000


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
    chosen = _clean(values)
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

    Earlier claims keep meeting the earlier value. `seen`: the `parameter_version` the page was showing. Raises ReasonNeeded,
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
        change = ValueChange.objects.create(
            parameter=parameter,
            content=content,
            base_version=_newest(parameter, content),
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


def _newest(parameter: Parameter, content: dict[str, Any]) -> int:
    """The key of the value agreed last for the same scope and currency, 0 for none."""
    scope = {name: content[name] for name in ("currency", "grade", "purpose_code", "department_code")}
    return parameter.values.filter(**scope).order_by("-pk").values_list("pk", flat=True).first() or 0


def is_overtaken(change: ValueChange) -> bool:
    """Whether what the change was made on was changed by another since: then it can only be returned."""
    if change.value_list is not None:
        return change.base_version != change.value_list.version
    assert change.parameter is not None
    return change.base_version != _newest(change.parameter, change.content)


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
    return {
        "value": _stored(parameter, value, currency),
        "currency": currency,
        "valid_from": valid_from.isoformat(),
        "valid_to": valid_to.isoformat() if valid_to else None,
        "grade": grade,
        "purpose_code": purpose_code,
        "department_code": department_code,
    }


def approve_value_change(*, change: ValueChange, by: Actor, reason: str = "") -> ValueChange:
    """Apply a proposed change; runs that have begun keep what they pinned. Raises NotPermitted for its author, ProposalStale, WrongState."""
    require(by, "rules.activate_rule")
    with one_transaction():
        current = _open_change(change, by)
        before, after, subject, action = _apply(current)
        _decide(current, ValueChange.State.APPLIED, by)
        record(action=action, by=by, subject=subject, reason=reason, before=before, after=after)
    return current


def return_value_change(*, change: ValueChange, by: Actor, reason: str) -> ValueChange:
    """Turn a proposed change down. Raises NotPermitted for its author, WrongState."""
    require(by, "rules.activate_rule")
    with one_transaction():
        current = _open_change(change, by)
        _decide(current, ValueChange.State.RETURNED, by)
        subject = f"list:{current.value_list.name}" if current.value_list else CONFIG
        record(action="value.change_returned", by=by, subject=subject, reason=reason, before=current.content)
    return current


def _ends(current: ValueList, chosen: Sequence[str], expires: Mapping[str, date] | None) -> dict[str, str]:
    given = current.expires if expires is None else {name: day.isoformat() for name, day in expires.items()}
    return {value: str(given[value]) for value in chosen if given.get(value)}


def unfit_value(value_list: ValueList, value: str) -> str:
    """Why a value cannot be in a list; empty where it can. A list of codes whose name ends in `mcc` holds merchant categories."""
    is_mcc = value_list.kind == ValueList.Kind.CODE and value_list.name.split("_")[-1] == "mcc"
    if is_mcc and not re.fullmatch(r"[0-9]{4}", value):
        return _("A merchant category is four digits, such as 5813.")
    return ""


def _clean(values: Sequence[str]) -> list[str]:
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


def _stored(parameter: Parameter, value: Decimal, currency: str) -> str:
    """A value as kept: money in minor units."""
    try:
        if parameter.kind == Parameter.Kind.MONEY:
            if not is_known_currency(currency):
                raise ValueNotValid(reason=_("Write the currency as three letters, such as KRW."))
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


def _open_change(change: ValueChange, by: Actor) -> ValueChange:
    current = ValueChange.objects.select_for_update().get(pk=change.pk)
    if current.state != ValueChange.State.PROPOSED:
        raise WrongState(state=current.get_state_display(), allowed=ValueChange.State.PROPOSED.label)
    require_second_person(by, [current.proposed_by], "rules.activate_rule")
    return current


def _decide(change: ValueChange, state: ValueChange.State, by: Actor) -> None:
    change.state = state
    change.decided_at = clock.now()
    change.decided_by_id = by.user_id
    change.save(update_fields=["state", "decided_at", "decided_by"])


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
    if _newest(parameter, content) != change.base_version:
        raise ProposalStale()
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
