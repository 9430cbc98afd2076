"""What was entered is not right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.services.choice_words import choice_word
from cases.services.errors.base import CaseworkError
from cases.workflow import MAX_EXTENSION_DAYS, MAX_SNOOZE_DAYS
from rules.language.korean import with_particles


class ContentNotValid(CaseworkError):
    """What was entered is not right; `field` names where."""

    code = "not_valid"
    status = 422
    text = _("This entry is not right.")
    field = ""

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field} if self.field else {}


class ReasonTooShort(ContentNotValid):
    code = "reason_too_short"
    text = _("Give your own reason in at least %(n)d characters.")

    def __init__(self, *, n: int, field: str = "reason") -> None:
        super().__init__(n=n)
        self.field = field
        if field != "reason":
            self.text = _("Write at least %(n)d characters.")


class AnswerEmpty(ReasonTooShort):
    """An answer without an answered question and without own words."""

    def __init__(self, *, n: int, has_questions: bool) -> None:
        super().__init__(n=n, field="text")
        self.text = (
            _(
                "Nothing is answered yet. Answer at least one question, or write at least %(n)d characters in your own words."
            )
            if has_questions
            else _("Nothing is answered yet. Write your answer to the letter in at least %(n)d characters.")
        )


class AppealTooShort(ReasonTooShort):
    def __init__(self, *, n: int) -> None:
        super().__init__(n=n, field="text")
        self.text = _("Write what is new or what was overlooked, in at least %(n)d characters.")


class TextTooLong(ContentNotValid):
    code = "text_too_long"
    text = _("The text is too long; at most %(n)d characters.")

    def __init__(self, *, n: int, field: str = "text") -> None:
        super().__init__(n=n)
        self.field = field


class AmountNotValid(ContentNotValid):
    """`why` is one of not_positive, above_at_stake, above_outstanding, above_owed, currency, not_allowed, needed, already_settled."""

    code = "amount_not_valid"
    field = "amount"
    texts: Mapping[str, Any] = {
        "not_a_number": _("The amount must be a number such as %(example)s, without other words."),
        "too_large": _("The amount is too large. Write one such as %(example)s."),
        "sign": _("The amount cannot be negative. Write it without a sign, such as %(example)s."),
        "decimals_none": _("%(currency)s has no decimals. Write a whole amount such as %(example)s."),
        "decimals": _("%(currency)s has at most %(digits)d decimals. Write an amount such as %(example)s."),
        "not_positive": _("The amount must be greater than zero."),
        "negative": _("The amount cannot be negative."),
        "above_at_stake": _("The amount cannot exceed what is at stake: %(limit)s."),
        "nothing_to_take_back": _("No posting of this amount is there to be taken back."),
        "given_back": _(
            "The bank gave back a payment that had gone out; that is no repayment. Post it by hand where it belongs."
        ),
        "went_out": _(
            "The money went out, and the bank does not say whether it takes a repayment back. It waits on the list of open entries: take the repayment back there, or set the entry aside."
        ),
        "above_entry": _("The amount cannot exceed what is left of the entry: %(limit)s."),
        "above_outstanding": _("The amount cannot exceed what is still outstanding: %(limit)s."),
        "above_owed": _("The amount cannot exceed what is owed to the cardholder: %(limit)s."),
        "above_monthly": _("The consent allows at most %(limit)s a month."),
        "currency": _("The amount must be in %(currency)s."),
        "not_allowed": _("This outcome recovers no money; leave the amount empty."),
        "needs_admission": _(
            "An offer goes with saying that the payment was personal; else leave the amount empty."
        ),
        "not_lower": _("A reduced amount must be lower than the decided one: %(limit)s."),
        "only_reduced": _("Only a reduction names an amount: choose it, or leave the amount empty."),
        "write_off_grew": _(
            "The write-off was asked for %(limit)s and more is outstanding now. Return it, so that it can be asked for anew."
        ),
        "plan_sum": _("The instalments must add up to what is outstanding: %(limit)s."),
        "other_posted": _("Another amount is already posted for this bank line."),
        "already_settled": _("Everything has already come back."),
    }

    def __init__(self, why: str, *, field: str = "amount", **params: Any) -> None:
        super().__init__(**params)
        self.why = why
        self.field = field

    @property
    def sentence(self) -> str:
        text = str(self.texts[self.why])
        return with_particles(text % self.params if self.params else text)

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field, "why": self.why}


class ChoiceNotValid(ContentNotValid):
    code = "choice_not_valid"
    text = _("Choose one of: %(choices)s.")

    def __init__(self, *, field: str, choices: Sequence[str]) -> None:
        super().__init__()
        self.field = field
        self.choices = list(choices)

    @property
    def sentence(self) -> str:
        """The choices by their words in the reader's language; where there are none, that the field stays empty."""
        if not self.choices:
            return str(_("There is nothing to choose here for this outcome; leave it empty."))
        return str(self.text) % {"choices": ", ".join(choice_word(self.field, code) for code in self.choices)}

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field, "choices": self.choices}


