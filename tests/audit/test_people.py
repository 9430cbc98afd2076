"""One person: employee numbers in every spelling, two logins of one employee, and who may not be the second pair of eyes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from audit.actor import Actor
from audit.people import Person, name_of, number_key, require_second_person, same_number, same_person
from audit.permissions import NotPermitted

SPELLINGS = [
    "E1001",
    "e1001",
    " E1001 ",
    "E 1001",
    "E-1001",
    "E\u20131001",
    "Ｅ１００１",
    "E\u00a01001",
    "E_1001",
    "E.1001",
    "E/1001",
    "E\u200b1001",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_a_number_is_the_same_person(spelling: str) -> None:
    assert same_number("E1001", spelling)
    assert same_person(Person("one", "E1001"), Person("other", spelling))


@pytest.mark.parametrize(
    ("one", "other"), [("007", "7"), ("E1001", "E1002"), ("E10011", "E1001"), ("", ""), (" - ", "-")]
)
def test_other_numbers_and_empty_ones_are_nobody_s(one: str, other: str) -> None:
    assert not same_number(one, other)
    assert not same_person(Person("one", one), Person("other", other))


def test_one_login_is_one_person_with_or_without_a_number() -> None:
    assert same_person(Person("mira.jung"), Actor("Mira.Jung ", employee_no="E1003"))
    assert not same_person(Person(""), Person(""))
    assert not same_person(None, Person("mira.jung"))


def test_the_second_person_is_somebody_else() -> None:
    by = Actor("mira.second", employee_no="e-1003")
    require_second_person(by, [None, Person("taeo.kang", "E1004")], "cases.approve_decision")
    with pytest.raises(NotPermitted) as refused:
        require_second_person(by, [None, Person("mira.jung", "E1003")], "cases.approve_decision")
    assert (refused.value.action, refused.value.code) == ("cases.approve_decision", "own_proposal")


def test_a_number_is_compared_without_what_the_eye_does_not_see() -> None:
    assert number_key("\ufeffＡ０\u00ad７ ") == "a07"


@pytest.mark.parametrize(
    ("family", "given", "told"),
    [
        ("한", "지민", "한지민"),
        ("Han", "Jimin", "Jimin Han"),
        ("", "한지민", "한지민"),
        ("Han", "", "Han"),
        ("", "", "jimin"),
    ],
)
def test_a_name_is_told_as_its_language_writes_it(family: str, given: str, told: str) -> None:
    login = SimpleNamespace(username="jimin", employee_no="", last_name=family, first_name=given)
    assert name_of(login) == told
    assert (name_of(Person("jimin")), name_of(None)) == ("jimin", "")
