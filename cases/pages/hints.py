"""What a step would say against what is known of its case: told beside the step and with its confirmation, never a refusal.

Whoever decides may know more than the case holds; so each sentence says what is known, and leaves the step to them.
"""

from __future__ import annotations

from django.utils.translation import pgettext

from audit.language import current_language
from cases.dispositions import Disposition
from cases.models import Case, Recovery
from cases.services.company import company_today
from cases.services.money import shown_stake
from cases.services.money_told import told_money
from fraud.web.dates import say_day


def hints_of_outcome(case: Case, disposition: str) -> list[str]:
    """What speaks against an outcome: personal use that was repaid, where nobody admitted it and nothing came or is offered back."""
    if disposition != Disposition.PERSONAL_USE_REPAID or _is_admitted(case):
        return []
    if shown_stake(case).returned_minor or shown_stake(case).carried_minor or told_money(case).repaid_minor:
        return []
    return [
        pgettext(
            "hint", "So far the cardholder has neither admitted personal use nor offered or made a repayment."
        )
    ]


def hints_of_write_off(recovery: Recovery) -> list[str]:
    """What whoever asks for a write-off, or decides on one, should know of the case: its outcome, and whether its person is still there."""
    case, found = recovery.case, []
    if case.disposition == Disposition.PERSONAL_USE_REPAID:
        found.append(
            pgettext(
                "hint",
                "The case ended as “Personal use, repaid”: a write-off says that it was not repaid after all.",
            )
        )
    left, today = case.cardholder.left_on, company_today()
    if left is None or left > today:
        found.append(pgettext("hint", "The cardholder is still employed."))
    else:
        said = pgettext("hint", "The cardholder left on %(day)s.")
        found.append(said % {"day": say_day(left, current_language(), today=today)})
    return found


def _is_admitted(case: Case) -> bool:
    answers = (answer for asked in case.requests.all() for answer in asked.explanations.all())
    return any(answer.admits or answer.offered_minor for answer in answers)