class DateNotValid(ContentNotValid):
    code = "date_not_valid"
    text = _("Give a date from %(first)s to %(last)s.")

    def __init__(self, *, field: str, first: Any, last: Any) -> None:
        super().__init__(first=first, last=last)
        self.field = field


class DayNotValid(ContentNotValid):
    code = "date_not_valid"
    text = _("A date must be written as year-month-day, such as 2026-03-31.")

    def __init__(self, *, field: str) -> None:
        super().__init__()
        self.field = field


class CasesDiffer(ContentNotValid):
    """`why`: none, same, person, currency, sample, empty, all_of_it, moved, merged_on, not_merged, linked, not_linked."""

    code = "cases_differ"
    field = "other"
    texts: Mapping[str, Any] = {
        "none": _("Choose another case from the list, or name one by its reference."),
        "same": _("Name another case than this one."),
        "person": _("The cases are of different cardholders. Link them instead."),
        "currency": _("The cases are in different currencies. Link them instead."),
        "sample": _("A case drawn at random stays by itself. Link them instead."),
        "empty": _("No claim would be left in one of the cases, or none is there to move."),
        "all_of_it": _(
            "Every claim left in %(other)s came from this case, so nothing would stay there. Go on with them in %(other)s."
        ),
        "moved": _(
            "None of the claims this case had brought is in %(other)s any more (%(where)s). Split them off where they are now: that puts them in a case of their own again."
        ),
        "merged_on": _(
            "%(other)s was itself merged into %(further)s. Take that merge back first, on the page of %(other)s; then this one."
        ),
        "not_merged": _("The case was not merged into this one."),
        "linked": _("The cases are linked already."),
        "not_linked": _("The cases are not linked."),
    }

    def __init__(self, why: str, **params: Any) -> None:
        super().__init__(**params)
        self.why = why
        self.text = self.texts[why]

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field, "why": self.why, **self.params}


class ClaimsNotHere(ContentNotValid):
    code = "claims_not_here"
    text = _("Choose claims of this case.")

    def __init__(self, *, field: str, claims: Sequence[str], have_left: bool = False) -> None:
        """`have_left`: asked for were claims that were taken out of the case."""
        super().__init__()
        self.field, self.claims = field, list(claims)
        if have_left:
            self.text = _("Choose a claim that was taken out of this case.")

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field, "claims": self.claims}


class ClaimsStay(ContentNotValid):
    code = "claims_stay"
    text = _("At least one claim stays in the case. To end it, close it or merge it into another one.")

    def __init__(self, *, field: str) -> None:
        super().__init__()
        self.field = field


class NeverJudged(ContentNotValid):
    code = "never_judged"
    field = "goes"
    text = _("No night has judged this claim, so it cannot wait for a seat. Drop it with a reason instead.")


