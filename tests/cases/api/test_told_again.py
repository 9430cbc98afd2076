"""An answer kept for a repetition is told only to who may still see what it tells, and holds no words of a cardholder."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from cases.models import Case, IdempotencyRecord
from cases.workflow import State
from fraud.claims.models import Claim
from tests.cases.api.conftest import Caller
from tests.cases.stage import LEGITIMATE, REASON, Stage, fresh
from tests.cast import make_department

pytestmark = pytest.mark.django_db
Call = Callable[[str], Caller]
KEY, WORDS = "a-lost-answer-1", "거래처 세 분과 함께한 저녁이었습니다."


def goes_to_another_department(stage: Stage, case: Case) -> None:
    stage.cast.reviewer.units.set([make_department("FAR")])


def becomes_a_guest(stage: Stage, case: Case) -> None:
    claim = Claim.objects.filter(alerts__case=case).get()
    claim.attendees = [{"employee_no": stage.cast.reviewer.employee_no, "name": "손님"}]
    claim.save()


CHANGES = [goes_to_another_department, becomes_a_guest]


@pytest.mark.parametrize("change", CHANGES)
def test_a_note_repeated_is_not_told_to_who_does_not_see_the_case_any_more(
    stage: Stage, call: Call, change: Callable[[Stage, Case], None]
) -> None:
    case = stage.taken()
    said = [
        call("reviewer").step(case, "notes", {"text": "seen"}, key=KEY, version=case.version)
        for _ in range(2)
    ]
    assert (said[0].status_code, said[0].data, said[0]["ETag"]) == (200, said[1].data, said[1]["ETag"])
    change(stage, case)
    again = call("reviewer").step(case, "notes", {"text": "seen"}, key=KEY, version=case.version)
    read = call("reviewer").get(f"cases/{case.reference}/")
    assert (again.status_code, again.json()["code"]) == (read.status_code, read.json()["code"])
    assert again.status_code == 404
    assert fresh(case).notes.count() == 1


@pytest.mark.parametrize("change", CHANGES)
def test_a_case_taken_next_is_not_told_again_to_who_does_not_see_it_any_more(
    stage: Stage, call: Call, change: Callable[[Stage, Case], None]
) -> None:
    case = stage.case()
    first, again = (call("reviewer").send("cases/take-next/", key=KEY) for _ in range(2))
    assert first.data["reference"] == again.data["reference"] == case.reference
    change(stage, case)
    assert call("reviewer").send("cases/take-next/", key=KEY).status_code == 404
    assert fresh(case).assignee == stage.cast.reviewer


def test_many_cases_repeated_tell_nothing_of_the_one_not_seen_any_more(stage: Stage, call: Call) -> None:
    case = stage.taken()
    body = {
        "cases": [{"reference": case.reference, "version": case.version}],
        "disposition_reason": "within_policy",
        "reason": LEGITIMATE,
    }
    first = call("reviewer").send("cases/bulk-close/", body, key=KEY)
    assert first.json()["results"][0]["code"] != "not_found"
    goes_to_another_department(stage, case)
    (row,) = call("reviewer").send("cases/bulk-close/", body, key=KEY).json()["results"]
    assert (row["reference"], row["result"], row["code"]) == (case.reference, "refused", "not_found")


def test_a_recovery_repeated_is_not_told_to_who_does_not_see_it_any_more(stage: Stage, call: Call) -> None:
    case = stage.case_in(State.RECOVERING)
    place = f"recoveries/{case.reference}/request-write-off/"
    version = fresh(case).version
    first, again = (call("clerk").send(place, {"reason": REASON}, version=version, key=KEY) for _ in range(2))
    assert (first.status_code, first.data) == (again.status_code, again.data)
    stage.cast.clerk.units.set([make_department("FAR")])
    assert call("clerk").send(place, {"reason": REASON}, version=version, key=KEY).status_code == 404


def test_an_answer_repeated_is_told_as_it_stands_and_none_of_its_words_is_kept(
    stage: Stage, call: Call
) -> None:
    case = stage.asked()
    place = f"my/requests/{case.requests.get().reference}/"
    person = call("cardholder")
    draft = person.send(f"{place}draft/", {"text": WORDS}, key="a-lost-draft-1", method="put")
    assert draft.status_code == 200, draft.content
    seen = person.get(place).json()["version"]
    first, again = (person.send(f"{place}answer/", {"text": WORDS}, version=seen, key=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data == person.get(place).data
    assert first["ETag"] == again["ETag"]
    kept = list(IdempotencyRecord.objects.values_list("answer", flat=True))
    assert len(kept) == 2
    assert WORDS not in json.dumps(kept, ensure_ascii=False)
    assert [set(one["body"]) for one in kept] == [{"reference"}, {"reference"}]
