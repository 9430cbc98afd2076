"""Several people at the same moment. Each race returns what came of it; run on SQLite in the tests, on PostgreSQL as a
program of its own (`python -m tests.cases.races`, DATABASE_URL set), which prints the outcomes as JSON.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

THREADS = 8


def race(work: Callable[[int], Any], n: int = THREADS) -> list[Any]:
    """Start n threads at one barrier; their results or the exceptions they ended with."""
    from django.db import connections

    barrier, results = threading.Barrier(n), [None] * n

    def run(number: int) -> None:
        try:
            barrier.wait()
            results[number] = work(number)
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def counted(results: list[Any]) -> dict[str, int]:
    """How many succeeded, and how many were refused with which code."""
    return dict(
        Counter(getattr(r, "code", type(r).__name__) if isinstance(r, Exception) else "done" for r in results)
    )


class Races:
    """The cast and one method a race."""

    def __init__(self) -> None:
        from tests.cast import make_cast

        self.cast = make_cast()

    def two_approvals(self) -> dict[str, Any]:
        """Eight approvals of one proposal, by two approvers."""
        from cases.models import Decision, OutboxMessage
        from cases.services.decisions import approve_decision
        from fraud.claims.models import Label
        from tests.cast import make_case

        case = make_case(
            cardholder=self.cast.cardholder_record, state="pending_approval", assignee=self.cast.reviewer
        )
        proposal = _proposal(case, self.cast.reviewer)
        results = race(
            lambda n: approve_decision(
                case=case,
                content_hash=proposal.content_hash,
                by=self.cast.actor(("approver", "other_approver")[n % 2]),
                expected_version=1,
            )
        )
        case.refresh_from_db()
        return {
            "results": counted(results),
            "state": case.state,
            "version": case.version,
            "labels": Label.objects.filter(reference=case.reference).count(),
            "mails": OutboxMessage.objects.filter(
                key__startswith=f"decision.notified:{case.reference}"
            ).count(),
            "approved": Decision.objects.filter(case=case, state="approved").count(),
        }

    def one_version(self) -> dict[str, Any]:
        """Eight notes on the version all of them saw."""
        from cases.services.notes import add_note
        from tests.cast import make_case

        case = make_case(cardholder=self.cast.cardholder_record)
        by = self.cast.actor("reviewer")
        results = race(lambda n: add_note(case=case, text=f"메모 {n}", by=by, expected_version=1))
        case.refresh_from_db()
        return {"results": counted(results), "version": case.version, "notes": case.notes.count()}

    def whole_amount(self) -> dict[str, Any]:
        """Eight postings of the whole amount, each its own bank line."""
        from django.utils import timezone

        from cases.models import Recovery, RecoveryPosting
        from cases.services.company import company_today
        from cases.services.recovery import post_recovery
        from tests.cases.stage import recovered
        from tests.cast import make_case

        case = make_case(cardholder=self.cast.cardholder_record, state="recovering")
        recovery = Recovery.objects.create(
            case=case,
            decision=_proposal(case, self.cast.reviewer, state="approved"),
            amount_minor=84_000,
            currency="KRW",
            opened_at=timezone.now(),
            due_on=company_today() + timedelta(days=30),
        )
        results = race(
            lambda n: post_recovery(
                case=case,
                amount_minor=84_000,
                method=RecoveryPosting.Method.BANK_TRANSFER,
                bank_reference=f"LINE-{n}",
                received_on=company_today(),
                by=self.cast.actor("clerk"),
                expected_version=case.version,
            )
        )
        case.refresh_from_db()
        return {"results": counted(results), "state": case.state, "recovered": recovered(recovery)}

    def same_answer(self) -> dict[str, Any]:
        """The cardholder's same answer sent eight times."""
        from cases.models import Explanation, OutboxMessage
        from cases.services.explanation_requests import request_explanation
        from cases.services.explanations import submit_explanation
        from cases.services.queue import take_case
        from cases.services.steps import current_request
        from tests.cast import make_case

        by = self.cast.actor("reviewer")
        case = make_case(cardholder=self.cast.cardholder_record)
        take_case(case=case, by=by, expected_version=1)
        request_explanation(case=case, by=by, expected_version=2)
        case.refresh_from_db()
        request = current_request(case)
        assert request is not None
        said, person = "거래처와 저녁을 먹었습니다.", self.cast.actor("cardholder")
        results = race(
            lambda n: submit_explanation(request=request, text=said, by=person, expected_version=case.version)
        )
        case.refresh_from_db()
        return {
            "answered": counted(results),
            "version": case.version,
            "answers": Explanation.objects.filter(request=request).count(),
            "mails": OutboxMessage.objects.filter(key__startswith="explanation.received").count(),
        }

    def next_cases(self) -> dict[str, Any]:
        """Eight hands reach for the next of five cases."""
        from cases.models import Case
        from cases.services.queue import take_next_case
        from tests.cast import make_case, put_case

        for other in Case.objects.filter(state="new"):  # what other races left
            put_case(other, state="closed")
        for number in range(5):
            make_case(cardholder=self.cast.cardholder_record, priority=10_000 + number)
        names = ("reviewer", "other_reviewer", "approver", "other_approver")
        results = race(lambda n: take_next_case(by=self.cast.actor(names[n % 4])).reference)
        taken = [r for r in results if isinstance(r, str)]
        return {
            "taken": len(taken),
            "distinct": len(set(taken)),
            "refused": sorted(
                {getattr(r, "code", type(r).__name__) for r in results if not isinstance(r, str)}
            ),
            "left": Case.objects.filter(state="new", priority__gte=10_000).count(),
        }

    def one_key(self) -> dict[str, Any]:
        """Eight times the same request with the same key through the interface."""
        from rest_framework.test import APIClient

        from tests.cast import make_case

        case = make_case(cardholder=self.cast.cardholder_record)

        def call(number: int) -> Any:
            client = APIClient()
            client.force_login(self.cast.reviewer, backend="django.contrib.auth.backends.ModelBackend")
            response = client.post(
                f"/api/v1/cases/{case.reference}/take/",
                {},
                format="json",
                headers={"If-Match": '"1"', "Idempotency-Key": "the-same-key"},
            )
            return response.status_code

        results = race(call, 4)
        case.refresh_from_db()
        return {"statuses": sorted(set(map(str, results))), "version": case.version}

    def one_sweep(self) -> dict[str, Any]:
        """Four sweeps over one overdue request, then four senders over the outbox."""
        from cases.models import OutboxMessage
        from cases.services.clocks import sweep_clocks
        from cases.services.company import company_today
        from cases.services.outbox import send_outbox
        from tests.cast import make_case, make_request

        case = make_case(
            cardholder=self.cast.cardholder_record, state="awaiting_explanation", assignee=self.cast.reviewer
        )
        make_request(case=case, by=self.cast.reviewer, due_on=company_today() - timedelta(days=7))
        sweeps = race(lambda n: sweep_clocks(), 4)
        race(lambda n: sweep_clocks(), 4)
        sent = race(lambda n: send_outbox(), 4)
        case.refresh_from_db()
        return {
            "state": case.state,
            "lapsed": sum(s["lapsed"] for s in sweeps if isinstance(s, dict)),
            "failed": [repr(s) for s in sweeps + sent if not isinstance(s, dict)],
            "mails": OutboxMessage.objects.filter(key__startswith="explanation.overdue").count(),
            "sent": sum(s["sent"] for s in sent if isinstance(s, dict)),
            "waiting": OutboxMessage.objects.filter(state="waiting").count(),
        }

    def tips_and_closings(self) -> dict[str, Any]:
        """Four tips on a claim of a case that four others close: no tip ends up in a case that was closed before it."""
        from audit.models import AuditEvent
        from cases.models import Case, Tip
        from cases.services import by_hand, decisions
        from tests.cast import make_case, make_claim

        claim = make_claim(cardholder=self.cast.cardholder_record, amount_minor=9_000)
        case = make_case(claims=[claim], state="in_review", assignee=self.cast.reviewer, band="low")
        tipper, holder = self.cast.actor("other_reviewer"), self.cast.actor("reviewer")

        def work(n: int) -> Any:
            if n % 2:
                return by_hand.record_tip(claim=claim, text=f"제보 {n}번입니다.", by=tipper)
            return decisions.close_legitimate(
                case=case,
                disposition_reason="business_purpose",
                reason="거래처와의 회의였습니다.",
                by=holder,
                expected_version=1,
            )

        results = race(work)
        chain = list(AuditEvent.objects.filter(subject=f"case:{case.reference}").order_by("seq"))
        states = [event.after["state"] for event in chain]
        ended = states.index("closed") if "closed" in states else len(chain)
        told_late = [event.action for event in chain[ended + 1 :]]
        open_cases = Case.objects.filter(alerts__claim=claim).exclude(state="closed").distinct().count()
        return {
            "tips": Tip.objects.filter(claim=claim).count(),
            "failed": [repr(r) for r in results[1::2] if isinstance(r, Exception)],
            "told_late": told_late,
            "open": open_cases,
        }

    def one_resumption(self) -> dict[str, Any]:
        """Eight that follow one correction by which a recovery the card had ended asks for money again."""
        from django.utils import timezone

        from audit.models import AuditEvent
        from cases.models import OutboxMessage, Recovery
        from cases.services.company import company_today
        from cases.services.following import follow_changes
        from cases.services.money import outstanding
        from fraud.claims.changes import note_money
        from tests.cast import make_case, make_claim

        claim = make_claim(cardholder=self.cast.cardholder_record, amount_minor=84_000)
        now = timezone.now()
        case = make_case(claims=[claim], state="closed", closed_at=now, disposition="confirmed_misuse")
        proposal = _proposal(case, self.cast.reviewer, state="approved")
        recovery = Recovery.objects.create(
            case=case,
            decision=proposal,
            amount_minor=84_000,
            currency="KRW",
            opened_at=now,
            closed_at=now,
            due_on=company_today(),
        )
        note_money(more={claim.pk: -84_000}, file=None, at=now)
        results = race(lambda n: follow_changes())
        case.refresh_from_db()
        return {
            "state": case.state,
            "failed": [repr(r) for r in results if isinstance(r, Exception)],
            "outstanding": outstanding(Recovery.objects.get(pk=recovery.pk)),
            "resumed": AuditEvent.objects.filter(
                subject=f"case:{case.reference}", action="recovery.resumed"
            ).count(),
            "mails": OutboxMessage.objects.filter(key__startswith="recovery.resumed").count(),
        }


