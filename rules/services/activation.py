"""Let a version count, watch it in shadow, retire it, go back to an earlier one."""

from __future__ import annotations

from audit import clock
from audit.actor import Actor
from audit.permissions import NotPermitted, require
from audit.services import record
from audit.transactions import one_transaction
from rules.exceptions import ApprovalVoid, WrongState
from rules.models import Rule, RuleVersion
from rules.services.common import (
    State,
    checked,
    hash_of,
    locked,
    refuse_own,
    require_state,
    subject_of,
    summary,
)


def shadow_version(*, version: RuleVersion, by: Actor, reason: str = "") -> RuleVersion:
    """Let a proposed version run beside the active ones without counting. Raises as ``activate_version``."""
    require(by, "rules.activate_rule")
    with one_transaction():
        current = locked(version)
        require_state(current, State.PROPOSED)
        _refuse_unapproved(current, by)
        before = summary(current)
        current.state = State.SHADOW
        current.save(update_fields=["state"])
        record(
            action="rule.shadowed",
            by=by,
            subject=subject_of(current.rule),
            reason=reason,
            before=before,
            after=summary(current),
        )
    return current


def activate_version(*, version: RuleVersion, by: Actor, reason: str = "") -> RuleVersion:
    """Let a proposed (or shadow) version count from the next run on; the version that counted so far retires.

    Raises NotPermitted for whoever wrote, edited or proposed it, ApprovalVoid when the content is not the proposed one, WrongState,
    RuleNotValid (a list or parameter it needs is gone).
    """
    require(by, "rules.activate_rule")
    with one_transaction():
        current = locked(version)
        require_state(current, State.PROPOSED, State.SHADOW)
        _refuse_unapproved(current, by)
        checked(current.text)
        before = summary(current)
        _retire_active(current.rule, by, reason="replaced")
        current.state = State.ACTIVE
        current.activated_at = clock.now()
        current.activated_by_id = by.user_id
        current.save(update_fields=["state", "activated_at", "activated_by"])
        record(
            action="rule.activated",
            by=by,
            subject=subject_of(current.rule),
            reason=reason,
            before=before,
            after=summary(current),
        )
    return current


def retire_rule(*, rule: Rule, by: Actor, reason: str) -> RuleVersion:
    """Stop a rule from the next run on. Raises WrongState when no version of it runs, NotPermitted."""
    require(by, "rules.activate_rule")
    with one_transaction():
        retired = _retire_active(
            Rule.objects.select_for_update().get(pk=rule.pk), by, reason=reason, also_shadow=True
        )
        if retired is None:
            raise WrongState(state=State.RETIRED.label, allowed=State.ACTIVE.label)
    return retired


def roll_back_rule(*, version: RuleVersion, by: Actor, reason: str) -> RuleVersion:
    """Let a retired version that was active before count again; its text was approved then and is frozen since.

    Raises WrongState when it never was active, NotPermitted for whoever wrote or proposed it, RuleNotValid.
    """
    require(by, "rules.activate_rule")
    with one_transaction():
        current = locked(version)
        require_state(current, State.RETIRED)
        if current.activated_at is None:
            raise WrongState(state=current.get_state_display(), allowed=State.ACTIVE.label)
        refuse_own(current, by, "rules.activate_rule")
        checked(current.text)
        before = summary(current)
        _retire_active(current.rule, by, reason=reason)
        current.state = State.ACTIVE
        current.activated_at = clock.now()
        current.activated_by_id = by.user_id
        current.retired_at = None
        current.save(update_fields=["state", "activated_at", "activated_by", "retired_at"])
        record(
            action="rule.rolled_back",
            by=by,
            subject=subject_of(current.rule),
            reason=reason,
            before=before,
            after=summary(current),
        )
    return current


def disable_rule(*, version: RuleVersion, by: Actor, reason: str) -> RuleVersion:
    """The system stops a rule that keeps failing; a person sees why and activates it again after repair.

    Raises NotPermitted for people (they retire a rule) and WrongState when it does not run.
    """
    if not by.is_system:
        raise NotPermitted("rules.disable_rule")
    with one_transaction():
        current = locked(version)
        require_state(current, State.ACTIVE, State.SHADOW)
        before = summary(current)
        current.state = State.RETIRED
        current.retired_at = clock.now()
        current.save(update_fields=["state", "retired_at"])
        record(
            action="rule.disabled",
            by=by,
            subject=subject_of(current.rule),
            reason=reason,
            before=before,
            after=summary(current),
        )
    return current


def _refuse_unapproved(version: RuleVersion, by: Actor) -> None:
    refuse_own(version, by, "rules.activate_rule")
    if version.proposed_hash != hash_of(version):
        raise ApprovalVoid()


def _retire_active(rule: Rule, by: Actor, *, reason: str, also_shadow: bool = False) -> RuleVersion | None:
    states = [State.ACTIVE, State.SHADOW] if also_shadow else [State.ACTIVE]
    last = None
    for running in (
        RuleVersion.objects.select_for_update().filter(rule=rule, state__in=states).select_related("rule")
    ):
        before = summary(running)
        running.state = State.RETIRED
        running.retired_at = clock.now()
        running.save(update_fields=["state", "retired_at"])
        record(
            action="rule.retired",
            by=by,
            subject=subject_of(rule),
            reason=reason,
            before=before,
            after=summary(running),
        )
        last = running
    return last
