"""Schemes that show in what is bought and from whom: private goods, vouchers, fuel, own shops, invented vendors."""

from __future__ import annotations

import numpy as np

from fraud.demo.drafts import RECEIPT_ALWAYS, Draft, make_draft
from fraud.demo.identifiers import business_numbers
from fraud.demo.kinds import KIND_INDEX
from fraud.demo.people import person_names
from fraud.demo.schemes.base import Scene
from fraud.demo.spends import SPEND_INDEX
from fraud.demo.travel import personal_subscriptions
from fraud.demo.wordlists import FIRST_SYLLABLES, SECOND_SYLLABLES, SHOP_HEADS
from fraud.demo.world import draw_seconds

OWN_SHOPS = (
    ("printing", "기획", "printing"),
    ("korean_food", "도시락", "team_dinner"),
    ("cafe", "커피", "cafe"),
    ("flowers", "플라워", "flowers"),
)


def personal_online(scene: Scene) -> Draft:
    """M12: clothes, cosmetics and gadgets ordered in the evening, filed as office supplies."""
    person, day = scene.series(8, scene.world.employed)
    return scene.claims("personal_mall", person, day)


def gift_voucher(scene: Scene) -> Draft:
    """M02: vouchers are as good as cash; bought in round sums, no pre-approval, no list of who received them."""
    person, day = scene.series(6, scene.world.at_work, days=scene.world.days.is_business)
    draft = scene.claims("gift_voucher", person, day)
    n = len(person)
    draft["amount"] = scene.rng.choice(
        [100_000, 200_000, 300_000, 400_000, 490_000], n, p=[0.3, 0.25, 0.2, 0.1, 0.15]
    )
    hidden = scene.rng.random(n) < 0.4
    draft["filed_as"] = np.where(hidden, SPEND_INDEX["office_supply"], -1)
    return draft


def fuel_without_vehicle(scene: Scene) -> Draft:
    """C04: the own car is filled up near home by somebody who has no company car."""
    person, day = scene.series(12, scene.world.employed, among=~scene.world.people.has_vehicle)
    draft = scene.claims("fuel", person, day, scene.world.people.home[person])
    draft["card"] = np.zeros(len(person), dtype=np.int64)
    draft["merchant"] = scene.favourites(draft["merchant"], person, 0.7)
    return draft


def personal_subscription(scene: Scene) -> Draft:
    """M12: films, games and a gym, charged every month by themselves."""
    months = max(1.0, (scene.last - scene.first) / 30 * 0.45)
    person = scene.offenders(max(1, round(scene.n / months)))
    n = len(person)
    kind = np.array([KIND_INDEX[k] for k in ("ott", "game", "gym")])[scene.rng.integers(0, 3, n)]
    pools = scene.world.merchants
    place = np.where(kind == KIND_INDEX["gym"], scene.world.people.home[person], 0)
    shop = pools.pool_start[kind, place] + scene.rng.integers(0, 1 << 30, n) % pools.pool_size[kind, place]
    span = scene.last - scene.first
    first = scene.first + np.maximum(0, scene.rng.uniform(-0.4, 0.7, n) * span).astype(np.int64)
    last = np.minimum(
        scene.last, first + np.maximum(40, (span * scene.rng.uniform(0.3, 0.6, n)).astype(np.int64))
    )
    amount = scene.rng.choice([9_900, 13_500, 17_000, 29_000, 55_000], n)
    draft = personal_subscriptions(scene.rng, scene.world, person, first, last, shop, amount)
    draft["spend"] = np.full(len(draft["person"]), SPEND_INDEX["personal_media"])
    return draft


