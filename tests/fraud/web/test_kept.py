"""Parts of pages that are kept: whatever a part shows is in its key, and nobody gets the words or the token of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.template import Context, engines
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from fraud.web import kept
from fraud.web.kept import Shelf, frozen

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.dates()
    | st.text(max_size=5)
    | st.text(max_size=5).map(SafeString),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    kept.parts.clear()
    yield
    kept.parts.clear()


def page(text: str, **values: Any) -> str:
    template = engines["django"].engine.from_string("{% load kept i18n %}" + text)
    return str(template.render(Context(values)))


def test_a_part_sees_the_values_it_names_and_nothing_else_of_its_page() -> None:
    assert page("{% kept a=a %}{{ a }}-{{ b }}{% endkept %}", a="1", b="2") == "1-"


@given(st.lists(values, min_size=1, max_size=6))
def test_a_kept_part_reads_as_one_that_is_made_anew(shown: list[Any]) -> None:
    template = engines["django"].engine.from_string(
        "{% load kept %}{% kept a=a %}{{ a }}{% for one in a %}<{{ one }}>{% endfor %}{% endkept %}"
    )
    plain = engines["django"].engine.from_string("{{ a }}{% for one in a %}<{{ one }}>{% endfor %}")
    for value in [*shown, *shown]:
        context = {"a": [value]}
        assert template.render(Context(context)) == plain.render(Context(context))


@given(values, values)
def test_what_reads_differently_has_another_key(one: Any, other: Any) -> None:
    plain = engines["django"].engine.from_string("{{ a }}")
    if plain.render(Context({"a": one})) != plain.render(Context({"a": other})):
        assert frozen(one) != frozen(other)


def test_numbers_and_answers_that_are_equal_are_kept_apart() -> None:
    text = "{% kept a=a %}{{ a }}{% endkept %}"
    template = engines["django"].engine.from_string("{% load kept %}" + text)
    assert [template.render(Context({"a": value})) for value in (1, True, 1.0, "1")] == [
        "1",
        "True",
        "1.0",
        "1",
    ]


def test_a_part_is_kept_a_language() -> None:
    template = engines["django"].engine.from_string(
        "{% load kept i18n %}{% kept %}{% translate 'Search' %}{% endkept %}"
    )
    said = []
    for language in ("ko", "en", "ko"):
        with override(language):
            said.append(template.render(Context()))
    assert said == ["검색", "Search", "검색"]


def test_everybody_has_their_own_token_in_a_kept_form() -> None:
    template = engines["django"].engine.from_string("{% load kept %}{% kept %}{% csrf_token %}{% endkept %}")
    for token in ("first", "second"):
        made = template.render(Context({"csrf_token": SimpleLazyObject(lambda token=token: token)}))
        assert made == f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
    assert len(kept.parts) == 1
    assert 'value="' not in template.render(Context()).replace('value=""', "")


def test_what_can_change_while_it_is_kept_is_refused() -> None:
    for value in ({"a": 1}, object(), {1}):
        with pytest.raises(TypeError, match="kept part"):
            frozen(value)
    assert frozen(date(2026, 11, 30)) == (date, date(2026, 11, 30))


def test_a_part_that_shows_more_than_it_names_is_found_by_every_test() -> None:
    said = iter("ab")

    class Turning(str):
        def __str__(self) -> str:
            return next(said)

    assert kept.is_checked
    template = engines["django"].engine.from_string(
        "{% load kept %}{% kept a=a %}{{ a.swapcase }}{% endkept %}"
    )
    turning = Turning("x")
    turning_swap = iter("ab")
    Turning.swapcase = lambda self: next(turning_swap)  # type: ignore[method-assign,assignment]
    template.render(Context({"a": turning}))
    with pytest.raises(AssertionError, match="more than it names"):
        template.render(Context({"a": turning}))


def test_a_shelf_lets_go_of_what_was_not_asked_for_longest() -> None:
    shelf = Shelf(2)
    for key in "ab":
        shelf.put(key, SafeString(key))
    assert shelf.get("a") == "a"
    shelf.put("c", SafeString("c"))
    assert [shelf.get(key) for key in "abc"] == ["a", None, "c"]
    assert len(shelf) == 2
