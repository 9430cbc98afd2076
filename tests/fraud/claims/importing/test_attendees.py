"""Attendees by file and by rows: what is read, what is refused, and that those listed do not act on the case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import Http404

from cases.services.conflicts import relations_of
from cases.visibility import find_case, visible_cases
from fraud.claims.importing.rows import import_rows
from fraud.claims.models import Claim
from tests.cast import make_alert, make_case, make_cast
from tests.fraud.claims.importing.files import ARRIVED, BY, HEADER, codes, csv_text, deliver, profile, row

pytestmark = pytest.mark.django_db
WITH_GUESTS = [*HEADER, "참석자", "참석인원"]


def guests(tmp_path: Path, text: str, n: str = "") -> Claim | None:
    """The claim of a file with one row."""
    file = deliver(tmp_path, csv_text([row(참석자=text, 참석인원=n)], WITH_GUESTS).encode())
    return Claim.objects.filter(file=file).first()


def person(**given: str) -> dict[str, str]:
    return {"name": "", "org": "", "org_type": "", "employee_no": "", **given}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E2001", [person(employee_no="E2001")]),
        ("E2001; 백도윤(나리상사)", [person(employee_no="E2001"), person(name="백도윤", org="나리상사")]),
        (
            "백도윤（나리상사）；Ｅ２００１",
            [person(name="백도윤", org="나리상사"), person(employee_no="E2001")],
        ),
        ("E2001 남궁 현\n Ann Lee ;", [person(name="남궁 현", employee_no="E2001"), person(name="Ann Lee")]),
        *(
            (written, [person(name="백도윤", employee_no="E2001")])
            for written in (
                "백도윤(E2001)",
                "E2001/백도윤",
                "백도윤/E2001",
                "E2001:백도윤",
                "E2001백도윤",
                "백도윤E2001",
            )
        ),
        ("백도윤(3M)", [person(name="백도윤", employee_no="3M")]),
        ("E2001 백도윤(GS25 상사)", [person(name="백도윤", org="GS25 상사", employee_no="E2001")]),
        ("백도윤(GS25 상사)", [person(name="백도윤", org="GS25 상사", employee_no="GS25")]),
        ('[{"name": "E2001"}]', [person(employee_no="E2001")]),
        (
            '[{"name": "백도윤", "org": "나리구청", "org_type": "public"}]',
            [person(name="백도윤", org="나리구청", org_type="public")],
        ),
    ],
)
def test_a_column_of_attendees_is_kept_as_a_list_and_counted(
    text: str, expected: list[dict[str, str]], tmp_path: Path
) -> None:
    claim = guests(tmp_path, text)
    assert claim is not None
    assert (claim.attendees, claim.n_attendees) == (expected, len(expected))


def test_the_number_delivered_counts_also_guests_without_a_name(tmp_path: Path) -> None:
    claim = guests(tmp_path, "E2001; 백도윤", "5")
    assert claim is not None
    assert (len(claim.attendees), claim.n_attendees) == (2, 5)


def test_a_claim_without_attendees_has_no_list(tmp_path: Path) -> None:
    claim = guests(tmp_path, "", "3")
    assert claim is not None
    assert (claim.attendees, claim.n_attendees) == (None, 3)


@pytest.mark.parametrize(
    ("text", "n", "code"),
    [
        ("백도윤, 남궁현", "", "attendees_not_valid"),
        ("백도윤(나리상사", "", "attendees_not_valid"),
        ("E2001 E2002", "", "attendees_not_valid"),
        ('[{"nom": "백도윤"}]', "", "attendees_not_valid"),
        ("[1]", "", "attendees_not_valid"),
        ("E2001; E2002; E2003", "2", "attendees_not_counted"),
    ],
)
def test_what_cannot_be_read_or_contradicts_itself_refuses_the_row(
    text: str, n: str, code: str, tmp_path: Path
) -> None:
    file = deliver(tmp_path, csv_text([row(참석자=text, 참석인원=n)], WITH_GUESTS).encode())
    assert [found for _, found in codes(file)] == [code]


@pytest.mark.parametrize("delivered", ["e-2002", [{"name": "백도윤", "employee_no": "Ｅ２００２"}]])
def test_an_employee_listed_as_attendee_neither_sees_nor_works_the_case(delivered: Any) -> None:
    cast = make_cast()
    rows = [{**row(), "attendees": delivered}]
    assert [
        r.outcome for r in import_rows(rows=rows, profile=profile(), by=BY, received_at=ARRIVED).rows
    ] == ["accepted"]
    case = make_case(cardholder=cast.cardholder_record)
    case.alerts.all().delete()
    make_alert(case=case, claim=Claim.objects.get(external_id="C-001"))
    cast.reviewer.employee_no = "E2002"
    cast.reviewer.save()
    by = cast.actor("reviewer")
    assert relations_of(by, case).involvement == "attendee"
    assert not visible_cases(by).filter(pk=case.pk).exists()
    assert visible_cases(cast.actor("other_reviewer")).get() == case
    with pytest.raises(Http404):
        find_case(case.reference, by)
