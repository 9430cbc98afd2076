"""Which claims become alerts: budgets, bundles, novelty and the blind sample."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.selection import (
    POPULATION,
    SCORED,
    Bundle,
    OpenCase,
    Seats,
    Selection,
    adapted_novelty,
    rare_share,
    select_alerts,
)
from cases.selection.terms import rare_seats
from tests.draws import draws

SEATS = Seats(model=3, novelty=1, sample=2, threshold=0.05, seed="R-2026-05-04")


def claim(claim_id: int, person: int = 1, merchant: int = 1, **values: Any) -> dict[str, Any]:
    return {
        "claim_id": claim_id,
        "cardholder_id": person,
        "merchant_id": merchant,
        "week": "2026-W10",
        "pattern": None,
        "is_always_open": False,
        "probability": 0.01,
        "model_probability": values.get("probability", 0.01),
        "queue_probability": values.get("probability", 0.01),
        "novelty": 0.0,
        "anomaly_score": 0.5,
        "amount_minor": 1000,
        "unproven": None,
        **values,
    }


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCORED)


def claims_of(selection: Selection, channel: str) -> list[list[int]]:
    return [bundle.claims for bundle in selection.bundles if bundle.channel == channel]


def test_best_claims_over_the_threshold_get_the_seats_and_the_rest_is_held_back() -> None:
    rows = [claim(i, person=i, probability=0.1 + i / 100) for i in range(1, 7)] + [claim(9, person=9)]
    chosen = select_alerts(frame(rows), SEATS)
    assert claims_of(chosen, "model") == [[6], [5], [4], [3]]  # novelty's seat came back to the model
    drawn = {c for claims in claims_of(chosen, "control_sample") for c in claims}
    assert {c for bundle in chosen.held for c in bundle.claims} == {1, 2} - drawn
    assert (chosen.n_over_threshold, chosen.n_held_back) == (6, len({1, 2} - drawn))


def test_free_seats_are_not_filled_from_below_the_threshold() -> None:
    rows = [claim(i, person=i, probability=0.05) for i in range(1, 7)]
    assert claims_of(select_alerts(frame(rows), SEATS), "model") == []


def test_claims_of_one_person_at_one_merchant_in_one_week_are_one_case() -> None:
    rows = [claim(i, probability=0.2) for i in range(1, 6)]
    chosen = select_alerts(frame(rows), SEATS)
    assert claims_of(chosen, "model") == [[1, 2, 3, 4, 5]]
    assert chosen.bundles[0].key == "m:1:1:2026-W10"


def test_claims_of_one_person_with_one_pattern_are_one_case() -> None:
    rows = [claim(i, merchant=i, pattern="A04", probability=0.2) for i in range(1, 4)]
    chosen = select_alerts(frame(rows), SEATS)
    assert [(b.key, b.claims) for b in chosen.bundles if b.channel == "model"] == [("p:1:A04", [1, 2, 3])]


def test_same_merchant_in_another_week_with_another_pattern_is_another_case() -> None:
    rows = [
        claim(1, pattern="A04", probability=0.3),
        claim(2, pattern="D03", week="2026-W11", probability=0.2),
    ]
    assert claims_of(select_alerts(frame(rows), SEATS), "model") == [[1], [2]]


def test_absolute_ban_takes_no_seat_and_leads_its_bundle() -> None:
    rows = [claim(i, person=i, probability=0.5) for i in range(1, 4)]
    rows += [claim(7, person=7, is_always_open=True, pattern="X01"), claim(8, person=7, probability=0.9)]
    chosen = select_alerts(frame(rows), SEATS)
    (ban,) = [b for b in chosen.bundles if b.channel == "rule"]
    assert (ban.pattern, sorted(ban.claims)) == ("X01", [7, 8])
    assert len(claims_of(chosen, "model")) == 3


def test_alert_joins_the_oldest_open_case_that_fits_and_takes_no_seat() -> None:
    rows = [claim(i, person=i, probability=0.5) for i in range(1, 4)] + [
        claim(5, person=5, merchant=8, probability=0.06)
    ]
    cases = [
        OpenCase(70, 5, "A04"),
        OpenCase(60, 5, "D03", frozenset({(8, "2026-W10")})),
        OpenCase(50, 5, "D03", frozenset({(8, "2026-W10")})),
    ]
    chosen = select_alerts(frame(rows), SEATS, cases)
    (joined,) = [b for b in chosen.bundles if b.case_id is not None]
    assert (joined.case_id, joined.claims) == (50, [5])
    assert chosen.n_held_back == 0


def test_novelty_takes_one_claim_a_person_and_one_a_merchant() -> None:
    seats = Seats(0, 3, 0, 0.05, "x")
    rows = [
        claim(1, person=1, merchant=1, anomaly_score=0.999),
        claim(2, person=1, merchant=2, anomaly_score=0.998),
        claim(3, person=3, merchant=1, anomaly_score=0.997),
        claim(4, person=4, merchant=4, anomaly_score=0.996),
        claim(5, person=5, merchant=5, anomaly_score=0.9),
        claim(6, person=6, merchant=6, anomaly_score=0.995, amount_minor=-10),
    ]
    assert claims_of(select_alerts(frame(rows), seats), "novelty") == [[1], [4]]


def test_one_novelty_seat_goes_to_the_likelier_two_also_to_the_rarest_and_their_outcomes_decide() -> None:
    seats = Seats(0, 2, 0, 0.05, "x", rare_share=0.3)
    rows = [
        claim(1, person=1, merchant=1, model_probability=0.0009, anomaly_score=0.999),
        # a rule nobody believes in any more still lifts it
        claim(2, person=2, merchant=2, model_probability=0.002, probability=0.04, anomaly_score=0.95),
        claim(3, person=3, merchant=3, model_probability=0.01, anomaly_score=0.91),
        claim(4, person=4, merchant=4, model_probability=0.045, anomaly_score=0.89),  # not unusual
        claim(5, person=5, merchant=5, model_probability=0.004, anomaly_score=0.95),
        claim(6, person=6, merchant=6, model_probability=0.004, anomaly_score=0.99),  # as likely, and rarer
    ]
    chosen = select_alerts(frame(rows), seats)
    assert [(b.claims, b.drawn_by) for b in chosen.bundles] == [([3], "likely"), ([1], "rare")]
    one = replace(seats, novelty=1)
    assert claims_of(select_alerts(frame(rows), one), "novelty") == [[3]]
    assert claims_of(select_alerts(frame(rows), replace(one, rare_share=0.6)), "novelty") == [[1]]
    three = replace(seats, novelty=3)
    assert claims_of(select_alerts(frame(rows), three), "novelty") == [
        [3],
        [6],
        [1],
    ]  # 6: as likely as 5, and rarer


def test_person_under_novelty_review_gets_no_second_one() -> None:
    rows = [claim(1, person=1, anomaly_score=0.99), claim(2, person=2, merchant=2, anomaly_score=0.95)]
    chosen = select_alerts(frame(rows), Seats(0, 1, 0, 0.05, "x"), [OpenCase(1, 1, "novelty")])
    assert claims_of(chosen, "novelty") == [[2]]


def test_novelty_takes_only_seats_that_the_model_leaves_free() -> None:
    unusual = [claim(50 + i, person=50 + i, merchant=50 + i, anomaly_score=0.99) for i in range(3)]
    for n_over, expected in ((4, 0), (3, 1), (0, 1)):
        rows = [claim(i, person=i, probability=0.5) for i in range(1, 1 + n_over)] + unusual
        chosen = select_alerts(frame(rows), replace(SEATS, sample=0))
        assert (len(claims_of(chosen, "model")), len(claims_of(chosen, "novelty"))) == (n_over, expected)


def test_novelty_seats_follow_what_they_found() -> None:
    assert adapted_novelty(6, 0, 0) == 6
    assert adapted_novelty(6, 100, 0) == 1  # one in twenty was hoped for
    assert adapted_novelty(6, 40, 8) == 12
    assert adapted_novelty(6, 4000, 2000) == 12  # at most twice as many
    assert adapted_novelty(0, 40, 8) == 0


def test_outcomes_divide_the_novelty_seats_between_their_two_orders() -> None:
    assert rare_share((0, 0), (0, 0)) == pytest.approx(0.035**2 / (0.05**2 + 0.035**2))
    assert rare_share((40, 4), (40, 4)) == pytest.approx((4.7 / 60) ** 2 / ((4.7 / 60) ** 2 + (5 / 60) ** 2))
    assert rare_share((60, 0), (0, 0)) > 0.5  # nothing found in sixty: a single seat tries the other order
    assert rare_share((60, 30), (10, 0)) < 0.05


@given(st.integers(0, 200), st.floats(0, 1))
def test_either_order_keeps_a_seat_where_there_are_several(n: int, share: float) -> None:
    n_rare = rare_seats(n, share)
    assert 0 <= n_rare <= n
    if n >= 2:
        assert 1 <= n_rare <= n - 1


def is_as_often_as_told(drawn: Mapping[int, int], told: Mapping[int, float], nights: int) -> None:
    """No claim is five standard deviations off, nor are all together: their squares add up to about one a claim, with a variance of two."""
    off = [
        (drawn.get(claim_id, 0) - nights * chance) / math.sqrt(nights * chance * (1 - chance))
        for claim_id, chance in told.items()
    ]
    assert max(map(abs, off)) < 5
    assert sum(each**2 for each in off) < len(off) + 5 * math.sqrt(2 * len(off))


def test_sample_is_uniform_over_many_nights() -> None:
    rows = frame([claim(i, person=i) for i in range(1, 21)])
    seen: dict[int, int] = {}
    for night in range(800):
        chosen = select_alerts(rows, Seats(0, 0, 2, 0.05, f"R-{night}"))
        for bundle in chosen.bundles:
            assert bundle.inclusion_probability == pytest.approx(2 / 20)
            seen[bundle.claims[0]] = seen.get(bundle.claims[0], 0) + 1
    is_as_often_as_told(seen, dict.fromkeys(range(1, 21), 2 / 20), nights=800)


def payments(n: int, **values: Callable[[int], Any]) -> pl.DataFrame:
    rows = []
    for i in range(1, n + 1):
        usual = {"pattern": None, "probability": 0.01, "novelty": 0.0, "n_hits": 0, "n_untried": 0}
        keys = {"claim_id": i, "cardholder_id": i, "merchant_id": i, "week": "2026-W10"}
        rows.append(keys | usual | {name: value(i) for name, value in values.items()})
    return pl.DataFrame(rows, schema=POPULATION)


def test_half_of_the_sample_depends_on_no_score() -> None:
    nothing = frame([])
    seats = Seats(0, 0, 4, 0.05, "R-1")
    flat = payments(200)
    steep = payments(200, probability=lambda i: i / 10_000, n_hits=lambda i: i % 3)
    drawn = [
        {b.claims[0] for b in select_alerts(nothing, replace(seats, sample=n), population=p).bundles}
        for n, p in ((2, flat), (4, steep))
    ]
    assert drawn[0] < drawn[1]


def test_a_claim_is_drawn_as_often_as_its_inclusion_probability_says() -> None:
    population = payments(30, probability=lambda i: i / 700, n_hits=lambda i: int(i > 27))
    drawn: Counter[int] = Counter()
    told: dict[int, float] = {}
    nights = 800
    for night in range(nights):
        chosen = select_alerts(frame([]), Seats(0, 0, 6, 0.05, f"R-{night}"), population=population)
        for bundle in chosen.bundles:
            drawn[bundle.claims[0]] += 1
            told[bundle.claims[0]] = bundle.inclusion_probability
    assert told[30] > 2 * told[1]
    is_as_often_as_told(drawn, told, nights=nights)


def test_free_seats_go_to_what_teaches_most_up_to_the_least_wanted() -> None:
    population = payments(40, probability=lambda i: 0.04 if i <= 10 else 0.0001)
    seats = Seats(8, 1, 1, 0.05, "R-1", least=7)
    chosen = select_alerts(frame([]), seats, population=population)
    taught = [b for b in chosen.bundles if b.channel == "learning"]
    assert len(taught) == 6  # with the one check: seven
    assert {b.claims[0] for b in taught} <= set(range(1, 11))
    assert {round(b.inclusion_probability, 9) for b in taught} == {0.6}
    assert chosen.seats == {"model": 0, "novelty": 0, "learning": 6, "control_sample": 1, "free": 3}
    busy = frame([claim(100 + i, person=100 + i, merchant=100 + i, probability=0.5) for i in range(7)])
    assert claims_of(select_alerts(busy, seats, population=population), "learning") == []


def test_free_seats_stay_empty_where_nothing_teaches() -> None:
    chosen = select_alerts(
        frame([]), Seats(8, 1, 0, 0.05, "R-1", least=7), population=payments(40, probability=lambda i: 0.001)
    )
    assert (chosen.bundles, chosen.seats["free"]) == ([], 9)


def test_hits_of_a_rule_nobody_has_judged_teach_more_than_likelier_claims() -> None:
    population = payments(40, n_untried=lambda i: int(i <= 3), probability=lambda i: 0.012 if i < 4 else 0.04)
    nights = [
        select_alerts(frame([]), Seats(1, 0, 0, 0.05, f"R-{night}", least=1), population=population)
        for night in range(400)
    ]
    drawn = Counter(bundle.claims[0] for chosen in nights for bundle in chosen.bundles)
    # .042 against .04 each
    assert sum(drawn[i] for i in (1, 2, 3)) / 400 == pytest.approx(
        3 * 0.042 / (3 * 0.042 + 37 * 0.04), abs=0.05
    )


@pytest.mark.parametrize("column", ["pattern", "untried"])
def test_hits_of_one_rule_take_three_seats_for_learning_a_night_and_the_others_are_drawn_from_the_rest(
    column,
) -> None:
    """Of a courier's sixty payments forty meet one broad rule; twenty more are as likely, and each has its own chance."""
    rule = {column: lambda i: "BROAD" if i <= 40 else None}
    untried = {"n_untried": lambda i: int(i <= 40)} if column == "untried" else {}
    population = payments(60, probability=lambda i: 0.03, **rule, **untried)
    drawn: Counter[int] = Counter()
    told: dict[int, float] = {}
    nights = 600
    for night in range(nights):
        chosen = select_alerts(
            frame([]), Seats(12, 0, 0, 0.05, f"R-{night}", least=12), population=population
        )
        assert len(chosen.bundles) == 12
        assert sum(b.claims[0] <= 40 for b in chosen.bundles) == 3
        for bundle in chosen.bundles:
            drawn[bundle.claims[0]] += 1
            told[bundle.claims[0]] = bundle.inclusion_probability
    assert (told[1], told[60]) == (pytest.approx(3 / 40), pytest.approx(9 / 20))
    for claim_id, probability in told.items():
        spread = math.sqrt(nights * probability * (1 - probability))
        assert abs(drawn[claim_id] - nights * probability) < 5 * spread


