"""A little work on the demo company's first cases, so that every page has something to show; most cases stay new."""

from __future__ import annotations

from audit.actor import Actor
from audit.services import actor_of
from cases.dispositions import Disposition
from cases.models import Case
from cases.services.decisions import close_legitimate, propose_decision
from cases.services.demo_cast import CARDHOLDERS
from cases.services.explanations import admit_and_offer, request_explanation, submit_explanation
from cases.services.queue import take_case
from cases.workflow import State
from fraud.models import User

_ANSWER = "거래처 담당자와 납품 일정을 협의하며 함께 식사했습니다. 참석자 명단과 회의록을 첨부하겠습니다."
_ADMISSION = "개인 용도로 결제한 것이 맞습니다. 확인이 늦어 죄송하며 바로 반납하겠습니다."


def play_casework() -> list[str]:
    """Take, ask, answer, admit, propose and close a handful of cases; returns a line per case.

    Cases that already left `new` are skipped, so playing twice does no more than playing once.
    """
    reviewer, second = _actor("reviewer1"), _actor("reviewer2")
    lines = []
    for number, name in enumerate(CARDHOLDERS):
        case = _new_case(User.objects.get(username=name).employee_no)
        if case is None:
            continue
        _ask(case, reviewer)
        if number == 1:
            _answer(case, _actor(name))
        if number == 2:
            _admit(case, _actor(name))
            _propose(case, reviewer)
        case.refresh_from_db()
        lines.append(f"{case.reference}: {name}, {case.state}")
    if not Case.objects.filter(assignee__username=second.username).exists():
        _work_through(second)
    return lines


def _work_through(by: Actor) -> None:
    """Keep one of the least urgent cases in review and close another as legitimate."""
    for case, closes in zip(
        Case.objects.filter(state=State.NEW).order_by("priority", "id")[:2], (False, True), strict=False
    ):
        taken = take_case(case=case, by=by, expected_version=case.version)
        if closes:
            close_legitimate(
                case=taken, disposition_reason="business_purpose", by=by, expected_version=taken.version,
                reason="증빙과 참석자 명단으로 업무 목적이 확인됩니다.",
            )  # fmt: skip


def _actor(username: str) -> Actor:
    return actor_of(User.objects.get(username=username))


def _new_case(employee_no: str) -> Case | None:
    """The most urgent untouched case of a person, unless another of theirs is being worked on already."""
    cases = Case.objects.filter(cardholder__employee_no=employee_no)
    if cases.exclude(state=State.NEW).exists():
        return None
    return cases.order_by("-priority", "-id").first()


def _ask(case: Case, by: Actor) -> None:
    taken = take_case(case=case, by=by, expected_version=case.version)
    request_explanation(case=taken, by=by, expected_version=taken.version)


def _answer(case: Case, by: Actor) -> None:
    submit_explanation(request=case.requests.latest("id"), text=_ANSWER, by=by)


def _admit(case: Case, by: Actor) -> None:
    case.refresh_from_db()
    admit_and_offer(
        request=case.requests.latest("id"), text=_ADMISSION, offered_minor=case.amount_minor, by=by
    )


def _propose(case: Case, by: Actor) -> None:
    case.refresh_from_db()
    propose_decision(
        case=case, disposition=Disposition.CONFIRMED_MISUSE, by=by, expected_version=case.version,
        amount_minor=case.amount_minor, currency=case.currency, policy_clause="법인카드 관리규정 제7조",
        reason="본인이 사적 사용을 인정했고 업무 관련 증빙이 없습니다.",
    )  # fmt: skip
