"""A little work on the demo company's first cases, so that every page has something to show; most cases stay new.

A story says what happens to a case in each state it passes through; playing goes on until the story has nothing more
to say. Which case a story is about follows from the night alone, so a play that was stopped anywhere is finished by
playing again, and playing twice does no more than playing once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from audit.actor import Actor
from audit.services import actor_of
from cases.demo.cast import CARDHOLDERS, told_of
from cases.dispositions import Disposition
from cases.instalments import equal_instalments
from cases.models import Case, RecoveryPosting
from cases.services.appeals import accept_notice
from cases.services.company import company_today
from cases.services.conflicts import relations_of
from cases.services.decisions import approve_decision, close_legitimate, proposal_of, propose_decision
from cases.services.explanation_requests import request_explanation
from cases.services.explanations import admit_and_offer, submit_explanation
from cases.services.money import at_stake, outstanding
from cases.services.queue import snooze_case, take_case
from cases.services.recovery import post_recovery, set_plan
from cases.services.standing import read_case, recovery_of
from cases.workflow import State
from fraud.claims.models import User
from fraud.company.values import current_calendar
from fraud.detection.models import Score

_ANSWER = "거래처 담당자와 납품 일정을 협의하며 함께 식사했습니다. 참석자 명단과 회의록을 첨부하겠습니다."
_EXCUSE = "업무에 필요해서 결제했습니다. 결재 문서는 따로 남기지 않았고 영수증은 분실했습니다."
_ADMISSION = "개인 용도로 결제한 것이 맞습니다. 확인이 늦어 죄송하며 바로 반납하겠습니다."
_ADMITTED = "본인이 사적 사용을 인정했고 업무 관련 증빙이 없습니다."
_UNPROVEN = "업무 목적이라고 소명했으나 사전 승인과 영수증이 모두 없어 인정하기 어렵습니다."
_CLAUSE = "법인카드 관리규정 제7조"
_N_INSTALMENTS = 3

Step = Callable[[Case], object]
Story = Mapping[State, Step]


@dataclass(frozen=True)
class _Part:
    """A story about one case."""

    about: str
    case: Case
    story: Story


def play_casework() -> list[str]:
    """Let every story happen to its case; returns a line per case."""
    lines = []
    for part in _parts():
        state = _advance(part.case, part.story)
        lines.append(f"{part.case.reference}: {part.about}, {state}")
    return lines


def _parts() -> list[_Part]:
    """The stories with the cases they are about."""
    found = []
    people = [User.objects.get(username=name).employee_no for name in CARDHOLDERS]
    for name, number in zip(CARDHOLDERS, people, strict=True):
        case = told_of().filter(cardholder__employee_no=number).first()
        if case is not None:
            found.append(_Part(name, case, _story_of(name)))
    others = Case.objects.exclude(cardholder__employee_no__in=people).order_by("priority", "id")
    drawn = others.filter(source=Case.Source.CONTROL_SAMPLE)[:1]
    high = others.filter(band=Score.Band.HIGH).reverse()[:1]
    least = others.exclude(source=Case.Source.CONTROL_SAMPLE).exclude(band=Score.Band.HIGH)[: len(_LEAST)]
    found += [_Part("control sample", case, _DISMISSED) for case in drawn]
    found += [_Part("dismissed against the score", case, _DOUBTED) for case in high]
    found += [_Part(about, case, story) for case, (about, story) in zip(least, _LEAST, strict=False)]
    return found


def _advance(case: Case, story: Story) -> str:
    """Tell the story from where the case stands until nothing changes any more; returns the state it rests in."""
    while True:
        case = read_case(case)
        step, seen = story.get(State(case.state)), case.version
        if step is not None:
            step(case)
        if read_case(case).version == seen:
            return case.state


def _staff(case: Case, *names: str) -> Actor | None:
    """The first of these logins who is not involved in the case; None where all of them are."""
    actors = (actor_of(User.objects.get(username=name)) for name in names)
    return next((actor for actor in actors if not relations_of(actor, case).involvement), None)


def _holder(case: Case) -> Actor:
    assert case.assignee is not None
    return actor_of(case.assignee)


def _person(case: Case) -> Actor:
    return actor_of(User.objects.get(employee_no=case.cardholder.employee_no))


def _taken_by(*names: str) -> Step:
    def take(case: Case) -> None:
        if by := _staff(case, *names):
            take_case(case=case, by=by, expected_version=case.version)

    return take


def _ask(case: Case) -> None:
    request_explanation(case=case, by=_holder(case), expected_version=case.version)


def _answered(text: str) -> Step:
    return lambda case: submit_explanation(
        request=case.requests.latest("id"), text=text, by=_person(case), expected_version=case.version
    )


def _admit(case: Case) -> None:
    request, person = case.requests.latest("id"), _person(case)
    if (amount := at_stake(case)) > 0:
        admit_and_offer(
            request=request, text=_ADMISSION, offered_minor=amount, by=person, expected_version=case.version
        )
    else:
        submit_explanation(
            request=request, text=_ADMISSION, by=person, expected_version=case.version, admits=True
        )


def _proposed(disposition: Disposition, reason: str) -> Step:
    return lambda case: propose_decision(
        case=case,
        disposition=disposition,
        by=_holder(case),
        expected_version=case.version,
        reason=reason,
        amount_minor=at_stake(case),
        currency=case.currency,
        policy_clause=_CLAUSE,
    )


def _approve(case: Case) -> None:
    if by := _staff(case, "approver1", "approver2"):
        content_hash = proposal_of(case, by, case.version).content_hash
        approve_decision(case=case, content_hash=content_hash, by=by, expected_version=case.version)


def _accept(case: Case) -> None:
    accept_notice(case=case, by=_person(case), expected_version=case.version)


def _begin_to_repay(case: Case) -> None:
    """Agree on instalments, then book the first one, once each."""
    recovery, by = recovery_of(case), _staff(case, "clerk")
    if recovery is None or by is None:
        return
    if not recovery.plan:
        plan = equal_instalments(outstanding(recovery), _N_INSTALMENTS, company_today(), current_calendar())
        set_plan(case=case, plan=plan, by=by, expected_version=case.version)
    elif not recovery.postings.exists():
        _post(case, recovery.plan[0]["amount_minor"], by)


def _repay(case: Case) -> None:
    """Book everything that is to come back."""
    recovery, by = recovery_of(case), _staff(case, "clerk")
    if recovery is not None and by is not None:
        _post(case, outstanding(recovery), by)


def _post(case: Case, amount_minor: int, by: Actor) -> None:
    post_recovery(
        case=case,
        amount_minor=amount_minor,
        method=RecoveryPosting.Method.BANK_TRANSFER,
        bank_reference=f"입금 {case.reference}",
        received_on=company_today(),
        by=by,
        expected_version=case.version,
    )


def _set_aside(case: Case) -> None:
    if case.snoozed_until is None:
        snooze_case(
            case=case,
            until=company_today() + timedelta(days=7),
            reason="카드사에 매출전표 사본을 요청했습니다.",
            by=_holder(case),
            expected_version=case.version,
        )


def _dismiss(case: Case) -> None:
    close_legitimate(
        case=case,
        disposition_reason="business_purpose",
        by=_holder(case),
        expected_version=case.version,
        reason="증빙과 참석자 명단으로 업무 목적이 확인됩니다.",
    )


_FIRST, _SECOND = _taken_by("reviewer1", "reviewer2"), _taken_by("reviewer2", "reviewer1")
_ASKED: Story = {State.NEW: _FIRST, State.IN_REVIEW: _ask}
_MISUSE: Step = _proposed(Disposition.CONFIRMED_MISUSE, _ADMITTED)
_ADMITTED_MISUSE: Story = {**_ASKED, State.AWAITING_EXPLANATION: _admit, State.EXPLAINED: _MISUSE}
# fmt: off
_STORIES: dict[str, Story] = {
    CARDHOLDERS[1]: {**_ASKED, State.AWAITING_EXPLANATION: _answered(_ANSWER)},
    # Told of the decision: may accept or appeal.
    CARDHOLDERS[2]: {**_ADMITTED_MISUSE, State.PENDING_APPROVAL: _approve},
    # Repays in instalments.
    CARDHOLDERS[3]: {
        **_ADMITTED_MISUSE, State.PENDING_APPROVAL: _approve, State.NOTIFIED: _accept,
        State.RECOVERING: _begin_to_repay,
    },
    # A second person must agree.
    CARDHOLDERS[4]: {
        **_ASKED, State.AWAITING_EXPLANATION: _answered(_EXCUSE),
        State.EXPLAINED: _proposed(Disposition.CONFIRMED_MISUSE, _UNPROVEN),
    },
    # Has repaid.
    CARDHOLDERS[5]: {
        **_ASKED, State.AWAITING_EXPLANATION: _admit,
        State.EXPLAINED: _proposed(Disposition.PERSONAL_USE_REPAID, _ADMITTED),
        State.PENDING_APPROVAL: _approve, State.NOTIFIED: _accept, State.RECOVERING: _repay,
    },
}
# fmt: on
_DISMISSED: Story = {State.NEW: _SECOND, State.IN_REVIEW: _dismiss, State.PENDING_APPROVAL: _approve}
# A high score says otherwise: a second person must agree.
_DOUBTED: Story = {State.NEW: _SECOND, State.IN_REVIEW: _dismiss}
#: The least urgent cases, in this order.
_LEAST: tuple[tuple[str, Story], ...] = (
    ("in review", {State.NEW: _SECOND}),
    ("dismissed", _DISMISSED),
    ("set aside", {State.NEW: _FIRST, State.IN_REVIEW: _set_aside}),
)


def _story_of(name: str) -> Story:
    return _STORIES.get(name, _ASKED)