def test_nothing_under_a_fifth_of_the_threshold_is_drawn_to_learn_from_whatever_is_new_about_it() -> None:
    population = payments(
        20,
        probability=lambda i: 0.0047,
        n_untried=lambda i: 2,
        untried=lambda i: "NOISE",
        novelty=lambda i: 1.0,
    )
    chosen = select_alerts(frame([]), Seats(8, 1, 0, 0.05, "R-1", least=7), population=population)
    assert chosen.bundles == []


def test_learning_seats_take_one_claim_a_person_and_one_a_merchant() -> None:
    population = payments(
        9, probability=lambda i: 0.04, cardholder_id=lambda i: i // 2, merchant_id=lambda i: i // 3
    )
    chosen = select_alerts(frame([]), Seats(9, 0, 0, 0.05, "R-1", least=9), population=population)
    people = [b.cardholder_id for b in chosen.bundles]
    merchants = [m for b in chosen.bundles for m, _ in b.places]
    assert (len(set(people)), len(set(merchants))) == (len(people), len(merchants))


ROWS = st.lists(
    st.builds(
        claim,
        claim_id=st.integers(1, 10_000),
        person=st.integers(1, 6),
        merchant=st.integers(1, 5),
        week=st.sampled_from(["2026-W10", "2026-W11"]),
        pattern=st.sampled_from([None, "A04", "D03"]),
        is_always_open=st.sampled_from([False, False, False, True]),
        probability=st.floats(0, 1),
        model_probability=st.floats(0, 1),
        novelty=st.floats(0, 1),
        anomaly_score=st.floats(0, 1),
        amount_minor=st.integers(-100, 1000),
    ),
    max_size=40,
    unique_by=lambda row: row["claim_id"],
)


