"""The whole rule book as plain content: rules, lists, parameters, in one stable order; and what an import of it would change."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from audit.actor import Actor
from audit.permissions import require
from rules.book_text import write_yaml
from rules.language.normal import normalise
from rules.models import Parameter, Rule, RuleVersion, ValueList
from rules.services.common import State
from rules.services.groups import Group, company_groups

FORMAT = "cleancard rule book 1"
Entry = dict[str, Any]
#: Stands for no end, behind every day.
_NEVER = "9999-12-31"
#: The version of a rule that a book tells: the one that counts, else the one that may come to count.
_ORDER = (State.ACTIVE, State.SHADOW, State.PROPOSED, State.DRAFT)


def export_book(*, by: Actor) -> str:
    """The book as YAML: the same content gives the same text, whenever and by whomever it is exported. Raises NotPermitted."""
    require(by, "rules.view_rule")
    return write_yaml(book_content())


def book_content() -> Entry:
    """The company's groups, rules by code (those that count, run in shadow or are in work), lists and parameters by name."""
    rules = Rule.objects.prefetch_related("versions").order_by("code")
    told = [(rule, told_version(rule)) for rule in rules]
    lists = ValueList.objects.filter(is_retired=False).order_by("name")
    parameters = Parameter.objects.filter(is_retired=False).prefetch_related("values").order_by("name")
    groups = [group_entry(one) for one in company_groups()]
    return {
        "format": FORMAT,
        **({"groups": groups} if groups else {}),
        "rules": [rule_entry(rule, version) for rule, version in told if version is not None],
        "lists": [list_entry(row) for row in lists],
        "parameters": [parameter_entry(row) for row in parameters],
    }


def group_entry(group: Group) -> Entry:
    """A group that the company made, renamed or retired."""
    entry: Entry = {"code": group.code, "name": {"ko": group.name_ko, "en": group.name_en}}
    return entry | ({"retired": "yes"} if group.is_retired else {})


def told_version(rule: Rule) -> RuleVersion | None:
    """The version a book tells of a rule; None where all have retired."""
    versions = sorted(rule.versions.all(), key=lambda version: -version.number)
    return next((one for state in _ORDER for one in versions if one.state == state), None)


def rule_entry(rule: Rule, version: RuleVersion) -> Entry:
    """A rule as the book tells it: what decides, what is asked, and its example rows."""
    entry: Entry = {
        "code": rule.code,
        "name": {"ko": rule.name_ko, "en": rule.name_en},
        "group": rule.group,
        "clause": {"ko": rule.policy_clause, "en": rule.policy_clause_en},
        "question": {"ko": rule.question_ko, "en": rule.question_en},
        "state": str(version.state),
        "weight": f"{version.weight:g}",
        "always_open": "yes" if version.is_always_open else "no",
        "note": version.note,
        "text": version.text,
    }
    if version.is_told_ahead:
        entry["told_ahead"] = "yes"
    if version.examples:
        entry["examples"] = [example_entry(one) for one in version.examples]
    return entry


def example_entry(one: Mapping[str, Any]) -> Entry:
    """One example row as the book writes it."""
    return {"hits": "yes" if one["hits"] else "no"} | {
        name: one[name] for name in ("claim", "earlier") if name in one
    }


def list_entry(row: ValueList) -> Entry:
    """A list; what ends stands beside its values. Of spellings that mean one value there is one, which ends last: importing keeps no more."""
    spellings = sorted(
        sorted(map(str, row.values)), key=lambda one: row.expires.get(one) or _NEVER, reverse=True
    )
    values = sorted({normalise(one): one for one in reversed(spellings)}.values())
    entry: Entry = {"name": row.name, "kind": row.kind, "label": {"ko": row.label_ko, "en": row.label_en}}
    entry["values"] = values
    ends = {value: row.expires[value] for value in values if row.expires.get(value)}
    return entry | ({"expires": ends} if ends else {})


def parameter_entry(row: Parameter) -> Entry:
    """A parameter with its dated values that count, each with the scope it holds for. Amounts are in minor units, durations in seconds."""
    values: list[Entry] = []
    for value in sorted(row.values.all(), key=_place):
        told = {
            "value": value.value,
            "currency": value.currency,
            "from": value.valid_from.isoformat(),
            "until": value.valid_to.isoformat() if value.valid_to else "",
            "grade": value.grade,
            "purpose": value.purpose_code,
            "department": value.department_code,
        }
        values.append({name: text for name, text in told.items() if text})
    return {
        "name": row.name,
        "kind": row.kind,
        "label": {"ko": row.label_ko, "en": row.label_en},
        "values": counting_values(values),
    }


def counting_values(values: Sequence[Entry]) -> list[Entry]:
    """Dated values in the order they were agreed to, without those that a later one for the same people from the same day stands for."""
    ends: dict[tuple[Any, ...], str] = {}
    kept = []
    for one in reversed(values):
        place, end = (*scope_of(one), one.get("from")), one.get("until") or _NEVER
        if end > ends.get(place, ""):
            ends[place] = end
            kept.append(one)
    return kept[::-1]


def scope_of(value: Entry) -> tuple[str, ...]:
    """Whom a dated value of a book holds for."""
    return tuple(value.get(name) or "" for name in ("currency", "grade", "purpose", "department"))


def _place(value: Any) -> tuple[Any, ...]:
    scope = (value.currency, value.grade, value.purpose_code, value.department_code)
    return (*scope, value.valid_from, value.pk)


def difference(before: Entry | None, after: Entry) -> list[str]:
    """Lines that go (``- ``) and come (``+ ``) between two entries; nothing where they say the same."""
    old, new = (write_yaml(entry).splitlines() if entry else [] for entry in (before, after))
    if before is None:
        return [f"+{line}" for line in new]
    lines = difflib.unified_diff(old, new, lineterm="", n=1)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
