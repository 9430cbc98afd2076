"""Names that are probably the same: written apart, with another form of company, or with a letter wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from rules.language.normal import normalise

#: One letter in so many may differ. Hangul counts by its letters: 김철수 has eight.
LETTERS_PER_SLIP = 7
#: Characters of a name that are looked at.
_LONGEST = 120
_COMPANY_FORMS = re.compile(
    r"\((?:주|유|사|재|합)\)|주식회사|유한회사|유한책임회사|합자회사|사단법인|재단법인"
    r"|\b(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kk|sa|bv)\b\.?"
)
_SEPARATORS = re.compile(r"[\W_]+")


def resembles(left: str, right: str) -> bool:
    """Whether two names are probably one: equal but for forms of company, blanks and signs, or with one letter in seven wrong."""
    return resembler((right,))(left)


def resembler(names: Iterable[str]) -> Callable[[str], bool]:
    """The test whether a text is similar to one of the names; names without a letter are similar to nothing."""
    known = [_Name(name) for name in names]
    exact = {spelling for name in known for spelling in name.spellings}

    def test(text: str) -> bool:
        asked = _Name(text)
        return bool(asked.letters) and (
            not exact.isdisjoint(asked.spellings) or any(asked.is_near(name) for name in known)
        )

    return test


class _Name:
    """A name as it is compared: its letters in their order, and with its words sorted."""

    def __init__(self, text: str) -> None:
        plain = _COMPANY_FORMS.sub(" ", normalise(text)[:_LONGEST])
        words = [word for word in _SEPARATORS.split(plain) if word]
        self.letters = _letters("".join(words))
        self.by_word = _letters("".join(sorted(words)))
        self.spellings = {self.letters, self.by_word} - {""}
        self._used = frozenset(self.letters)

    def is_near(self, other: _Name) -> bool:
        """Whether few enough letters differ."""
        allowed = max(len(self.letters), len(other.letters)) // LETTERS_PER_SLIP
        if not allowed or abs(len(self.letters) - len(other.letters)) > allowed:
            return False
        if len(self._used ^ other._used) > 2 * allowed:
            return False
        return within(self.letters, other.letters, allowed) or within(self.by_word, other.by_word, allowed)


def _letters(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def within(left: str, right: str, most: int) -> bool:
    """Whether at most ``most`` letters are added, left out, exchanged or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for at, letter in enumerate(left, 1):
        earlier, before = before, row
        row = [at]
        for place, other in enumerate(right, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != other))
            is_swap = at > 1 and place > 1 and letter == right[place - 2] and left[at - 2] == other
            row.append(min(cost, earlier[place - 2] + 1) if is_swap else cost)
        if min(row) > most and min(before) > most:
            return False
    return row[-1] <= most
