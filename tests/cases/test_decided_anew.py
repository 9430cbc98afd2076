"""A decision taken anew, and the money that came in on the earlier one: counted towards it, or owed back where it came in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from audit.models import AuditEvent
from audit.services import actor_of
from cases.dispositions import Disposition
from cases.models import Appeal, Case, Notice, OutboxMessage, RecoveryPosting
from cases.pages.ledger import EXPORT_HEAD, export_row, with_balances
from cases.pages.regrouping import regrouping_context
from cases.papers.dossier.chain import chain_rows, head_of
from cases.papers.dossier.facts import case_facts
from cases.services import (
    appeals,
    by_hand,
    decisions,
    errors,
    explanation_requests,
    explanations,
    giving_back,
    queue,
    recovery,
    regrouping,
    write_offs,
)
from cases.services.money import at_stake, balance_of, stake_of
from cases.services.money_counted import money_counted
from cases.services.money_told import cases_with_money, told_money
from cases.services.steps import current_request
from cases.visibility import seen_among
from cases.workflow import Action
from tests.cases.stage import AMOUNT, LEGITIMATE, REASON, Stage, fresh
from tests.cases.test_recovery import give_back, ledger, take_back
from tests.cast import NOW, make_alert, make_claim, put_case

pytestmark = pytest.mark.django_db


def reopened(stage: Stage, case: Case) -> Case:
    """Opened anew and looked at: the cardholder has answered again."""
    new = by_hand.reopen_case(
        case=case, reason=REASON, by=stage.actor("approver"), expected_version=fresh(case).version
    )
    new = queue.take_case(case=new, by=stage.actor("reviewer"), expected_version=new.version)
    return heard(stage, new)


def heard(stage: Stage, case: Case) -> Case:
    """Asked and answered."""
    explanation_requests.request_explanation(
        case=case, by=stage.actor("reviewer"), expected_version=case.version
    )
    request = current_request(case)
    assert request is not None
    explanations.submit_explanation(
        request=request,
        text="참석자 명단을 다시 냈습니다.",
        by=stage.actor("cardholder"),
        expected_version=fresh(case).version,
    )
    return fresh(case)


def decided(stage: Stage, case: Case, amount: int) -> Case:
    """Decided by two people: cleared where nothing is to come back."""
    if amount:
        decisions.propose_decision(
            case=case,
            disposition=Disposition.CONFIRMED_MISUSE,
            reason=REASON,
            by=stage.actor("reviewer"),
            expected_version=case.version,
            amount_minor=amount,
        )
    else:
        decisions.close_legitimate(
            case=case,
            disposition_reason="business_purpose",
            reason=LEGITIMATE,
            by=stage.actor("reviewer"),
            expected_version=case.version,
        )
    decisions.approve_decision(
        case=fresh(case),
        content_hash=case.decisions.get(state="proposed").content_hash,
        by=stage.actor("other_approver"),
        expected_version=fresh(case).version,
    )
    return fresh(case)


def accepted(stage: Stage, case: Case) -> Case:
    appeals.accept_notice(case=case, by=stage.actor("cardholder"), expected_version=case.version)
    return fresh(case)


def repaid(stage: Stage, minor: int = AMOUNT, *, amount: int = AMOUNT) -> Case:
    """A case that ended with what was asked for, or with `minor` of it repaid and the rest given up."""
    case = stage.recovering(amount=amount)
    stage.post(case, minor)
    if minor < amount:
        clerk, approver = stage.actor("clerk"), stage.actor("approver")
        write_offs.request_write_off(case=case, reason=REASON, by=clerk, expected_version=fresh(case).version)
        write_offs.approve_write_off(
            case=case, amount_minor=amount - minor, by=approver, expected_version=fresh(case).version
        )
    return fresh(case)


def repaid_from(stage: Stage, case: Case, amount: int) -> Case:
    """A given new case, decided on all of it and repaid."""
    case = queue.take_case(case=case, by=stage.actor("reviewer"), expected_version=case.version)
    case = accepted(stage, decided(stage, heard(stage, case), amount))
    stage.post(case, amount)
    return fresh(case)


def gives(stage: Stage, case: Case, minor: int) -> None:
    giving_back.give_back(
        case=case,
        amount_minor=minor,
        method=RecoveryPosting.Method.BANK_TRANSFER,
        bank_reference=f"OUT-{fresh(case).version}",
        given_on=NOW.date(),
        by=stage.actor("clerk"),
        expected_version=fresh(case).version,
    )


def owed(case: Case) -> int:
    return balance_of(ledger(case)).overpaid_minor


@pytest.mark.parametrize("anew", [0, 1, 30_000, AMOUNT - 1, AMOUNT])
def test_what_a_new_decision_does_not_need_is_owed_where_it_came_in(stage: Stage, anew: int) -> None:
    case = repaid(stage)
    new = reopened(stage, case)
    assert (at_stake(new), owed(case)) == (AMOUNT, 0)  # until it is decided the earlier decision holds
    new = decided(stage, new, anew)
    assert owed(case) == AMOUNT - anew
    if anew:
        new = accepted(stage, new)
    assert new.state == "closed"  # all of it was repaid before


def test_a_higher_decision_asks_for_the_difference_only(stage: Stage) -> None:
    case = repaid(stage, 30_000, amount=30_000)
    new = accepted(stage, decided(stage, reopened(stage, case), AMOUNT))
    assert (new.state, balance_of(ledger(new)).outstanding_minor, owed(case)) == (
        "recovering",
        AMOUNT - 30_000,
        0,
    )
    stage.post(new, AMOUNT - 30_000)
    assert (fresh(new).state, owed(case), owed(new)) == ("closed", 0, 0)


def test_who_is_owed_is_told_and_the_clerks_are_and_the_case_keeps_an_entry(stage: Stage) -> None:
    case = repaid(stage)
    before = fresh(case).version
    new = decided(stage, reopened(stage, case), 30_000)
    entry = AuditEvent.objects.get(action="recovery.owed_anew", subject=f"case:{case.reference}")
    assert (entry.after["other"], entry.after["owed_minor"]) == (new.reference, AMOUNT - 30_000)
    assert fresh(case).version == before + 2  # reopened, and this
    mail = OutboxMessage.objects.get(key__startswith=f"recovery.owed_anew:{case.reference}:")
    assert mail.recipient == stage.cast.cardholder.email
    assert "54,000" in mail.body
    assert new.reference in mail.body
    assert {row.user for row in Notice.objects.filter(kind="owed", case=case)} == {stage.cast.clerk}
    notice = OutboxMessage.objects.get(key__startswith=f"decision.notified:{new.reference}:")
    assert "이전 건 반납액: 30,000원" in notice.body
    assert "남은 반납액: 0원" in notice.body


def test_what_is_owed_is_given_back_as_any_overpayment_and_not_twice(stage: Stage) -> None:
    case = repaid(stage)
    decided(stage, reopened(stage, case), 30_000)
    with pytest.raises(errors.AmountNotValid):
        gives(stage, case, AMOUNT - 30_000 + 1)
    gives(stage, case, AMOUNT - 30_000)
    assert (owed(case), balance_of(ledger(case)).recovered_minor) == (0, 30_000)
    with pytest.raises(errors.TransitionNotAllowed):
        gives(stage, case, 1)


def test_what_was_given_back_meanwhile_is_asked_for_by_the_next_decision(stage: Stage) -> None:
    """Cleared, 20,000 of what was repaid given back, then decided as at first: only these are missing."""
    case = repaid(stage)
    cleared = decided(stage, reopened(stage, case), 0)
    gives(stage, case, 20_000)
    again = accepted(stage, decided(stage, reopened(stage, cleared), AMOUNT))
    assert (owed(case), balance_of(ledger(again)).outstanding_minor) == (0, 20_000)
    stage.post(again, 20_000)
    assert (fresh(again).state, owed(case), owed(again)) == ("closed", 0, 0)


def test_a_case_opened_twice_counts_what_came_in_once(stage: Stage) -> None:
    """The same case twice, and a case that was opened anew itself: the last decision holds."""
    case = repaid(stage, 30_000, amount=30_000)
    second = accepted(stage, decided(stage, reopened(stage, case), 50_000))
    stage.post(second, 20_000)
    assert (owed(case), owed(second)) == (0, 0)
    accepted(stage, decided(stage, reopened(stage, case), 35_000))
    assert (owed(case), owed(second)) == (0, 15_000)
    decided(stage, reopened(stage, second), 10_000)
    assert (owed(case), owed(second)) == (20_000, 20_000)


@pytest.mark.parametrize(
    ("anew", "asked", "given_up"), [(AMOUNT, 0, 54_000), (50_000, 0, 20_000), (10_000, 0, 0)]
)
def test_what_was_given_up_stays_given_up(stage: Stage, anew: int, asked: int, given_up: int) -> None:
    """30,000 of 84,000 were repaid and the rest given up."""
    case = repaid(stage, 30_000)
    new = accepted(stage, decided(stage, reopened(stage, case), anew))
    assert new.state == "closed"
    balance = balance_of(ledger(case))
    assert (balance.written_off_minor, balance.overpaid_minor) == (given_up, max(30_000 - anew, 0))
    assert stake_of(new).asked_of(anew) == asked


def test_beyond_what_was_decided_and_given_up_only_the_difference_is_asked_for(stage: Stage) -> None:
    case = repaid(stage, 30_000, amount=50_000)
    new = accepted(stage, decided(stage, reopened(stage, case), AMOUNT))
    assert balance_of(ledger(new)).outstanding_minor == AMOUNT - 50_000


@pytest.mark.parametrize(
    ("result", "amount", "state", "due"),
    [
        ("upheld", None, "closed", 70_000),
        ("reduced", 30_000, "closed", 30_000),
        ("reversed", None, "closed", 0),
    ],
)
def test_an_appeal_against_the_new_decision_moves_the_same_money(
    stage: Stage, result: str, amount: int | None, state: str, due: int
) -> None:
    case = repaid(stage)
    new = decided(stage, reopened(stage, case), 70_000)
    appeals.submit_appeal(
        case=new, text="새로운 사실이 있습니다.", by=stage.actor("cardholder"), expected_version=new.version
    )
    judge = "approver"
    appeals.decide_appeal(
        case=fresh(new),
        result=Appeal.Result(result),
        reason=REASON,
        by=stage.actor(judge),
        expected_version=fresh(new).version,
        amount_minor=amount,
    )
    assert (fresh(new).state, owed(case)) == (state, AMOUNT - due)


def test_a_repayment_the_bank_takes_back_is_asked_for_by_the_decision_that_holds(stage: Stage) -> None:
    case = repaid(stage)
    new = accepted(stage, decided(stage, reopened(stage, case), 70_000))
    posting = RecoveryPosting.objects.get(recovery__case=case)
    recovery.reverse_posting(
        posting=posting, reason="은행 반송", by=stage.actor("approver"), expected_version=fresh(case).version
    )
    assert (fresh(case).state, owed(case), fresh(new).state) == ("closed", 0, "recovering")
    assert balance_of(ledger(new)).outstanding_minor == 70_000
    told = OutboxMessage.objects.get(key__startswith=f"recovery.bounced:{new.reference}:")
    assert "70,000" in told.body


@pytest.mark.parametrize("bounced_first", [True, False])
def test_what_was_given_back_of_money_the_bank_took_back_is_asked_for_too(
    stage: Stage, bounced_first: bool
) -> None:
    """20,000 were given back of 84,000 that had come in and did not stay: 104,000 are missing, and told once."""
    case = repaid(stage)
    posting = RecoveryPosting.objects.get(recovery__case=case)
    cleared = decided(stage, reopened(stage, case), 0)
    gives(stage, case, 20_000)

    def bounce() -> None:
        recovery.reverse_posting(
            posting=posting,
            reason="은행 반송",
            by=stage.actor("approver"),
            expected_version=fresh(case).version,
        )

    if bounced_first:
        bounce()
    again = reopened(stage, cleared)
    again = accepted(stage, decided(stage, again, AMOUNT))
    if not bounced_first:
        bounce()
    balance = balance_of(ledger(again))
    assert (balance.outstanding_minor, balance.carried_minor) == (AMOUNT + 20_000, -20_000)
    stage.post(again, AMOUNT + 20_000)
    assert (fresh(again).state, owed(case), owed(again)) == ("closed", 0, 0)
    counted = money_counted(NOW.date() - timedelta(days=40), None, frozenset())
    assert sum(row.came_in_minor for row in counted) == AMOUNT
    assert told_money(fresh(again)).repaid_minor == AMOUNT


def test_a_delivery_after_the_new_decision_reaches_what_is_owed(stage: Stage) -> None:
    case = repaid(stage)
    decided(stage, reopened(stage, case), 70_000)
    give_back(case, 34_000, at=NOW + timedelta(days=1))  # of 84,000, by the card
    assert owed(case) == AMOUNT - 50_000
    take_back(case, 0, at=NOW + timedelta(days=2))
    assert owed(case) == AMOUNT - 70_000


@pytest.fixture
def claims_moved_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims of cases opened anew were moved before that was refused."""
    monkeypatch.setattr(regrouping, "refuse_counted", lambda *cases: None)


