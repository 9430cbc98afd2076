"""Who does something when: people, their days and shops for a scheme or for innocents who look like it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tests.benchmarks.strangers.kinds import column
from tests.benchmarks.strangers.schemes.catalogue import Scheme
from tests.benchmarks.strangers.world import EVERYWHERE, World

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_LEAVING_DAYS, _GONE_DAYS, _MONTH_END = 25, 60, 4


@dataclass(frozen=True)
class Events:
    """Single occasions: the actor (0 …), the person, the day, and how far in the actor's series it is, in [0, 1]."""

    actor: Ints
    person: Ints
    day: Ints
    progress: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.person)


def days_of(world: World, kind: str) -> Mask:
    """(people, days): when a scheme of that kind of day can happen."""
    there, numbers = world.present & ~world.leave, np.arange(world.traits.days)
    at_home, left = world.at_home, world.staff.left[:, None]
    weekend = np.broadcast_to(world.weekday >= 5, there.shape)
    found: dict[str, Mask] = {
        "work": there & world.working,
        "off": there & ~world.working,
        "weekend": there & weekend,
        "leave": world.leave & world.present,
        "trip": there & ~at_home,
        "plain": there & world.working & at_home & ~world.overtime,
        "month_end": there & world.working & _last_days(world),
        "leaving": there & (numbers > left - _LEAVING_DAYS),
        "gone": (numbers > left) & (numbers <= left + _GONE_DAYS),
        "any": there,
    }
    return found[kind]


def _last_days(world: World) -> Mask:
    days = np.datetime64(world.traits.start, "D") + np.arange(world.traits.days)
    return ((days.astype("M8[M]") + 1).astype("M8[D]") - days).astype(int) <= _MONTH_END


def occasions(
    world: World, rng: Generator, scheme: Scheme, n: int, span: tuple[int, int], *, each: float
) -> Events:
    """About n occasions in [first, last), each actor's `scheme.every` days apart, on days the scheme can happen."""
    allowed = days_of(world, scheme.days).copy()
    allowed[:, : span[0]] = False
    allowed[:, span[1] :] = False
    able = np.flatnonzero(allowed.any(axis=1))
    if n <= 0 or len(able) == 0:
        empty = np.zeros(0, np.int64)
        return Events(empty, empty, empty, np.zeros(0))
    actors = int(np.clip(round(n / each), 1, len(able)))
    weight = np.sqrt(world.staff.lively[able])
    people = rng.choice(able, actors, replace=False, p=weight / weight.sum())
    sizes = rng.multinomial(n, rng.dirichlet(np.full(actors, 3.0)))
    actor = np.repeat(np.arange(actors), sizes)
    return _spaced(rng, scheme, allowed, people, actor, sizes, span)


def _spaced(
    rng: Generator,
    scheme: Scheme,
    allowed: Mask,
    people: Ints,
    actor: Ints,
    sizes: Ints,
    span: tuple[int, int],
) -> Events:
    within = np.arange(len(actor)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    gaps = rng.gamma(2.0, scheme.every / 2.0, len(actor))
    total = np.cumsum(gaps)
    first = np.repeat((total - gaps)[np.minimum(np.cumsum(sizes) - sizes, len(actor) - 1)], sizes)
    along = total - first
    length = np.maximum.reduceat(along, np.cumsum(sizes)[sizes > 0] - sizes[sizes > 0])
    room = np.zeros(len(sizes))
    room[sizes > 0] = np.maximum(span[1] - span[0] - length, 1.0)
    start = span[0] + (rng.random(len(sizes)) * room)[actor]
    wanted = np.clip((start + along - gaps).astype(np.int64), span[0], span[1] - 1)
    day = _next_allowed(allowed[people[actor]], wanted)
    kept = day >= 0
    progress = within / np.maximum(sizes[actor] - 1, 1)
    return Events(actor[kept], people[actor][kept], day[kept], progress[kept])


def _next_allowed(allowed: Mask, wanted: Ints) -> Ints:
    """Per row the first allowed day from the wanted one on, else the last before it, -1 without any."""
    n_days = allowed.shape[1]
    numbers = np.arange(n_days)
    after = np.where(allowed & (numbers >= wanted[:, None]), numbers, n_days).min(axis=1)
    before = np.where(allowed & (numbers < wanted[:, None]), numbers, -1).max(axis=1)
    return np.where(after < n_days, after, before)


def places(world: World, rng: Generator, scheme: Scheme, events: Events, kind: Ints) -> Ints:
    """The shop of each occasion, as the scheme has it."""
    person, day = events.person, events.day
    home = world.staff.region[person]
    away = world.trip[person, np.minimum(day, world.traits.days - 1)]
    region = np.where(away == EVERYWHERE, home, away)
    if scheme.where == "any":
        return world.shops.draw(rng, kind, region)
    if scheme.where == "home":
        return np.where(region == home, world.home[person, kind], world.shops.draw(rng, kind, region))
    group = world.staff.department[person] if scheme.where == "ring" else events.actor
    chosen, first, back = np.unique(group, return_index=True, return_inverse=True)
    if scheme.where == "new":
        opened = np.array([day[group == each].min() for each in chosen]) - rng.integers(4, 70, len(chosen))
        shop = world.shops.add(world.traits, rng, kind[first], home[first], opened=opened, open_to_all=False)
    else:
        shop = world.shops.draw(rng, kind[first], home[first])
    if scheme.where in ("kin", "own"):
        for place, who in zip(shop, person[first], strict=True):
            world.shops.owners[place] = _owner(rng, world, int(who), scheme.where)
    return shop[back]


def _owner(rng: Generator, world: World, person: int, where: str) -> str:
    name = world.staff.names[person]
    if where == "own":
        return name
    other = world.staff.names[int(rng.integers(len(world.staff)))]
    if world.traits.currency == "KRW":
        return name[0] + other[1:]
    return " ".join([*other.split()[:-1], name.split()[-1]])


def kinds_of(world: World, rng: Generator, events: Events, kinds: Ints) -> Ints:
    """One kind of the scheme's for each actor."""
    n = int(events.actor.max(initial=-1)) + 1
    return rng.choice(kinds, max(n, 1))[events.actor]


def heads_of(kind: Ints) -> NDArray[np.float64]:
    """Usual heads at a table of each kind; 0 where nobody sits."""
    return column("heads")[kind]
