"""Suppressing a rule for one person or merchant: proposed by one person, confirmed by another, ended early by either."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from audit.people import number_key, require_second_person
from audit.permissions import NotPermitted, require
from audit.prepared import prepared
from audit.proposals import is_past
from audit.redaction import redact
from audit.services import record
from audit.transactions import one_transaction
from fraud.claims.identity import barred_cardholders, cardholders_of
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.claims.units import seen_departments
from fraud.detection.models import RuleSuppression
from rules.exceptions import PageStale, ValueNotValid, WrongState
from rules.models import Rule
from rules.services.common import needed_reason, subject_of

#: The longest a suppression holds; whoever wants it longer changes the rule.
MOST_DAYS = 366
_PROPOSE, _APPROVE = "fraud.suppress_rule", "fraud.approve_suppression"
State = RuleSuppression.State


def in_force(on: date) -> QuerySet[RuleSuppression]:
    """The suppressions that hold on a day."""
    return RuleSuppression.objects.filter(state=State.ACTIVE, until__gte=on)


def pinned_suppressions(on: date) -> list[dict[str, Any]]:
    """What a run pins: the rule's code and whom it leaves alone, one row each; every spelling of a person's number."""
    found: list[dict[str, Any]] = []
    for row in in_force(on).select_related("rule", "cardholder").order_by("pk"):
        people: Sequence[int | None] = [None]
        if row.cardholder is not None:
            same = cardholders_of(row.cardholder.employee_no).values_list("pk", flat=True)
            people = sorted({*same, row.cardholder.pk})
        found += [
            {"code": row.rule.code, "cardholder_id": person, "merchant_id": row.merchant_id}
            for person in people
        ]
    return found


@one_transaction()
def propose_suppression(
    *,
    rule: Rule,
    reason: str,
    until: date | None,
    by: Actor,
    cardholder: Cardholder | None = None,
    merchant: Merchant | None = None,
) -> RuleSuppression:
    """Ask that a rule leaves a person or a merchant alone up to a day. An open or holding one of the same is refused.

    Raises ReasonNeeded, ValueNotValid for a day that is none, past or too far, WrongState, NotPermitted (also for one's own claims).
    """
    require(by, _PROPOSE)
    said = redact(needed_reason(reason))[:500]
    today = clock.today()
    if until is None or is_past(until) or until > today + timedelta(days=MOST_DAYS):
        raise ValueNotValid(reason=_("Give a day from today on, at most a year ahead, such as 2026-12-31."))
    if (cardholder is None) == (merchant is None):
        raise ValueNotValid(reason=_("Choose the person or the merchant that the rule shall leave alone."))
    _refuse_own(by, cardholder, merchant, _PROPOSE)
    same = RuleSuppression.objects.filter(rule=rule, cardholder=cardholder, merchant=merchant)
    found = same.filter(state__in=[State.PROPOSED, State.ACTIVE], until__gte=today).first()
    if found is not None:
        raise WrongState(state=found.get_state_display(), allowed=State.ENDED.label)
    made = RuleSuppression.objects.create(
        rule=rule,
        cardholder=cardholder,
        merchant=merchant,
        reason=said,
        until=until,
        proposed_at=clock.now(),
        proposed_by_id=by.user_id,
    )
    _record("suppression.proposed", made, by, said)
    return made


@one_transaction()
def confirm_suppression(*, suppression: RuleSuppression, by: Actor, seen: int) -> RuleSuppression:
    """Agree: it holds from the next night on. Raises NotPermitted for whoever proposed it, PageStale, WrongState."""
    current = _decided(suppression, State.ACTIVE, by, seen)
    if is_past(current.until):
        raise WrongState(state=_("expired"), allowed=State.PROPOSED.label)
    _record("suppression.confirmed", current, by, current.reason)
    return current


@one_transaction()
def return_suppression(*, suppression: RuleSuppression, reason: str, by: Actor, seen: int) -> RuleSuppression:
    """Turn it down. Raises ReasonNeeded, NotPermitted for whoever proposed it, PageStale, WrongState."""
    said = redact(needed_reason(reason))[:500]
    current = _decided(suppression, State.RETURNED, by, seen, answer=said)
    _record("suppression.returned", current, by, said)
    return current


@one_transaction()
def end_suppression(*, suppression: RuleSuppression, reason: str, by: Actor, seen: int) -> RuleSuppression:
    """End one that holds, from the next night on: the rule counts again, so one person is enough.

    Raises ReasonNeeded, NotPermitted, PageStale, WrongState.
    """
    require(by, _PROPOSE)
    said = redact(needed_reason(reason))[:500]
    current = _locked(suppression, seen, State.ACTIVE)
    _refuse_own(by, current.cardholder, current.merchant, _PROPOSE)
    current.state, current.answer = State.ENDED, said
    current.ended_at, current.ended_by_id, current.version = clock.now(), by.user_id, current.version + 1
    current.save(update_fields=["state", "answer", "ended_at", "ended_by", "version"])
    _record("suppression.ended", current, by, said)
    return current


def suppressions_of(claim: Claim) -> list[RuleSuppression]:
    """Those of the claim's person or merchant that wait or hold today."""
    number = number_key(claim.cardholder.employee_no) or "-"  # no number is written so
    return _about.rows(claim.cardholder_id, number, claim.merchant_id, clock.today())


@prepared
def _about(cardholder: int, number: str, merchant: int, today: date) -> QuerySet[RuleSuppression]:
    rows = RuleSuppression.objects.filter(state__in=[State.PROPOSED, State.ACTIVE], until__gte=today)
    own = (
        Q(cardholder=cardholder)
        | Q(cardholder__in=cardholders_of(number).values("pk"))
        | Q(merchant=merchant)
    )
    return rows.filter(own).select_related("cardholder", "merchant", "proposed_by")


def visible_suppressions(rows: Iterable[RuleSuppression], by: Actor) -> list[RuleSuppression]:
    """Without those of people the reader must not judge, or of units the reader does not see."""
    barred, seen = barred_cardholders(by), seen_departments(by)
    shown = [row for row in rows if row.cardholder_id not in barred]
    if seen is None:
        return shown
    return [row for row in shown if row.cardholder is None or row.cardholder.department_id in seen]


def _decided(
    suppression: RuleSuppression, state: RuleSuppression.State, by: Actor, seen: int, *, answer: str = ""
) -> RuleSuppression:
    require(by, _APPROVE)
    current = _locked(suppression, seen, State.PROPOSED)
    require_second_person(by, [current.proposed_by], _APPROVE)
    _refuse_own(by, current.cardholder, current.merchant, _APPROVE)
    current.state, current.answer = state, answer
    current.decided_at, current.decided_by_id, current.version = clock.now(), by.user_id, current.version + 1
    current.save(update_fields=["state", "answer", "decided_at", "decided_by", "version"])
    return current


def _locked(suppression: RuleSuppression, seen: int, allowed: RuleSuppression.State) -> RuleSuppression:
    current = (
        RuleSuppression.objects.select_for_update(of=("self",)).select_related("rule").get(pk=suppression.pk)
    )
    if current.state != allowed:
        raise WrongState(state=current.get_state_display(), allowed=allowed.label)
    if current.version != seen:
        raise PageStale()
    return current


def _refuse_own(by: Actor, cardholder: Cardholder | None, merchant: Merchant | None, action: str) -> None:
    """Nobody lets a rule pass them by: not at their own name, and not at a merchant they have paid at."""
    is_own = cardholder is not None and cardholder.pk in barred_cardholders(by)
    if merchant is not None and by.employee_no:
        own = cardholders_of(by.employee_no).values("pk")
        is_own = Claim.objects.filter(merchant=merchant, cardholder__in=own).exists()
    if is_own:
        raise NotPermitted(action, "own_case")


def _record(action: str, row: RuleSuppression, by: Actor, reason: str) -> None:
    about = {"suppression": row.pk, "about": "person" if row.cardholder_id else "merchant"}
    record(
        action=action,
        by=by,
        subject=subject_of(row.rule),
        reason=reason,
        after={"state": str(row.state), "until": row.until.isoformat(), **about},
    )
