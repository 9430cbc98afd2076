"""Proposals: which recovery an entry belongs to, how sure that is, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.statements import Entry
from cases.statements.matching import WEIGHTS, Open, propose

DAY = date(2026, 11, 20)
ONE = Open(
    "C-2026-000012",
    "KRW",
    84_000,
    "김지원",
    "E2001",
    parts=[(date(2026, 11, 25), 28_000)],
    ends=frozenset({"3000"}),
)
OTHER = Open("C-2026-000013", "KRW", 50_000, "Anna Maria Schmidt", "E2002")


def entry(minor: int = 10_000, text: str = "", **more) -> Entry:
    return Entry(DAY, minor, "KRW", False, "B1", text, **more)


def best(given_entry: Entry, *opens: Open):
    made = propose(given_entry, opens or (ONE, OTHER))
    return (made[0].case, made[0].confidence, [sign for sign, _ in made[0].reasons]) if made else None


# fmt: off
SIGNS = [
    (entry(84_000, "환수금 C-2026-000012"), ("C-2026-000012", "high", ["case", "outstanding"])),
    (entry(28_000, "C-2026-000012"), ("C-2026-000012", "high", ["case", "instalment", "due"])),
    (entry(84_000, "환수 C-2026-0000 12"), ("C-2026-000012", "high", ["case_broken", "outstanding"])),
    (entry(84_000, "C2026000012"), ("C-2026-000012", "high", ["case_broken", "outstanding"])),
    (entry(84_000, "김지원"), ("C-2026-000012", "medium", ["name", "outstanding"])),
    (entry(84_000, "입금 김 지 원"), ("C-2026-000012", "medium", ["name", "outstanding"])),
    (entry(50_000, "SCHMIDT, ANNA MARIA"), ("C-2026-000013", "medium", ["name", "outstanding"])),
    (entry(84_000, "", payer_end="3000"), ("C-2026-000012", "medium", ["account", "outstanding"])),
    (entry(28_000, "", employee_no="e-2001", method="payroll"), ("C-2026-000012", "high", ["employee_no", "instalment", "due"])),
    (entry(84_000, "salary E2001"), ("C-2026-000012", "high", ["employee_no", "outstanding"])),
    (entry(84_000, "입금"), ("C-2026-000012", "low", ["outstanding"])),
    (entry(90_000, "C-2026-000012"), ("C-2026-000012", "medium", ["case", "above"])),
    (entry(1_234, "rent"), None),
    (entry(1_234, "김지"), None),
]
# fmt: on


@pytest.mark.parametrize(("given_entry", "expected"), SIGNS)
def test_the_signs_of_an_entry_say_where_it_belongs_and_how_sure_that_is(given_entry, expected) -> None:
    assert best(given_entry) == expected


def test_an_amount_above_what_is_open_proposes_only_what_is_open() -> None:
    assert propose(entry(90_000, "C-2026-000012"), [ONE])[0].amount_minor == 84_000


def test_another_currency_is_never_proposed() -> None:
    assert propose(replace(entry(84_000, "C-2026-000012 김지원"), currency="USD"), [ONE]) == []


def test_where_two_fit_equally_nobody_is_more_than_possible() -> None:
    twin = replace(ONE, case="C-2026-000099", ends=frozenset())
    made = propose(entry(84_000, "김지원"), [ONE, twin])
    assert [(each.case, each.confidence) for each in made] == [
        ("C-2026-000012", "low"),
        ("C-2026-000099", "low"),
    ]
    assert ("alike", {"n": 2}) in made[0].reasons


@given(
    st.lists(
        st.builds(
            Open,
            case=st.from_regex(r"C-2026-0000[0-9]{2}", fullmatch=True),
            currency=st.sampled_from(["KRW", "USD"]),
            outstanding_minor=st.integers(1, 10**6),
            name=st.sampled_from(["김지원", "이서준", "Anna Schmidt", ""]),
            employee_no=st.sampled_from(["E2001", "E2002", ""]),
        ),
        max_size=6,
    ),
    st.text(max_size=30),
    st.integers(1, 10**6),
)
def test_proposals_are_few_ordered_sums_of_their_reasons_and_never_above_what_is_open(
    opens: list[Open], text: str, minor: int
) -> None:
    made = propose(entry(minor, text), opens)
    assert len(made) <= 3
    assert [each.points for each in made] == sorted((each.points for each in made), reverse=True)
    for each in made:
        assert each.points == sum(WEIGHTS.get(sign, 0) for sign, _ in each.reasons)
        assert (
            0
            < each.amount_minor
            <= min(minor, max(o.outstanding_minor for o in opens if o.case == each.case))
        )
