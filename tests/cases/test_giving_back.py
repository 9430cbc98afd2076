"""What came back beyond what is due goes back to the cardholder: recorded, told, undone by a second person; sums against plain ones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import AuditEvent
from audit.services import find_faults
from cases.models import Case, OutboxMessage, Recovery, RecoveryPosting
from cases.pages.timeline import timeline_of
from cases.services import errors, recovery
from cases.services.giving_back import give_back
from cases.services.money import balance_of
from tests.cases.stage import AMOUNT, Stage, fresh, ledger_lines
from tests.cases.test_recovery import give_back as card_gives_back
from tests.cast import NOW
from tests.draws import draws
from tests.undone import undone_at_the_end

DAY = date(2026, 11, 20)
M = RecoveryPosting.Method


def ledger(case: Case) -> Recovery:
    return Recovery.objects.get(case=case)


def figures(case: Case) -> tuple[int, int, int]:
    """(what came in less what went back, what went back, what is owed)."""
    balance = balance_of(ledger(case))
    return balance.recovered_minor, balance.given_back_minor, balance.overpaid_minor


@pytest.fixture
def owed(stage: Stage) -> Case:
    """A closed case of which everything was repaid, and 30,000 came back by the card as well."""
    case = stage.recovering()
    stage.post(case, AMOUNT)
    card_gives_back(case, 30_000, at=NOW + timedelta(days=1))
    assert (fresh(case).state, figures(case)) == ("closed", (AMOUNT, 0, 30_000))
    return fresh(case)


def record(stage: Stage, case: Case, minor: int = 30_000, by: str = "clerk", **more: Any) -> RecoveryPosting:
    given: dict[str, Any] = {"method": M.BANK_TRANSFER, "bank_reference": "OUT-1", "given_on": DAY, **more}
    version = fresh(case).version
    return give_back(case=case, amount_minor=minor, by=stage.actor(by), expected_version=version, **given)


def undo(stage: Stage, posting: RecoveryPosting, by: str = "approver") -> RecoveryPosting:
    version = fresh(posting.recovery.case).version
    return recovery.reverse_posting(
        posting=posting, reason="다른 사람에게 송금함", by=stage.actor(by), expected_version=version
    )


def mails(case: Case, name: str) -> list[str]:
    found = OutboxMessage.objects.filter(key__startswith=f"{name}:{case.reference}").order_by("pk")
    return [mail.body for mail in found]


def test_what_is_owed_is_given_back_in_parts_and_the_cardholder_is_told(stage: Stage, owed: Case) -> None:
    record(stage, owed, 10_000)
    assert figures(owed) == (AMOUNT - 10_000, 10_000, 20_000)
    record(stage, owed, 20_000, bank_reference="OUT-2")
    assert (fresh(owed).state, figures(owed)) == ("closed", (AMOUNT - 30_000, 30_000, 0))
    first, second = mails(owed, "recovery.given_back")
    assert "10,000원을 11월 20일 (금)에 돌려드렸습니다. 초과 반납액 20,000원을 돌려드립니다." in first
    assert "20,000원을 11월 20일 (금)에 돌려드렸습니다. \n" in second
    said = [
        entry.reason
        for entry in timeline_of(owed)
        if getattr(entry.thing, "action", "") == "recovery.given_back"
    ]
    assert sorted(said, reverse=True) == ["20,000원", "10,000원"], said
    entry = AuditEvent.objects.filter(action="recovery.given_back").latest("pk")
    assert (entry.after["amount_minor"], entry.after["owed_minor"]) == (20_000, 0)
    assert find_faults() == []


@pytest.mark.parametrize(
    ("minor", "more", "error", "why"),
    [
        (30_001, {}, errors.AmountNotValid, "above_owed"),
        (0, {}, errors.AmountNotValid, "not_positive"),
        (-1, {}, errors.AmountNotValid, "not_positive"),
        (1, {"currency": "USD"}, errors.AmountNotValid, "currency"),
        (1, {"method": M.CARD_REPAYMENT}, errors.ChoiceNotValid, ""),
        (1, {"given_on": DAY + timedelta(days=30)}, errors.DateNotValid, ""),
        (1, {"given_on": DAY - timedelta(days=1)}, errors.DateNotValid, ""),  # before anything came in
        (1, {"bank_reference": "BANK-1"}, errors.PostingExists, ""),
        (1, {"by": "reviewer"}, errors.Refused, ""),
        (1, {"by": "cardholder"}, errors.Refused, ""),
    ],
)
def test_what_cannot_be_given_back_is_refused(
    stage: Stage, owed: Case, minor: int, more: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error) as refusal:
        record(stage, owed, minor, **more)
    assert getattr(refusal.value, "why", "") == why
    assert figures(owed) == (AMOUNT, 0, 30_000)


def test_where_nothing_is_owed_nothing_is_given_back(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 50_000)
    with pytest.raises(errors.TransitionNotAllowed):
        record(stage, case, 1)


def test_a_mistake_is_undone_by_somebody_else_once_and_the_money_is_owed_again(
    stage: Stage, owed: Case
) -> None:
    given = record(stage, owed)
    with pytest.raises(errors.OwnPosting):
        undo(stage, given, by="clerk")
    counter = undo(stage, given)
    assert (counter.amount_minor, counter.reverses_id) == (30_000, given.pk)
    assert (fresh(owed).state, figures(owed)) == ("closed", (AMOUNT, 0, 30_000))
    (told,) = mails(owed, "recovery.not_given_back")
    assert "초과 반납액 30,000원을 돌려드립니다" in told
    with pytest.raises(errors.PostingReversed):
        undo(stage, given)
    assert record(stage, owed).attempt == 2  # the same line, rightly


def test_a_repayment_taken_back_after_something_was_given_back_is_asked_for_with_it(
    stage: Stage, owed: Case
) -> None:
    """84,000 repaid, 30,000 of it given back; the bank takes the 84,000 back: what the company gave is missing too."""
    record(stage, owed)
    repaid = ledger(owed).postings.get(bank_reference="BANK-1")
    undo(stage, repaid)
    case = fresh(owed)
    assert (case.state, balance_of(ledger(case)).outstanding_minor) == ("recovering", AMOUNT)
    assert balance_of(ledger(case)).recovered_minor == -30_000


def test_what_was_given_back_is_asked_for_again_where_the_card_takes_its_money_back(
    stage: Stage, owed: Case
) -> None:
    given = record(stage, owed)
    card_gives_back(owed, -30_000, at=NOW + timedelta(days=2))
    case = fresh(owed)
    assert (case.state, balance_of(ledger(case)).outstanding_minor) == ("recovering", 30_000)
    undo(stage, given)  # it never went out: then nothing is missing
    assert (fresh(case).state, balance_of(ledger(case)).outstanding_minor) == ("closed", 0)


def test_clerk_ledger_export_interface_and_cardholder_see_the_same(
    stage: Stage, owed: Case, client: Client
) -> None:
    client.force_login(stage.cast.clerk)
    page = client.get(f"/recovery/{owed.reference}/").content.decode()
    assert "/give-back/" in page
    answer = client.post(
        f"/recovery/{owed.reference}/give-back/",
        {
            "version": owed.version,
            "amount": "20000",
            "method": "bank_transfer",
            "bank_reference": "OUT-7",
            "given_on": "2026-11-20",
        },
    )
    assert answer.status_code == 302
    page = client.get(f"/recovery/{owed.reference}/").content.decode()
    assert "OUT-7" in page
    assert "10,000" in page
    told = client.get(f"/api/v1/recoveries/{owed.reference}/").json()
    assert (told["recovered"], told["given_back"], told["overpaid"]) == (
        str(AMOUNT - 20_000),
        "20000",
        "10000",
    )
    client.force_login(stage.cast.auditor)
    body = b"".join(client.post("/recovery/export/", {"reason": "figures"}).streaming_content)
    (line,) = [row for row in ledger_lines(body) if row["case"] == owed.reference]
    assert (line["given_back"], line["overpaid"]) == ("20000", "10000")
    client.force_login(stage.cast.cardholder)
    assert "돌려드린 금액" in client.get(f"/my/notices/{owed.reference}/").content.decode()
    mine = client.get(f"/api/v1/my/notices/{owed.reference}/").json()["recovery"]
    assert (mine["given_back"], mine["overpaid"]) == ("20000", "10000")


@settings(max_examples=draws(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.booleans(), st.integers(-5_000, 40_000)), max_size=8))
def test_however_it_is_given_back_and_undone_no_more_goes_out_than_is_owed(
    stage: Stage, owed: Case, steps: list[tuple[bool, int]]
) -> None:
    with undone_at_the_end():
        _give_back_and_undo(stage, fresh(owed), steps)


def _give_back_and_undo(stage: Stage, case: Case, steps: list[tuple[bool, int]]) -> None:
    standing: list[RecoveryPosting] = []
    for number, (is_undone, minor) in enumerate(steps):
        if is_undone and standing:
            undo(stage, standing.pop())
            continue
        owed = 30_000 - sum(-each.amount_minor for each in standing)
        try:
            standing.append(record(stage, case, minor, bank_reference=f"OUT-{number}"))
        except errors.CaseworkError:
            assert not 0 < minor <= owed
        else:
            assert 0 < minor <= owed
    gone = sum(-each.amount_minor for each in standing)
    assert figures(case) == (AMOUNT - gone, gone, 30_000 - gone)
    plain = sum(ledger(case).postings.values_list("amount_minor", flat=True))
    assert plain == AMOUNT - gone