@settings(max_examples=draws(80), deadline=None)
@given(rows=ROWS, order=st.randoms(use_true_random=False))
def test_selection_keeps_its_promises_in_any_row_order(rows: list[dict[str, Any]], order: Any) -> None:
    chosen = select_alerts(frame(rows), SEATS)
    shuffled = list(rows)
    order.shuffle(shuffled)
    assert _plain(select_alerts(frame(shuffled), SEATS)) == _plain(chosen)
    picked = [c for bundle in chosen.bundles for c in bundle.claims]
    assert len(picked) == len(set(picked))
    by_id = {row["claim_id"]: row for row in rows}
    assert {i for i, row in by_id.items() if row["is_always_open"]} <= set(picked)
    assert len({bundle.key for bundle in chosen.bundles if bundle.channel in ("model", "rule")}) == sum(
        bundle.channel in ("model", "rule") for bundle in chosen.bundles
    )
    model = [bundle for bundle in chosen.bundles if bundle.channel == "model"]
    novelty = [bundle for bundle in chosen.bundles if bundle.channel == "novelty"]
    assert len(model) + len(novelty) <= SEATS.model + SEATS.novelty
    assert all(max(by_id[c]["probability"] for c in bundle.claims) > 0.05 for bundle in model)
    over = {i for i, row in by_id.items() if row["is_always_open"] or row["probability"] > 0.05}
    assert {c for bundle in chosen.held for c in bundle.claims} == over - set(picked)
    assert chosen.n_held_back == len(over - set(picked))


