"""The staff of the demo company: names, departments, grades, workplaces, superiors, cards, and who leaves when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.demo.departments import Departments, build_departments
from fraud.demo.identifiers import masked_cards
from fraud.demo.options import CompanyOptions
from fraud.demo.spends import CARD_KINDS
from fraud.demo.wordlists import FIRST_SYLLABLES, GRADES, REGIONS, SECOND_SYLLABLES, SURNAMES

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEAVER_RATE_A_YEAR = 0.05
HIRE_RATE_A_YEAR = 0.06
NEVER = np.int64(10**6)


@dataclass(frozen=True)
class People:
    """Arrays with one entry per employee; days are indices into the period (negative = before it)."""

    departments: Departments
    numbers: list[str]
    names: list[str]
    department: Ints
    grade: Ints
    manager: Ints  # index of the superior, -1 for the head of the company
    region: Ints  # workplace
    home: Ints  # region where the person lives; delivered nowhere
    hired: Ints
    left: Ints  # NEVER while employed
    has_vehicle: Bools
    activity: Floats  # how often this person pays by card
    cards: list[str]  # masked numbers, len(CARD_KINDS) per person

    @property
    def n(self) -> int:
        return len(self.numbers)

    def families(self) -> list[str]:
        """Job family per employee."""
        return [self.departments.family[d] for d in self.department]

    def employed(self, n_days: int) -> Bools:
        """(employees, days): on the staff on that day."""
        days = np.arange(n_days)
        return np.asarray((days >= self.hired[:, None]) & (days <= self.left[:, None]))


def person_names(rng: np.random.Generator, n: int) -> list[str]:
    """`n` Korean names of three syllables put together from our own tables; names may repeat, as they do."""
    surnames = [name for name, _ in SURNAMES]
    weights = np.array([weight for _, weight in SURNAMES])
    a = rng.choice(len(surnames), n, p=weights / weights.sum())
    b = rng.integers(0, len(FIRST_SYLLABLES), n)
    c = rng.integers(0, len(SECOND_SYLLABLES), n)
    c = np.where(
        np.array(FIRST_SYLLABLES)[b] == np.array(SECOND_SYLLABLES)[c], (c + 1) % len(SECOND_SYLLABLES), c
    )
    return [surnames[i] + FIRST_SYLLABLES[j] + SECOND_SYLLABLES[k] for i, j, k in zip(a, b, c, strict=True)]


def _seat(rng: np.random.Generator, departments: Departments, n: int) -> tuple[Ints, Ints]:
    """Department and grade per person; the first people are the heads of the departments, in department order."""
    n_departments = len(departments.codes)
    weights = departments.size / departments.size.sum()
    seats = np.concatenate(
        [np.arange(n_departments), rng.choice(n_departments, n - n_departments, p=weights)]
    )
    shares = np.array([share for _, share, _, _ in GRADES])
    grade = rng.choice(len(GRADES), n, p=shares / shares.sum())
    grade[n_departments:] = np.minimum(grade[n_departments:], 4)
    heads_of_teams = departments.parent > 0
    grade[:n_departments] = np.where(heads_of_teams, rng.integers(3, 5, n_departments), 5)
    return seats, grade


def _superiors(departments: Departments, seats: Ints) -> Ints:
    """The head of the own department, or of the one above for heads; -1 at the top."""
    manager = seats.copy()
    n_departments = len(departments.codes)
    manager[:n_departments] = departments.parent
    return manager


def _service(rng: np.random.Generator, options: CompanyOptions, n: int, n_heads: int) -> tuple[Ints, Ints]:
    """First and last day of service as day indices; heads neither join nor leave within the period."""
    years = options.n_days / 365
    hired = -rng.integers(60, 365 * 18, n)
    joined = rng.random(n) < HIRE_RATE_A_YEAR * years
    hired[joined] = rng.integers(0, options.n_days, int(joined.sum()))
    left = np.full(n, NEVER)
    leaves = rng.random(n) < LEAVER_RATE_A_YEAR * years
    leaves[n_heads : n_heads + 2] = True  # a company without a single leaver would miss a scheme
    left[leaves] = rng.integers(options.n_days // 4, options.n_days, int(leaves.sum()))
    hired[:n_heads] = -rng.integers(365, 365 * 25, n_heads)
    left[:n_heads] = NEVER
    hired[n_heads : n_heads + 2] = -400
    hired = np.where(hired > left - 30, -200, hired)
    return hired, left


def build_people(options: CompanyOptions) -> People:
    """Draw the whole staff; the same options give the same people."""
    rng = options.rng("people")
    n = options.employees
    departments = build_departments(n)
    seats, grade = _seat(rng, departments, n)
    hired, left = _service(rng, options, n, len(departments.codes))
    region = departments.region[seats]
    elsewhere = rng.random(n) < 0.12
    region = np.where(elsewhere, rng.integers(0, 10, n), region)
    families = np.array([departments.family[d] for d in seats])
    vehicle = rng.random(n) < np.where(np.isin(families, ["영업", "물류", "고객지원"]), 0.45, 0.08)
    factor = np.where(families == "영업", 2.0, np.where(np.isin(families, ["마케팅", "고객지원"]), 1.4, 1.0))
    activity = rng.lognormal(0, 0.6, n) * factor * (1 + 0.15 * grade)
    return People(
        departments,
        [f"A{10_001 + i}" for i in range(n)],
        person_names(rng, n),
        seats,
        grade,
        _superiors(departments, seats),
        region,
        rng.integers(0, len(REGIONS), n),
        hired,
        left,
        vehicle,
        activity,
        masked_cards(rng, n * len(CARD_KINDS)),
    )


def _day(first: date, index: int) -> date | None:
    return None if index >= NEVER else first + timedelta(days=int(index))


def people_frame(people: People, first: date, n_days: int) -> pl.DataFrame:
    """The personnel feed: one row per employee; a leaver's last day is known only when it lies in the period."""
    numbers = [*people.numbers, None]
    departments = people.departments
    left = [_day(first, i) if i < n_days else None for i in people.left]
    return pl.DataFrame(
        {
            "employee_no": people.numbers,
            "name": people.names,
            "department_code": [departments.codes[d] for d in people.department],
            "grade": [GRADES[g][0] for g in people.grade],
            "job_family": people.families(),
            "manager_no": [numbers[m] for m in people.manager],
            "approver_no": [numbers[m] for m in people.manager],
            "workplace_region": [REGIONS[r][0] for r in people.region],
            "email": [f"{number.lower()}@company-a.example" for number in people.numbers],
            "hired_on": [_day(first, i) for i in people.hired],
            "left_on": left,
        },
        schema_overrides={"hired_on": pl.Date, "left_on": pl.Date},
    )


def department_frame(people: People) -> pl.DataFrame:
    """Columns code, name, parent_code, manager_no; parents come before their children."""
    departments = people.departments
    codes = [*departments.codes, None]
    return pl.DataFrame(
        {
            "code": departments.codes,
            "name": departments.names,
            "parent_code": [codes[p] for p in departments.parent],
            "manager_no": people.numbers[: len(departments.codes)],
        }
    )
