"""What deliveries changed about the claims of a case since it was opened: a correction, another person, money back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from audit.language import current_language
from audit.prepared import prepared
from cases.models import Alert, Case
from cases.services.claim_changes import changed_pairs
from fraud.claims.changes import changed_facts
from fraud.claims.models import Claim, ClaimChange
from fraud.claims.money import money_of

MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One change: the claim, the delivery that brought it, and each fact as (name, before, after)."""

    claim: Claim
    file: str
    at: datetime
    facts: list[tuple[str, str, str]]
    has_left: bool


def changes_of(case: Case, since: datetime | None = None) -> list[ShownChange]:
    """The changes since the case was opened, or since a later moment, newest first."""
    changes = _changes.rows(case.pk, since or case.opened_at)
    if not changes:
        return []
    net = {pk: money.net_minor for pk, money in money_of({change.claim for change in changes}).items()}
    shown = [_shown(change, net, bool(change.left_case_at)) for change in changes]  # type: ignore[attr-defined]
    return [one for one in shown if one.facts]


@prepared
def _changes(case_id: int, since: datetime) -> QuerySet[ClaimChange]:
    # What somebody took out, or moved to another case, is told there.
    own = Alert.objects.filter(case=case_id, left_why__in=("", Alert.Left.OTHER_PERSON))
    held = own.filter(claim=OuterRef("claim"))
    rows = ClaimChange.objects.filter(at__gte=since, claim__in=own.values("claim"))
    rows = rows.annotate(left_case_at=Subquery(held.values("left_at")[:1]))
    return rows.select_related("claim__cardholder", "file").order_by("-pk")[:MAX_SHOWN]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact, before and after, in words; `effect` says what such a change does, where that is known."""

    name: str
    before: str
    after: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class ToldChange:
    """One change as the cardholder is told of it: nothing of whoever a payment belongs to instead, nothing of deliveries."""

    at: datetime
    has_left: bool
    merchant: str
    facts: list[Fact]


def told_changes(case: Case, since: datetime) -> list[ToldChange]:
    """What changed about the payments since a letter was written, newest first, in the words of its reader."""
    return [
        ToldChange(
            at=change.at,
            has_left=change.has_left,
            merchant="" if change.has_left else change.claim.merchant_name,
            facts=[] if change.has_left else [Fact(*pair) for pair in change.facts],
        )
        for change in changes_of(case, since=since)
    ]


def _shown(change: ClaimChange, left: dict[int, int], has_left: bool) -> ShownChange:
    """`left`: what is left of each claim after the change; going back in time it becomes what was left before."""
    claim = change.claim
    after = left[claim.pk]
    left[claim.pk] = after + change.back_minor
    told = {
        "currency": claim.currency,
        "facts": changed_facts(change),
        "left_minor": [after + change.back_minor, after] if change.back_minor else None,
    }
    return ShownChange(
        claim=claim,
        file=change.file.reference if change.file else "",
        at=change.at,
        facts=changed_pairs(told, current_language()),
        has_left=has_left,
    )
