"""How far a rule that counts is rolled out: first for a share of the cardholders, then for more of them, then for all."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import F

from audit.actor import Actor
from audit.permissions import require
from audit.transactions import one_transaction
from rules.exceptions import ShareNotGrowing, ShareNotPossible
from rules.models import RuleVersion
from rules.services.common import State, locked, record_step, refuse_own, require_seen, require_state, summary

#: What a page offers; any whole percentage from 1 to 100 is possible.
SHARES = (5, 10, 25, 50, 100)


def rate_of(percent: int) -> Decimal:
    """A share in percent as it is stored. Raises ShareNotPossible outside 1 to 100."""
    if not 1 <= percent <= 100:
        raise ShareNotPossible()
    return Decimal(percent) / 100


def widen_rule(
    *, version: RuleVersion, percent: int, by: Actor, reason: str = "", seen: int | None = None
) -> RuleVersion:
    """Let a version that counts for a share of the cardholders count for more of them from the next run on.

    Raises NotPermitted for whoever wrote, edited or proposed it, PageStale, WrongState, ShareNotPossible, ShareNotGrowing (for less, stop the
    rule or go back).
    """
    require(by, "rules.activate_rule")
    rate = rate_of(percent)
    with one_transaction():
        current = locked(version)
        require_state(current, State.ACTIVE)
        refuse_own(current, by, "rules.activate_rule")
        require_seen(current, seen)
        if rate <= current.rollout_rate:
            raise ShareNotGrowing()
        before = summary(current)
        RuleVersion.objects.filter(pk=current.pk).update(
            rollout_rate=rate, lock_version=F("lock_version") + 1
        )
        current.refresh_from_db(fields=["rollout_rate", "lock_version"])
        record_step(action="rule.widened", version=current, by=by, before=before, reason=reason)
    return current
