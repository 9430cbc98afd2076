"""The company's own words: two persons, dates, the audit chain; what runs is not touched, what is in use does not retire."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from rules.book_text import read_yaml, write_yaml
from rules.exceptions import (
    ClauseMissing,
    PageStale,
    ProposalStale,
    QuestionMissing,
    ReasonNeeded,
    ValueNotValid,
    WrongState,
)
from rules.language import RuleNotValid
from rules.models import Parameter, Rule, RuleGroup, RuleVersion, ValueList, WordingChange
from rules.questions import unknown_facts
from rules.services import (
    activate_version,
    active_rule_set,
    draft_rule,
    edit_draft,
    list_specs,
    propose_version,
    shadow_version,
)
from rules.services.book import export_book
from rules.services.book_import import import_book
from rules.services.common import checked
from rules.services.groups import SHIPPED, group_name, offered_groups
from rules.services.wording import (
    confirm_wording,
    is_overtaken,
    propose_wording,
    return_wording,
    waiting_wording,
    wording,
    wording_version,
)
from rules.starter import GALLERY

pytestmark = pytest.mark.django_db
ABOUT = {"name_en": "High", "name_ko": "고액", "question_en": "What for?", "question_ko": "용도는?"}


def proposed(admin: Actor, code: str = "X01", text: str = "amount > 5 KRW", **about: str) -> RuleVersion:
    version = draft_rule(code=code, text=text, by=admin, **{**ABOUT, **about})
    return propose_version(version=version, by=admin)


def changed(admin: Actor, approver: Actor, **what: Any) -> WordingChange:
    return confirm_wording(change=propose_wording(reason="as decided", by=admin, **what), by=approver)


def test_words_of_a_running_rule_change_by_two_people_and_nothing_is_hit_otherwise(
    admin: Actor, approver: Actor
) -> None:
    activate_version(version=proposed(admin), by=approver)
    before = active_rule_set().version_hash
    change = propose_wording(
        subject="rule",
        name="X01",
        seen=wording_version("rule", "X01"),
        reason="plainer",
        by=admin,
        name_ko="큰 금액",
        group="amount",
        policy_clause="제4조 2항 식사",
        policy_clause_en="§4.2 Meals",
        question_ko="{merchant}에서 무엇을 사셨습니까?",
        question_en="What did you buy at {merchant}?",
    )
    assert Rule.objects.get(code="X01").name_ko == "고액"
    with pytest.raises(NotPermitted):
        confirm_wording(change=change, by=admin)
    done = confirm_wording(change=change, by=approver)
    rule = Rule.objects.get(code="X01")
    assert (rule.name_ko, rule.name_en, rule.group) == ("큰 금액", "High", "amount")
    assert rule.question_en == "What did you buy at {merchant}?"
    assert done.decided_at is not None
    assert active_rule_set().version_hash == before
    events = AuditEvent.objects.filter(subject="rule:X01", action__startswith="wording.").order_by("pk")
    assert [(one.action, one.actor) for one in events] == [
        ("wording.change_proposed", admin.username),
        ("wording.changed", approver.username),
    ]
    assert events[1].before["name_ko"] == "고액"
    assert "name_en" not in events[1].after
    with pytest.raises(WrongState):
        confirm_wording(change=change, by=approver)


def test_the_weight_of_a_running_rule_changes_by_a_version_with_the_same_text(
    admin: Actor, approver: Actor
) -> None:
    first = activate_version(version=proposed(admin), by=approver)
    again = draft_rule(code="X01", text=first.text, weight=2.5, by=admin)
    with pytest.raises(NotPermitted):
        activate_version(version=propose_version(version=again, by=admin), by=admin)
    assert active_rule_set().specs[0].weight == 1.0
    activate_version(version=again, by=approver)
    assert active_rule_set().specs[0].weight == 2.5
    assert (
        AuditEvent.objects.filter(subject="rule:X01", action="rule.activated").last().after["weight"] == 2.5
    )


def test_a_version_in_shadow_can_still_go_live_after_its_question_was_agreed_on_anew(
    admin: Actor, approver: Actor
) -> None:
    version = shadow_version(version=proposed(admin), by=approver)
    changed(admin, approver, subject="rule", name="X01", question_ko="왜?", question_en="Why?")
    with pytest.raises(PageStale):  # a page that shows the question of before
        activate_version(version=version, by=approver, seen=version.lock_version)
    assert activate_version(version=version, by=approver).state == "active"


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ({"name_ko": " "}, ValueNotValid),
        ({"name_en": "x" * 121}, ValueNotValid),
        ({"group": "nowhere"}, ValueNotValid),
        ({"question_ko": ""}, QuestionMissing),
        ({"question_en": "Why {amout}?"}, ValueNotValid),
        ({"question_en": "Why {amount?"}, ValueNotValid),
        ({"question_en": "Is 4111 1111 1111 1111 yours?"}, ValueNotValid),
        ({"policy_clause": "제4조 2항", "policy_clause_en": "§4.3"}, ValueNotValid),
        ({"name_ko": "고액"}, ValueNotValid),  # as it is
        ({"is_retired": True}, ValueNotValid),  # a rule retires by its versions
        ({"weight": "3"}, ValueNotValid),
    ],
)
def test_words_that_cannot_be_are_refused_when_they_are_proposed(
    admin: Actor, approver: Actor, words: dict[str, Any], refusal: type[Exception]
) -> None:
    activate_version(version=proposed(admin), by=approver)
    with pytest.raises(refusal):
        propose_wording(subject="rule", name="X01", reason="as decided", by=admin, **words)
    assert not WordingChange.objects.exists()


def test_stale_pages_doubled_and_overtaken_proposals_are_refused_and_a_return_changes_nothing(
    admin: Actor, approver: Actor
) -> None:
    proposed(admin)
    about: dict[str, Any] = {"subject": "rule", "name": "X01", "by": admin}
    with pytest.raises(ReasonNeeded):
        propose_wording(**about, name_en="Big", reason="")
    with pytest.raises(PageStale):
        propose_wording(**about, name_en="Big", reason="as decided", seen="0000")
    change = propose_wording(**about, name_en="Big", reason="as decided")
    with pytest.raises(ValueNotValid):
        propose_wording(**about, name_en="Bigger", reason="as decided")
    with pytest.raises(ReasonNeeded):
        return_wording(change=change, by=approver, reason="no")
    Rule.objects.filter(code="X01").update(name_ko="다른 이름")
    assert is_overtaken(change)
    with pytest.raises(ProposalStale):
        confirm_wording(change=change, by=approver)
    return_wording(change=change, by=approver, reason="not now")
    assert Rule.objects.get(code="X01").name_en == "High"
    assert waiting_wording() == []


def test_a_rule_that_is_told_ahead_keeps_a_clause(admin: Actor, approver: Actor) -> None:
    clause = {"policy_clause": "제4조 2항 식사", "policy_clause_en": "§4.2 Meals"}
    version = draft_rule(code="X01", text="amount > 5 KRW", by=admin, is_told_ahead=True, **ABOUT, **clause)
    activate_version(version=propose_version(version=version, by=admin), by=approver)
    with pytest.raises(ClauseMissing):
        propose_wording(
            subject="rule", name="X01", reason="as decided", by=admin, policy_clause="", policy_clause_en=""
        )


def test_a_question_that_names_an_unknown_fact_is_refused_where_it_is_written(admin: Actor) -> None:
    with pytest.raises(ValueNotValid, match="amout"):
        draft_rule(code="X01", text="amount > 5 KRW", by=admin, **{**ABOUT, "question_en": "Why {amout}?"})


def test_a_question_of_before_that_names_an_unknown_fact_cannot_go_live(admin: Actor) -> None:
    version = draft_rule(code="X01", text="amount > 5 KRW", by=admin, **ABOUT)
    Rule.objects.filter(code="X01").update(question_en="Why {amout}?")
    with pytest.raises(ValueNotValid, match="amout"):
        propose_version(version=version, by=admin)


def test_every_shipped_question_names_known_facts() -> None:
    assert [
        rule.code for rule in GALLERY.values() if unknown_facts(rule.question_ko + rule.question_en)
    ] == []
    assert unknown_facts("{merchant} {merchant.name} {Amount} {} {date") == ["{Amount}", "{}", "{date"]


def test_groups_are_made_renamed_and_retired_by_two_people(admin: Actor, approver: Actor) -> None:
    assert [one.code for one in offered_groups()] == list(SHIPPED)
    changed(admin, approver, subject="group", name="travel", name_ko="출장", name_en="Travel")
    changed(admin, approver, subject="group", name="place", name_ko="지역", name_en="Region")
    assert (group_name("travel", "en"), group_name("place", "ko")) == ("Travel", "지역")
    assert [one.code for one in offered_groups()][-2:] == ["travel", "other"]
    version = proposed(admin, group="travel")
    changed(admin, approver, subject="group", name="travel", is_retired=True)
    assert "travel" not in [one.code for one in offered_groups()]
    assert activate_version(version=version, by=approver).rule.group == "travel"
    with pytest.raises(ValueNotValid, match="group"):
        draft_rule(code="X02", text="amount > 5 KRW", by=admin, **ABOUT, group="travel")
    with pytest.raises(ValueNotValid):
        propose_wording(subject="group", name="other", is_retired=True, reason="as decided", by=admin)
    with pytest.raises(ValueNotValid):
        propose_wording(
            subject="group",
            name="Ausland reise",
            name_ko="출장",
            name_en="Travel",
            reason="as decided",
            by=admin,
        )
    assert RuleGroup.objects.count() == 2


def test_lists_and_parameters_are_made_renamed_retired_and_taken_up_again(
    admin: Actor, approver: Actor
) -> None:
    changed(admin, approver, subject="list", name="shops", label_ko="가게", label_en="Shops", kind="text")
    limit = {"label_ko": "선물 한도", "label_en": "Gift limit", "kind": "money"}
    changed(admin, approver, subject="parameter", name="gift_limit", **limit)
    assert ValueList.objects.get(name="shops").values == []
    text = "merchant.name in @shops and amount > $gift_limit"
    draft = draft_rule(code="X01", text=text, by=admin, **ABOUT)
    for subject, name in (("list", "shops"), ("parameter", "gift_limit")):
        with pytest.raises(ValueNotValid, match="X01"):
            propose_wording(subject=subject, name=name, is_retired=True, reason="as decided", by=admin)
        with pytest.raises(ValueNotValid):
            propose_wording(subject=subject, name=name, kind="number", reason="as decided", by=admin)
    draft = edit_draft(version=draft, lock_version=draft.lock_version, by=admin, text="amount > 5 KRW")
    changed(admin, approver, subject="list", name="shops", is_retired=True, label_en="Old shops")
    changed(admin, approver, subject="parameter", name="gift_limit", is_retired=True)
    with pytest.raises(RuleNotValid, match="shops"):
        checked(text)
    assert "shops" in list_specs()  # what was judged with it can still be explained
    assert "shops" not in list_specs(is_offered=True)
    assert "shops" not in export_book(by=admin)
    changed(admin, approver, subject="list", name="shops", is_retired=False)
    changed(admin, approver, subject="parameter", name="gift_limit", is_retired=False)
    assert checked(text)


def test_a_rule_that_came_to_name_a_list_meanwhile_keeps_it_from_retiring(
    admin: Actor, approver: Actor
) -> None:
    for name in ("bar", "bars"):
        changed(admin, approver, subject="list", name=name, label_ko="주점", label_en="Bars", kind="text")
    change = propose_wording(subject="list", name="bar", is_retired=True, reason="as decided", by=admin)
    other = draft_rule(
        code="X01", text="merchant.name in @bars", by=admin, **ABOUT
    )  # another list: no hindrance
    edit_draft(version=other, lock_version=0, by=admin, text="merchant.name in @bar")
    with pytest.raises(ValueNotValid, match="X01"):
        confirm_wording(change=change, by=approver)
    edit_draft(version=other, lock_version=1, by=admin, text="merchant.name in @bars")
    confirm_wording(change=change, by=approver)
    assert wording("list", "bar")["is_retired"] is True  # type: ignore[index]


def test_a_rule_book_proposes_words_and_groups_as_a_page_does(admin: Actor, approver: Actor) -> None:
    activate_version(version=proposed(admin), by=approver)
    changed(admin, approver, subject="list", name="shops", label_ko="가게", label_en="Shops", kind="text")
    book = read_yaml(export_book(by=admin))
    assert "groups" not in book
    book["rules"][0]["question"] = {"ko": "왜?", "en": "Why?"}
    book["lists"][0]["label"]["en"] = "Stores"
    book["groups"] = [{"code": "travel", "name": {"ko": "출장", "en": "Travel"}}]
    text = write_yaml(book)
    with override("en"):
        steps = import_book(text=text, by=admin)
    told = {(step.part, step.name): (step.action, step.reason) for step in steps}
    assert told["rules", "X01"] == ("proposal", "Proposed: question_ko, question_en.")
    assert told["lists", "shops"][0] == "proposal"
    assert told["groups", "travel"][0] == "new"
    assert Rule.objects.get(code="X01").question_en == "What for?"
    assert RuleVersion.objects.count() == 1  # no version is needed for words
    with override("en"):
        again = import_book(text=text, by=admin)
    assert WordingChange.objects.count() == 4  # one of them the list itself
    assert {step.reason.split(":")[0] for step in again if step.action != "same"} == {"Proposed already"}
    for change in waiting_wording():
        confirm_wording(change=change, by=approver)
    assert Rule.objects.get(code="X01").question_en == "Why?"
    assert ValueList.objects.get(name="shops").label_en == "Stores"
    assert read_yaml(export_book(by=admin))["groups"] == book["groups"]
    assert [step.action for step in import_book(text=export_book(by=admin), by=admin)] == ["same"] * len(
        steps
    )
    assert Parameter.objects.count() == 0


def test_a_book_cannot_take_a_running_rules_question_away(admin: Actor, approver: Actor) -> None:
    activate_version(version=proposed(admin), by=approver)
    book = read_yaml(export_book(by=admin))
    book["rules"][0]["question"] = {"ko": "", "en": ""}
    (step,) = import_book(text=write_yaml(book), by=admin)
    assert step.action == "refused"
    assert not WordingChange.objects.exists()
