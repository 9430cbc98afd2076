"""The command line of the benchmark of strangers."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from typing import Any

SETTINGS, REPORT = (1, 4), (101, 8)


def parser(description: str) -> argparse.ArgumentParser:
    """All options with what they are for."""
    found = argparse.ArgumentParser(prog="python -m tests.benchmarks strangers", description=description)
    found.add_argument("--seeds", type=int, help="how many companies (default 8)")
    found.add_argument("--first", type=int, help="seed of the first (default 101)")
    which = found.add_mutually_exclusive_group()
    which.add_argument(
        "--settings", action="store_true", help="the companies settings are chosen on: seeds 1 to 4"
    )
    which.add_argument(
        "--report", action="store_true", help="the companies reported on: seeds 101 to 108 (the default)"
    )
    found.add_argument("--nights", type=int, default=60)
    found.add_argument("--retrain-weeks", type=int, default=4, help="0: never after the cut-off")
    found.add_argument(
        "--control", type=int, help="claims of the control sample a night, on top of the seats"
    )
    found.add_argument(
        "--useless-rules", type=int, default=0, help="rules that say nothing, added at the cut-off"
    )
    found.add_argument(
        "--hide-schemes",
        type=int,
        default=0,
        help="schemes of each company to hide in turn, one training each: what do novelty seats find?",
    )
    found.add_argument(
        "--no-extra-rules",
        dest="extra_rules",
        action="store_false",
        help="starter rules and those for new schemes only",
    )
    found.add_argument(
        "--no-new-rules", dest="new_rules", action="store_false", help="nobody writes a rule for a new scheme"
    )
    found.add_argument("--no-beliefs", dest="beliefs", action="store_false", help="the model alone")
    found.add_argument(
        "--no-recalibration",
        dest="recalibration",
        action="store_false",
        help="probabilities as the version gives them",
    )
    found.add_argument("--schemes", action="store_true", help="recall scheme by scheme")
    found.add_argument("--draws", type=int, default=200, help="draws of employees behind the intervals")
    found.add_argument(
        "--scale", type=float, default=1.0, help="below 1: smaller companies of the same nature"
    )
    found.add_argument("--jobs", type=int, default=1, help="companies measured at once")
    found.add_argument("--json", action="store_true")
    return found


def measured(seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """Figures of one company; with useless rules also what these cost it."""
    os.environ.setdefault("NUMBA_DISABLE_JIT", "1")  # as in production
    import django

    django.setup()
    from tests.benchmarks.strangers.measure import measure

    plain = measure(seed, argparse.Namespace(**{**vars(options), "useless_rules": 0}))
    if not options.useless_rules:
        return plain
    with_them = measure(seed, argparse.Namespace(**{**vars(options), "hide_schemes": 0}))
    cost = [each["ways"]["product"]["cost"][0] for each in (with_them, plain)]
    useless = {"cost_more": round(cost[0] - cost[1], 1), **with_them["useless_rules"]}
    return plain | {"useless_rules": useless}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the companies and print them; 0."""
    from tests.benchmarks.strangers import __doc__ as about
    from tests.benchmarks.strangers.report import company_text, goals_of, goals_text, summary_of, summary_text

    options = parser(about or "").parse_args(argv)
    first, count = SETTINGS if options.settings else REPORT
    first = options.first if options.first is not None else first
    count = options.seeds if options.seeds is not None else count
    companies = []
    for each in _all(range(first, first + count), options):
        companies.append(each)
        if not options.json:
            print(company_text(each, schemes=options.schemes), flush=True)
    summary = summary_of(companies)
    if options.json:
        goals = [asdict(goal) for goal in goals_of(companies, options)]
        print(json.dumps({"companies": companies, "summary": summary, "goals": goals}, indent=1))
    else:
        print(summary_text(summary, len(companies)))
        print(goals_text(companies, options))
    return 0


def _all(seeds: Sequence[int], options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The companies in order, one after the other or some at once, each in a process of its own."""
    if options.jobs <= 1:
        yield from (measured(seed, options) for seed in seeds)
        return
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(measured, seeds, [options] * len(seeds))
