"""The card policy as cardholders read it: what the company has adopted, as it holds today."""

from __future__ import annotations

from dataclasses import dataclass

from audit.language import current_language
from cases.services.company import company_today
from rules.citing import number_words
from rules.models import PolicyParagraph
from rules.services.paragraphs import policy_on


@dataclass(frozen=True, slots=True)
class Article:
    """The adopted paragraphs of one article: (number, as it is cited, title, text) each."""

    number: str
    rows: list[tuple[str, str, str, str]]


def adopted_articles() -> list[Article]:
    """In the reader's language and the policy's order; a shipped example that nobody has adopted is left out."""
    language, found = current_language(), dict[str, Article]()
    for number, row in policy_on(company_today()).items():
        if row.is_example:
            continue
        title, text = (row.title_ko, row.text_ko) if language == "ko" else (row.title_en, row.text_en)
        article = found.setdefault(number.split(".")[0], Article(number.split(".")[0], []))
        article.rows.append((number, number_words(number, language), title, text))
    return list(found.values())


def has_adopted_policy() -> bool:
    """Whether there is anything to read: one query."""
    return PolicyParagraph.objects.filter(change__isnull=False, valid_from__lte=company_today()).exists()
