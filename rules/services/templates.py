"""Adopt a template: a draft of it, with the lists and parameters it needs, for a second person to approve."""

from __future__ import annotations

from dataclasses import asdict

from audit.actor import Actor
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from rules.exceptions import CodeTaken
from rules.language import nodes, parse
from rules.models import Parameter, Rule, RuleVersion, ValueList
from rules.services.drafts import draft_rule
from rules.services.installing import add_starter_list, add_starter_parameter
from rules.starter import GALLERY
from rules.starter_examples import examples_of
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS


def adopt_template(*, code: str, by: Actor) -> RuleVersion:
    """A draft of the gallery's rule ``code`` with its question, clause and example rows; what its text refers to is put in place.

    Nothing counts until a second person activates it. Raises KeyError for a code the gallery does not have, CodeTaken where the
    company has a rule of that code, ExampleFails where today's values make it say otherwise, NotPermitted.
    """
    require(by, "rules.draft_rule")
    chosen = GALLERY[code]
    with one_transaction():
        if Rule.objects.filter(code=code).exists():
            raise CodeTaken(code=code)
        _put_in_place(chosen.text, by)
        about = asdict(chosen)
        return draft_rule(
            code=code,
            text=chosen.text,
            by=by,
            weight=chosen.weight,
            is_always_open=chosen.is_always_open,
            is_told_ahead=chosen.is_told_ahead,
            note=chosen.note_en,
            examples=examples_of(code),
            policy_clause=chosen.clause_ko,
            policy_clause_en=chosen.clause_en,
            **{name: about[name] for name in ("name_en", "name_ko", "group", "question_en", "question_ko")},
        )


def _put_in_place(text: str, by: Actor) -> None:
    parts = list(nodes.walk(parse(text)))
    lists = {part.name for part in parts if isinstance(part, nodes.ListRef)}
    parameters = {part.name for part in parts if isinstance(part, nodes.ParameterRef)}
    new_lists = sorted(lists - set(ValueList.objects.values_list("name", flat=True)))
    new_parameters = sorted(parameters - set(Parameter.objects.values_list("name", flat=True)))
    for name in new_lists:
        add_starter_list(name)
    for name in new_parameters:
        add_starter_parameter(STARTER_PARAMETERS[name])
    if new_lists or new_parameters:
        assert set(new_lists) <= set(STARTER_LISTS)
        added = {"lists": new_lists, "parameters": new_parameters}
        record(action="rule.values_added", by=by, subject=CONFIG, after=added)
