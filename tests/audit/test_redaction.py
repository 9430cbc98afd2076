"""Card and resident numbers are struck out whatever stands between their digits; amounts, days, telephones and companies stay as they were written (ASVS 5: 14.2.6)."""

from __future__ import annotations

import json
import logging
import random
import re
import time
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from audit.redaction import find_resident_numbers, find_struck, find_suspected_numbers, is_card_number, redact
from fraud.project.logs import JsonFormatter
from tests.draws import draws

CARDS = ["4111111111111111", "5555555555554444", "378282246310005", "30569309025904", "9410000000000005"]
# fmt: off
BETWEEN = [
    "", " ", "-", ".", "\t", "\n", "\r\n", " - ", "   ", "/", "_", ",", ":", "·", "ㆍ", "•", "*", "|", "~", ";", "+", "=", "'", "\\", ")(", "\u2009",
    "\u2028", "\u3164", "\ufe0f", "\u200b", "\u00ad", "\u2013", "\uff0d", "<br>", "<br />", "&nbsp;", "&#160;", "&nbsp", "&#160", "&#xA0", "&#xa0;", "&ensp", "&thinsp;",
    "&#8194", "&#0160;", "&emsp; ", "&amp;nbsp;", "&ampnbsp", "&amp;#160", "&amp;amp;nbsp;", "&NonBreakingSpace;", "%20", "%C2%A0", "%c2%a0", "%2D", "%2520", "%E2%80%83",
    "%E3%80%80", "&Tab", "&#x2003", "&ndash", "&#8211",
]
UNSEEN = ["", "\u3164", "\ufe0f", "\u200b", "\u00ad", "&#8203", "&#8203;", "&#x200B", "&ZeroWidthSpace;", "&shy", "&zwnj"]
DIGITS = ["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "⁰¹²³⁴⁵⁶⁷⁸⁹", "⓪①②③④⑤⑥⑦⑧⑨"]
# fmt: on
ROUND = st.integers(1, 99_999).map(lambda n: f"{n * 100:,}")


def groups(card: str) -> list[str]:
    """As they are embossed."""
    sizes = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}[len(card)]
    return [card[sum(sizes[:n]) : sum(sizes[: n + 1])] for n in range(len(sizes))]


def right_digit(front: str) -> str:
    """The Luhn rule as the standard words it."""
    total = 0
    for n, digit in enumerate(reversed(front)):
        total += sum(divmod(int(digit) * 2, 10)) if n % 2 == 0 else int(digit)
    return str(-total % 10)


@given(
    st.text("0123456789", min_size=14, max_size=14),
    st.lists(st.sampled_from(BETWEEN), min_size=3, max_size=3),
)
def test_every_card_is_struck_out_with_any_signs_between_its_groups(rest: str, between: list[str]) -> None:
    card = f"4{rest}"
    card += right_digit(card)
    first, *others = groups(card)
    written = first + "".join(sign + group for sign, group in zip(between, others, strict=True))
    # Signs that are not seen join groups to rows of eight or twelve, which have one sign between them.
    if len({"" if sign in UNSEEN else sign for sign in between}) == 1 or all(
        sign not in UNSEEN for sign in between
    ):
        assert redact(f"메모 {written} 끝 é") == f"메모 [card …{card[-4:]}] 끝 é"


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("sign", [*BETWEEN, *UNSEEN[5:]])
def test_cards_of_every_length_are_found_in_groups_and_digit_by_digit(card: str, sign: str) -> None:
    assert redact(f"{sign.join(groups(card))} 끝") == f"[card …{card[-4:]}] 끝"
    assert redact(f"x: {sign.join(card)}.") == f"x: [card …{card[-4:]}]."