def test_claims_towards_which_earlier_money_counts_stay_where_they_are(stage: Stage) -> None:
    case, other = repaid(stage), stage.taken()
    new = by_hand.reopen_case(
        case=case, reason=REASON, by=stage.actor("approver"), expected_version=fresh(case).version
    )
    with pytest.raises(errors.CasesDiffer) as refusal:
        regrouping.merge_cases(
            case=other,
            other=new,
            reason="같은 출장",
            by=stage.actor("reviewer"),
            expected_version=other.version,
            other_version=new.version,
        )
    assert (refusal.value.why, case.reference in refusal.value.sentence) == ("counted", True)


def test_a_page_offers_no_move_of_claims_towards_which_earlier_money_counts(stage: Stage) -> None:
    case, other, third = repaid(stage), stage.taken(), stage.taken()
    new = by_hand.reopen_case(
        case=case, reason=REASON, by=stage.actor("approver"), expected_version=fresh(case).version
    )
    shown = regrouping_context(new, stage.actor("reviewer"), {Action.MERGE, Action.SPLIT})
    assert shown["counted_towards"] == case
    assert "mergeable" not in shown
    shown = regrouping_context(other, stage.actor("reviewer"), {Action.MERGE})
    assert (shown["mergeable"], shown["counted_towards"]) == ([third], None)


