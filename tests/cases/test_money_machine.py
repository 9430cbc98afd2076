"""Deliver, correct, cancel, ask, decide, appeal, recover, reverse, write off in any order, against a plain ledger.

The ledger below is written from what must be true, not from how the product works it out: what was paid, what the card
gave back, what was decided, what came back, what was given up. After every step the product's figures are compared with it.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audit.actor import Actor
from audit.permissions import NotPermitted
from audit.services import actor_of, find_faults
from cases.api.serializers.recoveries import RecoveryDetail
from cases.api.serializers.staff import CaseRow
from cases.dispositions import Disposition
from cases.models import Appeal, Case, Decision, Recovery, RecoveryPosting
from cases.pages.figures import work_out_figures
from cases.pages.ledger import EXPORT_HEAD, LedgerRow, export_row, with_balances
from cases.services import (
    appeals,
    by_hand,
    clocks,
    decisions,
    explanation_requests,
    explanations,
    queue,
    recovery,
    write_offs,
)
from cases.services.errors import CaseworkError
from cases.services.money import attach_stakes
from cases.workflow import State
from fraud.claims.importing.profiles import get_profile
from fraud.claims.importing.rows import import_rows
from fraud.claims.models import Claim
from tests.cases.stage import REASON, frozen
from tests.cast import NOW, Cast
from tests.conftest import REQUIRE_ALL
from tests.counted import COUNTED
from tests.undone import undone_block

SENDER = Actor.system("tests")
PEOPLE = ("E2001", "E2002")
PLACES = ("노래주점 별", "한빛식당", "동네마트")
AMOUNTS = (90_000, 40_000, 20_000)
#: Every step is compared with the rows that queue, case and ledger are made of; every tenth also with what is sent.
ALL_EVERY = 10
#: More where everything is required (CI) than at a desk; MONEY_STEPS=10000 walks all night long.

STEPS_AT_LEAST = int(os.environ.get("MONEY_STEPS", 600 if REQUIRE_ALL else 200))
EXAMPLES = 3


@dataclass
class Paid:
    """A purchase as it was delivered last, and what the card gave back of it: id of the money back → amount."""

    name: str
    person: str
    amount: int
    at: datetime
    place: str
    back: dict[str, int] = field(default_factory=dict)

    @property
    def gone(self) -> int:
        return max(self.amount - sum(self.back.values()), 0)


@dataclass
class Held:
    """A case as the people left it. `decided`: amount and a number that grows with every decision."""

    person: str
    claims: tuple[str, ...]
    decided: int = 0
    order: int = 0
    came_back: int = 0
    given_up: int = 0
    is_closed: bool = False


@dataclass
class Ledger:
    """Plain sums over what was delivered and done."""

    paid: dict[str, Paid] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)

    def gone(self, case: Held) -> int:
        """What the case's payments still cost: those that are its person's."""
        return sum(self.paid[name].gone for name in case.claims if self.paid[name].person == case.person)

    def group(self, case: Held) -> list[Held]:
        """Everything decided on the same payment, the oldest decision first."""
        others = [one for one in self.held.values() if one is case or set(one.claims) & set(case.claims)]
        return sorted((one for one in others if one.order), key=lambda one: one.order)

    def at_stake(self, case: Held) -> int:
        """What may be asked for: the loss without what came back elsewhere and what an older decision still asks for."""
        left, elsewhere = self.gone(case), 0
        group = self.group(case)
        for one in group:  # money that is there stays where it is, the oldest first
            kept = min(one.came_back, left)
            left -= kept
            elsewhere += kept * (one is not case)
        for one in group:
            if one is case:
                break
            if not one.is_closed and one.person == case.person:
                more = min(max(one.decided - one.came_back, 0), left)
                left -= more
                elsewhere += more
        return self.gone(case) - elsewhere

    def outstanding(self, case: Held) -> int:
        if case.is_closed:
            return 0
        return max(min(case.decided, self.at_stake(case)) - case.came_back, 0)


class Money(RuleBasedStateMachine):
    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.travel = frozen()
        self.clock = self.travel.start()
        self.block = undone_block()
        self.block.__enter__()
        self.ledger = Ledger()
        self.serial = self.n_checked = self.orders = self.n_deliveries = 0
        self.seen: Any = None
        self.actors = {
            name: actor_of(getattr(self.cast, name))
            for name in (
                "reviewer",
                "other_reviewer",
                "approver",
                "other_approver",
                "clerk",
                "cardholder",
                "stranger",
            )
        }

    def teardown(self) -> None:
        try:
            assert find_faults() == []
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)
            self.travel.stop()

    # What arrives ---------------------------------------------------------------------------------------------------

    def deliver(self, *rows: dict[str, Any]) -> None:
        self.n_deliveries += 1  # the very same content again would be the delivery that is known already
        rows = tuple({**row, "적요": f"전표 {self.n_deliveries}"} for row in rows)
        result = import_rows(rows=rows, profile=get_profile("generic"), by=SENDER)
        assert all(row.outcome in ("accepted", "superseding", "duplicate") for row in result.rows), (
            result.rows
        )

    def row_of(self, paid: Paid) -> dict[str, Any]:
        return _row(paid.name, paid.person, paid.at, paid.amount, paid.place, f"9{paid.name[1:]}", "승인")

    def back_row(self, paid: Paid, name: str) -> dict[str, Any]:
        taken = paid.back[name]
        kind = "취소" if taken == paid.amount else "부분취소"
        at = paid.at + timedelta(hours=1, minutes=int(name.split("-")[1]))
        return _row(name, paid.person, at, -taken, paid.place, f"9{paid.name[1:]}", kind)

    @initialize()
    def a_first_delivery_brings_cases(self) -> None:
        for number, person in enumerate((*PEOPLE, PEOPLE[0])):
            self.a_payment_arrives(person, PLACES[number], AMOUNTS[number])
        for number in range(3):
            self.a_case_is_opened(number, by_tip=number == 1)

    def a_payment_arrives(self, person: str, place: str, amount: int) -> None:
        if len(self.ledger.paid) >= 4:
            return
        self.serial += 1
        paid = Paid(f"P{self.serial:07}", person, amount, NOW - timedelta(days=2, minutes=self.serial), place)
        self.ledger.paid[paid.name] = paid
        self.deliver(self.row_of(paid))
        self.count("deliver")

    def a_payment_is_corrected(self, pick: int, amount: int) -> None:
        paid = self.pick(pick)
        # Below what came back: the delivery's linking may drop the money back, which is reported and not tried here.
        if paid is not None and amount >= sum(paid.back.values()):
            paid.amount = amount
            self.deliver(self.row_of(paid))
            self.count("correct")

    def a_payment_turns_out_to_be_somebody_elses(self, pick: int, person: str) -> None:
        paid = self.pick(pick)
        if paid is not None and not paid.back:
            paid.person = person
            self.deliver(self.row_of(paid))
            for case in self.ledger.held.values():
                if not case.is_closed and case.person != person:
                    case.claims = tuple(name for name in case.claims if name != paid.name)
            self.count("correct owner")

    def the_card_gives_back(self, pick: int, part: int) -> None:
        paid = self.pick(pick)
        if paid is not None and paid.gone and len(paid.back) < 3:
            name = f"N{paid.name[1:]}-{len(paid.back) + 1}"
            paid.back[name] = paid.gone // part
            self.deliver(self.back_row(paid, name))
            self.count("cancel in full" if part == 1 else "cancel in part")

    def a_cancellation_is_corrected(self, pick: int, part: int) -> None:
        paid = self.pick(pick)
        if paid is not None and paid.back:
            name = sorted(paid.back)[-1]
            paid.back[name] = (paid.gone + paid.back[name]) // part
            self.deliver(self.back_row(paid, name))
            self.count("correct cancellation")

    @rule(pick=st.integers(0, 3), seed=st.integers(0, 2**16))
    def something_arrives(self, pick: int, seed: int) -> None:
        """One rule for all deliveries: they cost most, and people do more than one step between two of them."""
        chance = Random(seed)
        chance.choice(
            [
                lambda: self.a_payment_arrives(
                    chance.choice(PEOPLE), chance.choice(PLACES), chance.choice(AMOUNTS)
                ),
                lambda: self.a_payment_is_corrected(pick, chance.choice((*AMOUNTS, 5_000, 300_000))),
                lambda: self.a_payment_turns_out_to_be_somebody_elses(pick, chance.choice(PEOPLE)),
                lambda: self.the_card_gives_back(pick, chance.choice([1, 2, 3])),
                lambda: self.a_cancellation_is_corrected(pick, chance.choice([1, 2, 4])),
            ]
        )()

    def pick(self, number: int) -> Paid | None:
        known = list(self.ledger.paid.values())
        return known[number % len(known)] if known else None

    # What people do -------------------------------------------------------------------------------------------------

    @rule(pick=st.integers(0, 3), by_tip=st.booleans())
    def a_case_is_opened(self, pick: int, by_tip: bool) -> None:
        paid = self.pick(pick)
        if paid is None:
            return
        claim = Claim.objects.select_related("cardholder", "merchant").get(external_id=paid.name)
        by = self.actors["reviewer"]
        if by_tip:
            tip = self.attempt("tip", lambda: by_hand.record_tip(claim=claim, text="제보 내용입니다", by=by))
            case = tip.case if tip else None
        else:
            case = self.attempt(
                "open", lambda: by_hand.open_case_by_hand(claims=[claim], reason=REASON, by=by)
            )
        if case is not None and case.reference not in self.ledger.held:
            self.ledger.held[case.reference] = Held(paid.person, (paid.name,))

    @rule(pick=st.integers(0, 5), seed=st.integers(0, 2**16), n=st.integers(6, 14))
    def people_go_on(self, pick: int, seed: int, n: int) -> None:
        chance = Random(seed)
        for _ in range(n):
            case = self.case(chance.choice([0, 0, 1, pick]))
            if case is None:
                return
            names = NEXT[State(case.state)]
            STEPS[chance.choice(names)](self, case, chance)
            self.clock.shift(timedelta(minutes=1))
            self.figures_agree()

    @rule(
        pick=st.integers(0, 5),
        name=st.deferred(lambda: st.sampled_from(sorted(STEPS))),
        seed=st.integers(0, 99),
    )
    def somebody_tries_anything(self, pick: int, name: str, seed: int) -> None:
        case = self.case(pick)
        if case is not None:
            STEPS[name](self, case, Random(seed))
            self.clock.shift(timedelta(minutes=1))

    def case(self, pick: int) -> Case | None:
        known = sorted(
            self.ledger.held, key=lambda name: self.ledger.held[name].is_closed
        )  # the open ones first
        if not known:
            return None
        return Case.objects.select_related("cardholder").get(reference=known[pick % len(known)])

    def attempt(self, name: str, step: Callable[[], Any]) -> Any:
        """Try a step; a refusal is one of ours and leaves everything as it was."""
        self.count(name)
        try:
            return step()
        except (CaseworkError, NotPermitted) as refusal:
            COUNTED["money machine refused"][f"{name}: {refusal.code}"] += 1
            return None

    def count(self, name: str) -> None:
        COUNTED["money machine"][name] += 1

    def held(self, case: Case) -> Held:
        return self.ledger.held[case.reference]

    def next_order(self) -> int:
        self.orders += 1
        return self.orders

    # What must hold -------------------------------------------------------------------------------------------------

    @invariant()
    def figures_agree(self) -> None:
        now = _fingerprint()
        if now == self.seen:
            return
        self.seen = now
        cases = attach_stakes(
            list(Case.objects.select_related("cardholder__department", "merchant", "assignee"))
        )
        assert {case.reference for case in cases} == set(self.ledger.held)
        for case in cases:
            # The system may end a recovery that nothing is left of.
            held = self.held(case)
            assert not (held.is_closed and case.state != State.CLOSED)
            if case.state == State.CLOSED and not held.is_closed:
                assert self.ledger.outstanding(held) == 0, (case.reference, held)
                held.is_closed = True
        rows = {case.reference: CaseRow(case).data["at_stake"] for case in cases}
        for name, held in self.ledger.held.items():
            assert Decimal(rows[name]) == self.ledger.at_stake(held) >= 0, (name, held, self.ledger)
        self.nobody_is_asked_for_more_than_the_loss()
        lines = with_balances(Recovery.objects.select_related("case__cardholder__department").order_by("id"))
        self.the_ledger_agrees(lines)
        self.n_checked += 1
        if self.n_checked % ALL_EVERY == 0 and rows:
            self.all_tell_the_same(rows, lines)

    def nobody_is_asked_for_more_than_the_loss(self) -> None:
        for name, paid in self.ledger.paid.items():
            cases = [held for held in self.ledger.held.values() if name in held.claims and held.order]
            asked = sum(self.ledger.outstanding(held) for held in cases)
            if asked:
                assert asked + sum(held.came_back for held in cases) <= paid.gone, (name, cases)

    def the_ledger_agrees(self, lines: list[LedgerRow]) -> None:
        """The ledger's page and its export are made of these rows."""
        for row in lines:
            held = self.held(row.recovery.case)
            line = dict(zip(EXPORT_HEAD, export_row(row), strict=True))
            assert line["open"] == self.ledger.outstanding(held) == row.balance.outstanding_minor, (
                held,
                line,
            )
            assert line["recovered"] == held.came_back
            assert line["written_off"] == held.given_up

    def all_tell_the_same(self, rows: dict[str, str], lines: list[LedgerRow]) -> None:
        """What people and programs are sent, and what the overview counts."""
        client = Client()
        client.force_login(self.cast.auditor)  # anew each time: a walk lasts weeks, a login does not
        page = client.get("/api/v1/cases/").json()["results"]
        assert {row["reference"]: row["at_stake"] for row in page} == rows
        name = chosen = Random(self.n_checked).choice(sorted(rows))
        assert client.get(f"/api/v1/cases/{name}/").json()["at_stake"] == rows[chosen]
        for row in lines:
            held, told = self.held(row.recovery.case), RecoveryDetail(row.recovery).data
            assert Decimal(told["outstanding"]) == self.ledger.outstanding(held)
            assert Decimal(told["recovered"]) == held.came_back
        sent = client.get("/recovery/export/")
        body = b"".join(sent.streaming_content) if sent.streaming else sent.content
        told_open = {
            line["case"]: Decimal(line["open"])
            for line in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
        }
        expected = {
            row.recovery.case.reference: self.ledger.outstanding(self.held(row.recovery.case))
            for row in lines
        }
        assert told_open == expected
        figures = work_out_figures(NOW.date())
        assert figures.outstanding_minor == sum(expected.values())
        assert figures.recovered_minor <= figures.confirmed_minor


