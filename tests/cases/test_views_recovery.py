"""The ledger's pages: instalments, postings, corrections by a second person, write-offs, files."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.models import AuditEvent
from audit.services import actor_of
from cases.dispositions import Disposition
from cases.instalments import agreed_parts, equal_instalments
from cases.models import Case, Recovery
from cases.pages.ledger import EXPORT_HEAD
from cases.services.appeals import accept_notice
from cases.services.company import company_today
from cases.services.decisions import approve_decision, propose_decision
from cases.services.explanation_requests import request_explanation
from cases.services.explanations import submit_explanation
from cases.services.money import Balance
from cases.services.queue import take_case
from cases.workflow import State
from fraud.company.calendar import CompanyCalendar
from tests.cast import make_alert, make_case, make_cast, make_claim, make_run
from tests.draws import draws

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def case(cast) -> Case:
    """A case whose decision to recover 2,000,000 won took effect."""
    claim = make_claim(cardholder=cast.cardholder_record, amount_minor=2_000_000, currency="KRW")
    made = make_case(
        cardholder=cast.cardholder_record,
        amount_minor=2_000_000,
        currency="KRW",
        assignee=None,
        state=State.NEW,
    )
    make_alert(case=made, claim=claim, run=make_run())
    reviewer, approver, holder = actor_of(cast.reviewer), actor_of(cast.approver), actor_of(cast.cardholder)
    taken = take_case(case=made, by=reviewer, expected_version=made.version)
    asked = request_explanation(case=made, by=reviewer, expected_version=taken.version)
    made.refresh_from_db()
    submit_explanation(
        request=asked, text="개인 사용이었습니다.", by=holder, admits=True, expected_version=made.version
    )
    made.refresh_from_db()
    proposed = propose_decision(
        case=made,
        disposition=Disposition.PERSONAL_USE_REPAID,
        reason="본인이 사적 사용을 인정했습니다.",
        by=reviewer,
        expected_version=made.version,
        amount_minor=2_000_000,
    )
    made.refresh_from_db()
    approve_decision(
        case=made, content_hash=proposed.content_hash, by=approver, expected_version=made.version
    )
    made.refresh_from_db()
    accept_notice(case=made, by=holder, expected_version=made.version)
    made.refresh_from_db()
    return made


def step(client, case: Case, name: str, **fields):
    case.refresh_from_db()
    return client.post(
        reverse("cases:recovery-step", args=[case.reference, name]), {"version": case.version, **fields}
    )


def post(client, case: Case, amount: str, line: str, **fields):
    data = {"method": "bank_transfer", "received_on": company_today().isoformat(), **fields}
    return step(client, case, "postings", amount=amount, bank_reference=line, **data)


def test_two_instalments_close_the_case(client, cast, case):
    client.force_login(cast.clerk)
    first_on = (company_today() + timedelta(days=5)).isoformat()
    assert step(client, case, "plan", parts="2", first_on=first_on).status_code == 302
    assert len(Recovery.objects.get().plan) == 2
    assert post(client, case, "1,000,000", "B-1").status_code == 302
    case.refresh_from_db()
    assert case.state == State.RECOVERING
    assert post(client, case, "1,000,000", "B-2").status_code == 302
    case.refresh_from_db()
    assert case.state == State.CLOSED


@pytest.mark.parametrize(
    ("amount", "fields"),
    [
        ("2,000,001", {}),
        ("0", {}),
        ("-5", {}),
        ("NaN", {}),
        ("1000", {"received_on": "2999-01-01"}),
        ("1000", {"received_on": "yesterday"}),
        ("1000", {"method": "gold"}),
        ("1000", {"method": "payroll"}),
    ],
)
def test_posting_that_cannot_be_is_refused_with_a_sentence(client, cast, case, amount, fields):
    client.force_login(cast.clerk)
    answer = post(client, case, amount, "B-1", **fields)
    assert answer.status_code in {409, 422}
    assert 'role="alert"' in answer.content.decode()
    assert not Recovery.objects.get().postings.exists()


def test_same_bank_line_is_posted_once(client, cast, case):
    client.force_login(cast.clerk)
    post(client, case, "1000", "B-1")
    assert post(client, case, "1000", "B-1").status_code == 409
    assert Recovery.objects.get().postings.count() == 1


def test_write_off_needs_an_approver_who_did_not_ask(client, cast, case):
    client.force_login(cast.clerk)
    assert step(client, case, "request-write-off", reason="퇴사 후 연락이 되지 않습니다.").status_code == 302
    assert (
        step(client, case, "approve-write-off", reason="그렇게 합시다.", amount="2000000").status_code == 403
    )
    client.force_login(cast.other_approver)
    page = client.get(reverse("cases:recovery", args=[case.reference])).content.decode()
    assert "퇴사 후 연락이 되지 않습니다." in page
    assert (
        step(
            client, case, "approve-write-off", reason="회수 가능성이 없습니다.", amount="2000000"
        ).status_code
        == 302
    )
    case.refresh_from_db()
    assert case.state == State.CLOSED


def test_a_write_off_is_met_with_what_speaks_against_it(client, cast, case):
    """The case ended as personal use that was repaid; its cardholder is still there. Told to whoever asks and whoever decides."""
    for who in (cast.clerk, cast.other_approver):
        client.force_login(who)
        client.cookies["django_language"] = "en"
        page = client.get(reverse("cases:recovery", args=[case.reference])).content.decode()
        assert "not repaid after all" in page
        assert "still employed" in page
        if who == cast.clerk:
            assert step(client, case, "request-write-off", reason="회수 비용이 더 큽니다.").status_code == 302
    type(case.cardholder).objects.filter(pk=case.cardholder_id).update(
        left_on=company_today() - timedelta(days=3)
    )
    page = client.get(reverse("cases:recovery", args=[case.reference])).content.decode()
    assert "still employed" not in page
    assert "The cardholder left on" in page


def test_file_is_reconciled_line_by_line_and_again_changes_nothing(client, cast, case):
    client.force_login(cast.clerk)
    lines = [
        "case,amount,currency,received_on,method,bank_reference",
        f"{case.reference},500000,KRW,{company_today()},bank_transfer,F-1",
        f"C-2020-999999,500000,KRW,{company_today()},bank_transfer,F-2",
    ]
    for posted in (1, 0):
        upload = SimpleUploadedFile("bank.csv", "\n".join(lines).encode(), "text/csv")
        report = client.post(reverse("cases:reconcile"), {"file": upload}).context["report"]
        assert (report.n_lines, report.n_posted, len(report.rejected)) == (2, posted, 1)


def test_ledger_shows_what_is_open_within_few_queries(client, cast, case, django_assert_max_num_queries):
    client.force_login(cast.clerk)
    with django_assert_max_num_queries(20):
        page = client.get(reverse("cases:ledger")).content.decode()
    assert case.reference in page
    export = b"".join(
        client.post(reverse("cases:ledger-export"), {"reason": "월말 대조"}).streaming_content
    ).decode("utf-8-sig")
    assert case.reference in export
    heads = export.lstrip("\ufeff").splitlines()[0].split(",")
    assert (heads[0], heads[6], len(heads)) == ("건", "환수 포기액", len(EXPORT_HEAD))
    entry = AuditEvent.objects.get(action="recoveries.exported")
    assert (entry.actor, entry.reason) == (cast.clerk.username, "월말 대조")


def test_nothing_of_the_ledger_is_exported_without_saying_what_for(client, cast, case):
    client.force_login(cast.clerk)
    assert client.get(reverse("cases:ledger-export")).status_code == 405
    refused = client.post(reverse("cases:ledger-export"), {"reason": "  ab "})
    assert (refused.status_code, case.reference in refused.content.decode()) == (400, False)
    assert "내보내" in refused.content.decode()
    assert not AuditEvent.objects.filter(action="recoveries.exported").exists()


@pytest.mark.parametrize("who", ["reviewer", "cardholder", "rule_admin"])
def test_others_have_no_ledger(client, cast, case, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("cases:ledger")).status_code == 403


@settings(max_examples=draws(60), deadline=None)
@given(
    total=st.integers(1, 10**12),
    parts=st.integers(1, 60),
    first=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
)
def test_equal_instalments_sum_to_the_whole_and_fall_due_monthly_when_banks_work(total, parts, first):
    holidays = frozenset({date(2026, 1, 1), date(2026, 5, 5)})
    plan = equal_instalments(total, parts, first, CompanyCalendar(holidays=holidays))
    assert sum(part.amount_minor for part in plan) == total
    for k, part in enumerate(plan):
        year, month = divmod(first.year * 12 + first.month - 1 + k, 12)
        wanted = date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
        while wanted.weekday() > 4 or wanted in holidays:
            wanted += timedelta(days=1)
        assert part.due_on == wanted


def test_agreed_parts_are_paid_in_order_by_what_came_back_since():
    plan = [{"due_on": f"2026-{month}-25", "amount_minor": 100} for month in (10, 11, 12)]

    def parts(due: int, recovered: int, before: int = 0, given_up: int = 0) -> list[tuple[int, int]]:
        balance = Balance(1_000, due, recovered, given_up)
        found = agreed_parts(plan, balance, before)
        open_minor = sum(part.amount_minor - part.paid_minor for part in found)
        assert open_minor == balance.outstanding_minor
        assert sum(part.paid_minor for part in found) == max(recovered - before, 0)
        return [(part.amount_minor, part.paid_minor) for part in found]

    assert parts(300, 250) == [(100, 100), (100, 100), (100, 50)]
    # 50 had come back before the plan was agreed.
    assert parts(350, 149, before=50) == [(100, 99), (100, 0), (100, 0)]
    # The card gave 150 back: the last parts are spared.
    assert parts(150, 100) == [(100, 100), (50, 0)]
    # Agreed after a correction downward (1,000 to 300), then corrected up again: the rest is due with the last part.
    assert parts(300, 0) == [(100, 0), (100, 0), (100, 0)]
    assert parts(700, 100) == [(100, 100), (100, 0), (500, 0)]
    # Part of it was given up; then a repayment of before the plan was taken back.
    assert parts(300, 100, given_up=150) == [(100, 100), (50, 0)]
    assert parts(350, 0, before=50) == [(100, 0), (100, 0), (150, 0)]
    assert agreed_parts([], Balance(300, 300, 0, 0), 0) == []


def test_the_ledger_lists_what_the_overview_counts_as_recovered(client, cast, case) -> None:
    client.force_login(cast.clerk)
    for days, is_listed in ((-3, True), (30, False)):
        since = company_today() + timedelta(days=days)
        page = client.get(f"/recovery/?view=all&decided={since}").content.decode()
        assert (f">{case.reference}<" in page) == is_listed
        assert f"{since}" in page
    assert f">{case.reference}<" in client.get("/recovery/?view=all&decided=x").content.decode()
