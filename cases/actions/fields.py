"""The kinds of fields of an action's form, each once: what it takes, and how it is read from a page.

The interface for programs makes its JSON bodies of the same fields (`cases/api/bodies.py`). A page's form is read into
exactly the values a JSON body has, so that a step cannot tell where its values came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from audit.typed import day, whole_number
from cases.services import errors
from cases.services.texts import NOTE_MIN, TEXT_MAX

AMOUNT_MAX = 30  # characters of a typed amount
PART = "part-"  # what the fields of a part of a plan begin with in a page's form


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of a form. `required` ones must be there; of the others only those that are filled in are handed on."""

    name: str
    required: bool = True

    def is_given(self, form: QueryDict) -> bool:
        """Whether the form holds anything for this field."""
        return bool(form.get(self.name, "").strip())

    def read(self, form: QueryDict) -> Any:
        """The value of a field that is required or given. Raises ContentNotValid with what would be right."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Field):
    """Words, of so many characters."""

    minimum: int = NOTE_MIN
    maximum: int = TEXT_MAX

    def read(self, form: QueryDict) -> str:
        """The text as typed; the service trims it. Raises ReasonTooShort, TextTooLong."""
        text = form.get(self.name, "")
        if self.required and not text.strip():
            raise errors.ReasonTooShort(n=self.minimum, field=self.name)
        if len(text) > self.maximum:
            raise errors.TextTooLong(n=self.maximum, field=self.name)
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Field):
    """One of a few codes; `choices` are (code, English word) pairs or codes."""

    choices: tuple[Any, ...]

    def codes(self) -> list[str]:
        """The codes alone."""
        return [one if isinstance(one, str) else one[0] for one in self.choices]

    def read(self, form: QueryDict) -> str:
        """The code. Raises ChoiceNotValid."""
        text = form.get(self.name, "")
        if text not in (codes := self.codes()):
            raise errors.ChoiceNotValid(field=self.name, choices=codes)
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Field):
    """A whole number within bounds, which the service holds too."""

    minimum: int = 1
    maximum: int = 10**9 - 1

    def read(self, form: QueryDict) -> int:
        """The number. Raises NumberNotValid."""
        number = whole_number(form.get(self.name, "").strip(), minimum=self.minimum, maximum=self.maximum)
        if number is None:
            raise errors.NumberNotValid(field=self.name, first=self.minimum, last=self.maximum)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Field):
    """A day as 2026-03-31."""

    def read(self, form: QueryDict) -> date:
        """The day. Raises DayNotValid."""
        return read_day(form.get(self.name, ""), self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Field):
    """Money in major units of the case's currency, as text: 150000, 12.50. Read once the currency is known (`Step.minor`)."""

    only_with: str = ""  # the box on a page that shows this field; hidden, it counts as left empty

    def is_given(self, form: QueryDict) -> bool:
        """Whether an amount was typed where it could be seen."""
        return Field.is_given(self, form) and (not self.only_with or bool(form.get(self.only_with)))

    def read(self, form: QueryDict) -> str:
        """The amount as typed."""
        return form.get(self.name, "").strip()[: AMOUNT_MAX + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Field):
    """Yes or no; a box that is not ticked is not sent."""

    required: bool = False

    def read(self, form: QueryDict) -> bool:
        """Whether the box is ticked. Raises ChoiceNotValid for a value that no box has."""
        text = form.get(self.name, "")
        if text not in {"on", "true", "false", ""}:
            raise errors.ChoiceNotValid(field=self.name, choices=["true", "false"])
        return text in {"on", "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Field):
    """Several short texts, each on a line of its own; lines left empty do not count."""

    maximum: int = 500
    most: int = 20

    def is_given(self, form: QueryDict) -> bool:
        """Whether any line is filled in."""
        return bool(self._lines(form))

    def read(self, form: QueryDict) -> list[str]:
        """The lines. Raises TooMany, TextTooLong."""
        lines = self._lines(form)
        if len(lines) > self.most:
            raise errors.TooMany(n=self.most, field=self.name)
        if any(len(line) > self.maximum for line in lines):
            raise errors.TextTooLong(n=self.maximum, field=self.name)
        return lines

    def _lines(self, form: QueryDict) -> list[str]:
        return [line for text in form.getlist(self.name) for line in text.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers(Field):
    """A text for each numbered question; in a page's form `answer-<id>`."""

    prefix: str = "answer-"
    maximum: int = TEXT_MAX

    def is_given(self, form: QueryDict) -> bool:
        """Whether any question has an answer."""
        return bool(self._filled(form))

    def read(self, form: QueryDict) -> dict[str, str]:
        """Question ids with their answers, without the empty ones. Raises TextTooLong."""
        found = self._filled(form)
        if any(len(text) > self.maximum for text in found.values()):
            raise errors.TextTooLong(n=self.maximum, field=self.name)
        return found

    def _filled(self, form: QueryDict) -> dict[str, str]:
        named = {
            key.removeprefix(self.prefix): form.get(key, "") for key in form if key.startswith(self.prefix)
        }
        return {key: text for key, text in named.items() if text.strip()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts(Field):
    """Instalments: a day and an amount each; in a page's form rows of `part-due_on` and `part-amount`."""

    most: int

    def is_given(self, form: QueryDict) -> bool:
        """Whether any row is filled in."""
        return any(when.strip() or amount.strip() for when, amount in self._rows(form))

    def read(self, form: QueryDict) -> list[dict[str, Any]]:
        """The filled rows. Raises TooMany, DayNotValid."""
        rows = [(when, amount) for when, amount in self._rows(form) if when.strip() or amount.strip()]
        if len(rows) > self.most:
            raise errors.TooMany(n=self.most, field=self.name)
        return [{"due_on": read_day(when, self.name), "amount": amount.strip()} for when, amount in rows]

    def _rows(self, form: QueryDict) -> list[tuple[str, str]]:
        days, amounts = form.getlist(f"{PART}due_on"), form.getlist(f"{PART}amount")
        longest = max(len(days), len(amounts))
        return [
            (days[n] if n < len(days) else "", amounts[n] if n < len(amounts) else "") for n in range(longest)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids(Field):
    """Ids of claims as their source names them; a page sends each on its own, or names the claim in its address instead."""

    most: int

    def is_given(self, form: QueryDict) -> bool:
        """Whether any is chosen."""
        return bool(self._chosen(form))

    def read(self, form: QueryDict) -> list[str]:
        """The ids. Raises ClaimsNotHere where none is chosen, TooMany."""
        found = self._chosen(form)
        if not found:
            raise errors.ClaimsNotHere(field=self.name, claims=[])
        if len(found) > self.most:
            raise errors.TooMany(n=self.most, field=self.name)
        return found

    def _chosen(self, form: QueryDict) -> list[str]:
        return [one for one in form.getlist(self.name) if one.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Field):
    """Another case with the version seen of it; a page sends `reference@version`."""

    def read(self, form: QueryDict) -> dict[str, Any]:
        """`reference` and `version`. Raises CasesDiffer."""
        reference, _at, version = form.get(self.name, "").strip().partition("@")
        number = whole_number(version)
        if not reference or number is None:
            raise errors.CasesDiffer("none")
        return {"reference": reference, "version": number}


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one or several actions; `name` is what the interface's description calls the body."""

    name: str
    fields: tuple[Field, ...] = ()

    def read(self, posted: QueryDict) -> dict[str, Any]:
        """The values of a page's form by name. Raises ContentNotValid for the first field that is not right."""
        return {
            field.name: field.read(posted)
            for field in self.fields
            if field.required or field.is_given(posted)
        }

    def without(self, *names: str) -> Form:
        """The same form without fields that the address of a page names already."""
        return Form(self.name, tuple(field for field in self.fields if field.name not in names))


def read_day(text: str, field: str) -> date:
    """A typed day. Raises DayNotValid."""
    found = day(text.strip())
    if found is None:
        raise errors.DayNotValid(field=field)
    return found
