"""`python -m tests.benchmarks scaling [--claims N …] [--workers N …] [--set NAME=VALUE …] [--json]`: where a night stops scaling, on paper.

A simulation, no measurement: workers take parts from a queue, compute, and store through one database with so many hands; what a claim
costs in each step was measured (docs/performance.md) and stands in `Costs`, each with where it comes from. It answers three questions for
each size: how long the night takes by the number of workers, what bounds it, and what memory allows at all.
"""

from __future__ import annotations

import argparse
import heapq
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

MICRO, GB = 1e-6, 1e9
#: Twice the workers that shorten the night by less than this share are not worth having.
WORTH = 0.05


@dataclass(frozen=True, slots=True)
class Costs:
    """Measured on one core unless `assumed` is said; seconds are CPU seconds."""

    prepare_us: float = 5.0  # a claim, once a night: pending claims, cut into parts (1 M, PostgreSQL)
    frame_us: float = (
        35.4  # a claim, in every process: reading 20.1, features 6.7, rules 8.6 (1 M, PostgreSQL)
    )
    score_us: float = 13.2  # a claim: trees, detectors, hybrid (1 M, PostgreSQL)
    store_us: float = 12.7  # a claim, in the worker: score and hits as rows (1 M, PostgreSQL)
    database_us: float = (
        10.4  # a claim, in the database: the plain write of the same rows (1 M, PostgreSQL; its wall clock)
    )
    part_s: float = 0.02  # a part: lease, marker, commit; assumed
    opening_ms: float = (
        8.0  # a case: chosen, explained, written (1,005 cases in 10.2 s less what follows claims)
    )
    choosing_us: float = 2.2  # a claim, once a night: candidates, sample, drift
    cases: int = 1_000  # a night: reviewers do not grow with claims
    history_us: float = (
        4.2  # a claim of history an ordinary night reads: (6.2 - 2.4) s over 0.91 M more of it
    )
    night_bytes: float = 2_200.0  # a claim of the night, in every process: 2.2 GB at 1 M
    history_bytes: float = 376.0  # a claim of history that windows look at: 270 MB of 717,000
    base_bytes: float = 135e6  # a process before the night begins
    train_us: float = 650.0  # a row of training: 65.0 CPU s of 100,346 rows
    train_bytes: float = 9_800.0  # a row of training: 983 MB of 100,346 rows
    wal_bytes: float = 450.0  # a claim in the write-ahead log: row, three indexes, hits; assumed
    wal_mb_a_second: float = 150.0  # what a disk of a server takes steadily; assumed
    is_shared: bool = (
        False  # the frame is computed once, each worker its own share, instead of by every process
    )


@dataclass(frozen=True, slots=True)
class Night:
    """What a simulated night took, in seconds; `bound` is the step that more workers would not shorten."""

    claims: int
    workers: int
    seconds: float
    frame: float
    parts: float
    single: float
    database_busy: float
    bound: str


def simulate(claims: int, workers: int, costs: Costs, *, hands: int = 4, part: int = 100_000) -> Night:
    """A full night: one process prepares, each builds its frame, parts are pulled and stored through `hands` of the database, one process opens cases."""
    single = claims * (costs.prepare_us + costs.choosing_us) * MICRO + costs.cases * costs.opening_ms / 1000
    frame = claims * costs.frame_us * MICRO / (workers if costs.is_shared else 1)
    free = [frame] * workers
    database = [0.0] * hands
    log, busy, left, ended = 0.0, 0.0, claims, frame
    while left > 0:
        size = min(part, left)
        left -= size
        computed = heapq.heappop(free) + size * (costs.score_us + costs.store_us) * MICRO
        written = size * costs.database_us * MICRO + costs.part_s
        stored = max(computed, heapq.heappop(database)) + written
        log = max(log, computed) + size * costs.wal_bytes / (costs.wal_mb_a_second * 1e6)
        done = max(stored, log)
        heapq.heappush(database, stored)
        heapq.heappush(free, done)
        busy, ended = busy + written, max(ended, done)
    seconds = single + ended
    parts = ended - frame
    computing = claims * (costs.score_us + costs.store_us) * MICRO / workers
    waits = {
        "one process: preparing, opening": single,
        "each process reads all claims" if not costs.is_shared else "reading, features, rules": frame,
        "scoring": computing,
        "database": max(parts - computing, 0.0),
    }
    bound = max(waits, key=lambda name: waits[name])
    return Night(claims, workers, seconds, frame, parts, single, busy, bound)


def useful_workers(claims: int, costs: Costs, *, hands: int, most: int = 512) -> int:
    """The number of workers from which on twice as many shorten the night by less than WORTH."""
    n, took = 1, simulate(claims, 1, costs, hands=hands).seconds
    while n < most:
        next_took = simulate(claims, n * 2, costs, hands=hands).seconds
        if (took - next_took) / took < WORTH:
            break
        n, took = n * 2, next_took
    return n


