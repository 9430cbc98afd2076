"""What rests on the hope in a rule of which nothing was confirmed: a few of its hits in their order, the others behind everything else."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.selection import HITS, Seats, lifted_by_unproven, select_alerts
from fraud.detection.scoring.beliefs import RuleEvidence
from tests.cases.test_selection import claim, frame
from tests.draws import draws

SEATS = Seats(model=4, novelty=0, sample=0, threshold=0.05, seed="R-2026-05-04")
NEW = RuleEvidence("NEW", 28, 28)
NEWER = RuleEvidence("NEWER", 280, 28)
GOOD = RuleEvidence("GOOD", 28, 28, 10, 4)
BAD = RuleEvidence("BAD", 280, 28, 100, 1)


def lifted(hits: dict[int, list[str]], alone: dict[int, float] | None = None) -> dict[int, str]:
    claims = pl.DataFrame(
        {"claim_id": list(hits), "model_probability": [(alone or {}).get(each, 0.001) for each in hits]},
        schema={"claim_id": pl.Int64, "model_probability": pl.Float64},
    )
    rows = [(number, code) for number, codes in hits.items() for code in codes]
    found = lifted_by_unproven(
        claims, pl.DataFrame(rows, schema=HITS, orient="row"), [NEW, NEWER, GOOD, BAD], 0.05
    )
    return dict(found.iter_rows())


def test_only_what_neither_the_model_nor_a_proven_rule_would_open_rests_on_hope() -> None:
    assert GOOD.belief > 0.05 > BAD.belief
    hits = {1: ["NEW"], 2: ["NEW", "GOOD"], 3: ["NEW", "BAD"], 4: ["NEW"], 5: ["GOOD"], 6: ["BAD"], 7: []}
    assert lifted(hits, {4: 0.4}) == {1: "NEW", 3: "NEW"}


def test_of_several_the_rule_believed_most_is_named() -> None:
    assert NEW.belief > NEWER.belief
    assert lifted({1: ["NEWER", "NEW"], 2: ["NEWER"]}) == {1: "NEW", 2: "NEWER"}


def test_nobody_rests_on_hope_where_nothing_is_known_of_any_rule() -> None:
    claims = pl.DataFrame({"claim_id": [1], "model_probability": [0.1]})
    hits = pl.DataFrame([(1, "NEW")], schema=HITS, orient="row")
    assert lifted_by_unproven(claims, hits, [], 0.05).is_empty()


def hoped(number: int, rule: str = "NEW", p: float = 0.15) -> dict[str, Any]:
    return claim(number, person=number, merchant=number, pattern=rule, probability=p, unproven=rule)


def likely(number: int, p: float) -> dict[str, Any]:
    return claim(number, person=number, merchant=number, probability=p)


def seated(rows: list[dict[str, Any]], asked: dict[str, int], seats: Seats = SEATS) -> list[int]:
    return [c for b in select_alerts(frame(rows), seats, asked=asked).bundles for c in b.claims]


def test_once_five_hits_are_asked_about_the_likelier_ones_by_hope_alone_come_last() -> None:
    rows = [*(hoped(number) for number in range(4)), likely(10, 0.1), likely(11, 0.06)]
    assert seated(rows, {}) == [0, 1, 2, 3]
    assert seated(rows, {"NEW": 3}) == [0, 1, 10, 11]  # two more make five
    assert seated(rows, {"NEW": 5}) == [10, 11, 0, 1]  # free seats are theirs all the same
    assert seated(rows, {"OTHER": 5}) == [0, 1, 2, 3]


def test_many_new_rules_at_once_leave_a_newer_one_its_place() -> None:
    rows = [hoped(10 * rule + each, f"N{rule}") for rule in range(5) for each in range(3)]
    rows.append(hoped(99, "LATEST", 0.08))
    assert 99 in seated(rows, {f"N{rule}": 5 for rule in range(5)})
    assert 99 not in seated(rows, {})


def test_one_persons_claims_with_one_that_something_else_opens_keep_their_place() -> None:
    both = [hoped(1), claim(2, person=1, merchant=1, pattern="NEW", probability=0.2)]
    rows = [*both, *(likely(number, 0.1) for number in range(10, 14))]
    assert seated(rows, {"NEW": 9})[:2] == [2, 1]


@given(
    st.lists(st.tuples(st.floats(0.051, 1), st.sampled_from([None, "A", "B"])), min_size=1, max_size=20),
    st.dictionaries(st.sampled_from(["A", "B"]), st.integers(0, 8)),
    st.integers(0, 20),
)
@settings(max_examples=draws(60), deadline=None)
def test_what_hope_alone_asks_for_is_never_lost_and_never_before_others_beyond_five(
    drawn: list[tuple[float, str | None]], asked: dict[str, int], n_seats: int
) -> None:
    rows = [hoped(number, rule, p) if rule else likely(number, p) for number, (p, rule) in enumerate(drawn)]
    chosen = select_alerts(frame(rows), Seats(n_seats, 0, 0, 0.05, "x"), asked=asked)
    opened = [c for bundle in chosen.bundles for c in bundle.claims]
    held = {c for bundle in chosen.held for c in bundle.claims}
    assert sorted([*opened, *held]) == list(range(len(rows)))
    others_wait = any(rows[c]["unproven"] is None for c in held)
    for rule in ("A", "B"):
        mine = sum(rows[c]["unproven"] == rule for c in opened)
        if others_wait:
            assert mine <= max(0, 5 - asked.get(rule, 0))


def test_what_waits_since_nothing_of_its_rule_was_confirmed_says_so_and_what_found_no_seat_says_that() -> (
    None
):
    rows = [hoped(1), hoped(2), *(likely(number, 0.1) for number in range(10, 15))]
    chosen = select_alerts(frame(rows), SEATS, asked={"NEW": 5})
    assert {c: b.why_held for b in chosen.held for c in b.claims} == {
        1: "unproven",
        2: "unproven",
        14: "capacity",
    }
    few = select_alerts(frame(rows[:3]), SEATS, asked={"NEW": 5})
    assert [b.why_held for b in few.bundles] == ["", "", ""]
