"""Features of a claim by itself: no other claim is looked at."""

import polars as pl

from fraud.detection.features.rows import by_currency, is_round
from rules.money import exponent

#: Amounts that limits and prices are set at, within one power of ten.
_ROUND_STEPS = (10, 12, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100)
#: Zeros at the end of an amount that are counted at most.
_MOST_ZEROS = 6


def claim_features(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Ratios, ages and what was given of a claim frame already under vocabulary names."""
    local = pl.col("transacted_at").dt.convert_time_zone(zone)
    day = local.dt.date()
    amount, limit = pl.col("amount"), pl.col("card.limit")
    return frame.select(
        log_amount=amount.clip(lower_bound=0).cast(pl.Float64).log1p().cast(pl.Float32),
        is_round_amount=is_round(amount, frame),
        n_trailing_zeros=_trailing_zeros(amount, frame),
        ratio_to_next_round=_to_next_round(amount),
        per_head_to_next_round=_to_next_round(pl.col("per_head")),
        ratio_to_limit=pl.when(limit > 0).then(amount / limit).cast(pl.Float32),
        ratio_to_pre_approved=pl.when(pl.col("pre_approved_amount") > 0)
        .then(amount / pl.col("pre_approved_amount"))
        .cast(pl.Float32),
        service_share=pl.when(amount > 0).then(pl.col("service_charge") / amount).cast(pl.Float32),
        days_to_submit=_days(pl.col("submitted_at") - pl.col("transacted_at")),
        days_to_approve=_days(pl.col("claim_approved_at") - pl.col("submitted_at")),
        days_to_month_end=(day.dt.month_end() - day).dt.total_days().cast(pl.Int32),
        merchant_age_days=(day - pl.col("merchant.opened_on")).dt.total_days().cast(pl.Int32),
        days_since_hired=(day - pl.col("cardholder.hired_on")).dt.total_days().cast(pl.Int32),
        n_letters_purpose=pl.col("purpose_text").str.len_chars().cast(pl.Int32),
        has_receipt=pl.col("receipt_id").is_not_null(),
        has_pre_approval=pl.col("pre_approval_id").is_not_null(),
        is_other_region=pl.col("merchant.region") != pl.col("cardholder.region"),
        is_own_approver=pl.col("approver.employee_no") == pl.col("cardholder.employee_no"),
    )


def _days(duration: pl.Expr) -> pl.Expr:
    return (duration.dt.total_seconds() / 86_400).cast(pl.Float32)


def _trailing_zeros(amount: pl.Expr, frame: pl.DataFrame) -> pl.Expr:
    """Zeros that the amount in whole units of its currency ends with; 0 with decimals; missing where nothing was spent."""
    unit = by_currency(frame, lambda code: 10 ** exponent(code), 1)
    steps = [unit * 10**k for k in range(1, _MOST_ZEROS + 1)]
    zeros = pl.sum_horizontal([(amount % step == 0).cast(pl.Int32) for step in steps])
    return pl.when(amount > 0).then(zeros)


def _to_next_round(amount: pl.Expr) -> pl.Expr:
    """The amount against the next round amount at or above it, in (0, 1]: just under 1 is just under a limit people set."""
    value = amount.cast(pl.Float64)
    scale = pl.lit(10.0).pow((value.log10() + 1e-9).floor() - 1)
    leading = value / scale  # in [10, 100)
    above = pl.lit(float(_ROUND_STEPS[-1]))
    for step in reversed(_ROUND_STEPS[:-1]):
        above = pl.when(leading <= step).then(float(step)).otherwise(above)
    return pl.when(amount > 0).then((leading / above).cast(pl.Float32))
