"""`python -m tests.benchmarks rules [--claims 1000000]`: 50 rules over generated claims, a third of them with windows.

Prints claims a second for the scalar rules, the window rules and all together, the time of each window rule alone, and an incremental
night (the last 9,000 claims against the whole history), the scalar rules over texts that are no categories yet, then what zen-engine (its batch call) and rule-engine take for the same scalar rules where
they are installed, and whether their hits of every rule are the same.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from rules.engine import Context, ParameterSpec, ParameterValue, RuleSpec, ValueListSpec, evaluate
from rules.language import parse
from tests.benchmarks import _peers
from tests.benchmarks._arguments import count

SCALAR = (
    "amount > {k}00,000 KRW",
    "amount > $limit and n_attendees < {k}",
    "on_leave and merchant.name contains any @bars",
    "merchant.mcc in @restricted or hour(transacted_at) in 22..{k}",
    "is_night and not has_overtime and amount > {k}0,000 KRW",
    'weekday(transacted_at) in 6..7 and purpose_text contains "회의"',
    "amount / n_attendees > {k}0,000 KRW",
    "is_multiple(amount, {k}0,000 KRW)",
)
WINDOWS = (
    "count(same cardholder, merchant within 30 minutes) >= 3",
    "sum(amount same cardholder, merchant, day) > $limit and amount <= $limit and count(same cardholder, merchant, day) >= 2",
    "count(same cardholder, merchant, amount within 3 days) >= 2",
    "amount > 5 * median(amount same department, mcc within 90 days)",
    "share(amount of cardholder in merchant within 180 days) >= 0.8 and count(same cardholder, merchant within 180 days) >= 5",
    "count(same cardholder, amount within 30 days) >= 3",
    "count(same cardholder, day) > 5",
    "sum(amount same cardholder, month) > 3,000,000 KRW",
    "since_last(same cardholder, merchant) < 10 minutes",
    "amount > 3 * mean(amount same cardholder within 30 days before)",
    "max(amount same cardholder within 90 days before) < amount",
    "distinct(merchant same cardholder, day) >= 5",
    "count(same merchant within 7 days where amount > 100,000 KRW) > 5",
    "count(same cardholder within 2 business days) > 10",
    "sum(amount same department, mcc, month) > 100,000,000 KRW",
    "count(same approver, day) > 50",
)
N_SCALAR = 34
#: Evaluations of the scalar rules, and turns of the other engines, of which the middle one counts.
SCALAR_RUNS = 7


def claims(n: int, seed: int = 7) -> pl.DataFrame:
    """``n`` claims of 90 days: 60 a cardholder, 20,000 merchants, 200 departments, all in KRW with a time."""
    rng = np.random.default_rng(seed)
    at = np.datetime64("2026-01-01", "us") + rng.integers(0, 90 * 86_400 * 10**6, n).astype("timedelta64[us]")
    names = np.array([f"Merchant {i} {'bar' if i % 50 == 0 else 'cafe'}" for i in range(20_000)])
    merchant = rng.integers(0, len(names), n)
    frame = pl.DataFrame(
        {
            "claim_id": np.arange(n),
            "cardholder_id": rng.integers(0, n // 60 + 5, n),
            "merchant_id": merchant,
            "department_id": rng.integers(0, 200, n),
            "amount": (rng.lognormal(10.5, 1, n) // 100 * 100).astype(np.int64),
            "currency": ["KRW"] * n,
            "transacted_at": at,
            "has_time": [True] * n,
            "merchant.name": names[merchant],
            "merchant.mcc": np.array([f"{5000 + i}" for i in range(300)])[merchant % 300],
            "approver.employee_no": np.array([f"E{i}" for i in range(2_000)])[rng.integers(0, 2_000, n)],
            "n_attendees": rng.integers(1, 6, n),
            "on_leave": rng.random(n) < 0.01,
            "is_night": rng.random(n) < 0.05,
            "has_overtime": rng.random(n) < 0.02,
            "purpose_text": np.array(["점심 식사", "회의", "택시비", "출장"])[rng.integers(0, 4, n)],
        }
    )
    return frame.with_columns(pl.col("transacted_at").dt.replace_time_zone("UTC"))


def context() -> Context:
    """Two lists and a limit that changed within the period."""
    limits = (
        ParameterValue(500_000, date(2020, 1, 1), currency="KRW"),
        ParameterValue(200_000, date(2026, 3, 3), currency="KRW"),
    )
    lists = {
        "bars": ValueListSpec("bars", "text", frozenset({"bar", "펍"})),
        "restricted": ValueListSpec("restricted", "code", frozenset({"5010", "5011"})),
    }
    return Context(lists, {"limit": ParameterSpec("limit", "money", limits)})


def rule_book() -> tuple[list[RuleSpec], list[RuleSpec]]:
    """34 scalar rules and 16 with windows."""
    texts = [text.format(k=k) for k in range(2, 7) for text in SCALAR][:N_SCALAR]
    return [[RuleSpec(text, 1, parse(text)) for text in chosen] for chosen in (texts, WINDOWS)]  # type: ignore[return-value]


def as_kept(frame: pl.DataFrame) -> pl.DataFrame:
    """The claims with their texts as categories, as reading them from the store leaves them."""
    return frame.with_columns(pl.col(pl.String).cast(pl.Categorical))


def timed(
    frame: pl.DataFrame, rules: list[RuleSpec], targets: np.ndarray | None = None
) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and hits of one evaluation."""
    started, busy = time.perf_counter(), time.process_time()
    outcome = evaluate(frame, rules, context=context(), targets=targets)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    if outcome.errors:
        raise RuntimeError(f"rules that could not run: {outcome.errors}")
    return seconds, busy, int(outcome.n_hits().sum())