def employee_owned_merchant(scene: Scene) -> Draft:
    """M07/M08: a shop of one's own or of the family's lives on the company's orders."""
    rng, people, merchants = scene.rng, scene.world.people, scene.world.merchants
    owners = scene.offenders(max(1, round(scene.n / 16)))
    numbers = business_numbers(rng, len(owners))
    shops, keys = np.zeros(people.n, dtype=np.int64), np.zeros(people.n, dtype=np.int64)
    for i, owner in enumerate(owners.tolist()):
        which = int(rng.integers(len(OWN_SHOPS)))
        kind, noun, _ = OWN_SHOPS[which]
        surname = people.names[owner][0]
        relative = surname + str(rng.choice(FIRST_SYLLABLES)) + str(rng.choice(SECOND_SYLLABLES))
        boss = people.names[owner] if rng.random() < 0.5 else relative
        name = f"{SHOP_HEADS[int(rng.integers(len(SHOP_HEADS)))]}{noun}"
        place = int(people.home[owner])
        shops[owner] = merchants.add(
            kind, place, name, numbers[i], boss, scene.first - int(rng.integers(-20, 300))
        )
        keys[owner] = SPEND_INDEX[OWN_SHOPS[which][2]]
    person = np.repeat(owners, 1 + rng.poisson(max(0.5, scene.n / len(owners) - 1), len(owners)))
    person, day = scene.on_days(person, scene.world.at_work, scene.world.days.is_business)
    n = len(person)
    return make_draft(
        n,
        person=person,
        day=day,
        spend=keys[person],
        merchant=shops[person],
        second=draw_seconds(rng, "office", n),
        amount=scene.round_amounts(30_000, 300_000, 100, n),
        incident=person,
        heads=np.where(keys[person] == SPEND_INDEX["team_dinner"], rng.integers(5, 12, n), 0),
    )


def refund_kept(scene: Scene) -> Draft:
    """C01/C03: bought, claimed and paid out, then returned; the money went elsewhere and never came back."""
    latest = max(scene.first + 1, scene.last - 30)
    days = np.arange(scene.world.days.n) <= latest
    person, day = scene.series(3, scene.world.at_work, days=scene.world.days.is_business & days)
    draft = scene.claims("it_supply", person, day)
    n = len(person)
    draft["amount"] = np.maximum(draft["amount"], scene.round_amounts(60_000, 420_000, 10, n))
    draft["cancelled"] = draft["amount"].copy()
    draft["cancel_days"] = scene.rng.uniform(26, 55, n)
    draft["submit_days"] = scene.rng.uniform(0.5, 4, n)
    return draft


def colluding_approver(scene: Scene) -> Draft:
    """H02: one approver waves through a friend's inflated dinners within seconds."""
    person, day = scene.series(16, scene.world.at_work, days=scene.world.days.is_business)
    draft = scene.claims("client_meal", person, day)
    n = len(person)
    draft["amount"] = (draft["amount"] * scene.rng.uniform(1.1, 1.6, n) // 100 * 100).astype(np.int64)
    draft["amount"] = np.minimum(draft["amount"], 498_000)
    draft["heads"] = np.zeros(n, dtype=np.int64)
    draft["approve_seconds"] = scene.rng.uniform(2, 9, n)
    heads = len(scene.world.people.departments.codes)
    friend = 1 + (person * 7_919) % (heads - 1)
    draft["approver"] = np.where(friend == person, 0, friend)
    draft["merchant"] = scene.favourites(draft["merchant"], person, 0.5)
    return draft


def ghost_vendor(scene: Scene) -> Draft:
    """M05/M06, new: firms founded weeks ago bill design work nobody ordered, always below the limit."""
    rng, merchants, people = scene.rng, scene.world.merchants, scene.world.people
    count = max(2, round(scene.n / 12))
    numbers, bosses = business_numbers(rng, count), person_names(rng, count)
    shops = []
    for i in range(count):
        name = f"{SHOP_HEADS[int(rng.integers(len(SHOP_HEADS)))]}컴퍼니"
        opened = scene.first - int(rng.integers(5, 120))
        shops.append(merchants.add("design", int(people.region[0]), name, numbers[i], bosses[i], opened))
    person, day = scene.series(4, scene.world.at_work, days=scene.world.days.is_business)
    draft = scene.claims("design", person, day)
    n = len(person)
    draft["merchant"] = np.array(shops, dtype=np.int64)[(person + rng.integers(0, 2, n)) % count]
    draft["amount"] = scene.round_amounts(180_000, 500_000, 1000, n)
    draft["receipt"] = np.full(n, RECEIPT_ALWAYS)
    draft["card"] = np.zeros(n, dtype=np.int64)
    return draft
