"""Small deliveries in which money comes back, payments are declined, or one payment is told twice: what stands at the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from fraud.claims.importing.cancellations import unlinked_cancellations
from fraud.claims.importing.people import import_people
from fraud.claims.importing.profiles import get_profile
from fraud.claims.models import Absence, Claim, ClaimChange, ClaimFile, ClaimSource
from tests.fraud.claims.importing.files import BY, assert_accounted, codes, deliver, workbook_bytes
from tests.shared_data import shared_folder

pytestmark = pytest.mark.django_db
ARRIVED = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
GENERIC = "external_id,employee_no,transacted_at,amount,currency,merchant_name,authorization_code,txn_type"
CODEF = (
    "resUsedDate,resUsedTime,resCardNo,employee_no,resMemberStoreName,resUsedAmount,resAccountCurrency,"
    "resApprovalNo,resCancelYN,resCancelAmount"
)


def send(folder: Path, head: str, *lines: str, used: str = "generic") -> ClaimFile:
    file = deliver(
        folder, "\n".join([head, *lines, ""]).encode(), used=get_profile(used), received_at=ARRIVED
    )
    assert_accounted(file)
    return file


def send_shared(folder: Path, name: str, used: str = "generic") -> ClaimFile:
    path = shared_folder().parent / "cases" / name
    if not path.exists():
        pytest.skip(f"needs {name} in the cases folder")
    file = deliver(folder, path.read_bytes(), name=path.name, used=get_profile(used), received_at=ARRIVED)
    assert_accounted(file)
    return file


def amounts() -> dict[str, tuple[int, str | None, int | None]]:
    """external id → (amount, its purchase, what it gives back)"""
    rows = Claim.objects.values_list(
        "external_id", "amount_minor", "original_claim__external_id", "credit_minor"
    )
    return {key: (amount, purchase, credit) for key, amount, purchase, credit in rows}


def net(claim: Claim) -> int:
    return claim.amount_minor - sum(back.credit_minor for back in claim.cancellations.all())


def nets(**filters: object) -> list[int]:
    return sorted(net(claim) for claim in Claim.objects.filter(amount_minor__gt=0, **filters))


def stay(code: str, amount: int, state: int, back: int | str = 0) -> str:
    return f"20261102,181500,****-****-****-9911,Q77,바다횟집,{amount},KRW,{code},{state},{back}"


# Payments that a card feed delivers again as cancelled ----------------------------------------------------------------


def test_a_payment_seen_again_as_cancelled_keeps_its_amount_and_gives_the_cancelled_part_back(
    tmp_path: Path,
) -> None:
    send(tmp_path, CODEF, stay("551", 81000, 0), stay("552", 42000, 0), used="codef")
    file = send(tmp_path, CODEF, stay("551", 81000, 2, 11000), stay("552", 42000, 1, 42000), used="codef")
    assert nets() == [0, 70000]
    assert (file.n_accepted, file.n_superseding) == (0, 2)
    assert Claim.objects.filter(amount_minor__gt=0).exclude(version=1).count() == 0


def test_a_payment_first_seen_cancelled_is_known_with_its_cancellation(tmp_path: Path) -> None:
    file = send(tmp_path, CODEF, stay("551", 81000, 1, ""), stay("552", 42000, 2, 2000), used="codef")
    assert nets() == [0, 40000]
    assert file.n_accepted == 2


def test_a_partial_cancellation_grows_and_is_taken_away_again(tmp_path: Path) -> None:
    found = []
    for state, back in ((0, 0), (2, 30000), (2, 50000), (0, 0)):
        send(tmp_path, CODEF, stay("551", 81000, state, back), used="codef")
        found.append(nets())
    assert found[:3] == [[81000], [51000], [31000]]
    assert found[3] == [31000]  # the same bytes as the first file: one delivery
    send(tmp_path, CODEF, stay("551", 81000, 0, 0), stay("559", 1000, 0, 0), used="codef")
    assert nets() == [1000, 81000]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_money_back_told_by_the_payments_row_and_by_a_row_of_its_own_counts_once(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    head = "external_id,employee_no,transacted_at,amount,currency,merchant_name,authorization_code,txn_type,cancel_amount"
    stated = "S1,Q77,2026-11-02 12:30:00,81000,KRW,바다횟집,5510,승인,30000"
    alone = "S2,Q77,2026-11-03 09:00:00,-30000,KRW,바다횟집,5510,부분취소,"
    for number in order:
        send(tmp_path, head, (stated, alone)[number])
    assert nets() == [51000]
    assert not unlinked_cancellations().exists()
    send(tmp_path, head, "S3,Q77,2026-11-04 09:00:00,-20000,KRW,바다횟집,5510,부분취소,")
    assert nets() == [31000]


def test_one_payment_in_two_states_of_one_file_is_one_claim(tmp_path: Path) -> None:
    lines = [
        stay("551", 81000, 0),
        stay("551", 81000, 2, 30000),
        stay("552", 9000, 1, 9000),
        stay("552", 9000, 0),
    ]
    file = send(tmp_path, CODEF, *lines, used="codef")
    assert nets() == [0, 51000]
    assert (file.n_accepted, file.n_duplicate) == (2, 2)


def test_a_partial_cancellation_without_its_amount_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    file = send(tmp_path, CODEF, stay("551", 81000, 2, ""), used="codef")
    assert codes(file) == [(2, "cancel_amount_missing")]


@pytest.mark.parametrize(
    "word",
    [
        "부분취소",
        "부분 취소",
        "partial_cancel",
        "Partial Cancel",
        "환불",
        "Refund",
        "chargeback",
        "취소(부분)",
        "CR",
        "Credit memo",
    ],
)
def test_money_back_is_negative_and_linked_whatever_its_sign_or_word(tmp_path: Path, word: str) -> None:
    for sign in ("", "-"):
        send(
            tmp_path,
            GENERIC,
            f"W1{sign},Q78,2026-11-02 19:00:00,64000,KRW,솔밭정육,7711,승인",
            f"W2{sign},Q78,2026-11-04 10:00:00,{sign}24000,KRW,솔밭정육,7711,{word}",
        )
        assert amounts()[f"W2{sign}"][0] == -24000
    assert sum(nets()) == 2 * 40000


def test_money_back_in_the_column_of_cancelled_amounts_is_read(tmp_path: Path) -> None:
    head = f"{GENERIC},cancel_amount"
    send(
        tmp_path,
        head,
        "W1,Q78,2026-11-02 19:00:00,64000,KRW,솔밭정육,7711,승인,",
        "W2,Q78,2026-11-04 10:00:00,0,KRW,솔밭정육,7711,부분취소,24000",
        "W3,Q78,2026-11-02 20:00:00,50000,KRW,솔밭정육,7712,승인,20000",
    )
    assert nets() == [30000, 40000]


def test_money_back_in_its_own_column_is_read_without_a_word_for_it(tmp_path: Path) -> None:
    head = "external_id,employee_no,transacted_at,이용금액,취소금액,currency,merchant_name,승인번호"
    for number, empty in enumerate(("0", "")):
        person, code = f"Q8{number}", f"771{number}"
        file = send(
            tmp_path,
            head,
            f"Y1-{number},{person},2026-11-02 19:00:00,64000,{empty},KRW,솔밭정육,{code}",
            f"Y2-{number},{person},2026-11-04 10:00:00,{empty},24000,KRW,솔밭정육,{code}",
        )
        assert file.n_rejected == 0
        assert nets(cardholder__employee_no=person) == [40000]


def test_a_cancellation_under_its_payments_own_id_does_not_replace_the_payment(tmp_path: Path) -> None:
    send(tmp_path, GENERIC, "W1,Q78,2026-11-02 19:00:00,64000,KRW,솔밭정육,7711,승인")
    send(tmp_path, GENERIC, "W1,Q78,2026-11-03 19:00:00,64000,KRW,솔밭정육,7711,취소")
    assert amounts() == {"W1": (64000, None, None), "W1:cancel": (-64000, "W1", 64000)}


# What one source or an older file does not know -------------------------------------------------------------------------


def test_a_second_source_that_knows_of_no_money_back_takes_none_away(tmp_path: Path) -> None:
    paid = "V1,Q77,2026-11-02 18:15:00,81000,KRW,바다횟집,551,승인"
    back = "V2,Q77,2026-11-03 09:00:00,30000,KRW,바다횟집,551,부분취소"
    card = f"{CODEF},resCancelDate"
    told, silent = f"{stay('551', 81000, 2, 30000)},20261103", f"{stay('551', 81000, 0, '')},"
    steps = {"p": (GENERIC, paid), "b": (GENERIC, back), "2": (card, told), "0": (card, silent)}
    for number, order in enumerate(("pb20", "bp20", "b20p", "b2p0", "p2b0", "2pb0", "20pb", "2p0b")):
        for step in order:
            head, line = steps[step]
            used = "generic" if head == GENERIC else "codef"
            line = line.replace("Q77", f"Q{number:02}X").replace(",551", f",8{number}51")
            send(tmp_path, head, line.replace("V", f"V{number}-"), used=used)
        assert (order, nets(cardholder__employee_no=f"Q{number:02}X")) == (order, [51000])


def test_files_of_a_card_feed_give_the_same_in_either_order(tmp_path: Path) -> None:
    head = f"{CODEF},resCancelDate"
    states = [(0, "", ""), (2, 30000, "20261103"), (2, 50000, "20261104"), (1, 81000, "20261106")]
    for number, order in enumerate(permutations(range(len(states)), 3)):
        for step in order:
            state, back, on = states[step]
            line = stay(f"{number:02}77", 81000, state, back).replace("Q77", f"Q{number:02}Y")
            send(tmp_path, head, f"{line},{on}", used="codef")
        furthest = max(int(states[step][1] or 0) for step in order)
        assert (order, nets(cardholder__employee_no=f"Q{number:02}Y")) == (order, [81000 - furthest])


@pytest.mark.parametrize("amount", [64000, 24000])
@pytest.mark.parametrize("first", [0, 1])
def test_money_back_and_its_payment_under_one_id_are_two_in_either_order(
    tmp_path: Path, amount: int, first: int
) -> None:
    lines = [
        "W1,Q78,2026-11-02 19:00:00,64000,KRW,솔밭정육,7711,승인",
        f"W1,Q78,2026-11-03 19:00:00,{amount},KRW,솔밭정육,7711,{'취소' if amount == 64000 else '부분취소'}",
    ]
    send(tmp_path, GENERIC, lines[first])
    send(tmp_path, GENERIC, lines[1 - first])
    assert amounts() == {"W1": (64000, None, None), "W1:cancel": (-amount, "W1", amount)}
    again = send(tmp_path, GENERIC, *lines)
    assert again.n_duplicate == 2
    assert nets() == [64000 - amount]


def test_a_file_with_both_under_one_id_finds_the_money_back_that_came_alone_before(tmp_path: Path) -> None:
    back = "W1,Q78,2026-11-03 19:00:00,64000,KRW,솔밭정육,7711,취소"
    send(tmp_path, GENERIC, back)
    file = send(tmp_path, GENERIC, "W1,Q78,2026-11-02 19:00:00,64000,KRW,솔밭정육,7711,승인", back)
    assert (file.n_accepted, file.n_duplicate) == (1, 1)
    assert amounts() == {"W1": (64000, None, None), "W1:cancel": (-64000, "W1", 64000)}


CANCEL_ROWS = {  # how portals list the cancelled part of a payment of 81,000 beside it
    "whole amount, payment's moment": "R2,Q79,2026-11-02 12:30:00,81000,KRW,바다횟집,5510,부분취소,30000",
    "whole amount, cancellation's moment": "R2,Q79,2026-11-03 09:00:00,81000,KRW,바다횟집,5510,부분취소,30000",
    "what is left": "R2,Q79,2026-11-03 09:00:00,51000,KRW,바다횟집,5510,부분취소,30000",
}


@pytest.mark.parametrize("row", CANCEL_ROWS.values(), ids=list(CANCEL_ROWS))
@pytest.mark.parametrize("files", [(0, 1), (1, 0), None])
def test_a_row_that_repeats_a_payment_to_state_its_cancelling_is_no_second_payment(
    tmp_path: Path, row: str, files: tuple[int, int] | None
) -> None:
    head = f"{GENERIC},cancel_amount"
    lines = ["R1,Q79,2026-11-02 12:30:00,81000,KRW,바다횟집,5510,승인,", row]
    for numbers in [(0, 1)] if files is None else [(number,) for number in files]:
        send(tmp_path, head, *[lines[number] for number in numbers])
    assert nets() == [51000]
    assert Claim.objects.filter(amount_minor__lt=0).get().credit_minor == 30000
    again = send(tmp_path, head, *reversed(lines))
    assert (again.n_duplicate, nets()) == (2, [51000])


@pytest.mark.parametrize("files", [(0, 1), (1, 0), None])
def test_a_card_feed_that_lists_the_cancelling_as_a_row_of_its_own_is_one_payment(
    tmp_path: Path, files: tuple[int, int] | None
) -> None:
    head = f"{CODEF},resCancelDate"
    cancels = [(81000, 1, 81000, 0), (51000, 2, 30000, 51000), (30000, 2, 30000, 51000)]
    for number, (amount, state, back, left) in enumerate(cancels):
        person = f"Q{number}Z"
        paid = stay(f"9{number}1", 81000, 0, "").replace("Q77", person) + ","
        row = stay(f"9{number}1", amount, state, back).replace("Q77", person).replace("20261102", "20261103")
        lines = [paid, f"{row},20261103"]
        for numbers in [(0, 1)] if files is None else [(each,) for each in files]:
            send(tmp_path, head, *[lines[each] for each in numbers], used="codef")
        assert nets(cardholder__employee_no=person) == [left]


def test_one_employee_in_several_spellings_is_one_person_with_their_money_and_their_leave(
    tmp_path: Path,
) -> None:
    send(tmp_path, GENERIC, "S1,ab-1,2026-11-02 12:00:00,30000,KRW,한빛식당,4401,승인")
    send(
        tmp_path,
        GENERIC,
        "S2,AB1,2026-11-03 12:00:00,30000,KRW,한빛식당,4401,취소",
        "S3,ＡＢ１,2026-11-03 13:00:00,7000,KRW,한빛식당,4402,승인",
        "S4,cd 2,2026-11-03 13:00:00,8000,KRW,한빛식당,4403,승인",
        "S5,CD-2,2026-11-03 14:00:00,9000,KRW,한빛식당,4404,승인",
    )
    assert nets(cardholder__employee_no="ab-1") == [0, 7000]
    assert nets(cardholder__employee_no="cd 2") == [8000, 9000]
    path = tmp_path / "absences.csv"
    path.write_text("employee_no,kind,starts_on,ends_on\nAB1,annual,2026-11-03,2026-11-03\n")
    import_people(path=path, name=path.name, feed="absences", by=BY)
    assert Absence.objects.get().employee_no == "ab-1"


def test_one_payment_of_two_feeds_is_one_though_a_spreadsheet_lost_zeros_of_its_code(tmp_path: Path) -> None:
    send(tmp_path, CODEF, stay("00055112", 81000, 0), used="codef")
    file = send(tmp_path, GENERIC, "Z1,Q77,2026-11-02 18:15:00,81000,KRW,바다횟집,55112,승인")
    assert (file.n_duplicate, nets()) == (1, [81000])


@pytest.mark.parametrize("order", [1, -1])
def test_one_payment_about_midnight_that_two_feeds_date_differently_is_one(
    tmp_path: Path, order: int
) -> None:
    late = stay("00055113", 77000, 0).replace("20261102,181500", "20261113,001000")
    feeds = [
        (CODEF, late, "codef"),
        (GENERIC, "M1,Q77,2026-11-12 23:50:00,77000,KRW,바다횟집,55113,승인", "generic"),
    ]
    for head, line, used in feeds[::order]:
        send(tmp_path, head, line, used=used)
    assert nets() == [77000]


@pytest.mark.parametrize("at", ["2026-11-12 22:30:00", "2026-11-14 00:10:00"])
def test_payments_further_apart_than_clocks_differ_stay_two(tmp_path: Path, at: str) -> None:
    late = stay("00055113", 77000, 0).replace("20261102,181500", "20261113,001000")
    send(tmp_path, CODEF, late, used="codef")
    send(tmp_path, GENERIC, f"M1,Q77,{at},77000,KRW,바다횟집,55113,승인")
    assert nets() == [77000, 77000]


def test_more_money_back_than_its_single_payment_took_leaves_nothing_to_ask_for(tmp_path: Path) -> None:
    send(
        tmp_path,
        GENERIC,
        "X1,Q79,2026-10-03 09:00:00,140000,KRW,INN NORTH,8801,승인",
        "X2,Q79,2026-10-19 09:00:00,143000,KRW,INN NORTH,8801,취소",
    )
    assert nets() == [0]


# Declines, dates, foreign money ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["거절", "승인거절", "declined", "Refused"])
def test_a_declined_payment_is_known_as_declined(tmp_path: Path, word: str) -> None:
    send(tmp_path, GENERIC, f"W1,Q78,2026-11-02 19:00:00,-64000,KRW,솔밭정육,,{word}")
    claim = Claim.objects.get()
    assert (claim.txn_type, claim.amount_minor) == ("decline", 64000)


def test_a_refund_at_another_rate_gives_back_what_was_paid(tmp_path: Path) -> None:
    head = GENERIC + ",original_amount,original_currency"
    send(
        tmp_path,
        head,
        "X1,Q79,2026-10-03 09:00:00,271000,KRW,INN NORTH,8801,승인,200.00,USD",
        "X2,Q79,2026-10-09 09:00:00,-69000,KRW,INN NORTH,8801,부분취소,-50.00,USD",
        "X3,Q79,2026-10-19 09:00:00,-212000,KRW,INN NORTH,8801,취소,-150.00,USD",
        "X4,Q79,2026-10-03 10:00:00,135000,KRW,INN SOUTH,,승인,100.00,USD",
        "X5,Q79,2026-10-19 10:00:00,-139000,KRW,INN SOUTH,,취소,-100.00,USD",
    )
    found = amounts()
    assert found["X2"][1:] == ("X1", 67750)
    assert found["X5"][1:] == ("X4", 135000)
    assert nets() == [0, 0]


def test_a_cancellation_known_by_its_day_matches_on_that_day_both_ways(tmp_path: Path) -> None:
    send(
        tmp_path,
        GENERIC,
        "D1,Q80,2026-11-09 20:10:00,33000,KRW,솔밭정육,9901,승인",
        "D2,Q80,2026-11-09,-33000,KRW,솔밭정육,9901,취소",
        "D3,Q80,2026-11-10,35000,KRW,솔밭정육,,승인",
        "D4,Q80,2026-11-10 08:00:00,-35000,KRW,솔밭정육,,취소",
        "D5,Q80,2026-11-12,36000,KRW,솔밭정육,,승인",
        "D6,Q80,2026-11-11,-36000,KRW,솔밭정육,,취소",
    )
    assert {key: found[1] for key, found in amounts().items() if found[0] < 0} == {
        "D2": "D1",
        "D4": "D3",
        "D6": None,
    }


def test_links_do_not_depend_on_the_order_of_files(tmp_path: Path) -> None:
    lines = [
        "O1,Q81,2026-11-02 12:00:00,90000,KRW,온누리,3301,승인",
        "O2,Q81,2026-11-05 12:00:00,-50000,KRW,온누리,3301,부분취소",
        "O3,Q81,2026-11-06 12:00:00,-60000,KRW,온누리,3301,부분취소",
    ]
    results = []
    for number, order in enumerate(permutations(lines)):
        for line in order:
            send(tmp_path, GENERIC, line.replace("Q81", f"Q81-{number}").replace("O", f"O{number}-", 1))
        results.append({k.split("-")[1]: v[2] for k, v in amounts().items() if k.startswith(f"O{number}-")})
    assert results == [{"1": None, "2": 50000, "3": 40000}] * 6


def test_a_delivery_says_which_earlier_cancellations_found_their_payment_in_it(tmp_path: Path) -> None:
    """And a refund that tells neither code nor category is found by name and whole amount."""
    back = send(tmp_path, PLAIN, "F9,Q81,2026-11-05 10:00:00,-47000,KRW,(주)솔밭 정육")
    assert {note["code"]: note["params"]["n"] for note in back.notes if "canc" in note["code"]} == {
        "cancellations_open": 1
    }
    paid = send(tmp_path, GENERIC, "F1,Q81,2026-11-04 19:00:00,47000,KRW,솔밭정육,7712,승인")
    assert {note["code"]: note["params"]["n"] for note in paid.notes if "canc" in note["code"]} == {
        "cancellations_found": 1
    }
    assert nets(cardholder__employee_no="Q81") == [0]


def test_links_follow_corrections_of_either_side(tmp_path: Path) -> None:
    paid, back = (
        "O1,{},2026-11-02 12:00:00,{},KRW,온누리,3301,승인",
        "O2,Q81,2026-11-05 12:00:00,{},KRW,온누리,3301,취소",
    )
    found = []
    for line in (
        back.format(90000),  # before its purchase
        paid.format("Q81", 90000),
        back.format(40000),  # less came back
        paid.format("Q81", 30000),  # the purchase was smaller: more came back than it took, so all of it did
        paid.format("Q81", 50000),
        paid.format("Q83", 50000),  # somebody else's
        paid.format("Q81", 60000),
    ):
        send(tmp_path, GENERIC, line)
        found.append(amounts()["O2"][1:])
    linked = ("O1", 40000)
    assert found == [(None, None), ("O1", 90000), linked, ("O1", 30000), linked, linked, linked]
    told = ClaimChange.objects.filter(kind="money", claim__external_id="O1").count()
    assert told == 4  # each time another amount of it came back


def test_money_that_came_back_to_the_first_owner_follows_a_payment_that_is_corrected_to_another(
    tmp_path: Path,
) -> None:
    paid = "O7,{},2026-11-02 12:00:00,45000,KRW,온누리,3307,승인"
    send(tmp_path, GENERIC, paid.format("Q91"), "O8,Q91,2026-11-05 12:00:00,45000,KRW,온누리,3307,취소")
    send(tmp_path, GENERIC, paid.format("Q92"))
    assert nets(cardholder__employee_no="Q92") == [0]
    send(
        tmp_path, GENERIC, "O9,Q91,2026-11-06 12:00:00,1000,KRW,온누리,3399,승인"
    )  # something else of the first one's
    send(tmp_path, GENERIC, "P9,Q92,2026-11-06 12:00:00,1000,KRW,온누리,3398,승인")
    assert nets(cardholder__employee_no="Q92") == [0, 1000]
    assert nets(cardholder__employee_no="Q91") == [1000]


# Identity --------------------------------------------------------------------------------------------------------------


def test_rows_without_ids_are_told_apart_by_their_merchant_and_found_again(tmp_path: Path) -> None:
    head = "resUsedDate,resCardNo,employee_no,resMemberStoreName,resUsedAmount,resAccountCurrency,resApprovalNo,resCancelYN"
    paid = [f"20261104,****-****-****-7788,Q82,{name},2300,KRW,,0" for name in ("지하철", "자판기", "주차")]
    first = send(tmp_path, head, *paid, paid[0], used="codef")
    again = send(tmp_path, head, paid[1], paid[0].replace("2300", "2400"), used="codef")
    assert (first.n_accepted, again.n_duplicate, again.n_accepted, again.n_superseding) == (4, 1, 1, 0)


@pytest.mark.parametrize("card_first", [True, False])
@pytest.mark.parametrize("time", [" 18:15:00", ""])
def test_one_payment_of_two_feeds_is_one_claim(tmp_path: Path, card_first: bool, time: str) -> None:
    feeds = [
        (CODEF, stay("551", 81000, 0), "codef"),
        (
            GENERIC + ",purpose_text",
            f"ERP-7,Q77,2026-11-02{time},81000,KRW,바다횟집 본점,551,승인,거래처 식사",
            "generic",
        ),
    ]
    for head, line, used in feeds if card_first else feeds[::-1]:
        send(tmp_path, head, line, used=used)
    claim = Claim.objects.get()
    assert (claim.amount_minor, claim.purpose_text, claim.has_time) == (81000, "거래처 식사", True)
    assert ClaimSource.objects.get().claim == claim
    head, line, used = feeds[1]
    send(tmp_path, head, line.replace("81000", "80000"), used=used)
    assert Claim.objects.get().amount_minor == 80000


def test_two_claims_of_one_payment_in_one_source_stay_two(tmp_path: Path) -> None:
    line = "{},Q77,2026-11-02 18:15:00,81000,KRW,바다횟집,551,승인"
    send(tmp_path, GENERIC, line.format("ERP-7"), line.format("ERP-8"))
    send(tmp_path, CODEF, stay("551", 81000, 0), used="codef")
    assert sorted(Claim.objects.values_list("external_id", flat=True)) == ["ERP-7", "ERP-8"]


# Dates and shapes ------------------------------------------------------------------------------------------------------

PLAIN = "external_id,employee_no,transacted_at,amount,currency,merchant_name"


def days(folder: Path, *texts: str) -> tuple[list[str], list[str]]:
    """What a column of these dates gives: (days in Korea, codes of refusals)."""
    lines = [f"Y{n},Q90,{text},9000,KRW,가게" for n, text in enumerate(texts)]
    file = send(folder, PLAIN, *lines)
    found = Claim.objects.filter(file=file).order_by("line").values_list("transacted_at", flat=True)
    return [f"{at + timedelta(hours=9):%Y-%m-%d}" for at in found], [code for _, code in codes(file)]


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["07/11/26", "12/11/26", "25/11/26"], []),  # day first, or the year first
        (["11/07/26", "11/25/26"], ["2026-11-07", "2026-11-25"]),  # only the month can come first
        (["07.11.2026", "25.11.2026"], ["2026-11-07", "2026-11-25"]),
        (["11-07-2026", "11-25-2026"], ["2026-11-07", "2026-11-25"]),
        (["07/11/2026", "08/11/2026"], []),
        (["251107"], []),
    ],
)
def test_dates_that_could_be_read_in_two_ways_are_read_only_where_the_column_leaves_one(
    tmp_path: Path, texts: list[str], read: list[str]
) -> None:
    assert days(tmp_path, *texts) == (read, [] if read else ["date_ambiguous"] * len(texts))


@pytest.mark.parametrize(
    ("texts", "outcomes"),
    [
        (["081500", "81500", "0815", "08:15", "오전 8:15", "8:15:00"], ["08:15"] * 6),
        (["2015"], ["20:15"]),
        (["2015", "81500"], ["time_ambiguous", "08:15"]),  # zeros were lost: 20:15, or 00:20:15
        (["8", "815", "25:00", "0861", "x"], ["time_ambiguous"] * 2 + ["time_not_valid"] * 3),
        (["24:00"], ["00:00"]),
    ],
)
def test_times_in_a_column_of_their_own_are_read_or_refused(
    tmp_path: Path, texts: list[str], outcomes: list[str]
) -> None:
    head = "external_id,employee_no,사용일,이용시간,amount,currency,merchant_name"
    file = send(tmp_path, head, *(f"Z{n},Q91,20261107,{text},9000,KRW,가게" for n, text in enumerate(texts)))
    refused = dict(codes(file))
    read = {c.line: f"{c.transacted_at + timedelta(hours=9):%H:%M}" for c in Claim.objects.all()}
    assert [refused.get(line) or read[line] for line in range(2, len(texts) + 2)] == outcomes


def test_the_end_of_a_day_is_the_beginning_of_the_next(tmp_path: Path) -> None:
    assert days(tmp_path, "2026-11-07 24:00", "2026-11-07 24:00:00") == (["2026-11-08"] * 2, [])


@pytest.mark.parametrize(
    "content",
    [
        "{head}\r\n{row}\r\n".replace(",", ";"),
        "sep=;\r\n{head}\r\n{row}\r\n",
        "{head}\t\r\n{row}\t\r\n",
        "11월 법인카드 사용내역\r\n\r\n{head}\r\n{row}\r\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_files_of_other_shapes_are_read(tmp_path: Path, content: str, encoding: str) -> None:
    sign = ";" if "sep=;" in content or not content.startswith("11") else ","
    sign = "\t" if "\t" in content else sign
    text = content.format(head=PLAIN, row="U9,Q92,2026-11-07,9000,KRW,가게").replace(",", sign)
    if sign == "\t":
        text = text.replace("\t\r", "\r")
    file = deliver(tmp_path, text.encode(encoding), used=get_profile("generic"), received_at=ARRIVED)
    assert (file.state, file.n_accepted) == ("imported", 1), file.error


def test_a_title_above_the_header_of_a_workbook_is_skipped(tmp_path: Path) -> None:
    rows = [
        ["11월 법인카드 사용내역"],
        [],
        PLAIN.split(","),
        ["U9", "Q92", "2026-11-07", "9000", "KRW", "가게"],
    ]
    file = deliver(
        tmp_path, workbook_bytes(rows), name="t.xlsx", used=get_profile("generic"), received_at=ARRIVED
    )
    assert (file.state, file.n_accepted) == ("imported", 1), file.error


# The inputs of the folder ----------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_shared_inputs_give_what_is_right(tmp_path: Path) -> None:
    send_shared(tmp_path, "partial_cancellation/codef_day1.csv", "codef")
    send_shared(tmp_path, "partial_cancellation/codef_day2.csv", "codef")
    assert nets(cardholder__employee_no="C01") == [0, 70000]
    send_shared(tmp_path, "partial_cancellation/generic_partial_positive.csv")
    assert amounts()["G4"] == (-30000, "G3", 30000)
    assert Claim.objects.get(external_id="G7").txn_type == "refund"
    send_shared(tmp_path, "foreign_refund/fx_refund.csv")
    assert nets(cardholder__employee_no="C04") == [0, 0]
    send_shared(tmp_path, "date_only_cancellation/date_only_cancel.csv")
    assert nets(cardholder__employee_no="C06") == [0, 0]
    send_shared(tmp_path, "loose_refunds/partial_refund_code.csv")
    assert nets(cardholder__employee_no="C09") == [0]
    assert amounts()["Q4"][1] is None


@pytest.mark.shared
def test_shared_identities_give_what_is_right(tmp_path: Path) -> None:
    send_shared(tmp_path, "equal_identity/codef_a.csv", "codef")
    second = send_shared(tmp_path, "equal_identity/codef_b.csv", "codef")
    assert (second.n_duplicate, second.n_accepted, second.n_superseding) == (1, 1, 0)
    assert Claim.objects.count() == 4
    send_shared(tmp_path, "two_feeds/feed_card.csv", "codef")
    send_shared(tmp_path, "two_feeds/feed_erp.csv")
    assert Claim.objects.filter(cardholder__employee_no="E02").count() == 1


@pytest.mark.shared
def test_shared_dates_and_shapes_give_what_is_right(tmp_path: Path) -> None:
    compact = send_shared(tmp_path, "two_digit_years/compact.csv")
    assert (compact.n_accepted, codes(compact)) == (4, [(6, "time_ambiguous")])
    assert send_shared(tmp_path, "two_digit_years/dmy_slash.csv").n_accepted == 2
    refused = send_shared(tmp_path, "two_digit_years/two_digit_dmy.csv")
    assert [code for _, code in codes(refused)] == ["date_ambiguous"] * 3
    for name in ("semicolon.csv", "sep_line.csv", "title_rows.xlsx", "utf16_tab.csv"):
        file = send_shared(tmp_path, f"file_shapes/{name}")
        assert (file.state, file.n_accepted + file.n_duplicate) == ("imported", 1), (name, file.error)
