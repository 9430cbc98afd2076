"""Schemes that show in when and where: nights, leave, weekends near home, taxis, after leaving."""

from __future__ import annotations

import numpy as np

from fraud.demo.drafts import Draft, join_drafts, make_draft, n_rows
from fraud.demo.identifiers import business_numbers
from fraud.demo.kinds import KIND_INDEX
from fraud.demo.people import NEVER, person_names
from fraud.demo.schemes.base import Scene
from fraud.demo.spends import SPEND_INDEX
from fraud.demo.wordlists import SHOP_HEADS
from fraud.demo.world import Ints, draw_heads, draw_seconds

# Half of the disguised bars give themselves away in their name, half do not.
TELLING_NAMES = ("가라오케 다이닝", "룸식당", "라이브 주점", "비즈니스클럽 한정식")
QUIET_NAMES = ("한정식", "참숯구이", "일식당", "코다리집")


def late_entertainment(scene: Scene) -> Draft:
    """T01/M01: bars, karaoke and worse past eleven, filed as customer entertainment, no overtime approved."""
    quiet = scene.world.at_work & ~scene.world.attendance.overtime
    person, day = scene.series(9, quiet, days=scene.world.days.is_business)
    draft = scene.claims("late_bar", person, day)
    banned = scene.rng.random(len(person)) < 0.25
    kind = np.where(scene.rng.random(len(person)) < 0.6, KIND_INDEX["hostess_bar"], KIND_INDEX["karaoke"])
    place = scene.world.people.region[person]
    pools = scene.world.merchants
    shop = pools.pool_start[kind, place] + person % np.maximum(1, pools.pool_size[kind, place])
    draft["merchant"] = np.where(banned, shop, draft["merchant"])
    draft["amount"] = scene.round_amounts(60_000, 330_000, 100, len(person))
    return draft


def _disguised_bars(scene: Scene, count: int) -> Ints:
    """Open `count` bars registered as restaurants in the regions where most people work."""
    rng, merchants = scene.rng, scene.world.merchants
    numbers, owners = business_numbers(rng, count), person_names(rng, count)
    regions = scene.world.people.region[rng.integers(0, scene.world.people.n, count)]
    bars = []
    for i in range(count):
        words = TELLING_NAMES if i % 2 else QUIET_NAMES
        name = f"{SHOP_HEADS[int(rng.integers(len(SHOP_HEADS)))]} {words[i // 2 % len(words)]}"
        opened = -int(rng.integers(100, 900))
        bars.append(merchants.add("korean_food", int(regions[i]), name, numbers[i], owners[i], opened))
    return np.array(bars, dtype=np.int64)


def disguised_bar(scene: Scene) -> Draft:
    """M04: the terminal says restaurant, the hours and bills say bar; nothing is odd about one claim alone."""
    bars = _disguised_bars(scene, max(2, min(14, round(scene.n / 15))))
    person, day = scene.series(9, scene.world.at_work, days=scene.world.days.is_business)
    draft = scene.claims("client_meal", person, day)
    n = len(person)
    draft["merchant"] = bars[(person + (scene.rng.random(n) < 0.3)) % len(bars)]
    draft["second"] = draw_seconds(scene.rng, "late_bar", n) - 4500
    draft["amount"] = scene.round_amounts(120_000, 460_000, 100, n)
    draft["heads"] = draw_heads(scene.rng, (5, 3.0, 11), n)
    return draft


def use_on_leave(scene: Scene) -> Draft:
    """T04: cafés, meals and shopping on days of approved leave."""
    away = scene.world.attendance.on_leave & scene.world.employed
    has_leave = np.asarray(away[:, scene.first : scene.last + 1].any(axis=1), dtype=np.bool_)
    people = scene.offenders(max(1, round(scene.n / 6)), has_leave)
    stage = away[people][:, scene.first : scene.last + 1]
    row, column = np.nonzero(stage)
    pick = scene.rng.integers(0, len(row), scene.n)
    person, day = people[row[pick]], column[pick] + scene.first
    region = np.where(
        scene.rng.random(scene.n) < 0.5, scene.world.people.home[person], scene.rng.integers(0, 26, scene.n)
    )
    keys = scene.rng.choice(4, scene.n, p=[0.35, 0.35, 0.15, 0.15])
    drafts = []
    for i, key in enumerate(("lunch", "cafe", "snacks", "team_dinner")):
        rows = keys == i
        drafts.append(scene.claims(key, person[rows], day[rows], region[rows]))
    return join_drafts(drafts)


def weekend_family_meal(scene: Scene) -> Draft:
    """L02/T02: a family of four eats near home at the weekend, and a customer is written down."""
    free = ~scene.world.days.is_business
    idle = scene.world.employed & ~scene.world.attendance.overtime & (scene.world.attendance.trip_of < 0)
    person, day = scene.series(8, idle, days=free)
    draft = scene.claims("client_meal", person, day, scene.world.people.home[person])
    n = len(person)
    draft["second"] = draw_seconds(scene.rng, "weekend", n)
    draft["heads"] = scene.rng.choice([2, 3, 4, 5], n, p=[0.15, 0.35, 0.4, 0.1])
    draft["amount"] = np.maximum(20_000, draft["heads"] * scene.round_amounts(16_000, 46_000, 100, n))
    draft["merchant"] = scene.favourites(draft["merchant"], person, 0.4)
    return draft


def commute_taxi(scene: Scene) -> Draft:
    """T03/C07: home by taxi after a private evening, filed as overtime that nobody approved."""
    quiet = scene.world.at_work & ~scene.world.attendance.overtime
    person, day = scene.series(9, quiet)
    draft = scene.claims("overtime_taxi", person, day)
    night = scene.rng.random(len(person)) < 0.6
    morning = 7 * 3600 + scene.rng.integers(0, 5400, len(person))
    draft["second"] = np.where(night, draft["second"], morning)
    draft["filed_as"] = np.where(night, SPEND_INDEX["overtime_taxi"], SPEND_INDEX["day_taxi"])
    return draft


def ex_employee_card(scene: Scene) -> Draft:
    """T05/C09: the card was never handed in, and goes on paying for weeks after the last day."""
    people = scene.world.people
    left = people.left
    gone = np.flatnonzero((left < NEVER) & (left >= scene.first) & (left <= scene.last - 3))
    if not len(gone):
        return make_draft(0)
    people_used = scene.rng.choice(gone, max(1, min(len(gone), round(scene.n / 3))), replace=False)
    person = scene.rng.choice(people_used, max(2, scene.n))
    day = left[person] + scene.rng.integers(1, 40, len(person))
    held = day <= scene.last
    person, day = person[held], day[held]
    key = scene.rng.random(len(person)) < 0.5
    drafts = [
        scene.claims("snacks", person[key], day[key], people.home[person[key]]),
        scene.claims("mall", person[~key], day[~key]),
    ]
    joined = join_drafts(drafts)
    joined["approve_seconds"] = np.full(n_rows(joined), 3600.0)
    return joined
