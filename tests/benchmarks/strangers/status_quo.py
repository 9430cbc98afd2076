"""What the company had before: a book of plain rules and a simple tree, side by side, every hit of either an alert.

Computed plainly from the claim frame, without any of the product's parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from xgboost import XGBClassifier

from tests.benchmarks.strangers.company import Company

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
#: The tree's own threshold.
TREE_THRESHOLD = 0.5
_BOOK = (4, 7)


def plain_facts(company: Company) -> pl.DataFrame:
    """A dozen plain facts of each claim: the claim's own, and counts and means over what came before it."""
    claims, zone = company.claims, company.traits.zone
    there = claims.columns
    local = pl.col("transacted_at").dt.convert_time_zone(zone)
    category = pl.col("mcc") if "mcc" in there else pl.col("biz_type")
    frame = claims.select(
        "claim_id",
        "cardholder_id",
        "merchant_id",
        at=pl.col("transacted_at"),
        amount=pl.col("amount_minor"),
        hour=pl.when("has_time").then(local.dt.hour()),
        weekday=local.dt.weekday(),
        month_day=local.dt.day(),
        category=category,
        heads=pl.col("n_attendees") if "n_attendees" in there else pl.lit(None, dtype=pl.Int64),
        days_to_file=(pl.col("submitted_at") - pl.col("transacted_at")).dt.total_seconds() / 86_400,
        abroad=pl.col("country") != company.traits.country,
        department=pl.col("department_id"),
        keyed=pl.col("entry_mode") == "keyed",
    ).sort("at", "claim_id")
    number = pl.int_range(pl.len())
    frame = frame.with_columns(
        before=number.over("cardholder_id"),
        at_shop=number.over("cardholder_id", "merchant_id"),
        shop_before=number.over("merchant_id"),
        total=pl.col("amount").cum_sum().over("cardholder_id"),
        code=pl.col("category").rank("dense"),
        day=pl.col("at").dt.convert_time_zone(zone).dt.date(),
    )
    mean = (pl.col("total") - pl.col("amount")) / pl.col("before")
    same_day = pl.int_range(pl.len()).over("cardholder_id", "merchant_id", "day") > 0
    return frame.with_columns(
        to_mean=pl.when(pl.col("before") >= 3).then(pl.col("amount") / mean), again_today=same_day
    ).sort("claim_id")


_TREE_COLUMNS = (
    "amount", "hour", "weekday", "month_day", "code", "heads", "days_to_file", "abroad", "department", "before", "at_shop",
    "shop_before", "to_mean", "keyed",
)  # fmt: skip


def tree_matrix(facts: pl.DataFrame) -> NDArray[np.float32]:
    """(claims, facts) for the simple tree; missing is nan."""
    return facts.select(pl.col(_TREE_COLUMNS).cast(pl.Float32)).to_numpy().astype(np.float32)


def _rules(company: Company) -> dict[str, pl.Expr]:
    """Every plain rule such a company may have, over facts and claims side by side."""
    limit, unit = company.traits.limit, company.traits.unit
    amount, hour = pl.col("amount"), pl.col("hour")
    words = "bar|pub|tavern|taproom|주점|호프|포차|노래|karaoke|golf|골프|jewel|귀금속|복권|lottery"
    rules = {
        "over_limit": amount > limit,
        "near_limit": (amount > 0.9 * limit) & (amount <= limit),
        "weekend": (pl.col("weekday") >= 6) & (amount > 15 * unit),
        "late": ((hour >= 23) | (hour < 5)) & (amount > 10 * unit),
        "bad_words": pl.col("merchant_name").str.to_lowercase().str.contains(words),
        "round": (amount % (10 * company.traits.money.whole) == 0) & (amount >= 100 * unit),
        "again_today": pl.col("again_today") & (amount > 8 * unit),
        "unlike_person": (pl.col("to_mean") > 4) & (amount > 60 * unit),
        "filed_late": pl.col("days_to_file") > 21,
        "cash_like": pl.col("category").is_in(
            ["6011", "6051", "6540", "5947", "cash machine", "currency", "prepaid"]
        ),
        "alone": (pl.col("at_shop") >= 4)
        & (pl.col("shop_before") <= pl.col("at_shop") + 1)
        & (amount > 30 * unit),
        "keyed": pl.col("keyed") & (amount > 120 * unit),
    }
    there = company.claims.columns
    if "on_leave" in there:
        rules["on_leave"] = pl.col("on_leave")
    if "receipt_id" in there:
        rules["no_receipt"] = pl.col("receipt_id").is_null() & (amount > 40 * unit)
    if "on_trip" in there:
        rules["abroad"] = pl.col("abroad") & ~pl.col("on_trip")
    if "service_minor" in there:
        rules["tip"] = pl.col("service_minor") > 0.25 * amount
    if "merchant_opened_on" in there:
        age = (pl.col("day") - pl.col("merchant_opened_on")).dt.total_days()
        rules["new_shop"] = (age < 60) & (amount > 100 * unit)
    if "authorization_code" in there:
        rules["same_code"] = pl.int_range(pl.len()).over("authorization_code") > 0
    return rules


@dataclass(frozen=True)
class OldBook:
    """The rules the company had, and which claims they hit; (claims, rules)."""

    names: tuple[str, ...]
    hits: Mask

    @property
    def any(self) -> Mask:
        return np.asarray(self.hits.any(axis=1), dtype=bool)


def old_book(company: Company, facts: pl.DataFrame) -> OldBook:
    """Four to seven plain rules, drawn for the company."""
    rng = company.traits.rng("old rules")
    rules = _rules(company)
    names = sorted(rules)
    chosen = sorted(rng.choice(names, int(rng.integers(_BOOK[0], _BOOK[1] + 1)), replace=False).tolist())
    beside = facts.hstack(company.claims.drop(set(company.claims.columns) & set(facts.columns)))
    spent = (company.claims["amount_minor"] > 0).to_numpy()
    hits = beside.select(rules[name].fill_null(False).alias(name) for name in chosen).to_numpy().astype(bool)
    return OldBook(tuple(chosen), hits & spent[:, None])


def simple_tree(matrix: NDArray[np.float32], y: Mask, threads: int = 1) -> XGBClassifier | None:
    """Boosted trees with the library's defaults; None without anything to tell apart."""
    if not y.any() or y.all():
        return None
    return XGBClassifier(n_jobs=threads, random_state=0).fit(matrix, y.astype(np.int8))


def tree_probability(tree: XGBClassifier | None, matrix: NDArray[np.float32]) -> Floats:
    """What the tree says of each claim; 0 without a tree."""
    if tree is None:
        return np.zeros(len(matrix))
    return np.asarray(tree.predict_proba(matrix)[:, 1], dtype=np.float64)
