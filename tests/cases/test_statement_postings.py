"""A bank's own statement in the ledger: posted once by the case its words name, taken back where the bank took it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils.translation import override

from audit.actor import Actor
from audit.permissions import Role
from audit.services import actor_of
from cases.models import RecoveryPosting
from cases.services.reconciliation import PostingFileNotValid, import_postings
from cases.services.recovery import reverse_posting
from fraud.claims.importing.summary import refused_name
from tests.cases.stage import Stage
from tests.cases.statements.files import Row, camt, mt940
from tests.cases.test_recovery import ledger, recovered
from tests.cast import make_person

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
formats = pytest.mark.parametrize("write", [camt, mt940], ids=["camt.053", "MT940"])


def paid(case, minor: int, reference: str, on: date = DAY, *, back: bool = False) -> Row:
    return (-minor if back else minor, on, back, reference, f"환수금 {case.reference} 입금")


@formats
def test_what_came_in_is_posted_to_the_case_its_words_name_and_only_once(
    stage: Stage, write: Callable[..., bytes]
) -> None:
    one, other = stage.recovering(), stage.recovering()
    rows = [
        paid(one, 20_000, "B1"),
        paid(other, 84_000, "B2"),
        (5_000, DAY, False, "B3", "rent"),
        (-900, DAY, False, "B4", "fee"),
    ]
    first = import_postings(content=write(rows), by=stage.actor("clerk"))
    assert (first.n_lines, first.n_posted, first.posted) == (3, 2, {"KRW": 104_000})
    assert [(line.line, line.code) for line in first.rejected] == [(3, "case_not_named")]
    assert (recovered(ledger(one)), recovered(ledger(other))) == (20_000, 84_000)
    again = import_postings(content=write(rows), by=stage.actor("clerk"))
    assert (again.n_posted, again.n_known, recovered(ledger(one))) == (0, 2, 20_000)


def test_a_statement_named_by_a_card_number_posts_nothing(stage: Stage) -> None:
    case, name = stage.recovering(), "4111-1111-1111-1111.xml"
    with pytest.raises(PostingFileNotValid) as refusal:
        import_postings(content=camt([paid(case, 20_000, "B1")]), by=stage.actor("clerk"), name=name)
    assert refused_name(name) in str(refusal.value.sentence)
    assert not ledger(case).postings.exists()


def test_a_notification_and_the_statement_that_follows_are_one_posting(stage: Stage) -> None:
    case = stage.recovering()
    rows = [paid(case, 20_000, "B1")]
    for content in (camt(rows, kind="054"), camt(rows), mt940(rows)):
        import_postings(content=content, by=stage.actor("clerk"))
    assert (recovered(ledger(case)), ledger(case).postings.count()) == (20_000, 1)


@formats
def test_equal_instalments_are_each_posted_also_without_a_reference_of_the_bank(
    stage: Stage, write: Callable[..., bytes]
) -> None:
    case = stage.recovering()
    rows = [
        paid(case, 7_000, "", DAY),
        paid(case, 7_000, "", DAY),
        paid(case, 7_000, "", DAY - timedelta(days=1)),
    ]
    for _ in range(2):
        import_postings(content=write(rows), by=stage.actor("clerk"))
    assert (recovered(ledger(case)), ledger(case).postings.count()) == (21_000, 3)


@formats
def test_what_the_bank_took_back_reverses_its_posting_once_and_by_somebody_else(
    stage: Stage, write: Callable[..., bytes]
) -> None:
    case = stage.recovering()
    import_postings(content=write([paid(case, 20_000, "B1")]), by=stage.actor("clerk"))
    back = write([paid(case, 20_000, "B9", back=True)])
    second = actor_of(make_person("dahye.lim", Role.RECOVERY_CLERK, employee_no="E1999"))
    own = import_postings(content=back, by=stage.actor("clerk"))
    assert (own.n_posted, len(own.rejected), recovered(ledger(case))) == (0, 1, 20_000)
    for expected in [(1, 0), (0, 1)]:
        report = import_postings(content=back, by=second)
        assert (report.n_posted, report.n_known) == expected
    assert recovered(ledger(case)) == 0
    assert RecoveryPosting.objects.filter(reverses__isnull=False).count() == 1
    nothing = import_postings(content=write([paid(case, 20_000, "B10", back=True)]), by=second)
    assert [line.code for line in nothing.rejected] == ["amount_not_valid"]


@formats
@pytest.mark.parametrize(("language", "words"), [("en", "the bank states KRW 999,999"), ("ko", "999,999원")])
def test_a_statement_that_does_not_meet_its_balance_posts_nothing_and_says_both_figures(
    stage: Stage, write: Callable[..., bytes], language: str, words: str
) -> None:
    case = stage.recovering()
    content = write([paid(case, 20_000, "B1")], closing=999_999)
    with override(language), pytest.raises(PostingFileNotValid) as refusal:
        import_postings(content=content, by=stage.actor("clerk"))
    with override(language):
        assert words in str(refusal.value.sentence)
    assert recovered(ledger(case)) == 0


def test_words_that_name_two_cases_are_for_a_person(stage: Stage) -> None:
    one, other = stage.recovering(), stage.recovering()
    row: Row = (20_000, DAY, False, "B1", f"{one.reference} {other.reference}")
    report = import_postings(content=camt([row]), by=stage.actor("clerk"))
    assert [line.code for line in report.rejected] == ["case_not_named"]


@pytest.fixture
def second(stage: Stage) -> Actor:
    return actor_of(make_person("dahye.lim", Role.RECOVERY_CLERK, employee_no="E1999"))


@formats
@pytest.mark.parametrize("reference_of_the_reversal", ["B9", "B1"])
def test_a_statement_that_tells_again_what_came_and_went_posts_nothing(
    stage: Stage, second: Actor, write: Callable[..., bytes], reference_of_the_reversal: str
) -> None:
    case = stage.recovering()
    came, went = paid(case, 20_000, "B1"), paid(case, 20_000, reference_of_the_reversal, back=True)
    import_postings(content=write([came]), by=stage.actor("clerk"))
    import_postings(content=write([went]), by=second)
    for by in (second, stage.actor("clerk")):
        report = import_postings(content=write([came, went]), by=by)
        assert (report.n_posted, report.n_known, recovered(ledger(case))) == (0, 2, 0)


def test_what_a_person_reversed_may_be_posted_again(stage: Stage, second: Actor) -> None:
    case = stage.recovering()
    content = camt([paid(case, 20_000, "B1")])
    import_postings(content=content, by=stage.actor("clerk"))
    case.refresh_from_db()
    reverse_posting(
        posting=ledger(case).postings.get(), reason="a mistake", by=second, expected_version=case.version
    )
    assert import_postings(content=content, by=second).n_posted == 1
    assert recovered(ledger(case)) == 20_000


@formats
def test_two_entries_of_one_statement_under_one_id_are_two_postings(
    stage: Stage, write: Callable[..., bytes]
) -> None:
    case = stage.recovering()
    for _ in range(2):
        import_postings(content=write([paid(case, 7_000, "B1")] * 2), by=stage.actor("clerk"))
    assert (recovered(ledger(case)), ledger(case).postings.count()) == (14_000, 2)


def test_numbers_that_start_anew_in_every_statement_hide_no_instalment(stage: Stage) -> None:
    case = stage.recovering()
    for on in (DAY - timedelta(days=1), DAY):
        numbered = camt([paid(case, 7_000, "", on)]).replace(b"<Ntry>", b"<Ntry><NtryRef>00001</NtryRef>")
        import_postings(content=numbered, by=stage.actor("clerk"))
    assert recovered(ledger(case)) == 14_000


def test_batches_without_an_id_are_each_posted(stage: Stage) -> None:
    case = stage.recovering()
    for on in (DAY - timedelta(days=1), DAY):
        details = "".join(
            f'<TxDtls><Amt Ccy="KRW">{amount}</Amt><RmtInf><Ustrd>{case.reference}</Ustrd></RmtInf></TxDtls>'
            for amount in (7_000, 3_000)
        )
        batch = (
            f'<Ntry><Amt Ccy="KRW">10000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{on}</Dt></BookgDt>'
            f"<NtryDtls>{details}</NtryDtls></Ntry>"
        )
        import_postings(content=camt([], closing=1_010_000, more=batch), by=stage.actor("clerk"))
    assert recovered(ledger(case)) == 20_000


@formats
def test_a_reversal_in_another_currency_takes_nothing_back(
    stage: Stage, second: Actor, write: Callable[..., bytes]
) -> None:
    case = stage.recovering()
    import_postings(content=write([paid(case, 20_000, "B1")]), by=stage.actor("clerk"))
    euros = write([paid(case, 20_000, "B9", back=True)], currency="EUR", digits=2)
    report = import_postings(content=euros, by=second)
    assert [line.code for line in report.rejected] == ["amount_not_valid"]
    assert recovered(ledger(case)) == 20_000


@formats
@pytest.mark.parametrize(("language", "words"), [("en", "no repayment"), ("ko", "반납이 아닙니다")])
def test_a_payment_out_that_the_bank_gave_back_is_no_repayment(
    stage: Stage, write: Callable[..., bytes], language: str, words: str
) -> None:
    case = stage.recovering()
    row: Row = (20_000, DAY, True, "B1", f"returned {case.reference}")
    with override(language):
        report = import_postings(content=write([row]), by=stage.actor("clerk"))
    assert [words in line.sentence for line in report.rejected] == [True]
    assert recovered(ledger(case)) == 0
