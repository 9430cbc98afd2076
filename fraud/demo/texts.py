"""The texts of a claim: purposes as people write them, shop names as terminals print them."""

from __future__ import annotations

import numpy as np
import polars as pl

from fraud.demo.drafts import NONE, Draft, n_rows
from fraud.demo.spends import SPENDS
from fraud.demo.world import Ints, Rng

# Texts any spending may carry; index 0 here is index len(texts) of the spending.
EXTRA_TEXTS = ("카드 한도 초과로 나누어 결제",)
EMPTY_TEXT_RATE = 0.035
HEADS_IN_TEXT_RATE = 0.2
MONTH_IN_TEXT_RATE = 0.12
NAME_NOISE_RATE = 0.03


def filed_spend(draft: Draft) -> Ints:
    """The spending a claim is filed as: what its purpose and account say."""
    return np.asarray(np.where(draft["filed_as"] == NONE, draft["spend"], draft["filed_as"]), dtype=np.int64)


def purpose_texts(rng: Rng, draft: Draft, month: Ints) -> pl.Series:
    """One line per claim; some name the number of people or the month, a few are empty (null)."""
    table = [text for spend in SPENDS for text in (*spend.texts, *EXTRA_TEXTS)]
    sizes = np.array([len(spend.texts) + len(EXTRA_TEXTS) for spend in SPENDS])
    offset = np.cumsum(sizes) - sizes
    n = n_rows(draft)
    spend = filed_spend(draft)
    drawn = rng.integers(0, 1 << 30, n) % (sizes[spend] - len(EXTRA_TEXTS))
    index = offset[spend] + np.where(draft["text"] == NONE, drawn, draft["text"])
    luck = rng.random(n)
    frame = pl.DataFrame(
        {
            "text": pl.Series(table).gather(index),
            "heads": draft["heads"],
            "month": month,
            "with_heads": (luck < HEADS_IN_TEXT_RATE) & (draft["heads"] > 0),
            "with_month": (luck >= HEADS_IN_TEXT_RATE) & (luck < HEADS_IN_TEXT_RATE + MONTH_IN_TEXT_RATE),
            "empty": rng.random(n) < EMPTY_TEXT_RATE,
        }
    )
    return frame.select(
        pl.when("empty")
        .then(None)
        .when("with_heads")
        .then(pl.format("{} ({}명)", "text", "heads"))
        .when("with_month")
        .then(pl.format("{}월 {}", "month", "text"))
        .otherwise(pl.col("text"))
        .alias("purpose_text")
    ).to_series()


def printed_names(rng: Rng, names: list[str], merchant: Ints) -> pl.Series:
    """Shop names per claim; terminals now and then drop blanks or add a form of company."""
    luck = rng.random(len(merchant))
    frame = pl.DataFrame({"name": pl.Series(names).gather(merchant), "luck": luck})
    squeezed = pl.col("name").str.replace_all(" ", "", literal=True)
    return frame.select(
        pl.when(pl.col("luck") < NAME_NOISE_RATE / 3)
        .then(squeezed)
        .when(pl.col("luck") < NAME_NOISE_RATE * 2 / 3)
        .then(pl.format("(주){}", squeezed))
        .when(pl.col("luck") < NAME_NOISE_RATE)
        .then(pl.format("{} ", "name"))
        .otherwise(pl.col("name"))
        .alias("merchant_name")
    ).to_series()
