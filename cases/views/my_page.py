"""What the cardholder's page of one case shows, put together from the rows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any

from audit import clock
from audit.actor import Actor
from audit.language import current_language
from cases.actions.rows import minor_of
from cases.dispositions import DISPOSITIONS, Disposition
from cases.evidence.kinds import FILE_NAMES, KINDS
from cases.instalments import agreed_parts
from cases.models import Appeal, Case, Consent, ExplanationDraft
from cases.models.explanations import Draft
from cases.pages.adopted_policy import has_adopted_policy
from cases.pages.answer_steps import first_open, short_letter
from cases.pages.changes import told_changes
from cases.services.company import company_today
from cases.services.conflicts import relations_of
from cases.services.decided_anew import decided_anew_in, told_earlier
from cases.services.drafts import draft_number, draft_of
from cases.services.errors import AmountNotValid
from cases.services.files import waiting_files
from cases.services.money import balance_of, due_minor, shown_stake, told_claims
from cases.services.money_told import told_money
from cases.services.own import told_cases
from cases.services.request_words import own_words
from cases.services.settling import said_of_end
from cases.services.steps import current_decision, current_request, recovery_of
from cases.services.told_version import told_version
from cases.workflow import State

# The four stations of a case in the person's words; the state says which one is current.
STATIONS = ("asked", "read", "decided", "done")
STATION_OF: Mapping[str, int] = {
    State.AWAITING_EXPLANATION: 0,
    State.NO_RESPONSE: 0,
    State.EXPLAINED: 1,
    State.IN_REVIEW: 1,
    State.NEW: 1,
    State.PENDING_APPROVAL: 1,
    State.NOTIFIED: 2,
    State.APPEALED: 2,
    State.RECOVERING: 3,
    State.CLOSED: 4,
}


def page_context(
    case: Case, actor: Actor, *, typed: Mapping[str, Any], is_appeal: bool = False
) -> dict[str, Any]:
    """Claims, rounds, draft (of the answer, or of the appeal) or what was typed, the notice and the repayment; no scoring, no notes."""
    told = told_version(case)  # before anything that it speaks of is read
    asked = current_request(case)
    rounds = list(
        case.requests.exclude(state="withdrawn")
        .prefetch_related("explanations__evidence__uploaded_by")
        .order_by("round_no")
    )
    drafted = case if is_appeal else asked
    draft = draft_of(drafted, actor) if drafted else None
    # A whole form that was refused stands as typed; beside any other step the draft stays as it was kept.
    is_whole = "text" in typed if is_appeal else "offered" in typed
    written = typed if is_whole else {**_as_typed(draft), **{name: typed[name] for name in typed}}
    is_holder = relations_of(actor, case).is_cardholder
    return {
        "case": case,
        "told_version": told,
        "claims": told_claims(case),
        "asked": asked,
        "has_policy": asked is not None and has_adopted_policy(),
        "questions": [
            {**question, "typed": written.get(f"answer-{question['id']}", "")}
            for question in (asked.questions if asked else [])
        ],
        "short_letter": short_letter(asked.text, asked.questions) if asked else "",
        "own_words": own_words(asked.text) if asked and asked.questions else "",
        "rounds": rounds,
        "file_names": FILE_NAMES,
        "accepted_files": ",".join(KINDS),
        "waiting_files": waiting_files(case, actor, request=asked) if asked else [],
        "appeal_files": waiting_files(case, actor, request=None),
        "text": written.get("text", ""),
        "draft": draft,
        "go_on": first_open(asked.questions, written) if asked else "",
        "draft_number": draft_number(drafted, actor) if drafted else 0,
        "draft_page": typed.get("page") or _new_page(),
        "typed": written,
        "offered_minor": offered_minor(case, written),
        "days_left": (asked.due_on - company_today()).days if asked else None,
        "stations": [
            (name, position < STATION_OF[case.state], position == STATION_OF[case.state])
            for position, name in enumerate(STATIONS)
        ],
        "is_holder": is_holder,
        "ended": said_of_end(case, current_language()),
        "anew": (anew := decided_anew_in(case) if is_holder else []),
        "anew_told": told_cases(actor).filter(pk__in=[one.pk for one in anew]) if anew else [],
        "is_replaced": bool(anew) and shown_stake(case).is_replaced,
        "changes": told_changes(case, asked.sent_at) if asked else [],
        "notice": _notice(case) if is_holder else None,
        "repayment": _repayment(case) if is_holder else None,
        "now": clock.now(),
    }


def offered_minor(case: Case, typed: Mapping[str, Any]) -> int | None:
    """What is offered where it can be read already, minor units."""
    try:
        return minor_of(typed["offered"], case.currency, field="offered") if typed.get("offered") else None
    except AmountNotValid:
        return None


def _new_page() -> str:
    """What marks a page among those open on other devices; letters, so that it is never taken for a number."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(16))


def _as_typed(draft: Draft | None) -> dict[str, Any]:
    """A saved draft as the form would have sent it."""
    if not isinstance(draft, ExplanationDraft):
        return {"text": draft.text} if draft else {}
    answers = {f"answer-{name}": text for name, text in draft.answers.items()}
    return {"text": draft.text, "admits": "on" if draft.admits else "", "offered": draft.offered, **answers}


def _notice(case: Case) -> dict[str, Any] | None:
    """The decision in the person's words once it holds, with the appeal where there is one."""
    decision = current_decision(case)
    told = case.state in {State.NOTIFIED, State.APPEALED, State.RECOVERING, State.CLOSED}
    if decision is None or decision.state != decision.State.APPROVED or not told:
        return None
    appeal = Appeal.objects.filter(case=case).order_by("-id").first()
    is_told_with_appeal = appeal is not None and appeal.message == decision.message
    is_misuse = decision.disposition == Disposition.CONFIRMED_MISUSE
    return {
        "decision": decision,
        "message": "" if is_told_with_appeal else decision.message,
        "is_part": is_misuse and told_money(case).is_decided_in_part,
        "due_minor": due_minor(case, decision),
        "earlier": told_earlier(case, decision),
        "disposition": DISPOSITIONS[Disposition(decision.disposition)],
        "appeal": appeal,
        "is_cleared": DISPOSITIONS[Disposition(decision.disposition)].is_misuse is not True,
    }


def _repayment(case: Case) -> dict[str, Any] | None:
    recovery = recovery_of(case)
    if recovery is None:
        return None
    return {
        "recovery": recovery,
        "balance": (balance := balance_of(recovery)),
        "plan": agreed_parts(recovery.plan, balance, recovery.planned_after_minor),
        "postings": list(recovery.postings.order_by("id")),
        "consent": Consent.objects.filter(recovery=recovery, withdrawn_at=None).order_by("-id").first(),
    }
