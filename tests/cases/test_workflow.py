"""The workflow table against the one written here by hand: every cell of state × action, allowed and not (ASVS 5: 2.3.1)."""

from __future__ import annotations

from datetime import date

import pytest

from audit.permissions import ACTIONS, Role
from cases.workflow import (
    BESIDE,
    CLOCK_DAYS,
    TRANSITIONS,
    Action,
    Facts,
    Guard,
    Party,
    State,
    allowed_actions,
    failed_guards,
    find_row,
    parties_of,
    rows_for,
)
from fraud.company.calendar import CompanyCalendar

# state | action | outcome | target | who | guards
TABLE = """
new                  | take                |            | in_review            | reviewer            |
new                  | assign              |            | in_review            | approver            |
new                  | note                |            | new                  | reviewer            |
in_review            | take                |            | in_review            | reviewer            | free
in_review            | release             |            | new                  | holder system       |
in_review            | assign              |            | in_review            | approver system     |
in_review            | snooze              |            | in_review            | holder              | not_snoozed
in_review            | wake                |            | in_review            | holder system       | snoozed
in_review            | note                |            | in_review            | reviewer            |
in_review            | request_explanation |            | awaiting_explanation | holder              | rounds_left
in_review            | close_legitimate    |            | closed               | holder              | one_pair_of_eyes
in_review            | propose             | against    | pending_approval     | holder              | heard
in_review            | propose             | cleared    | pending_approval     | holder              |
in_review            | decide              | against    | notified             | holder              | heard one_pair_of_eyes
in_review            | decide              | cleared    | closed               | holder              | one_pair_of_eyes
awaiting_explanation | assign              |            | awaiting_explanation | approver system     |
awaiting_explanation | dissolve            |            | closed               | system              |
awaiting_explanation | note                |            | awaiting_explanation | reviewer            |
awaiting_explanation | withdraw_request    |            | in_review            | holder              |
awaiting_explanation | ask_extension       |            | awaiting_explanation | cardholder manager  | not_extended
awaiting_explanation | extend              |            | awaiting_explanation | holder              | not_extended
awaiting_explanation | answer              |            | explained            | cardholder manager  |
awaiting_explanation | lapse               |            | no_response          | system              | deadline_passed
explained            | assign              |            | explained            | approver system     |
explained            | dissolve            |            | closed               | system              |
explained            | note                |            | explained            | reviewer            |
explained            | request_explanation |            | awaiting_explanation | holder              | rounds_left
explained            | answer              |            | explained            | cardholder manager  |
explained            | close_legitimate    |            | closed               | holder              | one_pair_of_eyes
explained            | propose             | against    | pending_approval     | holder              | heard
explained            | propose             | cleared    | pending_approval     | holder              |
explained            | decide              | against    | notified             | holder              | heard one_pair_of_eyes
explained            | decide              | cleared    | closed               | holder              | one_pair_of_eyes
no_response          | assign              |            | no_response          | approver system     |
no_response          | dissolve            |            | closed               | system              |
no_response          | note                |            | no_response          | reviewer            |
no_response          | answer_late         |            | explained            | cardholder manager  |
no_response          | propose             | against    | pending_approval     | holder              | heard
no_response          | propose             | cleared    | pending_approval     | holder              |
no_response          | decide              | against    | notified             | holder              | heard one_pair_of_eyes
no_response          | decide              | cleared    | closed               | holder              | one_pair_of_eyes
pending_approval     | note                |            | pending_approval     | reviewer            |
pending_approval     | void                |            | in_review            | system              |
pending_approval     | return              |            | in_review            | other_approver      |
pending_approval     | approve             | against    | notified             | other_approver      |
pending_approval     | approve             | cleared    | closed               | other_approver      |
notified             | dissolve            |            | closed               | system              |
notified             | note                |            | notified             | reviewer            |
notified             | accept              | with_amount    | recovering       | cardholder          |
notified             | accept              | without_amount | closed           | cardholder          |
notified             | appeal              |            | appealed             | cardholder          |
notified             | end_notice          | with_amount    | recovering       | system              | notice_over
notified             | end_notice          | without_amount | closed           | system              | notice_over
notified             | assign              |            | notified             | system              |
appealed             | dissolve            |            | closed               | system              |
appealed             | note                |            | appealed             | reviewer            |
appealed             | decide_appeal       | upheld     | recovering           | other_approver      |
appealed             | decide_appeal       | upheld_without_amount | closed    | other_approver      |
appealed             | decide_appeal       | reduced    | recovering           | other_approver      |
appealed             | decide_appeal       | reduced_without_amount | closed   | other_approver      |
appealed             | decide_appeal       | reversed   | closed               | other_approver      |
appealed             | assign              |            | appealed             | system              |
recovering           | dissolve            |            | closed               | system              |
recovering           | note                |            | recovering           | reviewer            |
recovering           | plan                |            | recovering           | recovery_clerk      | outstanding
recovering           | consent             |            | recovering           | cardholder          | outstanding
recovering           | post                | partial    | recovering           | recovery_clerk      | outstanding
recovering           | post                | in_full    | closed               | recovery_clerk      | settled
recovering           | reverse_posting     |            | recovering           | recovery_clerk approver | repaid
recovering           | assign              |            | recovering           | system              |
closed               | dissolve            |            | closed               | system              |
closed               | reverse_posting     |            | closed               | recovery_clerk approver | repaid
recovering           | settle              |            | closed               | system              | settled
recovering           | request_write_off   |            | recovering           | recovery_clerk      | outstanding no_write_off
recovering           | approve_write_off   |            | closed               | recovery_approver   | write_off_requested
recovering           | return_write_off    |            | recovering           | recovery_approver   | write_off_requested
recovering           | give_back           |            | recovering           | recovery_clerk      | owed
closed               | give_back           |            | closed               | recovery_clerk      | owed
closed               | note                |            | closed               | reviewer            |
closed               | resume              |            | recovering           | system              | outstanding
closed               | reopen              |            | new                  | approver            | not_merged
in_review            | merge               |            | in_review            | holder              | never_asked
pending_approval     | merge               |            | in_review            | holder              | never_asked
in_review            | split               |            | in_review            | holder              | never_asked
pending_approval     | split               |            | in_review            | holder              | never_asked
in_review            | detach              |            | in_review            | holder              | never_asked
pending_approval     | detach              |            | in_review            | holder              | never_asked
in_review            | attach              |            | in_review            | holder              | never_asked
pending_approval     | attach              |            | in_review            | holder              | never_asked
in_review            | end_merged          |            | closed               | holder              | never_asked
pending_approval     | end_merged          |            | closed               | holder              | never_asked
closed               | unmerge             |            | in_review            | reviewer            | merged
new                  | link                |            | new                  | reviewer            |
in_review            | link                |            | in_review            | reviewer            |
awaiting_explanation | link                |            | awaiting_explanation | reviewer            |
explained            | link                |            | explained            | reviewer            |
no_response          | link                |            | no_response          | reviewer            |
pending_approval     | link                |            | pending_approval     | reviewer            |
notified             | link                |            | notified             | reviewer            |
appealed             | link                |            | appealed             | reviewer            |
recovering           | link                |            | recovering           | reviewer            |
closed               | link                |            | closed               | reviewer            |
new                  | unlink              |            | new                  | reviewer            |
in_review            | unlink              |            | in_review            | reviewer            |
awaiting_explanation | unlink              |            | awaiting_explanation | reviewer            |
explained            | unlink              |            | explained            | reviewer            |
no_response          | unlink              |            | no_response          | reviewer            |
pending_approval     | unlink              |            | pending_approval     | reviewer            |
notified             | unlink              |            | notified             | reviewer            |
appealed             | unlink              |            | appealed             | reviewer            |
recovering           | unlink              |            | recovering           | reviewer            |
closed               | unlink              |            | closed               | reviewer            |
new                  | tag                 |            | new                  | reviewer            |
in_review            | tag                 |            | in_review            | reviewer            |
awaiting_explanation | tag                 |            | awaiting_explanation | reviewer            |
explained            | tag                 |            | explained            | reviewer            |
no_response          | tag                 |            | no_response          | reviewer            |
pending_approval     | tag                 |            | pending_approval     | reviewer            |
notified             | tag                 |            | notified             | reviewer            |
appealed             | tag                 |            | appealed             | reviewer            |
recovering           | tag                 |            | recovering           | reviewer            |
closed               | tag                 |            | closed               | reviewer            |
in_review            | check               |            | in_review            | holder              |
awaiting_explanation | check               |            | awaiting_explanation | holder              |
explained            | check               |            | explained            | holder              |
no_response          | check               |            | no_response          | holder              |
"""


