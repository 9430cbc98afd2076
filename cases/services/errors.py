"""Every refusal of casework: a stable code, an HTTP status, and a sentence in the reader's language.

The sentence says what would be right. It is rendered when it is read (`sentence`), so one refusal speaks the language
of whoever sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from audit.permissions import NotPermitted
from cases.workflow import MAX_EXTENSION_DAYS, MAX_ROUNDS, MAX_SNOOZE_DAYS


class CaseworkError(Exception):
    """A step that could not be taken; nothing was changed."""

    code = "casework"
    status = 409
    text: Any = _("This is not possible now.")

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code)
        self.params = params

    @property
    def sentence(self) -> str:
        """The refusal in the active language."""
        return str(self.text) % self.params if self.params else str(self.text)

    @property
    def details(self) -> Mapping[str, Any]:
        """More for a program: field names, what is allowed, what changed."""
        return {}

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"


class TransitionNotAllowed(CaseworkError):
    """The action does not exist in the case's present state; `allowed` names those that do."""

    code = "transition_not_allowed"
    text = _("This is not possible in the case's present state.")

    def __init__(self, *, state: str, action: str, allowed: Sequence[str], guard: str = "") -> None:
        super().__init__()
        self.state, self.action, self.allowed, self.guard = state, action, list(allowed), guard

    @property
    def details(self) -> Mapping[str, Any]:
        return {"state": self.state, "action": self.action, "allowed": self.allowed, "guard": self.guard}


class StaleCase(CaseworkError):
    """Somebody changed the case since it was read; `changes` says who did what, oldest first."""

    code = "stale_case"
    text = _("The case has changed since you opened it. Look at it again before you act.")

    def __init__(self, *, version: int, changes: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__()
        self.version, self.changes = version, list(changes)

    @property
    def details(self) -> Mapping[str, Any]:
        return {"version": self.version, "changes": self.changes}


class CaseNotFound(CaseworkError):
    """It does not exist, or it is not theirs to see: the answer is the same."""

    code = "not_found"
    status = 404
    text = _("There is nothing here, or it is not yours to see.")


class Refused(NotPermitted, CaseworkError):
    """Not permitted to this person; kept as a security event in the chain of `subject`."""

    code = "not_permitted"
    status = 403
    text = _("You may not do this.")

    def __init__(self, action: str, *, subject: str) -> None:
        NotPermitted.__init__(self, action, self.code)
        self.params: dict[str, Any] = {}
        self.subject = subject


class OwnCase(Refused):
    code = "own_case"
    text = _("You are involved in this case and cannot act on it. Somebody else has to.")

    def __init__(self, action: str, *, subject: str, relation: str) -> None:
        super().__init__(action, subject=subject)
        self.relation = relation


class OwnProposal(Refused):
    code = "own_proposal"
    text = _("You proposed or decided this yourself; a different approver has to judge it.")


class OwnWriteOff(Refused):
    code = "own_write_off"
    text = _("You asked for this write-off yourself; somebody else has to decide on it.")


class OwnPosting(Refused):
    code = "own_posting"
    text = _("You entered this posting yourself; somebody else has to reverse or confirm it.")


class NotAssigned(Refused):
    code = "not_assigned"
    text = _("Take the case first; it is not assigned to you.")


class NotYours(Refused):
    code = "not_yours"
    text = _("This can only be done by the person it concerns.")


class HeldByOther(CaseworkError):
    code = "held_by_other"
    text = _("%(name)s is working on this case.")


class QueueEmpty(CaseworkError):
    code = "queue_empty"
    text = _("There is no case to take.")


class RoundsExhausted(CaseworkError):
    code = "rounds_exhausted"
    text = _("At most %(n)d explanations are asked for in one case. Decide with what is known.")

    def __init__(self) -> None:
        super().__init__(n=MAX_ROUNDS)


class AlreadyExtended(CaseworkError):
    code = "already_extended"
    text = _("The deadline was already extended once.")


class NotHeard(CaseworkError):
    code = "not_heard"
    text = _("Ask the cardholder for an explanation first: nobody is decided against unheard.")


class DecisionNeedsSecondPerson(CaseworkError):
    """The bulk or direct way is not open because a second pair of eyes is needed."""

    code = "needs_approval"
    text = _("This decision needs a second person; propose it instead.")


class ProposalChanged(CaseworkError):
    code = "proposal_changed"
    text = _("The proposal is no longer the one you saw. Look at it again before you approve.")


class NothingToUndo(CaseworkError):
    code = "nothing_to_undo"
    text = _("There is nothing to undo any more.")


class OpenCaseExists(CaseworkError):
    code = "open_case_exists"
    text = _("Another open case already covers this: %(reference)s.")


class ConsentMissing(CaseworkError):
    code = "consent_missing"
    status = 422
    text = _("Wages are paid in full: a payroll deduction needs the employee's signed consent on file.")


class PostingExists(CaseworkError):
    code = "posting_exists"
    text = _("This bank line is already posted.")


class PostingReversed(CaseworkError):
    code = "posting_reversed"
    text = _("This posting was already reversed.")


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


class TextTooLong(ContentNotValid):
    code = "text_too_long"
    text = _("The text is too long; at most %(n)d characters.")

    def __init__(self, *, n: int, field: str = "text") -> None:
        super().__init__(n=n)
        self.field = field


class AmountNotValid(ContentNotValid):
    """`why` is one of not_positive, above_at_stake, above_outstanding, currency, not_allowed, needed, already_settled."""

    code = "amount_not_valid"
    field = "amount_minor"
    texts: Mapping[str, Any] = {
        "not_positive": _("The amount must be greater than zero."),
        "negative": _("The amount cannot be negative."),
        "above_at_stake": _("The amount cannot exceed what is at stake: %(limit)s."),
        "above_outstanding": _("The amount cannot exceed what is still outstanding: %(limit)s."),
        "above_monthly": _("The consent allows at most %(limit)s a month."),
        "currency": _("The amount must be in %(currency)s."),
        "not_allowed": _("This outcome recovers no money; leave the amount empty."),
        "not_lower": _("A reduced amount must be lower than the decided one: %(limit)s."),
        "plan_sum": _("The instalments must add up to what is outstanding: %(limit)s."),
        "other_posted": _("Another amount is already posted for this bank line."),
        "already_settled": _("Everything has already come back."),
    }

    def __init__(self, why: str, **params: Any) -> None:
        super().__init__(**params)
        self.why = why

    @property
    def sentence(self) -> str:
        text = str(self.texts[self.why])
        return text % self.params if self.params else text

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field, "why": self.why}


