"""The rows of the case workflow: from where which action leads where, by whom, under which guards. Pure; asked by `cases/workflow.py`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cases.workflow_terms import (
    AGAINST,
    CLEARED,
    CLOCK_DAYS,
    IN_FULL,
    PARTIAL,
    REDUCED,
    REDUCED_WITHOUT_AMOUNT,
    REVERSED,
    UPHELD,
    UPHELD_WITHOUT_AMOUNT,
    WITH_AMOUNT,
    WITHOUT_AMOUNT,
    Action,
    Guard,
    Party,
    State,
)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. `target` equal to `source` is a change that leaves the case where it is."""

    source: State
    action: Action
    target: State
    who: tuple[Party, ...]
    permission: str
    outcome: str = ""
    guards: tuple[Guard, ...] = ()

    @property
    def clock_days(self) -> int | None:
        """Business days the clock is set to by this move; None where it keeps running, or the target has none."""
        restarts = self.target != self.source or self.action in _RESTARTING
        return CLOCK_DAYS.get(self.target) if restarts else None


_RESTARTING = frozenset({Action.WAKE})
_OPEN_TO_STAFF = (State.NEW, State.IN_REVIEW, State.AWAITING_EXPLANATION, State.EXPLAINED, State.NO_RESPONSE)
#: From the first request on the cardholder knows of the case: they are told when its payments change, or are not theirs.
TOLD = (
    State.AWAITING_EXPLANATION,
    State.EXPLAINED,
    State.NO_RESPONSE,
    State.NOTIFIED,
    State.APPEALED,
    State.RECOVERING,
)
_DECIDABLE = (State.IN_REVIEW, State.EXPLAINED, State.NO_RESPONSE)


def _rows(
    sources: Iterable[State],
    action: Action,
    target: State | None,
    who: Party | tuple[Party, ...],
    permission: str,
    outcome: str = "",
    guards: tuple[Guard, ...] = (),
) -> list[Transition]:
    """The same row for several states; `target` None: the state stays."""
    parties = who if isinstance(who, tuple) else (who,)
    return [
        Transition(source, action, target or source, parties, permission, outcome, guards)
        for source in sources
    ]


def _working_rows() -> list[Transition]:
    """Taking, handing on, setting aside, writing notes."""
    S, A, P, G = State, Action, Party, Guard
    take, review = "cases.take_case", "cases.review_case"
    return [
        *_rows([S.NEW], A.TAKE, S.IN_REVIEW, P.REVIEWER, take),
        *_rows([S.IN_REVIEW], A.TAKE, None, P.REVIEWER, take, guards=(G.FREE,)),
        *_rows([S.IN_REVIEW], A.RELEASE, S.NEW, (P.HOLDER, P.SYSTEM), review),
        *_rows([S.NEW], A.ASSIGN, S.IN_REVIEW, P.APPROVER, "cases.assign_case"),
        # Whoever holds it is away past its deadline, gone, or may not see it any more.
        *_rows(
            [S.AWAITING_EXPLANATION, *_DECIDABLE], A.ASSIGN, None, (P.APPROVER, P.SYSTEM), "cases.assign_case"
        ),
        *_rows([S.NOTIFIED, S.APPEALED, S.RECOVERING], A.ASSIGN, None, P.SYSTEM, "cases.assign_case"),
        *_rows([S.IN_REVIEW], A.SNOOZE, None, P.HOLDER, review, guards=(G.NOT_SNOOZED,)),
        *_rows([S.IN_REVIEW], A.WAKE, None, (P.HOLDER, P.SYSTEM), review, guards=(G.SNOOZED,)),
        *_rows(list(S), A.NOTE, None, P.REVIEWER, "cases.write_note"),
    ]


