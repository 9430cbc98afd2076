"""A rule as it is being written, as text or as blocks: both forms of the same tree, what is wrong with it, and what is doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from audit.language import current_language
from fraud.workbench.company_codes import Codes, company_codes, is_known_value
from fraud.workbench.rule_texts import checked_text, problems_of
from rules.fields import FIELDS
from rules.language import Expression, RuleNotValid, from_json, nodes, parse, to_json, to_text

#: From this share of the claims on a currency is the company's own.
_NEARLY_ALL = 0.995


def read_rule(*, text: str = "", tree: Any = None) -> dict[str, Any]:
    """Both forms of a rule and what is said of it: {"text", "tree", "is_valid", "sentence", "warnings", "problems", "correction"}.

    ``tree`` (plain JSON) is read where it is given, else ``text``. A text that has no form gives the tree None; a tree that has none
    gives the text None. A text stays as it was typed.
    """
    found: Expression | None
    if tree is not None:
        try:
            found = from_json(tree)
        except RuleNotValid as error:
            return _told(None, None, {"problems": problems_of(error, ""), "correction": None})
        text = to_text(found)
    else:
        found = _parsed(text)
    said = checked_text(text) if text.strip() else {}
    if said.get("correction"):
        said = _in_own_values(text, said)
    if found is not None and "sentence" in said:
        codes = company_codes()
        said["warnings"] = [*said["warnings"], *unseen_values(found, codes), *unseen_money(found, codes)]
    return _told(text, None if found is None else to_json(found), said)


def _in_own_values(text: str, said: dict[str, Any]) -> dict[str, Any]:
    """What is said of a text, without a correction that puts a word nobody quoted into a field whose values the company's claims have
    and that is none of them: what the field's values are is told instead."""
    tree = _parsed(said["correction"])
    codes = company_codes() if tree is not None else {}
    named = [] if tree is None else [*_asked_for(tree), *_asked_against(tree)]
    for name, value in named:
        at = text.lower().find(value.lower())
        is_quoted = at > 0 and text[at - 1] in "\"'“‘「『"
        if is_quoted or is_known_value(codes, name, value):
            continue
        words = {"field": FIELDS[name].label(current_language()), "value": value}
        some = ", ".join(f'{name} = "{each}"' for each, n in codes[name][:3])
        told = _(
            "“%(value)s” is no %(field)s that a claim of the last year has. Write one that is there, for example: %(some)s"
        )
        place = _placed(text, max(at, 0), len(value) if at >= 0 else len(text))
        return {"problems": [{**place, "text": told % {**words, "some": some}}], "correction": None}
    return said


def _placed(text: str, start: int, length: int) -> dict[str, Any]:
    """A place of a text as its page shows one: the line in three parts."""
    first = text.rfind("\n", 0, start) + 1
    line = text[first:].split("\n")[0]
    column, end = start - first, start - first + length
    return {
        "line": text.count("\n", 0, start) + 1,
        "column": column + 1,
        "before": line[:column],
        "marked": line[column:end],
        "behind": line[end:],
    }


def _parsed(text: str) -> Expression | None:
    try:
        return parse(text)
    except RuleNotValid:
        return None


def _told(text: str | None, tree: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "text": text,
        "tree": tree,
        "is_valid": "sentence" in said,
        "sentence": said.get("sentence", ""),
        "warnings": said.get("warnings", []),
        "problems": said.get("problems", []),
        "correction": said.get("correction") or "",
    }


def unseen_values(tree: Expression, codes: Codes) -> list[str]:
    """A sentence for every code that is asked for and that no claim of the last year has, with the nearest one that is there."""
    said: dict[str, None] = {}
    for name, value in _asked_for(tree):
        if is_known_value(codes, name, value):
            continue
        words = {"field": FIELDS[name].label(current_language()), "value": value}
        near = get_close_matches(value, [each for each, n in codes[name]], n=1, cutoff=0.6)
        if near:
            sentence = _("No claim of the last year has “%(value)s” as %(field)s. There is “%(near)s”.")
            said[sentence % {**words, "near": near[0]}] = None
            continue
        sentence = _("No claim of the last year has “%(value)s” as %(field)s. There are: %(some)s.")
        some = ", ".join(each for each, n in codes[name][:5])
        said[sentence % {**words, "some": some}] = None
    return list(said)


def unseen_money(tree: Expression, codes: Codes) -> list[str]:
    """A sentence for every currency of an amount in the rule that not all claims of the last year have: of the others it can judge none."""
    claims = dict(codes.get("currency", []))
    total = sum(claims.values())
    written = {node.currency for node in nodes.walk(tree) if isinstance(node, nodes.MoneyLiteral)}
    if not total or any(
        isinstance(node, nodes.FieldRef) and node.name == "currency" for node in nodes.walk(tree)
    ):
        return []
    said = []
    for currency in sorted(written):
        rate = claims.get(currency, 0) / total
        words = {"currency": currency, "usual": max(claims, key=lambda each: claims[each])}
        if rate == 0:
            said.append(
                _(
                    "No claim of the last year has an amount in %(currency)s, so this rule can judge none (0 %% of the claims): amounts here are in "
                    '%(usual)s. For what was paid in %(currency)s write original_currency = "%(currency)s" and original_amount > 100, without a currency.'
                )
                % words
            )
        elif rate < _NEARLY_ALL:
            percent = _(
                "%(percent).1f %% of the claims of the last year have amounts in %(currency)s; this rule cannot judge the others."
            )
            said.append(percent % {**words, "percent": 100 * rate})
    return said


def _asked_against(tree: Expression) -> Iterator[tuple[str, str]]:
    """(field, text) of every text a field shall differ from."""
    for node in nodes.walk(tree):
        match node:
            case nodes.Comparison(
                op="!=", left=nodes.FieldRef(name=name), right=nodes.TextLiteral(value=value)
            ):
                yield name, value


def _asked_for(tree: Expression) -> Iterator[tuple[str, str]]:
    """(field, text) of every equality and every item of a list written in the rule."""
    for node in nodes.walk(tree):
        match node:
            case nodes.Comparison(
                op="=", left=nodes.FieldRef(name=name), right=nodes.TextLiteral(value=value)
            ):
                yield name, value
            case nodes.Membership(
                operand=nodes.FieldRef(name=name), collection=nodes.InlineList(items=items)
            ):
                yield from ((name, item.value) for item in items if isinstance(item, nodes.TextLiteral))
