"""What people do with a case in the money machine: every step tried as they try it, and what the plain ledger notes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from audit.actor import Actor
from cases.dispositions import Disposition
from cases.models import Appeal, Case, Decision, RecoveryPosting
from cases.services import (
    appeals,
    by_hand,
    clocks,
    decisions,
    detaching,
    explanation_requests,
    explanations,
    giving_back,
    queue,
    recovery,
    regrouping,
    write_offs,
)
from cases.workflow import State
from fraud.claims.models import Claim
from tests.cases.money_figures import compare
from tests.cases.money_ledger import Held
from tests.cases.money_walk import CASES_AT_MOST, Walk
from tests.cases.stage import REASON, mail_leaves
from tests.cast import NOW
from tests.counted import COUNTED

Step = Callable[[Walk, Case, Random], None]
STEPS: dict[str, Step] = {}


def _step(name: str) -> Callable[[Any], Any]:
    def keep(step: Step) -> Step:
        STEPS[name] = step
        return step

    return keep


def _person(walk: Walk, case: Case) -> Actor:
    return walk.actors["cardholder" if case.cardholder.employee_no == "E2001" else "stranger"]


@_step("take")
def take(walk: Walk, case: Case, chance: Random) -> None:
    by = walk.actors["reviewer"]
    walk.attempt("take", lambda: queue.take_case(case=case, by=by, expected_version=case.version))


@_step("ask")
def ask(walk: Walk, case: Case, chance: Random) -> None:
    by = walk.actors["reviewer"]
    walk.attempt(
        "ask",
        lambda: explanation_requests.request_explanation(
            case=case, by=by, expected_version=case.version, questions=["누가 참석했습니까?"]
        ),
    )


@_step("answer")
def answer(walk: Walk, case: Case, chance: Random) -> None:
    request = case.requests.order_by("round_no").last()
    if request is not None:
        by = _person(walk, case)
        walk.attempt(
            "answer",
            lambda: explanations.submit_explanation(
                request=request, text="저녁 식사입니다", by=by, expected_version=case.version
            ),
        )


@_step("propose")
def propose(walk: Walk, case: Case, chance: Random) -> None:
    """Everything that is at stake, a part of it, or more than that."""
    stake = walk.told[case.reference].at_stake
    amount = chance.choice([stake, stake, stake, stake // 2, stake // 2, stake + 1])
    made = walk.attempt(
        "propose",
        lambda: decisions.propose_decision(
            case=case,
            disposition=Disposition.CONFIRMED_MISUSE,
            reason=REASON,
            by=walk.actors["reviewer"],
            expected_version=case.version,
            amount_minor=amount,
        ),
        f"{case.reference} {amount}",
    )
    if made is not None:
        assert amount <= stake, "more than is at stake was proposed"
        if made.state == Decision.State.APPROVED:
            _decided(walk, case, amount)


@_step("approve")
def approve(walk: Walk, case: Case, chance: Random) -> None:
    proposal = case.decisions.filter(state=Decision.State.PROPOSED).first()
    if proposal is None:
        return
    made = walk.attempt(
        "approve",
        lambda: decisions.approve_decision(
            case=case,
            content_hash=proposal.content_hash,
            by=walk.actors["approver"],
            expected_version=case.version,
        ),
    )
    if made is not None:
        assert made.amount_minor <= walk.told[case.reference].at_stake, "more than is at stake was approved"
        _decided(walk, case, made.amount_minor)


def _decided(walk: Walk, case: Case, amount: int) -> None:
    walk.held(case).decided, walk.held(case).judged = amount, walk.next()


@_step("clear")
def clear(walk: Walk, case: Case, chance: Random) -> None:
    """Nothing was wrong: by two people where it was decided before."""
    made = walk.attempt(
        "clear",
        lambda: decisions.close_legitimate(
            case=case,
            disposition_reason="business_purpose",
            reason=REASON,
            by=walk.actors["reviewer"],
            expected_version=case.version,
        ),
        case.reference,
    )
    if made is not None and made.state == Decision.State.APPROVED:
        _decided(walk, case, 0)


@_step("accept")
def accept(walk: Walk, case: Case, chance: Random) -> None:
    by = _person(walk, case)
    walk.attempt("accept", lambda: appeals.accept_notice(case=case, by=by, expected_version=case.version))


@_step("end notice")
def end_notice(walk: Walk, case: Case, chance: Random) -> None:
    """Silence, as the sweep takes it."""
    if case.state == State.NOTIFIED and case.due_on is not None:
        mail_leaves()
        walk.clock.shift(timedelta(days=max((case.due_on - NOW.date()).days, 0) + 1))
        COUNTED["money machine"]["end notice"] += 1
        clocks.sweep_clocks()


@_step("appeal")
def appeal(walk: Walk, case: Case, chance: Random) -> None:
    by = _person(walk, case)
    walk.attempt(
        "appeal",
        lambda: appeals.submit_appeal(
            case=case, text="새로운 사실이 있습니다.", by=by, expected_version=case.version
        ),
    )


@_step("judge")
def judge(walk: Walk, case: Case, chance: Random) -> None:
    held = walk.held(case)
    result = chance.choice([Appeal.Result.UPHELD, Appeal.Result.REDUCED, Appeal.Result.REVERSED])
    due = min(held.decided, walk.told[case.reference].at_stake)
    lower = chance.choice([due // 2, due, due - 1])
    made = walk.attempt(
        result.value,
        lambda: appeals.decide_appeal(
            case=case,
            result=result,
            reason=REASON,
            by=walk.actors["other_approver"],
            expected_version=case.version,
            amount_minor=lower if result == Appeal.Result.REDUCED else None,
        ),
    )
    if made is not None and result == Appeal.Result.REDUCED:
        assert 0 < lower < due
        _decided(walk, case, lower)
    elif made is not None and result == Appeal.Result.REVERSED:
        _decided(walk, case, 0)


@_step("post")
def post(walk: Walk, case: Case, chance: Random) -> None:
    left = walk.told[case.reference].asked
    amount = chance.choice([left, max(left // 3, 1), left + 1])
    made = walk.attempt(
        "recover",
        lambda: recovery.post_recovery(
            case=case,
            amount_minor=amount,
            method=RecoveryPosting.Method.BANK_TRANSFER,
            bank_reference=f"LINE-{walk.next()}",
            received_on=NOW.date(),
            by=walk.actors["clerk"],
            expected_version=case.version,
        ),
    )
    if made is not None:
        assert 0 < amount <= left, "more was taken than was open"
        walk.held(case).came_back += amount


#: How often a step is left out that would be refused.
MOSTLY = 0.9


@_step("reverse")
def reverse(walk: Walk, case: Case, chance: Random) -> None:
    posting = RecoveryPosting.objects.filter(recovery__case=case).order_by("-id").first()
    if posting is None:
        return
    if case.state == State.CLOSED and not posting.is_given_back and chance.random() < MOSTLY:
        return
    by = walk.actors["approver"]
    made = walk.attempt(
        "reverse",
        lambda: recovery.reverse_posting(
            posting=posting, reason="오류", by=by, expected_version=case.version
        ),
    )
    if made is not None:
        walk.held(case).came_back -= posting.amount_minor


@_step("give back")
def give_back(walk: Walk, case: Case, chance: Random) -> None:
    held, owed = walk.held(case), walk.told[case.reference].owed
    if held.came_back <= 0 or (owed <= 0 and chance.random() < MOSTLY):
        return
    amount = chance.choice([owed, max(owed // 3, 1), held.came_back])
    made = walk.attempt(
        "give back",
        lambda: giving_back.give_back(
            case=case,
            amount_minor=amount,
            method=RecoveryPosting.Method.BANK_TRANSFER,
            bank_reference=f"OUT-{walk.next()}",
            given_on=NOW.date(),
            by=walk.actors["clerk"],
            expected_version=case.version,
        ),
    )
    if made is not None:
        held.came_back -= amount
        assert amount <= owed, "more was given back than was owed"


@_step("write off: ask")
def ask_write_off(walk: Walk, case: Case, chance: Random) -> None:
    by = walk.actors["clerk"]
    walk.attempt(
        "write off: ask",
        lambda: write_offs.request_write_off(case=case, reason=REASON, by=by, expected_version=case.version),
    )


@_step("write off: approve")
def approve_write_off(walk: Walk, case: Case, chance: Random) -> None:
    held = walk.held(case)
    left = walk.told[case.reference].asked
    made = walk.attempt(
        "write off: approve",
        lambda: write_offs.approve_write_off(
            case=case, amount_minor=left, by=walk.actors["approver"], expected_version=case.version
        ),
    )
    if made is not None:
        held.given_up, held.is_closed = held.given_up + left, True


@_step("write off: return")
def return_write_off(walk: Walk, case: Case, chance: Random) -> None:
    by = walk.actors["approver"]
    walk.attempt(
        "write off: return",
        lambda: write_offs.return_write_off(case=case, reason=REASON, by=by, expected_version=case.version),
    )


@_step("reopen")
def reopen(walk: Walk, case: Case, chance: Random) -> None:
    if len(walk.ledger.held) >= CASES_AT_MOST:
        return
    if (
        not case.n_claims and chance.random() < 0.9
    ):  # nothing is left in it: refused, which needs no more than a try
        return
    by = walk.actors["approver"]
    made = walk.attempt(
        "reopen", lambda: by_hand.reopen_case(case=case, reason=REASON, by=by, expected_version=case.version)
    )
    if made is not None:
        walk.let_leave()  # what went to another person since is not in the new case
        held = walk.held(case)
        walk.ledger.held[made.reference] = again = Held(held.person, held.currency, held.claims)
        again.follow(held, held.claims, case.reference)


@_step("decide anew")
def decide_anew(walk: Walk, case: Case, chance: Random) -> None:
    """Open a closed case again and go on with the new one until it is decided, or a step of it is refused; half of them are cleared."""
    known = set(walk.ledger.held)
    reopen(walk, case, chance)
    ways = ["take", "ask", "answer", chance.choice(["propose", "clear"]), "approve", "accept"]
    for name in set(walk.ledger.held) - known:
        for way in ways[: chance.choice([5, 6])]:
            compare(walk)
            walk.clock.shift(timedelta(minutes=1))
            STEPS[way](walk, walk.row(name), chance)


@_step("merge")
def merge(walk: Walk, case: Case, chance: Random) -> None:
    """Into another case of the walk, whatever it is: most are refused."""
    others = [name for name in walk.ledger.held if name != case.reference]
    fitting = [name for name in others if _fits(walk, case, name)]
    pool = fitting if fitting and chance.random() < MOSTLY else others
    if not pool:
        return
    other = walk.row(chance.choice(sorted(pool)))
    made = walk.attempt(
        "merge",
        lambda: regrouping.merge_cases(
            case=case,
            other=other,
            reason="같은 출장",
            by=walk.actors["approver"],
            expected_version=case.version,
            other_version=other.version,
        ),
        f"{other.reference} into {case.reference}",
    )
    if made is not None:
        into, gone = walk.held(case), walk.held(other)
        decided = gone.decided + into.decided + gone.came_back
        assert decided == 0, "a decided case was merged"
        into.follow(gone, gone.claims)
        into.claims, into.ever = into.claims | gone.claims, into.ever | gone.claims
        gone.claims, gone.is_closed = frozenset(), True


def _fits(walk: Walk, case: Case, name: str) -> bool:
    other = walk.rows[name]
    alike = (other.cardholder_id, other.currency) == (case.cardholder_id, case.currency)
    return alike and other.state in (State.NEW, State.IN_REVIEW, State.PENDING_APPROVAL)


@_step("unmerge")
def unmerge(walk: Walk, case: Case, chance: Random) -> None:
    merged = Case.objects.exclude(merged_into=None).select_related("merged_into").order_by("pk").last()
    if merged is None or merged.merged_into is None:
        return
    into = merged.merged_into
    made = walk.attempt(
        "unmerge",
        lambda: regrouping.unmerge_case(
            case=merged,
            other=into,
            reason="잘못 합침",
            by=walk.actors["approver"],
            expected_version=merged.version,
            other_version=into.version,
        ),
    )
    if made is not None:
        _as_in_the_rows(walk, merged, into)
        walk.held(merged).is_closed = False


@_step("split")
def split(walk: Walk, case: Case, chance: Random) -> None:
    held = walk.held(case)
    if len(walk.ledger.held) >= CASES_AT_MOST or not held.claims:
        return
    some = [name for name in sorted(held.claims) if chance.random() < 0.5] or sorted(held.claims)[:1]
    made = walk.attempt(
        "split",
        lambda: regrouping.split_case(
            case=case,
            claims=some,
            reason="다른 건",
            by=walk.actors["approver"],
            expected_version=case.version,
        ),
        f"{some} off {case.reference}",
    )
    if made is not None:
        walk.ledger.held[made.reference] = off = Held(held.person, held.currency, frozenset(some))
        off.follow(held, some)
        held.claims -= frozenset(some)


@_step("detach")
def detach(walk: Walk, case: Case, chance: Random) -> None:
    held = walk.held(case)
    if not held.claims:
        return
    name, goes = chance.choice(sorted(held.claims)), chance.choice(list(detaching.GoesTo))
    made = walk.attempt(
        "detach",
        lambda: detaching.detach_claim(
            case=case,
            claim=name,
            goes=goes,
            reason="무관",
            by=walk.actors["approver"],
            expected_version=case.version,
        ),
        f"{name} from {case.reference}",
    )
    if made is not None:
        held.claims -= {name}


@_step("attach")
def attach(walk: Walk, case: Case, chance: Random) -> None:
    held = walk.held(case)
    left = sorted(held.ever - held.claims)
    if not left:
        return
    name = chance.choice(left)
    made = walk.attempt(
        "attach",
        lambda: detaching.attach_claim(
            case=case, claim=name, reason="다시", by=walk.actors["approver"], expected_version=case.version
        ),
    )
    if made is not None:
        held.claims |= {name}


def _as_in_the_rows(walk: Walk, *cases: Case) -> None:
    """Which claims came back is the product's affair: some had left meanwhile; none may be in neither, none in both by it."""
    before = frozenset().union(*(walk.held(case).claims for case in cases))
    found = {case: frozenset(_names(case)) for case in cases}
    assert frozenset().union(*found.values()) == before, "a claim was lost between two cases"
    for case, names in found.items():
        assert names, "a case was left without a claim"
        walk.held(case).claims = names
        walk.held(case).ever |= names


