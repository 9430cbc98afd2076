"""What every misuse scheme needs: its description, its offenders and the days on which they act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fraud.demo.drafts import Draft, make_draft
from fraud.demo.ordinary import simple_claims
from fraud.demo.world import Bools, Ints, Rng, World

SERIAL_SHARE = 0.035  # of the staff
SERIAL_ACT_RATE = 0.75  # of the offenders of a scheme come from the serial ones
ROUNDS = 40


@dataclass
class Scene:
    """One scheme's stage: about `n` claims between two days, by people picked from the whole company."""

    world: World
    rng: Rng
    n: int
    first: int
    last: int
    base: Draft  # the innocent claims, for schemes that copy or alter one

    @cached_property
    def serial(self) -> Bools:
        """Those who do it again and again, whatever the scheme: the same people in every scene."""
        rng = self.world.options.rng("serial")
        n = self.world.people.n
        heads = len(self.world.people.departments.codes)
        marks = np.zeros(n, dtype=np.bool_)
        marks[rng.choice(np.arange(heads, n), max(6, round(n * SERIAL_SHARE)), replace=False)] = True
        return marks

    def offenders(self, count: int, among: Bools | None = None) -> Ints:
        """`count` people (fewer when `among` holds fewer), mostly serial offenders; nobody twice."""
        people = self.world.people
        usable = np.ones(people.n, dtype=np.bool_) if among is None else among
        weight = np.where(usable, people.activity, 0.0)
        serial, others = np.where(self.serial, weight, 0), np.where(self.serial, 0, weight)
        mix = np.zeros(people.n)
        for part, share in ((serial, SERIAL_ACT_RATE), (others, 1 - SERIAL_ACT_RATE)):
            if part.sum() > 0:
                mix += share * part / part.sum()
        count = min(count, int((mix > 0).sum()))
        return np.asarray(self.rng.choice(people.n, count, replace=False, p=mix / mix.sum()), dtype=np.int64)

    def series(
        self, mean: float, allowed: Bools, *, among: Bools | None = None, days: Bools | None = None
    ) -> tuple[Ints, Ints]:
        """(person, day) of about `n` acts: every offender acts about `mean` times within a stretch of months."""
        people = self.offenders(max(1, round(self.n / mean)), among)
        person = np.repeat(people, 1 + self.rng.poisson(max(0.2, self.n / len(people) - 1), len(people)))
        return self.on_days(person, allowed, days)

    def on_days(self, person: Ints, allowed: Bools, days: Bools | None = None) -> tuple[Ints, Ints]:
        """A day for each act of `person`, inside that person's own stretch; acts without a fitting day fall away."""
        span, n = self.last - self.first, self.world.people.n
        # Stretches may have begun before the period: as much goes on at its start as at its end.
        starts = self.first + (self.rng.uniform(-0.4, 0.92, n) * span).astype(np.int64)
        ends = starts + np.maximum(20, self.rng.uniform(0.25, 0.7, n) * span).astype(np.int64)
        starts = np.clip(np.minimum(starts, ends - 1), self.first, self.last - min(span, 7))
        ends = np.clip(ends, starts + min(span, 7), self.last)
        low, high = starts[person], ends[person]
        good_days = np.ones(self.world.days.n, dtype=np.bool_) if days is None else days
        day = low.copy()
        todo = np.arange(len(person))
        for _ in range(ROUNDS):
            day[todo] = low[todo] + self.rng.integers(0, 1 << 30, len(todo)) % (high[todo] - low[todo] + 1)
            todo = todo[~(allowed[person[todo], day[todo]] & good_days[day[todo]])]
            if not len(todo):
                break
        held = np.ones(len(person), dtype=np.bool_)
        held[todo] = False
        return person[held], day[held]

    def claims(self, key: str, person: Ints, day: Ints, region: Ints | None = None) -> Draft:
        """Ordinary looking claims of a spending, without pre-approval, grouped per person."""
        place = self.world.people.region[person] if region is None else region
        draft = simple_claims(self.rng, self.world, key, person, day, place)
        draft["pre_approved"] = np.zeros(len(person), dtype=np.int64)
        draft["incident"] = person.copy()
        return draft

    def favourites(self, merchant: Ints, person: Ints, keep: float = 0.7) -> Ints:
        """Let each person stay with the first of the drawn shops for the share `keep` of the acts."""
        first = np.full(self.world.people.n, -1, dtype=np.int64)
        first[person[::-1]] = merchant[::-1]
        stay = self.rng.random(len(person)) < keep
        return np.asarray(np.where(stay, first[person], merchant), dtype=np.int64)

    def round_amounts(self, low: float, high: float, step: int, n: int) -> Ints:
        """`n` uniform KRW amounts between two bounds, rounded down to `step`."""
        return np.asarray(self.rng.uniform(low, high, n) // step * step, dtype=np.int64)

    def none(self) -> Draft:
        return make_draft(0)


@dataclass(frozen=True, slots=True)
class Scheme:
    """A kind of misuse: its code, the rules of the catalogue it belongs to, its share of all misuse, and what the company's own people
    call it: a scheme of `fraud.claims.outcomes.words`."""

    code: str
    rules: tuple[str, ...]
    known_as: str
    name_ko: str
    name_en: str
    share: float
    build: Callable[[Scene], Draft]
    is_novel: bool = False  # seen only in the last quarter
