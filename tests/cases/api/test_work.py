"""Who has what, through the interface: load, leave and skills of people, what is late, and keeping what somebody knows best."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from audit.models import AuditEvent
from cases.models import WorkProfile
from cases.services.company import company_today, present
from fraud.claims.models import Absence
from tests.cases.stage import Stage

pytestmark = pytest.mark.django_db
NOTHING = {"most_open": None, "patterns": [], "departments": []}


def of(answer: Any, username: str) -> Any:
    return next(row for row in answer.json()["results"] if row["username"] == username)


def test_everybody_who_works_cases_is_listed_with_load_and_leave(stage: Stage, call: Callable) -> None:
    stage.taken()
    reviewer, today = stage.cast.reviewer, company_today()
    last = today + timedelta(3)
    Absence.objects.create(
        employee_no=reviewer.employee_no, kind="annual", starts_on=today, ends_on=last, received_at=present()
    )
    answer = call("approver").get("workload/")
    row = of(answer, reviewer.username)
    assert (row["n_open"], row["by_state"]) == (1, {"in_review": 1})
    assert row["away_until"] == last.isoformat()
    assert row["back_on"] > row["away_until"]
    assert of(answer, stage.cast.approver.username)["away_until"] is None
    assert answer.json()["n_unassigned"] == 0


def test_a_page_of_people_goes_on_where_the_one_before_ended(stage: Stage, call: Callable) -> None:
    whole = [row["username"] for row in call("auditor").get("workload/").json()["results"]]
    seen, cursor = [], ""
    while True:
        page = call("auditor").get("workload/", page_size=1, **({"cursor": cursor} if cursor else {})).json()
        seen += [row["username"] for row in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == whole == sorted(whole)
    assert len(whole) >= 2


def test_what_somebody_knows_best_is_kept_by_the_version_seen_and_once_by_its_key(
    stage: Stage, call: Callable
) -> None:
    path, lead = f"workload/{stage.cast.reviewer.username}/", call("approver")
    read = lead.get(path)
    assert read["ETag"] == '"0"'
    body = {**NOTHING, "most_open": 7}
    assert lead.send(path, body, method="put").status_code == 428
    first, again = (lead.send(path, body, version=0, key="keep-profile-1", method="put") for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    assert (first.json()["most_open"], first["ETag"]) == (7, '"1"')
    assert AuditEvent.objects.filter(action="work.profile_changed").count() == 1
    assert lead.send(path, NOTHING, version=0, method="put").status_code == 409
    assert WorkProfile.objects.get().most_open == 7


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**NOTHING, "most_open": 0}, 400),
        ({**NOTHING, "most_open": "7"}, 400),
        ({"most_open": 7}, 400),
        ({**NOTHING, "patterns": "A04"}, 400),
        ({**NOTHING, "patterns": ["NO-SUCH-RULE"]}, 422),
        ({**NOTHING, "departments": ["NOWHERE"]}, 422),
    ],
)
def test_what_is_no_profile_is_refused_and_nothing_kept(
    stage: Stage, call: Callable, body: Any, status: int
) -> None:
    path = f"workload/{stage.cast.reviewer.username}/"
    assert call("approver").send(path, body, version=0, method="put").status_code == status
    assert not WorkProfile.objects.exists()


def test_only_who_may_sees_the_work_and_only_a_lead_changes_it(stage: Stage, call: Callable) -> None:
    path = f"workload/{stage.cast.reviewer.username}/"
    for who in ("reviewer", "cardholder", "clerk"):
        for place in ("workload/", "late-cases/", path):
            assert call(who).get(place).status_code == 403
    assert call("auditor").get(path).status_code == 200
    assert call("auditor").send(path, NOTHING, version=0, method="put").status_code == 403
    for nobody in (stage.cast.cardholder.username, "nobody"):
        assert call("approver").get(f"workload/{nobody}/").status_code == 404
        assert (
            call("approver").send(f"workload/{nobody}/", NOTHING, version=0, method="put").status_code == 404
        )


def test_what_is_late_is_listed_by_business_days(stage: Stage, call: Callable) -> None:
    case = stage.taken()
    assert call("approver").get("late-cases/").json()["results"] == []
    case.due_on = company_today() - timedelta(14)
    case.save(update_fields=["due_on"])
    (row,) = call("approver").get("late-cases/").json()["results"]
    assert (row["reference"], row["assignee"], row["told"]) == (
        case.reference, stage.cast.reviewer.username, [],
    )  # fmt: skip
    assert 5 <= row["n_days"] <= 10
