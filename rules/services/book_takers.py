"""What each entry of a rule book means here: a rule, a group, a list, a parameter becomes a draft or a proposal, or is as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.utils.translation import gettext as _

from audit.actor import Actor
from rules.exceptions import ValueNotValid
from rules.models import Parameter, Rule, ValueList
from rules.money import is_known_currency, to_decimal
from rules.services.book import (
    Entry,
    difference,
    group_entry,
    list_entry,
    parameter_entry,
    rule_entry,
    told_version,
)
from rules.services.book_entries import choice_of, day_of, name_of, number_of, pair_of, said_yes, word_of
from rules.services.book_words import propose_labels, propose_other_words, rule_words
from rules.services.drafts import draft_rule
from rules.services.groups import Group, rule_groups
from rules.services.value_fitting import clean_values
from rules.services.values import propose_list_values, propose_parameter_value
from rules.services.wording import Subject, wording

_RULE = frozenset(
    [
        "code",
        "name",
        "group",
        "clause",
        "question",
        "state",
        "weight",
        "always_open",
        "told_ahead",
        "note",
        "text",
        "examples",
    ]
)
_LIST = frozenset(["name", "kind", "label", "values", "expires"])
_PARAMETER = frozenset(["name", "kind", "label", "values"])
_VALUE = frozenset(["value", "currency", "from", "until", "grade", "purpose", "department"])
_GROUP = frozenset(["code", "name", "retired"])
#: The words of a rule that exists: an import proposes them apart from the draft, which carries the text, the weight and the examples.
_ABOUT = ("name", "group", "clause", "question")


@dataclass(frozen=True)
class BookStep:
    """What an entry of the book means here. ``action``: new, draft, proposal, same or refused (with the reason); ``lines`` go and come."""

    part: str
    name: str
    action: str
    lines: tuple[str, ...] = ()
    reason: str = ""
    #: the reason by language, where the step is kept for another reader
    reasons: Mapping[str, str] = field(default_factory=dict)


def _rule(entry: Entry, by: Actor, why: str) -> BookStep:
    code = word_of(entry, "code").upper()
    examples = entry.get("examples") or []
    weight = number_of(entry.get("weight", "1"))
    kept = {
        "text": word_of(entry, "text", most=2_000),
        "weight": float(weight),
        "is_always_open": said_yes(entry, "always_open"),
        "is_told_ahead": said_yes(entry, "told_ahead"),
        "note": str(entry.get("note") or "")[:500],
        "examples": examples,
    }
    found = Rule.objects.filter(code=code).prefetch_related("versions").first()
    if found is None:
        name, clause, question = (pair_of(entry, part) for part in ("name", "clause", "question"))
        version = draft_rule(
            code=code,
            by=by,
            name_ko=name[0],
            name_en=name[1],
            group=str(entry.get("group") or "other")[:20],
            policy_clause=clause[0],
            policy_clause_en=clause[1],
            question_ko=question[0],
            question_en=question[1],
            **kept,  # type: ignore[arg-type]
        )
        return BookStep("rules", code, "new", tuple(difference(None, rule_entry(version.rule, version))))
    told = told_version(found)
    before = rule_entry(found, told) if told else None
    said = propose_other_words(Subject.RULE, code, rule_words(entry), by, why)
    if before is not None and _decides(before) == _decides(entry | {"weight": f"{float(weight):g}"}):
        after = before | {name: entry[name] for name in _ABOUT if entry.get(name)}
        return BookStep("rules", code, "proposal" if said else "same", tuple(difference(before, after)), said)
    version = draft_rule(code=code, by=by, **kept)  # type: ignore[arg-type]
    after = rule_entry(found, version) | ({"state": before["state"]} if before else {})
    after |= {name: entry[name] for name in _ABOUT if entry.get(name)}
    return BookStep("rules", code, "draft", tuple(difference(before, after)), said)


def _decides(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    usual = {"weight": "1", "always_open": "no", "told_ahead": "no", "note": "", "examples": []}
    names = ("weight", "always_open", "told_ahead", "note", "text", "examples")
    return tuple(entry.get(name) or usual.get(name, "") for name in names)


def _group(entry: Entry, by: Actor, why: str) -> BookStep:
    code = word_of(entry, "code")
    held = wording(Subject.GROUP, code)
    words: dict[str, Any] = dict(zip(("name_ko", "name_en"), pair_of(entry, "name"), strict=True))
    words["is_retired"] = said_yes(entry, "retired")
    before = group_entry(rule_groups()[code]) if held else None
    said = propose_other_words(Subject.GROUP, code, words, by, why)
    if not said:
        return BookStep("groups", code, "same")
    after = group_entry(Group(code, **words))
    return BookStep("groups", code, "proposal" if held else "new", tuple(difference(before, after)), said)


def _list(entry: Entry, by: Actor, why: str) -> BookStep:
    name, kind = name_of(entry), choice_of(entry, "kind", ValueList.Kind.values)
    values, ends = entry.get("values") or [], entry.get("expires") or {}
    if not isinstance(values, list) or not isinstance(ends, dict):
        raise ValueNotValid(reason=_("Values are a list, expires names with days."))
    days = {str(value): day_of(day) for value, day in ends.items()}
    found = ValueList.objects.filter(name=name).first()
    if found is None:
        return _made(Subject.LIST, "lists", entry | {"name": name, "kind": kind}, by, why)
    before = list_entry(found)
    wanted = clean_values([str(value) for value in values])
    kept_ends = {value: day.isoformat() for value, day in days.items() if value in wanted}
    said = propose_labels(Subject.LIST, name, entry, by, why)
    if clean_values(before["values"]) == wanted and before.get("expires", {}) == kept_ends:
        return BookStep("lists", name, "proposal" if said else "same", reason=said)
    propose_list_values(
        value_list=found, values=wanted, lock_version=found.version, by=by, reason=why, expires=days
    )
    after = list_entry(found) | {"values": wanted} | ({"expires": kept_ends} if kept_ends else {})
    lines = difference(before, after)
    return BookStep("lists", name, "proposal", tuple(lines), said)


def _made(subject: Subject, part: str, entry: Entry, by: Actor, why: str) -> BookStep:
    """Propose a list or parameter that is not there yet; its values, and rules that name it, can follow once a second person agreed."""
    label = pair_of(entry, "label")
    words = {"kind": entry["kind"], "label_ko": label[0], "label_en": label[1]}
    said = propose_other_words(subject, entry["name"], words, by, why)
    later = _(
        "Once somebody else has agreed to it, import the book again: its values are proposed then, and rules can name it."
    )
    return BookStep(part, entry["name"], "new", tuple(difference(None, entry)), f"{said} {later}")


def _parameter(entry: Entry, by: Actor, why: str) -> BookStep:
    name, kind = name_of(entry), choice_of(entry, "kind", Parameter.Kind.values)
    found = Parameter.objects.filter(name=name).prefetch_related("values").first()
    before = parameter_entry(found) if found else None
    if found is not None and found.kind != kind:
        raise ValueNotValid(reason=_("The kind of a parameter cannot change. Give the new one another name."))
    values = entry.get("values") or []
    if not isinstance(values, list) or not all(
        isinstance(one, dict) and set(one) <= _VALUE for one in values
    ):
        raise ValueNotValid(reason=_("Each value has: %(known)s.") % {"known": ", ".join(sorted(_VALUE))})
    if found is None or before is None:
        return _made(Subject.PARAMETER, "parameters", entry | {"name": name, "kind": kind}, by, why)
    there = before["values"]
    fresh = [one for one in values if {k: v for k, v in one.items() if v} not in there]
    for one in fresh:
        currency = str(one.get("currency") or "")
        amount = number_of(one.get("value"))
        if kind == Parameter.Kind.MONEY and is_known_currency(currency):
            amount = to_decimal(int(amount), currency)
        propose_parameter_value(
            parameter=found,
            value=amount,
            valid_from=day_of(one.get("from")),
            valid_to=day_of(one["until"]) if one.get("until") else None,
            by=by,
            currency=currency,
            grade=str(one.get("grade") or ""),
            purpose_code=str(one.get("purpose") or ""),
            department_code=str(one.get("department") or ""),
            reason=why,
        )
    said = propose_labels(Subject.PARAMETER, name, entry, by, why)
    if not fresh:
        return BookStep("parameters", name, "proposal" if said else "same", reason=said)
    after = parameter_entry(found) | {"values": [*there, *fresh]}
    lines = tuple(difference(before, after))
    return BookStep("parameters", name, "proposal", lines, said)


Taker = Callable[[Entry, Actor, str], BookStep]
TAKERS = cast(
    "tuple[tuple[str, frozenset[str], Taker], ...]",
    (
        ("groups", _GROUP, _group),
        ("lists", _LIST, _list),
        ("parameters", _PARAMETER, _parameter),
        ("rules", _RULE, _rule),
    ),
)