def _row(
    name: str, person: str, at: datetime, amount: int, place: str, code: str, kind: str
) -> dict[str, Any]:
    local = at + timedelta(hours=9)
    return {
        "external_id": name,
        "employee_no": person,
        "transacted_at": local.strftime("%Y-%m-%d %H:%M:%S"),
        "amount": str(amount),
        "currency": "KRW",
        "merchant_name": place,
        "authorization_code": code,
        "txn_type": kind,
    }


_VERSIONS = """
    SELECT (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM cases_case),
           (SELECT count(*) || '/' || coalesce(sum(version), 0) FROM fraud_claim),
           (SELECT count(*) || '/' || count(followed_at) FROM fraud_claimchange),
           (SELECT coalesce(sum(version), 0) FROM cases_recovery), (SELECT count(*) FROM cases_recoveryposting)
"""


def _fingerprint() -> tuple[Any, ...]:
    """Changes whenever anything changed that a figure can rest on."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS)
        return cursor.fetchone()


# Steps on a case ----------------------------------------------------------------------------------------------------


def _step(name: str) -> Callable[[Any], Any]:
    def keep(step: Callable[[Money, Case, Random], None]) -> Callable[[Money, Case, Random], None]:
        STEPS[name] = step
        return step

    return keep


STEPS: dict[str, Callable[[Money, Case, Random], None]] = {}


def _person(machine: Money, case: Case) -> Actor:
    return machine.actors["cardholder" if case.cardholder.employee_no == "E2001" else "stranger"]


@_step("take")
def take(machine: Money, case: Case, chance: Random) -> None:
    by = machine.actors["reviewer"]
    machine.attempt("take", lambda: queue.take_case(case=case, by=by, expected_version=case.version))


@_step("ask")
def ask(machine: Money, case: Case, chance: Random) -> None:
    by = machine.actors["reviewer"]
    machine.attempt(
        "ask",
        lambda: explanation_requests.request_explanation(case=case, by=by, expected_version=case.version),
    )


@_step("answer")
def answer(machine: Money, case: Case, chance: Random) -> None:
    request = case.requests.order_by("round_no").last()
    if request is not None:
        by = _person(machine, case)
        machine.attempt(
            "answer",
            lambda: explanations.submit_explanation(
                request=request, text="저녁 식사입니다", by=by, expected_version=case.version
            ),
        )


@_step("propose")
def propose(machine: Money, case: Case, chance: Random) -> None:
    """Everything that is at stake, a part of it, or more than that."""
    stake = machine.ledger.at_stake(machine.held(case))
    amount = chance.choice([stake, stake, stake // 2, stake + 1])
    made = machine.attempt(
        "propose",
        lambda: decisions.propose_decision(
            case=case,
            disposition=Disposition.CONFIRMED_MISUSE,
            reason=REASON,
            by=machine.actors["reviewer"],
            expected_version=case.version,
            amount_minor=amount,
        ),
    )
    if made is not None:
        assert amount <= stake, "more than is at stake was proposed"
        if made.state == Decision.State.APPROVED:
            _decided(machine, case, amount)


@_step("approve")
def approve(machine: Money, case: Case, chance: Random) -> None:
    proposal = case.decisions.filter(state=Decision.State.PROPOSED).first()
    if proposal is None:
        return
    made = machine.attempt(
        "approve",
        lambda: decisions.approve_decision(
            case=case,
            content_hash=proposal.content_hash,
            by=machine.actors["approver"],
            expected_version=case.version,
        ),
    )
    if made is not None:
        assert made.amount_minor <= machine.ledger.at_stake(machine.held(case)), "approved more than the loss"
        _decided(machine, case, made.amount_minor)


def _decided(machine: Money, case: Case, amount: int) -> None:
    held = machine.held(case)
    held.decided, held.order = amount, machine.next_order() if amount else 0


@_step("accept")
def accept(machine: Money, case: Case, chance: Random) -> None:
    by = _person(machine, case)
    machine.attempt("accept", lambda: appeals.accept_notice(case=case, by=by, expected_version=case.version))


@_step("end notice")
def end_notice(machine: Money, case: Case, chance: Random) -> None:
    """Silence, as the sweep takes it."""
    if case.state == State.NOTIFIED and case.due_on is not None:
        machine.clock.shift(timedelta(days=max((case.due_on - NOW.date()).days, 0) + 1))
        machine.count("end notice")
        clocks.sweep_clocks()


@_step("appeal")
def appeal(machine: Money, case: Case, chance: Random) -> None:
    by = _person(machine, case)
    machine.attempt(
        "appeal",
        lambda: appeals.submit_appeal(
            case=case, text="새로운 사실이 있습니다.", by=by, expected_version=case.version
        ),
    )


@_step("judge")
def judge(machine: Money, case: Case, chance: Random) -> None:
    held = machine.held(case)
    result = chance.choice([Appeal.Result.UPHELD, Appeal.Result.REDUCED, Appeal.Result.REVERSED])
    due = min(held.decided, machine.ledger.at_stake(held))
    lower = chance.choice([due // 2, due, due - 1])
    made = machine.attempt(
        result.value,
        lambda: appeals.decide_appeal(
            case=case,
            result=result,
            reason=REASON,
            by=machine.actors["other_approver"],
            expected_version=case.version,
            amount_minor=lower,
        ),
    )
    if made is not None and result == Appeal.Result.REDUCED:
        assert 0 < lower < due
        _decided(machine, case, lower)
    elif made is not None and result == Appeal.Result.REVERSED:
        _decided(machine, case, 0)


@_step("post")
def post(machine: Money, case: Case, chance: Random) -> None:
    held = machine.held(case)
    left = machine.ledger.outstanding(held)
    amount = chance.choice([left, max(left // 3, 1), left + 1])
    machine.serial += 1
    made = machine.attempt(
        "recover",
        lambda: recovery.post_recovery(
            case=case,
            amount_minor=amount,
            method=RecoveryPosting.Method.BANK_TRANSFER,
            bank_reference=f"LINE-{machine.serial}",
            received_on=NOW.date(),
            by=machine.actors["clerk"],
            expected_version=case.version,
        ),
    )
    if made is not None:
        assert 0 < amount <= left, "more was taken than was open"
        held.came_back += amount


@_step("reverse")
def reverse(machine: Money, case: Case, chance: Random) -> None:
    posting = RecoveryPosting.objects.filter(recovery__case=case).order_by("-id").first()
    if posting is None:
        return
    by = machine.actors["approver"]
    made = machine.attempt(
        "reverse",
        lambda: recovery.reverse_posting(
            posting=posting, reason="오류", by=by, expected_version=case.version
        ),
    )
    if made is not None:
        machine.held(case).came_back -= posting.amount_minor


@_step("write off: ask")
def ask_write_off(machine: Money, case: Case, chance: Random) -> None:
    by = machine.actors["clerk"]
    machine.attempt(
        "write off: ask",
        lambda: write_offs.request_write_off(case=case, reason=REASON, by=by, expected_version=case.version),
    )


@_step("write off: approve")
def approve_write_off(machine: Money, case: Case, chance: Random) -> None:
    held = machine.held(case)
    left = machine.ledger.outstanding(held)
    made = machine.attempt(
        "write off: approve",
        lambda: write_offs.approve_write_off(
            case=case, amount_minor=left, by=machine.actors["approver"], expected_version=case.version
        ),
    )
    if made is not None:
        held.given_up, held.is_closed = left, True


@_step("write off: return")
def return_write_off(machine: Money, case: Case, chance: Random) -> None:
    by = machine.actors["approver"]
    machine.attempt(
        "write off: return",
        lambda: write_offs.return_write_off(case=case, reason=REASON, by=by, expected_version=case.version),
    )


@_step("reopen")
def reopen(machine: Money, case: Case, chance: Random) -> None:
    by = machine.actors["approver"]
    made = machine.attempt(
        "reopen", lambda: by_hand.reopen_case(case=case, reason=REASON, by=by, expected_version=case.version)
    )
    if made is not None:
        held = machine.held(case)
        machine.ledger.held[made.reference] = Held(held.person, held.claims)


NEXT: dict[State, list[str]] = {
    State.NEW: ["take"],
    State.IN_REVIEW: ["ask", "propose"],
    State.AWAITING_EXPLANATION: ["answer"],
    State.EXPLAINED: ["propose"],
    State.NO_RESPONSE: ["propose"],
    State.PENDING_APPROVAL: ["approve"],
    State.NOTIFIED: ["accept", "accept", "appeal", "end notice"],
    State.APPEALED: ["judge"],
    State.RECOVERING: [
        "post",
        "post",
        "reverse",
        "write off: ask",
        "write off: approve",
        "write off: return",
    ],
    State.CLOSED: ["reopen"],
}


@pytest.mark.django_db
def test_nobody_is_asked_for_more_than_the_true_loss_in_any_order(people: Cast, company: Any) -> None:
    company(four_eyes_limit_minor=50_000)
    Money.cast = people
    while sum(COUNTED["money machine"].values()) < STEPS_AT_LEAST:
        run_state_machine_as_test(
            Money,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=50,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
                print_blob=True,
                database=None,
            ),
        )