def night_memory(claims: int, workers: int, costs: Costs) -> float:
    """Bytes of all processes of a full night on one machine."""
    each = claims / workers if costs.is_shared else claims
    return workers * (costs.base_bytes + each * costs.night_bytes)


def ordinary_night(new: int, costs: Costs, *, days: int = 365) -> dict[str, float]:
    """CPU seconds and gigabytes of one process for a night of `new` claims when every one of the `days` before had as many."""
    history = new * days
    cpu = (
        new * (costs.prepare_us + costs.frame_us + costs.score_us + costs.store_us)
        + history * costs.history_us
    )
    return {
        "new": new,
        "history": history,
        "cpu_seconds": round(cpu * MICRO + costs.cases * costs.opening_ms / 1000, 1),
        "memory_gb": round(
            (costs.base_bytes + new * costs.night_bytes + history * costs.history_bytes) / GB, 1
        ),
    }


def largest_night(memory_gb: float, costs: Costs, *, days: int = 365) -> int:
    """Claims a night whose year of history fits one process of so much memory."""
    return int((memory_gb * GB - costs.base_bytes) / (costs.night_bytes + days * costs.history_bytes))


def training(rows: int, costs: Costs) -> dict[str, float]:
    """CPU hours and gigabytes of one training."""
    return {
        "rows": rows,
        "cpu_hours": round(rows * costs.train_us * MICRO / 3600, 2),
        "memory_gb": round(rows * costs.train_bytes / GB, 1),
    }


def report(
    sizes: Sequence[int], counts: Sequence[int], costs: Costs, *, hands: int, memory_gb: float
) -> dict[str, Any]:
    """All figures as plain data."""
    nights = []
    for claims in sizes:
        for kind in (costs, replace(costs, is_shared=True)):
            one = simulate(claims, 1, kind, hands=hands).seconds
            for workers in counts:
                night = simulate(claims, workers, kind, hands=hands)
                nights.append(
                    {
                        **asdict(night),
                        "is_shared": kind.is_shared,
                        "speed_up": round(one / night.seconds, 2),
                        "memory_gb": round(night_memory(claims, workers, kind) / GB, 1),
                    }
                )
    return {
        "costs": asdict(costs),
        "nights": nights,
        "useful_workers": {
            str(claims): {
                "today": useful_workers(claims, costs, hands=hands),
                "shared": useful_workers(claims, replace(costs, is_shared=True), hands=hands),
            }
            for claims in sizes
        },
        "ordinary": [ordinary_night(new, costs) for new in (3_000, 30_000, 300_000, *sizes)],
        "largest_night": {
            str(int(gb)): largest_night(gb, costs) for gb in (memory_gb / 8, memory_gb, memory_gb * 8)
        },
        "training": [training(rows, costs) for rows in (100_000, 1_000_000, *sizes)],
    }


def lines(found: dict[str, Any]) -> list[str]:
    """The figures as text."""
    text = ["full night      workers  frame    seconds  speed-up  memory  bound by"]
    for one in found["nights"]:
        kind = "once" if one["is_shared"] else "each"
        text.append(
            f"{one['claims']:>13,} {one['workers']:>8}  {kind}  {one['seconds']:>10,.0f}  {one['speed_up']:>8}  {one['memory_gb']:>5,.0f} GB  {one['bound']}"
        )
    text.append("workers worth having: " + json.dumps(found["useful_workers"]))
    for one in found["ordinary"]:
        text.append(
            f"ordinary night {one['new']:>11,} on a year: {one['cpu_seconds']:>10,.0f} CPU s  {one['memory_gb']:>8,.1f} GB"
        )
    text.append("largest ordinary night by GB of memory: " + json.dumps(found["largest_night"]))
    for one in found["training"]:
        text.append(
            f"training {one['rows']:>11,} rows: {one['cpu_hours']:>8,.2f} CPU h  {one['memory_gb']:>8,.1f} GB"
        )
    return text


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks scaling", description=__doc__)
    parser.add_argument("--claims", type=int, nargs="+", default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32, 64])
    parser.add_argument(
        "--hands", type=int, default=4, help="cores of the database that write at the same time"
    )
    parser.add_argument("--memory", type=float, default=64, help="GB of a machine")
    parser.add_argument(
        "--set", nargs="*", default=[], metavar="NAME=VALUE", help="a cost as measured elsewhere"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    costs = Costs()
    known = {field.name: type(getattr(costs, field.name)) for field in fields(Costs)}
    for each in options.set:
        name, _, value = each.partition("=")
        if name not in known or known[name] is bool:
            parser.error(f"{name} is no cost; the costs are {', '.join(known)}")
        costs = replace(costs, **{name: known[name](float(value))})
    found = report(options.claims, options.workers, costs, hands=options.hands, memory_gb=options.memory)
    print(json.dumps(found) if options.json else "\n".join(lines(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
