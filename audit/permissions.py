"""The one permission matrix: role × action → scope, as data.

Scopes widen from left to right. What "own", "assigned" and "department" mean for an object is decided by the app that
owns the object; that nobody acts on a case they are involved in holds for every scope and is checked there as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from audit.actor import Actor
from audit.actor import Role as Role  # whoever asks the matrix gets the roles with it


class Scope(StrEnum):
    OWN = "own"
    ASSIGNED = "assigned"
    DEPARTMENT = "department"
    ALL = "all"


ROLE_LABELS: Mapping[Role, tuple[str, str]] = {
    Role.CARDHOLDER: ("Cardholder", "카드 사용자"),
    Role.MANAGER: ("Manager", "부서장"),
    Role.REVIEWER: ("Reviewer", "검토자"),
    Role.APPROVER: ("Approver", "승인자"),
    Role.RECOVERY_CLERK: ("Recovery clerk", "환수 담당"),
    Role.RULE_ADMIN: ("Rule admin", "규칙 관리자"),
    Role.MODEL_OWNER: ("Model owner", "모델 관리자"),
    Role.AUDITOR: ("Auditor", "감사인"),
    Role.SYSTEM_ADMIN: ("System admin", "시스템 관리자"),
    Role.DATA_CLIENT: ("Data client", "데이터 연동"),
}

# Duties that one account must not hold together.
EXCLUSIVE_ROLES: frozenset[Role] = frozenset(
    {Role.RULE_ADMIN, Role.MODEL_OWNER, Role.AUDITOR, Role.SYSTEM_ADMIN, Role.DATA_CLIENT}
)

_R = Role
_ALL = Scope.ALL
_STAFF_READ = {_R.REVIEWER: _ALL, _R.APPROVER: _ALL, _R.AUDITOR: _ALL}

ACTIONS: Mapping[str, Mapping[Role, Scope]] = {
    # Claims, files and runs
    "fraud.view_claim": {**_STAFF_READ, _R.RECOVERY_CLERK: _ALL},
    "fraud.view_score": dict(_STAFF_READ),
    # A receipt handed in beside a claim, by who works on it
    "fraud.add_receipt": {_R.REVIEWER: _ALL, _R.APPROVER: _ALL},
    "fraud.import_claims": {_R.APPROVER: _ALL, _R.SYSTEM_ADMIN: _ALL},
    # Claims as rows through the interface, and what became of them; a data client sees its own deliveries only
    "fraud.deliver_claims": {_R.APPROVER: _ALL, _R.SYSTEM_ADMIN: _ALL, _R.DATA_CLIENT: Scope.OWN},
    "fraud.view_delivery": {
        _R.APPROVER: _ALL,
        _R.AUDITOR: _ALL,
        _R.SYSTEM_ADMIN: _ALL,
        _R.DATA_CLIENT: Scope.OWN,
    },
    # What was decided elsewhere teaches the models; whoever is measured by them brings none
    "fraud.deliver_outcomes": {
        _R.APPROVER: _ALL,
        _R.AUDITOR: _ALL,
        _R.SYSTEM_ADMIN: _ALL,
        _R.DATA_CLIENT: Scope.OWN,
    },
    "fraud.view_labels": {_R.MODEL_OWNER: _ALL, _R.AUDITOR: _ALL},
    "fraud.export_scores": {_R.MODEL_OWNER: _ALL, _R.AUDITOR: _ALL},
    "fraud.view_file": {_R.APPROVER: _ALL, _R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
    # A payment looked at before it is filed: one's own; a program asks for others beside its own deliveries only
    "fraud.precheck_claim": dict.fromkeys(_R, Scope.OWN),
    # Refunds that fit no purchase for certain: owned by who gets the money back, and by who approves what is asked for
    "fraud.view_money_back": {_R.APPROVER: _ALL, _R.RECOVERY_CLERK: _ALL, _R.AUDITOR: _ALL},
    "fraud.link_money_back": {_R.APPROVER: _ALL, _R.RECOVERY_CLERK: _ALL},
    "fraud.change_profile": {_R.SYSTEM_ADMIN: _ALL},
    "fraud.approve_exemption": {_R.APPROVER: _ALL},
    "fraud.view_run": {**_STAFF_READ, _R.RULE_ADMIN: _ALL, _R.MODEL_OWNER: _ALL, _R.SYSTEM_ADMIN: _ALL},
    "fraud.run_night": {_R.APPROVER: _ALL, _R.SYSTEM_ADMIN: _ALL},
    # Rules
    "rules.view_rule": {_R.APPROVER: _ALL, _R.RULE_ADMIN: _ALL, _R.MODEL_OWNER: _ALL, _R.AUDITOR: _ALL},
    "rules.draft_rule": {_R.RULE_ADMIN: _ALL},
    "rules.propose_rule": {_R.RULE_ADMIN: _ALL},
    "rules.activate_rule": {_R.APPROVER: _ALL},
    # A rule that leaves one person or merchant alone for a while
    "fraud.suppress_rule": {_R.REVIEWER: _ALL, _R.APPROVER: _ALL, _R.RULE_ADMIN: _ALL},
    "fraud.approve_suppression": {_R.APPROVER: _ALL},
    # Models and detection
    "fraud.view_detection": {_R.APPROVER: _ALL, _R.RULE_ADMIN: _ALL, _R.MODEL_OWNER: _ALL, _R.AUDITOR: _ALL},
    "fraud.train_model": {_R.MODEL_OWNER: _ALL},
    "fraud.propose_promotion": {_R.MODEL_OWNER: _ALL},
    "fraud.promote_version": {_R.APPROVER: _ALL},
    "fraud.propose_threshold": {_R.RULE_ADMIN: _ALL, _R.MODEL_OWNER: _ALL},
    "fraud.activate_threshold": {_R.APPROVER: _ALL},
    # Cases
    "cases.view_case": {_R.REVIEWER: _ALL, _R.APPROVER: _ALL, _R.AUDITOR: _ALL},
    "cases.take_case": {_R.REVIEWER: _ALL, _R.APPROVER: _ALL},
    "cases.assign_case": {_R.APPROVER: _ALL},
    # Who has what, who is away, what each knows best
    "cases.view_work": {_R.APPROVER: _ALL, _R.AUDITOR: _ALL},
    "cases.change_work": {_R.APPROVER: _ALL},
    # What one was told oneself, and how one wants to be told
    "cases.view_notice": {_R.REVIEWER: Scope.OWN, _R.APPROVER: Scope.OWN, _R.RECOVERY_CLERK: Scope.OWN},
    "cases.write_note": {_R.REVIEWER: _ALL, _R.APPROVER: _ALL},
    "cases.review_case": {_R.REVIEWER: Scope.ASSIGNED, _R.APPROVER: _ALL},
    # Claims from one case to another, and back; which cases belong together
    "cases.regroup_claims": {_R.REVIEWER: Scope.ASSIGNED, _R.APPROVER: _ALL},
    "cases.link_cases": {_R.REVIEWER: _ALL, _R.APPROVER: _ALL},
    "cases.request_explanation": {_R.REVIEWER: Scope.ASSIGNED, _R.APPROVER: _ALL},
    "cases.propose_decision": {_R.REVIEWER: Scope.ASSIGNED, _R.APPROVER: _ALL},
    "cases.approve_decision": {_R.APPROVER: _ALL},
    "cases.decide_appeal": {_R.APPROVER: _ALL},
    "cases.reopen_case": {_R.APPROVER: _ALL},
    "cases.bulk_close": {_R.REVIEWER: Scope.ASSIGNED, _R.APPROVER: _ALL},
    "cases.open_case": {_R.REVIEWER: _ALL, _R.APPROVER: _ALL},
    "cases.record_tip": {_R.REVIEWER: _ALL, _R.APPROVER: _ALL, _R.AUDITOR: _ALL},
    "cases.view_evidence": {_R.REVIEWER: _ALL, _R.APPROVER: _ALL, _R.AUDITOR: _ALL},
    "cases.export_cases": {_R.APPROVER: _ALL, _R.AUDITOR: _ALL},
    # The figures of a month for the audit committee
    "cases.view_assurance": {_R.APPROVER: _ALL, _R.AUDITOR: _ALL},
    # The cardholder's side
    "cases.view_own_request": {_R.CARDHOLDER: Scope.OWN, _R.MANAGER: Scope.DEPARTMENT},
    "cases.submit_explanation": {_R.CARDHOLDER: Scope.OWN, _R.MANAGER: Scope.DEPARTMENT},
    "cases.answer_notice": {_R.CARDHOLDER: Scope.OWN},
    # Recovery
    "cases.view_recovery": {_R.APPROVER: _ALL, _R.RECOVERY_CLERK: _ALL, _R.AUDITOR: _ALL},
    "cases.post_recovery": {_R.RECOVERY_CLERK: _ALL},
    "cases.reverse_posting": {_R.RECOVERY_CLERK: _ALL, _R.APPROVER: _ALL},
    "cases.request_write_off": {_R.RECOVERY_CLERK: _ALL},
    "cases.approve_write_off": {_R.APPROVER: _ALL},
    # Mail that has not left: nobody's clock runs before they were told
    "cases.view_mail": {_R.APPROVER: _ALL, _R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
    "cases.resend_mail": {_R.APPROVER: _ALL, _R.SYSTEM_ADMIN: _ALL},
    # What mails say: written by one, agreed to by another
    "cases.view_mail_text": {_R.APPROVER: _ALL, _R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
    "cases.change_mail_text": {_R.APPROVER: _ALL, _R.SYSTEM_ADMIN: _ALL},
    "cases.approve_mail_text": {_R.APPROVER: _ALL},
    # Other systems that are told of events
    "cases.view_webhook": {_R.APPROVER: _ALL, _R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
    "cases.change_webhook": {_R.SYSTEM_ADMIN: _ALL},
    "cases.approve_webhook": {_R.APPROVER: _ALL},
    # Whether work gets done
    "cases.view_health": {_R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
    # Deadlines pass by themselves; nobody calls them
    "cases.sweep_clocks": {},
    # Audit and settings
    "audit.view_events": {_R.AUDITOR: _ALL},
    "audit.verify_chain": {_R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
    # People, their roles and what they see: proposed by one, confirmed by another administrator or an auditor
    "fraud.view_people": {_R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
    "fraud.manage_people": {_R.SYSTEM_ADMIN: _ALL},
    "fraud.approve_access": {_R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
    "fraud.change_settings": {_R.SYSTEM_ADMIN: _ALL},
    # Programs and their tokens
    "fraud.view_accounts": {_R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
    "fraud.change_accounts": {_R.SYSTEM_ADMIN: _ALL},
    # Which days are business days: whoever reckons with deadlines
    "fraud.view_calendar": {
        **_STAFF_READ,
        _R.RECOVERY_CLERK: _ALL,
        _R.RULE_ADMIN: _ALL,
        _R.SYSTEM_ADMIN: _ALL,
    },
    "fraud.view_settings": {_R.AUDITOR: _ALL, _R.SYSTEM_ADMIN: _ALL},
}

# Agreeing to what somebody else asked for or did: each is refused to the person who asked, under every login they have.
# `tests/cases/test_second_person.py` walks this set; an action that approves and is missing here has no second person.
APPROVING: frozenset[str] = frozenset(
    {
        "rules.activate_rule",
        "fraud.promote_version",
        "fraud.approve_exemption",
        "fraud.approve_suppression",
        "fraud.activate_threshold",
        "fraud.approve_access",
        "cases.approve_decision",
        "cases.decide_appeal",
        "cases.reverse_posting",
        "cases.approve_write_off",
        "cases.approve_webhook",
        "cases.approve_mail_text",
    }
)

# What the system itself may do; deciding against a person is never among it.
SYSTEM_ACTIONS: frozenset[str] = frozenset(
    {
        "fraud.import_claims",
        "fraud.deliver_claims",
        "fraud.deliver_outcomes",
        "fraud.export_scores",
        "fraud.run_night",
        "fraud.train_model",
        "fraud.change_profile",
        "fraud.change_settings",
        "fraud.change_accounts",
        "cases.open_case",
        "cases.sweep_clocks",
        "cases.resend_mail",
        "rules.install_rules",
    }
)


class NotPermitted(Exception):
    """The actor's roles do not include the action, or the actor is involved in the case.

    `code` is stable (`not_permitted`, `own_case`, `own_proposal`, `not_assigned` …); `action` names what was tried.
    """

    def __init__(self, action: str, code: str = "not_permitted") -> None:
        Exception.__init__(
            self, f"{action}: {code}"
        )  # a subclass may have a second base with its own arguments
        self.action = action
        self.code = code


def scope_of(actor: Actor, action: str) -> Scope | None:
    """Widest scope that any of the actor's roles has for the action, or None.

    Raises KeyError for an action that the matrix does not know: a misspelt name must not read as "refused".
    """
    if actor.is_system:
        return Scope.ALL if action in SYSTEM_ACTIONS else None
    row = ACTIONS[action]
    if actor.only is not None and action not in actor.only:
        return None
    order = list(Scope)
    found = [row[role] for role in actor.roles if role in row]
    return max(found, key=order.index) if found else None


def roles_for(action: str) -> tuple[Role, ...]:
    """The roles that may do the action, in the order of their labels; none for one that the matrix does not know."""
    row = ACTIONS.get(action, {})
    return tuple(role for role in ROLE_LABELS if role in row and role != Role.DATA_CLIENT)


def can(actor: Actor, action: str) -> bool:
    """Whether any role of the actor may do the action at all."""
    return scope_of(actor, action) is not None


def require(actor: Actor, action: str) -> Scope:
    """The actor's scope for the action. Raises NotPermitted when there is none."""
    scope = scope_of(actor, action)
    if scope is None:
        raise NotPermitted(action)
    return scope
