"""Which claims belong together, and which of them fit a case that is open already. Pure."""

from __future__ import annotations

from typing import Any

import polars as pl

from cases.selection.terms import MODEL_PATTERN, Bundle, Key, OpenCase


def bundles_of(over: pl.DataFrame) -> list[Bundle]:
    """Claims of one person that share a merchant and week, or a pattern, in the order of their best rank."""
    rows = over.with_columns(pl.col("pattern").fill_null(MODEL_PATTERN)).to_dicts()
    groups = _connected(
        [(r["cardholder_id"], f"{r['merchant_id']}|{r['week']}") for r in rows],
        [(r["cardholder_id"], f"={r['pattern']}") for r in rows],
    )
    members: dict[int, list[dict[str, Any]]] = {}
    for row, group in zip(rows, groups, strict=True):
        members.setdefault(group, []).append(row)
    return [_bundle(claims) for claims in members.values()]


def _bundle(rows: list[dict[str, Any]]) -> Bundle:
    """One case's claims, best first; an absolute ban leads the others."""
    banned = [row for row in rows if row["is_always_open"]]
    lead = banned[0] if banned else rows[0]
    places = {(row["merchant_id"], row["week"]) for row in rows}
    key = f"p:{lead['cardholder_id']}:{lead['pattern']}"
    if len(places) == 1:
        key = f"m:{lead['cardholder_id']}:{lead['merchant_id']}:{lead['week']}"
    return Bundle(
        channel="rule" if banned else "model",
        pattern=lead["pattern"],
        key=key,
        cardholder_id=lead["cardholder_id"],
        claims=[row["claim_id"] for row in rows],
        places=frozenset(places),
        patterns=frozenset(row["pattern"] for row in rows),
    )


def _connected(*key_columns: list[Key]) -> list[int]:
    """Number of the group of every row: rows that share a key of any column, directly or through others."""
    parent = list(range(len(key_columns[0])))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for keys in key_columns:
        first: dict[Key, int] = {}
        for i, key in enumerate(keys):
            a, b = root(first.setdefault(key, i)), root(i)
            parent[max(a, b)] = min(a, b)
    return [root(i) for i in range(len(parent))]


def join_open(bundles: list[Bundle], opened: list[OpenCase]) -> tuple[list[Bundle], list[Bundle]]:
    """Bundles that belong to an open case (the oldest that fits), and those that need a case of their own."""
    by_person: dict[int, list[OpenCase]] = {}
    for case in sorted(opened, key=lambda case: case.case_id):
        by_person.setdefault(case.cardholder_id, []).append(case)
    joining: list[Bundle] = []
    waiting: list[Bundle] = []
    for bundle in bundles:
        fits = [
            case
            for case in by_person.get(bundle.cardholder_id, [])
            if case.pattern in bundle.patterns or not case.merchant_weeks.isdisjoint(bundle.places)
        ]
        if fits:
            bundle.case_id = fits[0].case_id
        (joining if fits else waiting).append(bundle)
    return joining, waiting