def _written() -> dict[tuple[str, str], list[tuple[str, str, frozenset[str], tuple[str, ...]]]]:
    found: dict[tuple[str, str], list[tuple[str, str, frozenset[str], tuple[str, ...]]]] = {}
    for line in TABLE.strip().splitlines():
        state, action, outcome, target, who, guards = (cell.strip() for cell in line.split("|"))
        row = (outcome, target, frozenset(who.split()), tuple(guards.split()))
        found.setdefault((state, action), []).append(row)
    return found


WRITTEN = _written()


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("state", list(State))
def test_every_cell_is_what_the_lifecycle_says(state: State, action: Action) -> None:
    rows = [
        (
            row.outcome,
            row.target.value,
            frozenset(party.value for party in row.who),
            tuple(g.value for g in row.guards),
        )
        for row in rows_for(state, action)
    ]
    assert rows == WRITTEN.get((state.value, action.value), [])


def test_the_written_table_has_no_row_the_code_lacks() -> None:
    assert sum(len(rows) for rows in WRITTEN.values()) == len(TRANSITIONS)


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.source}-{row.action}-{row.outcome}")
def test_every_row_names_a_permission_of_the_matrix(row: object) -> None:
    assert row.permission in ACTIONS  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("state", "days"),
    [
        ("new", 3),
        ("in_review", 10),
        ("awaiting_explanation", 7),
        ("explained", 5),
        ("no_response", 3),
        ("pending_approval", 3),
        ("notified", 10),
        ("appealed", 10),
        ("recovering", 30),
    ],
)
def test_each_clock_runs_the_business_days_of_the_lifecycle(state: str, days: int) -> None:
    assert CLOCK_DAYS[State(state)] == days
    for row in TRANSITIONS:
        if row.target == state and row.source != state:
            assert row.clock_days == days


