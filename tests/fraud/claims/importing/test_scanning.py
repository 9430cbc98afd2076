"""Card and resident numbers: every real one is found, whatever it is dressed in; identifiers are left alone (ASVS 5: 14.2.6)."""

from __future__ import annotations

import hashlib
import random
from itertools import product

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.redaction import (
    find_card_numbers,
    find_resident_numbers,
    find_suspected_numbers,
    fits_issuer,
    luhn,
    redact,
)
from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.scanning import scan_frame
from fraud.claims.importing.summary import refused_name

#: Published test numbers of the card schemes.
# fmt: off
CARDS = [
    "4111111111111111", "4012888888881881", "4222222222222", "5555555555554444", "5105105105105100", "2223003122003222",
    "378282246310005", "371449635398431", "6011111111111117", "6011000990139424", "3530111333300000", "3566002020360505",
    "30569309025904", "38520000023237", "36227206271667", "6200000000000005", "4000000000000000006", "2720990000000007",
]
# fmt: on


def plain_luhn(digits: str) -> bool:
    """The rule as the standard words it, from the right, on lists."""
    values = [int(digit) for digit in digits]
    doubled = [sum(divmod(value * 2, 10)) for value in values[-2::-2]]
    return (sum(values[-1::-2]) + sum(doubled)) % 10 == 0


def check_digit(front: str) -> str:
    return next(d for d in "0123456789" if plain_luhn(front + d))


def resident_number(day: str, rest: str) -> str:
    """A number with its right check digit."""
    front = day + rest
    total = sum(
        int(digit) * weight for digit, weight in zip(front, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5], strict=True)
    )
    return f"{day}-{rest}{(11 - total % 11) % 10}"


@given(st.text("0123456789", min_size=2, max_size=24))
def test_luhn_agrees_with_the_rule_as_worded(digits: str) -> None:
    assert luhn(digits) == plain_luhn(digits)


@pytest.mark.parametrize("number", CARDS)
@pytest.mark.parametrize("separator", ["", " ", "-", ".", "\u2013", "\u00a0"])
def test_every_scheme_is_found_in_free_text(number: str, separator: str) -> None:
    assert plain_luhn(number)
    groups = [number[i : i + 4] for i in range(0, len(number), 4)]
    if len(number) == 15:
        groups = [number[:4], number[4:10], number[10:]]
    if len(number) in (13, 14) and separator:
        groups = [number[:4], number[4:10], number[10:]]
    hits = list(find_card_numbers(f"paid {separator.join(groups)}, thanks"))
    assert len(hits) == 1


@given(
    st.sampled_from([c for c in CARDS if len(c) == 16]), st.sampled_from(["０", "٠", "०"]), st.integers(0, 3)
)
def test_digits_of_other_scripts_do_not_hide_a_number(number: str, zero: str, gaps: int) -> None:
    text = "".join(chr(ord(zero) + int(digit)) for digit in number)
    spaced = " ".join(text[i : i + 4] for i in range(0, 16, 4)) if gaps else text
    assert list(find_card_numbers(spaced))
    assert number not in redact(spaced)


@given(st.sampled_from(CARDS), st.integers(1, 9))
def test_a_wrong_check_digit_is_no_card_number(number: str, step: int) -> None:
    wrong = number[:-1] + str((int(number[-1]) + step) % 10)
    assert not list(find_card_numbers(wrong))


@pytest.mark.parametrize(
    "text",
    [
        "0000000000000000",
        "1234567890123456",
        "12345678901234567890123",
        "20250708123456",
        "2025-07-08 12:34:56.123456",
        "02-3478-1234 02-555-1234",
        "36.35145678912345",
        "F-2026-000123",
        "1273-110",
        "9003830962430",
        "************1234",
    ],
)
def test_other_long_numbers_are_left_alone(text: str) -> None:
    assert not list(find_card_numbers(text))


def test_masked_text_keeps_the_last_four_digits_only() -> None:
    assert redact("Karte 4111-1111-1111-1111 ok") == "Karte [card …1111] ok"
    assert redact("900101-1234568") == "[resident number]"


def test_resident_numbers_need_a_real_day_and_a_right_check_digit() -> None:
    right = resident_number("900101", "123456")
    assert list(find_resident_numbers(f"nr {right}."))
    assert list(find_resident_numbers(right.replace("-", "")))
    assert not list(find_resident_numbers(right[:-1] + str((int(right[-1]) + 1) % 10)))
    assert not list(find_resident_numbers(resident_number("901301", "123456")))
    assert not list(find_resident_numbers("1" + right.replace("-", "")))


