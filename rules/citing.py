"""Which paragraph of the policy a rule's clause cites: "§4.2 Meals" and "제4조 2항 식사" are paragraph 4.2."""

from __future__ import annotations

import re

_CITED = re.compile(r"§\s?([1-9]\d?)\.([1-9]\d?)(?![.\d])|제\s?([1-9]\d?)조\s?(?:제\s?)?([1-9]\d?)항")
NUMBER = re.compile(r"[1-9]\d?\.[1-9]\d?")


def cited_number(clause: str) -> str:
    """The number of the first paragraph that a clause cites, such as "4.2"; empty where it cites none."""
    found = _CITED.search(clause)
    return ".".join(part for part in found.groups() if part) if found else ""


def with_title(clause: str, title: str) -> str:
    """The clause up to its number, followed by the paragraph's title: the company's name for its policy stays."""
    found = _CITED.search(clause)
    return f"{clause[: found.end()]} {title}" if found else clause


def number_words(number: str, language: str) -> str:
    """A paragraph's number as it is cited: "§4.2", "제4조 2항"."""
    article, paragraph = number.split(".")
    return f"제{article}조 {paragraph}항" if language == "ko" else f"§{number}"


def in_order(number: str) -> tuple[int, int]:
    """By what paragraphs are sorted: 4.9 stands before 4.10."""
    article, paragraph = number.split(".")
    return int(article), int(paragraph)