def _proposal(case: Any, user: Any, state: str = "proposed") -> Any:
    from django.utils import timezone

    from cases.models import Decision
    from cases.services.decisions import hash_of

    decision = Decision(
        case=case,
        number=1,
        state=state,
        disposition="confirmed_misuse",
        amount_minor=84_000,
        currency="KRW",
        reason="업무와 무관합니다.",
        proposed_by=user,
        proposed_at=timezone.now(),
        why_approval="amount",
    )
    decision.content_hash = hash_of(decision)
    decision.save()
    return decision


EXPECTED: dict[str, dict[str, Any]] = {
    "two_approvals": {"state": "notified", "version": 2, "labels": 1, "mails": 1, "approved": 1},
    "one_version": {"results": {"done": 1, "stale_case": 7}, "version": 2, "notes": 1},
    "whole_amount": {"state": "closed", "recovered": 84_000},
    "next_cases": {"taken": 5, "distinct": 5, "refused": ["queue_empty"], "left": 0},
    "one_key": {"statuses": ["200"], "version": 2},
    "tips_and_closings": {"tips": 4, "failed": [], "told_late": [], "open": 1},
    "one_resumption": {"state": "recovering", "failed": [], "outstanding": 84_000, "resumed": 1, "mails": 1},
    "one_sweep": {"state": "no_response", "lapsed": 1, "failed": [], "mails": 1, "waiting": 0},
    "same_answer": {"answered": {"done": 8}, "version": 4, "answers": 1, "mails": 1},
}


def main() -> None:
    import django

    django.setup()
    from audit.services import find_faults

    races = Races()
    found = {name: getattr(races, name)() for name in EXPECTED}
    print(json.dumps({**found, "faults": len(find_faults())}))


if __name__ == "__main__":
    main()
