"""What may be done with the money of a case: one row each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.typed import whole_number
from cases.actions.casework import REASON, SHORT_REASON
from cases.actions.fields import Amount, Choice, Day, Form, Parts, Text, Whole
from cases.actions.rows import Row, Step, always, by_name, minor_of
from cases.instalments import equal_instalments
from cases.models import Recovery, RecoveryPosting
from cases.services import errors, giving_back, recovery, write_offs
from cases.services.money import balance_of, outstanding
from cases.services.texts import SHORT_MAX, shown_money
from cases.workflow import Action
from fraud.company.values import current_calendar

PLAN = Form(
    "Plan",
    (
        Parts(name="plan", most=recovery.MAX_INSTALMENTS, required=False),
        Whole(name="parts", maximum=recovery.MAX_INSTALMENTS, required=False),
        Day(name="first_on", required=False),
    ),
)
POSTING = Form(
    "Posting",
    (
        Amount(name="amount"),
        Text(name="currency", maximum=3, required=False),
        Choice(name="method", choices=tuple(RecoveryPosting.Method.values)),
        Text(name="bank_reference", maximum=80),
        Day(name="received_on"),
        Text(name="note", maximum=SHORT_MAX, required=False),
    ),
)
GIVING_BACK = Form(
    "GivingBack",
    (
        Amount(name="amount"),
        Text(name="currency", maximum=3, required=False),
        Choice(name="method", choices=tuple(way.value for way in giving_back.WAYS)),
        Text(name="bank_reference", maximum=80),
        Day(name="given_on"),
        Text(name="note", maximum=SHORT_MAX, required=False),
    ),
)
APPROVE_WRITE_OFF = Form("ApproveWriteOff", (Amount(name="amount"), Text(name="reason", required=False)))


def _plan(step: Step) -> Recovery:
    """The parts as given, or equal monthly ones from a first day; the last takes the rest."""
    return recovery.set_plan(**step.common(), plan=_given_parts(step))


def _given_parts(step: Step) -> list[recovery.Instalment]:
    parts, first_on, given = step.data.get("parts"), step.data.get("first_on"), step.data.get("plan")
    if given is not None and parts is None and first_on is None:
        return [
            recovery.Instalment(part["due_on"], minor_of(part["amount"], step.case.currency, field="plan"))
            for part in given
        ]
    if given is not None or parts is None or first_on is None:
        raise errors.PlanNotClear
    if not 1 <= parts <= recovery.MAX_INSTALMENTS:
        raise errors.NumberNotValid(field="parts", first=1, last=recovery.MAX_INSTALMENTS)
    left = outstanding(recovery.the_recovery(step.case))
    return equal_instalments(left, parts, first_on, current_calendar())


def _post(step: Step) -> RecoveryPosting:
    given: dict[str, Any] = {name: value for name, value in step.data.items() if name != "amount"}
    given["method"] = RecoveryPosting.Method(given["method"])
    return recovery.post_recovery(**step.common(), **given, amount_minor=step.minor("amount") or 0)


def _give_back(step: Step) -> RecoveryPosting:
    given: dict[str, Any] = {name: value for name, value in step.data.items() if name != "amount"}
    given["method"] = RecoveryPosting.Method(given["method"])
    return giving_back.give_back(**step.common(), **given, amount_minor=step.minor("amount") or 0)


def _said_given_back(step: Step, posting: RecoveryPosting) -> str:
    owed = shown_money(balance_of(posting.recovery).overpaid_minor, posting.recovery.currency)
    return _("Recorded. Still owed to the cardholder: %(n)s.") % {"n": owed}


def _said_posted(step: Step, posting: RecoveryPosting) -> str:
    left = outstanding(posting.recovery)
    if not left:
        return _("Posted. Everything has come back.")
    return _("Posted. Still to come back: %(n)s.") % {"n": shown_money(left, posting.recovery.currency)}


def _posting(step: Step) -> RecoveryPosting:
    """The posting of this case that the step is about. Raises CaseNotFound."""
    found = RecoveryPosting.objects.filter(recovery__case=step.case, pk=whole_number(step.part, 18) or 0)
    posting = found.select_related("recovery__case", "posted_by").first()
    if posting is None:
        raise errors.CaseNotFound
    return posting


def _reverse(step: Step) -> RecoveryPosting:
    return recovery.reverse_posting(
        posting=_posting(step), reason=step.text("reason"), by=step.by, expected_version=step.version
    )


def _approve(step: Step) -> Recovery:
    return write_offs.approve_write_off(
        **step.common(), amount_minor=step.minor("amount") or 0, reason=step.text("reason")
    )


RECOVERY_ACTIONS = by_name(
    (
        Row(
            name="plan",
            action=Action.PLAN,
            label=gettext_lazy("Agree"),
            summary="Agree instalments",
            form=PLAN,
            call=_plan,
            said=always(gettext_lazy("The instalments were agreed.")),
        ),
        Row(
            name="postings",
            action=Action.POST,
            label=gettext_lazy("Post"),
            summary="Post money received",
            form=POSTING,
            call=_post,
            said=_said_posted,
            makes=True,
        ),
        Row(
            name="give-back",
            action=Action.GIVE_BACK,
            label=gettext_lazy("Record"),
            summary="Record money given back to the cardholder",
            form=GIVING_BACK,
            call=_give_back,
            said=_said_given_back,
            makes=True,
        ),
        Row(
            name="reverse",
            action=Action.REVERSE_POSTING,
            label=gettext_lazy("Add a counter-posting"),
            summary="Reverse a posting by a counter-posting",
            form=SHORT_REASON,
            call=_reverse,
            said=always(gettext_lazy("A counter-posting was added.")),
            makes=True,
        ),
        Row(
            name="confirm",
            action=Action.REVERSE_POSTING,  # who may take a posting back may confirm it
            label=gettext_lazy("I have seen the money"),
            summary="Confirm a posting of somebody else",
            call=lambda step: recovery.confirm_posting(
                posting=_posting(step), by=step.by, expected_version=step.version
            ),
            said=always(gettext_lazy("The posting was confirmed.")),
        ),
        Row(
            name="request-write-off",
            action=Action.REQUEST_WRITE_OFF,
            label=gettext_lazy("Ask for a write-off"),
            summary="Ask for a write-off of what is outstanding",
            form=REASON,
            call=lambda step: write_offs.request_write_off(**step.common(), reason=step.text("reason")),
            said=always(gettext_lazy("The write-off was asked for.")),
        ),
        Row(
            name="approve-write-off",
            action=Action.APPROVE_WRITE_OFF,
            label=gettext_lazy("Approve"),
            summary="Approve a write-off of exactly this amount",
            form=APPROVE_WRITE_OFF,  # another balance than the one shown voids the approval
            call=_approve,
            said=always(gettext_lazy("The write-off was approved.")),
        ),
        Row(
            name="return-write-off",
            action=Action.RETURN_WRITE_OFF,
            label=gettext_lazy("Return"),
            summary="Return a write-off",
            form=REASON,
            call=lambda step: write_offs.return_write_off(**step.common(), reason=step.text("reason")),
            said=always(gettext_lazy("The write-off was returned.")),
        ),
    )
)
