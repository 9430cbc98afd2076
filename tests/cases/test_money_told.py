"""The amount of a case is one amount: every place that tells it says what a plain ledger says, in each state a case can be in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import pytest
from django.test import Client
from django.utils import translation

from cases.api.serializers.staff import CaseRow
from cases.models import Case, Recovery
from cases.pages.brief import brief_of
from cases.pages.case import claims_of, reasons_of
from cases.pages.figures import work_out_figures
from cases.pages.ledger import EXPORT_HEAD, export_row, with_balances
from cases.papers.dossier.facts import case_facts
from cases.services import appeals, recovery, regrouping, undo, write_offs
from cases.services.money_told import attach_money, cases_with_money, told_money
from cases.workflow import State
from tests.cases.stage import REASON, Stage, fresh
from tests.cast import NOW, correct_claim, make_case, make_claim

pytestmark = pytest.mark.django_db
SPENT, PART = 84_000, 30_000


class Plain(NamedTuple):
    """The ledger by hand: what was decided (None: nothing is), repaid and given up, what the card gave back, and whether it is over."""

    decided: int | None = None
    repaid: int = 0
    given_up: int = 0
    by_card: int = 0
    is_over: bool = False

    @property
    def due(self) -> int:
        gone = SPENT - self.by_card
        return gone if self.decided is None else min(self.decided, gone)

    @property
    def open(self) -> int:
        return 0 if self.is_over else self.due - self.repaid - self.given_up


def explained(stage: Stage) -> Case:
    return stage.explained()


def proposed(stage: Stage) -> Case:
    return stage.proposed(amount=PART)


def decided_in_part(stage: Stage) -> Case:
    return stage.notified(amount=PART)


def reduced_on_appeal(stage: Stage) -> Case:
    case = stage.appealed()
    stage.decide_appeal(case, "reduced", amount_minor=20_000, message="금액을 줄였습니다.")
    return fresh(case)


def reversed_on_appeal(stage: Stage) -> Case:
    case = stage.appealed(amount=PART)
    stage.decide_appeal(case, "reversed", message="결정을 취소했습니다.")
    return fresh(case)


def asked_in_part(stage: Stage) -> Case:
    return stage.recovering(amount=PART)


def repaid_in_part(stage: Stage) -> Case:
    case = asked_in_part(stage)
    stage.post(case, 10_000)
    return fresh(case)


def a_repayment_taken_back(stage: Stage) -> Case:
    case = asked_in_part(stage)
    posting = stage.post(case, 10_000)
    recovery.reverse_posting(
        posting=posting, reason=REASON, by=stage.actor("approver"), expected_version=fresh(case).version
    )
    return fresh(case)


def repaid(stage: Stage) -> Case:
    case = asked_in_part(stage)
    stage.post(case, PART)
    return fresh(case)


def _give_up(stage: Stage, case: Case, left: int) -> Case:
    write_offs.request_write_off(
        case=case, reason=REASON, by=stage.actor("clerk"), expected_version=case.version
    )
    write_offs.approve_write_off(
        case=case, amount_minor=left, by=stage.actor("approver"), expected_version=fresh(case).version
    )
    return fresh(case)


def written_off(stage: Stage) -> Case:
    return _give_up(stage, asked_in_part(stage), PART)


def written_off_in_part(stage: Stage) -> Case:
    return _give_up(stage, repaid_in_part(stage), 20_000)


def given_back_by_the_card(stage: Stage) -> Case:
    case = decided_in_part(stage)
    correct_claim(case.alerts.get().claim, received_at=datetime.now(NOW.tzinfo), amount_minor=SPENT - 60_000)
    return fresh(case)


def in_order(stage: Stage) -> Case:
    return stage.closed()


def undone(stage: Stage) -> Case:
    case = stage.closed()
    return undo.undo_last_action(case=case, by=stage.actor("reviewer"), expected_version=case.version)


def accepted(stage: Stage) -> Case:
    case = stage.notified(amount=PART)
    return appeals.accept_notice(case=case, by=stage.actor("cardholder"), expected_version=case.version)


WALKS: list[tuple[Callable[[Stage], Case], str, Plain]] = [
    (explained, "at_stake", Plain()),
    (proposed, "at_stake", Plain()),
    (undone, "at_stake", Plain()),
    (decided_in_part, "decided", Plain(PART)),
    (given_back_by_the_card, "decided", Plain(PART, by_card=60_000)),
    (accepted, "open", Plain(PART)),
    (reduced_on_appeal, "open", Plain(20_000)),
    (repaid_in_part, "open", Plain(PART, repaid=10_000)),
    (a_repayment_taken_back, "open", Plain(PART)),
    (repaid, "repaid", Plain(PART, repaid=PART, is_over=True)),
    (written_off, "written_off", Plain(PART, given_up=PART, is_over=True)),
    (written_off_in_part, "repaid_in_part", Plain(PART, repaid=10_000, given_up=20_000, is_over=True)),
    (reversed_on_appeal, "nothing", Plain(0, is_over=True)),
    (in_order, "nothing", Plain(0, is_over=True)),
]


def shown_by(kind: str, plain: Plain) -> int:
    """The amount a list shows beside its word."""
    if kind == "nothing":
        return SPENT
    if kind == "written_off":
        return plain.given_up
    return plain.repaid if kind in ("repaid", "repaid_in_part") else plain.open


def words_of(kind: str) -> tuple[str, str]:
    """Beside the amount, for staff and for the cardholder."""
    return {
        "at_stake": ("", ""),
        "decided": ("decided", "to repay"),
        "open": ("still to come back", "still to repay"),
        "repaid": ("recovered", "repaid"),
        "repaid_in_part": ("recovered in part", "repaid; the rest is no longer asked for"),
        "written_off": ("written off", "no longer asked for"),
        "nothing": ("spent", "nothing to repay"),
    }[kind]


@pytest.mark.parametrize(("walk", "kind", "plain"), WALKS, ids=[walk.__name__ for walk, *_ in WALKS])
def test_every_place_tells_the_amount_of_the_ledger(
    stage: Stage, client: Client, walk: Callable[[Stage], Case], kind: str, plain: Plain
) -> None:
    case = fresh(walk(stage))
    shown = shown_by(kind, plain)
    alone, listed = told_money(fresh(case)), attach_money([fresh(case)])[0].told
    assert alone == listed
    assert (alone.kind, alone.minor, alone.open_minor) == (kind, shown, plain.open)
    assert (alone.repaid_minor, alone.written_off_minor) == (plain.repaid, plain.given_up)
    _sent(stage, case, kind, shown, plain)
    _shown_to_staff(stage, client, case, kind, shown, plain)
    _shown_to_the_cardholder(stage, client, case, kind, shown)
    _reported(plain)
    assert case.pk in cases_with_money(shown)
    assert case.pk not in cases_with_money(shown + 1)


def _sent(stage: Stage, case: Case, kind: str, shown: int, plain: Plain) -> None:
    """The interface, the dossier and the ledger's export."""
    row = CaseRow(fresh(case)).data
    assert (row["at_stake"], row["amount"], row["amount_kind"]) == (str(plain.open), str(shown), kind)
    money = case_facts(fresh(case), "ko", stage.actor("approver"))["money"]
    assert money["at_stake"] == str(plain.open)
    assert (money["repaid"], money["written_off"]) == (str(plain.repaid), str(plain.given_up))
    assert money["decided"] == (None if plain.decided is None else str(plain.decided))
    for line in with_balances(Recovery.objects.select_related("case__cardholder__department")):
        told = dict(zip(EXPORT_HEAD, export_row(line), strict=True))
        assert (told["open"], told["recovered"], told["written_off"]) == (
            plain.open,
            plain.repaid,
            plain.given_up,
        )


