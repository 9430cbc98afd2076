"""What was entered is right by itself and does not fit its case: cases, claims, entries, addresses and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.services.errors.content import ContentNotValid


class CasesDiffer(ContentNotValid):
    """`why`: none, same, person, currency, sample, empty, all_of_it, moved, merged_on, not_merged, linked, not_linked, counted."""

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
        "not_merged": _(
            "The case was not merged into this one. Take the merge back on the page of the case it went into."
        ),
        "counted": _(
            "What was repaid or given up in %(earlier)s counts towards %(case)s, and cannot be shared out yet once claims move. Decide on the case as it is, or link the cases."
        ),
        "linked": _("The cases are linked already."),
        "not_linked": _("The cases are not linked: there is no link to take away."),
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
    text = _(
        "Nothing of this entry is left to be placed. Reverse a posting of it first, on the page of its recovery."
    )


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
    """`why`: not_a_reviewer (or no active login), department (they do not see it), involved."""

    code = "person_not_suitable"
    field = "assignee"
    texts: Mapping[str, Any] = {
        "not_a_reviewer": _("No active login of this name works cases. Choose a reviewer or an approver."),
        "department": _(
            "This person does not see the department of the case. Choose somebody who sees it, or have the department given to them."
        ),
        "involved": _("This person is involved in the case. Choose somebody else."),
    }

    def __init__(self, why: str = "not_a_reviewer") -> None:
        super().__init__()
        self.why = why
        self.text = self.texts[why]

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field, "why": self.why}
