"""The whole book out and in: stable, told before it is done, and never more than drafts and proposals."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.actor import Actor
from audit.models import AuditEvent
from audit.permissions import NotPermitted
from rules.book_text import BookNotValid, read_yaml, write_yaml
from rules.exceptions import CodeTaken, ExampleFails, QuestionMissing
from rules.models import Parameter, Rule, RuleVersion, ValueChange, ValueList
from rules.services import (
    activate_version,
    approve_value_change,
    draft_rule,
    edit_draft,
    install_starter_rules,
    propose_version,
)
from rules.services.book import book_content, export_book
from rules.services.book_import import import_book, preview_book
from rules.services.book_takers import BookStep
from rules.services.templates import adopt_template
from rules.services.wording import confirm_wording, waiting_wording
from tests.cast import Cast

pytestmark = pytest.mark.django_db
ABOUT = {"name_en": "High", "name_ko": "고액", "question_en": "What for?", "question_ko": "용도는?"}
HIT, MISS = {"hits": "yes", "claim": {"amount": "600"}}, {"hits": "no", "claim": {"amount": "400"}}


@pytest.fixture
def starter(db: object) -> None:
    install_starter_rules(by=Actor.system("install"))


def differing(steps: list[BookStep]) -> list[tuple[str, str, str]]:
    return [(step.part, step.name, step.action) for step in steps if step.action != "same"]


@pytest.mark.usefixtures("starter")
def test_book_is_the_same_text_each_time_and_says_nothing_new_where_it_came_from(admin: Actor) -> None:
    text = export_book(by=admin)
    assert export_book(by=admin) == text
    assert write_yaml(read_yaml(text)) == text
    steps = preview_book(text=text, by=admin)
    assert differing(steps) == []
    assert len(steps) == Rule.objects.count() + ValueList.objects.count() + Parameter.objects.count()


@pytest.mark.usefixtures("starter")
def test_spellings_that_mean_one_value_stand_once_with_the_last_end(admin: Actor) -> None:
    row = ValueList.objects.get(name="meal_purpose")
    row.values, row.expires = ["MEAL", "meal", "Meal", "식대"], {"MEAL": "2027-01-31", "식대": "2027-02-28"}
    row.save()
    text = export_book(by=admin)
    told = next(one for one in read_yaml(text)["lists"] if one["name"] == "meal_purpose")
    assert (told["values"], told["expires"]) == (["Meal", "식대"], {"식대": "2027-02-28"})
    row.values, row.expires = told["values"], told["expires"]
    row.save()
    assert export_book(by=admin) == text
    assert differing(preview_book(text=text, by=admin)) == []


@pytest.mark.usefixtures("starter")
def test_import_tells_first_and_then_makes_drafts_and_proposals_only(admin: Actor) -> None:
    book = read_yaml(export_book(by=admin))
    rule = next(one for one in book["rules"] if one["code"] == "A01")
    rule["text"], rule["examples"] = "amount > 900,000 KRW", [{"hits": "yes", "claim": {"amount": "900001"}}]
    next(one for one in book["lists"] if one["name"] == "fuel_mcc")["values"].remove("5541")
    limit = next(one for one in book["parameters"] if one["name"] == "receipt_limit")
    limit["values"].append({"value": "40000", "currency": "KRW", "from": "2030-01-01"})
    book["rules"].append({"code": "Z77", "name": {"ko": "새", "en": "New"}, "text": "amount > 5 KRW"})
    text = write_yaml(book)
    expected = [
        ("rules", "A01", "draft"),
        ("rules", "Z77", "new"),
        ("lists", "fuel_mcc", "proposal"),
        ("parameters", "receipt_limit", "proposal"),
    ]
    told = preview_book(text=text, by=admin)
    assert differing(told) == expected
    assert (RuleVersion.objects.filter(state="draft").count(), ValueChange.objects.count()) == (0, 0)
    lines = next(step.lines for step in told if step.name == "A01")
    assert "+text: amount > 900,000 KRW" in lines
    assert differing(import_book(text=text, by=admin, reason="new year")) == expected
    assert set(RuleVersion.objects.filter(state="draft").values_list("rule__code", flat=True)) == {
        "A01",
        "Z77",
    }
    assert RuleVersion.objects.get(rule__code="A01", state="active").text != "amount > 900,000 KRW"
    assert "5541" in ValueList.objects.get(name="fuel_mcc").values
    assert ValueChange.objects.filter(state="proposed").count() == 2
    assert AuditEvent.objects.filter(action="rule.book_imported").count() == 1


def test_book_of_one_company_becomes_the_book_of_another_once_somebody_agrees(
    cast: Cast, admin: Actor
) -> None:
    text = (
        "format: cleancard rule book 1\nrules:\n  - code: Z01\n    name: {ko: 가, en: A}\n    question: {ko: 왜, en: Why}\n"
        "    text: merchant.mcc in @mine and amount > $mine\n"
        "lists:\n  - {name: mine, kind: code, label: {ko: 목록, en: List}, values: ['0742'], expires: {'0742': 2030-01-01}}\n"
        "parameters:\n  - {name: mine, kind: money, label: {ko: 값, en: Value}, values: [{value: 1250, currency: GBP, from: 2026-01-01}]}\n"
    )
    steps = import_book(text=text, by=admin)
    # the rule names what one person alone cannot make: it follows once a second one has agreed
    assert [step.action for step in steps] == ["refused", "new", "new"]
    assert not ValueList.objects.filter(name="mine").exists()
    assert not Parameter.objects.filter(name="mine").exists()
    assert "다시 가져오면" in steps[1].reason
    approver = cast.actor("approver")
    for words in waiting_wording():
        confirm_wording(change=words, by=approver)
    assert [step.action for step in import_book(text=text, by=admin)] == ["new", "proposal", "proposal"]
    for change in ValueChange.objects.all():
        approve_value_change(change=change, by=approver)
    version = RuleVersion.objects.get(rule__code="Z01")
    activate_version(version=propose_version(version=version, by=admin), by=approver)
    assert differing(preview_book(text=text, by=admin)) == []
    kept = book_content()
    assert kept["lists"][0]["values"] == ["0742"]
    assert kept["lists"][0]["expires"] == {"0742": "2030-01-01"}
    assert kept["parameters"][0]["values"] == [{"value": "1250", "currency": "GBP", "from": "2026-01-01"}]


def test_entry_that_cannot_be_taken_is_refused_with_its_reason_and_keeps_no_other_back(admin: Actor) -> None:
    text = (
        "format: cleancard rule book 1\nrules:\n"
        "  - {code: Z01, name: {ko: 가, en: A}, text: 금액 > 50만원}\n"
        "  - {code: Z02, name: {ko: 가, en: A}, text: 'amount > 500 KRW', examples: [{hits: no, claim: {amount: 600}}]}\n"
        "  - {code: Z03, name: {ko: 가, en: A}, text: 'amount > 500 KRW', colour: red}\n"
        "  - {code: Z04, name: {ko: 가, en: A}, text: 'amount > 500 KRW'}\n"
    )
    steps = {step.name: step for step in import_book(text=text, by=admin)}
    assert {name: step.action for name, step in steps.items()} == {
        "Z01": "refused",
        "Z02": "refused",
        "Z03": "refused",
        "Z04": "new",
    }
    assert "amount" in steps["Z01"].reason
    assert "colour" in steps["Z03"].reason
    assert list(Rule.objects.values_list("code", flat=True)) == ["Z04"]


@pytest.mark.parametrize("text", ["", "a", "[1]", "format: other", "format: cleancard rule book 1\nrule: []"])
def test_text_that_is_no_book_is_refused(admin: Actor, text: str) -> None:
    with pytest.raises(BookNotValid):
        preview_book(text=text, by=admin)


def test_only_who_drafts_and_proposes_imports(cast: Cast) -> None:
    for role in ("approver", "auditor", "reviewer"):
        with pytest.raises(NotPermitted):
            import_book(text="format: cleancard rule book 1", by=cast.actor(role))


def test_commands_export_and_import_the_same_book(admin: Actor, tmp_path: Path) -> None:
    version = draft_rule(code="Z01", text="amount > 500 KRW", by=admin, examples=[HIT, MISS], **ABOUT)
    file, out = tmp_path / "book.yaml", io.StringIO()
    call_command("rules_export", str(file), stderr=io.StringIO())
    assert file.read_text() == export_book(by=admin)
    file.write_text(file.read_text().replace("code: Z01", "code: Z02"))
    call_command("rules_import", str(file), by=admin.username, stdout=out)
    assert "new       rule      Z02" in out.getvalue()
    assert not Rule.objects.filter(code="Z02").exists()
    call_command("rules_import", str(file), "--apply", by=admin.username, stdout=out)
    assert RuleVersion.objects.get(rule__code="Z02").examples == version.examples
    with pytest.raises(CommandError, match="계정이 없습니다"):
        call_command("rules_import", str(file), by="nobody", stdout=out)


def test_rule_that_says_otherwise_than_its_examples_is_not_saved(admin: Actor) -> None:
    with pytest.raises(ExampleFails):
        draft_rule(code="Z01", text="amount > 700 KRW", by=admin, examples=[HIT], **ABOUT)
    version = draft_rule(code="Z01", text="amount > 500 KRW", by=admin, examples=[HIT, MISS], **ABOUT)
    with pytest.raises(ExampleFails):
        edit_draft(version=version, lock_version=0, by=admin, text="amount > 300 KRW")
    version.refresh_from_db()
    assert version.text == "amount > 500 KRW"
    saved = edit_draft(version=version, lock_version=0, by=admin, text="amount > 300 KRW", examples=[HIT])
    assert len(saved.examples) == 1


@pytest.mark.parametrize("code", ["M11", "A10", "T08"])
def test_adopted_template_is_a_draft_with_what_it_needs_and_counts_after_a_second_person(
    cast: Cast, admin: Actor, code: str
) -> None:
    version = adopt_template(code=code, by=admin)
    assert version.state == "draft"
    assert version.rule.question_ko
    assert version.examples
    with pytest.raises(CodeTaken):
        adopt_template(code=code, by=admin)
    proposed = propose_version(version=version, by=admin)
    with pytest.raises(NotPermitted):
        activate_version(version=proposed, by=admin)
    assert activate_version(version=proposed, by=cast.actor("approver")).state == "active"


def test_template_without_a_question_cannot_be_proposed(admin: Actor) -> None:
    version = adopt_template(code="M11", by=admin)
    Rule.objects.filter(pk=version.rule_id).update(question_ko="")
    with pytest.raises(QuestionMissing):
        propose_version(version=version, by=admin)


def test_only_rule_admins_adopt(cast: Cast) -> None:
    with pytest.raises(NotPermitted):
        adopt_template(code="M11", by=cast.actor("approver"))
