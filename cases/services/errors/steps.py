"""A step that cannot be taken: by this person, on this version, in this state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from audit.permissions import NotPermitted
from cases.services.errors.base import CaseworkError
from cases.services.step_words import said_of_open_steps
from cases.workflow import MAX_ROUNDS
from fraud.web.refusals import said_of_roles
from rules.language.korean import with_particles


class TransitionNotAllowed(CaseworkError):
    """The step is not open now. `allowed` names those that are to the reader, `others` those of others by who may take them; `holder`
    names whoever holds the case. Of their own steps (`is_own`) a cardholder and their manager are told nothing of the inner ones."""

    code = "transition_not_allowed"

    def __init__(
        self,
        *,
        state: str,
        action: str,
        allowed: Sequence[str],
        guard: str = "",
        others: Mapping[str, Sequence[str]] | None = None,
        holder: str = "",
        is_own: bool = False,
    ) -> None:
        super().__init__()
        self.state, self.action, self.allowed, self.guard = state, action, list(allowed), guard
        self.others, self.holder, self.is_own = dict(others or {}), holder, is_own

    @property
    def sentence(self) -> str:
        """The refusal in the active language."""
        return with_particles(
            said_of_open_steps(
                state=self.state,
                guard=self.guard,
                allowed=self.allowed,
                others=self.others,
                holder=self.holder,
                is_own=self.is_own,
            )
        )

    @property
    def details(self) -> Mapping[str, Any]:
        if self.is_own:
            return {}
        told = {"state": self.state, "action": self.action, "allowed": self.allowed, "guard": self.guard}
        return {**told, "others": {party: list(steps) for party, steps in self.others.items()}}


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


class DraftMoved(CaseworkError):
    """What was saved is newer than what the page was showing, most likely from another device."""

    code = "draft_moved"
    text = _(
        "A newer draft was saved meanwhile, perhaps on another device. It was left as it is; what is written here was not saved yet."
    )


class DraftSent(DraftMoved):
    """What was saved was sent, or emptied by its author, after the page was shown."""

    text = _(
        "What you had written was sent or emptied meanwhile, perhaps on another device. What is written here was not saved yet."
    )


class MailMoved(CaseworkError):
    """The mail left, or somebody else took care of it meanwhile."""

    code = "mail_moved"
    status = 409
    text = _(
        "The mail has left meanwhile, or somebody else took care of it. The list of mails shows how it stands."
    )


class CaseNotFound(CaseworkError):
    """It does not exist, or it is not theirs to see: the answer is the same."""

    code = "not_found"
    status = 404
    text = _("There is nothing here, or it is not yours to see.")


class Refused(NotPermitted, CaseworkError):
    """Not permitted to this person; kept as a security event in the chain of `subject`."""

    code = "not_permitted"
    status = 403

    def __init__(self, action: str, *, subject: str) -> None:
        NotPermitted.__init__(self, action, self.code)
        self.params: dict[str, Any] = {}
        self.subject = subject

    @property
    def sentence(self) -> str:
        """The refusal in the active language; where no role of theirs may, which roles may."""
        return said_of_roles(self.action) if type(self) is Refused else super().sentence


class OwnCase(Refused):
    code = "own_case"
    text = _("You are involved in this case and cannot act on it. Somebody else has to.")

    def __init__(self, action: str, *, subject: str, relation: str) -> None:
        super().__init__(action, subject=subject)
        self.relation = relation


class OwnProposal(Refused):
    code = "own_proposal"
    text = _(
        "You proposed or decided this yourself, under this login or another one of your employee number; somebody else has to judge it."
    )


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
    text = _(
        "%(name)s is working on this case. Ask them to release it, or an approver to assign it to somebody else."
    )


class QueueEmpty(CaseworkError):
    code = "queue_empty"
    text = _(
        "There is no case to take now: those in the queue are held by somebody, set aside, or not yours to act on. The list shows which."
    )


class RoundsExhausted(CaseworkError):
    code = "rounds_exhausted"
    text = _("At most %(n)d explanations are asked for in one case. Decide with what is known.")

    def __init__(self) -> None:
        super().__init__(n=MAX_ROUNDS)


class AlreadyExtended(CaseworkError):
    code = "already_extended"
    text = _(
        "The deadline was already extended once and is not moved again. What is missing by then can be asked for in a further request."
    )


class NotHeard(CaseworkError):
    code = "not_heard"
    text = _(
        "Ask the cardholder for an explanation first: nobody is decided against without having been heard."
    )


class DecisionNeedsSecondPerson(CaseworkError):
    """The bulk or direct way is not open because a second pair of eyes is needed."""

    code = "needs_approval"
    text = _("This decision needs a second person; propose it instead.")


class OverNotKnown(CaseworkError):
    code = "over_not_known"
    text = _("The facts of this case do not say which part lies over the limit. Propose the amount yourself.")


class ProposalChanged(CaseworkError):
    code = "proposal_changed"
    text = _("The proposal is no longer the one you saw. Look at it again before you approve.")


class NothingToUndo(CaseworkError):
    code = "nothing_to_undo"
    text = _(
        "A step is undone within %(n)d seconds and while nothing else has happened. Take the opposite step instead."
    )


class OpenCaseExists(CaseworkError):
    code = "open_case_exists"
    text = _("Another open case already covers this: %(reference)s. Go on in that one.")


class NothingToReopen(CaseworkError):
    code = "nothing_to_reopen"
    text = _(
        "There is nothing to look at again: every payment of this case turned out to be another person's. Open a case for that person from the claim."
    )


class ConsentMissing(CaseworkError):
    code = "consent_missing"
    status = 422
    text = _("Wages are paid in full: a payroll deduction needs the employee's signed consent on file.")


class PostingExists(CaseworkError):
    code = "posting_exists"
    text = _(
        "This bank line is already posted. Reverse that posting first if it is wrong, or give the reference of the line that is meant."
    )


class PostingReversed(CaseworkError):
    code = "posting_reversed"
    text = _("This posting was already reversed. If the money did come in, post it anew.")
