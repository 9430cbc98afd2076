"""What the demo company looks like: its size, its period and its seed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

DEFAULT_SEED = 7
DEFAULT_END = date(2026, 6, 30)
LAST_QUARTER_DAYS = 91


class DemoOptionsNotValid(ValueError):
    """The requested company cannot be built; the message says what would be right."""


@dataclass(frozen=True, slots=True)
class CompanyOptions:
    """Size, period and seed of a demo company.

    `claims_target` is the least number of claims the company delivers; a few per cent more come out, because
    refunds, duplicates and look-alikes are added on top. `misuse_rate` is the share of claims that are misuse.
    """

    seed: int = DEFAULT_SEED
    employees: int = 2000
    months: int = 18
    end: date = DEFAULT_END
    claims_target: int = 250_000
    misuse_rate: float = 0.01
    review_rate: float = 0.05
    tip_rate: float = 0.08

    def __post_init__(self) -> None:
        if self.employees < 40:
            raise DemoOptionsNotValid("a demo company needs at least 40 employees")
        if not 2 <= self.months <= 60:
            raise DemoOptionsNotValid("a demo company covers 2 to 60 months")
        if self.claims_target < self.employees * 5:
            raise DemoOptionsNotValid("claims_target must be at least five claims per employee")
        if not 0 < self.misuse_rate <= 0.1:
            raise DemoOptionsNotValid("misuse_rate lies above 0 and at most 0.1")

    @property
    def start(self) -> date:
        """First day of the period: the day after `end`, `months` months earlier."""
        after = self.end + timedelta(days=1)
        index = after.year * 12 + after.month - 1 - self.months
        year, month = divmod(index, 12)
        return date(year, month + 1, min(after.day, 28))

    @property
    def n_days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def novel_from(self) -> int:
        """Index of the first day on which the schemes nobody has seen before may occur."""
        return self.n_days - min(LAST_QUARTER_DAYS, self.n_days // 4)

    def rng(self, part: str) -> np.random.Generator:
        """An independent stream per named part, so that one part's change leaves the others' numbers alone."""
        return np.random.default_rng([self.seed, zlib.crc32(part.encode("utf-8"))])
