"""Tags: money, dates, bands and URLs as people read them, always escaped."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from fraud.web import tags as tags
from fraud.web.dates import say_day, say_moment


def text_of(html: str) -> str:
    import re

    return re.sub(r"<[^>]+>", "", str(html))


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (1_140_000, "KRW", "ko", "1,140,000원"),
        (1_140_000, "KRW", "en", "KRW1,140,000"),
        (1234, "GBP", "ko", "GBP12.34"),
        (-5000, "KRW", "en", "KRW−5,000 refund"),
        (0, "KRW", "ko", "0원"),
    ],
)
def test_money_reads_as_people_write_it(minor, currency, language, text):
    with translation.override(language):
        assert text_of(tags.money(minor, currency)) == text


def test_negative_money_carries_a_word_in_korean():
    with translation.override("ko"):
        assert "취소" in tags.money(-100, "KRW") or "refund" in tags.money(-100, "KRW")


@pytest.mark.parametrize(
    ("day", "language", "said"),
    [
        (date(2026, 11, 19), "ko", "11월 19일 (목)"),
        (date(2026, 11, 19), "en", "Thu 19 Nov"),
        (date(2025, 1, 2), "ko", "2025년 1월 2일 (목)"),
        (date(2025, 1, 2), "en", "Thu 2 Jan 2025"),
    ],
)
def test_day_is_said_with_its_year_only_when_far(day, language, said):
    assert say_day(day, language, today=date(2026, 11, 20)) == said


def test_moment_is_to_the_minute():
    assert (
        say_moment(datetime(2026, 11, 19, 23, 14, 59), "en", today=date(2026, 11, 20)) == "Thu 19 Nov 23:14"
    )


def test_moment_shows_the_company_clock_and_the_second_on_hover():
    html = tags.moment(datetime(2026, 11, 19, 14, 14, 5, tzinfo=UTC))
    assert "23:14" in text_of(html)
    assert 'title="2026-11-19 23:14:05 KST"' in html


def test_moment_without_a_known_time_shows_only_the_date():
    assert ":" not in text_of(tags.moment(datetime(2026, 11, 19, 15, 0, tzinfo=UTC), False))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.84, "0.8 s"), (42.9, "42 s"), (185, "3 min 5 s"), (4800, "1 h 20 min"), (None, "–")],
)
def test_duration_is_said_in_fitting_units(seconds, said):
    with translation.override("en"):
        assert tags.duration(seconds) == said


@pytest.mark.parametrize(("code", "steps"), [("low", 1), ("medium", 2), ("high", 3)])
def test_band_has_a_word_and_as_many_steps(code, steps):
    with translation.override("en"):
        html = tags.band(code)
    assert html.count('class="on"') == steps
    assert text_of(html) == code.capitalize()


def test_band_shows_a_percentage_only_when_given_one():
    assert "%" not in tags.band("high")
    assert "55 %" in tags.band("high", 0.55)


def test_avatar_and_icon_escape():
    assert "<x>" not in tags.avatar("<x>") + tags.icon('"><x>')


def render(source: str, path: str = "/claims/", **context: object) -> str:
    request = RequestFactory().get(path)
    return Template("{% load cleancard %}" + source).render(Context({"request": request, **context}))


def test_querystring_keeps_filters_and_drops_the_cursor():
    path = "/claims/?q=a&after=xyz&type=refund"
    assert render("{% querystring type=None %}", path) == "?q=a"
    assert render("{% querystring after='abc' %}", path) == "?q=a&amp;after=abc&amp;type=refund"


def test_without_removes_one_of_several_values():
    assert render("{% without 'tag' 'a' %}", "/x/?tag=a&tag=b&after=z") == "?tag=b"


def test_hidden_query_escapes_and_skips():
    html = render("{% hidden_query 'q' %}", '/x/?q=1&run="><script>')
    assert "<script>" not in html
    assert 'name="q"' not in html


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (1000, "1,000"), (1001, "1,000+")])
def test_capped_count_shows_a_plus(count, text):
    with translation.override("en"):
        assert tags.capped(count) == text


def test_names_choose_the_reader_s_language_and_fall_back():
    thing = {
        "name_ko": "분할 결제",
        "name_en": "Split payment",
        "clause": "제12조",
        "clause_en": "",
        "label": "x",
    }
    with translation.override("en"):
        assert tags.t2(thing, "name") == "Split payment"
        assert tags.t2(thing, "clause") == "제12조"
    with translation.override("ko"):
        assert tags.t2(thing, "name") == "분할 결제"
    assert tags.t2(None, "name") == ""


def test_dialog_holds_its_content_and_a_close_button():
    html = render("{% dialog 'd1' title %}<p>inside</p>{% enddialog %}", title="A < B")
    assert '<dialog id="d1"' in html
    assert "<p>inside</p>" in html
    assert "A &lt; B" in html
    assert "data-close" in html
