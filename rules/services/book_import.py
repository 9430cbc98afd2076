"""Import a rule book: what it would change is told first; what it changes are drafts and proposals only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actor import Actor
from audit.language import current_language
from audit.permissions import require
from audit.services import CONFIG, record
from audit.transactions import one_transaction
from rules.book_text import BookNotValid, read_yaml
from rules.exceptions import RuleServiceError, ValueNotValid
from rules.language import RuleNotValid
from rules.language.names import plain_name
from rules.language.nodes import Position
from rules.models import Parameter, Rule, ValueList
from rules.money import is_known_currency, to_decimal
from rules.services.book import (
    FORMAT,
    Entry,
    difference,
    list_entry,
    parameter_entry,
    rule_entry,
    told_version,
)
from rules.services.drafts import draft_rule
from rules.services.values import propose_list_values, propose_parameter_value

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
#: What an import leaves as it is in a rule that exists: its drafts carry the text, the weight and the examples.
_ABOUT = ("name", "group", "clause", "question", "state")
MOST_ENTRIES = 2_000


class _OnlySeen(Exception):
    """Takes back what a preview made."""


@dataclass(frozen=True)
class BookStep:
    """What an entry of the book means here. ``action``: new, draft, proposal, same or refused (with the reason); ``lines`` go and come."""

    part: str
    name: str
    action: str
    lines: tuple[str, ...] = ()
    reason: str = ""


def preview_book(*, text: str, by: Actor) -> list[BookStep]:
    """What an import would do; nothing is kept. Raises BookNotValid, NotPermitted."""
    steps: list[BookStep] = []
    with suppress(_OnlySeen), one_transaction():
        steps += _steps(text, by)
        raise _OnlySeen
    return steps


def import_book(*, text: str, by: Actor, reason: str = "") -> list[BookStep]:
    """Drafts of the rules that are new or differ, proposals of the lists and parameters that do; the rest is told and left alone.

    Nothing counts before a second person agrees, rule by rule and list by list. An entry that is refused keeps no other from
    being taken. Raises BookNotValid, NotPermitted.
    """
    with one_transaction():
        steps = _steps(text, by, reason)
        counts = {
            action: sum(step.action == action for step in steps) for action in ("new", "draft", "proposal")
        }
        if any(counts.values()):
            record(action="rule.book_imported", by=by, subject=CONFIG, reason=reason, after=counts)
    return steps


def _steps(text: str, by: Actor, reason: str = "") -> list[BookStep]:
    require(by, "rules.draft_rule")
    require(by, "rules.propose_rule")
    book = read_yaml(text)
    _refuse_form(book)
    why = reason or _("From a rule book")
    steps: list[BookStep] = []
    # lists and parameters first: rules refer to them
    for part, known, take in _TAKERS:
        for at, entry in enumerate(book.get(part) or [], 1):
            steps.append(_one(part, at, entry, known, lambda one, take=take: take(one, by, why)))  # type: ignore[misc]
    return sorted(steps, key=lambda step: (_PARTS.index(step.part), step.name))


def _refuse_form(book: Any) -> None:
    if not isinstance(book, dict) or book.get("format") != FORMAT:
        raise BookNotValid(
            1, f"a rule book begins with format: {FORMAT}", f"규칙집은 format: {FORMAT}(으)로 시작합니다"
        )
    unknown = sorted(set(book) - {"format", *_PARTS})
    if unknown:
        raise BookNotValid(
            0,
            f"unknown: {', '.join(unknown)}; write {', '.join(_PARTS)}",
            f"알 수 없는 항목: {', '.join(unknown)}",
        )
    for part in _PARTS:
        entries = book.get(part) or []
        if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
            raise BookNotValid(
                0,
                f"{part} is a list of at most {MOST_ENTRIES}",
                f"{part}은(는) {MOST_ENTRIES}개 이하의 목록입니다",
            )


def _one(
    part: str, at: int, entry: Any, known: frozenset[str], take: Callable[[Entry], BookStep]
) -> BookStep:
    """One entry; a refusal is told with it and undoes only what it did."""
    name = str(at)
    try:
        if not isinstance(entry, dict):
            raise ValueNotValid(reason=_("Write the entry as names with values."))
        name = str(entry.get("code") or entry.get("name") or at)
        unknown = sorted(set(entry) - known)
        if unknown:
            said = _("Unknown: %(names)s. An entry has: %(known)s.")
            raise ValueNotValid(
                reason=said % {"names": ", ".join(unknown), "known": ", ".join(sorted(known))}
            )
        with transaction.atomic():
            return take(entry)
    except RuleNotValid as error:
        return BookStep(
            part, name, "refused", reason="; ".join(p.message(current_language()) for p in error.problems)
        )
    except RuleServiceError as error:
        return BookStep(part, name, "refused", reason=str(error))


def _rule(entry: Entry, by: Actor, why: str) -> BookStep:
    code = _word(entry, "code").upper()
    examples = entry.get("examples") or []
    weight = _number(entry.get("weight", "1"))
    kept = {
        "text": _word(entry, "text", most=2_000),
        "weight": float(weight),
        "is_always_open": _said_yes(entry, "always_open"),
        "is_told_ahead": _said_yes(entry, "told_ahead"),
        "note": str(entry.get("note") or "")[:500],
        "examples": examples,
    }
    found = Rule.objects.filter(code=code).prefetch_related("versions").first()
    if found is None:
        name, clause, question = (_pair(entry, part) for part in ("name", "clause", "question"))
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
    if before is not None and _decides(before) == _decides(entry | {"weight": f"{float(weight):g}"}):
        return BookStep("rules", code, "same", reason=_kept_words(before, entry))
    version = draft_rule(code=code, by=by, **kept)  # type: ignore[arg-type]
    after = rule_entry(found, version) | ({"state": before["state"]} if before else {})
    reason = _kept_words(before, entry) if before else ""
    return BookStep("rules", code, "draft", tuple(difference(before, after)), reason)


def _decides(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    usual = {"weight": "1", "always_open": "no", "told_ahead": "no", "note": "", "examples": []}
    names = ("weight", "always_open", "told_ahead", "note", "text", "examples")
    return tuple(entry.get(name) or usual.get(name, "") for name in names)


def _kept_words(before: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """What the book says otherwise about the rule and an import leaves as it is."""
    other = [name for name in _ABOUT if name in entry and name != "state" and entry[name] != before[name]]
    return _("Left as it is here: %(names)s.") % {"names": ", ".join(other)} if other else ""


def _list(entry: Entry, by: Actor, why: str) -> BookStep:
    name, kind = _name(entry), _choice(entry, "kind", ValueList.Kind.values)
    values, ends = entry.get("values") or [], entry.get("expires") or {}
    if not isinstance(values, list) or not isinstance(ends, dict):
        raise ValueNotValid(reason=_("Values are a list, expires names with days."))
    days = {str(value): _day(day) for value, day in ends.items()}
    found = ValueList.objects.filter(name=name).first()
    before = list_entry(found) if found else None
    if found is None:
        label = _pair(entry, "label")
        found = ValueList.objects.create(name=name, kind=kind, label_ko=label[0], label_en=label[1])
        record(action="rule.values_added", by=by, subject=CONFIG, after={"lists": [name], "parameters": []})
    wanted = sorted(map(str, values))
    kept_ends = {value: day.isoformat() for value, day in days.items() if value in wanted}
    if before is not None and before["values"] == wanted and before.get("expires", {}) == kept_ends:
        return BookStep("lists", name, "same")
    propose_list_values(
        value_list=found, values=wanted, lock_version=found.version, by=by, reason=why, expires=days
    )
    after = list_entry(found) | {"values": wanted} | ({"expires": kept_ends} if kept_ends else {})
    lines = difference(before, after)
    return BookStep("lists", name, "proposal" if before else "new", tuple(lines))


def _parameter(entry: Entry, by: Actor, why: str) -> BookStep:
    name, kind = _name(entry), _choice(entry, "kind", Parameter.Kind.values)
    found = Parameter.objects.filter(name=name).prefetch_related("values").first()
    before = parameter_entry(found) if found else None
    if found is not None and found.kind != kind:
        raise ValueNotValid(reason=_("The kind of a parameter cannot change. Give the new one another name."))
    if found is None:
        label = _pair(entry, "label")
        found = Parameter.objects.create(name=name, kind=kind, label_ko=label[0], label_en=label[1])
        record(action="rule.values_added", by=by, subject=CONFIG, after={"lists": [], "parameters": [name]})
    values = entry.get("values") or []
    if not isinstance(values, list) or not all(
        isinstance(one, dict) and set(one) <= _VALUE for one in values
    ):
        raise ValueNotValid(reason=_("Each value has: %(known)s.") % {"known": ", ".join(sorted(_VALUE))})
    there = before["values"] if before else []
    fresh = [one for one in values if {k: v for k, v in one.items() if v} not in there]
    for one in fresh:
        currency = str(one.get("currency") or "")
        amount = _number(one.get("value"))
        if kind == Parameter.Kind.MONEY and is_known_currency(currency):
            amount = to_decimal(int(amount), currency)
        propose_parameter_value(
            parameter=found,
            value=amount,
            valid_from=_day(one.get("from")),
            valid_to=_day(one["until"]) if one.get("until") else None,
            by=by,
            currency=currency,
            grade=str(one.get("grade") or ""),
            purpose_code=str(one.get("purpose") or ""),
            department_code=str(one.get("department") or ""),
            reason=why,
        )
    if before is not None and not fresh:
        return BookStep("parameters", name, "same")
    after = parameter_entry(found) | {"values": [*there, *fresh]}
    return BookStep("parameters", name, "proposal" if before else "new", tuple(difference(before, after)))


def _word(entry: Entry, name: str, most: int = 20) -> str:
    value = entry.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        said = _("%(name)s is needed, with at most %(n)s characters.")
        raise ValueNotValid(reason=said % {"name": name, "n": most})
    return value.strip()


def _name(entry: Entry) -> str:
    return plain_name(_word(entry, "name", most=60), Position())


def _pair(entry: Entry, name: str) -> tuple[str, str]:
    """(Korean, English) of a text in both languages."""
    told = entry.get(name) or {}
    if not isinstance(told, dict) or set(told) - {"ko", "en"}:
        raise ValueNotValid(reason=_("Write %(name)s in both languages: ko and en.") % {"name": name})
    limit = 120 if name in {"name", "label"} else 200 if name == "clause" else 2_000
    return str(told.get("ko") or "")[:limit], str(told.get("en") or "")[:limit]


def _choice(entry: Entry, name: str, known: list[str]) -> str:
    value = str(entry.get(name) or "")
    if value not in known:
        raise ValueNotValid(
            reason=_("%(name)s is one of %(known)s.") % {"name": name, "known": ", ".join(known)}
        )
    return value


def _said_yes(entry: Entry, name: str) -> bool:
    text = entry.get(name, "no")
    if str(text) not in {"yes", "no"}:
        raise ValueNotValid(reason=_("%(name)s is one of %(known)s.") % {"name": name, "known": "yes, no"})
    return str(text) == "yes"


def _number(text: Any) -> Decimal:
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > 10**15:
        raise ValueNotValid(reason=_("Write a number, such as 500,000 or 0.5."))
    return number


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise ValueNotValid(reason=_("Write a day as 2026-01-31.")) from error


_Taker = Callable[[Entry, Actor, str], BookStep]
_PARTS = ("rules", "lists", "parameters")
_TAKERS = cast(
    "tuple[tuple[str, frozenset[str], _Taker], ...]",
    (("lists", _LIST, _list), ("parameters", _PARAMETER, _parameter), ("rules", _RULE, _rule)),
)
