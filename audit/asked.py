"""What the address of a list asks for: each value read in one way; what was not understood is left out and said in words.

Whoever reads an address through `asked_of` need not show the sentences: the frame of every page does (`request.not_understood`).
What was typed stays in the form, which is filled from the address.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from audit import typed

PAGING = "after"
FIRST_YEAR, LAST_YEAR = 1900, 2200  # between which a day of a filter lies
_SHOWN = 30  # letters of what was typed that a sentence repeats


def stray_filters(query: QueryDict, known: Collection[str]) -> list[str]:
    """A sentence for each name in an address that the list has no filter of: it was not looked at."""
    stray = [name for name in query if name not in known]
    said = _("This list has no filter “%(name)s”; it was left out.")
    return [said % {"name": name[:_SHOWN]} for name in stray]


def not_one_of(value: str, words: Iterable[object]) -> str:
    """What somebody is told whose address asks for none of the choices."""
    known = ", ".join(str(word) for word in words)
    return _("“%(text)s” is not one of: %(known)s.") % {"text": value[:_SHOWN], "known": known}


def not_a_day(value: str) -> str:
    """What somebody is told whose day cannot be read."""
    return _("“%(text)s” is not a day; write it as 2026-03-31.") % {"text": value[:_SHOWN]}


def not_there(value: str) -> str:
    """What somebody is told who asks for a thing, by its number or name, that is not there."""
    return _("Nothing here is called “%(text)s”; it was left out.") % {"text": value[:_SHOWN]}


def read_day(text: str, problems: list[str]) -> date | None:
    """The day of a filter, or None; one that cannot be read, or that no list reaches, adds its sentence."""
    found = typed.day(text)
    if text and (found is None or not FIRST_YEAR < found.year < LAST_YEAR):
        problems.append(not_a_day(text))
        return None
    return found


def read_choice(text: str, words: Mapping[str, object], problems: list[str]) -> str:
    """The code of a filter where it is one of `words`, else the empty text; any other adds its sentence."""
    if text and text not in words:
        problems.append(not_one_of(text, words.values()))
    return typed.choice(text, words)


@dataclass(slots=True)
class Asked:
    """The values of an address; every reading that fails adds a sentence to `problems`."""

    query: QueryDict
    problems: list[str] = field(default_factory=list)

    def text(self, name: str, most: int) -> str:
        """What was typed, trimmed, of so many letters at most."""
        return self.query.get(name, "").strip()[:most]

    def choice(self, name: str, words: Mapping[str, object], default: str = "") -> str:
        """One of the codes of `words`; the default where nothing or none of them is asked for."""
        return read_choice(self.text(name, 200), words, self.problems) or default

    def day(self, name: str) -> date | None:
        """The day, or None where none is asked for or it cannot be read."""
        return read_day(self.text(name, 200), self.problems)

    def known(self, name: str, there: Collection[str], most: int = 60) -> str:
        """A number or name of something that is there, else the empty text."""
        value = self.text(name, most)
        if value and value not in there:
            self.problems.append(not_there(value))
            return ""
        return value


def asked_of(request: HttpRequest, *known: str) -> Asked:
    """The address of a list that has these filters besides its paging; the page's frame shows what was not understood."""
    found = Asked(request.GET, stray_filters(request.GET, (*known, PAGING)))
    request.not_understood = found.problems  # type: ignore[attr-defined]
    return found
