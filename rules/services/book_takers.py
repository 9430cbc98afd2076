"""What each entry of a rule book means here: a rule, a group, a list, a parameter becomes a draft or a proposal, or is as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.keeping import kept as struck
from audit.language import current_language
from audit.redaction import redact
from rules.examples import ExampleNotValid, clean_examples
from rules.exceptions import ValueNotValid
from rules.models import Parameter, Rule, RuleVersion, ValueList
from rules.money import is_known_currency, to_decimal
from rules.services.book import (
    Entry,
    counting_values,
    difference,
    example_entry,
    group_entry,
    list_entry,
    parameter_entry,
    rule_entry,
    scope_of,
    told_version,
)
from rules.services.book_entries import (
    choice_of,
    dated_values_of,
    day_of,
    list_values_of,
    name_of,
    number_of,
    pair_of,
    said_yes,
    word_of,
)
from rules.services.book_shelf import shelf
from rules.services.book_words import propose_labels, propose_other_words, rule_words
from rules.services.common import State, warnings_of
from rules.services.drafts import draft_rule
from rules.services.groups import Group, rule_groups
from rules.services.value_fitting import clean_values, unfit_value
from rules.services.values import parameter_content, propose_list_values, propose_parameter_value
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
_GROUP = frozenset(["code", "name", "retired"])
#: Values named where a book leaves out what the company has.
_MOST_LEFT = 20
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
    #: by language, what the editor warns of: that the rule can never hit, always hits, or has such a part
    warned: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def warnings(self) -> list[str]:
        """What is warned of, in the reader's language."""
        return self.warned.get(current_language(), [])


def _draft(
    code: str, found: Rule | None, about: Mapping[str, str], by: Actor, content: Mapping[str, Any]
) -> RuleVersion:
    """A draft in hand where rules are taken together; one that is stored at once where its words may change on the way, or alone."""
    together = shelf()
    said = {"code": code, **about, **content}
    if together is not None and struck(said) == said:
        return together.take(code, found, about, by=by, **content)
    return draft_rule(by=by, **said)


def _rule(entry: Entry, by: Actor, why: str) -> BookStep:
    code = word_of(entry, "code").upper()
    if entry.get("state"):
        choice_of(entry, "state", [State.DRAFT, State.PROPOSED, State.SHADOW, State.ACTIVE])
    examples = entry.get("examples") or []
    weight = number_of(entry.get("weight", "1"))
    kept: dict[str, Any] = {
        "text": word_of(entry, "text", most=2_000),
        "weight": float(weight),
        "is_always_open": said_yes(entry, "always_open"),
        "is_told_ahead": said_yes(entry, "told_ahead"),
        "note": str(entry.get("note") or "")[:500],
        "examples": examples,
    }
    together = shelf()
    found = together.rule(code) if together else Rule.objects.filter(code=code).first()
    if found is None:
        name, clause, question = (pair_of(entry, part) for part in ("name", "clause", "question"))
        about = {
            "name_ko": name[0],
            "name_en": name[1],
            "group": str(entry.get("group") or "other")[:20],
            "policy_clause": clause[0],
            "policy_clause_en": clause[1],
            "question_ko": question[0],
            "question_en": question[1],
        }
        version = _draft(code, None, about, by, kept)
        made = tuple(difference(None, rule_entry(version.rule, version)))
        return BookStep("rules", code, "new", made, warned=_warned(version.text))
    told = told_version(found)
    before = rule_entry(found, told) if told else None
    words = rule_words(entry)
    is_other = any(getattr(found, name) != text for name, text in words.items())
    said = propose_other_words(Subject.RULE, code, words, by, why) if is_other else ""
    if before is not None and _decides(before) == _decides(_as_kept(entry, kept)):
        after = before | {name: entry[name] for name in _ABOUT if entry.get(name)}
        reason = " ".join(filter(None, (said, _stands(entry, str(before["state"])))))
        lines = tuple(difference(before, after))
        return BookStep("rules", code, "proposal" if said else "same", lines if said else (), reason)
    # a draft in hand is put up with the words of today; where they change too, all of it is stored at once
    version = draft_rule(code=code, by=by, **kept) if is_other else _draft(code, found, {}, by, kept)
    after = rule_entry(found, version) | ({"state": before["state"]} if before else {})
    after |= {name: entry[name] for name in _ABOUT if entry.get(name)}
    return BookStep(
        "rules", code, "draft", tuple(difference(before, after)), said, warned=_warned(version.text)
    )


