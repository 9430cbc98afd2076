"""Features of a claim by itself: no other claim is looked at."""

import polars as pl

from rules.money import exponent

#: a round amount is a multiple of 10,000 won, or of ten units of a currency with decimals
_ROUND_WITHOUT_DECIMALS = 10_000
_ROUND_UNITS = 10


def claim_features(frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Ratios and ages of a claim frame already under vocabulary names."""
    day = pl.col("transacted_at").dt.convert_time_zone(zone).dt.date()
    amount, limit = pl.col("amount"), pl.col("card.limit")
    is_spending = amount > 0
    waited = (pl.col("submitted_at") - pl.col("transacted_at")).dt.total_seconds() / 86_400
    return frame.select(
        log_amount=amount.clip(lower_bound=0).cast(pl.Float64).log1p().cast(pl.Float32),
        is_round_amount=is_spending & (amount % _round_step(frame["currency"]) == 0),
        ratio_to_limit=pl.when(limit > 0).then(amount / limit).cast(pl.Float32),
        ratio_to_pre_approved=pl.when(pl.col("pre_approved_amount") > 0)
        .then(amount / pl.col("pre_approved_amount"))
        .cast(pl.Float32),
        days_to_submit=waited.cast(pl.Float32),
        merchant_age_days=(day - pl.col("merchant.opened_on")).dt.total_days().cast(pl.Int32),
        days_since_hired=(day - pl.col("cardholder.hired_on")).dt.total_days().cast(pl.Int32),
    )


def _round_step(currencies: pl.Series) -> pl.Expr:
    """Minor units of what counts as round, per row; a missing currency counts as one without decimals."""
    steps = {code: _step(code) for code in currencies.unique().drop_nulls().to_list()}
    if len(steps) == 0:
        return pl.lit(_ROUND_WITHOUT_DECIMALS, dtype=pl.Int64)
    known = pl.col("currency").replace_strict(steps, default=_ROUND_WITHOUT_DECIMALS, return_dtype=pl.Int64)
    return known


def _step(currency: str) -> int:
    digits = exponent(currency)
    return _ROUND_WITHOUT_DECIMALS if digits == 0 else _ROUND_UNITS * 10**digits
