"""Rows of the queue that are kept: whatever a row shows, a page with kept rows is the page that is made anew."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from cases.models import Case
from cases.services import queue, tagging
from cases.services.company import company_today
from cases.templatetags import queue_rows
from fraud.claims.models import Cardholder, Department, User
from tests.cases.stage import Stage, fresh

pytestmark = pytest.mark.django_db


def table(client: Any, address: str = "/queue/?view=all") -> str:
    page = client.get(address).content.decode()
    return re.sub(
        r'csrfmiddlewaretoken" value="[^"]*"', "", page[page.index("<tbody") : page.index("</tbody>")]
    )


def test_a_kept_row_is_what_is_made_anew_whatever_changed(stage: Stage, client: Any) -> None:
    first, second = stage.case(priority=900, expected_loss_minor=500), stage.case(priority=100)
    by = stage.actor("reviewer")
    rows = Case.objects.filter(pk=first.pk)
    put = [
        lambda: queue.take_case(case=first, by=by, expected_version=1),
        lambda: tagging.set_tags(case=first, tags=["출장"], by=by, expected_version=2),
        lambda: rows.update(expected_loss_minor=999),
        lambda: Case.objects.filter(pk=second.pk).update(
            expected_loss_minor=5_000_000
        ),  # the bars are relative
        lambda: rows.update(has_news=True),
        lambda: rows.update(n_claims=3),
        lambda: rows.update(due_on=company_today() - timedelta(days=3)),
        lambda: rows.update(snoozed_until=company_today() + timedelta(days=9), snooze_reason="출장"),
        lambda: rows.update(band="high"),
        lambda: rows.update(source="tip"),
        lambda: rows.update(drawn_blind=True),
        lambda: User.objects.filter(pk=stage.cast.reviewer.pk).update(last_name="남궁"),
        lambda: Cardholder.objects.filter(pk=first.cardholder_id).update(name="새이름"),
        lambda: Department.objects.filter(pk=stage.cast.department.pk).update(name="새부서"),
    ]
    client.force_login(stage.cast.other_reviewer)
    before = table(client)
    assert table(client) == before
    for change in put:
        change()
        kept = table(client)
        assert kept != before, change
        queue_rows.forget_rows()
        assert table(client) == kept
        before = kept
    assert fresh(first).assignee is not None
    client.cookies["django_language"] = "en"
    english = table(client)
    assert english != before
    assert queue_rows._rows


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("Low risk", "High risk")), ("ko", ("위험 낮음", "위험 높음"))]
)
def test_a_row_says_its_risk_as_a_word_where_nobody_may_not_know_it(
    stage: Stage, client: Any, language: str, words: tuple[str, str]
) -> None:
    stage.case(band="low")
    stage.case(band="high", drawn_blind=True)  # a random check: nothing of a score
    client.force_login(stage.cast.other_reviewer)
    client.cookies["django_language"] = language
    page = table(client)
    assert words[0] in page
    assert words[1] not in page
    assert page.count('class="risk ') == 1
