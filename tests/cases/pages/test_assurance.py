"""The month for the audit committee: every figure against a plain count, and against the list it leads to."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import polars as pl
import pypdfium2
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from audit.models import AuditEvent
from audit.typed import month
from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import Appeal, Case, Decision, ExplanationRequest
from cases.pages.assurance import assurance_report, last_month
from cases.pages.figure_lines import Line
from cases.pages.queue_filters import last_of
from fraud.detection.intervals import wilson
from tests.cases.api.conftest import Caller, call
from tests.cases.stage import Stage
from tests.cast import (
    make_cardholder,
    make_case,
    make_claim,
    make_hit,
    make_request,
    make_rule_version,
    make_run,
    make_score,
)

__all__ = ["call"]
NOVEMBER, OCTOBER = date(2026, 11, 1), date(2026, 10, 1)
WHY = "감사위원회 11월 회의"
BANDS = ("low", "medium", "high", "")


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def at(day: int, of: int = 11) -> datetime:
    return datetime(2026, of, day, 3, 0, tzinfo=UTC)


def decided(stage: Stage, n: int, when: datetime, **fields: Any) -> Case:
    """A closed case, its outcome, band, source and second person by its number."""
    outcomes = list(Disposition)
    case = make_case(
        claims=[make_claim(external_id=f"A-{n}-{when:%m%d}", amount_minor=10_000 + n)],
        disposition=outcomes[n % len(outcomes)],
        opened_at=when - timedelta(days=n % 5 + 1),
        **{
            "pattern": "A04" if n % 2 else "model",
            "state": "closed",
            "closed_at": when,
            "band": BANDS[n % 4],
            "source": ("model", "rule", "control_sample")[n % 3],
            **fields,
        },
    )
    is_two = n % 3 == 0
    Decision.objects.create(
        case=case,
        number=1,
        state=Decision.State.APPROVED,
        disposition=case.disposition,
        amount_minor=5_000 + n if DISPOSITIONS[outcomes[n % len(outcomes)]].may_recover else 0,
        currency="KRW",
        reason="x",
        needs_approval=is_two,
        proposed_by=stage.cast.reviewer,
        proposed_at=when,
        decided_by=stage.cast.approver if is_two else stage.cast.reviewer,
        decided_at=when,
    )
    return case


@pytest.fixture
def months(stage: Stage) -> Stage:
    """Two months of decided cases, some that were asked, appealed, hit by rules, and some still open."""
    run = make_run()
    rules = [make_rule_version(code) for code in ("A04", "B07")]
    for n in range(18):
        case = decided(stage, n, at(n % 17 + 1))
        claim = case.alerts.get().claim
        score = make_score(claim=claim, run=run)
        case.alerts.update(run=run, score=score)
        if n % 4 == 0:
            make_hit(claim=claim, run=run, rule_version=rules[1])
        if n % 6 == 0:
            Appeal.objects.create(
                case=case,
                decision=case.decisions.get(),
                text="x",
                submitted_by=stage.cast.cardholder,
                submitted_at=at(n % 17 + 2),
                result="reversed" if n % 12 == 0 else "upheld",
            )
    for n in range(7):
        decided(stage, n, at(n + 20, of=10))
    for n in range(6):
        case = make_case(claims=[make_claim(external_id=f"O-{n}")], opened_at=at(19) - timedelta(days=n * 8))
        is_late = n % 2
        make_request(
            case=case,
            by=stage.cast.reviewer,
            state="answered",
            sent_at=at(n + 1),
            due_on=date(2026, 11, 10),
            answered_at=at(12 if is_late else 9),
        )
    return stage


def lines_of(stage: Stage, who: str = "auditor", first: date = NOVEMBER) -> dict[str, dict[str, Line]]:
    report = assurance_report(first, stage.actor(who))
    return {
        section.code: {pair.now.code: pair.now for pair in section.pairs if pair.now}
        for section in report.sections
    }


def in_november(moment: datetime | None) -> bool:
    return moment is not None and moment.astimezone(stage_zone()).date().strftime("%Y-%m") == "2026-11"


def stage_zone() -> Any:
    from django.utils import timezone

    return timezone.get_default_timezone()


def test_the_figures_are_what_a_plain_count_gives(months: Stage) -> None:
    found = lines_of(months)
    rows = [case for case in Case.objects.all() if case.disposition and in_november(case.closed_at)]
    verdicts = {case: DISPOSITIONS[Disposition(case.disposition)].is_misuse for case in rows}
    judged = [case for case, verdict in verdicts.items() if verdict is not None]
    wrong = [case for case in judged if verdicts[case]]
    assert found["decisions"]["decided"].value.value == len(rows) == 18
    two = sum(
        case.decisions.get().decided_by_id == months.cast.approver.pk or case.appeals.exists()
        for case in rows
    )
    assert (found["decisions"]["four_eyes"].value.n, found["decisions"]["four_eyes"].value.of) == (two, 18)
    scored = [case for case in judged if case.band]
    against = [
        c for c in scored if (c.band == "low" and verdicts[c]) or (c.band == "high" and not verdicts[c])
    ]
    told = found["decisions"]["against_score"].value
    assert (told.n, told.of) == (len(against), len(scored))
    assert against
    appeals = [one for one in Appeal.objects.all() if one.result in ("upheld", "reduced", "reversed")]
    told = found["hearing"]["reversed"].value
    assert (told.n, told.of) == (sum(one.result == "reversed" for one in appeals), len(appeals)) == (2, 3)
    asked = list(ExplanationRequest.objects.all())
    on_time = sum(one.answered_at is not None and one.answered_at.date() <= one.due_on for one in asked)
    assert (
        (found["hearing"]["on_time"].value.n, found["hearing"]["on_time"].value.of) == (on_time, 6) == (3, 6)
    )
    confirmed = sum(case.decisions.get().amount_minor for case in wrong)  # a part of each payment
    assert found["money"]["confirmed_KRW"].value.value == confirmed
    by_source = Counter(case.source for case in judged)
    for source, n in by_source.items():
        value = found["sources"][source].value
        assert (value.n, value.of) == (sum(case.source == source for case in wrong), n)
        bounds = wilson(value.n, n)
        assert (value.low, value.high) == (bounds.low, bounds.high)
        assert value.value is not None
        assert bounds.low <= value.value <= bounds.high
    shown = {
        case: {hit.rule_version.rule.code for hit in case.alerts.get().claim.hits.all()}
        | ({case.pattern} & {"A04", "B07"})
        for case in judged
    }
    for code in ("A04", "B07"):
        value = found["rules"][code].value
        mine = [case for case in judged if code in shown[case]]
        assert (value.n, value.of) == (sum(bool(verdicts[case]) for case in mine), len(mine))
    assert found["detection"]["precision"].value.of == len(judged)


def test_the_backlog_is_what_was_open_when_the_month_ended(months: Stage) -> None:
    for first in (NOVEMBER, OCTOBER):
        found = lines_of(months, first=first)["backlog"]
        day = min(last_of(first), date(2026, 11, 20))
        ages = []
        for case in Case.objects.all():
            opened = case.opened_at.astimezone(stage_zone()).date()
            closed = case.closed_at.astimezone(stage_zone()).date() if case.closed_at else None
            if opened <= day and (closed is None or closed > day):
                ages.append((day - opened).days)
        assert found["open"].value.value == len(ages)
        split = [
            sum(low <= age <= high for age in ages) for low, high in ((0, 7), (8, 14), (15, 30), (31, 999))
        ]
        assert [found[f"open_{low}"].value.value for low in (0, 8, 15, 31)] == split
    assert sum(split) > 0


def test_every_figure_leads_to_the_cases_it_counts(months: Stage) -> None:
    client = Client()
    client.force_login(months.cast.auditor)
    n_held = 0
    for first in (NOVEMBER, OCTOBER):
        for lines in lines_of(months, first=first).values():
            for line in lines.values():
                answer = client.get(line.href)
                assert answer.status_code == 200
                if line.n_listed is None:
                    continue
                told = answer.context.get("told")  # the list behind a figure, else the queue
                rows = told.rows if told else answer.context["page"].rows
                assert len(rows) == line.n_listed, (line.code, line.href)
                assert not (told.filters if told else answer.context["filters"]).problems
                n_held += bool(rows)
    assert n_held > 20


def test_period_stands_against_period(months: Stage) -> None:
    report = assurance_report(NOVEMBER, months.actor("auditor"))
    assert (report.first, report.last, report.before) == (NOVEMBER, date(2026, 11, 30), OCTOBER)
    october = lines_of(months, first=OCTOBER)
    for section in report.sections:
        for pair in section.pairs:
            assert pair.before == october[section.code].get(pair.line.code)
    decided_line = next(p for s in report.sections for p in s.pairs if p.line.code == "decided")
    assert decided_line.change == "+11"
    assert not report.is_over
    assert assurance_report(OCTOBER, months.actor("auditor")).is_over


def test_nobody_reads_their_own_case_in_a_figure(months: Stage) -> None:
    before = lines_of(months)
    me = make_cardholder("E1008", name="조은비")
    case = decided(months, 0, at(5))
    Case.objects.filter(pk=case.pk).update(cardholder=me)
    assert lines_of(months) == before
    assert lines_of(months, "approver") != before
    assert assurance_report(NOVEMBER, months.actor("auditor")).n_hidden == 1


@pytest.mark.parametrize("result", ["upheld", "reduced"])
def test_a_decision_judged_on_appeal_has_two_people_behind_it(
    stage: Stage, company: Any, result: str
) -> None:
    company(four_eyes_limit_minor=10**9)  # nobody had to approve it before
    case = stage.appealed()
    told = lines_of(stage)["decisions"]["four_eyes"].value
    assert (told.n, told.of) == (0, 1)
    stage.decide_appeal(case, result, **({"amount_minor": 50_000} if result == "reduced" else {}))
    told = lines_of(stage)["decisions"]["four_eyes"].value
    assert (told.n, told.of) == (1, 1)


def test_an_undecided_random_check_never_counts_as_against_its_score(months: Stage) -> None:
    before = lines_of(months)["decisions"]["against_score"].value
    blind = {"drawn_blind": True, "source": "control_sample", "closed_at": None, "state": "notified"}
    decided(months, 0, at(5), **{**blind, "band": "low"})
    assert lines_of(months)["decisions"]["against_score"].value == before


def test_page_and_interface_tell_the_same(months: Stage, call: Callable[[str], Caller]) -> None:
    client = Client()
    client.force_login(months.cast.auditor)
    text = unescape(client.get("/reports/assurance/?month=2026-11").content.decode())
    answer = call("auditor").get("reports/assurance/", month="2026-11")
    assert answer.status_code == 200
    found = {figure["code"]: figure for section in answer.json()["sections"] for figure in section["figures"]}
    for lines in lines_of(months).values():
        for line in lines.values():
            assert line.words in text
            assert line.said in text
            told = found[line.code]["now"]
            assert (told["found"], told["of"]) == (line.value.n, line.value.of)
            assert told["list"] == line.href
            if not line.currency:
                assert told["value"] == line.value.value
    assert found["confirmed_KRW"]["unit"] == "KRW"
    assert found["confirmed_KRW"]["now"]["value"] == str(
        lines_of(months)["money"]["confirmed_KRW"].value.value
    )


@pytest.mark.parametrize("typed", ["2026-13", "november", "2027-01", "2026-11-01", "1999-01"])
def test_a_month_that_is_none_is_said_to_be_none(
    months: Stage, call: Callable[[str], Caller], typed: str
) -> None:
    client = Client()
    client.force_login(months.cast.auditor)
    page = client.get("/reports/assurance/", {"month": typed})
    assert page.status_code == 200
    assert typed in "".join(page.context["problems"])
    assert call("auditor").get("reports/assurance/", month=typed).status_code == 400
    body = {"month": typed, "kind": "pdf", "reason": WHY}
    refused = client.post("/reports/assurance/export/", body)
    assert (refused.status_code, refused.context["typed"]["reason"]) == (422, WHY)
    listed = client.get("/queue/", {"view": "all", "decided_in": typed})
    if month(typed) is None:
        assert typed in "".join(listed.context["filters"].problems)
    assert not AuditEvent.objects.filter(action="assurance.exported").exists()


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "감사위원회 보고서 2026년 11월"), ("en", "Assurance report, Nov 2026")]
)
def test_the_document_says_every_figure_in_the_readers_language(
    months: Stage, language: str, words: str
) -> None:
    client = Client()
    client.force_login(months.cast.auditor)
    client.cookies["django_language"] = language
    answer = client.post("/reports/assurance/export/", {"month": "2026-11", "kind": "pdf", "reason": WHY})
    document = pypdfium2.PdfDocument(body_of(answer))
    text = "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    assert "".join(words.split()) in text
    assert "".join(WHY.split()) in text
    with translation.override(language):
        for lines in lines_of(months).values():
            for line in lines.values():
                for said in (line.words, line.said.replace("−", "-"), line.said_interval):
                    assert "".join(said.split()) in text, said
    (entry,) = AuditEvent.objects.filter(action="assurance.exported")
    assert (entry.reason, entry.after) == (WHY, {"month": "2026-11", "kind": "pdf"})


def test_table_and_workbook_hold_the_figures_in_full(months: Stage, tmp_path: Path) -> None:
    client = Client()
    client.force_login(months.cast.approver)

    def sent(kind: str) -> bytes:
        return body_of(
            client.post("/reports/assurance/export/", {"month": "2026-11", "kind": kind, "reason": WHY})
        )

    text = sent("csv").decode("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(io.StringIO(text)) if row}
    path = tmp_path / "x.xlsx"
    path.write_bytes(sent("xlsx"))
    sheets = pl.read_excel(path, sheet_id=0, engine="calamine")
    assert len(sheets) == 8, "a sheet a section, and one that is about all of them"
    cells = {row[0]: row for sheet in sheets.values() for row in sheet.iter_rows()}
    for lines in lines_of(months, "approver").values():
        for line in lines.values():
            value = line.plain(line.value.value)
            assert rows[line.words][2] == ("" if value is None else str(value))
            told = cells[line.words][2]
            assert (told is None) if value is None else float(told) == pytest.approx(float(str(value)))


@pytest.mark.parametrize("address", ["/reports/assurance/export/", "/reports/export/"])
@pytest.mark.parametrize(("kind", "reason"), [("csv", " no "), ("docx", WHY)])
def test_no_file_leaves_without_a_reason_or_as_an_unknown_kind(
    months: Stage, call: Callable[[str], Caller], address: str, kind: str, reason: str
) -> None:
    client = Client()
    client.force_login(months.cast.auditor)
    assert client.post(address, {"month": "2026-11", "kind": kind, "reason": reason}).status_code in (
        400,
        422,
    )
    body = {"kind": kind, "reason": reason}
    assert call("auditor").send(address.removeprefix("/"), body).status_code == 400
    assert not AuditEvent.objects.filter(action__in=["assurance.exported", "figures.exported"]).exists()


PEOPLE = (
    "reviewer", "approver", "clerk", "rule_admin", "model_owner", "auditor", "system_admin", "cardholder", "manager",
)  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_approvers_and_auditors_read_the_report_and_nobody_else(
    stage: Stage, call: Callable[[str], Caller], name: str
) -> None:
    client = Client()
    client.force_login(getattr(stage.cast, name))
    may = name in ("approver", "auditor")
    for method, page, path in (
        ("get", "/reports/assurance/", "reports/assurance/"),
        ("post", "/reports/assurance/export/", "reports/assurance/export/"),
        ("post", "/reports/export/", "reports/export/"),
    ):
        body = {"kind": "csv", "reason": WHY}
        by_page = client.get(page) if method == "get" else client.post(page, body)
        by_interface = call(name).get(path) if method == "get" else call(name).send(path, body)
        assert (by_page.status_code, by_interface.status_code) == ((200, 200) if may else (403, 403)), page
        if may and method == "post":
            assert body_of(by_page) == body_of(by_interface)


def test_the_overview_leaves_as_tables_that_say_what_it_says(stage: Stage, tmp_path: Path) -> None:
    for n in range(4):
        decided(stage, n, at(5 + n))
    client = Client()
    client.force_login(stage.cast.auditor)
    client.cookies["django_language"] = "en"
    page = client.get("/reports/")
    figures = page.context["figures"]
    text = body_of(client.post("/reports/export/", {"kind": "csv", "reason": WHY})).decode("utf-8-sig")
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(text)) if row}
    assert rows["Open cases"] == [str(figures.n_open)]
    assert rows["Misuse among decided cases"] == [str(figures.precision)]
    assert rows["KRW"][0] == str(figures.money[0].confirmed_minor)
    assert rows["Confirmed misuse"] == ["1"]
    path = tmp_path / "x.xlsx"
    path.write_bytes(body_of(client.post("/reports/export/", {"kind": "xlsx", "reason": WHY})))
    sheets = list(pl.read_excel(path, sheet_id=0, engine="calamine"))
    assert sheets[:5] == ["Overview", "Money", "How they ended", "Cases opened per week", "Last runs"]
    assert len(sheets) == 15
    entries = AuditEvent.objects.filter(action="figures.exported").order_by("seq")
    assert [(entry.reason, json.dumps(entry.after)) for entry in entries] == [
        (WHY, '{"kind": "csv"}'),
        (WHY, '{"kind": "xlsx"}'),
    ]


@given(st.dates(date(2000, 2, 1), date(2100, 12, 31)))
def test_months_follow_each_other_without_a_gap(day: date) -> None:
    first = day.replace(day=1)
    assert last_of(first) + timedelta(days=1) == (first + timedelta(days=32)).replace(day=1)
    assert last_of(last_month(day)) + timedelta(days=1) == first
    assert month(f"{first:%Y-%m}") == first