def test_a_closed_case_has_no_clock() -> None:
    assert State.CLOSED not in CLOCK_DAYS
    assert {row.clock_days for row in TRANSITIONS if row.target == State.CLOSED} == {None}


def test_a_step_that_stays_keeps_the_clock_running_except_taking_up_again() -> None:
    staying = [row for row in TRANSITIONS if row.source == row.target]
    assert {row.action for row in staying if row.clock_days is not None} == {Action.WAKE}


def test_a_long_weekend_moves_a_deadline() -> None:
    calendar = CompanyCalendar(holidays=frozenset({date(2026, 11, 23)}))
    friday = date(2026, 11, 20)
    assert calendar.add_business_days(friday, CLOCK_DAYS[State.NEW]) == date(2026, 11, 26)


def test_the_system_can_never_decide() -> None:
    deciding = {
        Action.PROPOSE,
        Action.DECIDE,
        Action.APPROVE,
        Action.CLOSE_LEGITIMATE,
        Action.DECIDE_APPEAL,
        Action.APPROVE_WRITE_OFF,
        Action.REOPEN,
        Action.ACCEPT,
    }
    by_itself = {row.action for row in TRANSITIONS if Party.SYSTEM in row.who}
    assert not deciding & by_itself
    # it lets time pass, follows the money and hands over what strands with the absent, and nothing else
    assert by_itself == {
        Action.ASSIGN,
        Action.WAKE,
        Action.LAPSE,
        Action.END_NOTICE,
        Action.RELEASE,
        Action.VOID,
        Action.SETTLE,
        Action.RESUME,
        Action.DISSOLVE,
    }


