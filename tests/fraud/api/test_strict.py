"""Strict requests: what Python and REST framework would let through, and the sentence each gets instead (ASVS 5: 2.2.1, 15.3.3, 15.3.5)."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from fraud.web.api_bodies import MAX_DEPTH, BodyNotValid, parse_strictly
from fraud.web.api_says import first_code
from fraud.web.api_strict import (
    StrictBooleanField,
    StrictCharField,
    StrictDateField,
    StrictIntegerField,
    StrictSerializer,
)

# fmt: off
REFUSED = [
    (b"NaN", "not_a_number"), (b"[Infinity]", "not_a_number"), (b'{"a":-Infinity}', "not_a_number"), (b"1e999", "not_a_number"),
    (b'{"a":1,"a":2}', "duplicate_field"), (b'[{"b":{"a":1,"a":1}}]', "duplicate_field"), (b"[" * 100_000, "too_deep"),
    (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "too_deep"), (b'"\\u0000"', "text_not_valid"), (b'"\\ud800"', "text_not_valid"),
    (b'{"\\udfff":1}', "text_not_valid"), (b"", "not_json"), (b"{", "not_json"), (b"{'a':1}", "not_json"), (b"\xff", "not_utf8"),
    (b'{"a":1}{"b":2}', "not_json"), (b"[1,]", "not_json"),
]
# fmt: on


@pytest.mark.parametrize(("body", "code"), REFUSED)
def test_a_body_that_can_be_read_in_two_ways_is_read_in_none(body: bytes, code: str) -> None:
    with pytest.raises(BodyNotValid) as refusal:
        parse_strictly(body)
    assert refusal.value.get_codes() == code
    assert str(refusal.value.detail)


_plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs", "Cc"])), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(_plain)
def test_ordinary_json_comes_through_unchanged(value: Any) -> None:
    assert parse_strictly(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_no_bytes_end_in_anything_but_a_value_or_a_refusal(body: bytes) -> None:
    with suppress(BodyNotValid):
        assert parse_strictly(body) == json.loads(body)


FIELDS = [
    (StrictIntegerField(), [0, -5, 2**40], [True, "1", "１", "1_0", 1.0, 1.5, None, [], {}]),
    (StrictBooleanField(), [True, False], [1, 0, "true", "yes", None]),
    (StrictCharField(), ["a", " b "], [1, True, None, [], {}]),
    (
        StrictDateField(),
        ["2026-03-31"],
        ["20260331", "2026-W14-2", "2026-02-30", "２０２６-03-31", 20260331, None, True],
    ),
]


@pytest.mark.parametrize(("field", "good", "bad"), FIELDS, ids=lambda x: type(x).__name__)
def test_a_field_takes_its_own_type_and_no_other(field: Any, good: list, bad: list) -> None:
    for value in good:
        field.run_validation(value)
    for value in bad:
        with pytest.raises(serializers.ValidationError):
            field.run_validation(value)


class Small(StrictSerializer):
    name = StrictCharField()
    made_at = serializers.DateField(read_only=True)


class Outer(StrictSerializer):
    inner = serializers.ListField(child=Small())


@pytest.mark.parametrize(
    "body",
    [{"name": "a", "nmae": "b"}, {"name": "a", "made_at": "2026-01-01"}, {"name": "a", "__class__": 1}],
)
def test_a_field_nobody_asked_for_is_named(body: dict[str, Any]) -> None:
    checked = Small(data=body)
    assert not checked.is_valid()
    assert first_code(checked.errors) == "unknown_field"
    assert set(checked.errors) == set(body) - {"name"}


def test_a_field_nobody_asked_for_is_named_inside_a_list_too() -> None:
    checked = Outer(data={"inner": [{"name": "a"}, {"name": "b", "x": 1}]})
    assert not checked.is_valid()
    assert first_code(checked.errors) == "unknown_field"
