"""What the cardholder (or a manager on their behalf) may do: one row each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.casework import SHORT_REASON
from cases.actions.fields import Amount, Answers, Flag, Form, Text
from cases.actions.rows import Row, Step, always, by_name
from cases.models import Consent, Explanation
from cases.services import appeals, errors, evidence, explanation_requests, explanations, write_offs
from cases.services.explanations import ANSWER_MAX, OFFER_TYPED_MAX
from cases.workflow import Action

DRAFT = Form(
    "Draft",
    (
        Text(name="text", maximum=ANSWER_MAX, required=False),
        Answers(name="answers", maximum=ANSWER_MAX, required=False),
        Flag(name="admits"),
        Text(name="offered", maximum=OFFER_TYPED_MAX, required=False),
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
CONSENT = Form(
    "Consent",
    (Amount(name="monthly_amount"), Flag(name="agree", required=True), Text(name="text", required=False)),
)


def _answer(step: Step) -> Explanation:
    given: dict[str, Any] = {name: value for name, value in step.data.items() if name != "offered"}
    return explanations.submit_explanation(
        request=step.asked(), by=step.by, **given, offered_minor=step.minor("offered")
    )


def _withdraw_file(step: Step) -> Any:
    found = step.case.evidence.filter(reference=step.part, withdrawn_at=None).first()
    if found is None:
        raise errors.CaseNotFound
    return evidence.withdraw_evidence(evidence=found, by=step.by)


def _consent(step: Step) -> Consent:
    if not step.data.get("agree"):
        raise errors.ConsentMissing
    signed = step.text("text") or _(
        "I agree that this amount is deducted from my monthly pay until the amount is repaid."
    )
    return write_offs.record_consent(
        case=step.case, monthly_minor=step.minor("monthly_amount") or 0, text=signed, by=step.by
    )


PERSON_ACTIONS = by_name(
    (
        Row(
            name="draft",
            action=Action.ANSWER,
            label=gettext_lazy("Save and go on later"),
            summary="Save a draft",
            form=DRAFT,
            call=lambda step: explanations.save_draft(request=step.asked(), by=step.by, **step.data),
            takes_files=True,
            said=always(
                gettext_lazy(
                    "The draft was saved, with its files. You can go on later, on another device too."
                )
            ),
        ),
        Row(
            name="answer",
            action=Action.ANSWER,
            label=gettext_lazy("Send the explanation"),
            summary="Answer a request",
            form=ANSWER,
            call=_answer,
            takes_files=True,
            said=always(
                gettext_lazy(
                    "Your explanation was sent. The reviewer reads it next; you will get a mail about what follows."
                )
            ),
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
            said=always(gettext_lazy("The file was withdrawn. What was there stays on record.")),
        ),
        Row(
            name="accept",
            action=Action.ACCEPT,
            label=gettext_lazy("I accept the decision"),
            summary="Accept the decision",
            call=lambda step: appeals.accept_notice(case=step.case, by=step.by),
            said=always(gettext_lazy("You accepted the decision.")),
        ),
        Row(
            name="appeal",
            action=Action.APPEAL,
            label=gettext_lazy("Send the appeal"),
            summary="Appeal with new facts",
            form=APPEAL,
            call=lambda step: appeals.submit_appeal(case=step.case, text=step.text("text"), by=step.by),
            takes_files=True,
            said=always(
                gettext_lazy("Your appeal was sent. Somebody who did not decide before will decide it.")
            ),
        ),
        Row(
            name="consent",
            action=Action.CONSENT,
            label=gettext_lazy("Sign the consent"),
            summary="Consent to a payroll deduction",
            form=CONSENT,
            call=_consent,
            said=always(gettext_lazy("Your consent was recorded. You can withdraw it here at any time.")),
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