class ChoiceNotValid(ContentNotValid):
    code = "choice_not_valid"
    text = _("Choose one of: %(choices)s.")

    def __init__(self, *, field: str, choices: Sequence[str]) -> None:
        super().__init__(choices=", ".join(choices))
        self.field = field


class DateNotValid(ContentNotValid):
    code = "date_not_valid"
    text = _("Give a date from %(first)s to %(last)s.")

    def __init__(self, *, field: str, first: Any, last: Any) -> None:
        super().__init__(first=first, last=last)
        self.field = field


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


class ClaimsDiffer(ContentNotValid):
    code = "claims_differ"
    field = "claims"
    text = _("A case is about one cardholder; choose claims of one person.")


class PersonNotSuitable(ContentNotValid):
    code = "person_not_suitable"
    field = "assignee"
    text = _("This person cannot work on the case: not a reviewer, or involved in it.")


class EvidenceError(ContentNotValid):
    """A file that cannot be taken; the status says in which way."""

    field = "file"


class EvidenceEmpty(EvidenceError):
    code, status = "evidence_empty", 400
    text = _("The file is empty.")


class EvidenceTooLarge(EvidenceError):
    code, status = "evidence_too_large", 413
    text = _("The file is too large; at most %(mb)d MB.")


class EvidenceTooComplex(EvidenceError):
    code, status = "evidence_too_complex", 413
    text = _("The picture has too many pixels or frames. Take a photograph or save it smaller.")


class EvidenceKindNotAllowed(EvidenceError):
    """`why` is unknown, name (the ending says something else) or mixed (two kinds in one file)."""

    code, status = "evidence_kind_not_allowed", 415
    text = _("Send a PDF, PNG, JPEG, WebP or HEIC file whose name ends accordingly.")

    @property
    def details(self) -> Mapping[str, Any]:
        return {"field": self.field, "why": self.params.get("why", "")}


class EvidenceDamagedOnArrival(EvidenceError):
    code, status = "evidence_unreadable", 415
    text = _("The picture cannot be read. Take it again or save it anew.")


class EvidenceHasNumbers(EvidenceError):
    code = "evidence_has_numbers"
    text = _("The file shows a full card or resident registration number. Black it out and send it again.")


class EvidenceInfected(EvidenceError):
    code = "evidence_infected"
    text = _("The virus scanner found something in this file; it was not kept.")


class EvidenceQuarantined(CaseworkError):
    code = "evidence_quarantined"
    text = _("The file has not been scanned yet. Try again later.")


class EvidenceDamaged(CaseworkError):
    code = "evidence_damaged"
    text = _("The stored file is damaged and is not shown. The auditors have been told.")


class StorageFull(CaseworkError):
    code, status = "storage_full", 507
    text = _("The file could not be stored. Try again later.")
