"""Let a version count or watch it in shadow; the system stops one that keeps failing."""

from __future__ import annotations

from audit import clock
from audit.actor import Actor
from audit.permissions import NotPermitted, require
from audit.services import record_said
from audit.transactions import one_transaction
from rules.exceptions import ShareNotPossible
from rules.models import RuleVersion
from rules.services.common import (
    State,
    authors_of,
    counting_number,
    locked,
    record_step,
    require_state,
    summary,
)
from rules.services.rolling_out import rate_of
from rules.services.version_steps import activate_step, refuse_unapproved, shadow_step


def shadow_version(
    *, version: RuleVersion, by: Actor, reason: str = "", seen: int | None = None
) -> RuleVersion:
    """Let a proposed version run beside the active ones without counting. Raises as ``activate_version``."""
    require(by, "rules.activate_rule")
    with one_transaction():
        current = locked(version)
        require_state(current, State.PROPOSED)
        _refuse_unapproved(current, by, seen)
        said = shadow_step(current, by=by, reason=reason)
        current.save(update_fields=["state"])
        record_said(said)
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
        counting = list(RuleVersion.objects.select_for_update().filter(rule=current.rule, state=State.ACTIVE))
        if rate < 1 and counting:
            raise ShareNotPossible()
        entries = activate_step(current, by=by, reason=reason, counting=counting, rate=rate)
        for version in counting:
            version.save(update_fields=["state", "retired_at"])
        current.save(update_fields=["state", "rollout_rate", "activated_at", "activated_by"])
        for said in entries:
            record_said(said)
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
    over = counting_number(version.rule)
    refuse_unapproved(version, by=by, authors=authors_of(version), over=over, seen=seen)