def _explanation_rows() -> list[Transition]:
    """Asking, extending, answering, falling silent."""
    S, A, P, G = State, Action, Party, Guard
    ask, answer = "cases.request_explanation", "cases.submit_explanation"
    waiting, person = [S.AWAITING_EXPLANATION], (P.CARDHOLDER, P.MANAGER)
    return [
        *_rows(
            [S.IN_REVIEW, S.EXPLAINED],
            A.REQUEST_EXPLANATION,
            S.AWAITING_EXPLANATION,
            P.HOLDER,
            ask,
            guards=(G.ROUNDS_LEFT,),
        ),
        *_rows(waiting, A.WITHDRAW_REQUEST, S.IN_REVIEW, P.HOLDER, ask),
        *_rows(waiting, A.ASK_EXTENSION, None, person, answer, guards=(G.NOT_EXTENDED,)),
        *_rows(waiting, A.EXTEND, None, P.HOLDER, ask, guards=(G.NOT_EXTENDED,)),
        *_rows(waiting, A.ANSWER, S.EXPLAINED, person, answer),
        # A second answer to the same request is a further version, not a correction of the first.
        *_rows([S.EXPLAINED], A.ANSWER, None, person, answer),
        *_rows([S.NO_RESPONSE], A.ANSWER_LATE, S.EXPLAINED, person, answer),
        *_rows(waiting, A.LAPSE, S.NO_RESPONSE, P.SYSTEM, "cases.sweep_clocks", guards=(G.DEADLINE_PASSED,)),
    ]


def _decision_rows() -> list[Transition]:
    """Proposing, approving, returning; and deciding at once where one pair of eyes is enough."""
    S, A, P, G = State, Action, Party, Guard
    propose, approve = "cases.propose_decision", "cases.approve_decision"
    one = G.ONE_PAIR_OF_EYES
    pending = [S.PENDING_APPROVAL]
    return [
        *_rows([S.IN_REVIEW, S.EXPLAINED], A.CLOSE_LEGITIMATE, S.CLOSED, P.HOLDER, propose, guards=(one,)),
        # Nobody is decided against unheard.
        *_rows(_DECIDABLE, A.PROPOSE, S.PENDING_APPROVAL, P.HOLDER, propose, AGAINST, (G.HEARD,)),
        *_rows(_DECIDABLE, A.PROPOSE, S.PENDING_APPROVAL, P.HOLDER, propose, CLEARED),
        # Proposal and approval in one step.
        *_rows(_DECIDABLE, A.DECIDE, S.NOTIFIED, P.HOLDER, propose, AGAINST, (G.HEARD, one)),
        *_rows(_DECIDABLE, A.DECIDE, S.CLOSED, P.HOLDER, propose, CLEARED, (one,)),
        # What it speaks of has changed: nobody can approve it any more.
        *_rows(pending, A.VOID, S.IN_REVIEW, P.SYSTEM, "cases.sweep_clocks"),
        *_rows(pending, A.RETURN, S.IN_REVIEW, P.OTHER_APPROVER, approve),
        *_rows(pending, A.APPROVE, S.NOTIFIED, P.OTHER_APPROVER, approve, AGAINST),
        *_rows(pending, A.APPROVE, S.CLOSED, P.OTHER_APPROVER, approve, CLEARED),
    ]


def _notice_rows() -> list[Transition]:
    """After the notice: accepting, appealing, staying silent; and what becomes of an appeal."""
    S, A, P, G = State, Action, Party, Guard
    answer, judge = "cases.answer_notice", "cases.decide_appeal"
    told, appealed = [S.NOTIFIED], [S.APPEALED]
    over = (G.NOTICE_OVER,)
    return [
        *_rows(told, A.ACCEPT, S.RECOVERING, P.CARDHOLDER, answer, WITH_AMOUNT),
        *_rows(told, A.ACCEPT, S.CLOSED, P.CARDHOLDER, answer, WITHOUT_AMOUNT),
        *_rows(told, A.APPEAL, S.APPEALED, P.CARDHOLDER, answer),
        *_rows(told, A.END_NOTICE, S.RECOVERING, P.SYSTEM, "cases.sweep_clocks", WITH_AMOUNT, over),
        *_rows(told, A.END_NOTICE, S.CLOSED, P.SYSTEM, "cases.sweep_clocks", WITHOUT_AMOUNT, over),
        *_rows(appealed, A.DECIDE_APPEAL, S.RECOVERING, P.OTHER_APPROVER, judge, UPHELD),
        *_rows(appealed, A.DECIDE_APPEAL, S.CLOSED, P.OTHER_APPROVER, judge, UPHELD_WITHOUT_AMOUNT),
        *_rows(appealed, A.DECIDE_APPEAL, S.RECOVERING, P.OTHER_APPROVER, judge, REDUCED),
        # What was taken in the case it takes up covers it.
        *_rows(appealed, A.DECIDE_APPEAL, S.CLOSED, P.OTHER_APPROVER, judge, REDUCED_WITHOUT_AMOUNT),
        *_rows(appealed, A.DECIDE_APPEAL, S.CLOSED, P.OTHER_APPROVER, judge, REVERSED),
    ]


