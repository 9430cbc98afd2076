"""What the address of a list asks for: each value read in one way; what was not understood is left out and said in words.

Whoever reads an address through `asked_of` need not show the sentences: the frame of every page does (`request.not_understood`).
What was typed stays in the form, which is filled from the address.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from audit import typed

PAGING = "after"
#: Names of filters that begin and end a span, of days or of amounts; and those that hold both ends, as `2026-03-01..2026-03-31`.
SPANS = (
    ("from", "to"),
    ("since", "until"),
    ("opened_from", "opened_to"),
    ("decided", "decided_to"),
    ("min", "max"),
)
IN_ONE = ("decided_in", "asked_in", "appealed_in")
#: Names that a form may send several times.
REPEATED = frozenset({"item"})
FIRST_YEAR, LAST_YEAR = 1900, 2200  # between which a day of a filter lies
_SHOWN = 30  # letters of what was typed that a sentence repeats


def slips(query: QueryDict) -> dict[str, tuple[str, str]]:
    """What is wrong with an address whatever it asks for: name → (code, sentence) of what is given twice or holds signs nobody can type.

    `given_twice`: with different values, of which only one could count. `unreadable`: control characters, which no text here has.
    """
    found: dict[str, tuple[str, str]] = {}
    for name, values in query.lists():
        if not (_is_readable(name) and all(map(_is_readable, values))):
            said = _("“%(name)s” holds a control character, which cannot be looked for; leave it out.")
            found[name] = "unreadable", said % {"name": _readable(name)[:_SHOWN]}
        elif len(set(values)) > 1 and name not in REPEATED:
            said = _("“%(name)s” is given more than once, with different values; give it once.")
            found[name] = "given_twice", said % {"name": name[:_SHOWN]}
    return found


def readable(query: QueryDict) -> QueryDict:
    """The address without what `slips` calls unreadable."""
    found = query.copy()
    for name, (code, _said) in slips(query).items():
        if code == "unreadable":
            del found[name]
    return found


def reversed_spans(query: QueryDict) -> dict[str, tuple[str, str]]:
    """Name → (`ends_before_it_begins`, sentence) of each span of days or amounts that ends before it begins; of two names, the second."""
    found: dict[str, tuple[str, str]] = {}
    for first, last in SPANS:
        found |= _span(last, query.get(first, "").strip(), query.get(last, "").strip())
    for name in IN_ONE:
        value = query.get(name, "").strip()
        if value.count("..") == 1:
            found |= _span(name, *value.split(".."))
    return found


def ends_before_it_begins(first: object, last: object) -> str:
    """What somebody is told whose span ends before it begins."""
    said = _("%(last)s comes before %(first)s: nothing lies between. Write the earlier or smaller one first.")
    return said % {"first": first, "last": last}


def _span(name: str, first: str, last: str) -> dict[str, tuple[str, str]]:
    days = typed.day(first), typed.day(last)
    begin, end = days if all(days) else (typed.decimal_number(first), typed.decimal_number(last))
    if begin is None or end is None or begin <= end:  # type: ignore[operator]
        return {}
    return {name: ("ends_before_it_begins", ends_before_it_begins(first, last))}


def understood_spans(query: QueryDict) -> QueryDict:
    """The address without the spans that end before they begin."""
    wrong = reversed_spans(query)
    if not wrong:
        return query
    found = query.copy()
    for name in [*wrong, *(first for first, last in SPANS if last in wrong)]:
        found.pop(name, None)
    return found


def _readable(text: str) -> str:
    return "".join(sign for sign in text if _is_readable(sign))


def _is_readable(text: str) -> bool:
    return text.isprintable() or not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text)


def address_problems(query: QueryDict, known: Collection[str]) -> list[str]:
    """A sentence for each name that the list has no filter of, and for each span that ends before it begins."""
    return [*stray_filters(query, known), *(said for _code, said in reversed_spans(query).values())]


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
    told = getattr(request, "not_understood", [])
    problems = [*told, *address_problems(request.GET, (*known, PAGING))]
    found = Asked(understood_spans(request.GET), problems)
    request.not_understood = found.problems  # type: ignore[attr-defined]
    return found