@pytest.mark.parametrize("digits", DIGITS)
def test_digits_of_any_shape_are_digits(digits: str) -> None:
    assert redact("".join(digits[int(d)] for d in CARDS[0])) == "[card …1111]"
    for each in ("&#{};", "&#{}", "&#x{:x};", "&#x{:x}", "&amp;#{};", "%{:x}"):
        assert redact("".join(each.format(ord(d)) for d in CARDS[0])) == "[card …1111]"
    assert CARDS[0] not in redact("".join(f"{d}\ufe0f\u20e3" for d in CARDS[0])).replace("\ufe0f\u20e3", "")


@pytest.mark.parametrize("glued", ["{}1228", "{}1228123", "1{}", "{}5555555555554444"])
def test_what_is_written_onto_a_card_number_without_a_gap_hides_nothing(glued: str) -> None:
    assert re.sub(r"\[card …\d{4}\]", "", redact(f"x {glued.format(CARDS[0])} y")) == "x  y"


def resident(born: date, seventh: str, serial: int, step: int = 0) -> tuple[str, str]:
    front, back = f"{born:%y%m%d}", f"{seventh}{serial:05d}"
    total = sum(int(d) * w for d, w in zip(front + back, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5], strict=True))
    return front, f"{back}{(11 - total % 11 + step) % 10}"


@given(
    st.dates(date(1940, 1, 1), date(2010, 12, 31)), st.booleans(), st.integers(1, 99_998), st.integers(0, 9),
    st.sampled_from(["-", " - ", "~", "\u2013", "\uff0d", "-\n"]),
)  # fmt: skip
def test_everybody_s_number_is_struck_out_with_any_last_digit(
    born: date, is_foreign: bool, serial: int, step: int, sign: str
) -> None:
    seventh = str((1 if born.year < 2000 else 3) + 4 * is_foreign)
    front, back = resident(born, seventh, serial, step)
    assert redact(f"가 {front}{sign}{back} 나") == "가 [resident number] 나"
    assert redact(f"주민번호 {front} {back} 나") == "주민번호 [resident number] 나"


@given(
    st.dates(date(1931, 1, 1), date(2019, 12, 31)), st.integers(0, 99_999), st.integers(0, 1), st.booleans()
)
def test_foreigners_numbers_without_hyphen_are_struck_out_by_their_own_check_digit(
    born: date, serial: int, seventh: int, is_foreigner: bool
) -> None:
    """Their check digit is (13 - sum mod 11) mod 10; a citizen's is (11 - sum mod 11) mod 10."""
    seventh += (1 if born.year < 2000 else 3) + 4 * is_foreigner
    front, back = resident(born, str(seventh), serial)
    foreign = f"{back[:6]}{(int(back[6]) + 2) % 10}"
    assume(
        not is_card_number(front + back) and not is_card_number(front + foreign)
    )  # cards of 13 digits begin with 4
    assert redact(f"a {front}{back} b") == "a [resident number] b"
    if is_foreigner:
        assert redact(f"a {front}{foreign} b") == "a [resident number] b"
    spaced = is_foreigner and not foreign.endswith("000")
    assert ("[resident number]" in redact(f"가({front} {foreign})")) is spaced


def test_numbers_of_the_stranger_and_of_the_years_since_2020() -> None:
    for text in ("8906175126252", "6209156031209", "6109156743569"):  # right check digits of foreigners
        assert redact(f"외국인 {text}") == "외국인 [resident number]"
    random_digit = "2103054123456"  # since October 2020 nothing is checked
    assert redact(f"주문 {random_digit}") == f"주문 {random_digit}"
    for told in ("주민번호", "외국인번호", "외국인 등록번호", "resident no", "alien reg. no."):
        assert "[resident number]" in redact(f"{told} {random_digit}")
    assert redact("210305-4123456") == "[resident number]"


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.integers(0, 99_999))
def test_orders_that_count_up_behind_a_day_stay(day: date, n: int) -> None:
    """`201105-0000123` is no one born in 1820; in files that holds for plain ones with a right digit too."""
    front, back = resident(day, "0", n)
    wrong = f"{back[:6]}{(int(back[6]) + 1) % 10}"
    assert redact(f"주문 {front}-{wrong}") == f"주문 {front}-{wrong}"
    assert (
        list(find_suspected_numbers(f"{front}{back}")) == list(find_resident_numbers(f"{front}{back}")) == []
    )


