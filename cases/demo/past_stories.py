"""What happens to a case of the demo company's past, from the first look to the last payment.

Outcomes follow what is true of the claims, with the mistakes reviewers make: some misuse is let go, some honest payments are
taken for misuse, and most of these are put right on appeal.
"""

from __future__ import annotations

from cases.demo import past_words as words
from cases.demo.past import Past
from cases.demo.past_money import SMALL, recover
from cases.dispositions import Disposition
from cases.models import Appeal, Case, Decision
from cases.services.appeals import accept_notice, decide_appeal, end_notice, submit_appeal
from cases.services.clocks import BY as CLOCKS
from cases.services.decisions import (
    approve_decision,
    close_legitimate,
    proposal_of,
    propose_decision,
    return_decision,
)
from cases.services.explanation_requests import (
    ask_extension,
    extend_deadline,
    lapse_request,
    request_explanation,
)
from cases.services.explanations import submit_explanation
from cases.services.money import at_stake
from cases.services.queue import take_case
from cases.workflow import State

MISSED = 0.10  # misuse that is let go
SEEN_WRONGLY = 0.07  # honest payments taken for misuse


def tell(past: Past) -> None:
    """Everything that happened to the case so far. Raises NotYet where it goes on in the future."""
    by = past.reviewer()
    if by is None:
        return
    past.wait(0, 2 if past.chance(0.85) else 5)
    past.act(lambda case: take_case(case=case, by=by, expected_version=case.version))
    believes = not past.chance(MISSED) if past.is_misuse else past.chance(SEEN_WRONGLY)
    past.wait(0, 2)
    # Who sees nothing wrong asks in half of the cases; nobody is decided against unheard.
    if believes or past.chance(0.5):
        _hear(past)
    _decide(past, believes)
    if past.state == State.NOTIFIED:
        _after_notice(past, is_wrong=not past.is_misuse)
    if past.state == State.RECOVERING:
        recover(past)


def _hear(past: Past) -> None:
    """A request and its answer, now and then after more time, late, never, or in a second round."""
    past.act(lambda case: request_explanation(case=case, by=past.holder(), expected_version=case.version))
    if past.chance(0.08):
        past.wait(1, 4, at_home=True)
        past.act(
            lambda case: ask_extension(
                request=case.requests.latest("id"), reason=words.MORE_TIME, by=past.person()
            )
        )
        past.wait(0, 1)
        past.act(
            lambda case: extend_deadline(case=case, days=3, by=past.holder(), expected_version=case.version)
        )
    if past.chance(0.14):
        _stay_silent(past)
    else:
        past.wait(0, 5, at_home=True)
        _answer(past)
    if past.state == State.EXPLAINED and past.chance(0.10):
        past.wait(0, 2)
        past.act(
            lambda case: request_explanation(
                case=case, by=past.holder(), expected_version=case.version, questions=[words.FURTHER]
            )
        )
        past.wait(1, 5, at_home=True)
        _answer(past)


def _stay_silent(past: Past) -> None:
    past.night_after(past.case.requests.latest("id").due_on)
    past.act(lambda case: lapse_request(request=case.requests.latest("id"), by=CLOCKS))
    if past.chance(0.4):
        past.wait(0, 2, at_home=True)
        _answer(past)


def _answer(past: Past) -> None:
    admits = past.is_misuse and past.chance(0.35)
    told = words.ADMISSIONS if admits else words.EXCUSES if past.is_misuse else words.BUSINESS

    def answer(case: Case) -> None:
        offer = at_stake(case) if admits else 0
        submit_explanation(
            request=case.requests.latest("id"),
            text=past.one_of(told),
            by=past.person(),
            expected_version=case.version,
            admits=admits,
            offered_minor=offer or None,
        )

    past.act(answer)


def _decide(past: Past, believes: bool) -> None:
    past.wait(0, 3)
    more = ""
    while past.state in (State.IN_REVIEW, State.EXPLAINED, State.NO_RESPONSE):
        _propose(past, believes, more)
        if past.state == State.PENDING_APPROVAL:
            if not _second_pair(past, may_return=not more):
                return
            more = words.MORE_GROUNDS
        if past.state == State.IN_REVIEW:
            past.wait(0, 2)


