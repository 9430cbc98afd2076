"""What the action panel of a case shows: the actions open now, the forms they need, and who else must agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from audit.actor import Actor
from cases.actions.casework import CASE_ACTIONS
from cases.dispositions import DISPOSITIONS, LEGITIMATE_REASONS, Disposition
from cases.models import Appeal, Case, Decision, Evidence
from cases.pages.case import ClaimRow, leading_hits
from cases.pages.hints import hints_of_outcome
from cases.pages.outcomes import forecast_legitimate, forecast_part, forecast_proposal
from cases.pages.queue import has_queue
from cases.pages.regrouping import regrouping_context
from cases.services.checking import checks_of
from cases.services.company import company_today
from cases.services.conflicts import Relations
from cases.services.money import due_minor
from cases.services.over_limit import Paid, message_of, over_limit_of
from cases.services.standing import is_gathered, is_heard, may_have
from cases.services.steps import actions_now, current_decision, current_request
from cases.services.tagging import tags_in_use, tags_of
from cases.services.telling import is_notice_told, is_request_told
from cases.workflow import BESIDE, MAX_SNOOZE_DAYS, Action, State
from fraud.company.values import current_settings
from rules.models import Rule
from rules.services.paragraphs import clause_words, policy_cited

# Which action stands out, by state; the rest are quieter.
PRIMARY = {
    State.NEW: Action.TAKE,
    State.IN_REVIEW: Action.REQUEST_EXPLANATION,
    State.EXPLAINED: Action.PROPOSE,
    State.NO_RESPONSE: Action.PROPOSE,
    State.PENDING_APPROVAL: Action.APPROVE,
    State.APPEALED: Action.DECIDE_APPEAL,
}


class May(dict[str, bool]):
    """Action names to True; False for every other, which templates ask for without a stumble."""

    def __missing__(self, name: str) -> bool:
        return False


def action_context(
    case: Case, by: Actor, *, language: str, claims: list[ClaimRow], relations: Relations | None = None
) -> dict[str, Any]:
    """`may` maps action names to True; the rest feeds the forms of those actions only. `claims`: the case's own."""
    actions = actions_now(case, by, relations)
    rules = [hit.rule_version.rule for row in claims for hit in row.hits]
    today = company_today()
    context: dict[str, Any] = {
        "may": May({action.value: True for action in actions}),
        "rows": {row.action.value: row for row in reversed(CASE_ACTIONS.values())},  # the first of an action
        "part_row": CASE_ACTIONS["propose-part"],
        "primary": PRIMARY.get(State(case.state), ""),
        "asked": current_request(case),
        "decision": current_decision(case),
        "snooze_min": today + timedelta(days=1),
        "snooze_max": today + timedelta(days=MAX_SNOOZE_DAYS),
    }
    if Action.PROPOSE in actions or Action.CLOSE_LEGITIMATE in actions:
        settings = current_settings()
        context |= {
            "dispositions": _dispositions(case, language, heard := is_heard(case)),
            "is_heard": heard,
            "forecast_proposal": forecast_proposal(case, settings),
            "forecast_legitimate": forecast_legitimate(case, settings),
            "legitimate_reasons": _reasons(language),
            "clauses": _clauses(rules, language),
            "over": over_limit_of(case, _leading(case, claims))
            if heard and Action.PROPOSE in actions
            else None,
        }
        if over := context["over"]:
            context["over_told"] = message_of(over, case.currency)
            context["part_is_direct"], context["forecast_part"] = forecast_part(case, over.minor, settings)
    if Action.APPROVE in actions and context["decision"] is not None:
        context["hints"] = hints_of_outcome(case, context["decision"].disposition)
    if Action.DECIDE_APPEAL in actions or case.state == State.APPEALED:
        appeal = _open_appeal(case)
        context["appeal"] = appeal
        context["due_minor"] = due_minor(case, context["decision"])
        context["appeal_files"] = _files_of(case, appeal) if appeal else []
    if case.state == State.CLOSED and may_have(case, "case.reopened"):
        context["reopened_as"] = case.reopened_as.first()
    context["has_queue"] = has_queue(by)
    context["tag_rows"] = tags_of(case)
    context["tags_in_use"] = tags_in_use() if Action.TAG in actions else []
    context["deadline_passed_on"] = _after_deadline(case)
    context["snooze_week"] = today + timedelta(days=7 - today.weekday())
    context["checklist"] = checks_of(case, language)
    context |= regrouping_context(case, by, actions)
    context["mail_waits"] = _mail_waits(case)
    context["waits_for"] = _waits_for(case, context["decision"], context["may"])
    return context


