"""What was typed is not right: reasons, amounts, choices, days, numbers. What does not fit a case is in `fitting.py`."""

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
        "nothing_to_take_back": _(
            "No posting of this amount is there to be taken back. Reverse the one that is meant on the page of its recovery."
        ),
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
        "other_posted": _(
            "Another amount is already posted for this bank line. Reverse that posting first if it is wrong."
        ),
        "already_settled": _(
            "Nothing is still to come back in this case. Post the money in the case it belongs to."
        ),
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

    def __init__(self, *, field: str, choices: Sequence[str], of: str = "") -> None:
        """`of`: whose words the choices have, where the field is called otherwise."""
        super().__init__()
        self.field, self.of = field, of or field
        self.choices = list(choices)

    @property
    def sentence(self) -> str:
        """The choices by their words in the reader's language; where there are none, that the field stays empty."""
        if not self.choices:
            return str(_("There is nothing to choose here for this outcome; leave it empty."))
        return str(self.text) % {"choices": ", ".join(choice_word(self.of, code) for code in self.choices)}

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