STAFF = frozenset({Role.REVIEWER, Role.APPROVER, Role.RECOVERY_CLERK})
EVERYTHING = frozenset(Role)

PARTIES = [
    # roles, relation, parties
    ({Role.REVIEWER}, {}, {"reviewer"}),
    ({Role.REVIEWER}, {"is_holder": True}, {"reviewer", "holder"}),
    ({Role.APPROVER}, {}, {"reviewer", "holder", "approver", "other_approver", "recovery_approver"}),
    ({Role.APPROVER}, {"has_judged": True}, {"reviewer", "holder", "approver", "recovery_approver"}),
    ({Role.APPROVER}, {"asked_write_off": True}, {"reviewer", "holder", "approver", "other_approver"}),
    ({Role.RECOVERY_CLERK}, {}, {"recovery_clerk"}),
    ({Role.CARDHOLDER}, {"is_cardholder": True}, {"cardholder"}),
    ({Role.CARDHOLDER}, {}, set()),
    ({Role.MANAGER}, {"is_manager": True}, {"manager"}),
    ({Role.MANAGER}, {}, set()),
    ({Role.MANAGER, Role.CARDHOLDER}, {"is_cardholder": True, "is_manager": True}, {"cardholder"}),
    (EVERYTHING, {"is_cardholder": True, "is_holder": True}, {"cardholder"}),
    (EVERYTHING, {"is_involved": True, "is_holder": True}, set()),
    (STAFF, {"is_involved": True}, set()),
    ({Role.AUDITOR, Role.SYSTEM_ADMIN, Role.RULE_ADMIN, Role.MODEL_OWNER}, {"is_holder": True}, set()),
    (set(), {"is_holder": True, "is_cardholder": True}, set()),
    (EVERYTHING, {"is_system": True}, {"system"}),
]


@pytest.mark.parametrize(("roles", "relation", "expected"), PARTIES)
def test_positions_come_from_roles_and_relations(roles: set, relation: dict, expected: set) -> None:
    assert {party.value for party in parties_of(frozenset(roles), **relation)} == expected


HOLDER = {Party.HOLDER, Party.REVIEWER}

GUARDS = [
    # guard, facts that meet it, facts that do not
    (Guard.FREE, Facts(), Facts(is_held=True)),
    (Guard.SNOOZED, Facts(is_snoozed=True), Facts()),
    (Guard.NOT_SNOOZED, Facts(), Facts(is_snoozed=True)),
    (Guard.ROUNDS_LEFT, Facts(n_rounds=2), Facts(n_rounds=3)),
    (Guard.NOT_EXTENDED, Facts(), Facts(is_extended=True)),
    (Guard.DEADLINE_PASSED, Facts(deadline_passed=True), Facts()),
    (Guard.HEARD, Facts(is_heard=True), Facts()),
    (Guard.ONE_PAIR_OF_EYES, Facts(four_eyes=False), Facts()),
    (Guard.NOTICE_OVER, Facts(notice_over=True), Facts()),
    (Guard.OUTSTANDING, Facts(outstanding_minor=1), Facts()),
    (Guard.SETTLED, Facts(), Facts(outstanding_minor=1)),
    (Guard.OWED, Facts(owed_minor=1), Facts()),
    (Guard.REPAID, Facts(is_repaid=True), Facts()),
    (Guard.NO_WRITE_OFF, Facts(), Facts(write_off_requested=True)),
    (Guard.WRITE_OFF_REQUESTED, Facts(write_off_requested=True), Facts()),
    (Guard.NEVER_ASKED, Facts(), Facts(n_rounds=1)),
    (Guard.MERGED, Facts(is_merged=True), Facts()),
    (Guard.NOT_MERGED, Facts(), Facts(is_merged=True)),
]


def test_every_guard_is_tried() -> None:
    assert [guard for guard, _, _ in GUARDS] == list(Guard)


@pytest.mark.parametrize(("guard", "met", "unmet"), GUARDS)
def test_a_guard_holds_exactly_where_it_should(guard: Guard, met: Facts, unmet: Facts) -> None:
    row = next(row for row in TRANSITIONS if guard in row.guards)
    assert guard not in failed_guards(row, met)
    assert guard in failed_guards(row, unmet)


