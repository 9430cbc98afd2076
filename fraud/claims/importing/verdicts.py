"""What only the whole file can tell about a row: repeated, or contradicted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from fraud.claims.importing.stated import SUFFIX

_CONFLICT, _REPEATED = "id_conflict", "duplicate"


@dataclass
class Verdicts:
    """`index` in order of the file with the final `external_id` and `verdict` ("" = goes on to the database)."""

    index: pl.DataFrame

    @property
    def duplicates(self) -> pl.DataFrame:
        return self.index.filter(pl.col("verdict") == _REPEATED)

    @property
    def rejected(self) -> pl.DataFrame:
        """line, code, amount_minor, currency of rows that are refused after all."""
        refused = self.index.filter(pl.col("verdict") == _CONFLICT)
        return refused.rename({"verdict": "code"}).select("line", "code", "amount_minor", "currency")

    def parts(self, n_chunks: int) -> Iterator[pl.DataFrame]:
        """external_id and verdict a chunk, in the order of its rows."""
        if self.index.is_empty() and not self.index.width:
            return
        for number in range(n_chunks):
            yield self.index.filter(pl.col("chunk") == number).select("external_id", "verdict")


def judge(index: pl.DataFrame, *, has_identity: bool) -> Verdicts:
    """Decide about every row of a file.

    With `has_identity` the files name no id: a row's id is the hash of its identifying values, and equal rows are told
    apart by their number of occurrence, ordered by content, so that a second delivery of the same rows finds the same
    ids; rows with one approval number are one payment. Otherwise an id that repeats with the same content is a duplicate (the first stays) and one that repeats with
    other content is refused in all its rows.
    """
    if not index.width:
        return Verdicts(index)
    index = index.with_row_index("position")
    if has_identity:
        return Verdicts(_numbered(index).sort("position"))
    again = index.get_column("external_id").is_duplicated()  # most ids stand alone, and need no comparing
    alone = index.filter(~again).with_columns(pl.lit("").alias("verdict"))
    return Verdicts(_succeeded(pl.concat([alone, _compared(index.filter(again))]).sort("position")))


def _succeeded(index: pl.DataFrame) -> pl.DataFrame:
    """Rows of the file that another row of it supersedes count as told before."""
    over = index.filter(pl.col("supersedes") != pl.col("external_id")).get_column("supersedes").unique()
    is_over = pl.col("external_id").is_in(over.to_list()) & (pl.col("verdict") == "")
    return index.with_columns(pl.when(is_over).then(pl.lit(_REPEATED)).otherwise("verdict").alias("verdict"))


def _numbered(index: pl.DataFrame) -> pl.DataFrame:
    # An approval number names one payment: its rows are that payment in several states, the furthest of which holds.
    ordered = index.sort("identity", "row_hash", "position")
    number = pl.int_range(1, pl.len() + 1).over("identity")
    suffix = pl.when(~pl.col("has_code") & (number > 1)).then(pl.format("-{}", number)).otherwise(pl.lit(""))
    furthest = pl.col("stated_back").fill_null(-1).arg_max().over("identity") + 1 == number
    verdict = pl.when(~pl.col("has_code") | furthest).then(pl.lit("")).otherwise(pl.lit(_REPEATED))
    return ordered.with_columns(
        pl.concat_str(pl.lit("h:"), "identity", suffix).alias("external_id"), verdict.alias("verdict")
    )


def _compared(index: pl.DataFrame) -> pl.DataFrame:
    # A payment and the money back of it may come under one id: the second is then known by an id of its own.
    is_back = pl.col("amount_minor") < 0
    both = (is_back.any() & (~is_back).any()).over("external_id") & is_back
    index = index.with_columns(
        pl.when(both)
        .then(pl.concat_str("external_id", pl.lit(SUFFIX)))
        .otherwise("external_id")
        .alias("external_id")
    )
    # Where the system counts its versions, the last of them is what it says; each version says one thing.
    counted = pl.col("version").is_not_null().all().over("external_id")
    version = pl.when(counted).then("version").otherwise(0)
    index = index.with_columns(version.alias("said"), version.max().over("external_id").alias("last_said"))
    same = ("external_id", "said")
    contents = pl.struct("row_hash", "stated_back").n_unique().over(same)
    is_first = pl.col("position") == pl.col("position").min().over(same)
    verdict = (
        pl.when((contents > 1).any().over("external_id"))
        .then(pl.lit(_CONFLICT))
        .when((pl.col("said") < pl.col("last_said")) | ~is_first)
        .then(pl.lit(_REPEATED))
        .otherwise(pl.lit(""))
    )
    return index.with_columns(verdict.alias("verdict")).drop("said", "last_said")
