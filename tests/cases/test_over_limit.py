"""The part over a limit, as the stored facts of the leading rule state it, and its proposal in one click."""

from __future__ import annotations

from typing import Any

import pytest

from cases.models import Case, Decision
from cases.services import errors, over_limit
from cases.services.over_limit import over_of
from cases.views import action_context
from tests.cases.stage import Stage, fresh, settings_with
from tests.cast import make_claim, make_hit, make_rule_version, make_run, make_score

pytestmark = pytest.mark.django_db


def money(value: int, currency: str = "KRW") -> dict[str, Any]:
    return {"kind": "money", "value": value, "currency": currency}


SINGLE = {"values": {"net_amount": money(576_500), "$single_limit": money(500_000)}}
HEAD = {
    "values": {"net_amount": money(348_000), "per_head": money(116_000), "$per_head_limit": money(50_000)}
}
SUM = {
    "values": {
        "net_amount": money(392_000),
        "sum(net_amount same cardholder, merchant)": money(771_000),
        "$single_limit": money(500_000),
    }
}
AGREED = {"values": {"amount": money(90_000), "pre_approved_amount": money(60_000)}}


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (SINGLE, (576_500, 76_500, False)),
        (HEAD, (348_000, 348_000 - 3 * 50_000, False)),
        (SUM, (392_000, 271_000, True)),
        (AGREED, (90_000, 30_000, False)),
    ],
)
def test_the_part_over_the_limit_is_what_the_facts_say(stored: Any, expected: tuple[int, int, bool]) -> None:
    over = over_of(stored, "KRW")
    assert over is not None
    assert (over.paid_minor, over.minor, over.is_together) == expected
    assert over_of(stored, "USD") is None


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {"amount": 5},
        {"values": {"net_amount": money(100)}},
        {"values": {"net_amount": money(100), "$single_limit": money(100)}},
        {
            "values": {
                "net_amount": {"kind": "money", "value": "100", "currency": "KRW"},
                "$single_limit": money(10),
            }
        },
    ],
)
def test_facts_without_amount_and_limit_say_nothing(stored: Any) -> None:
    assert over_of(stored, "KRW") is None


def case_over(stage: Stage, *stored: dict[str, Any]) -> Case:
    """An explained case of rule A01 with a claim for each of these facts."""
    run, version = make_run(), make_rule_version("A01")
    person = stage.cast.cardholder_record
    claims = [
        make_claim(cardholder=person, amount_minor=one["values"]["net_amount"]["value"]) for one in stored
    ]
    for claim, one in zip(claims, stored, strict=True):
        make_score(run=run, claim=claim)
        make_hit(run=run, claim=claim, rule_version=version, facts=one)
    return stage.explained(claims=claims, run=run, pattern="A01")


def test_one_click_proposes_the_part_over_the_limit(stage: Stage, client: Any) -> None:
    case = case_over(
        stage, SINGLE, {"values": {"net_amount": money(510_000), "$single_limit": money(500_000)}}
    )
    client.force_login(stage.cast.reviewer)
    assert "86,500" in client.get(f"/cases/{case.reference}/").content.decode()
    sent = client.post(f"/cases/{case.reference}/do/propose-part/", {"version": case.version})
    assert sent.status_code == 302
    made = Decision.objects.get(case=case)
    assert (made.amount_minor, made.currency) == (86_500, "KRW")
    assert "500,000" not in made.message  # no threshold to the cardholder


@pytest.mark.parametrize(
    ("limit", "button", "words"),
    [(500_000, "Decide", "decided at once"), (50_000, "Propose", "a second person has to approve")],
)
def test_the_dialog_says_which_way_it_goes_and_goes_it(
    stage: Stage,
    client: Any,
    company: Any,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
    button: str,
    words: str,
) -> None:
    company(four_eyes_limit_minor=limit)
    monkeypatch.setattr(
        action_context, "current_settings", lambda: settings_with(four_eyes_limit_minor=limit)
    )
    case = case_over(stage, SINGLE)
    client.force_login(stage.cast.reviewer)
    client.cookies["django_language"] = "en"
    page = client.get(f"/cases/{case.reference}/").content.decode()
    dialog = page[page.index('<dialog id="propose-part"') :].partition("</dialog>")[0]
    assert words in dialog
    assert f'primary">{button}<' in dialog
    assert "up to that" not in dialog
    client.post(f"/cases/{case.reference}/do/propose-part/", {"version": case.version})
    made = Decision.objects.get(case=case)
    assert made.needs_approval == (button == "Propose")
    back = client.post(f"/cases/{case.reference}/undo/", {"version": fresh(case).version})
    assert back.status_code == 302
    assert (fresh(case).state, Decision.objects.get().state) == ("explained", "superseded")


def test_facts_that_no_longer_hold_propose_nothing(stage: Stage) -> None:
    case = case_over(stage, SINGLE)
    claim = case.alerts.get().claim
    claim.amount_minor = 400_000
    claim.save()
    assert over_limit.over_limit_of(fresh(case)) is None
    with pytest.raises(errors.OverNotKnown):
        over_limit.propose_part(case=case, by=stage.actor("reviewer"), expected_version=case.version)
    assert not Decision.objects.filter(case=case).exists()


def test_a_claim_the_rule_did_not_hit_leaves_the_part_unknown(stage: Stage) -> None:
    case = case_over(stage, SINGLE)
    other = make_claim(cardholder=stage.cast.cardholder_record, amount_minor=5_000)
    case.alerts.create(claim=other, channel="model")
    assert over_limit.over_limit_of(case) is None
