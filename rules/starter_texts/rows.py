"""One template as the starter's rules are written."""

from __future__ import annotations

from typing import Any


def template(
    code: str,
    weight: float,
    name_en: str,
    name_ko: str,
    clause_en: str,
    clause_ko: str,
    question_en: str,
    question_ko: str,
    text: str,
) -> dict[str, Any]:
    """A row of the starter's tables that is offered and not installed; clauses are those of the usual card policy."""
    return {
        "code": code,
        "name": (name_en, name_ko),
        "clause": (f"Corporate card policy {clause_en}", f"법인카드 관리규정 {clause_ko}"),
        "question": (question_en, question_ko),
        "weight": weight,
        "state": "template",
        "text": text,
    }
