"""The card policy for people: its paragraphs on a day by article, which rules cite them, what is to come and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from audit import clock
from rules.citing import in_order, number_words
from rules.models import PolicyChange, PolicyParagraph, Rule, RuleVersion
from rules.services.paragraphs import cited_by, policy_on
from rules.services.policy import examples, is_overtaken, policy_version, waiting_policy


@dataclass(frozen=True, slots=True)
class ParagraphRow:
    """One paragraph as it holds: its codes are the rules that count and cite it; `later` the text that takes over on a day to come."""

    paragraph: PolicyParagraph
    codes: list[str]
    later: PolicyParagraph | None = None

    @property
    def number(self) -> str:
        """Article and paragraph: "4.2"."""
        return self.paragraph.number


@dataclass(frozen=True, slots=True)
class Article:
    """The paragraphs that share an article."""

    number: str
    rows: list[ParagraphRow] = field(default_factory=list)


def articles() -> list[Article]:
    """The policy of today by article, and paragraphs that only begin on a later day."""
    today = clock.today()
    codes, later = _citing_codes(), _later(today)
    held = {**later, **policy_on(today)}
    found: dict[str, Article] = {}
    for number in sorted(held, key=in_order):
        article = found.setdefault(number.split(".")[0], Article(number.split(".")[0]))
        row, coming = held[number], later.get(number)
        article.rows.append(
            ParagraphRow(
                row, codes.get(number, []), coming if coming is not None and coming.pk != row.pk else None
            )
        )
    return list(found.values())


def _later(today: date) -> dict[str, PolicyParagraph]:
    rows = PolicyParagraph.objects.filter(valid_from__gt=today).order_by("-valid_from", "pk")
    return {row.number: row for row in rows}  # the next to come


def _citing_codes() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    active = Rule.objects.filter(versions__state=RuleVersion.State.ACTIVE).distinct().order_by("code")
    for rule in active:
        found.setdefault(cited_by(rule), []).append(rule.code)
    return found


def policy_context() -> dict[str, Any]:
    """What the page of the document shows."""
    open_examples = examples()
    return {
        "articles": articles(),
        "n_examples": len(open_examples),
        "adoption_seen": policy_version([row.number for row in open_examples]),
        "changes": [change_row(change) for change in waiting_policy()],
        "today": clock.today(),
    }


def paragraph_context(number: str) -> dict[str, Any] | None:
    """What the page of one paragraph shows: all its texts, the newest first; None where the policy never had it."""
    rows = list(
        PolicyParagraph.objects.filter(number=number).select_related(
            "change__proposed_by", "change__decided_by"
        )
    )
    if not rows:
        return None
    held = policy_on().get(number)
    waiting = [one for one in waiting_policy() if number in {part["number"] for part in one.paragraphs}]
    return {
        "number": number,
        "held": held,
        "newest": rows[-1],
        "versions": sorted(rows, key=lambda row: (row.valid_from, row.pk), reverse=True),
        "codes": _citing_codes().get(number, []),
        "seen": policy_version([number]),
        "changes": [change_row(change) for change in waiting],
        "today": clock.today(),
    }


def change_row(change: PolicyChange) -> dict[str, Any]:
    """A proposed change beside what holds: {"change", "is_overtaken", "parts": [{"number", "before", "after"}]}."""
    held: Mapping[str, PolicyParagraph] = policy_on()
    parts = [
        {"number": one["number"], "before": held.get(one["number"]), "after": one}
        for one in change.paragraphs
    ]
    return {"change": change, "is_overtaken": is_overtaken(change), "parts": parts}


def change_title(change: PolicyChange, language: str) -> str:
    """The paragraphs of a change by number, the first few."""
    numbers = [number_words(one["number"], language) for one in change.paragraphs]
    return ", ".join(numbers[:3]) + (f" … ({len(numbers)})" if len(numbers) > 3 else "")
