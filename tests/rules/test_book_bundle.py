"""A whole rule book is proposed as one and confirmed in one step; each piece stays a proposal and a decision of its own."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from rules.book_text import read_yaml, write_yaml
from rules.exceptions import ProposalStale, ReasonNeeded, ValueNotValid, WrongState
from rules.models import BookChange, Parameter, Rule, RuleVersion, ValueChange, ValueList, WordingChange
from rules.services import install_starter_rules
from rules.services.book import book_content, export_book
from rules.services.book_bundle import confirm_book, propose_book, return_book, steps_of, try_book
from rules.services.book_import import preview_book
from rules.services.values import propose_list_values
from tests.cast import Cast

pytestmark = pytest.mark.django_db
WHY = "first installation"
SMALL = {
    "format": "cleancard rule book 1",
    "groups": [{"code": "travel_abroad", "name": {"ko": "해외 출장", "en": "Travel abroad"}}],
    "rules": [
        {
            "code": "Z01",
            "name": {"ko": "유류비", "en": "Fuel"},
            "group": "travel_abroad",
            "question": {"ko": "용도는?", "en": "What for?"},
            "state": "active",
            "weight": "2",
            "text": "merchant.mcc in @z_fuel and amount > $z_limit",
        },
        {
            "code": "Z02",
            "name": {"ko": "질문 없음", "en": "Unasked"},
            "state": "active",
            "text": "amount > 5 KRW",
        },
        {
            "code": "Z03",
            "name": {"ko": "목록 없음", "en": "No list"},
            "question": {"ko": "용도는?", "en": "What for?"},
            "state": "draft",
            "text": "merchant.mcc in @z_unknown",
        },
    ],
    "lists": [
        {"name": "z_fuel", "kind": "code", "label": {"ko": "주유", "en": "Fuel"}, "values": ["5541", "5542"]}
    ],
    "parameters": [
        {
            "name": "z_limit",
            "kind": "money",
            "label": {"ko": "한도", "en": "Limit"},
            "values": [
                {"value": "100000", "currency": "KRW", "from": "2024-01-01"},
                {"value": "120000", "currency": "KRW", "from": "2025-01-01"},
            ],
        }
    ],
}


def actions(change: BookChange) -> dict[str, str]:
    return {step.name: step.action for step in steps_of(change)}


def test_one_import_and_one_confirmation_put_a_book_into_an_empty_company(
    admin: Actor, approver: Actor
) -> None:
    change = propose_book(text=write_yaml(SMALL), by=admin, reason=WHY)
    assert not Rule.objects.exists()
    assert not ValueList.objects.exists()
    assert actions(change) == {
        "travel_abroad": "new",
        "Z01": "new",
        "Z02": "refused",
        "Z03": "refused",
        "z_fuel": "new",
        "z_limit": "new",
    }
    reasons = {step.name: step.reason for step in steps_of(change)}
    assert "z_unknown" in reasons["Z03"]
    assert reasons["Z02"]
    with translation.override("ko"):
        assert {step.name: step.reason for step in steps_of(change)}["Z03"] == "@z_unknown 목록은 없습니다."
    confirm_book(change=change, by=approver)
    assert RuleVersion.objects.get().state == "active"
    assert ValueList.objects.get().values == ["5541", "5542"]
    assert list(Parameter.objects.get().values.order_by("valid_from").values_list("value", flat=True)) == [
        "100000",
        "120000",
    ]
    change.refresh_from_db()
    assert (change.state, change.decided_by_id) == ("applied", approver.user_id)
    # every piece is a proposal of the one and a decision of the other
    for table, n in ((WordingChange, 3), (ValueChange, 3)):
        found = set(table.objects.values_list("proposed_by", "decided_by", "state"))
        assert (found, table.objects.count()) == ({(admin.user_id, approver.user_id, "applied")}, n)
    who = dict(AuditEvent.objects.filter(action__startswith="rule.").values_list("action", "actor"))
    assert who == {
        "rule.book_proposed": admin.username,
        "rule.drafted": admin.username,
        "rule.proposed": admin.username,
        "rule.activated": approver.username,
        "rule.book_confirmed": approver.username,
    }


def test_starter_book_moves_whole_and_says_nothing_new_afterwards(admin: Actor, approver: Actor) -> None:
    install_starter_rules(by=Actor.system("install"))
    text, states = export_book(by=admin), {rule["code"]: rule["state"] for rule in book_content()["rules"]}
    for table in (RuleVersion, Rule, ValueList, Parameter):
        table.objects.all().delete()
    confirm_book(change=propose_book(text=text, by=admin, reason=WHY), by=approver)
    assert {rule["code"]: rule["state"] for rule in book_content()["rules"]} == states
    assert {step.action for step in preview_book(text=text, by=admin)} == {"same"}
    with pytest.raises(ValueNotValid):
        propose_book(text=text, by=admin, reason=WHY)


def test_book_with_a_full_card_number_is_not_kept(admin: Actor) -> None:
    with pytest.raises(ValueNotValid):
        propose_book(
            text=write_yaml(
                SMALL | {"groups": [{"code": "x", "name": {"ko": "4111 1111 1111 1111", "en": "x"}}]}
            ),
            by=admin,
            reason=WHY,
        )
    assert not BookChange.objects.exists()


def test_nobody_confirms_their_own_book_and_a_decided_one_is_decided(
    admin: Actor, approver: Actor, cast: Cast
) -> None:
    change = propose_book(text=write_yaml(SMALL), by=admin, reason=WHY)
    for actor in (admin, cast.actor("reviewer")):
        with pytest.raises(NotPermitted):
            confirm_book(change=change, by=actor)
    with pytest.raises(ReasonNeeded):
        return_book(change=change, by=approver, reason="no")
    return_book(change=change, by=approver, reason="not this year")
    with pytest.raises(WrongState):
        confirm_book(change=change, by=approver)
    assert not Rule.objects.exists()


def test_book_that_would_do_something_else_by_now_is_not_confirmed(admin: Actor, approver: Actor) -> None:
    change = propose_book(text=write_yaml(SMALL), by=admin, reason=WHY)
    ValueList.objects.create(name="z_fuel", kind="code", label_en="Fuel", label_ko="주유", values=["5541"])
    with pytest.raises(ProposalStale):
        confirm_book(change=change, by=approver)
    assert not Rule.objects.exists()


def test_author_without_the_right_and_a_waiting_change_are_told(admin: Actor, approver: Actor) -> None:
    there = ValueList.objects.create(
        name="z_fuel", kind="code", label_en="Fuel", label_ko="주유", values=["5541"]
    )
    propose_list_values(value_list=there, values=["5541", "5999"], lock_version=there.version, by=admin)
    change = propose_book(text=write_yaml(SMALL), by=admin, reason=WHY)
    assert actions(change)["z_fuel"] == "proposal"
    author = change.proposed_by
    assert author is not None
    author.is_active = False
    author.save()
    with pytest.raises(ValueNotValid):
        confirm_book(change=change, by=approver)


def test_book_is_tried_proposed_and_confirmed_by_commands(
    admin: Actor, approver: Actor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("book") / "book.yaml"
    path.write_text(write_yaml(SMALL), encoding="utf-8")
    out = io.StringIO()
    call_command("rules_import", str(path), by=admin.username, as_one=True, stdout=out)
    with pytest.raises(CommandError, match="--reason"):
        call_command("rules_import", str(path), by=admin.username, as_one=True, apply=True, stdout=out)
    assert not BookChange.objects.exists()
    call_command(
        "rules_import", str(path), by=admin.username, as_one=True, apply=True, reason=WHY, stdout=out
    )
    call_command("rules_confirm", BookChange.objects.get().pk, by=approver.username, stdout=out)
    assert "new       rule      Z01" in out.getvalue()
    assert Rule.objects.get().code == "Z01"
    assert read_yaml(export_book(by=admin))["lists"][0]["name"] == "z_fuel"
    assert {step.action for step in try_book(text=write_yaml(SMALL), by=admin)} == {"same", "refused"}


def test_rules_come_as_far_as_the_book_says_also_beside_a_version_that_counts(
    admin: Actor, approver: Actor
) -> None:
    states = ("active", "shadow", "proposed", "draft")

    def book(limit: int, wanted: dict[str, str]) -> str:
        about = {"name": {"ko": "가", "en": "a"}, "question": {"ko": "용도는?", "en": "What for?"}}
        rules = [
            {"code": code, **about, "state": state, "text": f"amount > {limit} KRW"}
            for code, state in wanted.items()
        ]
        return write_yaml({"format": "cleancard rule book 1", "rules": rules})

    def stored(number: int) -> dict[str, str]:
        found = RuleVersion.objects.filter(number=number).order_by("rule__code")
        return {code: str(state) for code, state in found.values_list("rule__code", "state")}

    fresh = {f"N-{state.upper()}": state for state in states}
    confirm_book(change=propose_book(text=book(5, fresh), by=admin, reason=WHY), by=approver)
    assert stored(1) == dict(sorted(fresh.items()))
    counting = {f"C-{state.upper()}": "active" for state in states}
    confirm_book(change=propose_book(text=book(5, counting), by=admin, reason=WHY), by=approver)
    second = {f"C-{state.upper()}": state for state in states}
    change = propose_book(text=book(6, second), by=admin, reason=WHY)
    assert actions(change) == dict.fromkeys(second, "draft")
    confirm_book(change=change, by=approver)
    assert stored(2) == dict(sorted(second.items()))


def test_a_rule_more_costs_no_statement_for_what_all_rules_refer_to(admin: Actor, approver: Actor) -> None:
    confirm_book(change=propose_book(text=write_yaml(SMALL), by=admin, reason=WHY), by=approver)
    rule = SMALL["rules"][0]

    def statements(rules: list[Any]) -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            try_book(text=write_yaml({"format": "cleancard rule book 1", "rules": rules}), by=admin)
        return [one["sql"] for one in seen]

    few, many = (statements([rule | {"code": f"N{n}"} for n in range(count)]) for count in (2, 9))
    for table in ("rules_valuelist", "rules_parameter", "rules_parametervalue", "rules_rulegroup"):
        counts = [sum(f'FROM "{table}"' in sql for sql in each) for each in (few, many)]
        assert counts[0] == counts[1] > 0, table
