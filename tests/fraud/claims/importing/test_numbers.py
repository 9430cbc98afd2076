"""Employee numbers that lost or gained zeros: one employee where the company's own form leaves no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.people import number_key
from fraud.claims.importing.numbers import match_numbers
from fraud.claims.models import Cardholder
from tests.fraud.claims.importing.files import csv_bytes, deliver, row


@pytest.mark.parametrize(
    ("stored", "delivered", "spelled"),
    [
        (["00123", "00124"], "123", "00123"),
        (["123"], "00123", "123"),
        (["01234567"], "1234567", "01234567"),
        (["1234567"], "01234567", "1234567"),
        (["00123"], "0123", "00123"),
        (["00123"], "00123", "00123"),
        (["00123", "123"], "0123", "0123"),  # two people: nothing tells which is meant
        (["00123"], "124", "124"),
        (["E0123"], "123", "123"),
        (["E0123"], "E123", "E123"),
        (["AB-1"], "ab1", "AB-1"),
    ],
)
def test_a_number_is_read_in_the_form_the_company_knows(
    stored: list[str], delivered: str, spelled: str
) -> None:
    assert match_numbers([delivered], stored) == {delivered: spelled}


def test_a_file_alone_tells_the_form_where_all_its_zeros_agree() -> None:
    assert match_numbers(["123", "00123", "00456"], [])["123"] == "00123"
    assert match_numbers(["123", "00123", "0456"], [])["123"] == "123"


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8, unique=True), st.integers(7, 9))
def test_people_of_one_width_never_become_each_other(people: list[int], width: int) -> None:
    stored = [str(n).zfill(width) for n in people]
    found = match_numbers([str(n) for n in people], stored)
    assert found == {str(n): spelled for n, spelled in zip(people, stored, strict=True)}


@given(st.lists(st.from_regex(r"\A[A-Z]{0,2}0{0,3}[1-9]{1,4}\Z"), max_size=8), st.data())
def test_nothing_but_zeros_in_front_is_looked_through(stored: list[str], data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.from_regex(r"\A[A-Z]{0,2}0{0,3}[1-9]{1,4}\Z"), max_size=5))
    for number, spelled in match_numbers(wanted, stored).items():
        one, other = number_key(number), number_key(spelled)
        assert one == other or (one.isdigit() and other.isdigit() and int(one) == int(other))
        if number in stored:
            assert spelled == number


@pytest.mark.django_db
def test_a_claim_goes_to_the_known_employee_and_the_file_says_so(tmp_path: Path) -> None:
    Cardholder.objects.create(employee_no="00123", name="김하나")
    file = deliver(tmp_path, csv_bytes(row(사번="123"), row(claim_id="C-2", 사번="00123")))
    assert Cardholder.objects.count() == 1
    (note,) = [note["params"] for note in file.notes if note["code"] == "employees_matched"]
    assert note["examples"] == "123 → 00123"