class NumberNotValid(ContentNotValid):
    code = "number_not_valid"
    text = _("Give a whole number from %(first)d to %(last)d.")

    def __init__(self, *, field: str, first: int, last: int) -> None:
        super().__init__(first=first, last=last)
        self.field = field


class QuestionsInText(ContentNotValid):
    code = "questions_in_text"
    field = "text"
    text = _(
        "The text numbers questions of its own. Write each question on a line of the field for questions; the letter lists them where the text says [questions]."
    )


class NothingToAsk(ContentNotValid):
    code = "nothing_to_ask"
    field = "questions"
    text = _(
        "Each question of this pattern was answered already. Write what is still to be asked, one question a line."
    )


class PlanNotClear(ContentNotValid):
    code = "plan_not_clear"
    field = "plan"
    text = _("Give either each part with its day and amount, or a number of equal parts and the first day.")


class SnoozeTooLong(ContentNotValid):
    code = "snooze_too_long"
    field = "until"
    text = _("Set the case aside until a day after today, at most %(n)d days ahead.")

    def __init__(self) -> None:
        super().__init__(n=MAX_SNOOZE_DAYS)


class ExtensionTooLong(ContentNotValid):
    code = "extension_too_long"
    field = "days"
    text = _("A deadline is extended once, by 1 to %(n)d business days.")

    def __init__(self) -> None:
        super().__init__(n=MAX_EXTENSION_DAYS)


class TooMany(ContentNotValid):
    code = "too_many"
    text = _("At most %(n)d at once.")

    def __init__(self, *, n: int, field: str = "") -> None:
        super().__init__(n=n)
        self.field = field


class TooManyFiles(ContentNotValid):
    """A case has as many files as it takes; `is_full` where even taking one back would not help."""

    code = "too_many"
    field = "files"
    text = _(
        "A case takes at most %(n)d files. Take one back that is not needed, or put several pages into one PDF."
    )

    def __init__(self, *, n: int, is_full: bool) -> None:
        if is_full:
            self.text = _(
                "Too many files were added and taken back. Write in your answer that you have more to show; whoever reviews it will ask you."
            )
        super().__init__(n=n)


class ClaimsDiffer(ContentNotValid):
    code = "claims_differ"
    field = "claims"
    text = _("A case is about one cardholder; choose claims of one person.")


class CaseNotNamed(ContentNotValid):
    code = "case_not_named"
    field = "case"
    text = _("Its words name no case, or several. Choose the recovery it belongs to on the list of entries.")


class PerhapsTold(ContentNotValid):
    code = "perhaps_told"
    field = "entry"
    text = _(
        "Another file told an entry of the same day and amount under another id. Look at both: it is the same, or post it."
    )


class EntryNotOpen(ContentNotValid):
    code = "entry_not_open"
    field = "entry"
    text = _("Nothing of this entry is left to be placed.")


class NotAPayment(ContentNotValid):
    code = "not_a_payment"
    field = "claims"
    text = _("%(claim)s took no money: it came back or was declined. Choose the payment it belongs to.")


class NoAddress(ContentNotValid):
    code = "no_address"
    field = "recipient"
    text = _(
        "No mail address of the cardholder is known. Bring it with the personnel list, or tell them another way and say so here."
    )


class NotReachable(ContentNotValid):
    """A request to somebody of whom no address is known, asked for among many where nobody was shown it."""

    code = "not_reachable"
    field = "recipient"
    text = _(
        "No mail address of %(name)s is known, so no deadline would run. Nothing was sent. Bring the address with the personnel list, or ask from the case itself and tell them another way."
    )

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class AddressUnknown(NotReachable):
    """A request to somebody of whom no address is known, from somebody who was not told so or does not say that they were."""

    text = _(
        "No mail address of %(name)s is known, so no deadline would run. Nothing was sent. Bring the address with the personnel list, or ask all the same, knowing that, and tell them another way."
    )


class PersonNotSuitable(ContentNotValid):
    code = "person_not_suitable"
    field = "assignee"
    text = _("This person cannot work on the case: not a reviewer, or involved in it.")
