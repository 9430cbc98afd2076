"""From the fields of a form to the arguments of a service, one small function an action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _

from audit.actor import Actor
from cases.dispositions import Disposition
from cases.models import Appeal, Case
from cases.pages.outcomes import said_of_appeal, said_of_approval, said_of_decision
from cases.services import appeals, by_hand, decisions, errors, explanations, notes, queue
from cases.services.company import company_today
from cases.workflow import Action
from fraud.claims.models import User
from fraud.web.dates import say_day
from fraud.web.tags import current_language
from fraud.web.typed import whole_number
from rules.money import parse_major

T = TypeVar("T", bound=Enum)


def _by(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "")


def _money(request: HttpRequest, name: str, case: Case) -> int:
    typed = _text(request, name).strip()
    return parse_major(typed, case.currency) if typed else 0


def say(on: date) -> str:
    """The day as the reader says it."""
    return say_day(on, current_language(), today=company_today())


def _choice(kind: type[T], text: str, field: str, choices: list[str]) -> T:
    try:
        return kind(text)
    except ValueError:
        raise errors.ChoiceNotValid(field=field, choices=choices) from None


def _take(request: HttpRequest, case: Case, version: int | None) -> str:
    queue.take_case(case=case, by=_by(request), expected_version=version)
    return _("the case is yours.")


def _release(request: HttpRequest, case: Case, version: int | None) -> str:
    queue.release_case(case=case, by=_by(request), expected_version=version, reason=_text(request, "reason"))
    return _("released for others.")


def _assign(request: HttpRequest, case: Case, version: int | None) -> str:
    to = User.objects.filter(username=_text(request, "to"), is_active=True).first()
    if to is None:
        raise errors.ChoiceNotValid(field="to", choices=[])
    queue.assign_case(
        case=case, to=to, by=_by(request), expected_version=version, reason=_text(request, "reason")
    )
    return _("assigned to %(name)s.") % {"name": to.get_full_name() or to.get_username()}


def _snooze(request: HttpRequest, case: Case, version: int | None) -> str:
    until = date.fromisoformat(_text(request, "until"))
    queue.snooze_case(
        case=case, until=until, reason=_text(request, "reason"), by=_by(request), expected_version=version
    )
    return _("set aside until %(day)s.") % {"day": say(until)}


def _wake(request: HttpRequest, case: Case, version: int | None) -> str:
    queue.wake_case(case=case, by=_by(request), expected_version=version)
    return _("back in the queue.")


def _note(request: HttpRequest, case: Case, version: int | None) -> str:
    notes.add_note(case=case, text=_text(request, "text"), by=_by(request))
    return _("the note was added.")


def _ask(request: HttpRequest, case: Case, version: int | None) -> str:
    asked = explanations.request_explanation(
        case=case,
        by=_by(request),
        expected_version=version,
        text=_text(request, "text"),
        language=_text(request, "language"),
    )
    return _("asked, to be answered by %(day)s.") % {"day": say(asked.due_on)}


def _withdraw(request: HttpRequest, case: Case, version: int | None) -> str:
    explanations.withdraw_request(
        case=case, by=_by(request), expected_version=version, reason=_text(request, "reason")
    )
    return _("the request was withdrawn.")


def _extend(request: HttpRequest, case: Case, version: int | None) -> str:
    days = _text(request, "days")
    later = explanations.extend_deadline(
        case=case, days=whole_number(days) or 0, by=_by(request), expected_version=version
    )
    return _("the deadline is now %(day)s.") % {"day": say(later.due_on)}


def _legitimate(request: HttpRequest, case: Case, version: int | None) -> str:
    decision = decisions.close_legitimate(
        case=case,
        disposition_reason=_text(request, "disposition_reason"),
        reason=_text(request, "reason"),
        by=_by(request),
        expected_version=version,
    )
    return said_of_decision(decision)


def _propose(request: HttpRequest, case: Case, version: int | None) -> str:
    disposition = _choice(
        Disposition, _text(request, "disposition"), "disposition", [d.value for d in Disposition]
    )
    proposal = decisions.propose_decision(
        case=case,
        disposition=disposition,
        reason=_text(request, "reason"),
        by=_by(request),
        expected_version=version,
        amount_minor=_money(request, "amount", case),
        policy_clause=_text(request, "policy_clause"),
        disposition_reason=_text(request, "disposition_reason"),
        message=_text(request, "message"),
    )
    return said_of_decision(proposal)


def _approve(request: HttpRequest, case: Case, version: int | None) -> str:
    approved = decisions.approve_decision(
        case=case,
        content_hash=_text(request, "content_hash"),
        by=_by(request),
        expected_version=version,
        reason=_text(request, "reason"),
    )
    return said_of_approval(approved)


def _return(request: HttpRequest, case: Case, version: int | None) -> str:
    decisions.return_decision(
        case=case, reason=_text(request, "reason"), by=_by(request), expected_version=version
    )
    return _("returned to the reviewer.")


def _decide_appeal(request: HttpRequest, case: Case, version: int | None) -> str:
    results = [Appeal.Result.UPHELD, Appeal.Result.REDUCED, Appeal.Result.REVERSED]
    result = _choice(Appeal.Result, _text(request, "result"), "result", [r.value for r in results])
    appeal = appeals.decide_appeal(
        case=case,
        result=result,
        reason=_text(request, "reason"),
        by=_by(request),
        expected_version=version,
        amount_minor=_money(request, "amount", case) if result == Appeal.Result.REDUCED else None,
    )
    return said_of_appeal(appeal)


def _reopen(request: HttpRequest, case: Case, version: int | None) -> str:
    successor = by_hand.reopen_case(
        case=case, reason=_text(request, "reason"), by=_by(request), expected_version=version
    )
    return _("reopened as %(case)s.") % {"case": successor.reference}


# The last part of the address → the action of the table.
FORMS: dict[str, Action] = {
    "take": Action.TAKE,
    "release": Action.RELEASE,
    "assign": Action.ASSIGN,
    "snooze": Action.SNOOZE,
    "wake": Action.WAKE,
    "note": Action.NOTE,
    "ask": Action.REQUEST_EXPLANATION,
    "withdraw": Action.WITHDRAW_REQUEST,
    "extend": Action.EXTEND,
    "legitimate": Action.CLOSE_LEGITIMATE,
    "propose": Action.PROPOSE,
    "approve": Action.APPROVE,
    "return": Action.RETURN,
    "decide-appeal": Action.DECIDE_APPEAL,
    "reopen": Action.REOPEN,
}
# After these the person goes on working on the same case.
STAYS = frozenset(
    {Action.TAKE, Action.NOTE, Action.WAKE, Action.EXTEND, Action.WITHDRAW_REQUEST, Action.REOPEN}
)

_PERFORM: dict[Action, Callable[[HttpRequest, Case, int | None], str]] = {
    Action.TAKE: _take,
    Action.RELEASE: _release,
    Action.ASSIGN: _assign,
    Action.SNOOZE: _snooze,
    Action.WAKE: _wake,
    Action.NOTE: _note,
    Action.REQUEST_EXPLANATION: _ask,
    Action.WITHDRAW_REQUEST: _withdraw,
    Action.EXTEND: _extend,
    Action.CLOSE_LEGITIMATE: _legitimate,
    Action.PROPOSE: _propose,
    Action.APPROVE: _approve,
    Action.RETURN: _return,
    Action.DECIDE_APPEAL: _decide_appeal,
    Action.REOPEN: _reopen,
}


def perform(action: Action, request: HttpRequest, case: Case, *, expected_version: int | None) -> str:
    """Call the service of an action with what the form holds; returns the sentence that confirms it.

    Raises CaseworkError, NotPermitted, MoneyNotValid, or ValueError for a date that is none.
    """
    return _PERFORM[action](request, case, expected_version)
