"""A clerk's work with statements: proposals, placing whole or in part, what waits on the list, and nothing placed twice in whatever format it is told."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.http import Http404
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.actor import Actor
from audit.permissions import NotPermitted, Role
from audit.services import actor_of, find_faults
from cases.models import Case, StatementEntry
from cases.pages.entries import entries, entry_rows
from cases.services import errors
from cases.services.reconciliation import PostingFileNotValid, import_postings
from cases.services.recovery import reverse_posting
from cases.services.statement_entries import left_of
from cases.services.statement_steps import (
    call_entry_the_same,
    match_entry,
    save_statement_profile,
    set_entry_aside,
    take_entry_up,
)
from cases.services.write_offs import record_consent
from cases.visibility import find_entry
from tests.cases.stage import Stage, fresh
from tests.cases.statements.files import Row, bank_table, camt, csv_of, mt940
from tests.cases.test_recovery import ledger, recovered
from tests.cast import make_person
from tests.draws import draws
from tests.fraud.claims.importing.files import workbook_bytes

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def second(stage: Stage) -> Actor:
    return actor_of(make_person("dahye.lim", Role.RECOVERY_CLERK, employee_no="E1999"))


def take(stage: Stage, content: bytes, by: str = "clerk", **more: Any) -> Any:
    return import_postings(content=content, by=stage.actor(by), name="bank.xml", **more)


def open_rows(stage: Stage, by: str = "clerk") -> list[Any]:
    return entry_rows(entries(stage.actor(by), "open").order_by("pk"), stage.actor(by))


def named(case: Case, minor: int, reference: str, on: date = DAY) -> Row:
    return (minor, on, False, reference, f"환수금 {case.reference}")


def test_what_names_no_case_waits_with_a_proposal_and_is_posted_when_the_clerk_says_so(stage: Stage) -> None:
    case = stage.recovering()
    name = case.cardholder.name
    report = take(stage, workbook_bytes(bank_table([(84_000, DAY, False, "", f"이체 {name}")])))
    assert (report.n_posted, [line.code for line in report.rejected], report.is_kept) == (
        0,
        ["case_not_named"],
        True,
    )
    (row,) = open_rows(stage)
    (made,) = row.proposals
    assert (made.case, made.confidence, made.amount_minor) == (case.reference, "medium", 84_000)
    assert len(made.reasons) == 2
    match_entry(entry=row.entry, case=made.case, by=stage.actor("clerk"))
    assert (recovered(ledger(case)), open_rows(stage)) == (84_000, [])
    again = take(stage, workbook_bytes(bank_table([(84_000, DAY, False, "", f"이체 {name}")])))
    assert (again.n_posted, again.n_known, recovered(ledger(case))) == (0, 1, 84_000)
    assert find_faults() == []


def test_one_transfer_for_two_cases_is_placed_in_parts_and_never_beyond_what_came(stage: Stage) -> None:
    one, other = stage.recovering(), stage.recovering()
    take(stage, camt([(100_000, DAY, False, "B1", f"{one.reference} {other.reference}")]))
    (row,) = open_rows(stage)
    clerk = stage.actor("clerk")
    match_entry(entry=row.entry, case=one.reference, by=clerk, amount_minor=84_000)
    (row,) = open_rows(stage)
    assert row.left_minor == 16_000
    with pytest.raises(errors.AmountNotValid) as refusal:
        match_entry(entry=row.entry, case=other.reference, by=clerk, amount_minor=16_001)
    assert refusal.value.why == "above_entry"
    match_entry(entry=row.entry, case=other.reference, by=clerk)
    assert (recovered(ledger(one)), recovered(ledger(other)), open_rows(stage)) == (84_000, 16_000, [])
    with pytest.raises(errors.EntryNotOpen):
        match_entry(entry=row.entry, case=other.reference, by=clerk)


def test_what_a_person_reversed_of_an_entry_is_open_again(stage: Stage, second: Actor) -> None:
    case = stage.recovering()
    take(stage, camt([named(case, 20_000, "B1")]))
    case = fresh(case)
    reverse_posting(
        posting=ledger(case).postings.get(), reason="금액 오류", by=second, expected_version=case.version
    )
    (row,) = open_rows(stage)
    assert row.left_minor == 20_000


def test_an_entry_set_aside_is_off_the_list_until_it_is_taken_up(stage: Stage) -> None:
    take(stage, camt([(5_000, DAY, False, "B1", "rent")]))
    (row,) = open_rows(stage)
    clerk = stage.actor("clerk")
    set_entry_aside(entry=row.entry, reason="임대료", by=clerk)
    assert (open_rows(stage), take(stage, camt([(5_000, DAY, False, "B1", "rent")])).n_known) == ([], 1)
    take_entry_up(entry=row.entry, by=clerk)
    assert len(open_rows(stage)) == 1
    for step in (
        lambda by: set_entry_aside(entry=row.entry, reason="아님", by=by),
        lambda by: take_entry_up(entry=row.entry, by=by),
    ):
        with pytest.raises(NotPermitted):
            step(stage.actor("approver"))


# One entry in two formats ------------------------------------------------------------------------------------------


def test_an_entry_told_under_another_id_by_another_format_is_posted_once(stage: Stage) -> None:
    case = stage.recovering()
    take(stage, camt([named(case, 7_000, "CAMT1"), named(case, 7_000, "CAMT2")]))
    for _ in range(2):
        report = take(stage, mt940([named(case, 7_000, "M1"), named(case, 7_000, "M2")]))
        assert (report.n_posted, report.n_known) == (0, 2)
    report = take(
        stage, mt940([named(case, 7_000, "M1"), named(case, 7_000, "M2"), named(case, 7_000, "M3")])
    )
    assert (report.n_posted, recovered(ledger(case))) == (1, 21_000)


def test_what_is_only_perhaps_the_same_waits_for_a_person(stage: Stage) -> None:
    case = stage.recovering()
    take(stage, camt([(7_000, DAY, False, "CAMT1", "입금")]))
    report = take(stage, mt940([named(case, 7_000, "M1")]))
    assert [line.code for line in report.rejected] == ["perhaps_told"]
    row = next(row for row in open_rows(stage) if row.entry.reference == "M1")
    assert (row.entry.twin.reference, row.proposals[0].case, row.proposals[0].confidence) == (
        "CAMT1",
        case.reference,
        "low",
    )
    call_entry_the_same(entry=row.entry, by=stage.actor("clerk"))
    assert [row.entry.reference for row in open_rows(stage)] == ["CAMT1"]
    take_entry_up(entry=row.entry, by=stage.actor("clerk"))
    match_entry(entry=row.entry, case=case.reference, by=stage.actor("clerk"))
    assert recovered(ledger(case)) == 7_000


@pytest.mark.parametrize("text", ["C-2026-999998", "입금"])
def test_entries_that_name_different_cases_or_stand_on_different_accounts_are_two(
    stage: Stage, text: str
) -> None:
    case = stage.recovering()
    take(stage, workbook_bytes(bank_table([(7_000, DAY, False, "", text)])))
    assert take(stage, mt940([named(case, 7_000, "M1")])).n_posted == 1


def details(case: Case, *parts: tuple[int, str]) -> str:
    return "".join(
        f'<TxDtls><Refs><TxId>{reference}</TxId></Refs><Amt Ccy="KRW">{amount}</Amt>'
        f"<RmtInf><Ustrd>{case.reference}</Ustrd></RmtInf></TxDtls>"
        for amount, reference in parts
    )


def batch(amount: int, inside: str) -> str:
    return (
        f'<Ntry><Amt Ccy="KRW">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{DAY}</Dt></BookgDt>'
        f"<AcctSvcrRef>BATCH</AcctSvcrRef><NtryDtls>{inside}</NtryDtls></Ntry>"
    )


@pytest.mark.parametrize("detail_first", [True, False])
def test_a_batch_told_in_one_sum_and_in_detail_is_the_same_money(stage: Stage, detail_first: bool) -> None:
    case = stage.recovering()
    told = batch(10_000, details(case, (7_000, "D1"), (3_000, "D2")))
    summed = batch(10_000, "")
    notification, statement = camt([], kind="054", more=told), camt([], closing=1_010_000, more=summed)
    for content in [notification, statement] if detail_first else [statement, notification]:
        take(stage, content)
    assert (recovered(ledger(case)), open_rows(stage)) == (10_000, [])


def test_details_of_a_sum_that_the_clerk_placed_already_are_known(stage: Stage) -> None:
    case = stage.recovering()
    take(stage, camt([], closing=1_010_000, more=batch(10_000, "")))
    (row,) = open_rows(stage)
    match_entry(entry=row.entry, case=case.reference, by=stage.actor("clerk"))
    report = take(
        stage, camt([], kind="054", more=batch(10_000, details(case, (7_000, "D1"), (3_000, "D2"))))
    )
    assert (report.n_posted, report.n_known, recovered(ledger(case))) == (0, 2, 10_000)


# Taken back --------------------------------------------------------------------------------------------------------


def test_a_taking_back_without_words_finds_the_posting_by_the_banks_id_and_an_undone_one_may_be_posted_again(
    stage: Stage, second: Actor
) -> None:
    case = stage.recovering()
    take(stage, camt([named(case, 20_000, "B1")]))
    back = camt([(-20_000, DAY, True, "B1", "RETURN")])
    assert [line.code for line in take(stage, back).rejected] == ["own_posting"]
    (row,) = open_rows(stage)
    assert row.left_minor == 20_000
    assert import_postings(content=back, by=second).n_posted == 1
    assert (recovered(ledger(case)), open_rows(stage)) == (0, [])
    assert [e.reference for e in entries(second, "taken_back")] == ["B1"]
    undone = camt([(20_000, DAY, True, "B2", f"reversal cancelled {case.reference}")])
    assert [line.code for line in take(stage, undone).rejected] == ["amount_not_valid"]
    (row,) = open_rows(stage)
    match_entry(entry=row.entry, case=case.reference, by=stage.actor("clerk"))
    assert (recovered(ledger(case)), open_rows(stage)) == (20_000, [])


def test_a_taking_back_is_proposed_where_a_posting_of_its_amount_is(stage: Stage, second: Actor) -> None:
    case = stage.recovering()
    take(stage, camt([named(case, 20_000, "B1")]))
    take(stage, camt([(-20_000, DAY, True, "X9", "RETURN")]))
    (row,) = open_rows(stage)
    assert [(made.case, made.confidence) for made in row.proposals] == [(case.reference, "medium")]
    match_entry(entry=row.entry, case=case.reference, by=second)
    assert (recovered(ledger(case)), open_rows(stage)) == (0, [])


@pytest.mark.parametrize("text", ["건번호", "반송"])
def test_what_went_out_under_the_id_of_a_posting_or_for_a_case_waits_for_a_person(
    stage: Stage, second: Actor, text: str
) -> None:
    """A table of a bank marks no reversals: the clerk says whether the repayment went back."""
    case = stage.recovering()
    take(stage, mt940([named(case, 20_000, "B1")]))
    out = (-20_000, DAY, False, *(("X1", f"이체 {case.reference}") if text == "건번호" else ("B1", text)))
    rent = (-5_000, DAY, False, "B7", "임차료")
    report = take(stage, mt940([out, rent]))
    assert [line.code for line in report.rejected] == ["amount_not_valid"]
    assert (report.n_lines, "출금" in report.rejected[0].sentence, recovered(ledger(case))) == (
        1,
        True,
        20_000,
    )
    (row,) = open_rows(stage)
    assert (row.standing, [made.case for made in row.proposals]) == ("출금, 확인 필요", [case.reference])
    match_entry(entry=row.entry, case=case.reference, by=second)
    assert (recovered(ledger(case)), open_rows(stage)) == (0, [])
    assert take(stage, mt940([out, rent])).n_known == 1


# Payroll -----------------------------------------------------------------------------------------------------------


def payroll(*rows: list[Any]) -> bytes:
    return workbook_bytes([["지급일: 2026-11-20"], ["사번", "성명", "공제액", "건번호"], *rows])


def test_a_deduction_waits_with_the_recovery_of_its_employee_and_needs_the_consent(stage: Stage) -> None:
    case = stage.recovering()
    content = payroll([case.cardholder.employee_no, case.cardholder.name, 30_000, ""])
    assert take(stage, content).n_posted == 0
    (row,) = open_rows(stage)
    assert (row.proposals[0].case, row.proposals[0].confidence) == (case.reference, "high")
    with pytest.raises(errors.ConsentMissing):
        match_entry(entry=row.entry, case=case.reference, by=stage.actor("clerk"))
    record_consent(
        case=case,
        text="급여에서 공제하는 데 동의합니다.",
        monthly_minor=30_000,
        by=stage.actor("cardholder"),
        expected_version=case.version,
    )
    match_entry(entry=row.entry, case=case.reference, by=stage.actor("clerk"))
    posting = ledger(case).postings.get()
    assert (posting.method, posting.amount_minor, posting.received_on) == ("payroll", 30_000, DAY)
    assert take(stage, content).n_known == 1


# Whose it is -------------------------------------------------------------------------------------------------------


def test_whoever_is_involved_sees_neither_the_entry_nor_the_proposal(stage: Stage) -> None:
    case = stage.recovering()
    take(
        stage,
        camt(
            [
                (1_000, DAY, False, "B1", f"x {case.reference} C-2026-999999"),
                (84_000, DAY, False, "B2", "입금"),
            ]
        ),
    )
    take(stage, camt([named(case, 500, "B3")]))
    take(stage, payroll([case.cardholder.employee_no, "", 30_000, ""]))
    clerk = stage.cast.clerk
    clerk.employee_no = case.cardholder.employee_no
    clerk.save()
    rows = open_rows(stage)
    assert [row.entry.reference for row in rows] == ["B1", "B2"]
    assert [row.proposals for row in rows] == [[], []]
    hidden = StatementEntry.objects.get(reference="B3")
    with pytest.raises(Http404):
        find_entry(hidden.pk, stage.actor("clerk"), trying="cases.post_recovery")
    with pytest.raises(errors.CaseNotFound):
        match_entry(entry=rows[0].entry, case=case.reference, by=stage.actor("clerk"))


# Doors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_shows_what_waits_posts_it_and_keeps_what_was_typed(
    stage: Stage, client: Any, language: str
) -> None:
    case = stage.recovering()
    client.cookies["django_language"] = language
    client.force_login(stage.cast.clerk)
    upload = SimpleUploadedFile(
        "bank.xlsx", workbook_bytes(bank_table([(84_000, DAY, False, "", case.cardholder.name)]))
    )
    told = client.post(reverse("cases:reconcile"), {"file": upload})
    assert reverse("cases:entries") in told.content.decode()
    entry = StatementEntry.objects.get()
    page = client.get(reverse("cases:entries")).content.decode()
    assert case.reference in page
    one = client.get(reverse("cases:entry", args=[entry.pk]))
    assert one.status_code == 200
    step = reverse("cases:entry-step", args=[entry.pk, "match"])
    refused = client.post(step, {"case": "C-2020-000001", "amount": "84,000"})
    assert (refused.status_code, "C-2020-000001" in refused.content.decode()) == (404, True)
    client.post(step, {"case": case.reference, "amount": "84,000"})
    assert recovered(ledger(case)) == 84_000
    assert (
        reverse("cases:entry", args=[entry.pk]) not in client.get(reverse("cases:entries")).content.decode()
    )


def test_the_interface_lists_places_and_sets_aside(stage: Stage, client: Any) -> None:
    case = stage.recovering()
    take(stage, camt([(50_000, DAY, False, "B1", "입금"), (1_000, DAY, False, "B2", "이자")]))
    client.force_login(stage.cast.clerk)
    found = client.get("/api/v1/recoveries/entries/").json()["results"]
    assert {(row["reference"], row["left"]) for row in found} == {("B1", "50000"), ("B2", "1000")}
    numbers = {row["reference"]: row["number"] for row in found}

    def send(reference: str, step: str, body: dict[str, str]) -> Any:
        path = f"/api/v1/recoveries/entries/{numbers[reference]}/{step}/"
        return client.post(path, json.dumps(body), content_type="application/json")

    assert send("B1", "match", {"case": case.reference, "amount": "20000"}).json()["left"] == "30000"
    assert send("B1", "match", {"case": case.reference, "amount": "30001"}).status_code == 422
    assert send("B2", "set-aside", {"reason": "이자"}).json()["left"] == "0"
    assert send("B2", "take-up", {}).json()["left"] == "1000"
    assert recovered(ledger(case)) == 20_000
    client.force_login(stage.cast.reviewer)
    assert client.get("/api/v1/recoveries/entries/").status_code == 403


def test_the_command_takes_a_statement_in_under_a_profile(stage: Stage, tmp_path: Any) -> None:
    case = stage.recovering()
    path, spec = tmp_path / "konto.csv", tmp_path / "spec.json"
    path.write_bytes(
        csv_of([["Tag", "Wofür", "Wert"], ["19.11.2026", case.reference, "84.000"]], delimiter=";")
    )
    columns = {"booked_on": "Tag", "text": "Wofür", "amount": "Wert"}
    spec.write_text(
        json.dumps({"columns": columns, "date_form": "%d.%m.%Y", "decimal": ",", "thousands": "."})
    )
    out = StringIO()
    clerk = stage.cast.clerk.username
    call_command(
        "import_statement",
        str(path),
        "--as",
        clerk,
        "--profile",
        "konto",
        "--spec",
        str(spec),
        "--json",
        stdout=out,
    )
    told = json.loads(out.getvalue())
    assert (told["n_posted"], told["posted"], recovered(ledger(case))) == (1, {"KRW": "84000"}, 84_000)
    with pytest.raises(CommandError, match="계정이 없습니다"):
        call_command("import_statement", str(path), "--as", "nobody")
    with pytest.raises(CommandError, match="이 작업이 포함되어 있지 않으며"):
        call_command("import_statement", str(path), "--as", stage.cast.reviewer.username)


def test_a_profile_that_cannot_work_or_is_unknown_is_refused_with_what_may_stand_there(stage: Stage) -> None:
    with pytest.raises(errors.ContentNotValid) as refusal:
        save_statement_profile(name="konto", spec={"columns": {"when": "Tag"}}, by=stage.actor("clerk"))
    assert "booked_on" in refusal.value.sentence
    with pytest.raises(PostingFileNotValid) as unknown:
        take(stage, b"Tag;Wert\n", profile="none")
    assert "none" in unknown.value.sentence


# Against a plain computation ---------------------------------------------------------------------------------------


@given(
    amounts=st.lists(st.integers(1, 9_000), min_size=1, max_size=4),
    told=st.lists(
        st.tuples(st.sampled_from(["053", "054", "mt940"]), st.integers(0, 3), st.integers(1, 4)), max_size=4
    ),
)
@settings(
    max_examples=draws(4),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_however_often_and_in_whatever_overlapping_parts_entries_are_told_each_counts_once(
    stage: Stage, amounts: list[int], told: list[tuple[str, int, int]]
) -> None:
    case = stage.recovering(amount=40_000)
    mark = case.reference[-6:]
    rows = [named(case, minor, f"B{mark}{n}", DAY - timedelta(days=n % 2)) for n, minor in enumerate(amounts)]
    seen: set[int] = set()
    for kind, first, length in told:
        part = range(len(rows))[first : first + length]
        seen |= set(part)
        some = [rows[n] for n in part]
        take(stage, mt940(some) if kind == "mt940" else camt(some, kind=kind))
    assert recovered(ledger(case)) == sum(amounts[n] for n in seen)
    assert all(left_of(entry) == 0 for entry in StatementEntry.objects.filter(case_named=case.reference))
