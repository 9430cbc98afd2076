"""Claims held back, as staff see them: who waits, how long, whose waiting ended; never one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import HeldBack
from tests.cast import make_cast, make_claim, make_merchant, make_run

pytestmark = pytest.mark.django_db


def held(cast: Any, name: str, loss: int, **values: Any) -> HeldBack:
    """A claim of 84,000 won or so at a merchant of its own that waits for a seat."""
    claim = make_claim(
        cardholder=values.pop("cardholder", cast.cardholder_record), merchant=make_merchant(name), **{}
    )
    run = values.pop("run", None) or make_run()
    values = {"why": "capacity", "pattern": "model", "since": timezone.now(), **values}
    return HeldBack.objects.create(claim=claim, run=run, last_run=run, expected_loss_minor=loss, **values)


def test_view_lists_those_waiting_the_largest_first_with_their_age(client: Any) -> None:
    cast = make_cast()
    run = make_run()
    held(cast, "Small Shop", 1_000, run=run)
    held(cast, "Large Shop", 9_000, run=run, nights_waited=3, since=timezone.now() - timedelta(days=3))
    ended = {"how": "expired", "resolved_at": timezone.now(), "nights_waited": 14}
    held(cast, "Gone Shop", 5_000, run=run, **ended)
    client.force_login(cast.reviewer)
    page = client.get("/queue/?view=held_back", headers={"accept-language": "en"}).content.decode()
    assert page.index("Large Shop") < page.index("Small Shop")
    assert "Gone Shop" not in page
    gone = client.get("/queue/?view=held_back&part=expired").content.decode()
    assert "Gone Shop" in gone
    assert "Small Shop" not in gone


def test_interface_lists_the_same_in_decimals(client: Any) -> None:
    cast = make_cast()
    run = make_run()
    row = held(cast, "Small Shop", 1_000, run=run, why="rule_budget", pattern="A04")
    held(cast, "Gone", 1, run=run, how="expired", resolved_at=timezone.now())
    client.force_login(cast.reviewer)
    (found,) = client.get("/api/v1/cases/held-back/").json()["results"]
    assert (found["claim"], found["why"], found["pattern"]) == (row.claim.external_id, "rule_budget", "A04")
    assert (found["expected_loss"], found["currency"], found["how"]) == ("1000", "KRW", "")
    (gone,) = client.get("/api/v1/cases/held-back/?part=expired").json()["results"]
    assert gone["merchant"] != found["merchant"] or gone["how"] == "expired"
    assert client.get("/api/v1/cases/held-back/?part=opened").status_code == 400
    assert client.get(f"/api/v1/cases/held-back/?run={run.reference}").json()["results"] == [found]


def test_nobody_sees_that_their_own_claim_waits(client: Any) -> None:
    cast = make_cast()
    row = held(cast, "Own Shop", 1_000)
    row.claim.approver_no = cast.reviewer.employee_no
    row.claim.save(update_fields=["approver_no"])
    client.force_login(cast.reviewer)
    assert "Own Shop" not in client.get("/queue/?view=held_back").content.decode()
    assert client.get("/api/v1/cases/held-back/").json()["results"] == []


def test_cardholder_has_no_such_list(client: Any) -> None:
    cast = make_cast()
    held(cast, "Shop", 1_000)
    client.force_login(cast.cardholder)
    assert client.get("/api/v1/cases/held-back/").status_code in (403, 404)
