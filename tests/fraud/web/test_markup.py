"""HTML of parts is what Django makes of them, whatever they are; an address is what `reverse` says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from fraud.web.markup import address, format_html, format_html_join


class OfItsOwn:
    def __html__(self) -> str:
        return "<b>mine</b>"


PARTS = st.one_of(
    st.text(), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False), st.text().map(mark_safe),
    st.just(gettext_lazy("Queue")), st.just(Decimal("1.50")), st.just(OfItsOwn()),
)  # fmt: skip


@given(st.lists(PARTS, min_size=3, max_size=3), st.text(), st.sampled_from(["ko", "en"]))
def test_parts_are_escaped_as_django_escapes_them(parts, between, language):
    pattern = "<p title='{}'>{} {{}} {}</p>"
    with override(language):
        made = format_html(pattern, *parts)
        assert made == html.format_html(pattern, *parts)
        joined = format_html_join(between, pattern, [parts, parts])
        assert joined == html.format_html_join(between, pattern, [parts, parts])
    assert type(made) is type(joined) is SafeString
    assert format_html("{name}", name="<") == "&lt;"


def test_an_address_is_what_reverse_says():
    for _again in range(2):
        assert address("fraud:claim", 7) == reverse("fraud:claim", args=[7])
        assert address("cases:detail", "C-2026-000001") == reverse("cases:detail", args=["C-2026-000001"])
    with pytest.raises(NoReverseMatch):
        address("cases:nowhere")
