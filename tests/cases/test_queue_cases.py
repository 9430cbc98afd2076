"""Cases of a page of the queue, read as plain rows: each is what Django reads, and what is not listed is read when asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.models import Case
from cases.pages.queue_cases import read_cases
from cases.services import queue, tagging
from cases.services.company import company_today
from tests.cases.stage import Stage

pytestmark = pytest.mark.django_db


def test_a_case_of_the_list_is_the_case(stage: Stage) -> None:
    by = stage.actor("reviewer")
    taken, plain = stage.case(priority=900), stage.case(priority=100)
    queue.take_case(case=taken, by=by, expected_version=1)
    tagging.set_tags(case=taken, tags=["출장", "가족"], by=by, expected_version=2)
    Case.objects.filter(pk=plain.pk).update(
        merchant=None, snoozed_until=company_today() + timedelta(days=3), merged_into=taken, drawn_blind=True
    )
    keys = [plain.pk, 0, taken.pk]
    read = read_cases(keys)
    assert [case.pk for case in read] == [plain.pk, taken.pk]  # in the order asked, without what is not there
    for case in read:
        whole = Case.objects.get(pk=case.pk)
        for name in vars(case).keys() - {"_state", "tag_names"}:
            assert getattr(case, name) == getattr(whole, name), name
        assert str(case.cardholder) == str(whole.cardholder)
        assert case.cardholder.department == whole.cardholder.department
        assert (case.merchant, case.assignee) == (whole.merchant, whole.assignee)
        assert (case.is_blind, case.is_scored) == (whole.is_blind, whole.is_scored)
        assert case.tag_names == [tag.name for tag in whole.tag_rows.all()]  # type: ignore[attr-defined]
        assert case.undo == whole.undo  # not among the columns: read when it is asked for
        assert case.merged_into == whole.merged_into


def test_a_page_of_nothing_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert read_cases([]) == []


def test_a_list_is_read_by_two_queries(stage: Stage, django_assert_num_queries) -> None:
    keys = [stage.case().pk, stage.case().pk]
    with django_assert_num_queries(2):
        assert len({str(case.cardholder) for case in read_cases(keys)}) > 0
