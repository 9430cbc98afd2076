"""What the cardholder (or a manager on their behalf) may do: one row each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.casework import SHORT_REASON
from cases.actions.fields import Amount, Answers, Flag, Form, Text, Whole
from cases.actions.rows import Row, Step, always, by_name, say
from cases.models import Appeal, Case, Consent, Evidence, Explanation
from cases.services import appeals, drafts, errors, evidence, explanation_requests, explanations, write_offs
from cases.services.drafts import ANSWER_MAX, OFFER_TYPED_MAX, PAGE_MAX
from cases.services.files import own_file
from cases.services.money import balance_of, due_minor
from cases.services.steps import recovery_of
from cases.services.texts import shown_money
from cases.workflow import Action

DRAFT = Form(
    "Draft",
    (
        Text(name="text", maximum=ANSWER_MAX, required=False),
        Answers(name="answers", maximum=ANSWER_MAX, required=False),
        Flag(name="admits"),
        Text(name="offered", maximum=OFFER_TYPED_MAX, required=False),
        Whole(name="number", minimum=0, required=False),
        Text(name="page", maximum=PAGE_MAX, required=False),
        Flag(name="both"),
    ),
)
ANSWER = Form(
    "Answer",
    (
        Text(name="text", maximum=ANSWER_MAX, required=False),
        Answers(name="answers", maximum=ANSWER_MAX, required=False),
        Flag(name="admits"),
        Amount(name="offered", required=False, only_with="admits"),
    ),
)
APPEAL = Form("AppealText", (Text(name="text", maximum=ANSWER_MAX),))
APPEAL_DRAFT = Form(
    "AppealDraft",
    (
        Text(name="text", maximum=ANSWER_MAX, required=False),
        Whole(name="number", minimum=0, required=False),
        Text(name="page", maximum=PAGE_MAX, required=False),
        Flag(name="both"),
    ),
)
CONSENT = Form(
    "Consent",
    (Amount(name="monthly_amount"), Flag(name="agree", required=True), Text(name="text", required=False)),
)


def _answer(step: Step) -> Explanation:
    given: dict[str, Any] = {name: value for name, value in step.data.items() if name != "offered"}
    return explanations.submit_explanation(
        request=step.asked(),
        by=step.by,
        expected_version=step.version,
        **given,
        offered_minor=step.minor("offered"),
    )


def _said_of_answer(step: Step, sent: Explanation) -> str:
    said = _("Your explanation was sent. The reviewer reads it next; you will get a mail about what follows.")
    if not sent.admits or not sent.offered_minor:
        return said
    offered = shown_money(sent.offered_minor, step.case.currency)
    return said + " " + _("You offered to repay %(amount)s.") % {"amount": offered}


def _accept(step: Step) -> Case:
    return appeals.accept_notice(case=step.case, by=step.by, expected_version=step.version)


def _said_of_acceptance(step: Step, case: Case) -> str:
    recovery = recovery_of(case)
    if recovery is None:
        return _("You accepted the decision. Nothing is to be repaid.")
    asked = shown_money(balance_of(recovery).due_minor, recovery.currency)
    return _("You accepted the decision: %(amount)s is to be repaid, due %(day)s.") % {
        "amount": asked,
        "day": say(recovery.due_on),
    }


def _said_of_appeal(step: Step, appeal: Appeal) -> str:
    if not (due := due_minor(step.case, appeal.decision)):
        return _("Your appeal was sent. Somebody who did not decide before will decide it.")
    asked = shown_money(due, appeal.decision.currency)
    return _(
        "Your appeal against the decision on %(amount)s was sent. Somebody who did not decide before will decide it."
    ) % {"amount": asked}


def _said_of_consent(step: Step, given: Consent) -> str:
    monthly = shown_money(given.monthly_minor, given.recovery.currency)
    return _("Your consent to %(amount)s each month was recorded. You can withdraw it here at any time.") % {
        "amount": monthly
    }


def _withdraw_file(step: Step) -> Any:
    return evidence.withdraw_evidence(evidence=own_file(step.case, step.part, step.by), by=step.by)


def _said_of_file(step: Step, file: Evidence) -> str:
    if not file.is_sent:
        return _("The file was removed. Nobody else has seen it.")
    return _(
        "The file no longer belongs to your answer. It stays on record: those who decide can still look at it."
    )


def _consent(step: Step) -> Consent:
    if not step.data.get("agree"):
        raise errors.ConsentMissing
    signed = step.text("text") or _(
        "I agree that this amount is deducted from my monthly pay until the amount is repaid."
    )
    return write_offs.record_consent(
        case=step.case,
        monthly_minor=step.minor("monthly_amount") or 0,
        text=signed,
        by=step.by,
        expected_version=step.version,
    )


_DRAFT_SAVED = gettext_lazy(
    "The draft was saved, with its files. You can go on later, on another device too."
)

PERSON_ACTIONS = by_name(
    (
        Row(
            name="draft",
            action=Action.ANSWER,
            label=gettext_lazy("Save and go on later"),
            summary="Save a draft",
            form=DRAFT,
            call=lambda step: drafts.save_draft(request=step.asked(), by=step.by, **step.data),
            takes_files=True,
            said=always(_DRAFT_SAVED),
        ),
        Row(
            name="answer",
            action=Action.ANSWER,
            label=gettext_lazy("Send the explanation"),
            summary="Answer a request",
            form=ANSWER,
            call=_answer,
            takes_files=True,
            said=_said_of_answer,
            binds=True,
            makes=True,
        ),
        Row(
            name="extension",
            action=Action.ASK_EXTENSION,
            label=gettext_lazy("Ask for more time"),
            summary="Ask for more time",
            form=SHORT_REASON,
            call=lambda step: explanation_requests.ask_extension(
                request=step.asked(), reason=step.text("reason"), by=step.by
            ),
            said=always(gettext_lazy("You asked for more time. You will get a mail when it is granted.")),
        ),
        Row(
            name="withdraw-file",
            action=Action.ANSWER,
            label=gettext_lazy("Remove"),
            summary="Take a file back",
            call=_withdraw_file,
            said=_said_of_file,
        ),
        Row(
            name="accept",
            action=Action.ACCEPT,
            label=gettext_lazy("I accept the decision"),
            summary="Accept the decision",
            call=_accept,
            said=_said_of_acceptance,
            binds=True,
        ),
        Row(
            name="appeal",
            action=Action.APPEAL,
            label=gettext_lazy("Send the appeal"),
            summary="Appeal with new facts",
            form=APPEAL,
            call=lambda step: appeals.submit_appeal(text=step.text("text"), **step.common()),
            takes_files=True,
            said=_said_of_appeal,
            binds=True,
        ),
        Row(
            name="appeal-draft",
            action=Action.APPEAL,
            label=gettext_lazy("Save and go on later"),
            summary="Save a draft of an appeal",
            form=APPEAL_DRAFT,
            call=lambda step: drafts.save_appeal_draft(case=step.case, by=step.by, **step.data),
            takes_files=True,
            said=always(_DRAFT_SAVED),
        ),
        Row(
            name="consent",
            action=Action.CONSENT,
            label=gettext_lazy("Sign the consent"),
            summary="Consent to a payroll deduction",
            form=CONSENT,
            call=_consent,
            said=_said_of_consent,
            binds=True,
        ),
        Row(
            name="withdraw-consent",
            action=Action.CONSENT,
            label=gettext_lazy("Withdraw my consent"),
            summary="Take the consent back",
            call=lambda step: write_offs.withdraw_consent(case=step.case, by=step.by),
            said=always(gettext_lazy("Your consent was withdrawn.")),
        ),
    )
)