def middle(frame: pl.DataFrame, rules: list[RuleSpec], runs: int) -> tuple[float, float, int]:
    """The run of several with the middle processor time: of an evaluation of milliseconds one alone says little."""
    return sorted((timed(frame, rules) for _ in range(runs)), key=lambda run: run[1])[runs // 2]


def main(argv: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks rules")
    options.add_argument("--claims", type=count, default=1_000_000)
    options.add_argument("--each", action="store_true", help="also the time of each window rule alone")
    options.add_argument(
        "--peer-claims", type=int, default=2_000, help="claims the slower engines judge; 0: none"
    )
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args(argv)
    say = (lambda text: None) if chosen.json else print
    figures = measure(chosen.claims, chosen.each, chosen.peer_claims, say)
    print(json.dumps(figures) if chosen.json else json.dumps(figures, indent=1))
    return 0


def measure(n: int, each: bool, n_peers: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Figures of all kinds of rules, of an incremental night, and beside other engines."""
    texts = claims(n)
    frame = as_kept(texts)
    scalar, windows = rule_book()
    timed(frame.head(1_000), scalar + windows)
    figures: dict[str, Any] = {"claims": n, "scalar_cpu_from_texts": round(timed(texts, scalar)[1], 3)}
    del texts
    for label, rules in (("scalar", scalar), ("window", windows), ("all", scalar + windows)):
        seconds, busy, hits = middle(frame, rules, SCALAR_RUNS if label == "scalar" else 1)
        say(
            f"{label:<7} {len(rules):>3} rules {seconds:7.2f} s {n / seconds:>11,.0f} claims/s"
            f" {busy:7.2f} CPU s {n / busy:>11,.0f} claims/CPU s {hits:>10,} hits"
        )
        figures |= {
            f"{label}_seconds": round(seconds, 2),
            f"{label}_cpu": round(busy, 3),
            f"{label}_hits": hits,
        }
    for rule in windows if each else ():
        seconds, busy, hits = timed(frame, [rule])
        say(f"  {seconds:6.2f} s {busy:6.2f} CPU s {hits:>8,} hits  {rule.code}")
    last = np.zeros(frame.height, dtype=np.bool_)
    last[np.argsort(frame["transacted_at"].to_numpy())[-9_000:]] = True
    _, busy, _ = timed(frame, scalar + windows, last)
    figures |= {
        "incremental_cpu": round(busy, 2),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    return figures | beside(frame, scalar, figures["scalar_cpu"] / n, n_peers)


def beside(frame: pl.DataFrame, scalar: list[RuleSpec], ours: float, n: int) -> dict[str, Any]:
    """How many times the processor time a claim other engines take for the same scalar rules (ours: seconds a claim)."""
    if not n:
        return {}
    some = frame.head(n)
    hits = evaluate(some, scalar, context=context(), targets=None).n_hits()
    found = _peers.compare(some, len(scalar), hits)
    for name in ("zen", "rule_engine"):
        if f"{name}_microseconds" in found:
            found[f"{name}_ratio"] = round(found[f"{name}_microseconds"] / (1e6 * ours), 1)
    return {"peer_claims": n, **found}