def _shown_to_staff(stage: Stage, client: Client, case: Case, kind: str, shown: int, plain: Plain) -> None:
    """The queue's row, the head of the case and its brief."""
    client.force_login(stage.cast.other_reviewer)
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        row = client.get("/queue/?view=all").content.decode()
        page = client.get(f"/cases/{case.reference}/").content.decode()
        rows = claims_of(case)
        lines = brief_of(case, rows, reasons_of(case, rows))
        brief = next(line.text for line in lines if line.kind == "back")
    word = words_of(kind)[0]
    assert f"{shown:,}" in row
    assert not word or f'<small class="muted">{word}</small>' in row
    head = page[page.index('<div class="figures">') :][:900]
    assert f"{shown:,}" in head
    for minor, words in (
        (plain.open, "is still gone" if plain.decided is None else "is still to come back"),
        (plain.repaid, "was paid back"),
        (plain.given_up, "was written off"),
        (plain.decided or 0, "was decided to come back"),
    ):
        assert (words in brief) == bool(minor), brief
        assert not minor or f"{minor:,}" in brief, brief


def _shown_to_the_cardholder(stage: Stage, client: Client, case: Case, kind: str, shown: int) -> None:
    client.force_login(stage.cast.cardholder)
    client.cookies["django_language"] = "en"
    page = client.get("/my/").content.decode()
    if case.reference not in page:
        assert not case.requests.exists()  # they were never asked and know nothing of it
        return
    word = words_of(kind)[1]
    assert f"{shown:,}" in page
    assert not word or f'<small class="muted">{word}</small>' in page


def _reported(plain: Plain) -> None:
    """The overview, and with it the assurance report: confirmed is what the decision asks for."""
    money = work_out_figures(NOW.date()).money[0]
    confirmed = plain.due if plain.decided else 0
    assert (money.confirmed_minor, money.recovered_minor) == (confirmed, plain.repaid)
    assert (money.written_off_minor, money.outstanding_minor) == (
        plain.given_up,
        plain.open if Recovery.objects.filter(closed_at=None).exists() else 0,
    )


def test_a_merged_case_tells_nothing_and_the_other_all(stage: Stage) -> None:
    kept, other = stage.taken(), stage.taken()
    regrouping.merge_cases(
        case=kept, other=other, by=stage.actor("reviewer"), expected_version=kept.version,
        other_version=other.version, reason=REASON,
    )  # fmt: skip
    told = told_money(fresh(other))
    assert (told.kind, told.minor, told.open_minor) == ("merged", 0, 0)
    assert told_money(fresh(kept)).open_minor == 2 * SPENT


def test_a_payment_of_two_decided_cases_is_confirmed_once_and_with_what_each_decision_asks(
    stage: Stage,
) -> None:
    """The first decision asks for a part of the payment, the other case, whose decision is not on record, for all that is left."""
    first = stage.notified(amount=PART)
    claim = first.alerts.get().claim
    make_case(
        claims=[claim, make_claim(amount_minor=5_000, external_id="M-2")],
        state=State.CLOSED,
        closed_at=NOW,
        disposition="confirmed_misuse",
    )
    assert work_out_figures(NOW.date()).money[0].confirmed_minor == SPENT + 5_000
