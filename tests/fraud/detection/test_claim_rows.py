"""Lines of lists of claims: kept by all they show, so that a kept line reads as one that is made anew."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from audit import clock
from fraud.claims.models import Cardholder, Claim, Department
from fraud.detection.claim_rows import forget_lines, read_claims, scores_to_show
from fraud.detection.models import Score
from tests.cast import make_claim, make_run, make_score
from tests.scene import shared_scene

pytestmark = pytest.mark.django_db
scene = shared_scene(n_cases=8, n_history=4)


@pytest.fixture(autouse=True)
def no_line_of_before() -> None:
    forget_lines()


def line(client, claim: Claim) -> str:
    page = client.get("/claims/").content.decode()
    found = re.search(rf'<tr data-item>(?:(?!</tr>).)*/claims/{claim.pk}/".*?</tr>', page, re.S)
    assert found
    return found[0]


def test_claims_are_read_in_the_order_asked_with_what_a_line_shows(scene) -> None:
    first, second = make_claim(), make_claim()
    read = read_claims([second.pk, 0, first.pk])
    assert read == [second, first]
    for row, whole in zip(read, (second, first), strict=True):
        for name in vars(row).keys() - {"_state"}:
            assert getattr(row, name) == getattr(Claim.objects.get(pk=whole.pk), name), name
        assert str(row.cardholder) == str(whole.cardholder)
        assert row.department == whole.department
    assert read_claims([]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"merchant_name": "이름이 바뀐 식당 <b>"},
        {"amount_minor": -31_000},
        {"currency": "USD"},
        {"txn_type": "refund"},
        {"purpose_text": "다른 사유"},
        {"has_time": False},
        {"transacted_at": clock.now() - timedelta(minutes=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_line_follows_whatever_it_shows(client, scene, change) -> None:
    claim = make_claim(transacted_at=clock.now())
    client.force_login(scene.cast.reviewer)
    before = line(client, claim)
    assert line(client, claim) == before
    Claim.objects.filter(pk=claim.pk).update(**change)
    kept = line(client, claim)
    assert kept != before
    forget_lines()
    assert line(client, claim) == kept


def test_a_line_follows_the_person_the_department_and_the_score(client, scene) -> None:
    department = Department.objects.create(code="D-900", name="새 부서")
    claim = make_claim(transacted_at=clock.now(), department=department)
    client.force_login(scene.cast.reviewer)
    seen = [line(client, claim)]
    Cardholder.objects.filter(pk=claim.cardholder_id).update(name="바뀐 이름")
    seen.append(line(client, claim))
    Department.objects.filter(pk=department.pk).update(name="바뀐 부서")
    seen.append(line(client, claim))
    make_score(claim=claim, run=make_run(), band="medium", is_calibrated=True, hybrid_probability=0.41)
    seen.append(line(client, claim))
    Score.objects.filter(claim=claim).update(hybrid_probability=0.62)
    seen.append(line(client, claim))
    assert len(set(seen)) == 5
    assert "바뀐 이름" in seen[1]
    assert "바뀐 부서" in seen[2]
    assert "41 %" in seen[3]
    assert "62 %" in seen[4]


def test_nobody_gets_a_line_with_the_score_of_somebody_elses_page(client, scene) -> None:
    claim = make_claim(cardholder=scene.cast.cardholder_record, transacted_at=clock.now())
    make_score(claim=claim, run=make_run(), band="high", is_calibrated=True, hybrid_probability=0.87)
    client.force_login(scene.cast.reviewer)
    assert "87 %" in line(client, claim)
    client.force_login(scene.cast.system_admin)  # sees claims, no scores
    answer = client.get("/claims/")
    assert answer.status_code == 403 or "87 %" not in answer.content.decode()


def test_the_newest_score_comes_last_and_a_run_narrows(scene) -> None:
    claim, old, new = make_claim(), make_run(), make_run()
    for run in (new, old):
        make_score(claim=claim, run=run, band="low")
    assert [score.run_id for score in scores_to_show([claim.pk], None)] == sorted([old.pk, new.pk])
    assert [score.run_id for score in scores_to_show([claim.pk], old.pk)] == [old.pk]
    assert scores_to_show([], None) == []
