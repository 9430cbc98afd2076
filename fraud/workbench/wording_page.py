"""The company's own words for people: what may be changed of a rule, group, list or parameter, and what waits for a second person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from audit.language import current_language
from rules.models import Parameter, Rule, ValueChange, ValueList, WordingChange
from rules.questions import FACTS_SHOWN
from rules.services.groups import SHIPPED, group_name, offered_groups, rule_groups
from rules.services.wording import (
    KINDS,
    TEXTS,
    Subject,
    Words,
    differing,
    is_overtaken,
    waiting_wording,
    wording,
    wording_version,
)

LABELS: Mapping[str, str | Promise] = {
    "name_ko": pgettext_lazy("wording", "Name in Korean"),
    "name_en": pgettext_lazy("wording", "Name in English"),
    "label_ko": pgettext_lazy("wording", "Name in Korean"),
    "label_en": pgettext_lazy("wording", "Name in English"),
    "group": pgettext_lazy("wording", "Group"),
    "policy_clause": pgettext_lazy("wording", "Policy clause in Korean"),
    "policy_clause_en": pgettext_lazy("wording", "Policy clause in English"),
    "question_ko": pgettext_lazy("wording", "Question to the cardholder in Korean"),
    "question_en": pgettext_lazy("wording", "Question to the cardholder in English"),
    "kind": pgettext_lazy("wording", "Kind"),
    "is_retired": pgettext_lazy("wording", "Retired"),
}
KIND_WORDS: Mapping[str, str | Promise] = {
    ValueList.Kind.CODE: pgettext_lazy("kind of values", "Codes"),
    ValueList.Kind.TEXT: pgettext_lazy("kind of values", "Words"),
    Parameter.Kind.MONEY: pgettext_lazy("kind of values", "Amount of money"),
    Parameter.Kind.NUMBER: pgettext_lazy("kind of values", "Number"),
    Parameter.Kind.PERCENT: pgettext_lazy("kind of values", "Percent"),
    Parameter.Kind.DURATION: pgettext_lazy("kind of values", "Length of time"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One word of a form: `options` (value, words) where one is chosen."""

    name: str
    label: str
    value: str
    most: int = 0
    is_long: bool = False
    is_needed: bool = False
    options: tuple[tuple[str, str], ...] = ()
    help: str = ""


def fields_of(subject: str, held: Words | None, typed: Mapping[str, Any]) -> list[Field]:
    """The form of a subject, with what was typed, else what holds."""
    found = [_field(subject, name, most, held or {}, typed) for name, most in TEXTS[subject].items()]
    if held is None and subject in KINDS:
        options = tuple((kind, str(KIND_WORDS[kind])) for kind in KINDS[subject])
        found.append(Field("kind", str(LABELS["kind"]), str(typed.get("kind", "")), options=options))
    return found


def _field(subject: str, name: str, most: int, held: Words, typed: Mapping[str, Any]) -> Field:
    value = str(typed.get(name, held.get(name, "")))
    options: tuple[tuple[str, str], ...] = ()
    if name == "group":
        codes = dict.fromkeys([*(one.code for one in offered_groups()), *([value] if value else [])])
        options = tuple((code, group_name(code, current_language())) for code in codes)
    return Field(
        name,
        str(LABELS[name]),
        value,
        most,
        is_long=name.startswith("question"),
        is_needed=name.startswith(("name_", "label_")),
        options=options,
        help=_help(name),
    )


def _help(name: str) -> str:
    if name == "policy_clause":
        return _("Cite the paragraph by its number, such as 제4조 2항 식사. A letter quotes it.")
    if name == "policy_clause_en":
        return _("The same paragraph, such as §4.2 Meals.")
    if name.startswith("question"):
        text = _("Plain words, no limits. Facts of the payment stand in braces: %(known)s")
        return text % {"known": FACTS_SHOWN}
    return ""


def subject_context(subject: str, name: str, typed: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the page of one thing's words shows; None where there is no such thing."""
    held = wording(subject, name)
    if held is None:
        return None
    past = WordingChange.objects.filter(subject=subject, name=name, state=ValueChange.State.APPLIED)
    return {
        "subject": subject,
        "name": name,
        "title": title_of(subject, name),
        "back": address_of(subject, name),
        "held": held,
        "fields": fields_of(subject, held, typed),
        "seen": typed.get("seen") or wording_version(subject, name),
        "typed": typed,
        "may_retire": subject != Subject.RULE,
        "changes": [change_row(one) for one in waiting_wording(subject=subject, name=name)],
        "past": [
            change_row(one)
            for one in past.select_related("proposed_by", "decided_by").order_by("-decided_at")[:20]
        ],
    }


def new_context(subject: str, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What the page that makes something shows."""
    title = {
        Subject.GROUP: pgettext("wording", "New group of rules"),
        Subject.LIST: pgettext("wording", "New list"),
        Subject.PARAMETER: pgettext("wording", "New parameter"),
    }[Subject(subject)]
    return {
        "subject": subject,
        "is_new": True,
        "title": title,
        "back": address_of(subject, ""),
        "fields": fields_of(subject, None, typed),
        "seen": "",
        "typed": typed,
        "most_name": 20 if subject == Subject.GROUP else 60,
    }


def groups_context() -> dict[str, Any]:
    """All groups with their rules, and whatever words wait for a second person."""
    used = Counter(Rule.objects.values_list("group", flat=True))
    rows = [
        {"group": one, "n_rules": used[one.code], "is_shipped": one.code in SHIPPED}
        for one in rule_groups().values()
    ]
    return {"groups": rows, "changes": [change_row(one) for one in waiting_wording()]}


def change_row(change: WordingChange) -> dict[str, Any]:
    """A change in words: {"change", "title", "is_overtaken", "is_new", "parts": [(label, before, after)]}."""
    return {
        "change": change,
        "title": change_title(change),
        "is_new": not change.base,
        "is_overtaken": change.state == ValueChange.State.PROPOSED and is_overtaken(change),
        "parts": [
            (str(LABELS[name]), _said(name, change.base.get(name, "")), _said(name, change.content[name]))
            for name in differing(change)
            if change.base or change.content[name]
        ],
    }


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return pgettext("wording", "yes") if value else pgettext("wording", "no")
    if name == "kind" and value:
        return str(KIND_WORDS[value])
    return group_name(value, current_language()) if name == "group" and value else str(value)


def change_title(change: WordingChange) -> str:
    """What a change is about: its kind and name."""
    return f"{change.get_subject_display()}: {title_of(change.subject, change.name, change.content)}"


def title_of(subject: str, name: str, words: Words | None = None) -> str:
    """A thing by what it is called now, or, while it is new, by what it is to be called."""
    held = wording(subject, name) or words or {}
    language = current_language()
    called = held.get(f"name_{language}") or held.get(f"label_{language}") or ""
    sign = {Subject.LIST: "@", Subject.PARAMETER: "$"}.get(Subject(subject), "")
    return f"{called} ({sign}{name})" if subject != Subject.RULE else f"{name} {called}"


def address_of(subject: str, name: str) -> str:
    """The page a thing's words belong to; without a name, of all of its kind."""
    if subject == Subject.RULE:
        return reverse("fraud:rule", args=[name])
    if subject == Subject.GROUP:
        return reverse("fraud:rule-groups")
    if not name:
        return reverse("fraud:rule-values")
    return reverse("fraud:value-list" if subject == Subject.LIST else "fraud:parameter", args=[name])
