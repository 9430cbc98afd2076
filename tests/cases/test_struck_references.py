"""What a bank, a clerk or a program calls by a card number: the number is not kept, the thing is found again, and two stay two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.keeping import kept
from audit.permissions import Role
from audit.redaction import find_struck, is_card_number
from audit.services import actor_of, find_faults
from cases.models import Case, RecoveryPosting, SavedView, StatementEntry
from cases.services import errors
from cases.services.reconciliation import import_postings
from tests.cases.stage import Stage, fresh
from tests.cases.statements.files import Row, bank_table, camt, csv_of, mt940
from tests.cases.test_recovery import ledger, recovered
from tests.cast import make_person
from tests.draws import draws

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
#: Card numbers that are struck out to the same words.
ALIKE = [card for n in range(200) if is_card_number(card := f"4{n:011}1111")][:3]
formats = pytest.mark.parametrize("write", [camt, mt940], ids=["camt.053", "MT940"])


def paid(case: Case, minor: int, reference: str, *, back: bool = False) -> Row:
    return (-minor if back else minor, DAY, back, reference, f"환수금 {case.reference} 입금")


def take(stage: Stage, content: bytes) -> Any:
    return import_postings(content=content, by=stage.actor("clerk"))


def nothing_is_kept() -> bool:
    texts = [
        *StatementEntry.objects.values_list("reference", "batch", "text"),
        *RecoveryPosting.objects.values_list("bank_reference", "note"),
    ]
    return not any(find_struck(text) for row in texts for text in row)


def test_the_numbers_of_this_test_are_struck_out_to_the_same_words() -> None:
    assert (len(ALIKE), {kept(card) for card in ALIKE}) == (3, {"[card …1111]"})


@formats
def test_an_entry_whose_id_is_a_card_number_is_posted_once_however_often_it_is_told(
    stage: Stage, write: Callable[..., bytes]
) -> None:
    case = stage.recovering()
    rows = [paid(case, 20_000, ALIKE[0])]
    assert (take(stage, write(rows)).n_posted, take(stage, write(rows)).n_known) == (1, 1)
    assert (recovered(ledger(case)), ledger(case).postings.count(), nothing_is_kept()) == (20_000, 1, True)


@formats
def test_ids_that_are_struck_out_to_the_same_words_are_as_many_payments(
    stage: Stage, write: Callable[..., bytes]
) -> None:
    case = stage.recovering()
    rows = [paid(case, 10_000, card) for card in ALIKE]
    assert take(stage, write(rows)).n_posted == 3
    for row in rows:
        assert take(stage, write([row])).n_known == 1
    assert (recovered(ledger(case)), nothing_is_kept()) == (30_000, True)


def test_what_the_bank_takes_back_under_such_an_id_reverses_that_posting(stage: Stage) -> None:
    case = stage.recovering()
    take(stage, camt([paid(case, 10_000, card) for card in ALIKE]))
    before = set(RecoveryPosting.objects.values_list("pk", flat=True))
    second = actor_of(make_person("dahye.lim", Role.RECOVERY_CLERK, employee_no="E1999"))
    report = import_postings(content=camt([paid(case, 10_000, ALIKE[1], back=True)]), by=second)
    assert report.rejected == []
    (back,) = RecoveryPosting.objects.exclude(pk__in=before)
    assert back.reverses.entry.reference == StatementEntry.objects.order_by("pk")[1].reference


def test_what_a_clerk_posted_by_hand_under_such_a_number_is_confirmed_by_the_file(stage: Stage) -> None:
    case = stage.recovering()
    stage.post(case, 20_000, ALIKE[0])
    with pytest.raises(errors.PostingExists):
        stage.post(fresh(case), 20_000, f" {ALIKE[0]} ")
    stage.post(fresh(case), 10_000, ALIKE[1])
    content = (
        "case,amount,currency,received_on,method,bank_reference\n"
        f"{case.reference},20000,KRW,{DAY},bank_transfer,{ALIKE[0]}\n"
    ).encode()
    assert (take(stage, content).n_confirmed, take(stage, content).n_known) == (1, 1)
    assert (recovered(ledger(case)), nothing_is_kept()) == (30_000, True)


@given(times=st.lists(st.integers(0, 2), min_size=1, max_size=8))
@settings(max_examples=draws(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_whatever_order_such_entries_arrive_each_counts_once(stage: Stage, times: list[int]) -> None:
    case = stage.recovering()
    amounts = [1_000 * (n + 1) + case.pk for n in range(3)]  # other entries than those of the example before
    for n in times:
        take(stage, camt([paid(case, amounts[n], ALIKE[n])]))
    assert recovered(ledger(case)) == sum(amounts[n] for n in set(times))


def test_rows_without_an_id_are_told_apart_by_the_numbers_in_their_words(stage: Stage) -> None:
    rows = [(5_000, DAY, False, "", f"이체 {card}") for card in ALIKE]
    content = csv_of(bank_table(rows))
    assert (take(stage, content).n_lines, take(stage, content).n_lines) == (3, 3)
    assert (StatementEntry.objects.count(), nothing_is_kept()) == (3, True)


def test_two_saved_views_named_by_numbers_are_two_and_are_found_by_their_names(stage: Stage) -> None:
    owner = stage.cast.reviewer
    for card in ALIKE:
        SavedView.objects.create(owner=owner, name=card, query="q=1")
    assert [SavedView.objects.filter(owner=owner, name=card).count() for card in ALIKE] == [1, 1, 1]
    assert find_faults() == []