@pytest.mark.usefixtures("claims_moved_before")
def test_two_cases_opened_anew_and_merged_count_what_came_in_on_each_once(stage: Stage) -> None:
    first, second = repaid(stage), repaid(stage)
    news = [
        by_hand.reopen_case(
            case=case, reason=REASON, by=stage.actor("approver"), expected_version=fresh(case).version
        )
        for case in (first, second)
    ]
    into = queue.take_case(case=news[0], by=stage.actor("reviewer"), expected_version=news[0].version)
    merged = regrouping.merge_cases(
        case=into,
        other=news[1],
        reason="같은 출장",
        by=stage.actor("reviewer"),
        expected_version=into.version,
        other_version=news[1].version,
    )
    assert (at_stake(merged), stake_of(merged).carried_minor) == (2 * AMOUNT, 2 * AMOUNT)
    merged = decided(stage, heard(stage, merged), AMOUNT + 10_000)
    assert owed(first) + owed(second) == AMOUNT - 10_000
    assert accepted(stage, merged).state == "closed"


@pytest.mark.usefixtures("claims_moved_before")
def test_a_case_opened_anew_and_split_lets_each_part_take_its_share_once(stage: Stage) -> None:
    """Both payments were repaid; the one split off is cleared, of the other one half is decided."""
    case = stage.case()
    more = make_claim(cardholder=case.cardholder, amount_minor=AMOUNT)
    make_alert(case=case, claim=more)
    case = put_case(case, n_claims=2)
    case = repaid_from(stage, case, 2 * AMOUNT)
    new = by_hand.reopen_case(
        case=case, reason=REASON, by=stage.actor("approver"), expected_version=fresh(case).version
    )
    new = queue.take_case(case=new, by=stage.actor("reviewer"), expected_version=new.version)
    off = regrouping.split_case(
        case=new,
        claims=[more.external_id],
        reason="다른 건",
        by=stage.actor("reviewer"),
        expected_version=new.version,
    )
    assert at_stake(off) + at_stake(fresh(new)) == 2 * AMOUNT
    off = (
        off
        if off.state != "new"
        else queue.take_case(case=off, by=stage.actor("reviewer"), expected_version=off.version)
    )
    decided(stage, off, 0)
    assert owed(case) == AMOUNT
    decided(stage, heard(stage, fresh(new)), AMOUNT // 2)
    assert owed(case) == AMOUNT + AMOUNT // 2


def test_the_overview_counts_a_decision_taken_anew_once(stage: Stage) -> None:
    case = repaid(stage)
    new = accepted(stage, decided(stage, reopened(stage, case), 30_000))
    rows = {row.case_id: row for row in money_counted(NOW.date() - timedelta(days=30), None, frozenset())}
    assert sum(row.confirmed_minor for row in rows.values()) == 30_000
    assert (rows[new.pk].recovered_minor, rows[case.pk].recovered_minor) == (30_000, 0)
    assert sum(row.came_in_minor for row in rows.values()) == AMOUNT


def test_page_interface_and_file_tell_what_was_repaid_before(stage: Stage, client: Client) -> None:
    case = repaid(stage, 30_000, amount=30_000)
    new = accepted(stage, decided(stage, reopened(stage, case), AMOUNT))
    row = with_balances([ledger(new)])[0]
    line = dict(zip(EXPORT_HEAD, export_row(row), strict=True))
    assert (line["due"], line["recovered_before"], line["open"]) == (AMOUNT, 30_000, AMOUNT - 30_000)
    client.force_login(stage.cast.clerk)
    told = client.get(f"/api/v1/recoveries/{new.reference}/").json()
    assert (told["due"], told["recovered_before"], told["outstanding"]) == ("84000", "30000", "54000")
    page = client.get(f"/recovery/{new.reference}/").content.decode()
    assert "이전 건 환수액" in page
    assert "30,000원" in page
    lines = client.get("/recovery/?view=all").content.decode()
    assert "이전 건 환수액 <span" in lines  # of 84,000 due 54,000 are open, and none came in here
    client.force_login(stage.cast.cardholder)
    mine = client.get(f"/my/notices/{new.reference}/").content.decode()
    assert "이전 건 반납액" in mine
    assert "30,000원" in mine
    assert "54,000원" in mine
    client.force_login(stage.cast.reviewer)
    assert client.get(f"/cases/{new.reference}/").status_code == 200


@pytest.mark.parametrize("anew", [0, 30_000])
def test_the_case_that_took_the_money_tells_everywhere_what_is_to_be_given_back(
    stage: Stage, client: Client, anew: int
) -> None:
    """Staff, clerk, cardholder, interface and dossier: none still says that all of it was repaid, and each names the new decision."""
    case = repaid(stage)
    new = decided(stage, reopened(stage, case), anew)
    left = AMOUNT - anew
    told = told_money(fresh(case))
    assert (told.kind, told.minor, told.later_minor) == ("to_give_back", left, anew)
    assert case.pk in cases_with_money(left)
    assert case.pk not in cases_with_money(left + 1)
    facts = case_facts(fresh(case), "en", stage.actor("approver"))
    assert (facts["money"]["to_give_back"], facts["decided_anew"]) == (str(left), [new.reference])
    client.cookies["django_language"] = "en"
    client.force_login(stage.cast.other_reviewer)
    row = client.get(f"/api/v1/cases/{case.reference}/").json()
    assert (row["amount"], row["amount_kind"]) == (str(left), "to_give_back")
    assert row["decided_anew"] == [new.reference]
    replaced = '<span class="tag outline">Confirmed misuse, decided anew</span>'
    for address in (
        "/queue/?view=closed",
        f"/cases/{case.reference}/",
        f"/cases/{new.reference}/?tab=history",
    ):
        assert replaced in client.get(address).content.decode(), address
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert f"reopened as {new.reference}" in page
    timeline = page[page.index("changed by a new decision what is owed") :][:600]
    assert (new.reference in timeline, f"{left:,}" in timeline) == (True, True)
    client.force_login(stage.cast.clerk)
    owed_ones = client.get("/recovery/?view=owed").content.decode()
    assert (case.reference in owed_ones, f"{left:,}" in owed_ones) == (True, True)
    assert '<small class="muted">Closed</small>' in owed_ones  # its day is no day anything is due
    assert new.reference in client.get(f"/recovery/{case.reference}/").content.decode()
    client.force_login(stage.cast.cardholder)
    mine = client.get("/my/").content.decode()
    assert f'{left:,}</span> <small class="muted">will be given back to you</small>' in mine
    own = client.get(f"/my/notices/{case.reference}/").content.decode()
    assert "A new decision has taken the place of this one" in own
    assert f"/{new.reference}/" in own
    assert client.get(f"/api/v1/my/notices/{case.reference}/").json()["decided_anew"] == [new.reference]
    gives(stage, case, left)
    assert told_money(fresh(case)).owed_minor == 0
    client.force_login(stage.cast.clerk)
    assert case.reference not in client.get("/recovery/?view=owed").content.decode()


def test_a_case_names_no_other_one_to_whom_that_one_is_hidden_from(stage: Stage, client: Client) -> None:
    """A guest at a payment that only the earlier case holds sees the new one, and nowhere the number of the earlier."""
    case = repaid(stage)
    new = decided(stage, reopened(stage, case), 30_000)
    guest = stage.cast.other_reviewer
    dinner = make_claim(cardholder=case.cardholder, attendees=[{"employee_no": guest.employee_no}])
    make_alert(case=case, claim=dinner)
    actor = actor_of(guest)
    assert [one.pk for one in seen_among(actor, [case, new, None])] == [new.pk]
    assert [one.pk for one in seen_among(stage.actor("approver"), [new, None, case])] == [new.pk, case.pk]
    client.force_login(guest)
    assert client.get(f"/cases/{case.reference}/").status_code == 404
    told = client.get(f"/api/v1/cases/{new.reference}/").json()
    assert (told["reopened_from"], [line["kind"] for line in told["brief"]].count("before")) == (None, 0)
    page = client.get(f"/cases/{new.reference}/").content.decode()
    assert "Taken up again" not in page
    assert f"/cases/{case.reference}/" not in page
    assert case_facts(fresh(new), "en", actor)["reopened_from"] is None
    recovery.reverse_posting(
        posting=RecoveryPosting.objects.get(recovery__case=case),
        reason="은행 반송",
        by=stage.actor("approver"),
        expected_version=fresh(case).version,
    )
    head = head_of(fresh(new))
    for reader, is_named in ((guest, False), (stage.cast.reviewer, True)):
        client.force_login(reader)
        entries = client.get(f"/api/v1/cases/{new.reference}/timeline/").content.decode()
        page = client.get(f"/cases/{new.reference}/").content.decode()
        kept = str(chain_rows(fresh(new), head, actor_of(reader), "en"))
        assert "recovery.earlier_changed" in entries
        assert [case.reference in told for told in (entries, page, kept)] == [is_named] * 3
    client.force_login(stage.cast.reviewer)
    assert client.get(f"/api/v1/cases/{new.reference}/").json()["reopened_from"] == case.reference
