"""The overview of those who see no cases: what it counts against plain counts, and which role is shown what."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cases.models import Case
from cases.pages.period_lines import Span
from cases.pages.role_overview import label_weeks, precision_of
from cases.services.company import company_today
from cases.workflow import State
from fraud.claims.models import Label
from fraud.detection.intervals import wilson
from fraud.detection.models import ModelVersion
from tests.cases.stage import Stage
from tests.cast import make_case, make_claim, make_run

pytestmark = pytest.mark.django_db
#: What the page of each is about; nobody else is shown it.
HEADINGS = {"model_owner": "주별 라벨", "rule_admin": "점검할 규칙", "system_admin": "최근 파일"}


def closed(disposition: str, **fields: object) -> Case:
    now = timezone.now()
    return make_case(
        state=State.CLOSED,
        closed_at=now,
        opened_at=now,
        disposition=disposition,
        claims=[make_claim()],
        **fields,
    )


@pytest.fixture
def champion() -> ModelVersion:
    return ModelVersion.objects.create(
        reference="M-2026-0007", stage="champion", folder="x", sha256="0" * 64, created_by="system:nightly"
    )


def test_the_champions_precision_counts_what_its_score_opened_and_was_decided(
    stage: Stage, champion: ModelVersion
) -> None:
    own, other = make_run(model_version=champion), make_run()
    for disposition, run, source in (
        ("confirmed_misuse", own, "model"), ("confirmed_misuse", own, "model"), ("legitimate", own, "model"),
        ("confirmed_misuse", other, "model"),  # of another version
        ("legitimate", own, "control_sample"),  # drawn at random
        ("confirmed_misuse", own, "rule"),
    ):  # fmt: skip
        closed(disposition, run=run, source=source)
    make_case(run=own, source="model")  # not decided
    today = company_today()
    hidden = closed("legitimate", run=own, source="model")
    line = precision_of(champion, Span(today - timedelta(days=90), today, frozenset([hidden.pk])))
    bounds = wilson(2, 3)
    assert (line.value.n, line.value.of) == (2, 3)
    assert (line.value.low, line.value.high) == (bounds.low, bounds.high)


def test_labels_are_counted_in_the_week_they_became_known(stage: Stage) -> None:
    now = timezone.now()
    for days, is_misuse in ((0, True), (0, False), (7, True), (400, True)):
        Label.objects.create(
            claim=make_claim(),
            is_misuse=is_misuse,
            source="review",
            known_at=now - timedelta(days=days),
            labelled_by="x",
        )
    weeks = label_weeks(stage.actor("model_owner"))
    assert [(week.n, week.n_misuse) for week in weeks[-2:]] == [(1, 1), (2, 1)]
    assert (len(weeks), sum(week.n for week in weeks)) == (12, 3)


@pytest.mark.parametrize("who", HEADINGS)
def test_each_is_shown_their_own_part_and_every_link_of_it_opens(
    stage: Stage, champion: ModelVersion, who: str
) -> None:
    cache.clear()
    make_run(model_version=champion, n_claims=3)
    client = Client()
    client.force_login(getattr(stage.cast, who))
    answer = client.get("/reports/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert {one for one, words in HEADINGS.items() if words in text} == {who}
    for path in set(re.findall(r'href="(/[^"#]*)"', text.partition("<main")[2])):
        assert client.get(unescape(path)).status_code == 200, f"{path} leads nowhere for them"
