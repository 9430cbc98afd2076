"""A stage for tests of casework: the cast, a clock that stands still, and cases brought to any state by real steps."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import time_machine

from audit.actor import Actor
from cases.dispositions import Disposition
from cases.models import Appeal, Case, Recovery, RecoveryPosting
from cases.pages.ledger import EXPORT_HEAD
from cases.services import appeals, clocks, decisions, explanation_requests, explanations, queue, recovery
from cases.services.company import present
from cases.services.money import balance_of
from cases.services.outbox import send_outbox
from cases.services.steps import current_request
from cases.workflow import State
from fraud.company.values import DEFAULTS
from tests.cases.staged import Opening, taken_once
from tests.cast import NOW, Cast, make_case

REASON = "업무 목적이 확인되지 않는 결제입니다."
LEGITIMATE = "회의록과 참석자 명단으로 확인했습니다."
AMOUNT = 84_000


@dataclass
class Stage:
    """`clock` moves time; `actor(name)` is somebody of the cast; `case_in(state)` walks a fresh case there."""

    cast: Cast
    clock: Any
    opening: Opening | None = None  # with it, first steps are put back instead of taken again (`staged`)

    def actor(self, name: str) -> Actor:
        return self.cast.actor(name)

    def go_to(self, moment: datetime) -> None:
        self.clock.move_to(moment)

    def go_on(self, **delta: Any) -> None:
        self.clock.shift(timedelta(**delta))

    def case(self, **fields: Any) -> Case:
        """A new case of the cast's cardholder, two bands from nothing."""
        return make_case(**{"cardholder": self.cast.cardholder_record, "band": "medium", **fields})

    def tell(self) -> None:
        """Let waiting mail leave."""
        mail_leaves()

    @taken_once
    def taken(self, **fields: Any) -> Case:
        return queue.take_case(case=self.case(**fields), by=self.actor("reviewer"), expected_version=1)

    @taken_once
    def asked(self, **fields: Any) -> Case:
        case = self.taken(**fields)
        explanation_requests.request_explanation(
            case=case, by=self.actor("reviewer"), expected_version=case.version
        )
        return fresh(case)

    @taken_once
    def explained(self, **fields: Any) -> Case:
        case = self.asked(**fields)
        request = current_request(case)
        assert request is not None
        explanations.submit_explanation(
            request=request,
            text="거래처와 저녁을 먹었습니다.",
            by=self.actor("cardholder"),
            expected_version=fresh(case).version,
        )
        return fresh(case)

    def lapsed(self, **fields: Any) -> Case:
        case = self.asked(**fields)
        request = current_request(case)
        assert request is not None
        before = datetime.now(NOW.tzinfo)
        self.tell()
        self.go_to(_morning(request.due_on + timedelta(days=1)))
        clocks.sweep_clocks()
        self.go_to(before)
        return fresh(case)

    @taken_once
    def proposed(self, *, amount: int = AMOUNT, by: str = "reviewer", **fields: Any) -> Case:
        """Pending approval: the stage's settings ask for four eyes from the first won on."""
        case = self.explained(**fields)
        decisions.propose_decision(
            case=case,
            disposition=Disposition.CONFIRMED_MISUSE,
            reason=REASON,
            by=self.actor(by),
            expected_version=case.version,
            amount_minor=amount,
        )
        return fresh(case)

    @taken_once
    def notified(self, *, amount: int = AMOUNT, **fields: Any) -> Case:
        case = self.proposed(amount=amount, **fields)
        if case.state == State.PENDING_APPROVAL:
            proposal = case.decisions.get(state="proposed")
            decisions.approve_decision(
                case=case,
                content_hash=proposal.content_hash,
                by=self.actor("approver"),
                expected_version=case.version,
            )
        return fresh(case)

    @taken_once
    def appealed(self, **fields: Any) -> Case:
        case = self.notified(**fields)
        appeals.submit_appeal(
            case=case,
            text="새로운 사실이 있습니다. 회의 초대장입니다.",
            by=self.actor("cardholder"),
            expected_version=case.version,
        )
        return fresh(case)

    @taken_once
    def recovering(self, **fields: Any) -> Case:
        case = self.notified(**fields)
        appeals.accept_notice(case=case, by=self.actor("cardholder"), expected_version=case.version)
        return fresh(case)

    @taken_once
    def closed(self, **fields: Any) -> Case:
        case = self.taken(**fields)
        decisions.close_legitimate(
            case=case,
            disposition_reason="business_purpose",
            reason=LEGITIMATE,
            by=self.actor("reviewer"),
            expected_version=case.version,
        )
        return fresh(case)

    def case_in(self, state: State, **fields: Any) -> Case:
        """A case that came to the state by the steps people take."""
        walks = {
            State.NEW: self.case,
            State.IN_REVIEW: self.taken,
            State.AWAITING_EXPLANATION: self.asked,
            State.EXPLAINED: self.explained,
            State.NO_RESPONSE: self.lapsed,
            State.PENDING_APPROVAL: self.proposed,
            State.NOTIFIED: self.notified,
            State.APPEALED: self.appealed,
            State.RECOVERING: self.recovering,
            State.CLOSED: self.closed,
        }
        case = walks[state](**fields)
        assert case.state == state
        return case

    def post(self, case: Case, amount: int, line: str = "BANK-1", **fields: Any) -> RecoveryPosting:
        return recovery.post_recovery(
            **{
                "case": case,
                "amount_minor": amount,
                "method": RecoveryPosting.Method.BANK_TRANSFER,
                "bank_reference": line,
                "received_on": date(2026, 11, 20),
                "by": self.actor("clerk"),
                "expected_version": fresh(case).version,
                **fields,
            }
        )

    def decide_appeal(
        self, case: Case, result: str = "upheld", by: str = "other_approver", **fields: Any
    ) -> Appeal:
        return appeals.decide_appeal(
            case=case,
            result=Appeal.Result(result),
            reason=REASON,
            by=self.actor(by),
            expected_version=case.version,
            **fields,
        )


def mail_leaves() -> None:
    """Waiting mail leaves, as it does a minute after it was written: no deadline runs before."""
    send_outbox(now=present() + timedelta(minutes=1), limit=1000)


def fresh(case: Case) -> Case:
    """The case as the database has it now."""
    return Case.objects.select_related("cardholder__department", "assignee").get(pk=case.pk)


def settings_with(**fields: Any) -> Any:
    """Company settings for a test: no random second looks unless asked for."""
    return replace(DEFAULTS, **{"four_eyes_share": 0.0, **fields})


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, 0, tzinfo=NOW.tzinfo)


def frozen() -> Any:
    """A clock that stands at the cast's NOW until it is moved."""
    return time_machine.travel(NOW, tick=False)


def recovered(recovery: Recovery) -> int:
    """What came back, as the product tells it."""
    return balance_of(recovery).recovered_minor


def ledger_lines(body: bytes) -> list[dict[str, str]]:
    """The export of the ledger by the names programs have for its columns, whatever language its heads are in."""
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    return [dict(zip(EXPORT_HEAD, row, strict=True)) for row in rows[1:]]
