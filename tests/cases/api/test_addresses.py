"""What no list can read of its address is said in one way, by every list of the interface and every page: given twice, not typable, reversed."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.urls import get_resolver
from django.utils import translation

from audit.asked import IN_ONE, SPANS, ends_before_it_begins
from tests.cases.api.test_interface import described, everybody, is_problem, operations, sample, taken
from tests.cases.stage import Stage
from tests.routes import walk

__all__ = ["described"]
LATE = "2026-03-31"


def spans(names: set[str]) -> list[tuple[str, str]]:
    """(query, name of the filter that is refused) of every span a list has, its end before its begin."""
    pairs = [(first, last) for first, last in SPANS if {first, last} <= names]
    both = [(f"{first}={'900' if first == 'min' else LATE}&{last}={'10' if first == 'min' else '2026-01-01'}", last) for first, last in pairs]  # fmt: skip
    return both + [(f"{name}={LATE}..2026-01-01", name) for name in IN_ONE if name in names]


@pytest.mark.parametrize(("language", "every"), [("ko", 1), ("en", 9)])
def test_every_list_of_the_interface_refuses_them(
    stage: Stage, described: Any, language: str, every: int
) -> None:
    """ASVS 5: 2.2.1: doubled, control characters, spans that end before they begin; in English a part of them."""
    known, tried = everybody(language), 0
    headers = {"Accept-Language": language}
    for method, path, one in list(operations(described))[::every]:
        names = set(taken(one, "query"))
        call, place = getattr(known, method), sample(path)
        asked = [(f"{name}=1&{name}=2", name, "given_twice") for name in names]
        asked += [(f"{name}=a%00b", name, "unreadable") for name in names]
        asked += [(query, name, "ends_before_it_begins") for query, name in spans(names)]
        for query, name, code in asked:
            answer = call(f"{place}?{query}", headers=headers)
            is_problem(answer, korean=language == "ko")
            assert answer.status_code == 400, (place, query)
            said = answer.json()["fields"][name][0]
            assert bool(re.search("[가-힣]", said)) is (language == "ko"), said
            if code == "ends_before_it_begins":
                first = "900" if name == "max" else LATE
                with translation.override(language):
                    assert said == ends_before_it_begins(first, "10" if name == "max" else "2026-01-01")
            tried += 1
    print(f"{tried} addresses refused in {language}")
    assert tried > 150 / every


@pytest.mark.parametrize("language", ["ko", "en"])
def test_another_form_than_json_is_refused_in_words(stage: Stage, language: str) -> None:
    known, headers = everybody(language), {"Accept-Language": language}
    for place in ("/api/v1/cases/", "/api/v1/claims/", "/api/v1/rules/"):
        for other in ("xml", "csv", ""):
            answer = known.get(f"{place}?format={other}", headers=headers)
            is_problem(answer, korean=language == "ko")
            assert (answer.status_code, "format=json" in answer.json()["fields"]["format"][0]) == (400, True)
        assert known.get(f"{place}?format=json", headers=headers).status_code == 200


def test_every_page_says_them_and_none_fails(stage: Stage) -> None:
    page = everybody("ko")
    tried = said = 0
    for route, _entry in walk(get_resolver().url_patterns):
        plain = "/" + re.sub(r"[\^$\\]|\?P?", "", route)
        if "<" in plain or "(" in plain or plain.startswith(("/api/", "/static/", "/accounts/")):
            continue
        told = page.get(
            f"{plain}?q=%00&state=1&state=2&from={LATE}&to=2026-01-01", headers={"Accept-Language": "ko"}
        )
        assert told.status_code < 500, plain
        tried += 1
        if (
            told.status_code == 200
            and told.headers["Content-Type"].startswith("text/html")
            and b"<main" in told.content
        ):
            text = unescape(told.content.decode())
            assert "“q”에 화면에 나타나지 않는 제어 문자가" in text, plain
            assert "“state” 조건이 서로 다른 값으로" in text, plain
            said += 1
    print(f"{tried} pages, {said} with a frame")
    assert said > 30


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/queue/", f"opened_from={LATE}&opened_to=2026-01-01"), ("/queue/", f"decided_in={LATE}..2026-01-01"), ("/claims/", f"from={LATE}&to=2026-01-01"),
        ("/claims/", "min=900&max=10"), ("/labels/", f"from={LATE}&to=2026-01-01"), ("/audit/", f"from={LATE}&to=2026-01-01"),
    ],
)  # fmt: skip
def test_a_list_whose_span_ends_before_it_begins_says_so_and_leaves_it_out(
    stage: Stage, path: str, query: str
) -> None:
    answer = everybody("en").get(f"{path}?{query}", headers={"Accept-Language": "en"})
    text = unescape(answer.content.decode())
    assert answer.status_code == 200
    assert "comes before" in text
    assert text.count("nothing lies between") == 1
    assert "is neither a month nor days" not in text
