"""Let a version count or watch it in shadow; the system stops one that keeps failing."""

from __future__ import annotations

from audit import clock
from audit.actor import Actor
from audit.permissions import NotPermitted, require
from audit.transactions import one_transaction
from rules.exceptions import ApprovalVoid, ShareNotPossible
from rules.models import RuleVersion
from rules.services.common import (
    State,
    checked,
    hash_of,
    locked,
    record_step,
    refuse_own,
    require_question,
    require_same_predecessor,
    require_seen,
    require_state,
    stop_running,
    summary,
)
from rules.services.rolling_out import rate_of


def shadow_version(
    *, version: RuleVersion, by: Actor, reason: str = "", seen: int | None = None
) -> RuleVersion:
    """Let a proposed version run beside the active ones without counting. Raises as ``activate_version``."""
    require(by, "rules.activate_rule")
    with one_transaction():
        current = locked(version)
        require_state(current, State.PROPOSED)
        _refuse_unapproved(current, by, seen)
        before = summary(current)
        current.state = State.SHADOW
        current.save(update_fields=["state"])
        record_step(action="rule.shadowed", version=current, by=by, before=before, reason=reason)
    return current


def activate_version(
    *, version: RuleVersion, by: Actor, reason: str = "", seen: int | None = None, percent: int = 100
) -> RuleVersion:
    """Let a proposed (or shadow) version count from the next run on; the version that counted so far retires.

    `percent`: the share of the cardholders it counts for, the others' hits are only watched; `widen_rule` raises it. `seen`: the lock version the page was showing. Raises NotPermitted for whoever wrote, edited or proposed it, ApprovalVoid when
    the content is not the proposed one, PageStale, ProposalStale when another version counts by now, WrongState,
    RuleNotValid (a list or parameter it needs is gone), QuestionMissing, ShareNotPossible (also for a share beside a version that counts).
    """
    require(by, "rules.activate_rule")
    rate = rate_of(percent)
    with one_transaction():
        current = locked(version)
        require_state(current, State.PROPOSED, State.SHADOW)
        _refuse_unapproved(current, by, seen)
        checked(current.text)
        require_question(current.rule)
        if rate < 1 and current.rule.versions.filter(state=State.ACTIVE).exists():
            raise ShareNotPossible()
        before = summary(current)
        stop_running(current.rule, by, reason=f"→ v{current.number}", states=[State.ACTIVE])
        current.rollout_rate = rate
        current.state = State.ACTIVE
        current.activated_at = clock.now()
        current.activated_by_id = by.user_id
        current.save(update_fields=["state", "rollout_rate", "activated_at", "activated_by"])
        record_step(action="rule.activated", version=current, by=by, before=before, reason=reason)
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
        record_step(action="rule.disabled", version=current, by=by, before=before, reason=reason)
    return current


def _refuse_unapproved(version: RuleVersion, by: Actor, seen: int | None) -> None:
    refuse_own(version, by, "rules.activate_rule")
    require_seen(version, seen)
    require_same_predecessor(version)
    if version.proposed_hash != hash_of(version):
        raise ApprovalVoid()
