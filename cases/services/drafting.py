"""A decision before it is stored: its content checked and hashed, and its need of a second person settled."""

from __future__ import annotations

from audit.actor import Actor
from cases.dispositions import DISPOSITIONS, LEGITIMATE_REASONS, Disposition, label_for
from cases.four_eyes import content_hash, why_second_person
from cases.models import Case, Decision
from cases.services import errors
from cases.services.company import present
from cases.services.decided import was_decided_before
from cases.services.money import at_stake
from cases.services.standing import case_subject
from cases.services.texts import clean_line, clean_reason, clean_text, shown_money
from cases.workflow import AGAINST, CLEARED
from fraud.company.values import current_settings


def outcome_of(disposition: Disposition) -> str:
    """Whether the disposition speaks against the person."""
    return AGAINST if label_for(disposition) else CLEARED


def hash_of(decision: Decision) -> str:
    """The content hash of a decision as it and its case stand now."""
    case = decision.case
    claims = case.alerts.filter(left_at=None).values_list("claim__external_id", "claim__version")
    return content_hash(
        case=case.reference,
        number=decision.number,
        disposition=decision.disposition,
        disposition_reason=decision.disposition_reason,
        amount_minor=decision.amount_minor,
        currency=decision.currency,
        reason=decision.reason,
        policy_clause=decision.policy_clause,
        message=decision.message,
        proposed_by=decision.proposed_by.get_username(),
        claims=[f"{external_id}#{version}" for external_id, version in claims],
        at_stake_minor=at_stake(case),
    )


def draft_decision(
    case: Case,
    by: Actor,
    *,
    disposition: Disposition,
    reason: str,
    amount_minor: int = 0,
    currency: str = "",
    disposition_reason: str = "",
    policy_clause: str = "",
    message: str = "",
) -> Decision:
    """A decision with its content checked, hashed, and its need of a second person settled; not yet stored."""
    if by.is_system or by.user_id is None:
        raise errors.Refused("cases.propose_decision", subject=case_subject(case))
    check_choice(disposition, disposition_reason)
    check_amount(case, disposition, amount_minor, currency)
    decision = Decision(
        case=case,
        number=case.decisions.count() + 1,
        disposition=disposition.value,
        disposition_reason=disposition_reason,
        amount_minor=amount_minor,
        currency=case.currency,
        reason=clean_reason(reason),
        policy_clause=clean_line(policy_clause, maximum=200, field="policy_clause") if policy_clause else "",
        message=clean_text(message, minimum=0, field="message") if message else "",
        proposed_by_id=by.user_id,
        proposed_at=present(),
    )
    decision.content_hash = hash_of(decision)
    settings = current_settings()
    decision.why_approval = why_second_person(
        disposition=disposition,
        amount_minor=amount_minor,
        is_company_currency=case.currency == settings.currency,
        limit_minor=settings.four_eyes_limit_minor,
        band=case.band,
        is_reversal=was_decided_before(case),
        digest=decision.content_hash,
        share=settings.four_eyes_share,
    )
    decision.needs_approval = bool(decision.why_approval)
    return decision


def check_choice(disposition: Disposition, disposition_reason: str) -> None:
    allowed = list(LEGITIMATE_REASONS) if disposition == Disposition.LEGITIMATE else [""]
    if disposition_reason not in allowed:
        raise errors.ChoiceNotValid(field="disposition_reason", choices=[code for code in allowed if code])


def check_amount(case: Case, disposition: Disposition, amount_minor: int, currency: str) -> None:
    """Raises AmountNotValid: only what may be recovered, in the case's currency, up to what is at stake."""
    if currency and currency != case.currency:
        raise errors.AmountNotValid("currency", currency=case.currency)
    if amount_minor < 0:
        raise errors.AmountNotValid("negative")
    if amount_minor and not DISPOSITIONS[disposition].may_recover:
        raise errors.AmountNotValid("not_allowed")
    if amount_minor > 0 and amount_minor > (limit := at_stake(case)):
        raise errors.AmountNotValid("above_at_stake", limit=shown_money(limit, case.currency))