def _propose(past: Past, believes: bool, more: str) -> None:
    """What whoever holds the case makes of it: closes it as in order, or proposes what the claims deserve."""
    case = past.case
    open_minor = at_stake(case)
    if not believes and not past.chance(0.06):
        code = "cancelled" if not open_minor else past.one_of([c for c in words.IN_ORDER if c != "cancelled"])
        said = past.one_of(words.IN_ORDER[code]) + more
        past.act(
            lambda case: close_legitimate(
                case=case,
                disposition_reason=code,
                reason=said,
                by=past.holder(),
                expected_version=case.version,
            )
        )
        return
    disposition, said = _verdict(past, believes, open_minor)
    amount = open_minor if disposition in _WITH_MONEY else 0
    clause = past.one_of(words.CLAUSES) if disposition != Disposition.INSUFFICIENT_INFORMATION else ""
    past.act(
        lambda case: propose_decision(
            case=case,
            disposition=disposition,
            reason=said + more,
            by=past.holder(),
            expected_version=case.version,
            amount_minor=amount,
            currency=case.currency,
            policy_clause=clause,
        )
    )


_WITH_MONEY = (Disposition.CONFIRMED_MISUSE, Disposition.PERSONAL_USE_REPAID)


def _verdict(past: Past, believes: bool, open_minor: int) -> tuple[Disposition, str]:
    if not believes:
        return Disposition.INSUFFICIENT_INFORMATION, words.UNKNOWN
    answered = past.case.requests.latest("id").explanations.order_by("pk").last()
    if open_minor <= 0 or past.chance(0.08):
        return Disposition.POLICY_BREACH, words.WARNED
    if answered is None:
        return Disposition.CONFIRMED_MISUSE, words.SILENT
    if answered.admits:
        return Disposition.PERSONAL_USE_REPAID, past.one_of(words.ADMITTED)
    return Disposition.CONFIRMED_MISUSE, past.one_of(words.GUILTY)


def _second_pair(past: Past, *, may_return: bool) -> bool:
    """The approver's look; False where nobody may look."""
    proposal = past.case.decisions.get(state=Decision.State.PROPOSED)
    by = past.approver(besides=(proposal.proposed_by_id,))
    if by is None:
        return False
    past.wait(0, 2)
    if may_return and past.chance(0.08):
        said = past.one_of(words.RETURNED)
        past.act(lambda case: return_decision(case=case, reason=said, by=by, expected_version=case.version))
        return True
    said = past.one_of(words.APPROVED)
    past.act(
        lambda case: approve_decision(
            case=case,
            content_hash=proposal_of(case, by, case.version).content_hash,
            by=by,
            expected_version=case.version,
            reason=said,
        )
    )
    return True


def _after_notice(past: Past, *, is_wrong: bool) -> None:
    """Accepted, appealed against, or left to take effect by itself."""
    case = past.case
    admitted = case.disposition == Disposition.PERSONAL_USE_REPAID
    if not admitted and past.chance(0.8 if is_wrong else 0.22):
        past.wait(1, 7, at_home=True)
        text = past.one_of(words.APPEALS_RIGHT if is_wrong else words.APPEALS_WRONG)
        past.act(
            lambda case: submit_appeal(case=case, text=text, by=past.person(), expected_version=case.version)
        )
        _judge(past, is_wrong)
    elif admitted or past.chance(0.45):
        past.wait(0, 4, at_home=True)
        past.act(lambda case: accept_notice(case=case, by=past.person(), expected_version=case.version))
    elif case.due_on is not None:
        past.night_after(case.due_on)
        past.act(lambda case: end_notice(case=case, by=CLOCKS))


def _judge(past: Past, is_wrong: bool) -> None:
    """Another approver judges the appeal."""
    decision = past.case.decisions.get(state=Decision.State.APPROVED)
    by = past.approver(besides=(decision.proposed_by_id, decision.decided_by_id))
    if by is None:
        return
    past.wait(1, 6)
    result, said, amount = Appeal.Result.UPHELD, words.UPHELD, None
    if is_wrong and past.chance(0.85):
        result, said = Appeal.Result.REVERSED, words.REVERSED
    elif decision.amount_minor > SMALL and past.chance(0.35):
        result, said, amount = Appeal.Result.REDUCED, words.REDUCED, decision.amount_minor // 20_000 * 10_000
    past.act(
        lambda case: decide_appeal(
            case=case,
            result=result,
            reason=said,
            by=by,
            expected_version=case.version,
            amount_minor=amount,
            message=said,
        )
    )
