"""What a body of the interface refuses says what would be right, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override
from rest_framework import serializers

from fraud.web.api_says import by_path
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer


class Inner(StrictSerializer):
    kind = serializers.ChoiceField(choices=["one", "two"])


class Body(StrictSerializer):
    policy = serializers.ChoiceField(choices=[("cost", "By cost"), ("fixed", "Fixed")], required=False)
    braces = serializers.ChoiceField(choices=["{a}", "{b}"], required=False)
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=["opened", "closed"]),
        min_length=1,
        max_length=2,
        required=False,
    )
    scopes = serializers.ListField(child=StrictIntegerField(), allow_empty=False, required=False)
    free = serializers.ListField(child=StrictIntegerField(), required=False)
    changes = serializers.DictField(child=StrictCharField(), allow_empty=False, required=False)
    rows = Inner(many=True, required=False)


CHOICES = ("Choose one of: {}.", "다음 중에서 선택해 주세요: {}.")
WRONG: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"policy": "by chance"}, tuple(one.format("cost, fixed") for one in CHOICES)),
    ({"policy": ["cost"]}, tuple(one.format("cost, fixed") for one in CHOICES)),
    ({"braces": "c"}, tuple(one.format("{a}, {b}") for one in CHOICES)),
    ({"events": ["opened", "burnt"]}, tuple(one.format("opened, closed") for one in CHOICES)),
    ({"rows": [{"kind": "three"}]}, tuple(one.format("one, two") for one in CHOICES)),
    ({"events": []}, ("Give a list of 1 to 2 entries.", "항목을 1개에서 2개까지 목록으로 적어 주세요.")),
    ({"events": ["opened"] * 3}, ("Give a list of 1 to 2 entries.", "항목을 1개에서 2개까지")),
    ({"scopes": []}, ("Give a list with at least 1 entry.", "항목을 1개 이상 목록으로 적어 주세요.")),
    ({"scopes": "all"}, ("Give a list with at least 1 entry.", "항목을 1개 이상")),
    ({"free": 3}, ("Give a list, as […].", "[…] 형태의 목록으로 적어 주세요.")),
    ({"changes": {}}, ("Give at least one name with its value.", "이름과 값을 하나 이상 적어 주세요.")),
    ({"changes": []}, ("as {…}.", "{…} 형태로 적어 주세요.")),
]


@pytest.mark.parametrize(("body", "said"), WRONG)
def test_a_refusal_names_what_is_taken(body: dict[str, Any], said: tuple[str, str]) -> None:
    for language, words in zip(("en", "ko"), said, strict=True):
        with override(language):
            checked = Body(data=body)
            assert not checked.is_valid()
            assert words in str(checked.errors), checked.errors


def test_what_is_right_is_taken() -> None:
    body = {
        "policy": "cost",
        "events": ["opened", "closed"],
        "scopes": [1],
        "free": [],
        "changes": {"a": "b"},
        "rows": [{"kind": "one"}],
    }
    checked = Body(data=body)
    assert checked.is_valid(), checked.errors
    assert checked.validated_data == body


class Long(StrictSerializer):
    name = StrictCharField(max_length=3, required=False)
    reason = StrictCharField(min_length=5, required=False)
    one = StrictCharField(max_length=1, required=False)
    n = StrictIntegerField(min_value=2, max_value=9, required=False)
    texts = serializers.DictField(child=StrictCharField(max_length=40), required=False)


@pytest.mark.parametrize(
    ("body", "path", "english", "korean"),
    [
        ({"name": "abcd"}, "name", "Write at most 3 characters.", "최대 3자까지 입력할 수 있습니다."),
        ({"one": "ab"}, "one", "Write at most 1 character.", "최대 1자까지 입력할 수 있습니다."),
        ({"reason": "ab"}, "reason", "Write at least 5 characters.", "5자 이상 입력해 주세요."),
        ({"n": 10}, "n", "Give a number of at most 9.", "9 이하의 숫자를 입력해 주세요."),
        ({"n": 1}, "n", "Give a number of at least 2.", "2 이상의 숫자를 입력해 주세요."),
        (
            {"texts": {"a": "x" * 41}},
            "texts.a",
            "Write at most 40 characters.",
            "최대 40자까지 입력할 수 있습니다.",
        ),
    ],
)
def test_lengths_and_limits_are_said_in_our_words(body: Any, path: str, english: str, korean: str) -> None:
    for language, said in (("en", english), ("ko", korean)):
        with override(language):
            refused = Long(data=body)
            assert not refused.is_valid()
            assert by_path(refused.errors) == {path: [said]}


def test_a_refusal_is_sentences_by_path_however_deep() -> None:
    nested = {
        "name": ["a"],
        "scopes": {0: ["b"], 2: ["c", "d"]},
        "rows": [{}, {"amount": ["e"], "non_field_errors": ["f"]}],
        "alone": "g",
    }
    assert by_path(nested) == {
        "name": ["a"], "scopes.0": ["b"], "scopes.2": ["c", "d"], "rows.1.amount": ["e"], "rows.1": ["f"], "alone": ["g"],
    }  # fmt: skip
    assert by_path(["x"]) == {"non_field_errors": ["x"]}
