"""What beginners write is answered with what they should write, in both languages, at its place; and what is offered is accepted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.fields import FIELDS, KEY_LABELS
from rules.language import Expression, RuleNotValid, check, parse, read, to_text
from rules.language.mending import mend
from rules.language.mending.naming_place import Names
from rules.language.messages import MESSAGES
from rules.language.words import field_meant, key_meant
from rules.starter_lists import STARTER_LISTS
from rules.starter_parameters import STARTER_PARAMETERS
from tests.draws import draws
from tests.rules.beginners import ROWS
from tests.rules.generated import LISTS, PARAMETERS, condition

COMPANY = {"lists": STARTER_LISTS, "parameters": STARTER_PARAMETERS}


def refused(text: str) -> RuleNotValid:
    with pytest.raises(RuleNotValid) as caught:
        read(text, **COMPANY)
    return caught.value


@pytest.mark.parametrize(("text", "codes", "meant", "english", "korean"), ROWS, ids=[row[0] for row in ROWS])
def test_slip_is_answered_with_the_rule_that_was_meant(
    text: str, codes: str, meant: str, english: str, korean: str
) -> None:
    refusal = refused(text)
    assert [problem.code for problem in refusal.problems] == codes.split()
    assert refusal.correction == meant
    assert (refusal.problems[0].message_en, refusal.problems[0].message_ko) == (english, korean)
    check(parse(meant), **COMPANY)


@pytest.mark.parametrize("text", [row[0] for row in ROWS])
def test_each_message_marks_a_place_of_the_text(text: str) -> None:
    for problem in refused(text).problems:
        assert problem.line == 1
        assert 1 <= problem.column <= len(text) + 1
        assert problem.length >= 1


def test_table_covers_many_kinds() -> None:
    assert len(ROWS) >= 90
    assert len({code for row in ROWS for code in row[1].split()}) >= 25


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_field_is_known_by_its_labels_in_both_languages(field: object) -> None:
    for label in (field.label_ko, field.label_en):  # type: ignore[attr-defined]
        assert field_meant(label, near=False) is not None


def test_keys_are_known_by_their_labels() -> None:
    for key, labels in KEY_LABELS.items():
        assert [key_meant(label) for label in labels] == [key, key]


def _is_valid(tree: Expression) -> bool:
    try:
        check(tree, lists=LISTS, parameters=PARAMETERS)
    except RuleNotValid:
        return False
    return True


@given(condition(2).filter(_is_valid))
@settings(max_examples=draws(100), deadline=None)
def test_valid_rule_is_never_reworded(tree: Expression) -> None:
    text = to_text(tree)
    found = mend(text, Names(LISTS, PARAMETERS))
    assert found.text is not None
    assert parse(found.text) == tree, text


@given(
    st.lists(st.sampled_from([row[0] for row in ROWS]), min_size=2, max_size=3),
    st.sampled_from(["and", "or"]),
)
@settings(max_examples=draws(60), deadline=None)
def test_whatever_is_offered_is_accepted(parts: list[str], word: str) -> None:
    refusal = refused(f" {word} ".join(parts))
    assert all(problem.message_en and problem.message_ko for problem in refusal.problems)
    if refusal.correction is not None:
        check(parse(refusal.correction), **COMPANY)


def test_every_message_is_in_both_languages() -> None:
    for code, (english, korean) in MESSAGES.items():
        assert any("가" <= letter <= "힣" for letter in korean), code
        assert not any("가" <= letter <= "힣" for letter in english), code
