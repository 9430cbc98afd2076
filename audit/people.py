"""One person behind many spellings and many logins, and the second person every approval needs.

An employee number is compared in one form: full-width letters and digits as plain ones (NFKC), without spaces, hyphens
and invisible characters, letters without case. Leading zeros stay: `007` and `7` are two people.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from audit.actor import Actor
from audit.permissions import NotPermitted


class Login(Protocol):
    """What is compared of a login: a user's row and a remembered person have it alike."""

    @property
    def username(self) -> str: ...
    @property
    def employee_no(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as remembered beside what they did: the login, and the employee number it had then."""

    username: str
    employee_no: str = ""


def number_key(number: object) -> str:
    """The form in which employee numbers are compared; empty for a number that names nobody."""
    return _key_of(str(number or ""))


@lru_cache(maxsize=4096)
def _key_of(number: str) -> str:
    plain = unicodedata.normalize("NFKC", number)
    return "".join(sign for sign in plain if unicodedata.category(sign) not in _SILENT).casefold()


# Spaces, dashes, connectors such as the underscore, dots and slashes, controls and invisible format characters.
_SILENT = frozenset({"Zs", "Zl", "Zp", "Pd", "Pc", "Po", "Cc", "Cf"})


def same_number(one: object, other: object) -> bool:
    """Whether two employee numbers name one person; an empty one names nobody."""
    return bool(number_key(one)) and number_key(one) == number_key(other)


def same_person(one: Login | Actor | None, other: Login | Actor | None) -> bool:
    """Whether two logins belong to one person: the same login, or two of one employee. Nobody is nobody's double."""
    if one is None or other is None:
        return False
    same_login = bool(one.username.strip()) and _login_key(one.username) == _login_key(other.username)
    return same_login or same_number(one.employee_no, other.employee_no)


def is_among(by: Login | Actor, people: Iterable[Login | Actor | None]) -> bool:
    """Whether the actor is, under whatever login, one of these people; None stands for the system, which is nobody."""
    return any(same_person(by, person) for person in people)


def name_of(login: Login | None) -> str:
    """A login's name as its language writes it: 한지민, Jimin Han; the user name where no name is kept, empty for nobody."""
    if login is None:
        return ""
    family, given = getattr(login, "last_name", ""), getattr(login, "first_name", "")
    if not family or not given:
        return family or given or login.username
    return f"{family}{given}" if "가" <= family[0] <= "힣" else f"{given} {family}"


def require_second_person(
    by: Actor, earlier: Iterable[Login | Actor | None], action: str, *, code: str = "own_proposal"
) -> None:
    """Raises NotPermitted when the actor is, under whatever login, one of those who did the earlier step.

    The system is no person; what it may do is in SYSTEM_ACTIONS. None stands for the system's own earlier step.
    """
    if not by.is_system and is_among(by, earlier):
        raise NotPermitted(action, code)


def _login_key(username: str) -> str:
    return unicodedata.normalize("NFKC", username).strip().casefold()
