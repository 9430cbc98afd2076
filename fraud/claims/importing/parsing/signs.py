"""Kind of transaction and sign of its amount made to agree: money that comes back is negative, whatever was delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from fraud.claims.importing.parsing.codes import parse_choice
from fraud.claims.importing.parsing.problem_rows import ProblemRows
from fraud.claims.importing.problems import Notes
from fraud.claims.importing.profile import Amounts
from fraud.claims.importing.txn_words import txn_words
from rules.language.transactions import KINDS, MONEY_BACK, PAYMENTS


def kinds_of(
    columns: Sequence[tuple[str, pl.Series]], own: Mapping[str, str], problems: ProblemRows
) -> pl.Series:
    """The kind of each row; of several columns (header, texts) the one that says that it failed, then one that says more than that it is a payment.

    `own`: the profile's words. A word nobody knows costs the row in the first column that is filled; further ones only add what they
    are known to say.
    """
    height = len(columns[0][1])
    aside = ProblemRows(height, Notes())
    before = pl.repeat(None, height, dtype=pl.String, eager=True)
    kinds = []
    for header, text in columns:
        words, is_first = txn_words(header) | dict(own), before.is_null()
        kinds.append(parse_choice(text.set(~is_first, None), words, KINDS, header, problems))
        kinds.append(parse_choice(text.set(is_first, None), words, KINDS, header, aside))
        before = pl.select(pl.coalesce(before, text)).to_series()
    frame = pl.DataFrame({str(n): kind for n, kind in enumerate(kinds)})
    each = [pl.col(name) for name in frame.columns]
    failed = [pl.when(kind == "decline").then(kind) for kind in each]
    telling = [pl.when(~kind.is_in(PAYMENTS)).then(kind) for kind in each]
    return frame.select(pl.coalesce(*failed, *telling, *each).alias("kind")).to_series()


def signed(frame: pl.DataFrame, style: Amounts, *, states: bool) -> pl.DataFrame:
    """Kind, amount and delivered cancellation as `txn_type`, `signed`, `stated` and `back`.

    `states`: a cancelled payment is delivered as its own row again. Without it a row with a type that takes money back is
    the money back, unless it names less than its amount as cancelled; a payment may name its cancelled part anyway.
    """
    amount, cancel, kind = pl.col("amount"), pl.col("cancel"), pl.col("kind")
    only_back = (amount.fill_null(0) == 0) & (cancel > 0) & (kind != "decline").fill_null(True)
    frame = frame.with_columns(
        # Only the column of cancelled amounts is filled: it is the amount, also where no word says what the row is.
        pl.when(only_back).then(-cancel).otherwise(amount).alias("amount"),
        pl.when(only_back & ~kind.is_in(MONEY_BACK).fill_null(False))
        .then(pl.lit("cancel"))
        .otherwise(kind)
        .alias("kind"),
    )
    by_sign = pl.when(amount < 0).then(pl.lit("refund")).otherwise(pl.lit("purchase"))
    paid_back = kind.is_in(PAYMENTS) & (amount < 0)
    frame = frame.with_columns(
        pl.when(kind.is_null() | paid_back).then(by_sign).otherwise(kind).alias("kind")
    )
    pays = kind.is_in(PAYMENTS) & (amount > 0)
    cancelled = kind.is_in(["cancel", "partial_cancel"]) & (amount > 0)
    part = cancelled & (cancel > 0) & (cancel < amount)
    stated = (cancelled if states else part).fill_null(False)
    back = (
        pl.when(stated)
        .then(pl.when(cancel > 0).then(cancel).otherwise(amount))
        .when(pays)
        .then(cancel.fill_null(0) if states else cancel)
        .when(kind == "decline")
        .then(pl.lit(0 if states else None, pl.Int64))
    )
    turned = kind.is_in(list(style.negative_types)) & (amount > 0) & ~stated
    return frame.with_columns(stated.alias("stated"), back.alias("back")).with_columns(
        pl.when("stated").then(pl.lit("purchase")).otherwise(kind).alias("txn_type"),
        pl.when(turned)
        .then(-amount)
        .when(kind == "decline")
        .then(amount.abs())
        .otherwise(amount)
        .alias("signed"),
    )