@pytest.mark.parametrize("sign", [*BETWEEN, *UNSEEN[5:]])
def test_a_right_last_digit_is_enough_with_any_sign(sign: str) -> None:
    assert redact(f"a 900101{sign}1234568 b") == "a [resident number] b"
    assert redact("9 0 0 1 0 1 - 1 2 3 4 5 6 8") == "[resident number]"
    assert redact("19900101-1234568, 900101-1 234568") == "[resident number], [resident number]"


def test_a_company_s_number_is_none_of_a_person() -> None:
    for text in ("220-81-62517", "110111-0006246", "법인 110111-3456781"):
        assert redact(text) == text


@given(st.lists(ROUND, min_size=1, max_size=8), st.sampled_from([" / ", ", ", " ", "\n", " + ", "원, "]))
@settings(max_examples=draws(300))
def test_lists_of_amounts_stay(amounts: list[str], between: str) -> None:
    text = between.join(amount for amount in amounts if len(amount) > 4)
    assert redact(text) == text


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 9_999), st.integers(0, 99_999_999))
def test_days_amounts_telephones_and_companies_stay(day: date, thousands: int, number: int) -> None:
    phone = f"010-{number // 10_000:04d}-{number % 10_000:04d}"
    for text in (
        f"{day:%y%m%d} {thousands}000",
        f"{day} 12:34:56.123456 {thousands * 1000:,}",
        f"{day:%Y.%m.%d} ~ {day:%Y.%m.%d} {phone} / {phone}",
        f"220-81-{number % 100_000:05d}, 120-81-{number // 1000:05d}",
    ):
        assert redact(text) == text


@given(st.text("0123456789 -/.,\n", max_size=80))
def test_whatever_is_struck_out_passes_the_sums_and_the_rest_stays(text: str) -> None:
    at, rest = 0, ""
    for hit in find_struck(text):
        digits = re.sub(r"\D", "", text[hit.start : hit.end])
        windows = [digits[a:b] for a in (0, 1) for b in range(a + 13, min(len(digits), a + 19) + 1)]
        assert hit.kind == "resident_number" or any(right_digit(w[:-1]) == w[-1] for w in windows)
        rest, at = rest + text[at : hit.start] + "#", hit.end
    assert re.sub(r"\[[^\]]*\]", "#", redact(text)) == rest + text[at:]


@pytest.mark.parametrize(
    "signs", ["0123456789", "0123456789 -./,", "45 -", "0123456789\u200b　", "<&4;", "&#160amp;", "%2503 "]
)
def test_what_a_text_costs_grows_with_its_length_only(signs: str) -> None:
    def cost(text: str) -> float:
        begun = time.process_time()
        redact(text)
        return time.process_time() - begun

    text = "".join(random.Random(7).choices(signs, k=1_000_000))
    part = min(cost(text[at : at + 62_500]) for at in (0, 250_000, 500_000))
    assert cost(text) < 64 * part  # sixteen times as long; 256 times as much where it grew with the square


@pytest.mark.parametrize(
    "query", ["4111111111111111", "4111%201111%201111%201111", "4111+1111+1111+1111", "%34111-1111-1111-1111"]
)
def test_a_number_asked_for_in_an_address_is_in_no_access_line(query: str) -> None:
    line = logging.LogRecord(
        "django.server", 20, "", 1, '"%s" %s', (f"GET /cases/?person={query} HTTP/1.1", 200), None
    )
    said = json.loads(JsonFormatter().format(line))["event"]
    assert said == '"GET /cases/?person=[card …1111] HTTP/1.1" 200'
    assert logging.getLogger("django.server").handlers[0].formatter.__class__ is JsonFormatter
    assert not logging.getLogger("django.server").propagate
