"""Money back without its purchase: offered, linked, dismissed and put back by people, on pages and in the interface."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from fraud.claims.loose_money import (
    LooseMoneyRefused,
    dismiss_money_back,
    link_money_back,
    offers,
    state_token,
    unlink_money_back,
    waiting_money,
)
from fraud.claims.models import Claim, ClaimChange
from tests.cast import Cast, make_cast
from tests.fraud.claims.importing.files import csv_bytes, deliver, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, Claim]:
    """A purchase of 12,000, its refunds of 5,000, 7,000 and 1,000 without a code, and other purchases."""
    plain = {"승인번호": ""}
    refunds = {"R-1": "-5000", "R-2": "-7000", "R-3": "-1000"}
    deliver(
        tmp_path,
        csv_bytes(
            row(**plain),
            row(claim_id="C-2", 가맹점명="다른집", 금액="30000", **plain),
            row(claim_id="C-3", 사번="E7777", 금액="30000", **plain),
            *(
                row(claim_id=key, 금액=amount, 사용일시=f"2026-03-0{n} 09:00:00", **plain)
                for n, (key, amount) in enumerate(refunds.items(), 4)
            ),
        ),
    )
    return {claim.external_id: claim for claim in Claim.objects.all()}


def waiting() -> set[str]:
    return set(waiting_money(Actor.system("test")).values_list("external_id", flat=True))


def link(claim: Claim, purchase: Claim, cast: Cast) -> Claim:
    return link_money_back(
        claim=claim, purchase=purchase, reason="", seen=state_token(claim), by=cast.actor("clerk")
    )


def test_purchases_of_the_same_person_are_offered_the_likeliest_first(
    parts: dict[str, Claim], cast: Cast
) -> None:
    assert [o.purchase.external_id for o in offers(parts["R-1"])] == ["C-001", "C-2"]
    link(parts["R-1"], parts["C-001"], cast)
    best = offers(parts["R-2"])[0]
    assert (best.purchase.external_id, best.left_minor, best.whole) == ("C-001", 7000, True)


def test_linking_credits_the_purchase_and_leaves_an_entry(parts: dict[str, Claim], cast: Cast) -> None:
    linked = link(parts["R-1"], parts["C-001"], cast)
    assert (linked.original_claim, linked.credit_minor) == (parts["C-001"], 5000)
    assert waiting() == {"R-2", "R-3"}
    assert AuditEvent.objects.last().action == "money_back.linked"
    assert ClaimChange.objects.get(kind="money").claim == parts["C-001"]


def test_a_purchase_gives_back_no_more_than_it_took(parts: dict[str, Claim], cast: Cast) -> None:
    for key in ("R-1", "R-2"):
        link(parts[key], parts["C-001"], cast)
    with pytest.raises(LooseMoneyRefused, match="nothing_left"):
        link(parts["R-3"], parts["C-001"], cast)
    assert waiting() == {"R-3"}
    assert sum(c.credit_minor for c in parts["C-001"].cancellations.all()) == 12000


def test_what_is_beyond_its_purchase_stays_on_the_list_until_somebody_says_why(
    parts: dict[str, Claim], cast: Cast, tmp_path: Path
) -> None:
    link(parts["R-1"], parts["C-001"], cast)
    deliver(
        tmp_path, csv_bytes(row(claim_id="R-4", 금액="-9000", 사용일시="2026-03-08 09:00:00", 승인번호=""))
    )
    most = link(Claim.objects.get(external_id="R-4"), parts["C-001"], cast)
    assert (most.credit_minor, most.excess_minor) == (7000, 2000)
    assert waiting() == {"R-2", "R-3", "R-4"}
    dismiss_money_back(claim=most, reason="가맹점 사과금", seen=state_token(most), by=cast.actor("clerk"))
    most.refresh_from_db()
    assert (most.original_claim, most.credit_minor) == (parts["C-001"], 7000)
    assert waiting() == {"R-2", "R-3"}
    with pytest.raises(LooseMoneyRefused, match="already_linked"):
        linked = Claim.objects.get(external_id="R-1")
        dismiss_money_back(claim=linked, reason="없음", seen=state_token(linked), by=cast.actor("clerk"))
    unlink_money_back(claim=most, reason="잘못", seen=state_token(most), by=cast.actor("clerk"))
    assert waiting() == {"R-2", "R-3", "R-4"}


def test_a_decision_of_a_person_stays_through_later_deliveries(
    parts: dict[str, Claim], cast: Cast, tmp_path: Path
) -> None:
    link(parts["R-1"], parts["C-2"], cast)
    dismiss_money_back(
        claim=parts["R-3"], reason="이중 통지", seen=state_token(parts["R-3"]), by=cast.actor("clerk")
    )
    deliver(tmp_path, csv_bytes(row(claim_id="C-9", 금액="1000", 승인번호="")))
    assert Claim.objects.get(external_id="R-1").original_claim == parts["C-2"]
    assert waiting() == {"R-2"}


def test_unlinked_money_is_back_on_the_list_and_stays_there(
    parts: dict[str, Claim], cast: Cast, tmp_path: Path
) -> None:
    linked = link(parts["R-1"], parts["C-2"], cast)
    seen = state_token(linked)
    with pytest.raises(LooseMoneyRefused, match="reason_missing"):
        unlink_money_back(claim=linked, reason=" ", seen=seen, by=cast.actor("clerk"))
    unlink_money_back(claim=linked, reason="다른 집", seen=seen, by=cast.actor("clerk"))
    deliver(tmp_path, csv_bytes(row(claim_id="C-9", 금액="5000", 승인번호="")))
    assert waiting() == {"R-1", "R-2", "R-3"}


@pytest.mark.parametrize(("purchase", "code"), [("C-3", "other_person"), ("R-2", "not_a_purchase")])
def test_what_cannot_belong_together_is_refused(
    parts: dict[str, Claim], cast: Cast, purchase: str, code: str
) -> None:
    with pytest.raises(LooseMoneyRefused, match=code):
        link(parts["R-1"], parts[purchase], cast)


def test_nobody_links_their_own_refund_and_nobody_without_the_duty(
    parts: dict[str, Claim], cast: Cast
) -> None:
    for name in ("clerk", "reviewer"):
        actor = cast.actor(name)
        parts["R-1"].cardholder.employee_no = f" {actor.employee_no.lower()} "
        parts["R-1"].cardholder.save()
        with pytest.raises(NotPermitted):
            link_money_back(
                claim=parts["R-1"],
                purchase=parts["C-001"],
                reason="",
                seen=state_token(parts["R-1"]),
                by=actor,
            )
    assert waiting() == {"R-1", "R-2", "R-3"}


def test_their_own_money_back_does_not_exist_for_whoever_is_involved(
    client: Client, parts: dict[str, Claim], cast: Cast
) -> None:
    parts["R-1"].attendees = [{"employee_no": cast.actor("clerk").employee_no}]
    parts["R-1"].save()
    parts["R-2"].approver_no = cast.actor("clerk").employee_no.lower()
    parts["R-2"].save()
    client.force_login(cast.clerk)
    page = client.get("/money-back/").content.decode()
    assert "R-3" in page
    for name in ("R-1", "R-2"):
        assert name not in page
        assert client.get(f"/money-back/{parts[name].pk}/").status_code == 404
        step = client.post(f"/money-back/{parts[name].pk}/dismiss/", {"reason": "x"})
        assert step.status_code == 404
        api = f"/api/v1/money-back/{parts[name].pk}/"
        assert client.get(api).status_code == 404
        body = {"seen": "", "reason": "x"}
        assert client.post(f"{api}dismiss/", body, content_type="application/json").status_code == 404
    rows = client.get("/api/v1/money-back/").json()["results"]
    assert [row["external_id"] for row in rows] == ["R-3"]
    assert AuditEvent.objects.filter(action="access.refused").count() == 4  # two steps on each


def test_people_stand_on_the_list_by_name(client: Client, parts: dict[str, Claim], cast: Cast) -> None:
    client.force_login(cast.clerk)
    holder = parts["R-1"].cardholder
    holder.name = "서지우"
    holder.save()
    for page in ("/money-back/", f"/money-back/{parts['R-1'].pk}/"):
        text = client.get(page).content.decode()
        assert holder.name in text
        assert holder.employee_no not in text


def test_the_list_and_its_steps_are_pages(client: Client, parts: dict[str, Claim], cast: Cast) -> None:
    client.force_login(cast.clerk)
    assert "R-1" in client.get("/money-back/").content.decode()
    address = f"/money-back/{parts['R-1'].pk}/"
    assert "C-001" in client.get(address).content.decode()
    data = {"purchase": parts["C-001"].pk, "seen": state_token(parts["R-1"])}
    assert client.post(f"{address}link/", {**data, "seen": ""}).status_code == 409
    assert client.post(f"{address}link/", data).status_code == 302
    assert client.post(f"{address}link/", data).status_code == 409
    assert waiting() == {"R-2", "R-3"}
    client.force_login(cast.rule_admin)
    assert client.get("/money-back/").status_code == 403


def test_the_list_and_its_steps_are_in_the_interface(
    client: Client, parts: dict[str, Claim], cast: Cast
) -> None:
    client.force_login(cast.approver)
    rows = client.get("/api/v1/money-back/").json()["results"]
    assert [(r["external_id"], r["amount"], r["currency"]) for r in rows] == [
        ("R-3", "-1000", "KRW"),
        ("R-2", "-7000", "KRW"),
        ("R-1", "-5000", "KRW"),
    ]
    address = f"/api/v1/money-back/{parts['R-3'].pk}/"
    one = client.get(address).json()
    assert one["offers"][0]["left"] == "12000"
    body = {"seen": one["seen"], "purchase": one["offers"][0]["purchase"]}
    linked = client.post(f"{address}link/", body, content_type="application/json").json()
    assert linked["purchase"] == parts["C-001"].pk
    again = client.post(
        f"{address}dismiss/", {"seen": one["seen"], "reason": "x"}, content_type="application/json"
    )
    assert (again.status_code, again.json()["code"]) == (409, "stale")
    back = client.post(
        f"{address}unlink/", {"seen": linked["seen"], "reason": "x"}, content_type="application/json"
    )
    assert back.json()["purchase"] is None
