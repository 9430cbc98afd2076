"""What people and the system do to rules. One function per action; pages, API, tasks and commands call the same."""

from rules.services.activation import activate_version, disable_rule, shadow_version
from rules.services.common import authors_of
from rules.services.drafts import discard_draft, draft_rule, edit_draft, propose_version, return_version
from rules.services.installing import install_starter_rules
from rules.services.rule_sets import RuleSet, active_rule_set, current_context, list_specs, parameter_specs
from rules.services.turning_off import propose_retirement, propose_roll_back, retire_rule, return_retirement
from rules.services.values import (
    approve_value_change,
    propose_list_values,
    propose_parameter_value,
    return_value_change,
)

__all__ = [
    "RuleSet",
    "activate_version",
    "active_rule_set",
    "approve_value_change",
    "authors_of",
    "current_context",
    "disable_rule",
    "discard_draft",
    "draft_rule",
    "edit_draft",
    "install_starter_rules",
    "list_specs",
    "parameter_specs",
    "propose_list_values",
    "propose_parameter_value",
    "propose_retirement",
    "propose_roll_back",
    "propose_version",
    "retire_rule",
    "return_retirement",
    "return_value_change",
    "return_version",
    "shadow_version",
]
