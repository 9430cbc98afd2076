"""Cases that no run opened: by a reviewer's hand, from a tip, and as the successor of a closed one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audit.actor import Actor
from audit.permissions import require
from cases.models import Alert, Case, HeldBack, Tip
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.conflicts import relations_of
from cases.services.held_back import let_go
from cases.services.joining import hold_claims, undecided_case_of
from cases.services.labelling import label_claims
from cases.services.money import expected_loss_of, priority_of, stake_of
from cases.services.opening_rows import create_case, free_key
from cases.services.steps import change_recorded, check_step, read_case
from cases.services.texts import clean_reason, clean_text
from cases.workflow import Action, State
from fraud.claims.models import Claim
from fraud.claims.money import spent_minor
from fraud.detection.models import Score

MAX_CLAIMS = 100
TIP_ORIGINS = ("hotline", "internal_audit", "issuer", "colleague", "other")


@casework
def open_case_by_hand(*, claims: Sequence[Claim], reason: str, by: Actor) -> Case:
    """Open a case for claims of one cardholder in one currency. Raises OwnCase, OpenCaseExists, NotPermitted."""
    require(by, "cases.open_case")
    chosen = _checked(claims)
    _refuse_own(chosen, by)
    said = clean_reason(reason)
    hold_claims(claim.pk for claim in chosen)
    taken = (
        Alert.objects.filter(claim__in=chosen, left_at=None)
        .exclude(case__state=State.CLOSED)
        .select_related("case")
        .first()
    )
    if taken is not None:
        raise errors.OpenCaseExists(reference=taken.case.reference)
    return _open(chosen, source=Case.Source.MANUAL, by=by, reason=said)


@casework
def record_tip(*, claim: Claim, text: str, by: Actor, origin: str = "hotline") -> Tip:
    """Keep what somebody told about a claim; it joins the case of that claim that is not decided yet, or opens one.

    A tip is a first-class source of labels: the claim's alert carries the channel, its label the source.
    Raises ChoiceNotValid, ReasonTooShort, OwnCase, NotPermitted.
    """
    require(by, "cases.record_tip")
    _refuse_own([claim], by)
    if origin not in TIP_ORIGINS:
        raise errors.ChoiceNotValid(field="origin", choices=TIP_ORIGINS)
    plain = clean_text(text, minimum=5)
    hold_claims([claim.pk])
    case = undecided_case_of(claim) or _open([claim], source=Case.Source.TIP, by=by, reason="")
    tip = Tip.objects.create(claim=claim, case=case, text=plain, origin=origin, recorded_by=by.username)
    change_recorded(
        case,
        {"version": case.version + 1, "has_news": True},
        event="tip.recorded",
        by=by,
        details={"tip": tip.pk, "origin": origin},
    )
    return tip


@casework
def reopen_case(*, case: Case, reason: str, by: Actor, expected_version: int | None) -> Case:
    """A lead looks at a closed case again: a linked successor opens as new, the closed one stays as it was.

    Earlier labels are kept and withdrawn by further ones until the successor decides. Raises OpenCaseExists when the
    same matter is open already, NothingToReopen when no payment is left in it, OwnCase, ReasonTooShort, TransitionNotAllowed.
    """
    case = read_case(case)
    row = check_step(case, Action.REOPEN, by=by, expected_version=expected_version)
    said = clean_reason(reason)
    alerts = list(case.alerts.filter(left_at=None).select_related("claim"))
    if not alerts:
        raise errors.NothingToReopen
    again = (
        case.reopened_as.exclude(state=State.CLOSED).first()
        or Case.objects.filter(bundle_key=case.bundle_key)
        .exclude(state=State.CLOSED)
        .exclude(pk__in=stake_of(case).earlier)  # only asks for what it gave back
        .first()
    )
    if again is not None:
        raise errors.OpenCaseExists(reference=again.reference)
    successor = create_case(
        by,
        bundle_key=free_key(case.bundle_key),
        cardholder=case.cardholder,
        merchant=case.merchant,
        run=case.run,
        source=case.source,
        pattern=case.pattern,
        headline=case.headline,
        # In the one currency that its payments are told in now.
        currency=told.pop()
        if len(told := {alert.claim.currency for alert in alerts}) == 1
        else case.currency,
        probability=case.probability,
        band=case.band,
        is_calibrated=case.is_calibrated,
        n_claims=len(alerts),
        reopened_from=case,
    )
    for alert in alerts:
        Alert.objects.create(
            claim=alert.claim,
            claim_version=alert.claim.version,
            run=alert.run,
            score=alert.score,
            case=successor,
            channel=alert.channel,
            inclusion_probability=alert.inclusion_probability,
        )
    _weigh(successor)
    _mark_reopened(case, row, successor, by, said)
    label_claims(case=case, disposition=None, known_at=present(), by=by)
    return successor


def _mark_reopened(case: Case, row: Any, successor: Case, by: Actor, reason: str) -> None:
    """The closed case gets its entry and a new version; its state, disposition and dates stay."""
    change_recorded(
        case,
        {"version": case.version + 1, "undo": None},
        event="case.reopened",
        by=by,
        reason=reason,
        details={"successor": successor.reference, "successor_state": row.target.value},
    )


def _checked(claims: Sequence[Claim]) -> list[Claim]:
    chosen = sorted({claim.pk: claim for claim in claims}.values(), key=lambda claim: claim.pk)
    if not 1 <= len(chosen) <= MAX_CLAIMS:
        raise errors.TooMany(n=MAX_CLAIMS, field="claims")
    if len({claim.cardholder_id for claim in chosen}) > 1:
        raise errors.ClaimsDiffer
    for claim in chosen:
        if not spent_minor(claim):
            raise errors.NotAPayment(claim=claim.external_id)
    if len({claim.currency for claim in chosen}) > 1:
        raise errors.AmountNotValid("currency", currency=chosen[0].currency)
    return chosen


def _refuse_own(claims: Sequence[Claim], by: Actor) -> None:
    """The same bar as on a case, before there is one. Raises OwnCase."""
    probe = Case(cardholder=claims[0].cardholder)
    relation = relations_of(by, probe, claims=claims).involvement
    if relation:
        raise errors.OwnCase("cases.open_case", subject=f"claim:{claims[0].pk}", relation=relation)


def _open(claims: Sequence[Claim], *, source: Case.Source, by: Actor, reason: str) -> Case:
    """A new case over the claims, with what the last run thought of them."""
    scores = {}
    for score in Score.objects.filter(claim__in=claims).order_by("claim_id", "run_id"):
        scores[score.claim_id] = score
    best = max(scores.values(), key=lambda score: score.hybrid_probability, default=None)
    merchants = {claim.merchant_id for claim in claims}
    case = create_case(
        by,
        reason=reason,
        bundle_key=free_key(f"h:{claims[0].cardholder_id}:{claims[0].pk}"),
        cardholder=claims[0].cardholder,
        merchant=claims[0].merchant if len(merchants) == 1 else None,
        source=source,
        pattern=source.value,
        headline={"kind": source.value, "code": source.value, "facts": {}},
        currency=claims[0].currency,
        probability=best.hybrid_probability if best else 0.0,
        band=best.band if best else Case.NOT_SCORED,
        is_calibrated=best.is_calibrated if best else False,
        n_claims=len(claims),
    )
    for claim in claims:
        last = scores.get(claim.pk)
        Alert.objects.create(
            claim=claim,
            claim_version=claim.version,
            case=case,
            channel=source.value,
            score=last,
            run_id=last.run_id if last else None,
        )
    _weigh(case)
    let_go([claim.pk for claim in claims], how=HeldBack.How.OPENED)
    return case


def _weigh(case: Case) -> None:
    """What a new case is expected to lose, and its place in the queue, once its claims are in it."""
    case.expected_loss_minor = expected_loss_of(case)
    case.priority = priority_of(case, case.expected_loss_minor)
    Case.objects.filter(pk=case.pk).update(
        expected_loss_minor=case.expected_loss_minor, priority=case.priority
    )
