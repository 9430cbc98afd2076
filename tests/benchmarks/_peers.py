"""The scalar rules of the benchmark in the languages of two other engines, with what a claim looks like to them.

Dates, the hour, the weekday and the limit of the day are handed over ready: neither engine has a calendar or parameters that change
in time, so that is a head start for them. Neither is a dependency: install `zen-engine` and `rule-engine` by hand to compare.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

#: In the order of the benchmark's own templates; `{k}` runs from 2 to 6.
ZEN = (
    "amount > {k}00000",
    "amount > limit and n_attendees < {k}",
    'on_leave and (contains(name, "bar") or contains(name, "펍"))',
    'mcc in ["5010", "5011"] or hour >= 22 or hour <= {k}',
    "is_night and not has_overtime and amount > {k}0000",
    'weekday >= 6 and contains(purpose_text, "회의")',
    "amount / n_attendees > {k}0000",
    "amount % {k}0000 == 0",
)
RULE_ENGINE = (
    *ZEN[:2],
    'on_leave and ("bar" in name or "펍" in name)',
    *ZEN[3:5],
    'weekday >= 6 and "회의" in purpose_text',
    *ZEN[6:],
)


#: Turns of an engine, of which the middle one counts.
TURNS = 3


def as_contexts(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Claims as plain dictionaries, one each."""
    local = pl.col("transacted_at").dt.convert_time_zone("Asia/Seoul")
    changed = local.dt.date() >= pl.date(2026, 3, 3)
    return frame.select(
        "amount", "n_attendees", "on_leave", "is_night", "has_overtime", "purpose_text",
        pl.col("merchant.name").alias("name"), pl.col("merchant.mcc").alias("mcc"),
        local.dt.hour().alias("hour"), local.dt.weekday().alias("weekday"),
        pl.when(changed).then(200_000).otherwise(500_000).alias("limit"),
    ).to_dicts()  # fmt: skip


def compare(frame: pl.DataFrame, n_rules: int, ours: np.ndarray) -> dict[str, Any]:
    """Processor microseconds a claim of each engine that is installed, and whether its hits of every rule are ours (r,); sentences for the others."""
    found: dict[str, Any] = {}
    for name, module, measure in (("zen", "zen", _zen), ("rule_engine", "rule_engine", _rule_engine)):
        try:
            engine = importlib.import_module(module)
        except ModuleNotFoundError:
            found[f"{name}_skipped"] = (
                f"{module} is not installed: pip install {module.replace('_', '-').replace('zen', 'zen-engine')}"
            )
            continue
        templates = ZEN if name == "zen" else RULE_ENGINE
        texts = [text.format(k=k) for k in range(2, 7) for text in templates][:n_rules]
        turns = [measure(engine, texts, as_contexts(frame)) for _ in range(TURNS)]
        spent, hits = sorted(turns, key=lambda turn: turn[0])[TURNS // 2]
        found[f"{name}_microseconds"] = round(1e6 * spent / frame.height, 2)
        found[f"{name}_hits_equal"] = bool((hits == ours).all())
    return found


def _timed(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    started = time.process_time()
    hits = work()
    return time.process_time() - started, hits


def _zen(zen: Any, texts: list[str], claims: list[dict[str, Any]]) -> tuple[float, np.ndarray]:
    """All rules in one decision, all claims in batches of a thousand."""
    names = [f"r{number}" for number in range(len(texts))]
    expressions = [{"id": n, "key": n, "value": text} for n, text in zip(names, texts, strict=True)]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "x", "type": "expressionNode", "name": "x", "content": {"expressions": expressions}},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"}
        for a, b in (("in", "x"), ("x", "out"))
    ]
    content = {"rules": json.loads(json.dumps({"nodes": nodes, "edges": edges}))}
    engine = zen.ZenEngine({"loader": {"type": "static", "content": content}})
    requests = [{"key": "rules", "context": claim} for claim in claims]

    def work() -> np.ndarray:
        total = np.zeros(len(texts), dtype=np.int64)
        for start in range(0, len(requests), 1_000):
            for answer in engine.evaluate_batch(requests[start : start + 1_000]):
                if not answer["success"]:
                    raise RuntimeError(f"zen-engine: {answer.get('error')}")
                result = answer["data"]["result"]
                total += [result[name] for name in names]
        return total

    return _timed(work)


def _rule_engine(engine: Any, texts: list[str], claims: list[dict[str, Any]]) -> tuple[float, np.ndarray]:
    rules = [engine.Rule(text) for text in texts]
    return _timed(lambda: np.array([sum(rule.matches(claim) for claim in claims) for rule in rules]))
