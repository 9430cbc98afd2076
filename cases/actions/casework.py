"""What staff may do with a case: one row each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from audit.people import name_of
from cases.actions.fields import Amount, Choice, Day, Flag, Form, Text, Texts, Whole
from cases.actions.marks import MARKS
from cases.actions.regrouping import REGROUPING
from cases.actions.rows import Row, Step, always, by_name, say
from cases.dispositions import DISPOSITIONS, LEGITIMATE_REASONS, Disposition
from cases.models import Appeal, Case, Decision, ExplanationRequest
from cases.pages.outcomes import said_of_appeal, said_of_approval, said_of_decision
from cases.services import appeals, by_hand, decisions, errors, explanation_requests, notes, over_limit, queue
from cases.services.texts import REASON_MIN, SHORT_MAX
from cases.workflow import MAX_EXTENSION_DAYS, Action
from fraud.claims.models import User
from fraud.web.commands import key_of

REASON = Form("Reason", (Text(name="reason", minimum=REASON_MIN),))
SHORT_REASON = Form("ShortReason", (Text(name="reason", maximum=SHORT_MAX),))
OPTIONAL_REASON = Form("OptionalReason", (Text(name="reason", maximum=SHORT_MAX, required=False),))
ASSIGN = Form(
    "Assign", (Text(name="assignee", maximum=150), Text(name="reason", maximum=SHORT_MAX, required=False))
)
SNOOZE = Form("Snooze", (Day(name="until"), Text(name="reason", maximum=SHORT_MAX)))
NOTE = Form("Note", (Text(name="text"),))
ASK = Form(
    "Ask",
    (
        Text(name="text", required=False),
        Texts(name="questions", required=False),
        Choice(name="language", choices=("ko", "en"), required=False),
        Flag(name="without_address"),  # although no mail address is known, as whoever asks was told
    ),
)
EXTEND = Form(
    "Extend",
    (Whole(name="days", maximum=MAX_EXTENSION_DAYS), Text(name="reason", maximum=SHORT_MAX, required=False)),
)
PROPOSE = Form(
    "Propose",
    (
        Choice(
            name="disposition", choices=tuple((c.value, info.label_en) for c, info in DISPOSITIONS.items())
        ),
        Text(name="disposition_reason", maximum=30, required=False),
        Text(name="reason", minimum=REASON_MIN),
        Amount(name="amount", required=False),
        Text(name="currency", maximum=3, required=False),
        Text(name="policy_clause", maximum=200, required=False),
        Text(name="message", required=False),
    ),
)
CLOSE = Form(
    "Close",
    (
        Choice(name="disposition_reason", choices=tuple(LEGITIMATE_REASONS)),
        Text(name="reason", minimum=REASON_MIN),
    ),
)
APPROVE = Form(
    "Approve",
    (
        Text(name="content_hash", minimum=64, maximum=64),
        Text(name="reason", maximum=SHORT_MAX, required=False),
    ),
)
DECIDE_APPEAL = Form(
    "DecideAppeal",
    (
        Choice(
            name="result",
            choices=(Appeal.Result.UPHELD.value, Appeal.Result.REDUCED.value, Appeal.Result.REVERSED.value),
        ),
        Amount(name="amount", required=False),
        Text(name="reason", minimum=REASON_MIN),
        Text(name="message", required=False),
    ),
)


def _assign(step: Step) -> User:
    to = User.objects.filter(username=step.text("assignee"), is_active=True).first()
    if to is None:
        raise errors.PersonNotSuitable
    queue.assign_case(**step.common(), to=to, reason=step.text("reason"))
    return to


def _ask(step: Step) -> ExplanationRequest:
    without = bool(step.data.get("without_address"))
    return explanation_requests.request_explanation(
        **step.common(), **{**step.data, "without_address": without}
    )


def _propose(step: Step) -> Decision:
    given: dict[str, Any] = {name: value for name, value in step.data.items() if name != "amount"}
    given["disposition"] = Disposition(given["disposition"])
    return decisions.propose_decision(**step.common(), **given, amount_minor=step.minor("amount") or 0)


def _decide_appeal(step: Step) -> Appeal:
    return appeals.decide_appeal(
        **step.common(),
        result=Appeal.Result(step.data["result"]),
        reason=step.text("reason"),
        amount_minor=step.minor("amount"),
        message=step.text("message"),
    )


def _said_assigned(step: Step, to: User) -> str:
    return _("assigned to %(name)s.") % {"name": name_of(to)}


def _said_asked(step: Step, asked: ExplanationRequest) -> str:
    return _("asked, to be answered by %(day)s.") % {"day": say(asked.due_on)}


def _said_extended(step: Step, later: ExplanationRequest) -> str:
    return _("the deadline is now %(day)s.") % {"day": say(later.due_on)}


def _said_reopened(step: Step, successor: Case) -> str:
    return _("reopened as %(case)s.") % {"case": successor.reference}


_QUEUE = (
    Row(
        name="take",
        action=Action.TAKE,
        label=gettext_lazy("Take the case"),
        summary="Take a case",
        call=lambda step: queue.take_case(**step.common()),
        said=always(gettext_lazy("the case is yours.")),
        key=key_of("take"),
        stays=True,
    ),
    Row(
        name="release",
        action=Action.RELEASE,
        label=pgettext_lazy("case", "Release"),
        summary="Put a case back",
        form=OPTIONAL_REASON,
        call=lambda step: queue.release_case(**step.common(), reason=step.text("reason")),
        said=always(gettext_lazy("released for others.")),
    ),
    Row(
        name="assign",
        action=Action.ASSIGN,
        label=gettext_lazy("Assign"),
        summary="Assign a case to a reviewer",
        form=ASSIGN,
        call=_assign,
        said=_said_assigned,
        key=key_of("assign"),
    ),
    Row(
        name="snooze",
        leads_on=True,
        action=Action.SNOOZE,
        label=gettext_lazy("Set aside"),
        summary="Set a case aside until a day",
        form=SNOOZE,
        call=lambda step: queue.snooze_case(**step.common(), **step.data),
        said=lambda step, case: _("set aside until %(day)s.") % {"day": say(step.data["until"])},
        key=key_of("snooze"),
    ),
    Row(
        name="wake",
        action=Action.WAKE,
        label=gettext_lazy("Back to the queue now"),
        summary="Take a case up again that was set aside",
        call=lambda step: queue.wake_case(**step.common()),
        said=always(gettext_lazy("back in the queue.")),
        stays=True,
    ),
    Row(
        name="notes",
        action=Action.NOTE,
        label=gettext_lazy("Add the note"),
        summary="Write a note",
        form=NOTE,
        call=lambda step: notes.add_note(**step.common(), text=step.text("text")),
        said=always(gettext_lazy("the note was added.")),
        key=key_of("note"),
        stays=True,
    ),
)
_ASKING = (
    Row(
        name="request-explanation",
        leads_on=True,
        action=Action.REQUEST_EXPLANATION,
        label=gettext_lazy("Ask for an explanation"),
        summary="Ask the cardholder for an explanation",
        form=ASK,
        call=_ask,
        said=_said_asked,
        confirms=gettext_lazy(
            "The cardholder gets this text by mail and on their page; it names no rule, score or threshold. You may change it."
        ),
        key=key_of("ask"),
    ),
    Row(
        name="withdraw-request",
        action=Action.WITHDRAW_REQUEST,
        label=gettext_lazy("Withdraw the request"),
        summary="Withdraw the open request",
        form=SHORT_REASON,
        call=lambda step: explanation_requests.withdraw_request(**step.common(), reason=step.text("reason")),
        said=always(gettext_lazy("the request was withdrawn.")),
        confirms=gettext_lazy("The cardholder is told, unless the request has not left yet."),
        stays=True,
    ),
    Row(
        name="extend-deadline",
        action=Action.EXTEND,
        label=gettext_lazy("Give more time"),
        summary="Extend the deadline",
        form=EXTEND,
        call=lambda step: explanation_requests.extend_deadline(**step.common(), **step.data),
        said=_said_extended,
        confirms=gettext_lazy("The cardholder gets a mail with the new day."),
        stays=True,
    ),
)
_DECIDING = (
    Row(
        name="propose",
        leads_on=True,
        action=Action.PROPOSE,
        label=gettext_lazy("Propose a decision"),
        summary="Propose a decision",
        form=PROPOSE,
        call=_propose,
        said=lambda step, decision: said_of_decision(decision),
        key=key_of("propose"),
    ),
    Row(
        name="propose-part",
        leads_on=True,
        action=Action.PROPOSE,
        label=gettext_lazy("Accept the part within the limit"),
        summary="Propose that the part within the limit is accepted and the rest recovered",
        call=lambda step: over_limit.propose_part(**step.common()),
        said=lambda step, decision: said_of_decision(decision),
        key=key_of("part"),
    ),
    Row(
        name="close",
        leads_on=True,
        action=Action.CLOSE_LEGITIMATE,
        label=gettext_lazy("Close as legitimate"),
        summary="Close as legitimate",
        form=CLOSE,
        call=lambda step: decisions.close_legitimate(**step.common(), **step.data),
        said=lambda step, decision: said_of_decision(decision),
        key=key_of("legitimate"),
    ),
    Row(
        name="approve",
        leads_on=True,
        action=Action.APPROVE,
        label=gettext_lazy("Approve exactly this"),
        summary="Approve a proposal",
        form=APPROVE,
        call=lambda step: decisions.approve_decision(**step.common(), **step.data),
        said=lambda step, decision: said_of_approval(decision),
    ),
    Row(
        name="return",
        leads_on=True,
        action=Action.RETURN,
        label=gettext_lazy("Return the proposal"),
        summary="Return a proposal",
        form=REASON,
        call=lambda step: decisions.return_decision(**step.common(), reason=step.text("reason")),
        said=always(gettext_lazy("returned to the reviewer.")),
    ),
    Row(
        name="decide-appeal",
        leads_on=True,
        action=Action.DECIDE_APPEAL,
        label=gettext_lazy("Decide the appeal"),
        summary="Decide an appeal",
        form=DECIDE_APPEAL,
        call=_decide_appeal,
        said=lambda step, appeal: said_of_appeal(appeal),
    ),
    Row(
        name="reopen",
        action=Action.REOPEN,
        label=gettext_lazy("Reopen the case"),
        summary="Reopen a closed case; answers its successor",
        form=REASON,
        call=lambda step: by_hand.reopen_case(**step.common(), reason=step.text("reason")),
        said=_said_reopened,
        confirms=gettext_lazy("The closed case stays as it is; a successor that refers to it starts as new."),
        stays=True,
        makes=True,
    ),
)

CASE_ACTIONS = by_name((*_QUEUE, *_ASKING, *_DECIDING, *REGROUPING, *MARKS))
