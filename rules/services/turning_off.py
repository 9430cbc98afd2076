"""Stopping a rule, or going back to an earlier version: proposed with a reason, approved by a second person."""

from __future__ import annotations

from collections.abc import Iterable

from audit import clock
from audit.actor import Actor
from audit.people import require_second_person
from audit.permissions import can, require
from audit.services import record
from audit.transactions import one_transaction
from rules.exceptions import NothingBefore, PageStale, RetirementNotProposed, RetirementProposed, WrongState
from rules.models import Rule, RuleVersion
from rules.services.common import (
    State,
    checked,
    counting_number,
    hash_of,
    locked,
    needed_reason,
    record_step,
    require_state,
    stop_running,
    subject_of,
    summary,
)

_RUNNING = (State.ACTIVE, State.SHADOW)


def propose_retirement(*, rule: Rule, by: Actor, reason: str, seen: int | None = None) -> RuleVersion:
    """Ask that a rule stops from the next run on; until a second person approves, it goes on counting.

    `seen`: the number of the version that ran when it was looked at. Raises ReasonNeeded, RetirementProposed, PageStale, WrongState when
    no version of it runs, NotPermitted.
    """
    _require_proposer(by)
    said = needed_reason(reason)
    with one_transaction():
        running = _running(rule, seen)
        if running.retire_proposed_at is not None:
            raise RetirementProposed()
        _mark(running, by, said)
        record(
            action="rule.retirement_proposed",
            by=by,
            subject=subject_of(running.rule),
            reason=said,
            after=summary(running),
        )
    return running


def retire_rule(*, rule: Rule, by: Actor, reason: str = "", seen: int | None = None) -> RuleVersion:
    """Approve a proposed retirement: the rule stops from the next run on.

    Raises NotPermitted for whoever proposed it, RetirementNotProposed, PageStale, WrongState when no version of it runs.
    """
    require(by, "rules.activate_rule")
    with one_transaction():
        running = _running(rule, seen)
        _refuse_proposer(running, by)
        said = " ".join(reason.split()) or running.retire_reason
        _mark(running, None, "")
        return stop_running(running.rule, by, reason=said, states=_RUNNING) or running


def return_retirement(*, rule: Rule, by: Actor, reason: str, seen: int | None = None) -> RuleVersion:
    """Turn a proposed retirement down; the rule goes on counting. Raises as `retire_rule`, and ReasonNeeded."""
    require(by, "rules.activate_rule")
    said = needed_reason(reason)
    with one_transaction():
        running = _running(rule, seen)
        _refuse_proposer(running, by)
        _mark(running, None, "")
        record(
            action="rule.retirement_returned",
            by=by,
            subject=subject_of(running.rule),
            reason=said,
            after=summary(running),
        )
    return running


def version_before(rule: Rule) -> RuleVersion | None:
    """The earlier version that counted last before the one that counts now; None where there is none to go back to.

    A later one that was gone back from is none: going forward again is a new version, looked at anew.
    """
    counted = rule.versions.filter(activated_at__isnull=False)
    now = counted.filter(state=State.ACTIVE).first()
    if now is None or now.activated_at is None:
        return None
    earlier = counted.filter(state=State.RETIRED, number__lt=now.number)
    return earlier.order_by("-activated_at").first()


def roll_back_rule(*, rule: Rule, by: Actor, reason: str, seen: int) -> RuleVersion:
    """Propose that the version before the one that counts counts again; `seen` is the number of the version that counted on the page.

    A night in progress keeps the version it pinned. Raises PageStale, NothingBefore where there is nothing to go back to, and what
    `propose_roll_back` raises.
    """
    _require_proposer(by)
    with one_transaction():
        Rule.objects.select_for_update().get(pk=rule.pk)
        if seen != counting_number(rule):
            raise PageStale()
        before = version_before(rule)
        if before is None:
            raise NothingBefore()
        return propose_roll_back(version=before, by=by, reason=reason)


def propose_roll_back(*, version: RuleVersion, by: Actor, reason: str) -> RuleVersion:
    """Put a retired version that was active before up for approval again; activating it replaces what counts now.

    Its text was approved then and stays frozen. Raises ReasonNeeded, WrongState when it never was active, RuleNotValid,
    NotPermitted.
    """
    _require_proposer(by)
    said = needed_reason(reason)
    with one_transaction():
        current = locked(version)
        require_state(current, State.RETIRED)
        if current.activated_at is None:
            raise WrongState(state=current.get_state_display(), allowed=State.ACTIVE.label)
        checked(current.text)
        before = summary(current)
        current.state = State.PROPOSED
        current.proposed_at = clock.now()
        current.proposed_by_id = by.user_id
        current.proposed_hash = hash_of(current)
        current.proposed_over = counting_number(current.rule)
        current.activated_by = None  # who let it count then is in the audit log; this approval is a new one
        current.save(
            update_fields=[
                "state",
                "proposed_at",
                "proposed_by",
                "proposed_hash",
                "proposed_over",
                "activated_by",
            ]
        )
        record_step(action="rule.roll_back_proposed", version=current, by=by, before=before, reason=said)
    return current


def _require_proposer(by: Actor) -> None:
    """Whoever writes rules may ask that one stops, and so may whoever approves them."""
    if not can(by, "rules.activate_rule"):
        require(by, "rules.propose_rule")


def running_version(versions: Iterable[RuleVersion]) -> RuleVersion | None:
    """Of a rule's versions the one that counts, else the one in shadow, else None."""
    by_state = {version.state: version for version in versions}
    return by_state.get(State.ACTIVE) or by_state.get(State.SHADOW)


def _running(rule: Rule, seen: int | None) -> RuleVersion:
    """The version that runs, locked. Raises WrongState, and PageStale where it is another than was seen."""
    found = RuleVersion.objects.select_for_update().select_related("rule", "retire_proposed_by")
    running = running_version(found.filter(rule=rule, state__in=_RUNNING))
    if running is None:
        raise WrongState(state=State.RETIRED.label, allowed=State.ACTIVE.label)
    if seen is not None and seen != running.number:
        raise PageStale()
    return running


def _refuse_proposer(running: RuleVersion, by: Actor) -> None:
    if running.retire_proposed_at is None:
        raise RetirementNotProposed()
    require_second_person(by, [running.retire_proposed_by], "rules.activate_rule")


def _mark(running: RuleVersion, by: Actor | None, reason: str) -> None:
    """Note who asks that the version stops, or take the note away."""
    running.retire_proposed_at = clock.now() if by else None
    running.retire_proposed_by_id = by.user_id if by else None
    running.retire_reason = reason
    running.save(update_fields=["retire_proposed_at", "retire_proposed_by", "retire_reason"])
