"""Every form of a step that rests on a version sends the one its page showed: what the interface asks a program for, a page asks for too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from tests.cases.api.test_page_steps import STEPS

ROOT = Path(__file__).resolve().parents[3]
VERSIONS = {"seen", "version", "lock_version", "content_hash"}
#: Steps whose address says it: the number of the rule's version that the page showed.
IN_ADDRESS = {("rule-step", name) for name in ("retire", "propose-retirement", "keep", "back", "roll-back")}
#: Forms that only fill another, which carries it: nothing is kept before that is sent.
FILLS = {("list-file", "")}
#: Steps of a page that the interface calls otherwise.
CALLED = {
    "withdraw-file": "delete my/requests/X/evidence/X/",
    "withdraw-consent": "delete my/notices/X/consent/",
    "turn-down": "post access-changes/1/return/",
    "withdraw": "post access-changes/1/withdraw/",
    "ask": "put rules/X/versions/1/",
}
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_ADDRESS = re.compile(r"\{% url '(?:\w+:)?([\w-]+)'([^%]*)%\}")


@cache
def described() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def operation(address: str) -> dict[str, Any]:
    """What the interface says of `post rules/X/keep/`; of several, the one with the fewest values in its address."""
    method, path = address.split(" ")
    fitting = [
        name
        for name, methods in described()["paths"].items()
        if method in methods
        and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(name)), f"/api/v1/{path}")
    ]
    found: dict[str, Any] = described()["paths"][min(fitting, key=lambda name: name.count("{"))][method]
    return found


@cache
def asks_for_version(address: str) -> bool:
    told = operation(address)
    if any(one["in"] == "header" and one["name"] == "If-Match" for one in told.get("parameters", [])):
        return True
    schema = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return bool(VERSIONS & set(described()["components"]["schemas"].get(name, schema).get("properties", {})))


def forms() -> Iterator[tuple[str, str, str, str]]:
    """(template, page, step or nothing, form) of every form that posts to an address with a name, its buttons' addresses too."""
    for path in sorted(ROOT.glob("*/templates/**/*.html")):
        for form in _FORM.findall(path.read_text(encoding="utf-8")):
            if 'method="post"' in form:
                for page, values in _ADDRESS.findall(form):
                    step = re.search(r"'([\w-]+)'\s*$", values)
                    yield path.name, page, step[1] if step else "", form


def test_every_form_of_a_step_with_a_version_sends_the_one_that_was_shown() -> None:
    wrong, n_asking = [], 0
    for template, page, step, form in forms():
        addresses = STEPS.get(page, ())
        own = [CALLED[step]] if step in CALLED else [one for one in addresses if one.endswith(f"/{step}/")]
        if (page, step) in IN_ADDRESS | FILLS or not any(map(asks_for_version, own or addresses)):
            continue
        n_asking += 1
        if not re.search(r'name="(seen|version|lock_version|content_hash|case)"', form):
            wrong.append((template, page, step))
    assert n_asking > 40
    assert not wrong, "\n".join(map(str, wrong))
