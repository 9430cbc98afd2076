"""What can be done in a case and by whom, in words: what a refused step says of what would be right. Pure but for the language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from cases.workflow import BESIDE, Action, Facts, Guard, Party, State, allowed_actions

STATE_WORDS: dict[str, str | Promise] = {
    State.NEW: pgettext_lazy("case state", "New"),
    State.IN_REVIEW: pgettext_lazy("case state", "In review"),
    State.AWAITING_EXPLANATION: pgettext_lazy("case state", "Asked"),
    State.EXPLAINED: pgettext_lazy("case state", "Explained"),
    State.NO_RESPONSE: pgettext_lazy("case state", "No answer"),
    State.PENDING_APPROVAL: pgettext_lazy("case state", "To approve"),
    State.NOTIFIED: pgettext_lazy("case state", "Notified"),
    State.APPEALED: pgettext_lazy("case state", "Appealed"),
    State.RECOVERING: pgettext_lazy("case state", "Recovering"),
    State.CLOSED: pgettext_lazy("case state", "Closed"),
}
STEP_WORDS: dict[str, str | Promise] = {
    Action.TAKE: pgettext_lazy("step of a case", "take the case"),
    Action.RELEASE: pgettext_lazy("step of a case", "release it"),
    Action.ASSIGN: pgettext_lazy("step of a case", "assign it"),
    Action.SNOOZE: pgettext_lazy("step of a case", "set it aside"),
    Action.WAKE: pgettext_lazy("step of a case", "bring it back to the queue"),
    Action.NOTE: pgettext_lazy("step of a case", "write a note"),
    Action.REQUEST_EXPLANATION: pgettext_lazy("step of a case", "ask for an explanation"),
    Action.WITHDRAW_REQUEST: pgettext_lazy("step of a case", "withdraw the request"),
    Action.ASK_EXTENSION: pgettext_lazy("step of a case", "ask for more time"),
    Action.EXTEND: pgettext_lazy("step of a case", "give more time"),
    Action.ANSWER: pgettext_lazy("step of a case", "answer"),
    Action.ANSWER_LATE: pgettext_lazy("step of a case", "answer late"),
    Action.CLOSE_LEGITIMATE: pgettext_lazy("step of a case", "close it as legitimate"),
    Action.PROPOSE: pgettext_lazy("step of a case", "propose a decision"),
    Action.RETURN: pgettext_lazy("step of a case", "return the proposal"),
    Action.APPROVE: pgettext_lazy("step of a case", "approve the proposal"),
    Action.ACCEPT: pgettext_lazy("step of a case", "accept the decision"),
    Action.APPEAL: pgettext_lazy("step of a case", "appeal"),
    Action.DECIDE_APPEAL: pgettext_lazy("step of a case", "decide the appeal"),
    Action.PLAN: pgettext_lazy("step of a case", "agree instalments"),
    Action.CONSENT: pgettext_lazy("step of a case", "consent to a deduction from pay"),
    Action.POST: pgettext_lazy("step of a case", "post money"),
    Action.REVERSE_POSTING: pgettext_lazy("step of a case", "reverse a posting"),
    Action.GIVE_BACK: pgettext_lazy("step of a case", "record money given back"),
    Action.REQUEST_WRITE_OFF: pgettext_lazy("step of a case", "ask for a write-off"),
    Action.APPROVE_WRITE_OFF: pgettext_lazy("step of a case", "approve the write-off"),
    Action.RETURN_WRITE_OFF: pgettext_lazy("step of a case", "return the write-off"),
    Action.REOPEN: pgettext_lazy("step of a case", "reopen it"),
    Action.MERGE: pgettext_lazy("step of a case", "merge"),
    Action.UNMERGE: pgettext_lazy("step of a case", "take the merge back"),
    Action.SPLIT: pgettext_lazy("step of a case", "split claims off"),
    Action.DETACH: pgettext_lazy("step of a case", "take a claim out"),
    Action.ATTACH: pgettext_lazy("step of a case", "put a claim back"),
    Action.LINK: pgettext_lazy("step of a case", "link it"),
    Action.UNLINK: pgettext_lazy("step of a case", "take a link away"),
    Action.CHECK: pgettext_lazy("step of a case", "tick the checklist"),
    Action.TAG: pgettext_lazy("step of a case", "tag it"),
}
_WHO: dict[Party, str | Promise] = {
    Party.HOLDER: pgettext_lazy("who may take a step", "whoever takes the case"),
    Party.REVIEWER: pgettext_lazy("who may take a step", "a reviewer"),
    Party.OTHER_APPROVER: pgettext_lazy("who may take a step", "an approver who has not judged it"),
    Party.APPROVER: pgettext_lazy("who may take a step", "an approver"),
    Party.RECOVERY_CLERK: pgettext_lazy("who may take a step", "a recovery clerk"),
    Party.RECOVERY_APPROVER: pgettext_lazy("who may take a step", "an approver who has not asked for it"),
    Party.CARDHOLDER: pgettext_lazy("who may take a step", "the cardholder"),
    Party.MANAGER: pgettext_lazy("who may take a step", "the cardholder's manager"),
}
#: Why a step of this state is not open now, for guards that have no refusal of their own.
_GUARDS: dict[str, str | Promise] = {
    Guard.SNOOZED: gettext_lazy("The case is not set aside."),
    Guard.NOT_SNOOZED: gettext_lazy("The case is set aside already."),
    Guard.OUTSTANDING: gettext_lazy("Nothing is still to come back in this case."),
    Guard.OWED: gettext_lazy("Nothing is to be given back in this case."),
    Guard.REPAID: gettext_lazy("No money was posted in this case."),
    Guard.NO_WRITE_OFF: gettext_lazy("A write-off is asked for already and waits for an approver."),
    Guard.WRITE_OFF_REQUESTED: gettext_lazy("No write-off is asked for in this case."),
    Guard.NEVER_ASKED: gettext_lazy(
        "The cardholder was asked about these claims, so they stay where they are. Link the cases instead."
    ),
    "closed": gettext_lazy("Only the request that was sent last can be answered."),
    Guard.MERGED: gettext_lazy("The case was not merged into another one."),
    Guard.NOT_MERGED: gettext_lazy("The case was merged into another one; what is done next is done there."),
}


#: What can be done in any state, or beside the way a case goes, and takes it no further.
_BESIDE = BESIDE - {Action.UNMERGE}


def open_to_others(
    state: State, facts: Facts, parties: Collection[Party], own: Collection[Action]
) -> list[tuple[Party, list[Action]]]:
    """Who else can take the case further and how, each step once: without what is done beside its way and what the reader (in these
    positions, with `own` steps) can do."""
    found: list[tuple[Party, list[Action]]] = []
    told = set(own) | _BESIDE
    for party in _WHO:
        if party in parties:
            continue
        steps = [action for action in allowed_actions(state, {party}, facts) if action not in told]
        told |= set(steps)
        if steps:
            found.append((party, steps))
    return found


def said_of_open_steps(
    *,
    state: str,
    guard: str,
    allowed: Sequence[str],
    others: Mapping[str, Sequence[str]],
    holder: str,
    is_own: bool,
) -> str:
    """Why a step is not open, and what is: to the reader, then to others. `is_own`: to the cardholder or their manager, who are told of their own steps alone."""
    if is_own:
        said = [str(_GUARDS[guard]) if guard == "closed" else _("This cannot be done now.")]
        said.append(
            _you_can(allowed) or _("Nothing waits for you here; you will be told when something does.")
        )
        return " ".join(said)
    why = _GUARDS.get(guard)
    said = [
        str(why)
        if why
        else _("This cannot be done in a case that is “%(state)s”.") % {"state": STATE_WORDS[state]}
    ]
    can = _you_can([step for step in allowed if step not in _BESIDE])
    may = "; ".join(
        pgettext("who: steps", "%(who)s: %(steps)s")
        % {"who": _name(Party(party), holder), "steps": _listed(steps)}
        for party, steps in others.items()
    )
    said += [can] if can else []
    said += [_("Others can now – %(who)s.") % {"who": may}] if may else []
    if not can and not may:
        said.append(_("Nothing further is to be done in it."))
    return " ".join(said)


def _you_can(steps: Iterable[str]) -> str:
    listed = _listed(steps)
    return _("You can now: %(steps)s.") % {"steps": listed} if listed else ""


def _listed(steps: Iterable[str]) -> str:
    return ", ".join(str(STEP_WORDS[step]) for step in steps if step in STEP_WORDS)


def _name(party: Party, holder: str) -> str:
    return holder if party == Party.HOLDER and holder else str(_WHO[party])
