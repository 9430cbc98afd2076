"""Put the starter rules, lists, parameters and policy into an empty or older installation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from audit import clock
from audit.actor import Actor
from audit.permissions import NotPermitted, require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from rules.language.specs import ParameterSpec
from rules.models import Parameter, PolicyParagraph, Rule, RuleVersion, ValueList
from rules.models import ParameterValue as StoredValue
from rules.starter import STARTER_RULES, StarterRule
from rules.starter_examples import examples_of
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from rules.starter_policy import STARTER_POLICY

#: From when a shipped paragraph stands as an example: before any claim.
_SHIPPED_FROM = date(2000, 1, 1)


@dataclass(frozen=True)
class Installed:
    """How much was new."""

    rules: int
    lists: int
    parameters: int
    paragraphs: int = 0


def install_starter_rules(*, by: Actor) -> Installed:
    """Create the starter rules, lists, parameters and example paragraphs that are not there yet; what exists stays untouched, so it may be repeated.

    They start active (two of them in shadow): they are part of the product and reviewed with it. Raises NotPermitted for anybody but
    the system.
    """
    if not by.is_system:
        raise NotPermitted("rules.install_rules")
    require(by, "rules.install_rules")
    with one_transaction():
        lists = sum(add_starter_list(name) for name in STARTER_LISTS)
        parameters = sum(add_starter_parameter(spec) for spec in STARTER_PARAMETERS.values())
        rules = sum(_add_rule(rule) for rule in STARTER_RULES)
        paragraphs = _add_policy()
        installed = Installed(rules, lists, parameters, paragraphs)
        if rules or lists or parameters or paragraphs:
            after = asdict(installed)
            record(action="rule.installed", by=by, subject=CONFIG, after=after)
    return installed


def add_starter_list(name: str) -> bool:
    """Put one of the starter's lists in place; whether it was not there."""
    spec = STARTER_LISTS[name]
    values = {
        "label_en": spec.label_en,
        "label_ko": spec.label_ko,
        "kind": spec.kind,
        "values": sorted(spec.values),
    }
    return ValueList.objects.get_or_create(name=name, defaults=values)[1]


def add_starter_parameter(spec: ParameterSpec) -> bool:
    """Put one of the starter's parameters in place with its values; whether it was not there."""
    labels = {"kind": spec.type, "label_en": spec.label_en, "label_ko": spec.label_ko}
    parameter, is_new = Parameter.objects.get_or_create(name=spec.name, defaults=labels)
    if is_new:
        StoredValue.objects.bulk_create(
            StoredValue(
                parameter=parameter,
                value=str(value.value),
                currency=value.currency,
                valid_from=value.valid_from,
                valid_to=value.valid_to,
                grade=value.grade,
                purpose_code=value.purpose_code,
                department_code=value.department_code,
            )
            for value in spec.values
        )
    return is_new


def _add_rule(starter: StarterRule) -> bool:
    about = {
        "name_en": starter.name_en,
        "name_ko": starter.name_ko,
        "group": starter.group,
        "policy_clause": starter.clause_ko,
        "policy_clause_en": starter.clause_en,
        "question_en": starter.question_en,
        "question_ko": starter.question_ko,
    }
    rule, is_new = Rule.objects.get_or_create(code=starter.code, defaults=about)
    if is_new:
        RuleVersion.objects.create(
            rule=rule,
            number=1,
            state=starter.state,
            text=starter.text,
            weight=starter.weight,
            note=starter.note_en,
            examples=examples_of(starter.code),
            is_always_open=starter.is_always_open,
            is_told_ahead=starter.is_told_ahead,
            activated_at=clock.now() if starter.state == "active" else None,
        )
    return is_new


def _add_policy() -> int:
    """Shipped paragraphs of numbers the company's policy has never had, as examples; how many."""
    known = set(PolicyParagraph.objects.values_list("number", flat=True))
    rows = [
        PolicyParagraph(**asdict(one), valid_from=_SHIPPED_FROM)
        for one in STARTER_POLICY
        if one.number not in known
    ]
    PolicyParagraph.objects.bulk_create(rows)
    return len(rows)
