"""Absences, business trips and overtime approvals of the demo company."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.demo.days import Days
from fraud.demo.options import CompanyOptions
from fraud.demo.people import People
from fraud.demo.wordlists import FOREIGN_PLACES, REGIONS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

TRIPS_A_YEAR = {"영업": 5.0, "고객지원": 5.0, "연구개발": 2.5, "마케팅": 2.0}
OTHER_TRIPS_A_YEAR = 1.2
ABROAD_SHARE = 0.07
LEAVES_A_YEAR = 6.0
OVERTIME_RATE = {"IT": 0.05, "연구개발": 0.055, "생산": 0.03}
OTHER_OVERTIME_RATE = 0.025
WEEKEND_WORK_RATE = 0.006
LEAVE_LENGTHS, LEAVE_SHARES = (1, 2, 3, 5), (0.5, 0.2, 0.15, 0.15)


@dataclass(frozen=True)
class Attendance:
    """Spans as arrays (person, first day, last day) and as (employees, days) matrices for look-ups."""

    trip_person: Ints
    trip_first: Ints
    trip_last: Ints
    trip_region: Ints  # domestic index, or len(REGIONS) + place abroad
    leave_person: Ints
    leave_first: Ints
    leave_last: Ints
    leave_kind: Ints  # 0 annual, 1 sick, 2 parental
    leave_half: Ints  # 0 whole days, 1 morning, 2 afternoon
    trip_of: Ints  # trip index by (employee, day), -1 = none
    on_leave: Bools  # whole days only
    overtime: Bools


def _spans(rng: np.random.Generator, people: People, days: Days, counts: Ints) -> tuple[Ints, Ints]:
    """Person and first day (a business day in service) of randomly placed spans; summer and year-end lean."""
    person = np.repeat(np.arange(people.n), counts)
    weight = days.is_business * np.where(np.isin(days.month, [7, 8, 12]), 1.6, 1.0)
    first = rng.choice(days.n, len(person), p=weight / weight.sum())
    held = (first > people.hired[person]) & (first < people.left[person] - 10)
    return person[held], first[held]


def _paint(shape: tuple[int, int], person: Ints, first: Ints, last: Ints, values: Ints) -> Ints:
    """Matrix with `values` on the days of each span, -1 elsewhere; later spans win."""
    matrix = np.full(shape, -1, dtype=np.int64)
    length = last - first + 1
    row = np.repeat(person, length)
    offset = np.arange(int(length.sum())) - np.repeat(np.cumsum(length) - length, length)
    column = np.repeat(first, length) + offset
    inside = column < shape[1]
    matrix[row[inside], column[inside]] = np.repeat(values, length)[inside]
    return matrix


def _apart(person: Ints, first: Ints, last: Ints) -> Bools:
    """Spans to keep so that nobody has two that touch: each must begin after every earlier one has ended."""
    order = np.lexsort((first, person))
    keep = np.zeros(len(person), dtype=np.bool_)
    busy_person, busy_until = -1, -1
    for i in order.tolist():
        if person[i] != busy_person or first[i] > busy_until:
            keep[i] = True
            busy_person, busy_until = int(person[i]), int(last[i])
    return keep


def _trips(
    rng: np.random.Generator, people: People, days: Days, pace: float
) -> tuple[Ints, Ints, Ints, Ints]:
    rate = np.array([TRIPS_A_YEAR.get(f, OTHER_TRIPS_A_YEAR) for f in people.families()])
    person, first = _spans(rng, people, days, rng.poisson(rate * pace * days.n / 365))
    abroad = rng.random(len(person)) < ABROAD_SHARE
    abroad[:3] = True
    length = np.where(
        abroad, rng.integers(3, 7, len(person)), rng.choice([1, 2, 3], len(person), p=[0.5, 0.35, 0.15])
    )
    last = np.minimum(first + length - 1, days.n - 1)
    shift = rng.integers(1, len(REGIONS), len(person))
    domestic = (people.region[person] + shift) % len(REGIONS)
    place = len(REGIONS) + rng.choice(len(FOREIGN_PLACES), len(person), p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.1])
    region = np.where(abroad, place, domestic)
    keep = _apart(person, first, last)
    return person[keep], first[keep], last[keep], region[keep]


def build_attendance(options: CompanyOptions, people: People, days: Days, pace: float) -> Attendance:
    """Draw trips, then leaves that do not overlap them, then overtime; `pace` scales all rates with the claims."""
    rng = options.rng("attendance")
    shape = (people.n, days.n)
    person, first, last, region = _trips(rng, people, days, pace)
    trip_of = _paint(shape, person, first, last, np.arange(len(person)))
    who, start = _spans(rng, people, days, rng.poisson(LEAVES_A_YEAR * days.n / 365, people.n))
    length = rng.choice(LEAVE_LENGTHS, len(who), p=LEAVE_SHARES)
    kind = rng.choice(3, len(who), p=[0.88, 0.112, 0.008])
    half = np.where((length == 1) & (rng.random(len(who)) < 0.3), rng.integers(1, 3, len(who)), 0)
    length = np.where(kind == 2, 80, length)
    end = np.minimum(start + length - 1, days.n - 1)
    on_trip = np.concatenate(
        [np.zeros((people.n, 1), dtype=np.int64), np.cumsum(trip_of >= 0, axis=1)], axis=1
    )
    keep = _apart(who, start, end) & (on_trip[who, end + 1] == on_trip[who, start])
    who, start, end, kind, half = who[keep], start[keep], end[keep], kind[keep], half[keep]
    whole = half == 0
    on_leave = (
        _paint(shape, who[whole], start[whole], end[whole], np.ones(int(whole.sum()), dtype=np.int64)) > 0
    )
    rate = np.array([OVERTIME_RATE.get(f, OTHER_OVERTIME_RATE) for f in people.families()]) * min(pace, 1.2)
    chance = np.where(days.is_business, rate[:, None], WEEKEND_WORK_RATE * min(pace, 1.2))
    overtime = (rng.random(shape) < chance) & people.employed(days.n) & ~on_leave & (trip_of < 0)
    return Attendance(person, first, last, region, who, start, end, kind, half, trip_of, on_leave, overtime)


def trip_numbers(attendance: Attendance) -> list[str]:
    return [f"BT-{i + 1:06d}" for i in range(len(attendance.trip_person))]


def absence_frame(attendance: Attendance, people: People, days: Days) -> pl.DataFrame:
    """Columns employee_no, kind, starts_on, ends_on, half ("", "am", "pm")."""
    base = np.datetime64(days.first, "D")
    return pl.DataFrame(
        {
            "employee_no": [people.numbers[i] for i in attendance.leave_person],
            "kind": [("annual", "sick", "parental")[k] for k in attendance.leave_kind],
            "starts_on": pl.Series(base + attendance.leave_first).cast(pl.Date),
            "ends_on": pl.Series(base + attendance.leave_last).cast(pl.Date),
            "half": [("", "am", "pm")[h] for h in attendance.leave_half],
        }
    )


def trip_frame(attendance: Attendance, people: People, days: Days) -> pl.DataFrame:
    """Columns trip_no, employee_no, starts_on, ends_on, region, country."""
    base = np.datetime64(days.first, "D")
    abroad = attendance.trip_region >= len(REGIONS)
    place = [
        FOREIGN_PLACES[r - len(REGIONS)] if far else ("KR", "KRW", REGIONS[r][0])
        for far, r in zip(abroad, attendance.trip_region, strict=True)
    ]
    return pl.DataFrame(
        {
            "trip_no": trip_numbers(attendance),
            "employee_no": [people.numbers[i] for i in attendance.trip_person],
            "starts_on": pl.Series(base + attendance.trip_first).cast(pl.Date),
            "ends_on": pl.Series(base + attendance.trip_last).cast(pl.Date),
            "region": [name for _, _, name in place],
            "country": [country for country, _, _ in place],
        }
    )


def overtime_frame(
    attendance: Attendance, people: People, days: Days, rng: np.random.Generator
) -> pl.DataFrame:
    """Columns employee_no, on, until (local clock time)."""
    person, day = np.nonzero(attendance.overtime)
    minutes = np.where(days.is_business[day], rng.integers(20 * 60, 24 * 60, len(person)), 18 * 60) // 30 * 30
    clock = (minutes * 60 * 1_000_000_000).astype(np.int64)
    return pl.DataFrame(
        {
            "employee_no": [people.numbers[i] for i in person],
            "on": pl.Series(np.datetime64(days.first, "D") + day).cast(pl.Date),
            "until": pl.Series(clock % 86_400_000_000_000).cast(pl.Time),
        }
    )