def _warned(text: str) -> dict[str, list[str]]:
    found = warnings_of(text)
    return {language: [one.message(language) for one in found] for language in ("ko", "en")} if found else {}


def _as_kept(entry: Entry, kept: Mapping[str, Any]) -> Entry:
    """The entry with what decides as a draft of it would be stored: else it would differ again and again."""
    with suppress(ExampleNotValid):  # what is no example is refused with the draft
        entry = entry | {"examples": [example_entry(one) for one in clean_examples(kept["examples"])]}
    return entry | {"text": kept["text"], "note": redact(kept["note"]), "weight": f"{kept['weight']:g}"}


def _stands(entry: Entry, here: str) -> str:
    """That a rule stands otherwise than the book says, in a sentence; empty where it does not."""
    told = entry.get("state")
    if not told or told == here:
        return ""
    said = _("Here it is %(here)s, in the book %(told)s: only steps on the rule's page change that.")
    return said % {"here": State(here).label, "told": State(told).label}


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
    wanted, days = list_values_of(entry)
    kept_ends = {value: day.isoformat() for value, day in days.items()}
    found = ValueList.objects.filter(name=name).first()
    if found is None:
        for value in wanted:
            if unfit := unfit_value(ValueList(name=name, kind=kind), value):
                raise ValueNotValid(reason=f"“{value}”: {unfit}")
        told = entry | {"name": name, "kind": kind, "values": wanted}
        told |= {"expires": kept_ends} if kept_ends else {}
        return _made(Subject.LIST, "lists", told, by, why)
    _refuse_other_kind(found.kind, kind)
    before = list_entry(found)
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
    values = dated_values_of(entry, kind)
    if found is None:
        unsaved = Parameter(name=name, kind=kind)
        for one in values:
            parameter_content(parameter=unsaved, **_content(kind, one))
        return _made(Subject.PARAMETER, "parameters", entry | {"name": name, "kind": kind}, by, why)
    _refuse_other_kind(found.kind, kind)
    before = parameter_entry(found)
    there = dated_values_of(before, kind)
    fresh = [one for one in values if one not in there]
    for one in fresh:
        propose_parameter_value(parameter=found, by=by, reason=why, **_content(kind, one))
    after = counting_values(sorted([*there, *fresh], key=lambda one: (scope_of(one), one["from"])))
    said = propose_labels(Subject.PARAMETER, name, entry, by, why)
    reason = " ".join(filter(None, (said, _left([one for one in after if one not in values]))))
    if not fresh:
        return BookStep("parameters", name, "proposal" if said else "same", reason=reason)
    lines = tuple(difference(before | {"values": there}, before | {"values": after}))
    return BookStep("parameters", name, "proposal", lines, reason)


def _content(kind: str, one: Entry) -> dict[str, Any]:
    """A dated value of a book as the service takes it: money in major units."""
    currency, amount = one.get("currency", ""), Decimal(one["value"])
    if kind == Parameter.Kind.MONEY and is_known_currency(currency):
        amount = to_decimal(int(amount), currency)
    return {
        "value": amount,
        "valid_from": day_of(one["from"]),
        "valid_to": day_of(one["until"]) if one.get("until") else None,
        "currency": currency,
        "grade": one.get("grade", ""),
        "purpose_code": one.get("purpose", ""),
        "department_code": one.get("department", ""),
    }


def _left(values: list[Entry]) -> str:
    """What the company has and the book leaves out, in a sentence; empty for nothing."""
    if not values:
        return ""
    told = ["; ".join(f"{name}: {text}" for name, text in one.items()) for one in values]
    more = f" … (+{len(told) - _MOST_LEFT})" if len(told) > _MOST_LEFT else ""
    said = _("The book leaves out what holds here and stays: %(values)s. A later value takes its place.")
    return said % {"values": " / ".join(told[:_MOST_LEFT]) + more}


def _refuse_other_kind(held: str, kind: str) -> None:
    if held != kind:
        raise ValueNotValid(
            reason=_("The kind of a list or parameter cannot change. Give the new one another name.")
        )


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
