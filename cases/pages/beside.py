"""What was asked and answered, beside the claim it is about, and what is said of its receipt read against the claim."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone

from cases.models import Evidence, Explanation
from cases.pages.answers import answers_of
from cases.pages.case import ClaimRow
from cases.pages.stated import Stated, stated_by_file, stated_in
from cases.services.company import company_today
from fraud.claims.models import Claim
from fraud.web.dates import say_day
from rules.money import to_decimal


@dataclass(frozen=True, slots=True)
class Said:
    """A question with its answer; `explanation` is who said it and when."""

    question: str
    text: str
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing said of a receipt beside the claim's own: an amount or a day, and whether both agree."""

    source: str  # answer, file
    amount: Decimal | None
    day: date | None
    agrees: bool

    @property
    def digits(self) -> int:
        """Decimals the amount was written with."""
        exponent = self.amount.as_tuple().exponent if self.amount is not None else 0
        return max(-exponent, 0) if isinstance(exponent, int) else 0


@dataclass
class Beside:
    """What stands beside one claim."""

    row: ClaimRow
    said: list[Said] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    files: list[Evidence] = field(default_factory=list)


def beside_claims(
    rows: Sequence[ClaimRow], explanations: Iterable[Explanation], files: Iterable[Evidence]
) -> tuple[list[Beside], list[Said]]:
    """Each claim with what was said of it, and what was said of the case as a whole. Nothing is asked of the database.

    A question is about the claims whose merchant and day it names, and of those about the ones whose amounts it names, if it names any;
    where a case has one claim, every question is about it. A question without an answer stands in the timeline alone.
    """
    found = [Beside(row, readings=_readings(row.claim, stated_by_file(row.claim.extra))) for row in rows]
    of_case: list[Said] = []
    for explanation in explanations:
        whole = [Said("", explanation.text, explanation)] if explanation.text.strip() else []
        answered = (one for one in answers_of(explanation) if one.text.strip())
        for said in [*whole, *(Said(one.question, one.text, explanation) for one in answered)]:
            about = _about(said.question, found)
            for one in about:
                one.said.append(said)
                one.readings += _readings(
                    one.row.claim, stated_in(said.text, year=_local(one.row.claim).year)
                )
            if not about:
                of_case.append(said)
    if len(found) == 1:
        found[0].files = [
            file for file in files if file.explanation_id is not None and file.withdrawn_at is None
        ]
    return found, of_case


def _about(question: str, found: list[Beside]) -> list[Beside]:
    if len(found) == 1:
        return found
    about = [one for one in found if is_about(question, one.row.claim)]
    named = [one for one in about if _amount(one.row.claim) in question]
    return named or about


def _amount(claim: Claim) -> str:
    """As both languages write it in a sentence, without the currency."""
    return f"{to_decimal(claim.amount_minor, claim.currency):,f}"


def is_about(question: str, claim: Claim) -> bool:
    """Whether a question names the claim's merchant and day, in either language."""
    today = company_today()
    days = {say_day(_local(claim), language, today=today) for language in ("ko", "en")}
    return bool(question) and claim.merchant_name in question and any(day in question for day in days)


def _readings(claim: Claim, stated: Stated | None) -> list[Reading]:
    if stated is None:
        return []
    own = to_decimal(claim.amount_minor, claim.currency)
    amounts = [Reading(stated.source, amount, None, amount == own) for amount in stated.amounts]
    return amounts + [Reading(stated.source, None, day, day == _local(claim)) for day in stated.days]


def _local(claim: Claim) -> date:
    return timezone.localtime(claim.transacted_at).date()
