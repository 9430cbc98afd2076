"""What one strange company is like, drawn from its seed before anything else: size, trade, feeds, habits, schemes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.random import Generator


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency as prices are written in it, all in minor units: what a thousand won is worth, the step of prices, the step of whole
    ones, and the limit of a meal a head that the starter parameters hold."""

    country: str
    zone: str
    unit: float
    step: int
    whole: int
    head_limit: int


CURRENCIES: dict[str, Currency] = {
    "KRW": Currency("KR", "Asia/Seoul", 1_000.0, 100, 1_000, 50_000),
    "USD": Currency("US", "America/New_York", 85.0, 5, 100, 6_000),
    "EUR": Currency("DE", "Europe/Berlin", 78.0, 5, 100, 5_000),
    "JPY": Currency("JP", "Asia/Tokyo", 112.0, 10, 100, 6_000),
}
TRADES = (
    "manufacturing", "sales", "hospital", "university", "construction", "it", "logistics", "ngo", "retail", "consulting",
)  # fmt: skip
#: Fields a company may or may not deliver, and how often one does.
FIELDS: dict[str, float] = {
    "time": 0.80,
    "mcc": 0.75,
    "attendees": 0.65,
    "leave": 0.60,
    "overtime": 0.50,
    "trips": 0.60,
    "purpose": 0.80,
    "purpose_text": 0.60,
    "approver": 0.75,
    "approved_at": 0.60,
    "pre_approval": 0.35,
    "card_limit": 0.55,
    "registration": 0.50,
    "owner": 0.35,
    "receipts": 0.60,
    "authorization": 0.75,
    "service": 0.35,
    "account": 0.70,
    "installments": 0.40,
    "paid": 0.60,
    "staff": 0.80,
    "region": 0.70,
}


@dataclass(frozen=True, slots=True)
class Habit:
    """How outcomes became known before: shares of flagged claims looked at, days until decided, share decided wrongly, tips."""

    reviewed: float
    delay: tuple[int, int]
    wrong: float
    tips: float
    tip_delay: int


@dataclass(frozen=True, slots=True)
class Traits:
    """A company's nature. Days count from 0 = `start`; history is [0, cut_off), the tested nights are [cut_off, days)."""

    seed: int
    trade: str
    currency: str
    employees: int
    claims: int
    rate: float
    fields: frozenset[str]
    habit: Habit
    start: date
    cut_off: int
    days: int
    limit: int  # single payment limit in minor units
    regions: int

    def rng(self, part: str) -> Generator:
        """A generator of its own for each part, so that one part's draws never move another's."""
        return np.random.default_rng([self.seed, zlib.crc32(part.encode())])

    @property
    def money(self) -> Currency:
        """How prices are written in the company's currency."""
        return CURRENCIES[self.currency]

    @property
    def unit(self) -> float:
        """Minor units a thousand won is worth."""
        return self.money.unit

    @property
    def country(self) -> str:
        return self.money.country

    @property
    def zone(self) -> str:
        return self.money.zone


def draw_traits(seed: int, *, nights: int = 60, scale: float = 1.0) -> Traits:
    """The company of a seed; `scale` below 1 makes a smaller one of the same nature, for tests.

    Rare misuse needs many claims to leave a hundred outcomes: the rate is drawn first, and claims go by it.
    """
    rng = np.random.default_rng([seed, zlib.crc32(b"traits")])
    trade = TRADES[int(rng.integers(len(TRADES)))]
    currency = str(rng.choice(list(CURRENCIES), p=(0.4, 0.25, 0.2, 0.15)))
    rate = float(np.exp(rng.uniform(np.log(0.003), np.log(0.015))))
    months = float(rng.uniform(6.0, 9.0))
    claims = int(np.clip(rng.uniform(320, 640) / rate, 15_000, 60_000) * scale)
    per_month = float(rng.uniform(3.5, 9.5))
    cut_off = round(months * 30.4)
    employees = int(np.clip(claims / (per_month * (cut_off + nights) / 30.4), 150 * scale, 1_200))
    fields = frozenset(name for name, often in FIELDS.items() if rng.random() < often)
    low = int(rng.integers(3, 12))
    habit = Habit(
        reviewed=float(rng.uniform(0.55, 0.95)),
        delay=(low, low + int(rng.integers(8, 35))),
        wrong=float(rng.uniform(0.01, 0.08)),
        tips=float(rng.uniform(0.03, 0.15)),
        tip_delay=int(rng.integers(7, 45)),
    )
    unit = CURRENCIES[currency].unit
    limit = round(float(rng.choice([200, 300, 500, 800, 1000])) * unit)
    digits = 10 ** (len(str(limit)) - 1)
    limit = max(round(limit / digits), 1) * digits
    start = date(2025, 1, 1 + int(rng.integers(0, 28)))
    return Traits(
        seed, trade, currency, max(employees, 40), claims, rate, fields, habit, start, cut_off, cut_off + nights, limit,
        int(rng.integers(2, 7)),
    )  # fmt: skip