def test_a_number_of_the_strict_form_with_a_random_digit_is_suspected_but_a_company_number_is_not() -> None:
    right = resident_number("210315", "312345")
    other = right[:-1] + str((int(right[-1]) + 1) % 10)
    assert list(find_suspected_numbers(other))
    assert not list(find_suspected_numbers(right))
    assert not list(find_suspected_numbers("110111-0006246"))
    assert not list(find_suspected_numbers(other.replace("-", "")))


def identifiers(n: int, seed: int = 7) -> list[str]:
    """Sixteen random digits in an issuer's range: one in ten has a right check digit by chance."""
    rng = random.Random(seed)
    return ["4" + "".join(rng.choice("0123456789") for _ in range(15)) for _ in range(n)]


def test_a_column_of_long_identifiers_is_not_taken_for_card_numbers() -> None:
    values = identifiers(400)
    assert sum(luhn(value) for value in values) > 10
    notes = Notes()
    scan = scan_frame(pl.DataFrame({"order_no": values}), range(2, 402), notes)
    assert not scan.cards
    assert [note["code"] for note in notes.as_json()] == ["long_numbers"]


@pytest.mark.parametrize("header", ["card_no", "카드번호"])
def test_the_same_column_under_a_card_s_name_is_refused(header: str) -> None:
    with pytest.raises(FileQuarantined):
        scan_frame(pl.DataFrame({header: identifiers(400)}), range(400), Notes())


def test_card_numbers_are_found_even_among_as_many_other_long_numbers_in_free_text() -> None:
    texts = [f"ref {value}" for value in identifiers(60) if not luhn(value)] + [f"ref {CARDS[0]}"]
    with pytest.raises(FileQuarantined) as refused:
        scan_frame(pl.DataFrame({"memo": texts}), range(len(texts)), Notes())
    assert refused.value.code == "card_number"


def test_a_column_of_real_numbers_is_refused_however_it_is_called() -> None:
    fronts = [value[:-1] for value in identifiers(50)]
    with pytest.raises(FileQuarantined):
        scan_frame(pl.DataFrame({"order_no": [f + check_digit(f) for f in fronts]}), range(50), Notes())


def test_a_profile_may_exempt_a_column_or_give_up_the_rows_instead_of_the_file() -> None:
    frame = pl.DataFrame({"order_no": ["x", CARDS[0], "y"]})
    assert not scan_frame(frame, range(3), Notes(), not_card_columns=["order_no"]).cards
    assert scan_frame(frame, range(3), Notes(), keep_file=True).cards == {1}


@given(st.text("0123456789", min_size=13, max_size=19))
def test_a_card_number_is_a_length_its_issuer_has_and_a_right_digit(digits: str) -> None:
    def is_card(some: str) -> bool:
        return fits_issuer(some) and plain_luhn(some) and len(set(some)) > 1

    behind_a_digit = len(digits) in (16, 17) and is_card(digits[1:])
    month, year = {f"{n:02d}" for n in range(1, 13)}, {str(n) for n in range(20, 50)}
    pair = digits[15:17], digits[17:]
    before_its_month = is_card(digits[:15]) and (pair in product(month, year) or pair in product(year, month))
    assert bool(list(find_card_numbers(digits))) == (is_card(digits) or behind_a_digit or before_its_month)


# Tokens -------------------------------------------------------------------------------------------------------------

RESIDENT = resident_number("900101", "123456").replace("-", "")


@pytest.mark.parametrize("number", [CARDS[0], CARDS[3], CARDS[7], RESIDENT])
@pytest.mark.parametrize(
    "token",
    [
        "9f86d081884c7d659a2f{}eaa0c55ad015a3bf4f1b2b0b822cd",  # a hash, the digits inside
        "{}f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b8",  # at its start
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b8a{}",  # at its end
        "sha256:9f86d081884c7d659a2f{}eaa0c55ad015a3bf4f1b2",
        "eyJhbGciOi_JIUzI1-NiJ9x{}AbC9dE-f",  # base64url
        "TXN20261102A{}",
    ],
)
def test_digits_inside_a_token_of_letters_and_digits_are_no_number(number: str, token: str) -> None:
    text = token.format(number)
    assert not list(find_card_numbers(text))
    assert not list(find_resident_numbers(text))
    assert redact(text) == text


