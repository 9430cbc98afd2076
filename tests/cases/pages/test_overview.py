"""The overview's tables: each figure against a plain count, and against the list it leads to."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from statistics import median
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from django.utils.timezone import localtime

from audit.people import number_key
from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import Case, ExplanationRequest
from cases.pages.figure_lines import Line, Pair, Target
from cases.pages.overview import Sections
from cases.pages.queue_filters import read_period
from cases.visibility import visible_cases
from fraud.company.values import DEFAULTS, SettingsNotValid, check_settings
from fraud.detection.intervals import wilson
from tests.cases.pages.test_assurance import at, body_of, months, nothing_remembered
from tests.cases.stage import Stage
from tests.cast import make_cardholder, make_case, make_claim, make_department, make_merchant

__all__ = ["months", "nothing_remembered"]
TODAY = date(2026, 11, 20)
SINCE, UNTIL = TODAY - timedelta(days=90), TODAY
WHY = "월례 회의 자료"


@pytest.fixture
def places(months: Stage) -> Stage:
    """Their cases spread over three people of two departments, two merchants and two approvers, spelled in two ways."""
    units = [make_department(code, name=name) for code, name in (("D-7", "구매팀"), ("D-8", "시설팀"))]
    people = [make_cardholder(f"E70{n}", name=f"사람{n}", department=units[n % 2]) for n in range(3)]
    merchants = [make_merchant(name=name) for name in ("초록분식", "하늘주점")]
    for n, case in enumerate(Case.objects.order_by("pk")):
        person = people[n % 3]
        Case.objects.filter(pk=case.pk).update(cardholder=person)
        claims = [alert.claim for alert in case.alerts.all()]
        for claim in claims:
            claim.cardholder, claim.merchant = person, merchants[n % 2]
            claim.approver_no = ("E801", "e-801", "E802")[n % 3]
            claim.save()
    return months


def shown(stage: Stage, who: str = "auditor", **query: str) -> Sections:
    cache.clear()
    client = Client()
    client.force_login(getattr(stage.cast, who))
    found: Sections = client.get("/reports/", query).context["sections"]
    return found


def judged(since: date = SINCE, until: date = UNTIL) -> list[tuple[Case, bool]]:
    """The cases decided for or against in these days, by the day they were closed, and whether it was misuse."""
    found = []
    for case in Case.objects.all():
        if case.disposition and case.closed_at and since <= localtime(case.closed_at).date() <= until:
            verdict = DISPOSITIONS[Disposition(case.disposition)].is_misuse
            if verdict is not None:
                found.append((case, verdict))
    return found


def lines_shown(sections: Sections) -> list[Line]:
    pairs: list[Pair] = [
        pair for one in (sections.compared, sections.sources, sections.rules) for pair in one.pairs
    ]
    lines = [line for pair in pairs for line in (pair.now, pair.before) if line]
    lines += [line for row in sections.backlog for line in (row.all, *row.ages)]
    return lines + [row.line for group in sections.repeats for row in group.rows]


def test_the_period_and_the_one_before_are_what_a_plain_count_gives(places: Stage) -> None:
    for n_days in (30, 90):
        sections = shown(places, days=str(n_days))
        ends = [(TODAY - timedelta(days=n_days), TODAY)]
        ends.append((ends[0][0] - timedelta(days=n_days + 1), ends[0][0] - timedelta(days=1)))
        assert [(sections.since, sections.until), (sections.before_since, sections.before_until)] == ends
        pairs = {pair.line.code: pair for pair in sections.compared.pairs}
        for (since, until), which in zip(ends, ("now", "before"), strict=True):
            rows = judged(since, until)
            told = getattr(pairs["precision"], which).value
            assert (told.n, told.of) == (sum(wrong for _case, wrong in rows), len(rows))
            cases = [
                c
                for c in Case.objects.exclude(disposition="")
                if c.closed_at and since <= localtime(c.closed_at).date() <= until
            ]
            assert getattr(pairs["decided"], which).value.value == len(cases)
        by_source: dict[str, list[bool]] = {}
        for case, wrong in judged(*ends[0]):
            by_source.setdefault(case.source, []).append(wrong)
        for pair in sections.sources.pairs:
            assert pair.now is not None
            value, mine = pair.now.value, by_source.pop(pair.now.code)
            assert (value.n, value.of) == (sum(mine), len(mine))
            bounds = wilson(sum(mine), len(mine))
            assert (value.low, value.high) == (bounds.low, bounds.high)
        assert not by_source
    assert pairs["decided"].now is not None
    assert pairs["decided"].now.value.value == 25


def test_what_is_open_is_told_by_state_age_and_time_in_the_state(places: Stage) -> None:
    Case.objects.filter(disposition="").update(state_since=at(3))
    for n in range(2):
        claims = [make_claim(external_id=f"R-{n}")]
        make_case(claims=claims, state="in_review", opened_at=at(5), state_since=at(11))
    rows = {row.state: row for row in shown(places).backlog}
    waiting = list(Case.objects.exclude(state="closed"))
    assert set(rows) == {case.state for case in waiting}
    for state, row in rows.items():
        mine = [case for case in waiting if case.state == state]
        ages = [(TODAY - localtime(case.opened_at).date()).days for case in mine]
        assert row.all.value.value == len(mine)
        split = [
            sum(low <= age <= high for age in ages) for low, high in ((0, 7), (8, 14), (15, 30), (31, 999))
        ]
        assert [line.value.value for line in row.ages] == split
        stays = [(TODAY - localtime(case.state_since).date()).days for case in mine]
        assert (row.median_days, row.most_days) == (median(stays), max(stays))
    assert rows["in_review"].median_days == 9


def test_repetitions_are_those_with_two_cases_of_misuse(places: Stage) -> None:
    groups = {group.code: group for group in shown(places).repeats}
    subjects: dict[str, dict[str, list[tuple[Case, bool]]]] = {code: {} for code in groups}
    for case, wrong in judged():
        claim = case.alerts.get().claim
        keys = {
            "person": case.cardholder.employee_no,
            "department": case.cardholder.department.code if case.cardholder.department else "",
            "merchant": str(claim.merchant_id),
            "approver": number_key(claim.approver_no),
        }
        for code, key in keys.items():
            subjects[code].setdefault(key, []).append((case, wrong))
    for code, group in groups.items():
        expected = {
            key: (sum(wrong for _c, wrong in rows), len(rows))
            for key, rows in subjects[code].items()
            if sum(wrong for _c, wrong in rows) > 1
        }
        told = {
            number_key(row.line.code) if code == "approver" else row.line.code: (
                row.line.value.n,
                row.line.value.of,
            )
            for row in group.rows
        }
        assert told == expected, code
        assert expected
        assert [row.line.value.n for row in group.rows] == sorted(
            (n for n, _of in expected.values()), reverse=True
        )
    first = groups["person"].rows[0]
    patterns = Counter(c.pattern for c, wrong in subjects["person"][first.line.code] if wrong)
    assert first.n_pattern == max(patterns.values())


def test_a_week_counts_its_own_decisions_and_requests(places: Stage) -> None:
    weeks = {week.monday: week for week in shown(places).weeks}
    assert len(weeks) == 12
    for monday, week in weeks.items():
        rows = judged(monday, monday + timedelta(days=6))
        assert (week.n_misuse, week.n_judged) == (sum(wrong for _c, wrong in rows), len(rows))
        asked = [
            one
            for one in ExplanationRequest.objects.all()
            if monday <= localtime(one.sent_at).date() <= monday + timedelta(days=6)
        ]
        on_time = [
            one for one in asked if one.answered_at and localtime(one.answered_at).date() <= one.due_on
        ]
        assert (week.n_on_time, week.n_asked) == (len(on_time), len(asked))
    assert sum(week.n_asked for week in weeks.values()) == 6


def test_a_target_is_drawn_and_said_to_be_reached_or_missed(
    places: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = replace(DEFAULTS, target_precision=0.99, target_days=30)
    monkeypatch.setattr("cases.pages.overview.current_settings", lambda: held)
    client = Client()
    client.force_login(places.cast.auditor)
    client.cookies["django_language"] = "en"
    page = client.get("/reports/")
    pairs = {pair.line.code: pair for pair in page.context["sections"].compared.pairs}
    assert (pairs["precision"].is_met, pairs["median_days"].is_met, pairs["on_time"].is_met) == (
        False,
        True,
        None,
    )
    text = page.content.decode()
    for said in ("≥ 99 %", "≤ 30", "reached", "missed"):
        assert said in text
    assert text.count('class="mark-line"') == 2


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("target_precision", 0), ("target_on_time", 1.5), ("target_days", 0), ("target_days", 400)],
)
def test_a_target_that_is_none_is_refused(name: str, wrong: float) -> None:
    with translation.override("en"), pytest.raises(SettingsNotValid) as refused:
        check_settings(replace(DEFAULTS, **{name: wrong}))
    assert set(refused.value.problems) == {name}


def test_a_target_on_its_edge_is_reached() -> None:
    assert Target(0.9).is_met(0.9)
    assert not Target(0.9).is_met(0.899)
    assert Target(14, is_most=True).is_met(14)
    assert not Target(14, is_most=True).is_met(14.1)


def test_the_file_has_every_table_in_full(places: Stage) -> None:
    client = Client()
    client.force_login(places.cast.auditor)
    client.cookies["django_language"] = "en"
    sections: Sections = client.get("/reports/", {"days": "30"}).context["sections"]
    answer = client.post("/reports/export/", {"kind": "csv", "reason": WHY, "days": "30"})
    rows = list(csv.reader(io.StringIO(body_of(answer).decode("utf-8-sig"))))
    for line in (pair.now for pair in (*sections.compared.pairs, *sections.sources.pairs) if pair.now):
        value = line.plain(line.value.value)
        assert any(
            row[:1] == [line.words] and row[2] == ("" if value is None else str(value))
            for row in rows
            if len(row) > 6
        )
    for state in sections.backlog:
        assert [state.words, *(str(line.n_listed) for line in (state.all, *state.ages))] in [
            row[:6] for row in rows
        ]
    for group in sections.repeats:
        for one in group.rows:
            assert [one.line.words, one.line.code, str(one.line.value.n), str(one.line.value.of)] in [
                row[:4] for row in rows
            ]


def test_nobody_reads_their_own_case_in_a_table(places: Stage) -> None:
    before = shown(places)
    me = make_cardholder("E1008", name="조은비")
    Case.objects.filter(cardholder__employee_no="E700").update(cardholder=me)
    after = shown(places)
    assert {row.line.code for row in after.repeats[0].rows} == {
        row.line.code for row in before.repeats[0].rows
    } - {"E700"}
    seen = visible_cases(places.actor("auditor"))
    assert sum(row.all.n_listed or 0 for row in after.backlog) == seen.exclude(state="closed").count()


def test_the_page_asks_a_bounded_number_of_queries(places: Stage, django_assert_max_num_queries: Any) -> None:
    client = Client()
    client.force_login(places.cast.auditor)
    client.get("/reports/")
    cache.clear()
    with django_assert_max_num_queries(75):
        client.get("/reports/")
    with django_assert_max_num_queries(20):
        client.get("/reports/")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-02", (date(2026, 2, 1), date(2026, 2, 28))),
        ("2026-02-03..2026-02-03", (date(2026, 2, 3), date(2026, 2, 3))),
        ("2026-02-04..2026-02-03", None),
        ("2026-02-03..", None),
        ("2026-02-03..2026-02-04..2026-02-05", None),
    ],
)
def test_a_period_is_a_month_or_days(text: str, days: tuple[date, date] | None) -> None:
    assert read_period(text) == days
