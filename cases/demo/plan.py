"""What the demo company is to be, kept on disk so that a build that was stopped goes on as it began."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from audit import clock
from fraud.demo.days import korean_holidays
from fraud.detection.detectors.tree import TreeSettings

Progress = Callable[[str], None]
FULL = {"employees": 2_000, "months": 18, "claims_target": 250_000}
# The old audit team's outcomes took up to six weeks to become known: younger claims say nothing yet (the usual delay is
# a week). Fewer innocent claims than usual (those left out are weighted back in) and coarser bins keep the first start short; on this
# company they find as much (`python -m tests.benchmarks demo`).
LEARNING: dict[str, Any] = {
    "delay_days": 28,
    "block_days": 28,
    "max_negatives": 10_000,
    "trees": TreeSettings(max_bin=512),
}
WORKED_WEEKS = 12
TEST_WEEKS = 12  # the first version's recipe is tried on the claims of so many last weeks
SMALL = {"employees": 200, "months": 6, "claims_target": 15_000, "misuse_rate": 0.02}


@dataclass
class DemoPlan:
    """Options of the company, how many nights are screened, and what has been done so far."""

    seed: int
    end: str  # last day of the period, ISO
    nights: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    logins: list[dict[str, str]] = field(default_factory=list)
    is_open: bool = False  # everything is there that pages show from the first moment
    is_finished: bool = False


def weeks_of(plan: DemoPlan) -> int:
    """How many weeks before the nights have been worked: fewer in a company that is young."""
    return min(WORKED_WEEKS, plan.options.get("months", 18) * 2)


def demo_folder() -> Path:
    """Where the demo keeps its plan, its claim files and the truth."""
    return Path(settings.HOME) / "demo"


def last_working_day(before: date) -> date:
    """The latest working day before a day, by Korea's calendar."""
    day = before - timedelta(days=1)
    free = korean_holidays(before - timedelta(days=30), before)
    while day.weekday() >= 5 or day in free:
        day -= timedelta(days=1)
    return day


def new_plan(*, seed: int, nights: int, is_small: bool) -> DemoPlan:
    """A plan for a company whose last delivered day is the latest working day before today."""
    today = clock.today()
    options = dict(SMALL if is_small else FULL)
    return DemoPlan(seed=seed, end=last_working_day(today).isoformat(), nights=nights, options=options)


def read_plan() -> DemoPlan | None:
    """The plan on disk, or None where no demo was begun."""
    path = demo_folder() / "plan.json"
    return DemoPlan(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def write_plan(plan: DemoPlan) -> None:
    """Replace the plan on disk as a whole."""
    folder = demo_folder()
    folder.mkdir(parents=True, exist_ok=True)
    incoming = folder / "plan.json.part"
    incoming.write_text(json.dumps(asdict(plan), ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(incoming, folder / "plan.json")


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Lines of a plain text table; wide (Korean) letters count two columns."""
    rows = list(rows)
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return [
        "  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if ord(letter) >= 0x1100 else 1 for letter in text)
