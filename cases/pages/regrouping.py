"""What the page of a case shows of other cases beside it, and which claims and cases its regrouping may choose from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from audit.actor import Actor
from cases.models import Alert, Case
from cases.services.linking import links_of
from cases.services.regrouping import counted_towards
from cases.services.standing import may_have
from cases.services.whereabouts import Whereabouts, whereabouts
from cases.visibility import visible_cases
from cases.workflow import Action, State

MAX_CHOICES = 20
MAX_NEAR = 60
_MOVING = {Action.MERGE, Action.SPLIT, Action.DETACH, Action.ATTACH}
_MERGEABLE = (State.NEW, State.IN_REVIEW, State.PENDING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Linked:
    """A case this one is linked with, and why."""

    case: Case
    reason: str
    at: datetime


def regrouping_context(case: Case, by: Actor, actions: Collection[Action]) -> dict[str, Any]:
    """`linked`, `joined` (merged into this one), `split_off`, `detached`, `elsewhere` (claims of a merged case that moved on), `counted_towards` (the earlier case whose money keeps its claims here); `mergeable` where a merge is open now."""
    is_regrouped = may_have(case, "case.took_in", "case.split")
    near = _near(case, by) if is_regrouped or Action.MERGE in actions else []
    took_out = may_have(case, "case.claim_detached")
    context: dict[str, Any] = {
        "linked": linked_cases(case, by),
        "joined": [other for other in near if other.merged_into_id == case.pk],
        "split_off": [other for other in near if other.split_from_id == case.pk],
        "detached": _detached(case) if took_out else [],
        # Only where the claims are not all in the case that the page names anyway.
        "elsewhere": _elsewhere(case) if case.merged_into_id is not None else [],
        "counted_towards": counted_towards(case) if _MOVING & set(actions) else None,
    }
    if Action.MERGE in actions and context["counted_towards"] is None:
        context["mergeable"] = [other for other in near if _is_mergeable(case, other)][:MAX_CHOICES]
    return context


def _detached(case: Case) -> list[Alert]:
    return list(case.alerts.filter(left_why__in=Alert.DETACHED).select_related("claim").order_by("claim_id"))


def _elsewhere(case: Case) -> list[Whereabouts]:
    return [one for one in whereabouts(case) if one.case is None or one.case.pk != case.merged_into_id]


def _near(case: Case, by: Actor) -> list[Case]:
    """Cases of the same cardholder that were merged into it, split off from it, or may be merged into it; the newest first."""
    open_ones = Q(currency=case.currency, state__in=_MERGEABLE, n_rounds=0, drawn_blind=False)
    near = visible_cases(by).filter(
        open_ones | Q(merged_into=case) | Q(split_from=case), cardholder_id=case.cardholder_id
    )
    return list(near.exclude(pk=case.pk).select_related("merchant", "assignee").order_by("-pk")[:MAX_NEAR])


def _is_mergeable(case: Case, other: Case) -> bool:
    is_open = other.state in _MERGEABLE and not other.n_rounds and other.n_claims > 0
    is_alike = not case.drawn_blind and not other.drawn_blind and other.currency == case.currency
    return is_open and is_alike and not (other.reopened_from_id and counted_towards(other))


def linked_cases(case: Case, by: Actor) -> list[Linked]:
    """The cases this one is linked with, as far as the reader may see them, the newest link first."""
    links = list(links_of(case)) if may_have(case, "case.linked") else []
    if not links:
        return []
    others = {link.other_id if link.case_id == case.pk else link.case_id for link in links}
    seen = {other.pk: other for other in visible_cases(by).filter(pk__in=others).select_related("cardholder")}
    pairs = ((seen.get(link.other_id if link.case_id == case.pk else link.case_id), link) for link in links)
    return [Linked(other, link.reason, link.linked_at) for other, link in pairs if other is not None]
