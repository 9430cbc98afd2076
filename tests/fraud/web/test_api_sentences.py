"""Whatever a body of the interface holds, its refusal says in the reader's language what would be right; none of it is a sentence of the framework."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core import validators
from django.urls import get_resolver
from django.utils import translation
from rest_framework import fields as kinds
from rest_framework import serializers

from fraud.web.api_says import by_path
from fraud.web.api_strict import StrictSerializer
from tests.routes import walk

# fmt: off
BAD: list[Any] = [
    None, True, 0, -1, 2**70, 1.5, 1e300, "", "  ", "x", "a" * 20_001, "2026-02-30", "31.12.2026", "1e9", "１２", "\u202e", [], [1], ["x"] * 1100, {}, {"x": 1}, {"": None},
    [[]], [{}], [None],
]
# fmt: on


def bodies() -> list[type[StrictSerializer]]:
    """Every body that an operation takes."""
    list(walk(get_resolver().url_patterns))  # the views, and with them their bodies

    def below(kind: type) -> Iterator[type]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    found = [kind for kind in set(below(StrictSerializer)) if not kind.__module__.startswith("tests.")]
    return sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__))


def tried(field: Any) -> Iterator[Any]:
    """Bad values of a field, and of what is in it."""
    yield from BAD
    child = getattr(field, "child", None)
    if child is not None:
        for value in BAD:
            yield [value]
            yield {"a": value}
    for name in getattr(child, "fields", {}):
        for value in BAD[::2]:
            yield [{name: value}]


def filled(kind: type[StrictSerializer]) -> Iterator[dict[str, Any]]:
    """Bodies with a bad value in each field, until every value was tried: each field is refused by itself, and making a body takes longer than refusing one."""
    values = {name: list(tried(field)) for name, field in kind().fields.items()}
    for number in range(max(map(len, values.values()), default=0)):
        yield {name: given[number] for name, given in values.items() if number < len(given)}


def said_of(kind: type[StrictSerializer], data: Any) -> Iterator[str]:
    body = kind(data=data)
    body.is_valid()
    for said in by_path(body.errors).values():
        yield from said


def framework_says(language: str) -> re.Pattern[str]:
    """Any sentence that a field, a serializer or a validator of the frameworks has of its own."""
    found = {"No data provided"}
    with translation.override(language):
        for module in (kinds, serializers):
            for kind in vars(module).values():
                found |= set(map(str, getattr(kind, "default_error_messages", {}).values()))
        found |= {str(getattr(one, "message", "")) for one in vars(validators).values()}
    plain = {
        re.sub(r"\\\{.*?\\\}|%\\\(.*?\\\)[sd]|%\\\(.*?\\\)", ".*", re.escape(text)) for text in found if text
    }
    return re.compile("|".join(sorted(plain)))


def test_no_body_is_refused_with_a_sentence_of_the_framework() -> None:
    """All of them in Korean, a part in English."""
    n, said = 0, set()
    for language, strangers in (("ko", framework_says("ko")), ("en", framework_says("en"))):
        with translation.override(language):
            for kind in bodies()[:: 1 if language == "ko" else 4]:
                for whole in (None, [], "x", 1, {}):
                    said |= set(said_of(kind, whole))
                for data in filled(kind):
                    n += len(data)
                    said |= set(said_of(kind, data))
            framework = {one for one in said if strangers.fullmatch(one)}
            assert framework == set()
            said = {one.replace("ko (한국어)", "ko") for one in said}
            assert {one for one in said if bool(re.search("[가-힣]", one)) is not (language == "ko")} == set()
            said = set()
    print(f"{len(bodies())} bodies, {n} values")
    assert n > 4_000
