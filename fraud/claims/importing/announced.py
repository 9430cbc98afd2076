"""What a file says about itself, a count above its header or a total below its rows, against what was read: a file cut off shows."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from fraud.claims.importing.problems import Notes
from rules.money import format_number

SUM_ROW = "subtotal_row"
#: What the first filled cell of a row says that adds up others.
SUM_WORDS = (
    r"(?i)^[\s\[(<*=-]*(?:총\s*합\s*계|합\s*계|총\s*계|소\s*계|누\s*계|총\s*액|계|(?:grand|sub)?[\s-]*totals?|sums?)"
    r"[\s\])>*=:-]*(?:\(.*\)|[0-9][0-9,.]*\s*(?:건|원|rows)?)?\s*$"
)
_COUNT = re.compile(
    r"(?:건\s*수|총|전체|합계|rows?|records?|row count|count|lines|transactions)\s*[:=]?\s*\(?([0-9][0-9,]*)\)?\s*(?:건|행|$|[),;|])"
    r"|([0-9][0-9,]*)\s*(?:건|rows|records|transactions)\b",
    re.IGNORECASE,
)
_NOT_ROWS = ("blank_row", SUM_ROW)


def compare_announced(titles: Iterable[str], rejects: pl.DataFrame, n_rows: int, notes: Notes) -> None:
    """Note a count above the header that is not the number of rows read (blank and sum rows left out)."""
    n_read = n_rows - rejects.filter(pl.col("code").is_in(_NOT_ROWS)).height
    counts = [int((m[1] or m[2]).replace(",", "")) for title in titles for m in _COUNT.finditer(title)]
    if counts and n_read not in counts:
        notes.add("rows_announced", stated=counts[0], found=n_read)


def compare_sums(read: pl.DataFrame, sums: pl.DataFrame, notes: Notes) -> None:
    """Note the sum rows that are neither the sum of all rows above nor of those since the sum row before, money back taken off or counted like the rest.

    `read` and `sums` have line, amount_minor and currency; a sum row without a currency is compared where all rows have one.
    """
    before = 0
    for line, stated, currency in sums.drop_nulls("amount_minor").sort("line").iter_rows():
        above = read.filter((pl.col("line") < line) & (pl.col("currency") == currency))
        total = int(above["amount_minor"].sum() or 0)
        after = above.filter(pl.col("line") > before)["amount_minor"]
        sums_ = {total, int(after.sum() or 0), int(above["amount_minor"].abs().sum()), int(after.abs().sum())}
        before = line
        if above.height and stated not in sums_:
            says, is_ = format_number(stated, currency), format_number(total, currency)
            notes.add("sum_differs", line=line, currency=currency, stated=says, found=is_)
