"""The words of the case workflow: states, actions, parties, guards, and how long each state may last. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    NEW = "new"
    IN_REVIEW = "in_review"
    AWAITING_EXPLANATION = "awaiting_explanation"
    EXPLAINED = "explained"
    NO_RESPONSE = "no_response"
    PENDING_APPROVAL = "pending_approval"
    NOTIFIED = "notified"
    APPEALED = "appealed"
    RECOVERING = "recovering"
    CLOSED = "closed"


class Action(StrEnum):
    TAKE = "take"
    RELEASE = "release"
    ASSIGN = "assign"
    SNOOZE = "snooze"
    WAKE = "wake"
    NOTE = "note"
    REQUEST_EXPLANATION = "request_explanation"
    WITHDRAW_REQUEST = "withdraw_request"
    ASK_EXTENSION = "ask_extension"
    EXTEND = "extend"
    ANSWER = "answer"
    ANSWER_LATE = "answer_late"
    LAPSE = "lapse"
    CLOSE_LEGITIMATE = "close_legitimate"
    PROPOSE = "propose"
    DECIDE = "decide"
    RETURN = "return"
    VOID = "void"
    APPROVE = "approve"
    ACCEPT = "accept"
    APPEAL = "appeal"
    END_NOTICE = "end_notice"
    DECIDE_APPEAL = "decide_appeal"
    PLAN = "plan"
    CONSENT = "consent"
    POST = "post"
    REVERSE_POSTING = "reverse_posting"
    GIVE_BACK = "give_back"
    REQUEST_WRITE_OFF = "request_write_off"
    APPROVE_WRITE_OFF = "approve_write_off"
    RETURN_WRITE_OFF = "return_write_off"
    SETTLE = "settle"
    RESUME = "resume"
    DISSOLVE = "dissolve"
    REOPEN = "reopen"
    MERGE = "merge"  # take another case's claims in …
    END_MERGED = "end_merged"  # … which ends it
    UNMERGE = "unmerge"
    SPLIT = "split"
    DETACH = "detach"
    ATTACH = "attach"
    LINK = "link"
    UNLINK = "unlink"
    CHECK = "check"
    TAG = "tag"


#: What can be done beside the way a case goes: it waits for somebody else all the same.
BESIDE = frozenset(
    {
        Action.NOTE,
        Action.ASSIGN,
        Action.MERGE,
        Action.UNMERGE,
        Action.SPLIT,
        Action.DETACH,
        Action.ATTACH,
        Action.LINK,
        Action.UNLINK,
        Action.CHECK,
        Action.TAG,
    }
)


class Party(StrEnum):
    """In which position somebody stands to a case: the role together with the relation."""

    REVIEWER = "reviewer"  # any reviewer or approver who is not involved
    HOLDER = "holder"  # the reviewer who holds the case; an approver always counts as one
    APPROVER = "approver"
    OTHER_APPROVER = "other_approver"  # an approver who neither proposed nor decided what is to be judged
    CARDHOLDER = "cardholder"
    MANAGER = "manager"  # of the cardholder
    RECOVERY_CLERK = "recovery_clerk"
    RECOVERY_APPROVER = "recovery_approver"  # an approver who did not ask for the write-off
    SYSTEM = "system"


class Guard(StrEnum):
    """What must be true of the case besides its state."""

    FREE = "free"
    SNOOZED = "snoozed"
    NOT_SNOOZED = "not_snoozed"
    ROUNDS_LEFT = "rounds_left"
    NOT_EXTENDED = "not_extended"
    DEADLINE_PASSED = "deadline_passed"
    HEARD = "heard"
    ONE_PAIR_OF_EYES = "one_pair_of_eyes"
    NOTICE_OVER = "notice_over"
    OUTSTANDING = "outstanding"
    SETTLED = "settled"
    OWED = "owed"
    REPAID = "repaid"
    NO_WRITE_OFF = "no_write_off"
    WRITE_OFF_REQUESTED = "write_off_requested"
    NEVER_ASKED = "never_asked"
    MERGED = "merged"
    NOT_MERGED = "not_merged"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guards look at. Amounts in minor units."""

    is_held: bool = False
    is_snoozed: bool = False
    n_rounds: int = 0
    is_extended: bool = False
    deadline_passed: bool = False
    is_heard: bool = False  # a request was answered, or its deadline passed in silence
    four_eyes: bool = True
    notice_over: bool = False
    outstanding_minor: int = 0
    owed_minor: int = 0  # to the cardholder: came back beyond what is due
    is_repaid: bool = False  # money was posted
    write_off_requested: bool = False
    is_merged: bool = False  # ended since its claims went into another case