# fmt: off
OFFERED = [
    ("new", {Party.REVIEWER}, Facts(), "take note"),
    ("new", {Party.CARDHOLDER}, Facts(), ""),
    ("in_review", {Party.REVIEWER, Party.HOLDER}, Facts(is_held=True), "release snooze note request_explanation close_legitimate propose"),
    ("in_review", {Party.REVIEWER}, Facts(is_held=True), "note"),
    ("in_review", {Party.REVIEWER}, Facts(), "take note"),
    ("in_review", {Party.HOLDER}, Facts(is_snoozed=True, is_held=True), "release wake request_explanation close_legitimate propose"),
    ("in_review", {Party.HOLDER}, Facts(is_held=True, n_rounds=3), "release snooze close_legitimate propose"),
    ("awaiting_explanation", {Party.CARDHOLDER}, Facts(), "ask_extension answer"),
    ("awaiting_explanation", {Party.CARDHOLDER}, Facts(is_extended=True), "answer"),
    ("awaiting_explanation", {Party.SYSTEM}, Facts(deadline_passed=True), "assign"),
    ("pending_approval", {Party.OTHER_APPROVER}, Facts(), "return approve"),
    ("pending_approval", {Party.HOLDER}, Facts(), ""),
    ("notified", {Party.CARDHOLDER}, Facts(), "accept appeal"),
    ("recovering", {Party.RECOVERY_CLERK}, Facts(outstanding_minor=5, is_repaid=True), "plan post reverse_posting request_write_off"),
    ("recovering", {Party.RECOVERY_APPROVER}, Facts(outstanding_minor=5, write_off_requested=True), "approve_write_off return_write_off"),
    ("closed", {Party.REVIEWER, Party.APPROVER}, Facts(), "note reopen"),
    ("closed", {Party.RECOVERY_CLERK}, Facts(is_repaid=True), "reverse_posting"),
]
# fmt: on


@pytest.mark.parametrize(("state", "parties", "facts", "expected"), OFFERED)
def test_only_what_is_possible_now_is_offered(state: str, parties: set, facts: Facts, expected: str) -> None:
    offered = [
        a
        for a in allowed_actions(State(state), parties, facts)
        if a not in BESIDE - {Action.NOTE, Action.ASSIGN}
    ]
    assert [a.value for a in offered] == expected.split()


@pytest.mark.parametrize(
    ("state", "who", "facts", "expected"),
    [
        (State.NEW, {Party.REVIEWER}, Facts(), "link unlink tag"),
        (State.IN_REVIEW, HOLDER, Facts(), "merge split detach attach link unlink check tag"),
        (State.IN_REVIEW, {Party.REVIEWER}, Facts(), "link unlink tag"),
        (State.IN_REVIEW, HOLDER, Facts(n_rounds=1), "link unlink check tag"),
        (State.AWAITING_EXPLANATION, HOLDER, Facts(n_rounds=1), "link unlink check tag"),
        (State.PENDING_APPROVAL, HOLDER, Facts(), "merge split detach attach link unlink tag"),
        (State.CLOSED, {Party.REVIEWER}, Facts(), "link unlink tag"),
        (State.CLOSED, {Party.REVIEWER}, Facts(is_merged=True), "unmerge link unlink tag"),
        (State.CLOSED, {Party.CARDHOLDER}, Facts(is_merged=True), ""),
    ],
)
def test_claims_change_cases_only_while_nobody_was_asked(
    state: State, who: set, facts: Facts, expected: str
) -> None:
    beside = BESIDE - {Action.NOTE, Action.ASSIGN}
    offered = [action.value for action in allowed_actions(state, who, facts) if action in beside]
    assert offered == expected.split()


def test_a_row_is_found_by_its_outcome_only() -> None:
    row = find_row(State.PENDING_APPROVAL, Action.APPROVE, "against")
    assert row is not None
    assert row.target == State.NOTIFIED
    assert find_row(State.PENDING_APPROVAL, Action.APPROVE) is None