def _plain(selection: Selection) -> list[tuple[Any, ...]]:
    def row(bundle: Bundle) -> tuple[Any, ...]:
        return bundle.channel, bundle.pattern, bundle.key, tuple(bundle.claims), bundle.inclusion_probability

    return sorted(row(bundle) for bundle in selection.bundles)


def test_burst_of_one_rule_and_of_one_person_is_braked_and_the_seats_go_to_others() -> None:
    brake = replace(SEATS, model=6, novelty=0, sample=0, per_rule=2, per_person=2)
    rows = [claim(i, person=i, merchant=i, pattern="A04", probability=0.9) for i in range(1, 6)]
    rows += [
        claim(10 + i, person=50, merchant=10 + i, pattern=f"B0{i}", probability=0.8) for i in range(1, 5)
    ]
    rows += [claim(30, person=30, merchant=30, probability=0.2)]
    chosen = select_alerts(frame(rows), brake)
    assert claims_of(chosen, "model") == [[1], [2], [11], [12], [30]]
    assert {c: b.why_held for b in chosen.held for c in b.claims} == {
        **dict.fromkeys([3, 4, 5], "rule_budget"),
        **dict.fromkeys([13, 14], "person_budget"),
    }


def test_absolute_ban_opens_over_every_budget() -> None:
    brake = replace(SEATS, model=0, novelty=0, sample=0, per_rule=1, per_person=1)
    rows = [claim(i, merchant=i, week=f"2026-W1{i}", pattern="X01", is_always_open=True) for i in range(1, 4)]
    rows += [
        claim(9, merchant=9, person=9, pattern="X01", is_always_open=True),
        claim(8, person=8, pattern="X01", is_always_open=True),
    ]
    chosen = select_alerts(frame(rows), brake)
    assert sorted(c for claims in claims_of(chosen, "rule") for c in claims) == [1, 2, 3, 8, 9]
    assert chosen.held == []


@given(
    st.lists(st.tuples(st.integers(1, 8), st.floats(0, 1), st.sampled_from([None, "A", "B"])), max_size=25)
)
@settings(max_examples=draws(60), deadline=None)
def test_every_claim_over_the_threshold_is_seated_or_held_back_with_a_reason(drawn: list[Any]) -> None:
    brake = replace(SEATS, per_rule=2, per_person=1)
    rows = [
        claim(i, person=person, merchant=i, probability=p, pattern=rule)
        for i, (person, p, rule) in enumerate(drawn)
    ]
    chosen = select_alerts(frame(rows), brake)
    seated = {c for bundle in chosen.bundles for c in bundle.claims}
    held = {c for bundle in chosen.held for c in bundle.claims}
    over = {row["claim_id"] for row in rows if row["probability"] > brake.threshold}
    assert seated & held == set()
    assert over <= seated | held
    assert held <= over
    assert all(bundle.why_held for bundle in chosen.held)