MAX_ROUNDS = 3
MAX_EXTENSION_DAYS = 5  # business days, once
MAX_SNOOZE_DAYS = 90  # calendar days

GUARDS: Mapping[Guard, Callable[[Facts], bool]] = {
    Guard.FREE: lambda facts: not facts.is_held,
    Guard.SNOOZED: lambda facts: facts.is_snoozed,
    Guard.NOT_SNOOZED: lambda facts: not facts.is_snoozed,
    Guard.ROUNDS_LEFT: lambda facts: facts.n_rounds < MAX_ROUNDS,
    Guard.NOT_EXTENDED: lambda facts: not facts.is_extended,
    Guard.DEADLINE_PASSED: lambda facts: facts.deadline_passed,
    Guard.HEARD: lambda facts: facts.is_heard,
    Guard.ONE_PAIR_OF_EYES: lambda facts: not facts.four_eyes,
    Guard.NOTICE_OVER: lambda facts: facts.notice_over,
    Guard.OUTSTANDING: lambda facts: facts.outstanding_minor > 0,
    Guard.SETTLED: lambda facts: facts.outstanding_minor == 0,
    Guard.OWED: lambda facts: facts.owed_minor > 0,
    Guard.REPAID: lambda facts: facts.is_repaid,
    Guard.NO_WRITE_OFF: lambda facts: not facts.write_off_requested,
    Guard.WRITE_OFF_REQUESTED: lambda facts: facts.write_off_requested,
    # What a letter to the cardholder names stays in the case that asked.
    Guard.NEVER_ASKED: lambda facts: facts.n_rounds == 0,
    Guard.MERGED: lambda facts: facts.is_merged,
    Guard.NOT_MERGED: lambda facts: not facts.is_merged,
}

#: States in which a reviewer still looks for facts: a later alert or a tip joins the case
#: instead of opening another.
JOINABLE: tuple[State, ...] = (
    State.NEW,
    State.IN_REVIEW,
    State.AWAITING_EXPLANATION,
    State.EXPLAINED,
    State.NO_RESPONSE,
)

# Business days of the company calendar from entering the state.
CLOCK_DAYS: Mapping[State, int] = {
    State.NEW: 3,
    State.IN_REVIEW: 10,
    State.AWAITING_EXPLANATION: 7,
    State.EXPLAINED: 5,
    State.NO_RESPONSE: 3,
    State.PENDING_APPROVAL: 3,
    State.NOTIFIED: 10,
    State.APPEALED: 10,
    State.RECOVERING: 30,
}

# Outcomes of an action that can end in more than one state.
AGAINST = "against"  # the decision says misuse or breach: the person is told and may appeal
CLEARED = "cleared"  # legitimate, insufficient information, duplicate
WITH_AMOUNT = "with_amount"
WITHOUT_AMOUNT = "without_amount"
UPHELD, REDUCED, REVERSED = "upheld", "reduced", "reversed"
UPHELD_WITHOUT_AMOUNT, REDUCED_WITHOUT_AMOUNT = "upheld_without_amount", "reduced_without_amount"
PARTIAL, IN_FULL = "partial", "in_full"
