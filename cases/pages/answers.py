"""What was answered to which question: the one pairing read by timeline, the cardholder's page and the interface."""

from __future__ import annotations

from dataclasses import dataclass

from cases.models import Explanation


@dataclass(frozen=True, slots=True)
class Answered:
    """A numbered question as it was asked, with what was said to it; `text` is empty where nothing was."""

    number: int
    question: str
    text: str


def answers_of(explanation: Explanation) -> list[Answered]:
    """Every question of the request in the order asked, answered or not; empty where no question had its own field, or the words were erased."""
    if explanation.erased_at is not None:
        return []
    said = {str(name): str(text) for name, text in (explanation.answers or {}).items()}
    return [
        Answered(number, str(question["text"]), said.get(str(question["id"]), ""))
        for number, question in enumerate(explanation.request.questions, 1)
    ]


def parted(answers: list[Answered]) -> dict[str, list[Answered]]:
    """`said` and `unsaid`: the questions with an answer of their own, and those that an answer to the whole stands for or nobody answered."""
    said = [one for one in answers if one.text.strip()]
    return {"said": said, "unsaid": [one for one in answers if not one.text.strip()]}
