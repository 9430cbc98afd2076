"""What one entry of a book may hold: nothing is dropped, doubled, halved or turned into a word, and what is refused says why."""

from __future__ import annotations

import codecs
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from audit.actor import Actor
from rules.book_text import BookNotValid, decode_book, read_yaml, write_yaml
from rules.exceptions import ValueNotValid
from rules.models import Parameter, ParameterValue, Rule, RuleVersion, ValueChange, ValueList
from rules.services import draft_rule
from rules.services.book import FORMAT, book_content
from rules.services.book_bundle import confirm_book, propose_book, steps_of, try_book
from rules.services.book_import import preview_book
from rules.services.book_takers import BookStep
from rules.services.values import propose_parameter_value
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
WHY = "a test of books"
ASKED = {"ko": "용도는?", "en": "What for?"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def admin(cast: Cast) -> Actor:
    return cast.actor("rule_admin")


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def limit(db: object) -> Parameter:
    return Parameter.objects.create(name="z_limit", kind="money", label_ko="한도", label_en="Limit")


@pytest.fixture
def drinks(db: object) -> ValueList:
    return ValueList.objects.create(
        name="z_drinks", kind="text", label_ko="술", label_en="Drinks", values=["beer", "wine"]
    )


def rule(code: str = "Z01", **more: Any) -> dict[str, Any]:
    usual = {"code": code, "name": {"ko": "가", "en": "A"}, "question": ASKED, "text": "amount > 500 KRW"}
    return usual | more


def limits(*values: tuple[str, str], currency: str = "KRW") -> dict[str, Any]:
    dated = [{"value": value, "currency": currency, "from": day} for value, day in values]
    return {"name": "z_limit", "kind": "money", "label": {"ko": "한도", "en": "Limit"}, "values": dated}


def words(*values: Any, **more: Any) -> dict[str, Any]:
    usual = {"name": "z_drinks", "kind": "text", "label": {"ko": "술", "en": "Drinks"}}
    return usual | {"values": list(values)} | more


def book(**parts: Any) -> str:
    return write_yaml({"format": FORMAT, **parts})


def only(steps: list[BookStep]) -> BookStep:
    (step,) = steps
    return step


def taken(text: str, by: Actor, second: Actor) -> list[BookStep]:
    return steps_of(confirm_book(change=propose_book(text=text, by=by, reason=WHY), by=second))


@pytest.mark.parametrize("code", ["A 01/../X", "Q/1", "Q?2", "Q#3", "..", "가나", "", "Z" * 21, "-1", "Q%5"])
def test_rule_has_a_code_that_an_address_can_hold_or_is_refused_with_what_would_be_right(
    admin: Actor, code: str
) -> None:
    with pytest.raises(ValueNotValid, match="such as Z01"):
        draft_rule(code=code, text="amount > 1 KRW", by=admin, name_ko="가", name_en="A")
    if code.strip() and len(code) <= 20:
        step = only(try_book(text=book(rules=[rule(code)]), by=admin))
        assert (step.action, "such as Z01" in step.reason) == ("refused", True)
    assert not Rule.objects.exists()


def test_equal_entries_count_once_and_differing_ones_are_refused_by_name(cast: Cast, admin: Actor) -> None:
    same = only(taken(book(rules=[rule(state="active")] * 2), admin, cast.actor("approver")))
    assert (same.action, RuleVersion.objects.count()) == ("new", 1)
    twice = book(rules=[rule(weight="2"), rule("z01", weight="3")])
    for steps in (try_book(text=twice, by=admin), preview_book(text=twice, by=admin)):
        assert only(steps).action == "refused"
        assert "“Z01” stands in the book more than once" in only(steps).reason


def test_list_or_parameter_twice_in_a_book_is_refused(
    admin: Actor, limit: Parameter, drinks: ValueList
) -> None:
    text = book(
        lists=[words("beer"), words("gin")],
        parameters=[limits(("1", "2027-01-01")), limits(("2", "2027-01-01"))],
    )
    assert [step.action for step in try_book(text=text, by=admin)] == ["refused", "refused"]


@pytest.mark.parametrize(
    ("value", "currency", "why"),
    [
        ("700000.5", "KRW", "is no whole number"),
        ("1250.5", "GBP", "is no whole number"),
        ("-5", "KRW", "not below zero"),
    ],
)
def test_amount_finer_than_its_currency_or_below_zero_is_refused(
    admin: Actor, limit: Parameter, value: str, currency: str, why: str
) -> None:
    text = book(parameters=[limits((value, "2027-01-01"), currency=currency)])
    step = only(try_book(text=text, by=admin))
    assert (step.action, why in step.reason) == ("refused", True)


def test_limit_below_zero_is_refused_by_the_service_and_a_share_is_not(
    admin: Actor, limit: Parameter
) -> None:
    said = {"valid_from": date(2030, 1, 1), "by": admin, "reason": WHY}
    with pytest.raises(ValueNotValid, match="not below zero"):
        propose_parameter_value(parameter=limit, value=Decimal(-5), currency="KRW", **said)
    share = Parameter.objects.create(name="z_drop", kind="percent", label_ko="감소", label_en="Drop")
    propose_parameter_value(parameter=share, value=Decimal("-0.3"), **said)


def test_confirmed_book_stores_each_value_once_and_says_the_same_afterwards(
    cast: Cast, admin: Actor, limit: Parameter
) -> None:
    text = book(parameters=[limits(("700,000", "2030-01-01"), ("700000.0", "2030-01-01"))])
    taken(text, admin, cast.actor("approver"))
    assert [row.value for row in ParameterValue.objects.all()] == ["700000"]
    assert only(try_book(text=text, by=admin)) == BookStep("parameters", "z_limit", "same")


def test_changed_old_value_takes_the_place_of_the_one_before_and_back_again(
    cast: Cast, admin: Actor, limit: Parameter
) -> None:
    approver = cast.actor("approver")
    for value in ("500000", "900000", "500000"):
        text = book(parameters=[limits((value, "2000-01-01"))])
        if ParameterValue.objects.exists():
            assert only(try_book(text=text, by=admin)).action == "proposal"
        taken(text, admin, approver)
        assert book_content()["parameters"] == read_yaml(text)["parameters"]
        assert only(try_book(text=text, by=admin)).action == "same"
    # what was known before is kept
    assert list(ParameterValue.objects.order_by("pk").values_list("value", flat=True)) == [
        "500000",
        "900000",
        "500000",
    ]


def test_two_values_for_one_day_in_one_parameter_are_refused(admin: Actor, limit: Parameter) -> None:
    text = book(parameters=[limits(("700000", "2027-01-01"), ("800000", "2027-01-01"))])
    assert "Keep one" in only(try_book(text=text, by=admin)).reason


def test_value_that_the_book_leaves_out_is_told_and_differs(
    admin: Actor, limit: Parameter, tmp_path: Path
) -> None:
    ParameterValue.objects.create(
        parameter=limit, value="500000", currency="KRW", valid_from=date(2000, 1, 1)
    )
    (tmp_path / "book.yaml").write_text(book(parameters=[limits()]), encoding="utf-8")
    out = io.StringIO()
    call_command("rules_import", str(tmp_path / "book.yaml"), by=admin.username, stdout=out)
    assert "value: 500000; currency: KRW; from: 2000-01-01" in out.getvalue()
    assert "differ: 1" in out.getvalue()


def test_list_value_with_its_end_is_read_and_anything_else_that_is_no_text_is_refused(
    admin: Actor, drinks: ValueList
) -> None:
    read = only(
        try_book(text=book(lists=[words({"value": "beer", "until": "2030-01-01"}, "wine")]), by=admin)
    )
    assert (read.action, any("beer: '2030-01-01'" in line for line in read.lines)) == ("proposal", True)
    for wrong in ({"value": "beer", "since": "2030-01-01"}, ["beer"], {"value": ["beer"]}, ""):
        step = only(try_book(text=book(lists=[words("wine", wrong)]), by=admin))
        assert (step.action, "Value 2 of the list" in step.reason) == ("refused", True)
    with pytest.raises(BookNotValid, match="null is no value"):
        read_yaml("values:\n  - null\n")
    assert read_yaml("values:\n  - 'null'\n") == {"values": ["null"]}


def test_what_a_new_list_says_is_refused_with_what_would_be_right_before_anybody_agrees_to_it(
    admin: Actor,
) -> None:
    label = {"ko": "가", "en": "A"}
    for entry, told in (
        ({"name": "new_mcc", "kind": "code", "values": ["58", "5813"]}, "“58”: A merchant category is four digits"),
        ({"name": "new_words", "kind": "text", "values": [{"value": "beer", "until": "2030-02-30"}]}, "“beer”: “2030-02-30” is no day of the calendar; its month ends on 2030-02-28"),
        ({"name": "new_words", "kind": "text", "values": [{"value": "beer", "until": "soon"}]}, "“beer”: Write a day as 2026-01-31"),
        ({"name": "Bad-Name", "kind": "text", "values": ["x"]}, "small letters, digits and _"),
    ):  # fmt: skip
        step = only(preview_book(text=book(lists=[entry | {"label": label}]), by=admin))
        assert (step.action, told in step.reason) == ("refused", True), step.reason


def test_end_of_a_value_that_is_not_in_the_list_is_refused(admin: Actor, drinks: ValueList) -> None:
    text = book(lists=[words("beer", "wine", expires={"gin": "2030-01-01"})])
    assert "“gin”" in only(try_book(text=text, by=admin)).reason
    other_spelling = book(lists=[words("beer", "wine", expires={"BEER": "2030-01-01"})])
    assert only(try_book(text=other_spelling, by=admin)).action == "proposal"
    assert not ValueChange.objects.exists()


def test_book_of_refused_entries_says_of_each_why(admin: Actor) -> None:
    unasked = rule("Z02", state="active", question={"ko": "", "en": ""})
    text = book(rules=[rule(state="running"), unasked])
    with pytest.raises(ValueNotValid) as refused:
        propose_book(text=text, by=admin, reason=WHY)
    assert "Z01: state is one of" in str(refused.value)
    assert "Z02: " in str(refused.value)


def test_rule_that_stands_otherwise_than_the_book_says_differs(admin: Actor) -> None:
    draft_rule(code="Z01", text="amount > 500 KRW", by=admin, name_ko="가", name_en="A")
    step = only(preview_book(text=book(rules=[rule(state="active", question={})]), by=admin))
    assert (step.action, "Here it is Draft, in the book Active" in step.reason) == ("same", True)
    unknown = only(preview_book(text=book(rules=[rule(state="running")]), by=admin))
    assert (unknown.action, "draft, proposed, shadow, active" in unknown.reason) == ("refused", True)


def test_file_in_another_encoding_is_read_where_that_is_certain_and_else_told_what_to_do(
    admin: Actor, tmp_path: Path
) -> None:
    text = book(rules=[rule(name={"ko": "규칙", "en": "Rule"})])
    assert decode_book(codecs.BOM_UTF16_LE + text.encode("utf-16-le")) == text
    assert decode_book(text.encode("utf-8-sig")) == text
    for data in (text.encode("cp949"), text.encode("utf-16-le"), b"\xff\xfe\x00"):
        with pytest.raises(BookNotValid, match="UTF-8"):
            decode_book(data)
    (tmp_path / "book.yaml").write_bytes(text.encode("cp949"))
    with pytest.raises(CommandError, match="save it again with the encoding UTF-8"):
        call_command("rules_import", str(tmp_path / "book.yaml"), by=admin.username)
