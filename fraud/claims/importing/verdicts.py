"""What only the whole file can tell about a row: repeated, or contradicted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from fraud.claims.importing.stated import SUFFIX

_CONFLICT, _REPEATED, _OLDER = "id_conflict", "duplicate", "older"
#: Rows that supersede each other in a ring, and rows of which several supersede one claim: nobody can say which holds.
_RING, _TWICE = "supersedes_ring", "supersedes_conflict"
#: Why rows are refused that only the whole file shows to be wrong.
REFUSED = (_CONFLICT, _RING, _TWICE)


@dataclass
class Verdicts:
    """`index` in order of the file with the final `external_id` and `verdict` ("" = goes on to the database)."""

    index: pl.DataFrame

    @property
    def duplicates(self) -> pl.DataFrame:
        """Rows that say nothing that holds: repeated ones, and earlier states of what the file tells further on."""
        return self.index.filter(pl.col("verdict").is_in([_REPEATED, _OLDER]))

    @property
    def n_older(self) -> int:
        """How many of them tell an earlier state."""
        return self.index.filter(pl.col("verdict") == _OLDER).height

    @property
    def rejected(self) -> pl.DataFrame:
        """line, code, amount_minor, currency of rows that are refused after all."""
        refused = self.index.filter(pl.col("verdict").is_in(REFUSED))
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
    other content is refused in all its rows. Rows of which the file tells a later state itself (a higher version, a row that supersedes them) are older.
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
    """Rows of the file that another row of it supersedes count as told before; what supersedes in a ring or twice is refused."""
    standing = (pl.col("verdict") == "") & (pl.col("supersedes") != pl.col("external_id"))
    naming = index.filter(standing).drop_nulls("supersedes")
    if naming.is_empty():
        return index
    twice = naming.filter(pl.col("supersedes").is_duplicated())["external_id"].to_list()
    rings = _in_rings(dict(naming.select("external_id", "supersedes").iter_rows()))
    own = pl.col("external_id")
    over = naming.filter(~own.is_in([*twice, *rings]))["supersedes"].unique().to_list()
    is_standing = pl.col("verdict") == ""
    verdict = (
        pl.when(is_standing & own.is_in(rings))
        .then(pl.lit(_RING))
        .when(is_standing & own.is_in(twice))
        .then(pl.lit(_TWICE))
        .when(is_standing & own.is_in(over))
        .then(pl.lit(_OLDER))
        .otherwise("verdict")
    )
    return index.with_columns(verdict.alias("verdict"))


def _in_rings(before: Mapping[str, str]) -> list[str]:
    """The ids from which one comes back to the same id by going to what each supersedes."""
    found: set[str] = set()
    done: set[str] = set()
    for start in before:
        path: list[str] = []
        at = start
        while at in before and at not in done:
            done.add(at)
            path.append(at)
            at = before[at]
        if at in path:
            found.update(path[path.index(at) :])
    return sorted(found)


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
        .when(pl.col("said") < pl.col("last_said"))
        .then(pl.lit(_OLDER))
        .when(~is_first)
        .then(pl.lit(_REPEATED))
        .otherwise(pl.lit(""))
    )
    return index.with_columns(verdict.alias("verdict")).drop("said", "last_said")