@pytest.mark.parametrize(
    "uuid", ["41111111-1111-4111-a716-446655440000", "41111111-1111-1111-8111-111111111111"]
)
def test_a_uuid_is_no_number(uuid: str) -> None:
    assert not list(find_card_numbers(f"id {uuid}."))


@pytest.mark.parametrize(
    "text",
    [
        "VISA{}", "카드{}", "no.{}", "order_{}", "x{}y", "{}(visa)", "PAN{}EXP1230CVV123", "card1a2b{}c3d4e5", "ref {} a1b2c3d4e5f6",
        "a1b2c3d4e5f6 {}", "a1b2c3d4e5f6:{}", "{},a1b2c3d4",
    ],
)  # fmt: skip
def test_a_word_beside_a_card_number_hides_nothing(text: str) -> None:
    assert len(list(find_card_numbers(text.format(CARDS[0])))) == 1


@given(st.binary(min_size=16, max_size=64))
def test_no_hash_is_ever_taken_for_a_number(data: bytes) -> None:
    for text in (hashlib.sha256(data).hexdigest(), hashlib.md5(data, usedforsecurity=False).hexdigest()):
        assert redact(text) == text


def company_number(front: str) -> str:
    """A Brazilian company number as the tax office words it: two check digits, remainders of 11."""
    for start in (5, 6):
        weights = [*range(start, 1, -1), *range(9, 1, -1)]
        rest = sum(int(d) * w for d, w in zip(front, weights, strict=True)) % 11
        front += str(0 if rest < 2 else 11 - rest)
    return front


def test_brazilian_company_numbers_are_no_card_numbers() -> None:
    assert company_number("112223330001") == "11222333000181"
    numbers = [company_number(f"{36_000_000 + n}0001") for n in range(0, 900_000, 997)]
    assert sum(fits_issuer(number) and plain_luhn(number) for number in numbers) > 50
    assert not any(list(find_card_numbers(number)) for number in numbers)


def test_a_column_of_numbers_that_begin_like_birthdays_is_left_alone_unless_it_is_named_so() -> None:
    rng = random.Random(11)
    values = [
        f"9011{rng.randint(10, 28)}{rng.randint(1, 2)}{rng.randint(0, 999_999):06d}" for _ in range(300)
    ]
    assert any(list(find_resident_numbers(value)) for value in values)
    notes = Notes()
    assert not scan_frame(pl.DataFrame({"order_no": values}), range(300), notes).residents
    assert [note["code"] for note in notes.as_json()] == ["long_numbers"]
    with pytest.raises(FileQuarantined):
        scan_frame(pl.DataFrame({"주민번호": values}), range(300), Notes())


def test_numbers_with_a_random_last_digit_are_suspected_in_free_text_and_under_a_name_for_people_only() -> (
    None
):
    number = "9003151234567"  # no right digit

    def suspected(title: str, *values: str) -> set[int]:
        return scan_frame(pl.DataFrame({title: list(values)}), range(len(values)), Notes()).residents

    assert suspected("memo", f"동석 김민서 {number}", "점심", f"주문 {number}") == {0}
    assert suspected("주민번호", number, "2103054123456") == {0, 1}
    assert suspected("order_no", number, "9003151234569") == set()
    assert suspected("ref", *[number] * 10) == suspected("column_7", *[number] * 10) == set()
    assert suspected("승인번호", number, "정기") == set()


def test_identifiers_with_a_few_letters_around_them_are_judged_like_bare_ones() -> None:
    values = [f"TX{value}" for value in identifiers(400)]
    assert not scan_frame(pl.DataFrame({"order_no": values}), range(400), Notes()).cards


def test_one_exemption_covers_both_kinds_of_number_under_any_spelling_of_the_header() -> None:
    frame = pl.DataFrame({"Order No.": [CARDS[0], RESIDENT, "200315-3123450"]})
    scan = scan_frame(frame, range(3), Notes(), not_card_columns=["order_no"])
    assert (scan.cards, scan.residents, scan.cells) == (set(), set(), {})


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [
        ("210315-3123456.csv", True), ("kim 9003151234567.xlsx", True), ("4111-1111-1111-1111.csv", True), ("4111%201111%201111%201111.csv", True),
        ("201105-0000123.csv", False), ("order 2611051000123.csv", False), ("statement_1700000000000.csv", False),
    ],
)  # fmt: skip
def test_a_name_is_refused_for_exactly_what_would_be_struck_out_of_it(name: str, is_refused: bool) -> None:
    assert bool(refused_name(name)) is is_refused is (redact(name) != name)
