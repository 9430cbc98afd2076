"""Anybody does anything to any case, in any order, with the version they saw or an older one: what must hold after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from audit.actor import Actor
from audit.models import AuditEvent
from audit.people import same_number
from audit.permissions import NotPermitted, Role
from audit.services import actor_of, find_faults
from cases.dispositions import Disposition
from cases.models import Appeal, Case, Decision, ExplanationRequest, Recovery, RecoveryPosting
from cases.services import (
    appeals,
    by_hand,
    clocks,
    decisions,
    explanation_requests,
    explanations,
    giving_back,
    notes,
    queue,
    recovery,
    undo,
    write_offs,
)
from cases.services.errors import CaseNotFound, CaseworkError
from cases.services.money import outstanding
from cases.services.steps import actions_now
from cases.workflow import Action, State
from tests.cases.stage import LEGITIMATE, REASON, frozen, mail_leaves, recovered
from tests.cast import NOW, make_case, make_cast, make_claim, make_person
from tests.draws import draws
from tests.undone import undone_block

# fmt: off
PEOPLE = (
    "reviewer", "other_reviewer", "approver", "other_approver", "clerk", "cardholder", "stranger", "manager", "auditor",
    "system_admin", "twin", "root", "attendee", "system",
)
# fmt: on
#: What the person of the case, or their manager, does; everything else is a step of staff.
# fmt: off
OWN_EVENTS = {
    "explanation.submitted", "explanation.submitted_late", "explanation.extension_asked", "notice.accepted", "appeal.submitted",
    "recovery.consented", "recovery.consent_withdrawn",
}
# fmt: on
#: How old the version is that the caller saw; mostly the present one.
AGES = st.sampled_from([0, 0, 0, 1, 3])
AMOUNTS = st.sampled_from([84_000, 84_000, 20_000, 20_000, 1, 0, 84_001, -5])
Step = Callable[[Case, Actor, int, Any], Any]


def _answer(case: Case, by: Actor, version: int, data: Any) -> Any:
    request = case.requests.order_by("round_no").last()
    if request is None:
        raise CaseNotFound
    return explanations.submit_explanation(
        request=request, text="설명입니다", by=by, admits=data.flag, expected_version=version
    )


def _ask_extension(case: Case, by: Actor, version: int, data: Any) -> Any:
    request = case.requests.filter(state="sent").first()
    if request is None:
        raise CaseNotFound
    return explanation_requests.ask_extension(request=request, reason="출장", by=by)


def _propose(case: Case, by: Actor, version: int, data: Any) -> Any:
    code = "cancelled" if data.disposition == Disposition.LEGITIMATE else ""
    return decisions.propose_decision(
        case=case,
        disposition=data.disposition,
        reason=REASON,
        by=by,
        expected_version=version,
        amount_minor=data.amount,
        disposition_reason=code,
    )


def _approve(case: Case, by: Actor, version: int, data: Any) -> Any:
    proposal = case.decisions.filter(state="proposed").first()
    digest = proposal.content_hash if proposal and data.number else "0" * 64
    return decisions.approve_decision(case=case, content_hash=digest, by=by, expected_version=version)


def _reverse(case: Case, by: Actor, version: int, data: Any) -> Any:
    posting = RecoveryPosting.objects.filter(recovery__case=case).order_by("-id").first()
    if posting is None:
        raise CaseNotFound
    return recovery.reverse_posting(posting=posting, reason="오류", by=by, expected_version=version)


def _give_back(case: Case, by: Actor, version: int, data: Any) -> Any:
    return giving_back.give_back(
        case=case,
        amount_minor=data.amount,
        method=RecoveryPosting.Method.BANK_TRANSFER,
        bank_reference=f"OUT-{data.number}",
        given_on=NOW.date(),
        by=by,
        expected_version=version,
    )


def _post(case: Case, by: Actor, version: int, data: Any) -> Any:
    return recovery.post_recovery(
        case=case,
        amount_minor=data.amount,
        method=RecoveryPosting.Method.BANK_TRANSFER,
        bank_reference=f"LINE-{data.number}",
        received_on=NOW.date(),
        by=by,
        expected_version=version,
    )


def _approve_write_off(case: Case, by: Actor, version: int, data: Any) -> Any:
    held = Recovery.objects.filter(case=case).first()
    minor = outstanding(held) if held else 0
    return write_offs.approve_write_off(case=case, amount_minor=minor, by=by, expected_version=version)


def _plan(case: Case, by: Actor, version: int, data: Any) -> Any:
    held = Recovery.objects.filter(case=case).first()
    part = recovery.Instalment(NOW.date() + timedelta(days=400), outstanding(held) if held else 1)
    return recovery.set_plan(case=case, plan=[part], by=by, expected_version=version)


STEPS: dict[Action, Step] = {
    Action.TAKE: lambda case, by, v, data: queue.take_case(case=case, by=by, expected_version=v),
    Action.RELEASE: lambda case, by, v, data: queue.release_case(case=case, by=by, expected_version=v),
    Action.ASSIGN: lambda case, by, v, data: queue.assign_case(
        case=case, to=data.to, by=by, expected_version=v
    ),
    Action.SNOOZE: lambda case, by, v, data: queue.snooze_case(
        case=case,
        until=NOW.date() + timedelta(days=20 * data.number),
        reason="출장",
        by=by,
        expected_version=v,
    ),
    Action.WAKE: lambda case, by, v, data: queue.wake_case(case=case, by=by, expected_version=v),
    Action.NOTE: lambda case, by, v, data: notes.add_note(case=case, text="메모", by=by, expected_version=v),
    Action.REQUEST_EXPLANATION: lambda case, by, v, data: explanation_requests.request_explanation(
        case=case, by=by, expected_version=v, questions=["누가 참석했습니까?"]
    ),
    Action.WITHDRAW_REQUEST: lambda case, by, v, data: explanation_requests.withdraw_request(
        case=case, by=by, expected_version=v, reason="불필요"
    ),
    Action.ASK_EXTENSION: _ask_extension,
    Action.EXTEND: lambda case, by, v, data: explanation_requests.extend_deadline(
        case=case, days=data.number, by=by, expected_version=v
    ),
    Action.ANSWER: _answer,
    Action.ANSWER_LATE: _answer,
    Action.CLOSE_LEGITIMATE: lambda case, by, v, data: decisions.close_legitimate(
        case=case, disposition_reason="cancelled", reason=LEGITIMATE, by=by, expected_version=v
    ),
    Action.PROPOSE: _propose,
    Action.RETURN: lambda case, by, v, data: decisions.return_decision(
        case=case, reason=REASON, by=by, expected_version=v
    ),
    Action.APPROVE: _approve,
    Action.ACCEPT: lambda case, by, v, data: appeals.accept_notice(case=case, by=by, expected_version=v),
    Action.APPEAL: lambda case, by, v, data: appeals.submit_appeal(
        case=case, text="새로운 사실이 있습니다.", by=by, expected_version=v
    ),
    Action.DECIDE_APPEAL: lambda case, by, v, data: appeals.decide_appeal(
        case=case,
        result=data.result,
        reason=REASON,
        by=by,
        expected_version=v,
        amount_minor=data.amount if data.result == Appeal.Result.REDUCED else None,
    ),
    Action.PLAN: _plan,
    Action.CONSENT: lambda case, by, v, data: write_offs.record_consent(
        case=case, monthly_minor=1000, text="급여 공제에 동의합니다.", by=by, expected_version=v
    ),
    Action.POST: _post,
    Action.REVERSE_POSTING: _reverse,
    Action.GIVE_BACK: _give_back,
    Action.REQUEST_WRITE_OFF: lambda case, by, v, data: write_offs.request_write_off(
        case=case, reason=REASON, by=by, expected_version=v
    ),
    Action.APPROVE_WRITE_OFF: _approve_write_off,
    Action.RETURN_WRITE_OFF: lambda case, by, v, data: write_offs.return_write_off(
        case=case, reason=REASON, by=by, expected_version=v
    ),
    Action.REOPEN: lambda case, by, v, data: by_hand.reopen_case(
        case=case, reason=REASON, by=by, expected_version=v
    ),
}
UNVERSIONED = {Action.ASK_EXTENSION}
#: Services that pick between two rows of the table by themselves.
OFFERED_AS = {
    Action.ANSWER: {Action.ANSWER, Action.ANSWER_LATE},
    Action.ANSWER_LATE: {Action.ANSWER, Action.ANSWER_LATE},
    Action.CLOSE_LEGITIMATE: {Action.PROPOSE, Action.CLOSE_LEGITIMATE},
}
DECIDING = {
    Action.PROPOSE,
    Action.APPROVE,
    Action.DECIDE_APPEAL,
    Action.APPROVE_WRITE_OFF,
    Action.ACCEPT,
    Action.REOPEN,
    Action.ASSIGN,
}


@dataclass
class Content:
    """What a step is given besides case, person and version."""

    amount: int
    number: int
    flag: bool
    disposition: Disposition
    result: Appeal.Result
    to: Any = None


CONTENT = st.builds(
    Content,
    amount=AMOUNTS,
    number=st.integers(0, 6),
    flag=st.booleans(),
    disposition=st.sampled_from(list(Disposition)),
    result=st.sampled_from([Appeal.Result.UPHELD, Appeal.Result.REDUCED, Appeal.Result.REVERSED]),
)


def content_of(chance: Random) -> Content:
    """Mostly sensible content, so that walks go far."""
    return Content(
        amount=chance.choice([84_000, 20_000, 20_000, 5_000, 0]),
        number=chance.randint(1, 4),
        flag=chance.random() < 0.5,
        disposition=chance.choice(
            [Disposition.CONFIRMED_MISUSE, Disposition.PERSONAL_USE_REPAID, *Disposition]
        ),
        result=chance.choice([Appeal.Result.UPHELD, Appeal.Result.REDUCED, Appeal.Result.REVERSED]),
    )


#: Steps that lead nowhere new: walks prefer the others.
SIDEWAYS = {
    Action.NOTE,
    Action.ASSIGN,
    Action.RELEASE,
    Action.SNOOZE,
    Action.WITHDRAW_REQUEST,
    Action.CLOSE_LEGITIMATE,
}
REACHED: set[Action] = set()


class Casework(RuleBasedStateMachine):
    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.travel = frozen()
        self.clock = self.travel.start()
        self.block = undone_block()
        self.block.__enter__()
        self.cast = make_cast()
        self.actors: dict[str, Actor] = {}
        self.done: Counter[tuple[int, Action]] = Counter()
        self.others = {
            # a second login of the approver, everybody's roles on the cardholder, and on an attendee
            "twin": make_person("twin", Role.APPROVER, Role.REVIEWER, employee_no="E1003"),
            "root": make_person("root", *Role, employee_no="E2001"),
            "attendee": make_person("attendee", *Role, employee_no="E3001"),
        }

    def teardown(self) -> None:
        try:
            assert find_faults() == []
        finally:
            transaction.set_rollback(True)
            self.block.__exit__(None, None, None)
            self.travel.stop()

    def actor(self, name: str) -> Actor:
        """Roles do not change during a walk, so everybody is looked up once."""
        if name not in self.actors:
            if name == "system":
                self.actors[name] = Actor.system("test")
            else:
                self.actors[name] = actor_of(self.others.get(name) or getattr(self.cast, name))
        return self.actors[name]

    def attempt(self, action: Action, case: Case, who: str, back: int, content: Content) -> None:
        """Try it; a refusal is one of ours and changes nothing, a success was on offer and on the present version."""
        case.refresh_from_db()
        by, before = self.actor(who), case.version
        offered = bool(OFFERED_AS.get(action, {action}) & set(actions_now(case, by)))
        content.to = getattr(self.cast, PEOPLE[content.number % 5])
        back = 0 if action in UNVERSIONED else back
        try:
            STEPS[action](case, by, before - back, content)
        except (CaseworkError, NotPermitted):
            case.refresh_from_db()
            assert case.version == before, "a refused step changed the case"
            return
        assert back == 0, "a step on an older version went through"
        assert offered or who == "system", f"{action} went through for {who} without being on offer"
        assert not (who == "system" and action in DECIDING), "the system decided"
        REACHED.add(action)

    @initialize(target=cases, band=st.sampled_from(["low", "medium", "high"]))
    def first(self, band: str) -> Case:
        return self.first_case(band)

    def first_case(self, band: str) -> Case:
        """A case with an attendee and a claim approver among the staff."""
        claim = make_claim(
            cardholder=self.cast.cardholder_record, attendees=[{"employee_no": "E3001"}], approver_no="E1002"
        )
        return make_case(claims=[claim], band=band, reference="C-2025-000001")

    @rule(target=cases, band=st.sampled_from(["low", "medium", "high"]))
    def another(self, band: str) -> Case:
        number = Case.objects.count() + 1  # last year: a reopened case takes the next number of this one
        return make_case(cardholder=self.cast.cardholder_record, band=band, reference=f"C-2025-{number:06}")

    @rule(
        case=cases,
        who=st.sampled_from(PEOPLE),
        action=st.sampled_from(list(STEPS)),
        back=AGES,
        content=CONTENT,
    )
    def anybody_tries_anything(
        self, case: Case, who: str, action: Action, back: int, content: Content
    ) -> None:
        self.attempt(action, case, who, back, content)

    @rule(case=cases, seed=st.integers(0, 2**16), n_steps=st.integers(4, 20))
    def people_do_what_is_offered(self, case: Case, seed: int, n_steps: int) -> None:
        chance = Random(seed)
        for _ in range(n_steps):
            self.step_of_a_walk(case, chance)

    def step_of_a_walk(self, case: Case, chance: Random) -> None:
        """One step that is on offer to somebody, by preference one that this case has not seen yet."""
        case.refresh_from_db()
        offered = [
            (self.done[case.pk, action] + 2 * (action in SIDEWAYS), chance.random(), name, action)
            for name in chance.sample(PEOPLE[:8], 5)
            for action in actions_now(case, self.actor(name))
            if action in STEPS
        ]
        if offered:
            _, _, name, action = min(offered)
            self.done[case.pk, action] += 1
            self.attempt(action, case, name, 0, content_of(chance))
            self.clock.shift(timedelta(minutes=1))

    @rule(case=cases, who=st.sampled_from(PEOPLE))
    def undo(self, case: Case, who: str) -> None:
        case.refresh_from_db()
        try:
            undo.undo_last_action(case=case, by=self.actor(who), expected_version=case.version)
        except (CaseworkError, NotPermitted):
            return
        assert who not in ("root", "attendee", "cardholder", "stranger", "system")

    @rule(hours=st.sampled_from([0.001, 1, 60, 200, 400]))
    def time_passes(self, hours: float) -> None:
        mail_leaves()
        self.clock.shift(timedelta(hours=hours))
        clocks.sweep_clocks()
        assert {name: n for name, n in clocks.sweep_clocks().items() if n} == {}, (
            "a second sweep did something"
        )

    @invariant()
    def every_change_has_its_entry(self) -> None:
        for case in Case.objects.all():
            events = (
                AuditEvent.objects.filter(subject=f"case:{case.reference}")
                .exclude(action="access.refused")
                .order_by("seq")
            )
            versions = [
                e.after["version"]
                for e in events
                if e.after and "version" in e.after and e.action != "case.opened"
            ]
            assert versions == list(range(2, case.version + 1)), (case.reference, versions)
            last = events.filter(after__has_key="state").last()
            assert last is None or last.after["state"] == case.state

    @invariant()
    def nobody_acts_on_their_own_case(self) -> None:
        staff = AuditEvent.objects.filter(subject__startswith="case:").exclude(
            action__in=OWN_EVENTS | {"access.refused"}
        )
        assert not staff.filter(actor__in=["root", "dohyun.kim"]).exists()
        first = Case.objects.order_by("id").first()
        if first is not None:
            own = staff.filter(subject=f"case:{first.reference}")
            assert not own.filter(actor__in=["attendee", "seojun.yoon"]).exists()

    @invariant()
    def four_eyes_where_they_are_needed(self) -> None:
        for decision in Decision.objects.filter(state="approved", needs_approval=True).select_related(
            "proposed_by", "decided_by"
        ):
            assert decision.decided_by is not None
            assert decision.proposed_by != decision.decided_by
            assert not same_number(decision.proposed_by.employee_no, decision.decided_by.employee_no)
        for held in Recovery.objects.filter(write_off="approved").select_related(
            "write_off_requested_by", "write_off_decided_by"
        ):
            assert not same_number(
                held.write_off_requested_by.employee_no, held.write_off_decided_by.employee_no
            )
        for judged in Appeal.objects.exclude(result="open").select_related(
            "decision__decided_by", "decision__proposed_by", "decided_by"
        ):
            assert judged.decided_by not in (judged.decision.decided_by, judged.decision.proposed_by)

    @invariant()
    def dispositions_come_from_people_and_stand_only_on_decided_cases(self) -> None:
        decided = {State.NOTIFIED, State.APPEALED, State.RECOVERING, State.CLOSED}
        for case in Case.objects.all():
            assert bool(case.disposition) == (case.state in decided), (case.state, case.disposition)
        deciding = ["decision.taken", "decision.approved", "decision.proposed", "appeal.decided"]
        assert not AuditEvent.objects.filter(action__in=deciding, actor__startswith="system:").exists()

    @invariant()
    def against_nobody_unheard(self) -> None:
        for case in Case.objects.filter(
            disposition__in=["confirmed_misuse", "personal_use_repaid", "policy_breach"]
        ):
            assert case.requests.filter(state__in=["answered", "lapsed"]).exists()

    @invariant()
    def money_adds_up(self) -> None:
        for held in Recovery.objects.select_related("case"):
            assert 0 <= recovered(held) <= held.amount_minor
            assert (held.case.state == State.CLOSED) == (outstanding(held) == 0)

    @invariant()
    def requests_stay_in_bounds(self) -> None:
        for case in Case.objects.all():
            sent = case.requests.filter(state=ExplanationRequest.State.SENT).count()
            assert sent == (1 if case.state == State.AWAITING_EXPLANATION else 0)
            assert case.n_rounds == case.requests.exclude(state="withdrawn").count() <= 3


@pytest.mark.django_db
def test_casework_holds_its_promises_whatever_people_try(company: Any) -> None:
    company(four_eyes_limit_minor=20_000, four_eyes_share=0.3)
    run_state_machine_as_test(
        Casework,
        settings=settings(
            phases=[
                Phase.explicit,
                Phase.reuse,
                Phase.generate,
            ],  # shrinking walks takes minutes; they read well as they are
            max_examples=draws(6),
            stateful_step_count=12,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# fmt: off
INVARIANTS = (
    "every_change_has_its_entry", "nobody_acts_on_their_own_case", "four_eyes_where_they_are_needed",
    "dispositions_come_from_people_and_stand_only_on_decided_cases", "against_nobody_unheard", "money_adds_up",
    "requests_stay_in_bounds",
)
# fmt: on


@pytest.mark.django_db
def test_long_walks_reach_every_step_and_break_nothing(company: Any) -> None:
    company(four_eyes_limit_minor=20_000, four_eyes_share=0.3)
    REACHED.clear()
    for seed in (1, 6, 8):  # walks that between them go everywhere
        machine, chance = Casework(), Random(seed)
        try:
            case = machine.first_case("medium")
            for number in range(45):
                if number % 10 == 9:
                    machine.time_passes(chance.choice([1, 60, 400]))
                machine.step_of_a_walk(case, chance)
                if number % 5 == 0:
                    for name in INVARIANTS:
                        getattr(machine, name)()
                case = Case.objects.exclude(state=State.CLOSED).order_by("id").last() or case
        finally:
            machine.teardown()
    missed = set(STEPS) - REACHED - SIDEWAYS - {Action.WAKE}
    assert len(missed) <= 3, f"the walks no longer reach {sorted(missed)}"
