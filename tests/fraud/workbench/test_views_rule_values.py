"""Parameters and lists: units as people write them, dates, a preview against a plain count, four eyes, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from audit import clock
from audit.models import AuditEvent
from fraud.workbench.value_preview import preview_change, unsaved_parameter_change
from fraud.workbench.values_page import rows_of, typed_value, used_by, value_text
from rules.exceptions import ValueNotValid
from rules.models import Parameter, ParameterValue, Rule, RuleVersion, ValueChange, ValueList
from rules.services import parameter_specs
from rules.services.values import is_overtaken, parameter_version
from tests.cast import make_cast, make_claim, make_merchant

NEXT = clock.today() + timedelta(days=2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def limit() -> Parameter:
    """A limit of 500,000 won since 2020, and a rule that refers to it."""
    found = Parameter.objects.create(name="limit", kind="money", label_en="Limit", label_ko="한도")
    ParameterValue.objects.create(
        parameter=found, value="500000", currency="KRW", valid_from=date(2020, 1, 1)
    )
    rule = Rule.objects.create(code="Z01", name_en="Over the limit", name_ko="한도 초과")
    RuleVersion.objects.create(rule=rule, number=1, state="active", text="amount > $limit")
    return found


@pytest.mark.parametrize(
    ("kind", "text", "unit", "stored", "shown"),
    [
        ("money", "500,000", "", "500000", "KRW 500,000"),
        ("percent", "90", "", "0.9", "90 %"),
        ("percent", "12.5", "", "0.125", "12.5 %"),
        ("duration", "30", "days", "2592000", "30 days"),
        ("duration", "1", "hours", "3600", "1 hour"),
        ("duration", "10", "seconds", "10", "10 seconds"),
        ("number", "6", "", "6", "6"),
    ],
)
def test_value_is_written_and_shown_in_its_unit(kind, text, unit, stored, shown):
    assert typed_value(kind, text, unit) == Decimal(stored)
    with translation.override("en"):
        assert value_text(kind, stored, "KRW" if kind == "money" else "") == shown


@pytest.mark.parametrize("text", ["", "many", "nan", "inf", "-1", "1e"])
def test_what_is_no_value_is_refused(text):
    with pytest.raises(ValueNotValid):
        typed_value("number", text, "")


def test_value_holds_until_the_next_one_of_its_scope_begins(limit):
    ParameterValue.objects.create(
        parameter=limit, value="400000", currency="KRW", valid_from=date(2026, 1, 1)
    )
    ParameterValue.objects.create(
        parameter=limit, value="900000", currency="KRW", valid_from=date(2021, 1, 1), grade="G5"
    )
    now = {row.text: row.is_now for row in rows_of(limit, date(2026, 6, 1))}
    assert list(now.values()).count(True) == 2
    assert {text for text, holds in now.items() if not holds} == {value_text("money", "500000", "KRW")}
    before = {row.text for row in rows_of(limit, date(2025, 12, 31)) if row.is_now}
    assert value_text("money", "500000", "KRW") in before


def test_of_two_values_from_the_same_day_the_later_agreed_one_counts(limit):
    ParameterValue.objects.create(
        parameter=limit, value="400000", currency="KRW", valid_from=date(2020, 1, 1)
    )
    assert parameter_specs()["limit"].ranked()[0].value == 400_000
    assert [row.is_now for row in rows_of(limit, date(2026, 6, 1))] == [True, False]
    assert rows_of(limit, date(2026, 6, 1))[0].text == value_text("money", "400000", "KRW")


def test_rules_are_found_by_the_whole_name(limit):
    assert used_by("$limit") == ["Z01"]
    assert used_by("$lim") == []


def test_preview_counts_as_a_plain_loop_does(cast, limit):
    amounts = [100_000, 350_000, 450_000, 600_000]
    for n, amount in enumerate(amounts):
        make_claim(
            amount_minor=amount,
            currency="KRW",
            transacted_at=timezone.now() - timedelta(days=n + 1),
            merchant=make_merchant(),
        )
    content = {
        "value": "300000",
        "currency": "KRW",
        "valid_from": "2030-01-01",
        "valid_to": None,
        "grade": "",
        "purpose_code": "",
        "department_code": "",
    }
    (effect,) = preview_change(unsaved_parameter_change(limit, content))
    assert effect.hits_now == sum(amount > 500_000 for amount in amounts)
    assert effect.hits_then == sum(amount > 300_000 for amount in amounts)
    assert effect.more_cases_a_night == pytest.approx((effect.hits_then - effect.hits_now) / 90)


def test_value_is_proposed_by_one_and_applied_by_another(client, cast, limit):
    address = reverse("fraud:parameter", args=["limit"])
    client.force_login(cast.rule_admin)
    typed = {"value": "300,000", "currency": "krw", "valid_from": NEXT.isoformat(), "reason": "new policy"}
    for seen in ({}, {"seen": "x"}, {"seen": "99"}):
        assert client.post(address, typed | seen).status_code == 409
    typed["seen"] = parameter_version(limit)
    assert client.post(address, typed).status_code == 302
    change = ValueChange.objects.get()
    assert limit.values.count() == 1  # nothing counts yet
    assert client.post(reverse("fraud:decide-change", args=[change.pk, "apply"])).status_code == 403

    client.force_login(cast.approver)
    page = client.get(reverse("fraud:rule-values")).content.decode()
    assert "300,000" in page
    assert client.post(reverse("fraud:decide-change", args=[change.pk, "apply"])).status_code == 302
    value = limit.values.get(valid_from=NEXT)
    assert (value.value, value.currency) == ("300000", "KRW")
    again = client.post(reverse("fraud:decide-change", args=[change.pk, "apply"]))
    assert again.status_code == 409
    assert AuditEvent.objects.filter(action="parameter.changed").count() == 1


def test_list_is_proposed_and_returned(client, cast):
    words = ValueList.objects.create(name="words", label_en="Words", label_ko="단어", values=["bar", "pub"])
    address = reverse("fraud:value-list", args=["words"])
    client.force_login(cast.rule_admin)
    for wrong in ("9" * 5_000, "²"):
        assert (
            client.post(address, {"values": "bar", "reason": "tidied up", "lock_version": wrong}).status_code
            == 409
        )
    stale = client.post(address, {"values": "bar\nclub", "reason": "tidied up", "lock_version": "0"})
    assert stale.status_code == 409
    assert "club" in stale.content.decode()  # what was typed is kept
    assert (
        client.post(
            address, {"values": "bar\nclub\n\n", "reason": "tidied up", "lock_version": "1"}
        ).status_code
        == 302
    )
    change = ValueChange.objects.get()
    client.force_login(cast.approver)
    page = client.get(reverse("fraud:rule-values")).content.decode()
    assert "club" in page
    assert (
        client.post(reverse("fraud:decide-change", args=[change.pk, "return"]), {"reason": "no"}).status_code
        == 302
    )
    words.refresh_from_db()
    assert words.values == ["bar", "pub"]


def test_a_proposal_that_another_one_overtook_says_so_and_can_only_be_returned(client, cast, limit):
    words = ValueList.objects.create(name="words", label_en="Words", label_ko="단어", values=["bar"])
    client.force_login(cast.rule_admin)
    for text in ("bar\nclub", "bar\npub"):
        form = {"values": text, "reason": "more of them", "lock_version": "1"}
        client.post(reverse("fraud:value-list", args=["words"]), form)
    for value in ("300,000", "400,000"):
        typed = {"value": value, "currency": "krw", "valid_from": NEXT.isoformat(), "reason": "new policy"}
        seen = {"seen": parameter_version(limit)}
        client.post(reverse("fraud:parameter", args=["limit"]), typed | seen)
    first, second, third, fourth = ValueChange.objects.order_by("pk")
    client.force_login(cast.approver)
    assert not any(map(is_overtaken, (first, second, third, fourth)))
    for change in (first, third):
        assert client.post(reverse("fraud:decide-change", args=[change.pk, "apply"])).status_code == 302
    words.refresh_from_db()
    open_changes = list(ValueChange.objects.filter(state="proposed").order_by("pk"))
    assert open_changes == [second, fourth]
    assert all(map(is_overtaken, open_changes))
    page = client.get(reverse("fraud:rule-values")).content.decode()
    assert (page.count("반려만 할 수 있습니다"), page.count(">적용<")) == (2, 0)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"value": "x", "valid_from": NEXT.isoformat(), "currency": "KRW"}, "500,000"),
        ({"value": "1", "valid_from": "soon", "currency": "KRW"}, "2026-01-31"),
        ({"value": "1", "valid_from": "", "currency": "KRW"}, "언제부터"),
        ({"value": "1", "valid_from": NEXT.isoformat(), "currency": "??"}, "KRW"),
        (
            {
                "value": "1",
                "valid_from": NEXT.isoformat(),
                "valid_to": (NEXT - timedelta(days=20)).isoformat(),
                "currency": "KRW",
            },
            "종료일",
        ),
    ],
)
def test_refusal_says_what_would_be_right_and_keeps_what_was_typed(client, cast, limit, typed, said):
    client.force_login(cast.rule_admin)
    answer = client.post(reverse("fraud:parameter", args=["limit"]), typed | {"reason": "keep me"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "keep me" in answer.content.decode()
    assert not ValueChange.objects.exists()


def test_those_who_may_not_propose_see_values_only(client, cast, limit):
    client.force_login(cast.auditor)
    page = client.get(reverse("fraud:parameter", args=["limit"])).content.decode()
    assert '<form class="panel"' not in page
    assert client.post(reverse("fraud:parameter", args=["limit"]), {}).status_code in {403, 422}
    assert not ValueChange.objects.exists()
