"""What each amount of a case is called: one name for staff, one for the cardholder, in every page, list, file and letter.

The tables of docs/glossary.md list them with their Korean names; `tests/test_names.py` fails where a text uses another one.
"""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


class Amount(StrEnum):
    """An amount of a case, as balances and the interface name it."""

    AT_STAKE = "at_stake"
    SPENT = "spent"
    RETURNED = "returned"  # by the card: cancellations and refunds
    DECIDED = "decided"
    DUE = "due"  # of what was decided, after appeals and what the card gave back since
    RECOVERED = "recovered"
    WRITTEN_OFF = "written_off"
    OUTSTANDING = "outstanding"
    OVERPAID = "overpaid"
    GIVEN_BACK = "given_back"
    RECOVERED_BEFORE = (
        "recovered_before"  # in the cases that one opened anew takes up, as far as its decision needs it
    )
    WRITTEN_OFF_BEFORE = "written_off_before"
    UNCOVERED = (
        "uncovered"  # given back to the cardholder of money that the bank took back afterwards; is asked for
    )


AMOUNTS: dict[str, str | Promise] = {
    Amount.AT_STAKE: pgettext_lazy("amount", "At stake"),
    Amount.SPENT: pgettext_lazy("amount", "Spent"),
    Amount.RETURNED: pgettext_lazy("amount", "Came back by the card"),
    Amount.DECIDED: pgettext_lazy("amount", "Decided to come back"),
    Amount.DUE: pgettext_lazy("amount", "To be recovered"),
    Amount.RECOVERED: pgettext_lazy("amount", "Recovered"),
    Amount.WRITTEN_OFF: pgettext_lazy("amount", "Written off"),
    Amount.OUTSTANDING: pgettext_lazy("amount", "Still to come back"),
    Amount.OVERPAID: pgettext_lazy("amount", "To give back"),
    Amount.GIVEN_BACK: pgettext_lazy("amount", "Given back"),
    Amount.RECOVERED_BEFORE: pgettext_lazy("amount", "Recovered before"),
    Amount.WRITTEN_OFF_BEFORE: pgettext_lazy("amount", "Written off before"),
    Amount.UNCOVERED: pgettext_lazy("amount", "Given back, then bounced"),
}
#: The same to the person who spent it; what is at stake has no name there.
OWN_AMOUNTS: dict[str, str | Promise] = {
    Amount.SPENT: pgettext_lazy("one's own amount", "Spent"),
    Amount.RETURNED: pgettext_lazy("one's own amount", "Came back by the card"),
    Amount.DUE: pgettext_lazy("one's own amount", "To repay"),
    Amount.RECOVERED: pgettext_lazy("one's own amount", "Repaid"),
    Amount.WRITTEN_OFF: pgettext_lazy("one's own amount", "No longer asked for"),
    Amount.OUTSTANDING: pgettext_lazy("one's own amount", "Still to repay"),
    Amount.OVERPAID: pgettext_lazy("one's own amount", "Will be given back to you"),
    Amount.GIVEN_BACK: pgettext_lazy("one's own amount", "Given back to you"),
    Amount.RECOVERED_BEFORE: pgettext_lazy("one's own amount", "Repaid before"),
    Amount.UNCOVERED: pgettext_lazy("one's own amount", "Given back, then bounced"),
}