def _names(case: Case) -> list[str]:
    return list(case.alerts.filter(left_at=None).values_list("claim__external_id", flat=True))


def open_case(walk: Walk, chance: Random) -> None:
    """By hand, for one or more payments of one person in one currency, or by a tip on one of them."""
    known = walk.ledger.known()
    if not known or len(walk.ledger.held) >= CASES_AT_MOST:
        return
    first = chance.choice(known)
    fitting = [paid for paid in known if (paid.person, paid.currency) == (first.person, first.currency)]
    others = [paid for paid in fitting if paid is not first]
    by_tip = chance.random() < 0.5
    names = [first.name] + [paid.name for paid in others if not by_tip and chance.random() < 0.5]
    claims = list(Claim.objects.select_related("cardholder", "merchant").filter(external_id__in=names))
    by = walk.actors["reviewer"]
    if by_tip:
        tip = walk.attempt(
            "tip", lambda: by_hand.record_tip(claim=claims[0], text="제보 내용입니다", by=by), first.name
        )
        case = tip.case if tip else None
    else:
        case = walk.attempt(
            "open", lambda: by_hand.open_case_by_hand(claims=claims, reason=REASON, by=by), str(names)
        )
    if case is not None and case.reference not in walk.ledger.held:
        walk.ledger.held[case.reference] = Held(first.person, first.currency, frozenset(names))


NEXT: dict[State, list[str]] = {
    State.NEW: ["take", "take", "take", "unmerge"],
    State.IN_REVIEW: [
        "ask",
        "ask",
        "ask",
        "propose",
        "merge",
        "merge",
        "split",
        "detach",
        "attach",
        "unmerge",
    ],
    State.AWAITING_EXPLANATION: ["answer"],
    State.EXPLAINED: ["propose", "propose", "propose", "clear"],
    State.NO_RESPONSE: ["propose"],
    State.PENDING_APPROVAL: ["approve"],
    State.NOTIFIED: ["accept", "accept", "appeal", "end notice"],
    State.APPEALED: ["judge"],
    State.RECOVERING: [
        "post",
        "post",
        "reverse",
        "give back",
        "write off: ask",
        "write off: approve",
        "write off: return",
    ],
    State.CLOSED: ["reopen", "decide anew", "decide anew", "give back", "reverse"],
}
