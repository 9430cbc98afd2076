"""Templates with their constant nodes put together read as those that Django reads, in either language."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.template import Context, Engine, Template, engines
from django.template.base import Node, TextNode
from django.template.context import make_context
from django.test import RequestFactory
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from fraud.web.folding import Constant, Included
from fraud.web.warming import OURS

PLAIN = "django.template.loaders.app_directories.Loader"
pieces = st.sampled_from(
    [
        "text ",
        "{% translate 'Search' %}",
        '{% translate "Search" as said %}{{ said }}',
        "{% icon 'close' %}",
        "{% static 'fraud/logo.svg' %}",
        "{% url 'cases:queue' %}",
        "{% key_of 'take' %}",
        "{{ name }}",
        "{{ thing.text|default:name }}{{ thing.said }}{{ thing.safe }}{{ thing.number }}{{ thing.on }}",
        "{{ thing.missing }}{{ thing.call }}{{ thing.broken }}{{ none.text }}{{ words.0 }}{{ words.said }}",
        "{% autoescape off %}{{ name }}{{ thing.text }}{% endautoescape %}",
        "[{% if thing.call == 'called' and not thing.missing and thing.number > 1 %}yes{% endif %}",
        "{% url 'fraud:claim' thing.number %}",
        "{% if name %}",
        "{% for one in many %}",
        "{% with name='<b>' %}",
        "{% include 'fraud/_components/mark.html' %}",
        "{% include 'fraud/_components/empty.html' with title=name text='t' %}",
    ]
)


class Thing:
    """Whatever a template may find behind a dot."""

    text, number, on = "<&>", 12345, date(2026, 11, 3)
    said, safe = gettext_lazy("Search"), mark_safe("<b>")

    def call(self) -> str:
        return "called"

    @property
    def broken(self) -> str:
        raise Broken


class Broken(Exception):
    silent_variable_failure = True


AROUND = {"many": [1, 2], "thing": Thing(), "words": {0: "none", "said": "<i>"}, "none": None}
ENDS = {"{% if": "{% endif %}", "{% fo": "{% endfor %}", "{% wi": "{% endwith %}"}


def engine_of(loader: Any) -> Engine:
    ours = engines["django"].engine
    return Engine(loaders=[loader], libraries=ours.libraries, context_processors=[])


def nested(drawn: list[str]) -> str:
    """The pieces, each that opens something closed at the end."""
    ends = [ENDS[piece[:5]] for piece in drawn if piece[:5] in ENDS]
    return "{% load i18n static cleancard %}" + "".join(drawn) + "".join(reversed(ends))


@given(st.lists(pieces, max_size=9), st.sampled_from(["ko", "en"]), st.sampled_from(["", "<i>"]))
def test_any_template_says_the_same_folded(drawn: list[str], language: str, name: str) -> None:
    text = nested(drawn)
    texts = ("django.template.loaders.locmem.Loader", {"page.html": text})
    plain, folded = engine_of(("django.template.loaders.cached.Loader", [texts, PLAIN])), engine_of(("fraud.web.folding.Loader", [texts, PLAIN]))  # fmt: skip
    with override(language):
        first, second = (
            one.get_template("page.html").render(Context({"name": name, **AROUND})) for one in (plain, folded)
        )
        assert first == second
        assert folded.get_template("page.html").render(Context({"name": name, **AROUND})) == first
    with override("en" if language == "ko" else "ko"):
        first, second = (
            one.get_template("page.html").render(Context({"name": name, **AROUND})) for one in (plain, folded)
        )
        assert first == second


def nodes_of(template: Template) -> list[Node]:
    return template.nodelist.get_nodes_by_type(Node)


def test_no_template_of_ours_has_two_constant_nodes_side_by_side() -> None:
    engine = engines["django"].engine
    n = 0
    for app in OURS:
        folder = Path(apps.get_app_config(app).path) / "templates"
        for path in sorted(folder.rglob("*.html")):
            template = engine.get_template(str(path.relative_to(folder)))
            for before, after in zip(template.nodelist, template.nodelist[1:], strict=False):
                assert not (
                    isinstance(before, (Constant, TextNode)) and isinstance(after, (Constant, TextNode))
                )
            n += sum(isinstance(node, (Constant, Included)) for node in nodes_of(template))
    assert n > 1000


def test_a_page_in_one_language_does_not_speak_the_other_after_it() -> None:
    template = engines["django"].engine.get_template("fraud/_components/keys.html")
    said = {}
    for language in ("ko", "en", "ko", "en"):
        with override(language):
            context = make_context({}, RequestFactory().get("/"), autoescape=True)
            text = template.render(context)
        assert said.setdefault(language, text) == text
    assert said["ko"] != said["en"]


def test_an_included_template_keeps_what_it_sets_to_itself() -> None:
    loader = (
        "fraud.web.folding.Loader",
        [("django.template.loaders.locmem.Loader", {
            "page.html": "{% include 'part.html' with a=1 %}[{{ a }}{{ said }}]",
            "part.html": "{% load i18n %}{% translate 'Search' as said %}{{ a }}",
        })],
    )  # fmt: skip
    assert engine_of(loader).get_template("page.html").render(Context()) == "1[]"


def test_a_missing_template_is_told_as_before() -> None:
    from django.template import TemplateDoesNotExist

    loader = ("fraud.web.folding.Loader", [("django.template.loaders.locmem.Loader", {"page.html": "{% include 'no.html' %}"})])  # fmt: skip
    with pytest.raises(TemplateDoesNotExist, match=r"no\.html"):
        engine_of(loader).get_template("page.html").render(Context())
