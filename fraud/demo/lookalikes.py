"""Innocent claims that look like misuse: every crude filter stops them, and a reviewer lets them go."""

from __future__ import annotations

import numpy as np

from fraud.demo.drafts import Draft, join_drafts, make_draft, take
from fraud.demo.kinds import KIND_INDEX
from fraud.demo.ordinary import simple_claims
from fraud.demo.spends import SPEND_INDEX, SPENDS
from fraud.demo.world import Ints, Rng, World, draw_days, draw_seconds

CARD_LIMIT_TEXT = len(
    SPENDS[SPEND_INDEX["team_dinner"]].texts
)  # index past the usual texts: see texts.EXTRA_TEXTS


def _people(rng: Rng, world: World, n: int) -> Ints:
    weight = world.people.activity * world.at_work.mean(axis=1)
    return np.asarray(rng.choice(world.people.n, n, p=weight / weight.sum()), dtype=np.int64)


def _at(rng: Rng, world: World, key: str, person: Ints, rhythm: str = "business") -> Draft:
    day, found = draw_days(rng, world.days.weights(rhythm), world.at_work, person)
    draft = simple_claims(rng, world, key, person, day, world.people.region[person])
    return take(draft, found)


def split_by_card_limit(rng: Rng, world: World, n: int) -> Draft:
    """A large, pre-approved dinner paid in two because the card's own limit stopped the first attempt."""
    whole = _at(rng, world, "team_dinner", _people(rng, world, n))
    total = np.round(rng.uniform(520_000, 1_100_000, len(whole["person"])) / 1000) * 1000
    first = np.round(total * rng.uniform(0.45, 0.7, len(total)) / 1000) * 1000
    parts = [take(whole, np.arange(len(total))) for _ in range(2)]
    for part, amount, delay in zip(parts, (first, total - first), (0, 1), strict=True):
        part["amount"] = np.asarray(amount, dtype=np.int64)
        part["second"] = part["second"] + delay * rng.integers(60, 400, len(total))
        part["pre_approved"] = np.asarray(total, dtype=np.int64)
        part["heads"] = np.maximum(12, np.asarray(total // 42_000, dtype=np.int64))
        part["text"] = np.full(len(total), CARD_LIMIT_TEXT)
    return join_drafts(parts)


def holiday_gifts(rng: Rng, world: World, n: int) -> Draft:
    """Gift vouchers for customers before Seollal and Chuseok, bought by few, with a pre-approval."""
    window = world.days.before_holidays(("설날", "추석"), 12)
    if not window.any():
        window = world.days.is_business
    heads = np.arange(len(world.people.departments.codes))
    person = rng.choice(heads, n)
    day, found = draw_days(rng, window.astype(np.float64), world.at_work, person)
    draft = simple_claims(rng, world, "gift_voucher", person, day, world.people.region[person])
    draft["amount"] = 50_000 * rng.integers(2, 18, n)
    draft["pre_approved"] = (draft["amount"] * rng.choice([1.0, 1.1, 1.25], n) // 10_000 * 10_000).astype(
        np.int64
    )
    return take(draft, found)


def same_lunch_every_day(rng: Rng, world: World, n: int) -> Draft:
    """A set menu: the same person, the same kitchen, the same price, many days."""
    eaters = _people(rng, world, max(1, n // 40))
    person = np.repeat(eaters, 40)
    draft = _at(rng, world, "lunch", person)
    first = {int(p): i for i, p in reversed(list(enumerate(draft["person"])))}
    rows = np.array([first[int(p)] for p in draft["person"]], dtype=np.int64)
    price = 500 * rng.integers(15, 24, world.people.n)
    draft["merchant"] = draft["merchant"][rows]
    draft["amount"] = price[draft["person"]]
    draft["heads"] = np.ones(len(rows), dtype=np.int64)
    return draft


def weekend_events(rng: Rng, world: World, n: int) -> Draft:
    """Trade fairs and customer events at weekends; half of them announced with a pre-approval."""
    draft = _at(rng, world, "client_meal", _people(rng, world, n), "weekend")
    room = (draft["amount"] * 1.2 // 10_000 * 10_000 + 10_000).astype(np.int64)
    draft["pre_approved"] = np.where(rng.random(len(room)) < 0.5, room, 0)
    return draft


def late_business_dinners(rng: Rng, world: World, n: int) -> Draft:
    """Dinners that simply went on until after eleven."""
    draft = _at(rng, world, "client_meal", _people(rng, world, n))
    draft["second"] = draw_seconds(rng, "late_bar", len(draft["person"])) - 1800
    return draft


def large_dinners(rng: Rng, world: World, n: int) -> Draft:
    """Honest dinners that cost much, some a little less than the limit."""
    draft = _at(rng, world, "client_meal", _people(rng, world, n))
    size = len(draft["person"])
    draft["amount"] = (rng.uniform(300_000, 499_900, size) // 100 * 100).astype(np.int64)
    draft["heads"] = rng.integers(4, 14, size)
    return draft


def personal_shops_for_work(rng: Rng, world: World, n: int) -> Draft:
    """Uniforms, stage clothes, make-up for a shoot: shops of private life, bought for work in office hours."""
    draft = _at(rng, world, "personal_mall", _people(rng, world, n))
    draft["second"] = draw_seconds(rng, "office", len(draft["person"]))
    return draft


def paid_while_on_leave(rng: Rng, world: World, n: int) -> Draft:
    """Parking, tolls and online orders that are charged on a day of leave although ordered before."""
    person, day = np.nonzero(world.attendance.on_leave & world.employed)
    rows = rng.integers(0, len(person), n)
    return simple_claims(
        rng, world, "office_supply", person[rows], day[rows], world.people.region[person[rows]]
    )


def spas_at_trade_hotels(rng: Rng, world: World, n: int) -> Draft:
    """Executives' customer events that include a restricted trade, all pre-approved."""
    leaders = np.flatnonzero(world.people.grade >= 4)
    person = rng.choice(leaders, n)
    draft = _at(rng, world, "golf", person, "weekend")
    size = len(draft["person"])
    spa = world.merchants.pool_start[KIND_INDEX["spa"], world.people.region[draft["person"]]]
    draft["merchant"] = np.where(rng.random(size) < 0.3, spa, draft["merchant"])
    draft["pre_approved"] = draft["amount"] + 50_000
    return draft


def repeated_same_day(rng: Rng, base: Draft, n: int) -> Draft:
    """The same coffee twice in a day: same shop, same amount, hours apart; two purchases and no duplicate."""
    cafe = np.flatnonzero(base["spend"] == SPEND_INDEX["cafe"])
    draft = take(base, rng.choice(cafe, min(n, len(cafe)), replace=False))
    draft["second"] = draft["second"] + rng.integers(3600, 4 * 3600, len(draft["person"]))
    return draft


def lookalike_claims(world: World, base: Draft) -> Draft:
    """All innocent look-alikes, about 3 % of the company's claims."""
    rng = world.options.rng("lookalikes")
    target = world.options.claims_target

    def count(per_1000: float) -> int:
        return max(3, round(target * per_1000 / 1000))

    return join_drafts(
        [
            split_by_card_limit(rng, world, count(0.6)),
            holiday_gifts(rng, world, count(0.7)),
            same_lunch_every_day(rng, world, count(4)),
            weekend_events(rng, world, count(3)),
            late_business_dinners(rng, world, count(4)),
            large_dinners(rng, world, count(3.5)),
            personal_shops_for_work(rng, world, count(3)),
            paid_while_on_leave(rng, world, count(1.2)),
            spas_at_trade_hotels(rng, world, count(0.4)),
            repeated_same_day(rng, base, count(3)),
            make_draft(0),
        ]
    )
