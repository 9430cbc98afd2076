"""What people may do to rules, step by step, and what each step leaves in the audit log."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from audit import clock
from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted, Role
from audit.services import actor_of
from fraud.claims.models import Department
from rules.exceptions import (
    ApprovalVoid,
    CodeTaken,
    ConfirmationNeeded,
    DraftExists,
    NothingBefore,
    PageStale,
    ProposalStale,
    QuestionMissing,
    ReasonNeeded,
    RetirementNotProposed,
    RetirementProposed,
    RuleServiceError,
    StaleDraft,
    ValueNotValid,
    WrongState,
)
from rules.language import RuleNotValid
from rules.models import Parameter, Rule, RuleVersion, ValueChange, ValueList
from rules.services import (
    activate_version,
    active_rule_set,
    approve_value_change,
    disable_rule,
    discard_draft,
    draft_rule,
    edit_draft,
    install_starter_rules,
    propose_list_values,
    propose_parameter_value,
    propose_retirement,
    propose_roll_back,
    propose_version,
    retire_rule,
    return_retirement,
    return_value_change,
    return_version,
    shadow_version,
)
from rules.services.drafts import write_question
from rules.services.turning_off import roll_back_rule, version_before
from rules.services.wording import wording_version
from tests.cast import Cast, make_cardholder, make_claim, make_person

pytestmark = pytest.mark.django_db

TEXT = "amount > 500,000 KRW"
NAMES = {
    "name_en": "High amount",
    "name_ko": "고액",
    "question_en": "What was this payment for?",
    "question_ko": "어떤 용도의 결제였습니까?",
}


def proposed(admin: Actor, text: str = TEXT, code: str = "X01") -> RuleVersion:
    version = draft_rule(code=code, text=text, by=admin, **NAMES)
    return propose_version(version=version, by=admin)


def actions(code: str = "X01") -> list[str]:
    return list(
        AuditEvent.objects.filter(subject=f"rule:{code}").order_by("seq").values_list("action", flat=True)
    )


def test_rule_goes_from_draft_to_active_with_two_people_and_a_record_of_each_step(
    admin: Actor, approver: Actor
) -> None:
    version = activate_version(version=proposed(admin), by=approver, reason="agreed")
    assert version.state == "active"
    assert version.activated_by_id == approver.user_id
    assert actions() == ["rule.drafted", "rule.proposed", "rule.activated"]
    chosen = active_rule_set()
    assert [(spec.code, spec.version) for spec in chosen.specs] == [("X01", 1)]


def test_text_that_is_no_rule_is_not_saved(admin: Actor) -> None:
    with pytest.raises(RuleNotValid):
        draft_rule(code="X01", text="amount > 50", by=admin, **NAMES)
    assert not Rule.objects.exists()


def test_b19_second_of_two_edits_of_one_draft_is_refused(admin: Actor, cast: Cast) -> None:
    version = draft_rule(code="X01", text=TEXT, by=admin, **NAMES)
    edit_draft(version=version, lock_version=0, text="amount > 600,000 KRW", by=admin)
    with pytest.raises(StaleDraft) as caught:
        edit_draft(version=version, lock_version=0, text="amount > 700,000 KRW", by=admin)
    assert caught.value.status == 409
    version.refresh_from_db()
    assert version.text == "amount > 600,000 KRW"


def test_b20_author_cannot_activate_even_with_the_right_role(cast: Cast) -> None:
    both = actor_of(make_person("both.roles", Role.RULE_ADMIN, Role.APPROVER))
    with pytest.raises(NotPermitted) as caught:
        activate_version(version=proposed(both), by=both)
    assert caught.value.code == "own_proposal"


def test_b20_editing_after_the_proposal_voids_it_and_bars_the_editor(admin: Actor, approver: Actor) -> None:
    editor = actor_of(make_person("editing.approver", Role.RULE_ADMIN, Role.APPROVER))
    version = proposed(admin)
    edited = edit_draft(version=version, lock_version=0, text="amount > 1 KRW", by=editor)
    assert edited.state == "draft"
    with pytest.raises(WrongState):
        activate_version(version=edited, by=approver)
    again = propose_version(version=edited, by=admin)
    with pytest.raises(NotPermitted):
        activate_version(version=again, by=editor)
    assert activate_version(version=again, by=approver).text == "amount > 1 KRW"


def test_earlier_editor_who_is_not_the_last_one_cannot_activate(admin: Actor) -> None:
    editor = actor_of(make_person("editing.approver", Role.RULE_ADMIN, Role.APPROVER))
    version = draft_rule(code="X01", text=TEXT, by=admin, **NAMES)
    version = edit_draft(version=version, lock_version=0, weight=2.0, by=editor)
    version = edit_draft(version=version, lock_version=1, weight=3.0, by=admin)
    version = propose_version(version=version, by=admin)
    with pytest.raises(NotPermitted):
        activate_version(version=version, by=editor)


def test_approval_is_bound_to_the_proposed_content(admin: Actor, approver: Actor) -> None:
    version = proposed(admin)
    RuleVersion.objects.filter(pk=version.pk).update(text="amount > 0")
    with pytest.raises(ApprovalVoid):
        activate_version(version=version, by=approver)


@pytest.mark.parametrize(
    "name", ["reviewer", "cardholder", "auditor", "system_admin", "model_owner", "clerk"]
)
def test_people_without_the_role_can_do_nothing_to_rules(cast: Cast, admin: Actor, name: str) -> None:
    by = cast.actor(name)
    version = proposed(admin)
    with pytest.raises(NotPermitted):
        draft_rule(code="X02", text=TEXT, by=by, **NAMES)
    with pytest.raises(NotPermitted):
        edit_draft(version=version, lock_version=0, text=TEXT, by=by)
    for step in (activate_version, shadow_version):
        with pytest.raises(NotPermitted):
            step(version=version, by=by)
    for stop in (propose_retirement, retire_rule, return_retirement):
        with pytest.raises(NotPermitted):
            stop(rule=version.rule, by=by, reason="not needed")


def test_rule_admin_cannot_activate_and_approver_cannot_draft(admin: Actor, approver: Actor) -> None:
    with pytest.raises(NotPermitted):
        activate_version(version=proposed(admin), by=admin)
    with pytest.raises(NotPermitted):
        draft_rule(code="X02", text=TEXT, by=approver, **NAMES)


def test_b11_rule_that_hits_much_needs_its_code_typed(admin: Actor) -> None:
    version = draft_rule(code="X01", text="amount > 0", by=admin, **NAMES)
    with pytest.raises(ConfirmationNeeded) as caught:
        propose_version(version=version, by=admin, hit_rate=0.93)
    assert "93%" in str(caught.value)
    assert caught.value.status == 422
    assert propose_version(version=version, by=admin, hit_rate=0.93, confirmation="X01").state == "proposed"


def test_new_version_replaces_the_active_one_and_can_be_rolled_back(
    admin: Actor, approver: Actor, cast: Cast
) -> None:
    first = activate_version(version=proposed(admin), by=approver)
    second = draft_rule(code="X01", text="amount > 700,000 KRW", by=admin)
    assert second.number == 2
    activate_version(version=propose_version(version=second, by=admin), by=approver)
    first.refresh_from_db()
    assert first.state == "retired"
    back = propose_roll_back(version=first, by=approver, reason="too many hits")
    assert [spec.version for spec in active_rule_set().specs] == [2]  # until a second person agrees
    with pytest.raises(WrongState):
        edit_draft(version=back, lock_version=back.lock_version, text="amount > 1 KRW", by=admin)
    with pytest.raises(NotPermitted):
        activate_version(version=back, by=approver)
    assert activate_version(version=back, by=cast.actor("other_approver")).state == "active"
    assert [spec.version for spec in active_rule_set().specs] == [1]
    assert actions()[-3:] == ["rule.roll_back_proposed", "rule.retired", "rule.activated"]
    retired = AuditEvent.objects.filter(action="rule.retired").order_by("pk").values_list("reason", flat=True)
    assert retired[0] == "→ v2", "what came after it, in no language"


def test_returned_roll_back_stays_retired_and_frozen(admin: Actor, approver: Actor, cast: Cast) -> None:
    first = activate_version(version=proposed(admin), by=approver)
    second = draft_rule(code="X01", text="amount > 700,000 KRW", by=admin)
    activate_version(version=propose_version(version=second, by=admin), by=approver)
    back = propose_roll_back(version=first, by=approver, reason="too many hits")
    assert return_version(version=back, by=cast.actor("other_approver"), reason="no").state == "retired"
    assert [spec.version for spec in active_rule_set().specs] == [2]


def test_approving_a_proposal_does_not_undo_what_came_into_force_since(
    admin: Actor, approver: Actor, cast: Cast
) -> None:
    first = activate_version(version=proposed(admin), by=approver)
    second = draft_rule(code="X01", text="amount > 700,000 KRW", by=admin)
    activate_version(version=propose_version(version=second, by=admin), by=approver)
    third = propose_version(version=draft_rule(code="X01", text="amount > 9 KRW", by=admin), by=admin)
    other = cast.actor("other_approver")
    activate_version(version=propose_roll_back(version=first, by=approver, reason="too many hits"), by=other)
    for step in (activate_version, shadow_version):
        with pytest.raises(ProposalStale):
            step(version=third, by=approver)
    assert [spec.version for spec in active_rule_set().specs] == [1]
    again = propose_version(version=return_version(version=third, by=approver, reason="anew"), by=admin)
    assert activate_version(version=again, by=approver).state == "active"


def test_a_parameter_holds_for_grades_purposes_and_departments_that_there_are(admin: Actor) -> None:
    limit = Parameter.objects.create(name="least", kind="number", label_en="Least", label_ko="최소")
    asked = {
        "parameter": limit,
        "value": Decimal(5),
        "valid_from": date(2026, 1, 1),
        "by": admin,
        "reason": "new policy",
    }
    assert propose_parameter_value(
        **asked, purpose_code="zzz"
    )  # nothing is known yet: an empty company takes a book
    make_claim(cardholder=make_cardholder(grade="과장"), purpose_code="MEAL")
    for scope in ({"department_code": "NOPE"}, {"grade": "대왕"}, {"purpose_code": "zzz"}):
        with pytest.raises(ValueNotValid, match=r"NOPE|대왕|zzz"):
            propose_parameter_value(**asked, **scope)
    department = Department.objects.get().code
    for scope in ({"department_code": department}, {"grade": "과장"}, {"purpose_code": "MEAL"}):
        content = propose_parameter_value(**asked, **scope).content
        assert content | scope == content


def test_a_draft_whose_question_names_no_fact_and_a_weight_beyond_ten_are_refused_at_once(
    admin: Actor,
) -> None:
    about = {"name_en": "One", "name_ko": "하나", "question_ko": "{score} 왜?", "question_en": "Why {score}?"}
    with pytest.raises(ValueNotValid, match="score"):
        draft_rule(code="Z01", text="amount > 1 KRW", by=admin, **about)
    with translation.override("ko"), pytest.raises(ValueNotValid, match="가중치"):
        draft_rule(code="Z02", text="amount > 1 KRW", weight=11.0, by=admin, name_en="Two", name_ko="둘")


def test_a_parameter_is_not_changed_by_a_proposal_on_an_earlier_value(admin: Actor, approver: Actor) -> None:
    limit = Parameter.objects.create(name="least", kind="number", label_en="Least", label_ko="최소")
    since = {"parameter": limit, "valid_from": date(2026, 1, 1), "by": admin, "reason": "new policy"}
    one, other, graded = (
        propose_parameter_value(value=Decimal(5), **since),
        propose_parameter_value(value=Decimal(6), **since),
        propose_parameter_value(value=Decimal(7), grade="G5", **since),
    )
    approve_value_change(change=one, by=approver)
    with pytest.raises(ProposalStale):
        approve_value_change(change=other, by=approver)
    approve_value_change(change=graded, by=approver)  # another scope, so nothing of it has changed
    assert sorted(limit.values.values_list("value", "grade")) == [("5", ""), ("7", "G5")]
    with pytest.raises(PageStale):
        propose_parameter_value(value=Decimal(8), seen=0, **since)


def test_discarded_draft_cannot_be_rolled_back_to(admin: Actor, approver: Actor) -> None:
    version = discard_draft(version=draft_rule(code="X01", text=TEXT, by=admin, **NAMES), by=admin)
    assert version.state == "retired"
    with pytest.raises(WrongState):
        propose_roll_back(version=version, by=approver, reason="too many hits")


def test_one_open_draft_per_rule_and_codes_are_unique(admin: Actor) -> None:
    draft_rule(code="X01", text=TEXT, by=admin, **NAMES)
    with pytest.raises(DraftExists):
        draft_rule(code="X01", text=TEXT, by=admin)
    with pytest.raises(CodeTaken):
        draft_rule(code="X01", text=TEXT, by=admin, **NAMES)


def test_new_rule_needs_both_names(admin: Actor) -> None:
    with pytest.raises(ValueNotValid):
        draft_rule(code="X01", text=TEXT, by=admin, name_en="Only English")


@pytest.mark.parametrize("weight", [-0.1, 10.1, float("nan")])
def test_weight_out_of_range_is_refused(admin: Actor, weight: float) -> None:
    with pytest.raises(ValueNotValid):
        draft_rule(code="X01", text=TEXT, by=admin, weight=weight, **NAMES)


def test_b18_rule_set_taken_before_a_change_stays_as_it_was(admin: Actor, approver: Actor) -> None:
    activate_version(version=proposed(admin), by=approver)
    pinned = active_rule_set()
    rule = Rule.objects.get(code="X01")
    propose_retirement(rule=rule, by=admin, reason="not needed")
    retire_rule(rule=rule, by=approver)
    assert [spec.code for spec in pinned.specs] == ["X01"]
    assert active_rule_set().specs == ()
    assert active_rule_set().version_hash != pinned.version_hash


def test_a_rule_stops_only_with_a_reason_and_a_second_person(
    admin: Actor, approver: Actor, cast: Cast
) -> None:
    rule = activate_version(version=proposed(admin), by=approver).rule
    with pytest.raises(RetirementNotProposed):
        retire_rule(rule=rule, by=approver, reason="I do not like it")
    with pytest.raises(ReasonNeeded):
        propose_retirement(rule=rule, by=approver, reason="  x ")
    propose_retirement(rule=rule, by=approver, reason="too many hits")
    with pytest.raises(RetirementProposed):
        propose_retirement(rule=rule, by=admin, reason="me too, please")
    with pytest.raises(NotPermitted) as caught:
        retire_rule(rule=rule, by=approver)
    assert caught.value.code == "own_proposal"
    assert [spec.code for spec in active_rule_set().specs] == ["X01"]
    return_retirement(rule=rule, by=cast.actor("other_approver"), reason="it works")
    with pytest.raises(RetirementNotProposed):
        retire_rule(rule=rule, by=cast.actor("other_approver"))
    propose_retirement(rule=rule, by=admin, reason="too many hits")
    assert retire_rule(rule=rule, by=approver).state == "retired"
    assert active_rule_set().specs == ()
    assert AuditEvent.objects.get(action="rule.retired").reason == "too many hits"


def test_rule_set_hash_changes_with_lists_and_parameters_only_when_they_change(admin: Actor) -> None:
    before = active_rule_set().version_hash
    assert active_rule_set().version_hash == before
    ValueList.objects.create(name="bars", label_en="Bars", label_ko="주점", values=["bar"])
    assert active_rule_set().version_hash != before


@pytest.mark.parametrize(
    "question", [{}, {"question_ko": "어떤 용도입니까?"}, {"question_en": "For what?", "question_ko": " "}]
)
def test_rule_without_a_question_in_both_languages_does_not_go_live(
    question: dict[str, str], admin: Actor, approver: Actor
) -> None:
    names = {"name_en": "High amount", "name_ko": "고액", **question}
    version = draft_rule(code="X01", text=TEXT, by=admin, **names)
    with pytest.raises(QuestionMissing):
        propose_version(version=version, by=admin)
    write_question(rule=version.rule, question_ko="어떤 용도입니까?", question_en="For what?", by=admin)
    version = propose_version(version=RuleVersion.objects.get(pk=version.pk), by=admin)
    Rule.objects.update(question_en="")
    with pytest.raises(RuleServiceError):
        activate_version(version=version, by=approver)
    assert not RuleVersion.objects.filter(state="active").exists()


def test_a_question_is_written_over_the_one_that_was_shown_only(admin: Actor) -> None:
    rule = draft_rule(code="X01", text=TEXT, by=admin, name_en="High amount", name_ko="고액").rule
    shown, words = (
        wording_version("rule", "X01"),
        {"question_ko": "어떤 용도입니까?", "question_en": "For what?"},
    )
    write_question(rule=rule, **words, by=admin, seen=shown)
    with pytest.raises(PageStale):
        write_question(rule=rule, **words, by=admin, seen=shown)
    write_question(rule=rule, **words, by=admin, seen=wording_version("rule", "X01"))


def test_question_changed_after_the_proposal_makes_it_void_and_a_running_rule_keeps_its_question(
    admin: Actor, approver: Actor
) -> None:
    version = proposed(admin)
    write_question(
        rule=version.rule, question_ko="누구와 함께였습니까?", question_en="Who was there?", by=admin
    )
    with pytest.raises(ApprovalVoid):
        activate_version(version=version, by=approver)
    assert AuditEvent.objects.filter(action="rule.question_written").count() == 1
    version = return_version(version=version, by=approver, reason="the question was changed")
    activate_version(version=propose_version(version=version, by=admin), by=approver)
    with pytest.raises(WrongState):
        write_question(rule=version.rule, question_ko="다른 질문", question_en="Another", by=admin)


def test_b17_markup_in_names_is_stored_as_written(admin: Actor) -> None:
    version = draft_rule(code="X01", text=TEXT, by=admin, name_en="<script>alert(1)</script>", name_ko="고액")
    assert version.rule.name_en == "<script>alert(1)</script>"


def test_returned_proposal_is_a_draft_again(admin: Actor, approver: Actor) -> None:
    version = return_version(version=proposed(admin), by=approver, reason="limit too low")
    assert version.state == "draft"
    event = AuditEvent.objects.get(action="rule.returned")
    assert event.reason == "limit too low"


def test_shadow_version_runs_beside_and_can_become_active(admin: Actor, approver: Actor) -> None:
    version = shadow_version(version=proposed(admin), by=approver)
    assert active_rule_set().specs == ()
    assert [spec.code for spec in active_rule_set(states=["active", "shadow"]).specs] == ["X01"]
    assert activate_version(version=version, by=approver).state == "active"


def test_b7_system_disables_a_failing_rule_and_people_cannot_use_that_way(
    admin: Actor, approver: Actor
) -> None:
    version = activate_version(version=proposed(admin), by=approver)
    with pytest.raises(NotPermitted):
        disable_rule(version=version, by=approver, reason="x")
    assert disable_rule(version=version, by=Actor.system("nightly"), reason="3 % errors").state == "retired"
    assert actions()[-1] == "rule.disabled"


def test_database_holds_four_eyes_and_one_active_version(admin: Actor, approver: Actor) -> None:
    version = proposed(admin)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.filter(pk=version.pk).update(activated_by=admin.user_id)
    activate_version(version=version, by=approver)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.create(rule=version.rule, number=9, state="active", text=TEXT)


def test_list_change_counts_after_a_second_person(admin: Actor, approver: Actor) -> None:
    bars = ValueList.objects.create(name="bars", label_en="Bars", label_ko="주점", values=["bar"])
    change = propose_list_values(
        value_list=bars, values=["bar", " 펍 ", "ＢＡＲ", ""], lock_version=1, by=admin
    )
    bars.refresh_from_db()
    assert bars.values == ["bar"]
    with pytest.raises(NotPermitted):
        approve_value_change(change=change, by=admin)
    approve_value_change(change=change, by=approver)
    bars.refresh_from_db()
    assert (sorted(bars.values), bars.version) == (["bar", "펍"], 2)
    with pytest.raises(StaleDraft):
        propose_list_values(value_list=bars, values=["x"], lock_version=1, by=admin, reason="all wrong")
    with pytest.raises(WrongState):
        approve_value_change(change=change, by=approver)
    event = AuditEvent.objects.get(action="list.changed")
    assert event.after["added"] == ["펍"]


@pytest.mark.parametrize("value", ["4111-1111-1111-1111", "번호 4111111111111111", "900101-1234568"])
def test_a_list_takes_no_number_that_no_claim_may_have(admin: Actor, value: str) -> None:
    bars = ValueList.objects.create(name="bars", label_en="Bars", label_ko="주점", values=["bar"])
    with pytest.raises(ValueNotValid, match=value[-4:]):
        propose_list_values(value_list=bars, values=["bar", value], lock_version=1, by=admin)
    assert not ValueChange.objects.exists()


def test_taking_a_value_out_of_a_list_needs_a_reason(admin: Actor, approver: Actor) -> None:
    bars = ValueList.objects.create(name="bars", label_en="Bars", label_ko="주점", values=["bar", "pub"])
    with pytest.raises(ReasonNeeded):
        propose_list_values(value_list=bars, values=["bar"], lock_version=1, by=admin, reason=" no ")
    propose_list_values(value_list=bars, values=["bar", "pub", "club"], lock_version=1, by=admin)
    change = propose_list_values(
        value_list=bars, values=["bar"], lock_version=1, by=admin, reason="pubs are restaurants here"
    )
    approve_value_change(change=change, by=approver)
    bars.refresh_from_db()
    assert bars.values == ["bar"]


def test_list_change_from_an_older_list_is_not_applied(admin: Actor, approver: Actor) -> None:
    bars = ValueList.objects.create(name="bars", label_en="Bars", label_ko="주점", values=["bar"])
    one = propose_list_values(value_list=bars, values=["bar", "pub"], lock_version=1, by=admin)
    other = propose_list_values(value_list=bars, values=["bar", "club"], lock_version=1, by=admin)
    approve_value_change(change=one, by=approver)
    with pytest.raises(StaleDraft):
        approve_value_change(change=other, by=approver)
    assert return_value_change(change=other, by=approver, reason="outdated").state == "returned"


def test_parameter_value_holds_from_its_day_on(admin: Actor, approver: Actor) -> None:
    limit = Parameter.objects.create(name="limit", kind="money", label_en="Limit", label_ko="한도")
    for amount, start in ((Decimal(500_000), date(2025, 1, 1)), (Decimal("300000"), date(2026, 1, 1))):
        change = propose_parameter_value(
            parameter=limit, value=amount, currency="KRW", valid_from=start, by=admin, reason="new policy"
        )
        approve_value_change(change=change, by=approver)
    values = active_rule_set().parameters["limit"].values
    assert [(value.value, value.valid_from) for value in values] == [
        (500_000, date(2025, 1, 1)),
        (300_000, date(2026, 1, 1)),
    ]


def test_parameter_value_never_begins_on_a_day_that_was_judged_by_another(
    admin: Actor, approver: Actor, settings: Any
) -> None:
    settings.DEMO = True  # so that days can be played
    limit = Parameter.objects.create(name="limit", kind="number", label_en="Limit", label_ko="한도")
    asked = {"parameter": limit, "by": admin, "reason": "new policy"}
    monday = datetime(2026, 3, 2, 3, tzinfo=UTC)
    with clock.played_at(monday):  # nothing has judged by it yet: its first value may hold for older claims
        first = propose_parameter_value(value=Decimal(5), valid_from=date(2020, 1, 1), **asked)
        approve_value_change(change=first, by=approver)
    with clock.played_at(monday + timedelta(days=1)):
        with translation.override("ko"), pytest.raises(ValueNotValid, match="오늘 이후"):
            propose_parameter_value(value=Decimal(6), valid_from=date(2026, 3, 2), **asked)
        second = propose_parameter_value(value=Decimal(6), valid_from=date(2026, 3, 4), **asked)
        ended = propose_parameter_value(
            value=Decimal(7), valid_from=date(2026, 3, 4), valid_to=date(2026, 3, 5), grade="", **asked
        )
    with clock.played_at(monday + timedelta(days=9)):
        with pytest.raises(ProposalStale):
            approve_value_change(change=ended, by=approver)
        approve_value_change(change=second, by=approver)
    assert sorted(limit.values.values_list("value", "valid_from")) == [
        ("5", date(2020, 1, 1)),
        ("6", date(2026, 3, 11)),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "currency"),
    [
        ("money", "0.5", "KRW"),
        ("money", "5", ""),
        ("money", "5", "won"),
        ("number", "NaN", ""),
        ("number", "5", "KRW"),
    ],
)
def test_parameter_value_of_the_wrong_kind_is_refused(
    admin: Actor, kind: str, value: str, currency: str
) -> None:
    parameter = Parameter.objects.create(name="p", kind=kind, label_en="P", label_ko="P")
    with pytest.raises(ValueNotValid):
        propose_parameter_value(
            parameter=parameter,
            value=Decimal(value),
            currency=currency,
            valid_from=date(2026, 1, 1),
            by=admin,
        )


def test_parameter_longer_than_what_is_read_is_refused_once_a_window_uses_it(admin: Actor) -> None:
    span = Parameter.objects.create(name="span", kind="duration", label_en="Span", label_ko="기간")
    asked = {"parameter": span, "valid_from": date(2026, 1, 1), "by": admin, "reason": "longer look back"}
    propose_parameter_value(value=Decimal(400 * 86_400), **asked)  # compared with nothing but durations
    rule = Rule.objects.create(code="W01", name_en="Window", name_ko="기간")
    text = "count(same cardholder within $span) > 3"
    RuleVersion.objects.create(rule=rule, number=1, state=RuleVersion.State.ACTIVE, text=text, weight=1.0)
    with pytest.raises(ValueNotValid, match="366"):
        propose_parameter_value(value=Decimal(400 * 86_400), **asked)
    assert propose_parameter_value(value=Decimal(366 * 86_400), **asked).state == "proposed"


def test_starter_rules_install_once_and_run() -> None:
    call_command("install_starter_rules", verbosity=0)
    chosen = active_rule_set()
    assert len(chosen.specs) >= 24
    call_command("install_starter_rules", verbosity=0)
    assert active_rule_set().version_hash == chosen.version_hash
    assert AuditEvent.objects.filter(action="rule.installed").count() == 1


def test_starter_values_come_back_from_the_database_unchanged() -> None:
    from rules.starter_lists import STARTER_LISTS
    from rules.starter_parameters import STARTER_PARAMETERS

    install_starter_rules(by=Actor.system("test"))
    chosen = active_rule_set()
    for name, spec in STARTER_PARAMETERS.items():
        assert sorted(map(repr, chosen.parameters[name].values)) == sorted(
            repr(value).replace(f"Decimal('{value.value}')", f"{value.value}")
            if value.value == int(value.value)
            else repr(value)
            for value in spec.values
        )
    assert {name: spec.values for name, spec in chosen.lists.items()} == {
        n: s.values for n, s in STARTER_LISTS.items()
    }


def test_people_cannot_install_the_starter_rules(admin: Actor) -> None:
    with pytest.raises(NotPermitted):
        install_starter_rules(by=admin)


@pytest.mark.parametrize("kind", RuleServiceError.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_code_and_a_status(kind: type[RuleServiceError]) -> None:
    assert kind.code not in {"", "refused"}
    assert kind.status in {409, 422}


def test_one_click_goes_back_to_the_version_before_for_whoever_saw_what_counts(
    admin: Actor, approver: Actor, cast: Cast
) -> None:
    first = activate_version(version=proposed(admin), by=approver)
    rule = first.rule
    with pytest.raises(NothingBefore):
        roll_back_rule(rule=rule, by=approver, reason="too many hits", seen=1)
    for amount in (700_000, 800_000):
        later = draft_rule(code="X01", text=f"amount > {amount:,} KRW", by=admin)
        activate_version(version=propose_version(version=later, by=admin), by=approver)
    with pytest.raises(PageStale):
        roll_back_rule(rule=rule, by=approver, reason="too many hits", seen=2)
    with pytest.raises(ReasonNeeded):
        roll_back_rule(rule=rule, by=approver, reason="no", seen=3)
    with pytest.raises(NotPermitted):
        roll_back_rule(rule=rule, by=cast.actor("reviewer"), reason="too many hits", seen=3)
    back = roll_back_rule(rule=rule, by=approver, reason="too many hits", seen=3)
    assert (back.number, back.state) == (2, "proposed")
    assert [spec.version for spec in active_rule_set().specs] == [3]
    activate_version(version=back, by=cast.actor("other_approver"))
    before = version_before(rule)  # not the third, which was just gone back from
    assert before is not None
    assert before.number == 1
    assert [spec.version for spec in active_rule_set().specs] == [2]
    activate_version(
        version=roll_back_rule(rule=rule, by=approver, reason="too many hits", seen=2),
        by=cast.actor("other_approver"),
    )
    assert version_before(rule) is None
