"""An answer or an appeal, one question a step: which steps there are, what the others hold, what the last one reads back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

WORDS, FILES, CHECK = "words", "files", "check"
APPEAL, APPEAL_FILES, APPEAL_CHECK = "appeal", "appeal-files", "appeal-check"
APPEAL_STEPS = (APPEAL, APPEAL_FILES, APPEAL_CHECK)
SHORT = 160  # characters of a letter that can be a heading
_FIELDS = {WORDS: ("text", "admits", "offered"), APPEAL: ("text",)}  # of the steps that are no question


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way: its place among `of`, its neighbours ("" at the ends), and the fields of the other steps as they stand."""

    name: str
    number: int
    of: int
    before: str
    after: str
    question: Mapping[str, Any] | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    is_change: bool = False  # reached from the read-back, to which it leads back
    needs_words: bool = (
        False  # own words of an answer that answers no question: something has to be said here
    )

    @property
    def is_last(self) -> bool:
        """Whether everything is read back here before it is sent."""
        return not self.after


def step_names(questions: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The steps of an answer: each question, own words, photos, the read-back."""
    return (*(f"answer-{question['id']}" for question in questions), WORDS, FILES, CHECK)


def first_open(questions: Sequence[Mapping[str, Any]], written: Mapping[str, Any]) -> str:
    """Where an answer goes on: the first question without an answer; the read-back where each has one, else own words."""
    empty = [name for question in questions if not written.get(name := f"answer-{question['id']}", "")]
    if empty:
        return empty[0]
    return CHECK if written.get("text") or questions else WORDS


def step_of(
    name: str, questions: Sequence[Mapping[str, Any]], written: Mapping[str, Any], *, is_change: bool = False
) -> Step | None:
    """The step of that name of the answer or the appeal, None where there is none.

    `questions` as the form has them, {"id", "text", "typed"}; `written` the fields as they stand.
    """
    names = APPEAL_STEPS if name in APPEAL_STEPS else step_names(questions)
    if name not in names:
        return None
    at = names.index(name)
    asked = names is not APPEAL_STEPS
    known = [f"answer-{question['id']}" for question in questions] + [*_FIELDS[WORDS]] if asked else ["text"]
    own = _FIELDS.get(name, (name,))
    return Step(
        name=name,
        number=at + 1,
        of=len(names),
        before=names[at - 1] if at else "",
        after=names[at + 1] if at + 1 < len(names) else "",
        question=next((one for one in questions if f"answer-{one['id']}" == name), None) if asked else None,
        carried={one: str(written[one]) for one in known if one not in own and written.get(one)},
        is_change=is_change and at + 1 < len(names),
        needs_words=name == WORDS and not any(str(one.get("typed", "")).strip() for one in questions),
    )


def short_letter(letter: str, questions: Sequence[Mapping[str, Any]]) -> str:
    """A letter without questions that is one short line: it is the question of its step by itself; else an empty text."""
    plain = letter.strip()
    return plain if not questions and len(plain) <= SHORT and "\n" not in plain else ""


def must_say(name: str, go: str) -> bool:
    """Whether whoever leaves the step that way has passed every place for words, so that something must have been said."""
    return name not in ("", go, *APPEAL_STEPS) and go in (FILES, CHECK)


def step_to_fill(name: str) -> str:
    """Where an answer that says nothing is put right: the question somebody is at, else their own words."""
    return name if name.startswith("answer-") else WORDS
