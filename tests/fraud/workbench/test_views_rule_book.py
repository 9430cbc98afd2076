"""A rule book of very many entries: its pages show some at a time, none is out of reach, and nothing grows with it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from fraud.workbench.views.rule_book import MOST_LINES, SHOWN
from rules.models import BookChange
from rules.services.book_takers import BookStep
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
MANY = 5_000


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def ruleadmin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.rule_admin)
    client.cookies["django_language"] = "en"
    return client


def step(number: int, **more: Any) -> dict[str, Any]:
    told = {
        "part": "parameters",
        "name": f"big_{number:04d}",
        "action": "new",
        "lines": [f"+ value: {number}"],
    }
    return told | {"reason": "", "reasons": {}} | more


@pytest.fixture
def book(cast: Cast) -> BookChange:
    steps = [step(number) for number in range(MANY)]
    steps[7] = step(7, lines=[f"+ - v{line}" for line in range(3 * MOST_LINES)])
    steps[-1] = step(MANY - 1, action="refused", reason="its unit is missing")
    return BookChange.objects.create(text="", steps=steps, reason="all of it", proposed_by=cast.rule_admin)


def names_in(page: str) -> list[str]:
    return re.findall(r"<code>(big_\d+)</code>", page)


def test_every_entry_of_a_large_book_is_on_one_of_its_pages_and_what_was_refused_on_the_first(
    ruleadmin: Client, book: BookChange
) -> None:
    path = reverse("fraud:book-change", args=[book.pk])
    seen: list[str] = []
    following = ""
    while True:
        page = ruleadmin.get(path + following).content.decode()
        assert len(page) < 120_000
        seen += names_in(page)
        if not seen[SHOWN:]:
            assert names_in(page)[0] == f"big_{MANY - 1:04d}"
            assert "its unit is missing" in page
        told = re.search(r'href="(\?after=[\w-]+)" rel="next"', page)
        if told is None:
            break
        following = told[1]
        if len(seen) == 3 * SHOWN:  # the pages between are as these
            following = f"?after={_cursor(MANY - SHOWN)}"
            seen += [f"big_{number:04d}" for number in range(3 * SHOWN - 1, MANY - SHOWN - 1)]
    assert sorted(seen) == [f"big_{number:04d}" for number in range(MANY)]
    assert names_in(ruleadmin.get(f"{path}?after=nonsense").content.decode())[0] == f"big_{MANY - 1:04d}"


def _cursor(place: int) -> str:
    from audit.paging import Cursor

    return Cursor("book", "", place).as_text()


def test_an_entry_of_very_many_lines_is_shown_whole_on_a_page_of_its_own(
    ruleadmin: Client, book: BookChange
) -> None:
    path = reverse("fraud:book-change", args=[book.pk])
    page = ruleadmin.get(path).content.decode()
    assert f"{2 * MOST_LINES} more lines" in page
    assert f"v{MOST_LINES - 1}<" in page
    assert f"v{MOST_LINES}<" not in page
    (number,) = re.findall(r'href="\?entry=(\d+)"', page)
    alone = ruleadmin.get(f"{path}?entry={number}").content.decode()
    assert names_in(alone) == ["big_0007"]
    assert f"v{3 * MOST_LINES - 1}<" in alone
    assert "All entries" in alone
    for wrong in ("0", "x", str(MANY + 1), "9" * 40):
        assert len(names_in(ruleadmin.get(f"{path}?entry={wrong}").content.decode())) == SHOWN


def test_what_an_import_would_change_is_shown_in_part_and_the_rest_is_counted(
    ruleadmin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [BookStep("parameters", f"big_{number:04d}", "new", ("+ value: 1",)) for number in range(MANY)]
    monkeypatch.setattr("fraud.workbench.views.rule_book.try_book", lambda **_: steps)
    page = ruleadmin.post(reverse("fraud:rule-book"), {"text": "x", "step": "try"}).content.decode()
    assert len(names_in(page)) == SHOWN
    assert f"{MANY - SHOWN} more entries change" in page
    assert f"New: {MANY}" in page


def test_the_interface_lists_books_with_how_many_entries_they_have_and_the_first_of_them(
    ruleadmin: Client, book: BookChange, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        BookChange.objects.create(text="", steps=[step(1)], reason=f"no {number}")
    (first, *others) = ruleadmin.get("/api/v1/rules/book/changes/").json()
    assert (first["n_steps"], len(first["steps"])) == (MANY, 200)
    assert len(others) == 19
    assert ruleadmin.get(reverse("fraud:rule-book")).content.decode().count("waits for a second person") == 20
