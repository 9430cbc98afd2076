"""What the card policy says on a day, and how rules cite it: the one place pages, letters and the interface ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

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


def _policy(day: date) -> Policy:
    held: dict[str, PolicyParagraph] = {row.number: row for row in _by.rows(day)}
    return {number: held[number] for number in sorted(held, key=in_order) if not held[number].is_removed}


_by = prepared(lambda day: PolicyParagraph.objects.filter(valid_from__lte=day).order_by("valid_from", "pk"))


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
