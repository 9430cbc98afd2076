"""Who was there: a column of names and employee numbers, as the list a claim keeps.

Text: entries separated by `;` or a line break, each an employee number, a name, or both, with the organisation in
parentheses: `E1001; 홍길동(A사); E1002 김도현; 김검토(E1003)`. What holds a digit is an employee number, wherever it stands: an
organisation with a digit in its name counts as both, since a number too many hides a case from nobody, and one too few shows it to
somebody involved. Or a JSON list of objects with `name`, `org`, `org_type`, `employee_no`. Nothing is guessed: what cannot be read refuses the row.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import polars as pl

from fraud.claims.importing.parsing.problem_rows import ProblemRows

MOST_PEOPLE = 200
_LIMITS = {"name": 120, "org": 120, "org_type": 40, "employee_no": 60}
_ENTRY = re.compile(r"(?P<who>[^(),]+?)\s*(?:\((?P<org>[^()]+)\))?")
#: A number beside a name without a space: letters, digits and marks on one side, Hangul on the other; or a mark between them.
_JOINT = re.compile(r"(?<=[0-9A-Za-z])(?=[가-힣])|(?<=[가-힣])(?=[0-9A-Za-z])|[\s/:|+·,]+")


def parse_attendees(text: pl.Series, header: str, problems: ProblemRows) -> tuple[pl.Series, pl.Series]:
    """(the lists as JSON text, how many people each names); both null where nothing is delivered or a row is refused."""
    lists: list[str | None] = []
    counts: list[int | None] = []
    wrong: list[bool] = []
    for value in text:
        people = _people(value) if value is not None and value.strip() else []
        wrong.append(people is None)
        lists.append(json.dumps(people, ensure_ascii=False) if people else None)
        counts.append(len(people) if people else None)
    problems.add(pl.Series(wrong, dtype=pl.Boolean), header, "attendees_not_valid")
    return pl.Series(lists, dtype=pl.String), pl.Series(counts, dtype=pl.Int64)


def _people(value: str) -> list[dict[str, str]] | None:
    """The people of one cell, or None where it cannot be read."""
    plain = unicodedata.normalize("NFKC", value).strip()
    if plain.startswith("["):
        found = _from_json(plain)
    else:
        entries = [entry.strip() for entry in re.split(r"[;\n]", plain)]
        found = [_entry(entry) for entry in entries if entry]
    if not found or len(found) > MOST_PEOPLE or None in found:
        return None
    people = [person for person in found if person is not None]
    fits = all(len(text) <= _LIMITS[name] for person in people for name, text in person.items())
    return people if fits else None


def _entry(text: str) -> dict[str, str] | None:
    match = _ENTRY.fullmatch(text)
    if match is None:
        return None
    org = (match["org"] or "").strip()
    name, numbers = _numbers_in(match["who"])
    if not numbers and org:
        rest, numbers = _numbers_in(org)
        org = org if rest else ""
    if len(numbers) > 1:
        return None
    return _person({"name": name, "org": org, "employee_no": "".join(numbers)})


def _numbers_in(text: str) -> tuple[str, list[str]]:
    """What holds no digit, and the parts that do: the employee numbers among them."""
    parts = [part for part in _JOINT.split(text) if part]
    numbers = [part for part in parts if any(sign.isdigit() for sign in part)]
    return " ".join(part for part in parts if part not in numbers), numbers


def _from_json(text: str) -> list[dict[str, str] | None] | None:
    try:
        rows: Any = json.loads(text)
    except ValueError:
        return None
    if not isinstance(rows, list):
        return None
    return [_person(row) if isinstance(row, dict) else None for row in rows]


def _person(given: dict[Any, Any]) -> dict[str, str] | None:
    """All four names, those not given empty; None for others, for values that are no text, and for nobody."""
    if set(given) - set(_LIMITS) or not all(isinstance(value, str) for value in given.values()):
        return None
    person = {name: " ".join(str(given.get(name, "")).split()) for name in _LIMITS}
    if not person["employee_no"]:
        name, numbers = _numbers_in(person["name"])
        if len(numbers) > 1:
            return None
        person |= {"name": name, "employee_no": "".join(numbers)} if numbers else {}
    return person if person["name"] or person["employee_no"] else None
