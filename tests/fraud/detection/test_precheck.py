"""A payment looked at before it is filed: told what the policy says openly, silent on everything else, and nothing is kept."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from audit.actor import Actor
from audit.people import number_key
from audit.permissions import NotPermitted, Role
from fraud.claims.models import Absence, Claim
from fraud.detection.features import COMPUTED
from fraud.detection.precheck import MOST_AN_HOUR, Sketch, TooManyChecks, precheck_claim
from fraud.detection.screening.context import _names_without_history
from rules.ahead import BEHAVIOUR
from rules.fields import FIELDS
from rules.models import RuleVersion
from rules.rollout import is_inside
from rules.services import install_starter_rules
from tests.cast import NOW, Cast, make_cast, make_claim, make_file, make_merchant

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 19)


@pytest.fixture(autouse=True)
def at_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audit.clock.now", lambda: NOW)


@pytest.fixture
def cast() -> Cast:
    install_starter_rules(by=Actor.system("install"))
    return make_cast()


def sketch(**more: object) -> Sketch:
    values = {
        "amount_minor": 40_000, "currency": "KRW", "on": DAY, "at": time(12, 30), "merchant": "한밭식당", "mcc": "5812",
        "purpose_code": "meal", "purpose_text": "고객사와 점심 회의", "n_attendees": 2, "has_receipt": True,
        "authorization_code": "30011223",
    }  # fmt: skip
    return Sketch(**{**values, **more})  # type: ignore[arg-type]


def codes(cast: Cast, who: str = "cardholder", **more: object) -> set[str]:
    return {told.version.rule.code for told in precheck_claim(sketch=sketch(**more), by=cast.actor(who)).met}


def test_an_ordinary_lunch_raises_nothing(cast: Cast):
    found = precheck_claim(sketch=sketch(), by=cast.actor("cardholder"))
    assert found.met == []
    assert found.n_checked > 10


def test_over_the_limit_per_head_is_told_and_gone_with_more_people(cast: Cast):
    assert "A02" in codes(cast, amount_minor=180_000)
    assert "A02" not in codes(cast, amount_minor=180_000, n_attendees=4)


def test_a_rule_that_counts_for_a_share_is_told_to_that_share_only(cast: Cast):
    RuleVersion.objects.filter(rule__code="A02").update(rollout_rate="0.50")
    for who in ("cardholder", "stranger"):
        is_told = "A02" in codes(cast, who=who, amount_minor=180_000)
        assert is_told == is_inside("A02", number_key(cast.actor(who).employee_no), 0.5)


def test_a_payment_one_filed_already_is_told(cast: Cast):
    make_claim(
        cardholder=cast.cardholder_record,
        merchant=make_merchant(name="한밭식당", mcc="5812"),
        merchant_name="한밭식당",
        amount_minor=40_000,
        transacted_at=NOW.replace(day=19, hour=3, minute=30, second=44),
    )
    assert "D03" in codes(cast)
    assert "D03" in codes(cast, at=None)  # the time of day is not needed for it
    assert "D03" not in codes(cast, amount_minor=41_000)


def test_what_somebody_else_filed_is_never_told(cast: Cast):
    make_claim(
        cardholder=cast.stranger_record,
        merchant=make_merchant(name="한밭식당", mcc="5812"),
        merchant_name="한밭식당",
        amount_minor=40_000,
        authorization_code="30011223",
        transacted_at=NOW.replace(day=19, hour=3, minute=30),
    )
    assert codes(cast) == set()
    assert {"D03", "D03B"} <= codes(cast, who="stranger")


def test_a_secret_rule_stays_silent_at_every_amount(cast: Cast):
    """A03 hits just under the limit; stepping through the amounts shows one step only, where the told limit is."""
    RuleVersion.objects.exclude(rule__code__in=["A01", "A03"]).update(state="retired")
    make_claim(cardholder=cast.cardholder_record, amount_minor=480_000, transacted_at=NOW - timedelta(days=2))
    told = [codes(cast, amount_minor=amount) for amount in range(400_000, 560_000, 20_000)]
    assert told == [set()] * 6 + [{"A01"}] * 2
    RuleVersion.objects.filter(rule__code="A01").update(is_told_ahead=False)
    assert codes(cast, amount_minor=5_000_000) == set()


def test_what_is_left_out_is_said_and_no_verdict(cast: Cast):
    found = precheck_claim(sketch=sketch(mcc="", at=None, has_receipt=None), by=cast.actor("cardholder"))
    missing = {told.version.rule.code: set(told.missing) for told in found.open}
    assert "merchant.mcc" in missing["M01"]
    assert "evidence_type" not in missing["M01"]


def test_nothing_of_the_payment_is_kept(cast: Cast):
    codes(cast, amount_minor=9_000_000)
    assert not Claim.objects.exists()


def test_the_thirty_first_check_of_an_hour_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    for _ in range(MOST_AN_HOUR):
        codes(cast)
    with pytest.raises(TooManyChecks):
        codes(cast)
    assert codes(cast, who="stranger") == set()  # everybody has their own
    monkeypatch.setattr("audit.clock.now", lambda: NOW + timedelta(hours=1))
    assert codes(cast) == set()


def test_a_program_compares_with_its_own_deliveries_only_and_learns_of_nobodys_absence(cast: Cast):
    program = Actor("expense-tool", frozenset({Role.DATA_CLIENT}))
    claim = make_claim(
        cardholder=cast.cardholder_record,
        merchant=make_merchant(name="한밭식당", mcc="5812"),
        merchant_name="한밭식당",
        amount_minor=40_000,
        transacted_at=NOW.replace(day=19, hour=3, minute=30),
        file=make_file(),
    )
    RuleVersion.objects.filter(rule__code="T04").update(is_told_ahead=True)
    Absence.objects.create(employee_no="E2001", kind="annual", starts_on=DAY, ends_on=DAY, received_at=NOW)

    def asked() -> set[str]:
        found = precheck_claim(sketch=sketch(), by=program, employee_no="E2001")
        return {told.version.rule.code for told in found.met}

    assert asked() == set()
    claim.file.received_by = "expense-tool"
    claim.file.save()
    assert asked() == {"D03"}
    assert "T04" in codes(cast)  # the person knows when they were away


def test_a_program_without_the_scope_is_refused(cast: Cast):
    program = Actor("expense-tool", frozenset({Role.DATA_CLIENT}), only=frozenset({"fraud.deliver_claims"}))
    with pytest.raises(NotPermitted):
        precheck_claim(sketch=sketch(), by=program, employee_no="E2001")


def test_the_fields_of_behaviour_are_all_that_look_at_other_claims():
    """`travel_kmh` is among them too: it stands on the payment before."""
    looking = {name for name in FIELDS if name in COMPUTED} - _names_without_history()
    assert looking == BEHAVIOUR - {"travel_kmh"}
