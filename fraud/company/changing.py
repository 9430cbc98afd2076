"""Changing the company's settings: one person proposes what changes, another lets it hold.

A proposal holds only what it changes, each with the value it was made on. Approving it applies just that over what holds
then; where one of its own settings has changed meanwhile it is refused, since nobody looked at that change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.people import require_second_person
from audit.permissions import NotPermitted, require
from audit.redaction import redact
from audit.services import CONFIG, people_behind, record
from audit.transactions import one_transaction
from fraud.company.models import CompanySettings
from fraud.company.values import (
    CompanyValues,
    SettingsNotValid,
    check_settings,
    current_settings,
    from_json,
    to_json,
)
from rules.money import is_known_currency, to_decimal, to_minor

NOTE_MIN = 5
MONEY = ("four_eyes_limit_minor",)
State = CompanySettings.State


class SettingsStale(Exception):
    """The settings have changed since they were looked at; nothing was changed by this step."""

    code = "settings_stale"
    status = 409
    details = None

    @property
    def sentence(self) -> str:
        """What the interface answers, in the reader's language."""
        return str(self)

    def __str__(self) -> str:
        return _("The settings have changed since you opened this page. Look at them again, then decide.")


def settings_version() -> int:
    """The number of the settings that hold, 0 for the defaults: what a page shows and sends back."""
    held = CompanySettings.objects.filter(state=State.ACTIVE).values_list("number", flat=True).first()
    return held or 0


@one_transaction()
def propose_settings(
    *, changes: Mapping[str, Any], note: str, by: Actor, seen: int | None = None
) -> CompanySettings:
    """Propose `changes`, new values by name; costs may be given in part. They hold when a second person activates them.

    `seen`: the `settings_version` of the page they were made on; None for who has just read what holds.
    Raises NotPermitted, SettingsNotValid and SettingsStale.
    """
    if not by.is_system:
        _require_any(by, ("fraud.propose_threshold", "fraud.change_settings"))
    unknown = set(changes) - {f.name for f in fields(CompanyValues)}
    if unknown:
        raise SettingsNotValid({name: _("There is no such setting.") for name in sorted(unknown)})
    _require_seen(seen)
    held, note = current_settings(), redact(note)
    changes = {**_kept_amounts(held, changes), **changes}
    before = to_json(held)
    after = to_json(_changed(held, changes))
    if not by.is_system and len(note.strip()) < NOTE_MIN:
        raise SettingsNotValid(
            {"note": _("Say in at least five characters why: whoever approves it has to know.")}
        )
    if all(before[name] == after[name] for name in changes):
        raise SettingsNotValid({name: _("This is what holds already.") for name in sorted(changes)})
    last = CompanySettings.objects.order_by("-number").values_list("number", flat=True).first() or 0
    row = CompanySettings.objects.create(
        number=last + 1,
        changes={name: _change(name, before, after) for name in changes},
        note=note,
        proposed_by=by.username,
        proposed_by_no=by.employee_no,
    )
    record(
        action="settings.proposed",
        by=by,
        subject=CONFIG,
        reason=note,
        before={name: before[name] for name in changes},
        after={"number": row.number, **{name: after[name] for name in changes}},
    )
    return row


@one_transaction()
def activate_settings(
    *, number: int, by: Actor, reason: str = "", seen: int | None = None
) -> CompanySettings:
    """Let what was proposed hold from now on, over whatever else holds.

    Raises NotPermitted for the proposer, DoesNotExist, SettingsStale when what it changes, or what the page showed as
    `seen`, is no longer what holds, and SettingsNotValid when it does not fit what was changed meanwhile.
    """
    row = _proposed(number, by)
    _require_seen(seen)
    held = current_settings()
    before = to_json(held)
    if is_stale(row, before):
        raise SettingsStale
    values = _changed(held, {name: change["new"] for name, change in row.changes.items()})
    CompanySettings.objects.filter(state=State.ACTIVE).update(state=State.RETIRED)
    row.state, row.activated_by, row.activated_at = (State.ACTIVE, by.username, clock.now())
    row.values = to_json(values)
    row.save(update_fields=["state", "values", "activated_by", "activated_at"])
    record(
        action="settings.changed",
        by=by,
        subject=CONFIG,
        reason=reason or row.note,
        before={name: before.get(name) for name in row.changes},
        after={"number": row.number, **{name: change["new"] for name, change in row.changes.items()}},
    )
    return row


def _proposed(number: int, by: Actor) -> CompanySettings:
    """A proposal, held, for somebody else than its proposer to decide. Raises NotPermitted, DoesNotExist."""
    if not by.is_system:
        require(by, "fraud.activate_threshold")
    row = CompanySettings.objects.select_for_update().get(number=number, state=State.PROPOSED)
    require_second_person(
        by, people_behind([row.proposed_by], employee_no=row.proposed_by_no), "fraud.activate_threshold"
    )
    return row


@one_transaction()
def return_settings(*, number: int, by: Actor, reason: str) -> CompanySettings:
    """Turn a proposal down. Raises NotPermitted for the proposer, DoesNotExist, SettingsNotValid without a reason."""
    row = _proposed(number, by)
    if len(reason.strip()) < NOTE_MIN:
        raise SettingsNotValid({"reason": _("Say in at least five characters why it is returned.")})
    row.state = State.RETURNED
    row.save(update_fields=["state"])
    record(action="settings.returned", by=by, subject=CONFIG, reason=reason, after={"number": row.number})
    return row


def is_stale(row: CompanySettings, held: Mapping[str, Any]) -> bool:
    """Whether a setting the proposal changes, or the currency its amounts are in, is no longer what it was made on."""
    return any(
        held.get(name) != change["old"] or change.get("currency", held["currency"]) != held["currency"]
        for name, change in row.changes.items()
    )


def _changed(held: CompanyValues, changes: Mapping[str, Any]) -> CompanyValues:
    """The values with the changes over them. Raises SettingsNotValid."""
    given = dict(changes)
    try:
        if "costs" in given:
            given["costs"] = {**asdict(held.costs), **given["costs"]}
        values = from_json({**to_json(held), **given})
        check_settings(values)
    except TypeError as error:
        raise SettingsNotValid({name: _("This value has the wrong form.") for name in changes}) from error
    return values


def _kept_amounts(held: CompanyValues, changes: Mapping[str, Any]) -> dict[str, int]:
    """With another currency an amount stays the number people read: 500,000 KRW becomes 500,000 USD, fractions dropped."""
    currency = changes.get("currency", held.currency)
    if currency == held.currency or not is_known_currency(str(currency)):
        return {}
    whole = {name: int(to_decimal(getattr(held, name), held.currency)) for name in MONEY}
    return {name: to_minor(amount, currency) for name, amount in whole.items()}


def _change(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """One line of a proposal; an amount keeps the currency it is in."""
    unit = (
        {"currency": after["currency"]} if name in MONEY and before["currency"] == after["currency"] else {}
    )
    return {"old": before[name], "new": after[name], **unit}


def _require_seen(seen: int | None) -> None:
    if seen is not None and seen != settings_version():
        raise SettingsStale


def _require_any(by: Actor, actions: tuple[str, ...]) -> None:
    for action in actions[:-1]:
        try:
            require(by, action)
            return
        except NotPermitted:
            continue
    require(by, actions[-1])