def _recovery_rows() -> list[Transition]:
    """Money coming back, being given up, and looking at a closed case again."""
    S, A, P, G = State, Action, Party, Guard
    post, off = "cases.post_recovery", "cases.request_write_off"
    back = [S.RECOVERING]
    return [
        *_rows(back, A.PLAN, None, P.RECOVERY_CLERK, post, guards=(G.OUTSTANDING,)),
        *_rows(back, A.CONSENT, None, P.CARDHOLDER, "cases.answer_notice", guards=(G.OUTSTANDING,)),
        *_rows(back, A.POST, None, P.RECOVERY_CLERK, post, PARTIAL, (G.OUTSTANDING,)),
        *_rows(back, A.POST, S.CLOSED, P.RECOVERY_CLERK, post, IN_FULL, (G.SETTLED,)),
        # The card gave back what was to come back.
        *_rows(back, A.SETTLE, S.CLOSED, P.SYSTEM, "cases.sweep_clocks", guards=(G.SETTLED,)),
        # Also after the end: the bank takes back what it had brought, and the recovery goes on.
        *_rows(
            [*back, S.CLOSED],
            A.REVERSE_POSTING,
            None,
            (P.RECOVERY_CLERK, P.APPROVER),
            "cases.reverse_posting",
            guards=(G.REPAID,),
        ),
        # What came back beyond what is due belongs to the cardholder, also where everything has ended.
        *_rows([*back, S.CLOSED], A.GIVE_BACK, None, P.RECOVERY_CLERK, post, guards=(G.OWED,)),
        *_rows(
            back, A.REQUEST_WRITE_OFF, None, P.RECOVERY_CLERK, off, guards=(G.OUTSTANDING, G.NO_WRITE_OFF)
        ),
        *_rows(
            back,
            A.APPROVE_WRITE_OFF,
            S.CLOSED,
            P.RECOVERY_APPROVER,
            "cases.approve_write_off",
            guards=(G.WRITE_OFF_REQUESTED,),
        ),
        *_rows(
            back,
            A.RETURN_WRITE_OFF,
            None,
            P.RECOVERY_APPROVER,
            "cases.approve_write_off",
            guards=(G.WRITE_OFF_REQUESTED,),
        ),
        # Every payment turned out to be somebody else's.
        *_rows([*TOLD, S.CLOSED], A.DISSOLVE, S.CLOSED, P.SYSTEM, "cases.sweep_clocks"),
        # The card took back what it had given: the decision asks again for what it asked for.
        *_rows([S.CLOSED], A.RESUME, S.RECOVERING, P.SYSTEM, "cases.sweep_clocks", guards=(G.OUTSTANDING,)),
        # The closed case stays as it is; a successor that refers to it starts as new.
        *_rows([S.CLOSED], A.REOPEN, S.NEW, P.APPROVER, "cases.reopen_case", guards=(G.NOT_MERGED,)),
    ]


def _regrouping_rows() -> list[Transition]:
    """Which claims are in which case, which cases belong together: claims move only while nobody was asked about them."""
    S, A, P, G = State, Action, Party, Guard
    regroup, link, review = "cases.regroup_claims", "cases.link_cases", "cases.review_case"
    unasked = (G.NEVER_ASKED,)
    mine = [S.IN_REVIEW, S.PENDING_APPROVAL]  # a proposal that waits is void by it
    return [
        *(
            row
            for action in (A.MERGE, A.SPLIT, A.DETACH, A.ATTACH)
            for row in _rows(mine, action, S.IN_REVIEW, P.HOLDER, regroup, guards=unasked)
        ),
        *_rows(mine, A.END_MERGED, S.CLOSED, P.HOLDER, regroup, guards=unasked),
        *_rows([S.CLOSED], A.UNMERGE, S.IN_REVIEW, P.REVIEWER, regroup, guards=(G.MERGED,)),
        *_rows(State, A.LINK, None, P.REVIEWER, link),
        *_rows(State, A.UNLINK, None, P.REVIEWER, link),
        *_rows(_OPEN_TO_STAFF[1:], A.CHECK, None, P.HOLDER, review),
        *_rows(State, A.TAG, None, P.REVIEWER, "cases.write_note"),
    ]


TRANSITIONS: tuple[Transition, ...] = (
    *_working_rows(),
    *_explanation_rows(),
    *_decision_rows(),
    *_notice_rows(),
    *_recovery_rows(),
    *_regrouping_rows(),
)
