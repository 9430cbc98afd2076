"""Where two people judged the same matter: what each said, so that their agreement can be counted."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from audit.actor import Actor
from cases.dispositions import Disposition, label_for
from cases.models import Appeal, Case, Decision
from cases.visibility import hidden_cases
from fraud.claims.identity import claims_involving
from fraud.claims.models import Claim, Label
from fraud.claims.outcomes.words import SOURCES
from fraud.claims.units import within_units

Pair = tuple[bool, bool]
KINDS: dict[str, str | Promise] = {
    "approval": pgettext_lazy("judged twice", "Proposed and approved"),
    "appeal": pgettext_lazy("judged twice", "Decided and appealed"),
    "reopened": pgettext_lazy("judged twice", "Closed and looked at again"),
    "elsewhere": pgettext_lazy("judged twice", "Reviewed here and decided elsewhere"),
}


def judged_twice(by: Actor) -> dict[str, list[Pair]]:
    """Kind → (first verdict, second verdict), True for misuse; matters of which a verdict teaches nothing are left out.

    Nothing the reader is involved in is counted.
    """
    hidden = hidden_cases(by)
    return {
        "approval": list(_approvals(hidden)),
        "appeal": list(_appeals(hidden)),
        "reopened": list(_reopened(hidden)),
        "elsewhere": list(_elsewhere(by)),
    }


def _verdict(disposition: str) -> bool | None:
    return label_for(Disposition(disposition)) if disposition else None


def _pair(first: bool | None, second: bool | None) -> list[Pair]:
    return [] if first is None or second is None else [(first, second)]


def _approvals(hidden: frozenset[int]) -> Iterable[Pair]:
    """What was proposed first, and what somebody else approved in the end, whether or not that held on appeal.

    Proposals whose facts changed judged another matter.
    """
    decisions = Decision.objects.exclude(case__in=hidden).exclude(state=Decision.State.VOID)
    first: dict[int, str] = {}
    for decision in decisions.order_by("case_id", "number"):
        proposed = first.setdefault(decision.case_id, decision.disposition)
        is_approved = decision.decided_by_id and decision.state != Decision.State.RETURNED
        if is_approved and decision.needs_approval:
            yield from _pair(_verdict(proposed), _verdict(decision.disposition))
            first.pop(decision.case_id)


def _appeals(hidden: frozenset[int]) -> Iterable[Pair]:
    """What was decided, and whether it stood on appeal: only a reversal says that it was no misuse."""
    appeals = Appeal.objects.exclude(result__in=Appeal.NOT_JUDGED).exclude(case__in=hidden)
    for appeal in appeals.select_related("decision"):
        decided = _verdict(appeal.decision.disposition)
        stood = appeal.result != Appeal.Result.REVERSED
        yield from _pair(decided, decided if stood else False)


def _reopened(hidden: frozenset[int]) -> Iterable[Pair]:
    """A closed case and the successor that was decided in its place."""
    successors = Case.objects.exclude(reopened_from=None).exclude(disposition="").exclude(pk__in=hidden)
    for successor in successors.select_related("reopened_from"):
        earlier = successor.reopened_from
        assert earlier is not None
        yield from _pair(_verdict(earlier.disposition), _verdict(successor.disposition))


def _elsewhere(by: Actor) -> Iterable[Pair]:
    """What a review here said last of a claim, and what a finding decided elsewhere said last of it."""
    reviewed = [Label.Source.REVIEW, Label.Source.APPEAL, Label.Source.CONTROL_SAMPLE]
    delivered = within_units(Label.objects.all(), by, "claim__cardholder__department")
    delivered = delivered.filter(source__in=SOURCES).exclude(decided_at=None)
    own = claims_involving(by, Claim.objects.all())
    twice = delivered.filter(claim__labels__source__in=reviewed).exclude(claim__in=own.values("pk"))
    here: dict[int, bool | None] = {}
    there: dict[int, bool | None] = {}
    rows = Label.objects.filter(claim__in=twice.values("claim")).order_by("known_at", "id")
    for claim, source, decided_at, misuse in rows.values_list(
        "claim_id", "source", "decided_at", "is_misuse"
    ):
        if source in reviewed:
            here[claim] = misuse
        elif source in SOURCES and decided_at is not None:
            there[claim] = misuse
    for claim, misuse in here.items():
        yield from _pair(misuse, there.get(claim))
