"""People, shops and days of a strange company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import numpy as np
from numpy.typing import NDArray

from fraud.company.calendar import CompanyCalendar
from tests.benchmarks.strangers import names
from tests.benchmarks.strangers.kinds import ANYWHERE, KINDS
from tests.benchmarks.strangers.trades import FAMILIES, family_mix, family_shares, pace
from tests.benchmarks.strangers.traits import Traits

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: The region of shops that have none, and of those abroad.
EVERYWHERE, ABROAD = -1, -2
FOREIGN = ("JP", "US", "DE", "VN", "SG", "FR", "TH")
_GRADES = 5


@dataclass(frozen=True)
class Staff:
    """One row a person; days as in Traits, `left` past the end for whoever stays."""

    names: list[str]
    family: Ints
    grade: Ints  # 1 … 5
    department: Ints
    region: Ints
    hired: Ints
    left: Ints
    approver: Ints
    card: Ints  # 0 own, 1 shared, 2 fuel
    limit: NDArray[np.float64]  # of the card, minor units
    lively: NDArray[np.float64]  # mean claims of a working day before scaling
    mix: NDArray[np.float64]  # (people, kinds) cumulative
    taste: NDArray[np.float64]  # factor on prices
    shift: NDArray[np.float64]  # hours later than others

    def __len__(self) -> int:
        return len(self.family)


class Shops:
    """All shops; schemes add some of their own."""

    def __init__(self) -> None:
        self.kind = np.zeros(0, np.int64)
        self.region = np.zeros(0, np.int64)
        self.opened = np.zeros(0, np.int64)
        self.price = np.zeros(0)
        self.country = np.zeros(0, np.int64)  # 0 home, else 1 + place in FOREIGN
        self.closed = np.zeros(0, np.int64)  # day it closed, far away for whoever did not
        self.tax = np.zeros(0, np.int64)
        self.open_to_all = np.zeros(0, np.bool_)
        self.names: list[str] = []
        self.owners: list[str] = []

    def __len__(self) -> int:
        return len(self.kind)

    def add(self, traits: Traits, rng: np.random.Generator, kind: Ints, region: Ints, **said: object) -> Ints:
        """New shops of the kinds in the regions; `opened`, `owners`, `open_to_all` where they are known. Their numbers."""
        n, first = len(kind), len(self)
        korean = traits.currency == "KRW"
        away = region == ABROAD
        nouns = [KINDS[k].korean if korean else KINDS[k].english for k in kind]
        self.kind = np.concatenate([self.kind, kind])
        self.region = np.concatenate([self.region, region])
        usual = -np.rint(rng.gamma(1.6, 1_400, n)).astype(np.int64) - 20
        lately = rng.random(n) < 0.06
        usual = np.where(lately, rng.integers(-200, traits.days, n), usual)
        self.opened = np.concatenate([self.opened, np.asarray(said.get("opened", usual), np.int64)])
        self.price = np.concatenate([self.price, np.exp(rng.normal(0, 0.22, n))])
        self.country = np.concatenate([self.country, np.where(away, 1 + rng.integers(0, len(FOREIGN), n), 0)])
        gone = np.where(rng.random(n) < 0.02, rng.integers(0, traits.days, n), 1_000_000)
        self.closed = np.concatenate([self.closed, gone])
        self.tax = np.concatenate([self.tax, rng.choice(3, n, p=(0.82, 0.14, 0.04))])
        public = np.full(n, bool(said.get("open_to_all", True)))
        self.open_to_all = np.concatenate([self.open_to_all, public])
        self.names += names.shops(rng, nouns, korean)
        owners = said.get("owners")
        self.owners += list(owners) if isinstance(owners, list) else names.people(rng, n, korean)
        self._index: dict[tuple[int, int], Ints] = {}
        return np.arange(first, first + n)

    def of(self, kind: int, region: int) -> Ints:
        """Numbers of the shops of a kind anybody can use in a region, or of those without a place."""
        region = EVERYWHERE if kind in ANYWHERE else region
        if (kind, region) not in self._index:
            there = (self.kind == kind) & (self.region == region) & self.open_to_all
            self._index[kind, region] = np.flatnonzero(there)
        return self._index[kind, region]

    def draw(self, rng: np.random.Generator, kind: Ints, region: Ints, *, focus: float = 1.6) -> Ints:
        """A shop for each kind and region; the earlier ones of a kind are the busier ones."""
        found = np.full(len(kind), -1, dtype=np.int64)
        u = rng.random(len(kind)) ** focus
        pairs = kind * 1_000 + region + 10
        for pair in np.unique(pairs):
            rows = np.flatnonzero(pairs == pair)
            there = self.of(int(kind[rows[0]]), int(region[rows[0]]))
            found[rows] = there[(u[rows] * len(there)).astype(np.int64)]
        return found


@dataclass(frozen=True)
class World:
    """The company: its people, shops, calendar, and where everybody is on every day (people, days)."""

    traits: Traits
    staff: Staff
    shops: Shops
    home: Ints  # (people, kinds): the shop a person usually goes to
    calendar: CompanyCalendar
    working: Mask  # (days)
    weekday: Ints  # (days) 0 = Monday
    leave: Mask
    trip: Ints  # region away, EVERYWHERE where at home
    overtime: Mask
    present: Mask

    @property
    def at_home(self) -> Mask:
        return self.trip == EVERYWHERE


def build_world(traits: Traits) -> World:
    """The company of the traits, before anybody paid anything."""
    staff = _staff(traits)
    shops = _shops(traits)
    days = [traits.start + timedelta(days=d) for d in range(traits.days)]
    public = holidays.country_holidays(traits.country, years=sorted({day.year for day in days}))
    calendar = CompanyCalendar(
        holidays=frozenset(date(d.year, d.month, d.day) for d in public), zone=traits.zone
    )
    working = np.array([calendar.is_business_day(day) for day in days])
    weekday = np.array([day.weekday() for day in days])
    numbers = np.arange(traits.days)
    present = (staff.hired[:, None] <= numbers) & (numbers <= staff.left[:, None])
    leave, trip, overtime = _feeds(traits, staff, working, present)
    rng = traits.rng("home shops")
    kinds = np.tile(np.arange(len(KINDS)), len(staff))
    home = shops.draw(rng, kinds, np.repeat(staff.region, len(KINDS)), focus=1.2).reshape(len(staff), -1)
    return World(traits, staff, shops, home, calendar, working, weekday, leave, trip, overtime, present)


def _staff(traits: Traits) -> Staff:
    rng, n = traits.rng("staff"), traits.employees
    family = np.sort(rng.choice(len(FAMILIES), n, p=family_shares(traits.trade)))
    grade = 1 + np.minimum(
        rng.binomial(_GRADES - 1, 0.32, n) + (family == FAMILIES.index("management")), _GRADES - 1
    )
    department = np.zeros(n, np.int64)
    offset = 0
    for each in np.unique(family):
        there = np.flatnonzero(family == each)
        parts = max(1, round(len(there) / rng.uniform(10, 28)))
        department[there] = offset + rng.integers(0, parts, len(there))
        offset += parts
    region = rng.choice(traits.regions, n, p=_falling(traits.regions))
    hired = -np.rint(rng.exponential(1_700, n)).astype(np.int64) - 1
    hired = np.where(rng.random(n) < 0.07, rng.integers(0, traits.days - 10, n), hired)
    left = np.where(rng.random(n) < 0.06, np.maximum(hired + 40, rng.integers(20, traits.days, n)), 1_000_000)
    lively = pace()[family, 0] * rng.gamma(1.3, 1.0, n) * np.array([1.0, 1.0, 1.15, 1.35, 1.7])[grade - 1]
    own = family_mix()[family] * rng.gamma(1.1, 1.0, (n, len(KINDS)))
    mix = np.cumsum(own / own.sum(axis=1, keepdims=True), axis=1)
    limit = traits.limit * rng.choice([2, 4, 6, 10, 20], n, p=(0.25, 0.3, 0.25, 0.15, 0.05)).astype(float)
    card = np.where(rng.random(n) < 0.08, 1, np.where((mix[:, 0] < 0) | (rng.random(n) < 0.05), 2, 0))
    people = names.people(rng, n, traits.currency == "KRW")
    return Staff(
        people, family, grade, department, region, hired, left, _approvers(rng, department, grade), card, limit,
        lively, mix, np.exp(rng.normal(0, 0.18, n)), rng.normal(0, 0.45, n),
    )  # fmt: skip


def _falling(n: int) -> NDArray[np.float64]:
    shares = 1.0 / (1.0 + np.arange(n))
    return shares / shares.sum()


def _approvers(rng: np.random.Generator, department: Ints, grade: Ints) -> Ints:
    """The highest-graded person of the department; for that person the head of the next one."""
    heads = np.array([_head(department, grade, each) for each in np.unique(department)])
    of = heads[np.searchsorted(np.unique(department), department)]
    above = heads[(np.searchsorted(np.unique(department), department) + 1) % len(heads)]
    return np.where(of == np.arange(len(department)), above, of)


def _head(department: Ints, grade: Ints, each: int) -> int:
    there = np.flatnonzero(department == each)
    return int(there[np.argmax(grade[there])])


def _shops(traits: Traits) -> Shops:
    shops, rng = Shops(), traits.rng("shops")
    size = float(np.sqrt(traits.employees / 400))
    kinds, regions = [], []
    for at, kind in enumerate(KINDS):
        if at in ANYWHERE:
            count = max(2, round(kind.shops * 1.5))
            kinds += [at] * count
            regions += [EVERYWHERE] * count
            continue
        for region in range(traits.regions):
            count = max(2, round(kind.shops * size * (1.6 if region == 0 else 0.8)))
            kinds += [at] * count
            regions += [region] * count
        kinds += [at] * 3
        regions += [ABROAD] * 3
    shops.add(traits, rng, np.array(kinds), np.array(regions))
    return shops


def _feeds(traits: Traits, staff: Staff, working: Mask, present: Mask) -> tuple[Mask, Ints, Mask]:
    """Leave, trips and overtime, (people, days) each; nobody is on leave and on a trip at once."""
    rng, n = traits.rng("feeds"), len(staff)
    months = traits.days / 30.4
    numbers = pace()[staff.family]
    leave = _spans(rng, n, traits.days, rng.poisson(0.75 * months, n), (1, 1, 1, 2, 3, 5)) >= 0
    trips = rng.poisson(numbers[:, 1] * months * rng.gamma(1.2, 1 / 1.2, n))
    away = _spans(rng, n, traits.days, trips, (1, 1, 2, 2, 3, 4))
    abroad = rng.random(int(away.max()) + 2) < 0.12
    where = rng.integers(0, traits.regions, int(away.max()) + 2)
    trip = np.where(away >= 0, np.where(abroad[away], ABROAD, where[away]), EVERYWHERE)
    trip = np.where(leave | ~present, EVERYWHERE, trip)
    rate = numbers[:, 2] / 21.0
    overtime = (
        (rng.random((n, traits.days)) < rate[:, None] * working) & present & ~leave & (trip == EVERYWHERE)
    )
    return leave & present & working, trip, overtime


def _spans(rng: np.random.Generator, n: int, days: int, counts: Ints, lengths: tuple[int, ...]) -> Ints:
    """(people, days): the number of the span that covers a day, -1 without one."""
    found = np.full((n, days), -1, dtype=np.int64)
    who = np.repeat(np.arange(n), counts)
    first = rng.integers(0, days, len(who))
    length = rng.choice(lengths, len(who))
    for ahead in range(max(lengths)):
        there = (length > ahead) & (first + ahead < days)
        found[who[there], first[there] + ahead] = np.flatnonzero(there)
    return found
