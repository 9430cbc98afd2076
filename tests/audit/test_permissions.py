"""The matrix against the table of duties: who may do what at all, and who never may (ASVS 5: 8.2.1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from audit.actor import Actor
from audit.permissions import (
    ACTIONS,
    EXCLUSIVE_ROLES,
    ROLE_LABELS,
    SYSTEM_ACTIONS,
    NotPermitted,
    Role,
    Scope,
    can,
    require,
    scope_of,
)

R = Role
ROOT = Path(__file__).resolve().parent.parent.parent

# action | roles that may
TABLE = {
    "cases.view_case": {R.REVIEWER, R.APPROVER, R.AUDITOR},
    "cases.take_case": {R.REVIEWER, R.APPROVER},
    "cases.assign_case": {R.APPROVER},
    "cases.write_note": {R.REVIEWER, R.APPROVER},
    "cases.review_case": {R.REVIEWER, R.APPROVER},
    "cases.request_explanation": {R.REVIEWER, R.APPROVER},
    "cases.propose_decision": {R.REVIEWER, R.APPROVER},
    "cases.approve_decision": {R.APPROVER},
    "cases.decide_appeal": {R.APPROVER},
    "cases.reopen_case": {R.APPROVER},
    "cases.bulk_close": {R.REVIEWER, R.APPROVER},
    "cases.open_case": {R.REVIEWER, R.APPROVER},
    "cases.record_tip": {R.REVIEWER, R.APPROVER, R.AUDITOR},
    "cases.view_evidence": {R.REVIEWER, R.APPROVER, R.AUDITOR},
    "cases.export_cases": {R.APPROVER, R.AUDITOR},
    "cases.view_assurance": {R.APPROVER, R.AUDITOR},
    "cases.view_own_request": {R.CARDHOLDER, R.MANAGER},
    "cases.submit_explanation": {R.CARDHOLDER, R.MANAGER},
    "cases.answer_notice": {R.CARDHOLDER},
    "cases.view_recovery": {R.APPROVER, R.RECOVERY_CLERK, R.AUDITOR},
    "cases.post_recovery": {R.RECOVERY_CLERK},
    "cases.reverse_posting": {R.RECOVERY_CLERK, R.APPROVER},
    "cases.request_write_off": {R.RECOVERY_CLERK},
    "cases.approve_write_off": {R.APPROVER},
    "cases.sweep_clocks": set(),
    "fraud.deliver_claims": {R.APPROVER, R.SYSTEM_ADMIN, R.DATA_CLIENT},
    "fraud.deliver_outcomes": {R.APPROVER, R.AUDITOR, R.SYSTEM_ADMIN, R.DATA_CLIENT},
    "fraud.view_labels": {R.MODEL_OWNER, R.AUDITOR},
    "fraud.export_scores": {R.MODEL_OWNER, R.AUDITOR},
    "fraud.add_receipt": {R.REVIEWER, R.APPROVER},
    "fraud.view_delivery": {R.APPROVER, R.AUDITOR, R.SYSTEM_ADMIN, R.DATA_CLIENT},
}


def actor(*roles: Role) -> Actor:
    return Actor(username="x", roles=frozenset(roles))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", TABLE)
def test_casework_is_open_to_the_roles_of_the_table_and_no_other(action: str, role: Role) -> None:
    assert can(actor(role), action) == (role in TABLE[action])


DECIDING = [
    "cases.propose_decision",
    "cases.approve_decision",
    "cases.decide_appeal",
    "cases.approve_write_off",
    "cases.reopen_case",
]


@pytest.mark.parametrize("action", DECIDING)
def test_neither_the_system_nor_the_watching_roles_decide(action: str) -> None:
    assert not can(Actor.system("nightly"), action)
    for role in EXCLUSIVE_ROLES | {R.CARDHOLDER, R.MANAGER, R.RECOVERY_CLERK}:
        assert not can(actor(role), action)


def test_no_role_means_nothing() -> None:
    assert not [action for action in ACTIONS if can(actor(), action)]


def test_the_widest_scope_of_all_roles_counts() -> None:
    assert scope_of(actor(R.REVIEWER), "cases.review_case") == Scope.ASSIGNED
    assert scope_of(actor(R.REVIEWER, R.APPROVER), "cases.review_case") == Scope.ALL
    assert scope_of(actor(R.CARDHOLDER, R.MANAGER), "cases.submit_explanation") == Scope.DEPARTMENT


def test_a_misspelt_action_is_a_fault_and_not_a_refusal() -> None:
    with pytest.raises(KeyError):
        can(actor(R.REVIEWER), "cases.take_cases")


def test_a_refusal_names_what_was_tried() -> None:
    with pytest.raises(NotPermitted) as refusal:
        require(actor(R.AUDITOR), "cases.take_case")
    assert (refusal.value.action, refusal.value.code) == ("cases.take_case", "not_permitted")


def test_every_action_named_in_the_code_is_in_the_matrix() -> None:
    named = set()
    for app in ("audit", "rules", "fraud", "cases"):
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                text = path.read_text(encoding="utf-8")
                named |= set(re.findall(r"(?:require|can|scope_of)\([\w.]+, \"(\w+\.\w+)\"", text))
                named |= set(re.findall(r"^    permission = \"(\w+\.\w+)\"", text, flags=re.M))
    assert named
    assert not named - set(ACTIONS) - SYSTEM_ACTIONS


def test_every_role_has_a_name_in_both_languages() -> None:
    assert set(ROLE_LABELS) == set(Role)
    assert all(en and ko for en, ko in ROLE_LABELS.values())
