"""Situations in which a rule service refuses, each with a stable code."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class RuleServiceError(Exception):
    """A refusal to show to a person; ``code`` is stable, ``status`` is the fitting HTTP answer."""

    code = "refused"
    status = 409
    message = _("This is not possible now.")

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message) % self.values if self.values else str(self.message)

    @property
    def sentence(self) -> str:
        """What the interface answers, in the reader's language."""
        return str(self)

    @property
    def details(self) -> None:
        """Nothing beyond the sentence."""
        return None


class StaleDraft(RuleServiceError):
    """Somebody else saved the draft in the meantime."""

    code = "stale_version"
    message = _("Somebody else has changed this draft. Load it again and repeat your change.")


class ProposalStale(StaleDraft):
    """What the proposal changes was changed by another since it was made."""

    message = _(
        "This has been changed since it was proposed. Return the proposal; it has to be proposed anew."
    )


class PageStale(StaleDraft):
    """What the page was showing is not what is there now."""

    message = _("This has changed since you opened the page. Look at it again, then decide.")


class WrongState(RuleServiceError):
    """The version is in a state that does not allow the step."""

    code = "wrong_state"
    message = _("This version is %(state)s; the step is possible only from: %(allowed)s.")


class ClauseMissing(RuleServiceError):
    """What cites no paragraph of the policy is told to nobody ahead."""

    code = "clause_missing"
    status = 422
    message = _("Only a rule that cites a clause of the policy may be told before a claim is filed.")


class AheadNotPossible(RuleServiceError):
    """The rule looks at more than the payment and the person's own claims."""

    code = "ahead_not_possible"
    status = 422
    message = _(
        "This rule cannot be told before a claim is filed: it looks beyond the payment and the person's own claims (%(parts)s)."
    )


class CodeTaken(RuleServiceError):
    """A rule with this code exists."""

    code = "code_taken"
    message = _("There is already a rule with the code %(code)s. Choose another code.")


class DraftExists(RuleServiceError):
    """The rule has an open draft; one text is worked on at a time."""

    code = "draft_exists"
    message = _("Version %(number)s of this rule is still open. Finish or discard it first.")


class ApprovalVoid(RuleServiceError):
    """The content changed after the proposal: the approval would not be for what was proposed."""

    code = "approval_void"
    message = _("The rule has changed since it was proposed. It must be proposed again.")


class ReasonNeeded(RuleServiceError):
    """Turning something off, or changing what rules are measured by, without saying why."""

    code = "reason_needed"
    status = 422
    message = _("Say in at least five characters why: whoever approves it has to know.")


class RetirementNotProposed(RuleServiceError):
    """Nobody has asked to stop the rule, so there is nothing to approve."""

    code = "retirement_not_proposed"
    message = _("Nobody has proposed to stop this rule. Propose it first; somebody else then approves.")


class RetirementProposed(RuleServiceError):
    """Stopping the rule is proposed already."""

    code = "retirement_proposed"
    message = _("It is already proposed to stop this rule. Approve or return that proposal.")


class NothingBefore(RuleServiceError):
    """No earlier version of the rule ever counted."""

    code = "nothing_before"
    message = _("No earlier version of this rule has counted. Stop the rule, or write a new version.")


class ConfirmationNeeded(RuleServiceError):
    """The rule hits very many claims; its author must confirm by typing the rule's code."""

    code = "confirmation_needed"
    status = 422
    message = _(
        "This rule hits %(percent)s%% of the last claims. To propose it all the same, type its code %(code)s."
    )


class QuestionMissing(RuleServiceError):
    """A hit asks the cardholder something; a rule that has nothing to ask cannot go live."""

    code = "question_missing"
    status = 422
    message = _(
        "This rule has no question to the cardholder in both languages, so it cannot go live. "
        "Write the question (Korean and English) under “About” and propose it again."
    )


class ShareNotPossible(RuleServiceError):
    """A share of the cardholders that is none, or one beside a version that counts for all of them."""

    code = "share_not_possible"
    status = 422
    message = _(
        "A share is a whole percentage from 1 to 100. Less than 100 is possible only while no other version of the rule counts: "
        "the others would be judged by none."
    )


class ShareNotGrowing(RuleServiceError):
    """A rule is rolled out to more people, never to fewer."""

    code = "share_not_growing"
    status = 422
    message = _(
        "The rule counts for that share already. To take it back, stop the rule or go back to an earlier version."
    )


class ExampleFails(RuleServiceError):
    """An example row of the rule says otherwise than the rule's text."""

    code = "example_fails"
    status = 422
    message = _(
        "Example %(at)s should %(wanted)s, but the rule %(found)s%(missing)s. Change the rule or the example."
    )


class ValueNotValid(RuleServiceError):
    """A value list or parameter value that cannot be used."""

    code = "value_not_valid"
    status = 422
    message = _("%(reason)s")
