"""Grades, which beginners compare as if they stood in an order."""

from __future__ import annotations

from rules.language.mending.spoken.hearing import heard
from rules.language.mending.spoken.values import VALUES

#: Names of grades, which beginners compare as if they stood in an order.
_GRADES = frozenset(
    [
        "사원",
        "주임",
        "대리",
        "과장",
        "차장",
        "부장",
        "이사",
        "상무",
        "전무",
        "임원",
        "팀장",
        "실장",
        "본부장",
        "manager",
        "director",
        "executive",
        "staff",
        "senior",
        "junior",
    ]
)


def ordered_grade(text: str) -> tuple[int, int] | None:
    """Where a text asks for a grade above or below another: (start, end); None where it does not."""
    tokens = heard(text)
    for at, token in enumerate(tokens):
        if token.kind != "compare" or token.value in {"=", "!="}:
            continue
        around = tokens[max(at - 2, 0) : at + 2]
        is_grade = any(one.value == "cardholder.grade" for one in around)
        names = [one for one in around if _bare(one.written) in _GRADES]
        if (
            names
            and (is_grade or names[0].kind == "unknown")
            and not any(one.kind in VALUES for one in around)
        ):
            return around[0].start if is_grade else names[0].start, max(token.end, names[0].end)
    return None


def _bare(word: str) -> str:
    for ending in ("님", "급", "보다", "직급"):
        word = word.removesuffix(ending)
    return word.lower()
