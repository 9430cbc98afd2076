"""IF and THEN of a segment: one shallow tree on its older claims with an outcome, its paths counted on later ones it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from fraud.learning.mining.choosing import Block, Counts
from fraud.learning.mining.grid import Grid, grid_of
from fraud.learning.mining.paths import Path, grown_tree, leaves_of
from fraud.learning.mining.terms import Mask, rows_of, text_of
from rules.language import parse, to_text
from rules.money import format_number

#: A leaf holds at least so many claims with an outcome; with fewer than twice as many nothing is cut.
LEAST_LEAF = 10
_LEARNT_SHARE = 2 / 3


@dataclass(frozen=True)
class Segment:
    """Which claims: of a department (code), a merchant category, amounts from `least` to `most` (minor units of `currency`, both ends) and a
    month by its first day; whatever is empty does not narrow."""

    department: str = ""
    mcc: str = ""
    least: int | None = None
    most: int | None = None
    currency: str = ""
    month: date | None = None

    def rows(self, frame: pl.DataFrame, zone: str) -> Mask:
        """The rows (n,) of a feature frame that belong to it."""
        inside = pl.lit(True)
        if self.department:
            inside &= pl.col("cardholder.department").cast(pl.String) == self.department
        if self.mcc:
            inside &= pl.col("merchant.mcc").cast(pl.String) == self.mcc
        if self.least is not None or self.most is not None:
            inside &= pl.col("currency").cast(pl.String) == self.currency
            inside &= pl.col("amount").is_between(self.least or 0, self.most or np.iinfo(np.int64).max)
        if self.month is not None:
            day = pl.col("transacted_at").dt.convert_time_zone(zone).dt.date()
            inside &= day.dt.truncate("1mo") == self.month
        return frame.select(
            pl.Series(np.ones(frame.height, dtype=bool)).alias("all") & inside.fill_null(False)
        )["all"].to_numpy()

    def text(self) -> str:
        """What of it a rule can ask for, in the rule language; a month is past and is left out."""
        parts = [f'cardholder.department = "{_quoted(self.department)}"'] if self.department else []
        parts += [f'merchant.mcc = "{_quoted(self.mcc)}"'] if self.mcc else []
        parts += [f"amount >= {self._money(self.least)}"] if self.least is not None else []
        parts += [f"amount <= {self._money(self.most)}"] if self.most is not None else []
        return " and ".join(parts)

    def _money(self, minor: int) -> str:
        return f"{format_number(minor, self.currency)} {self.currency}"

    def to_json(self) -> dict[str, Any]:
        """Plain values that `Segment.read` takes back."""
        return {**asdict(self), "month": self.month.isoformat() if self.month else None}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Segment:
        """The segment that was kept as plain values."""
        month = date.fromisoformat(told["month"]) if told.get("month") else None
        return cls(**{**told, "month": month})


def split_in_time(block: Block) -> tuple[Mask, Mask]:
    """(older, later) rows (n,) of a block in the order of time: two thirds of the claims with an outcome are older."""
    place = np.cumsum(block.reviewed)
    older = place <= _LEARNT_SHARE * max(int(place[-1]) if len(place) else 0, 1)
    return older, ~older


def part_of(block: Block, rows: Mask) -> Block:
    """The chosen rows of a block; days are shared as the claims are."""
    share = float(rows.mean()) if len(rows) else 0.0
    return Block(
        block.features.filter(pl.Series(rows)),
        block.misuse[rows],
        block.reviewed[rows],
        block.bundle[rows],
        block.days * share,
    )


def segment_paths(block: Block, segment: Segment, *, currency: str, depth: int, seed: int) -> dict[str, Any]:
    """The paths of a segment's tree as plain values, the likeliest misuse first; `block` is the segment's claims in order of time.

    Of each: `path` and the whole `text` with the segment's own conditions, `learnt` and `later` counts with precision and its 95 % interval.
    What no path tells (a value that a condition asks for is missing) is counted as `n_outside`.
    """
    older, newer = split_in_time(block)
    learn, later = part_of(block, older), part_of(block, newer)
    paths = _paths(learn, currency, depth, seed)
    told: list[dict[str, Any]] = []
    covered = np.zeros(len(block), dtype=bool)
    for path in paths:
        hit = rows_of(path, block.features)
        covered |= hit
        whole = " and ".join(part for part in (segment.text(), text_of(path)) if part)
        told.append(
            {
                "path": to_text(parse(text_of(path))),
                "text": to_text(parse(whole)),
                "n_conditions": len(path),
                "learnt": Counts.of(hit[older], learn).to_json(),
                "later": Counts.of(hit[newer], later).to_json(),
            }
        )
    told.sort(key=lambda row: (-_share(row["later"]), -_share(row["learnt"]), row["path"]))
    counts = Counts.of(np.ones(len(block), dtype=bool), block).to_json()
    return {"paths": told, "segment": counts, "n_outside": int((~covered).sum())}


def _paths(learn: Block, currency: str, depth: int, seed: int) -> list[Path]:
    """The leaves of a tree on the claims with an outcome; none where nothing can be told apart."""
    known = part_of(learn, learn.reviewed)
    if len(known) < 2 * LEAST_LEAF or not known.misuse.any() or known.misuse.all():
        return []
    grid: Grid = grid_of(known.features, known.misuse, currency)
    if not grid.cuts:
        return []
    tree = grown_tree(grid.matrix(known.features), known.misuse, depth=depth, least=LEAST_LEAF, seed=seed)
    return leaves_of(tree, grid)


def _share(counts: Mapping[str, Any]) -> float:
    return counts["precision"] if counts["precision"] is not None else -1.0


def _quoted(word: str) -> str:
    return word.replace('"', '""')
