"""What the card policy says on a day, and how rules cite it: the one place pages, letters and the interface ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import QuerySet

from audit import clock
from audit.prepared import prepared
from audit.reading import read_once
from rules.citing import cited_number, in_order, with_title
from rules.models import PolicyParagraph, Rule

#: Number → the text that holds.
Policy = Mapping[str, PolicyParagraph]
MOST_QUOTED = 4  # of one letter


def policy_on(day: date | None = None) -> Policy:
    """The paragraphs that hold on a day (today without one), in their order; of two from one day the one agreed on later."""
    on = day or clock.today()
    return read_once(("policy", on), lambda: _policy(on))


def policy_cited(rules: Iterable[Rule]) -> Policy:
    """Of the policy of today what these rules cite: a page about some claims needs no more of it."""
    on, numbers = clock.today(), frozenset(number for rule in rules if (number := cited_by(rule)))
    if not numbers:
        return {}
    return read_once(("policy", on, numbers), lambda: _holding(_by_number.rows(on, numbers)))


def _policy(day: date) -> Policy:
    return _holding(_by.rows(day))


def _holding(rows: Iterable[PolicyParagraph]) -> Policy:
    held: dict[str, PolicyParagraph] = {row.number: row for row in rows}
    return {number: held[number] for number in sorted(held, key=in_order) if not held[number].is_removed}


def _until(day: date) -> QuerySet[PolicyParagraph]:
    return PolicyParagraph.objects.filter(valid_from__lte=day).order_by("valid_from", "pk")


_by = prepared(_until)
_by_number = prepared(lambda day, numbers: _until(day).filter(number__in=numbers))


def cited_by(rule: Rule) -> str:
    """The number of the paragraph a rule cites; empty for none."""
    return cited_number(rule.policy_clause) or cited_number(rule.policy_clause_en)


def adopted(rule: Rule, policy: Policy) -> PolicyParagraph | None:
    """The paragraph a rule cites, where the company has adopted it: a shipped example is nobody's policy."""
    found = policy.get(cited_by(rule))
    return found if found is not None and not found.is_example else None


def clause_words(rule: Rule, language: str, policy: Policy) -> str:
    """What a rule cites, in words: the adopted paragraph's title of the day, else what the rule itself says."""
    clause = rule.policy_clause if language == "ko" else rule.policy_clause_en
    clause = clause or rule.policy_clause or rule.policy_clause_en
    row = adopted(rule, policy)
    return with_title(clause, row.title_ko if language == "ko" else row.title_en) if row else clause


def quoted(rules: Iterable[Rule], language: str, policy: Policy) -> list[str]:
    """The adopted paragraphs that rules cite, each once with its text in one line, as a letter quotes them."""
    found: dict[str, str] = {}
    for rule in rules:
        if row := adopted(rule, policy):
            text = row.text_ko if language == "ko" else row.text_en
            found.setdefault(row.number, f"{clause_words(rule, language, policy)}: {' '.join(text.split())}")
    return list(found.values())[:MOST_QUOTED]