def _open_appeal(case: Case) -> Appeal | None:
    if is_gathered(case, "appeals"):
        return next((one for one in case.appeals.all() if one.result == Appeal.Result.OPEN), None)
    return Appeal.objects.filter(case=case, result=Appeal.Result.OPEN).first()


def _files_of(case: Case, appeal: Appeal) -> list[Evidence]:
    if is_gathered(case, "evidence"):
        return [file for file in case.evidence.all() if file.appeal_id == appeal.pk]
    return list(appeal.evidence.select_related("uploaded_by"))


def _leading(case: Case, claims: list[ClaimRow]) -> tuple[list[Paid], int] | None:
    """The leading rule's hits, where the page shows all claims of the case."""
    return leading_hits(case, claims) if len(claims) == case.n_claims else None


def _after_deadline(case: Case) -> date | None:
    """The day after the case's deadline, as far as setting aside reaches."""
    today = company_today()
    if case.due_on is None or not today <= case.due_on < today + timedelta(days=MAX_SNOOZE_DAYS):
        return None
    return case.due_on + timedelta(days=1)


def _dispositions(case: Case, language: str, heard: bool) -> list[dict[str, Any]]:
    column = language
    return [
        {
            "code": code.value,
            "label": getattr(info, f"label_{column}"),
            "when": getattr(info, f"when_{column}"),
            "may_recover": info.may_recover,
            "is_closed": bool(info.is_misuse) and not heard,  # nobody is decided against unheard
            "hints": hints_of_outcome(case, code) if heard else [],
        }
        for code, info in DISPOSITIONS.items()
        if code != Disposition.LEGITIMATE
    ]


def _reasons(language: str) -> list[tuple[str, str]]:
    column = 1 if language == "ko" else 0
    return [(code, names[column]) for code, names in LEGITIMATE_REASONS.items()]


def _clauses(rules: Sequence[Rule], language: str) -> list[str]:
    """What the rules that hit cite as it reads today, each once, to choose from."""
    found: list[str] = []
    policy = policy_cited(rules)
    for rule in sorted(rules, key=lambda rule: rule.code):
        clause = clause_words(rule, language, policy)
        if clause and clause not in found:
            found.append(clause)
    return found


def _mail_waits(case: Case) -> bool:
    """Whether the mail with the deadline that runs has not left, so that it does not run."""
    if case.state == State.NOTIFIED:
        return not is_notice_told(case)
    request = current_request(case) if case.state == State.AWAITING_EXPLANATION else None
    return request is not None and not is_request_told(request)


def _waits_for(case: Case, decision: Decision | None, may: dict[str, bool]) -> str:
    """Who has to act next when the reader cannot: a code the template puts into words."""
    if may.keys() - {action.value for action in BESIDE}:
        return ""
    codes = {
        State.PENDING_APPROVAL: "approver",
        State.AWAITING_EXPLANATION: "cardholder",
        State.NOTIFIED: "cardholder_notice",
        State.APPEALED: "other_approver",
        State.RECOVERING: "clerk",
        State.CLOSED: "nobody",
    }
    return codes.get(State(case.state), "assignee" if case.assignee_id else "reviewer")
