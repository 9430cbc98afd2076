"""What is wrong with a rule's text, said in Korean and English with what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from rules.language.korean import with_particles
from rules.language.messages import MESSAGES
from rules.language.nodes import Position


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault at a place of the text; ``code`` is stable. ``length`` characters from there on are meant (0: not known), and
    ``instead`` is what to write in their place, empty where that cannot be told."""

    line: int
    column: int
    code: str
    message_en: str
    message_ko: str
    length: int = 0
    instead: str = ""

    def message(self, lang: str) -> str:
        """The sentence for a reader in ``ko`` or ``en``."""
        return self.message_ko if lang == "ko" else self.message_en


class RuleNotValid(ValueError):
    """A rule that cannot be used; ``problems`` says where and why, first one first.

    ``correction`` is the whole rule as it was meant, which would be accepted; None where that cannot be told.
    """

    def __init__(self, problems: Sequence[Problem], correction: str | None = None) -> None:
        self.correction = correction
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))
        super().__init__("; ".join(f"{p.line}:{p.column} {p.message_en}" for p in self.problems))


def problem(position: Position, code: str, *, instead: str = "", **values: str | int) -> Problem:
    """The catalogue's message ``code`` with its values filled in, each Korean particle after the sound before it."""
    english, korean = MESSAGES[code]
    shown = {name: _shorten(str(value), 900 if name == "choices" else 120) for name, value in values.items()}
    shown["instead"] = _shorten(instead)
    said_ko = with_particles(korean.format(**shown))
    return Problem(
        position.line, position.column, code, english.format(**shown), said_ko, position.length, instead
    )


def told_at(text: str, start: int, end: int, code: str, *, instead: str = "", **values: str) -> Problem:
    """A message of the catalogue about ``text[start:end]``, without the blanks around it."""
    found = text[start:end]
    start += len(found) - len(found.lstrip())
    before = text[:start]
    place = Position(before.count("\n") + 1, start - before.rfind("\n"), max(len(found.strip()), 1))
    return problem(place, code, instead=instead, **{"found": found.strip(), **values})


def refuse(position: Position, code: str, *, instead: str = "", **values: str | int) -> RuleNotValid:
    """A RuleNotValid with one problem, to raise."""
    return RuleNotValid([problem(position, code, instead=instead, **values)])


def did_you_mean(name: str, known: Iterable[str]) -> tuple[str, str]:
    """(English, Korean) hint with the nearest known names, or two empty texts."""
    choices = list(known)
    near = get_close_matches(name, choices, n=3, cutoff=0.6)
    last = name.rsplit(".", 1)[-1]
    near += [choice for choice in choices if choice not in near and last and _same_word(last, choice)]
    if not near:
        return "", ""
    shown = ", ".join(near[:3])
    return f" Did you mean {shown}?", f" {shown} 중에서 찾으셨나요?"


def _same_word(word: str, choice: str) -> bool:
    tail = choice.rsplit(".", 1)[-1]
    return len(word) >= 4 and (tail == word or tail.endswith("_" + word) or tail.startswith(word + "_"))


def _shorten(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[: most - 3] + "…"
