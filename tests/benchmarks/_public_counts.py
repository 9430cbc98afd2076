"""Imports the files of one public set into the home it runs in and counts its claims, by rules and by plain SQL; prints JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django
import polars as pl

from tests.benchmarks.public import SETS, PublicSet, rule_texts

_ROWS = (
    "SELECT cardholder_id, merchant_id, transacted_at, amount_minor FROM fraud_claim WHERE amount_minor > 0"
)
_DAYS = f"SELECT count(*) n, sum(amount_minor) total, max(amount_minor) most FROM ({_ROWS}) GROUP BY cardholder_id, merchant_id, transacted_at"


def main(name: str, paths: Sequence[str]) -> dict[str, Any]:
    """`rows` read, `accepted`, `refused` (sentence → rows; files as a whole count once) and `counts` (name → by `rules`, by `sql`)."""
    rows, refused = _import(name, paths)
    counts = _counted(SETS[name])
    return {
        "rows": rows,
        "accepted": counts["rows"]["sql"] if counts else 0,
        "refused": refused,
        "counts": counts,
    }


def _import(name: str, paths: Sequence[str]) -> tuple[int, dict[str, int]]:
    from audit.actor import Actor
    from fraud.claims.importing.profiles import get_profile
    from fraud.claims.importing.services import import_claim_file
    from fraud.claims.importing.texts import sentence

    n_rows, refused = 0, Counter[str]()
    for path in map(Path, paths):
        file = import_claim_file(
            path=path, name=path.name, profile=get_profile(name), by=Actor.system("import")
        )
        n_rows += file.n_rows
        if file.error:
            refused[f"{path.name}: {sentence('file', file.error['code'], file.error['params'], 'en')}"] += 1
        refused.update(file.rejects.values_list("code", flat=True).iterator())
        refused["duplicate"] += file.n_duplicate
    return n_rows, {reason: n for reason, n in refused.items() if n}


def _counted(chosen: PublicSet) -> dict[str, dict[str, float]]:
    from fraud.workbench.frames import Period, window_frames
    from rules.engine import Context, RuleSpec
    from rules.language import parse

    texts = rule_texts(chosen)
    specs = [RuleSpec(count, 1, parse(text)) for count, text in texts.items()]
    (first, last), n = (
        _sql("SELECT min(transacted_at), max(transacted_at) FROM fraud_claim")[0],
        _one("SELECT count(*) FROM fraud_claim"),
    )
    if not n:
        return {}
    frames = window_frames(specs, Period(_moment(first, -1), _moment(last, 1)), lean=True)
    assert frames is not None
    outcome = frames.evaluate(specs, Context(zone=chosen.zone))
    if outcome.errors:
        raise SystemExit(f"rules that could not run: {outcome.errors}")
    found = {"rows": {"rules": frames.rows.height, "sql": n}}
    for number, count in enumerate(texts):
        hits = frames.rows.filter(pl.Series(outcome.hits_of(number)))
        found[count] = {"rules": _told(count, hits, frames.rows), "sql": _by_sql(count)}
    return found


def _told(count: str, hits: pl.DataFrame, rows: pl.DataFrame) -> float:
    if count.startswith("split"):
        return hits.select("cardholder_id", "merchant_id", "transacted_at").n_unique()
    if count == "weekend %":
        return round(100 * hits.height / rows.height, 2)
    return hits.height


def _by_sql(count: str) -> float:
    what, _, value = count.rpartition(" ")
    if what == "mcc":
        codes = ", ".join(f"'{int(code):04}'" for code in value.split("/"))
        return _one(
            f"SELECT count(*) FROM fraud_claim c JOIN fraud_merchant m ON m.id = c.merchant_id WHERE m.mcc IN ({codes})"
        )
    if what == "split over":
        limit = int(value) * 100
        return _one(f"SELECT count(*) FROM ({_DAYS}) WHERE n >= 2 AND total > {limit} AND most <= {limit}")
    if what == "repeated":
        same = f"SELECT count(*) n FROM ({_ROWS}) GROUP BY cardholder_id, merchant_id, transacted_at, amount_minor"
        return _one(f"SELECT coalesce(sum(n), 0) FROM ({same}) WHERE n >= 2")
    # midnight of London and Toronto: their day by noon of the moment stored in UTC
    late = "SELECT strftime('%w', transacted_at, '+6 hours') AS day FROM fraud_claim"
    return round(_one(f"SELECT 100.0 * sum(day IN ('0', '6')) / count(*) FROM ({late})"), 2)


def _one(query: str) -> Any:
    return _sql(query)[0][0]


def _sql(query: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def _moment(text: str, days: int) -> Any:
    from datetime import UTC, datetime, timedelta

    return datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(days=days)


if __name__ == "__main__":
    django.setup()
    print(json.dumps(main(sys.argv[1], sys.argv[2:]), ensure_ascii=False))
