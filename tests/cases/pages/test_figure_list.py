"""The list behind each figure: its rows are the figure, by page, interface and file, in every period and for every subject."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import polars as pl
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.timezone import localtime

from audit.models import AuditEvent
from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import Case, Recovery, RecoveryPosting
from cases.pages.figure_lines import Line
from cases.services.money_counted import Sum
from fraud.claims.models import Claim
from tests.cases.api.conftest import Caller, call
from tests.cases.pages.test_assurance import at, body_of, months, nothing_remembered
from tests.cases.pages.test_overview import TODAY, WHY, lines_shown, places, shown
from tests.cases.stage import Stage
from tests.cast import NOW, make_cardholder, make_case, make_claim

__all__ = ["call", "months", "nothing_remembered", "places"]
MISUSE = [code for code, info in DISPOSITIONS.items() if info.is_misuse]


@pytest.fixture
def money(places: Stage) -> Stage:
    """Besides: money repaid and given up, given back by the card, in dollars, on a payment of two cases, of a case taken up again."""
    for n, case in enumerate(Case.objects.filter(disposition__in=MISUSE).order_by("pk")):
        asked, claim = case.decisions.get().amount_minor, case.alerts.get().claim
        if not asked:
            continue
        recovery = Recovery.objects.create(
            case=case,
            decision=case.decisions.get(),
            amount_minor=asked,
            waived_minor=300 if n % 3 == 0 else 0,
            currency="KRW",
            opened_at=NOW,
            due_on=TODAY,
            closed_at=None if n % 2 else NOW,
        )
        RecoveryPosting.objects.create(
            recovery=recovery,
            amount_minor=20_000 if n % 5 == 1 else 1_000 + n,  # sometimes more than is confirmed
            method="bank_transfer",
            bank_reference=f"B-{n}",
            received_on=TODAY,
            posted_by=places.cast.clerk,
            posted_at=NOW,
        )
        if n % 4 == 0:
            back = {"amount_minor": -4_000 - n, "credit_minor": 4_000 + n, "original_claim": claim}
            make_claim(external_id=f"B-{n}", txn_type="partial_cancel", **back)
    closed = {"state": "closed", "closed_at": at(9), "opened_at": at(3)}
    for n, minor in enumerate((12_345, 5_050)):
        dollars = make_claim(external_id=f"U-{n}", amount_minor=minor, currency="USD")
        make_case(claims=[dollars], disposition=Disposition.CONFIRMED_MISUSE, **closed)
    make_case(claims=[dollars], disposition=Disposition.CONFIRMED_MISUSE, **closed)
    again = make_case(claims=[make_claim(external_id="AGAIN")], disposition=MISUSE[0], **closed)
    make_case(claims=[make_claim(external_id="OVER")], reopened_from=again)
    return places


def client_of(stage: Stage, who: str = "auditor", language: str = "en") -> Client:
    client = Client()
    client.force_login(getattr(stage.cast, who))
    client.cookies["django_language"] = language
    return client


def plain_sums(since: date, until: date) -> dict[tuple[str, str], int]:
    """(sum, currency) → minor units, from rows of the database alone; the earliest case has a payment that two hold."""
    found: Counter[tuple[str, str]] = Counter()
    seen: set[int] = set()
    for case in Case.objects.filter(disposition__in=MISUSE).order_by("pk"):
        if case.closed_at is None or not since <= localtime(case.closed_at).date() <= until:
            continue
        claim = case.alerts.get().claim
        back = -sum(one.amount_minor for one in Claim.objects.filter(original_claim=claim))
        gone = 0 if claim.pk in seen else claim.amount_minor - back
        decision = case.decisions.first()
        asked = gone if decision is None else min(decision.amount_minor, gone)
        recovery = Recovery.objects.filter(case=case).first()
        paid = sum(one.amount_minor for one in recovery.postings.all()) if recovery else 0
        due = min(recovery.amount_minor, gone) if recovery else 0
        told = {
            "confirmed": asked,
            "prevented": 0 if claim.pk in seen else back,
            "recovered": min(paid, asked),
            "came_in": paid,
            "written_off": min(recovery.waived_minor, max(due - paid, 0)) if recovery else 0,
        }
        seen.add(claim.pk)
        for name, minor in told.items():
            found[name, case.currency] += minor
    return {key: minor for key, minor in found.items() if minor}


def test_the_sums_are_what_a_plain_count_gives_in_both_periods(money: Stage) -> None:
    sections = shown(money, days="30")
    lines = {pair.line.code: pair for pair in sections.compared.pairs}
    n_told = 0
    for which, since, until in (
        ("now", sections.since, sections.until),
        ("before", sections.before_since, sections.before_until),
    ):
        for (name, currency), minor in plain_sums(since, until).items():
            if name == "came_in":
                continue
            assert getattr(lines[f"{name}_{currency}"], which).value.value == minor, (which, name, currency)
            n_told += 1
    assert n_told >= 8


def rows_of(answer: Any) -> tuple[int, int | None, str]:
    """How many rows the list behind a figure has, the sum of their amounts as they stand on the page, and what its foot says."""
    told = answer.context.get("told")
    if told is None:
        assert not answer.context["filters"].problems
        return len(answer.context["page"].rows), None, ""
    assert not told.filters.problems
    cells = re.findall(r'<td class="number strong[^"]*"[^>]*>(.*?)</td>', answer.content.decode(), re.S)
    texts = [unescape(re.sub("<[^>]*>", "", cell)) for cell in cells]
    *amounts, foot = texts or ["–"]
    digits = [re.sub(r"[^0-9.−-]", "", text).replace("−", "-") for text in amounts]
    scale = 100 if told.currency == "USD" else 1
    total = sum(int(Decimal(text) * scale) for text in digits) if told.is_money else None
    return len(amounts), total, foot


def test_every_figure_of_the_tables_is_the_sum_or_the_count_of_its_list(money: Stage) -> None:
    client, kinds = client_of(money, language="ko"), Counter[str]()
    sections = shown(money, days="30")
    lines = lines_shown(sections)
    lines += [one for group in sections.repeats for row in group.rows for one in row.amounts]
    for line in {line.href + line.form: line for line in lines}.values():
        n, total, foot = rows_of(client.get(line.href))
        if line.form == "money":
            assert total == line.value.value, (line.code, line.href)
            assert foot == line.said or not n
            kinds["money"] += bool(n)
        elif line.n_listed is not None:
            assert n == line.n_listed, (line.code, line.href)
            kinds["counted"] += bool(n)
        elif line.form == "days" and n:
            assert Decimal(foot) == Decimal(str(line.value.value)), line.href
            kinds["days"] += 1
    assert kinds["money"] > 15
    assert kinds["counted"] > 20
    assert kinds["days"] == 2
    for group in sections.repeats:
        assert group.rows, group.code
        assert any(row.amounts for row in group.rows), group.code


def test_every_amount_on_the_overview_is_a_link_to_its_list(money: Stage) -> None:
    """Also those of other currencies, and what came in, is still open or was written off."""
    client = client_of(money)
    cache.clear()
    page = client.get("/reports/", {"days": "30"}).content.decode()
    links = re.findall(r'<a[^>]*href="(/reports/figures/[^"]*)"[^>]*>(.*?)</a>', page, re.S)
    codes = Counter[str]()
    for href, inner in links:
        said = re.findall(r"(?:KRW|USD)\s?[\d,.]+", unescape(re.sub("<[^>]*>", " ", inner)))
        answer = client.get(unescape(href))
        codes[answer.context["told"].code] += 1
        _n, _total, foot = rows_of(answer)
        assert not said or foot in (said[-1], "–"), href
    assert set(codes) == {one.value for one in Sum} | {"decided"}
    # Elsewhere an amount stands only where the words of its row are the link, and in the heads of folded parts.
    for linked in (
        r"<tr>.{0,40}<a class=.main. href=./reports/figures/.*?</tr>",
        r"<summary>.*?</summary>",
        r"<a\b.*?</a>",
    ):
        page = re.sub(linked, " ", page, flags=re.S)
    left = re.findall(r"(?:KRW|USD)\s?[\d,.]*\d", unescape(re.sub("<[^>]*>", " ", page)))
    assert left == []


def test_interface_and_files_have_the_same_rows_and_sum(
    money: Stage, call: Callable[[str], Caller], tmp_path: Any
) -> None:
    client = client_of(money, language="ko")
    period = f"{TODAY - timedelta(days=30)}..{TODAY}"
    query = f"currency=KRW&decided_in={period}&department=D-7"
    told = client.get(f"/reports/figures/confirmed/?{query}").context["told"]
    assert 1 < len(told.rows) < Case.objects.count()
    first = call("auditor").get(f"reports/figures/confirmed/?{query}&page_size=1").json()
    rest = call("auditor").get(f"reports/figures/confirmed/?{query}&cursor={first['next']}").json()
    amounts = [Decimal(row["amount"]) for row in (*first["results"], *rest["results"])]
    assert amounts == [row.minor for row in told.rows] == sorted(amounts, reverse=True)
    assert (first["n"], Decimal(first["total"])) == (len(amounts), sum(amounts))
    body = {"kind": "csv", "reason": WHY}
    file = body_of(client.post(f"/reports/figures/confirmed/export/?{query}", body)).decode("utf-8-sig")
    about, lines = (list(csv.reader(io.StringIO(part))) for part in file.split("\r\n\r\n"))
    assert about[2][0] == "기준 시각"
    assert about[2][1].startswith(str(TODAY))
    assert about[3:] == [["기간", period.replace("..", " – ")], ["부서", "구매팀"]]
    assert [Decimal(line[-1]) for line in lines[2:]] == [*amounts, sum(amounts)]
    assert {line[3] for line in lines[2:-1]} == {"구매팀"}
    by_interface = call("auditor").send(f"reports/figures/confirmed/export/?{query}", body)
    assert f"confirmed-{TODAY:%Y%m%d}-" in by_interface["Content-Disposition"]
    assert body_of(by_interface).decode("utf-8-sig").splitlines()[-3:-1] == file.splitlines()[-3:-1]
    path = tmp_path / "x.xlsx"
    path.write_bytes(
        body_of(client.post(f"/reports/figures/confirmed/export/?{query}", body | {"kind": "xlsx"}))
    )
    sheet, last = pl.read_excel(path, sheet_id=0, engine="calamine").values()
    assert last.row(0)[0] == "기준 시각"
    assert float(list(sheet.iter_rows())[-1][-1]) == float(sum(amounts))
    entries = AuditEvent.objects.filter(action="figures.exported")
    assert {entry.reason for entry in entries} == {WHY}
    assert {entry.after["figure"] for entry in entries} == {"confirmed"}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("confirmed/?currency=WON", "“WON” is not a currency"),
        ("confirmed/?decided_in=spring", "“spring” is neither a month nor days"),
        ("confirmed/?colour=red", "no filter “colour”"),
        ("outstanding/?decided_in=2026-11", "it has no period"),
        ("decided/?currency=KRW", "no filter “currency”"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_interface_refuses_it(
    stage: Stage, call: Callable[[str], Caller], address: str, said: str
) -> None:
    answer = client_of(stage).get(f"/reports/figures/{address}")
    assert answer.status_code == 200
    assert said in unescape(answer.content.decode())
    assert call("auditor").get(f"reports/figures/{address}").status_code == 400


def test_an_unknown_figure_is_absent_and_no_file_leaves_without_a_reason(
    stage: Stage, call: Callable[[str], Caller]
) -> None:
    client = client_of(stage)
    assert client.get("/reports/figures/gold/").status_code == 404
    assert call("auditor").get("reports/figures/gold/").status_code == 404
    refused = client.post("/reports/figures/confirmed/export/", {"kind": "csv", "reason": "no"})
    assert refused.status_code == 422
    assert 'value="no"' in refused.content.decode()
    assert (
        client_of(stage, "reviewer")
        .post("/reports/figures/confirmed/export/", {"kind": "csv", "reason": WHY})
        .status_code
        == 403
    )
    assert not AuditEvent.objects.filter(action="figures.exported").exists()


def test_nobody_finds_their_own_case_in_a_list_or_its_sum(money: Stage) -> None:
    before = client_of(money).get("/reports/figures/confirmed/").context["told"]
    own = Case.objects.get(pk=before.rows[0].case_id)
    me = make_cardholder("E1008", name="조은비")
    Case.objects.filter(pk=own.pk).update(cardholder=me)
    after = client_of(money).get("/reports/figures/confirmed/").context["told"]
    assert own.pk not in {row.case_id for row in after.rows}
    assert after.total_minor == before.total_minor - before.rows[0].minor


def test_a_narrowed_list_of_the_queue_says_how_many_it_has(money: Stage) -> None:
    line: Line = next(p.now for p in shown(money).compared.pairs if p.line.code == "four_eyes" and p.now)
    page = client_of(money).get(line.href).content.decode()
    assert f"{line.n_listed} cases in this list" in page
