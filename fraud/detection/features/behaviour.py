"""How a claim compares with what its cardholder and merchant did before it.

Every window ends strictly before the claim in the order (time, claim id). Only spending enters a
count or a baseline: cancellations, refunds and declines neither hide nor fake a habit, nor does a payment of which all
came back. Totals are of what is left of each payment. Amounts
are compared within one currency. A claim that is not spending has no ratio of its own.
"""

import numpy as np
from numpy.typing import NDArray

from fraud.detection.features.rows import Floats, Ints, Mask, Rows, ratio, shares
from rules.windows import DAY_US, MINUTE_US

#: the longest window of any feature; older history never changes a feature
YEAR_DAYS = 365
#: days of claims that make a habit
HABIT_DAYS = 120
#: days over which a departure from the habit is looked for
FORTNIGHT = 14
#: claims that an amount habit needs before a departure from it is called unusual
_HABIT_CLAIMS = 3
_UNUSUAL_RATIO = 3.0
_HABIT_PASSES = 2
#: a spread below this share of the mean says the habit is fixed, not that every won above it is extreme
_LEAST_SPREAD = 0.05
_RATIO_SCALE = 10_000

Columns = dict[str, NDArray]


def cardholder_pace(rows: Rows) -> Columns:
    """Counts, totals and gaps of the cardholder's own claims."""
    index = rows.index(rows.cardholder)
    starts = {days: index.start_within(days * DAY_US) for days in (1, 7, 30)}
    found: Columns = {
        f"n_claims_cardholder_{days}d": index.count(start, where=rows.spending)
        for days, start in starts.items()
    }
    found["n_merchants_cardholder_7d"] = index.distinct(rows.merchant, starts[7], where=rows.spending)
    found["velocity_ratio_cardholder"] = ratio(
        30.0 * found["n_claims_cardholder_1d"], found["n_claims_cardholder_30d"]
    )
    gap = _within_a_year(index.since_last(where=rows.timed_spending)) / MINUTE_US
    found["minutes_since_previous"] = np.where(rows.answered(rows.has_time), gap, np.nan)
    return found


def cardholder_totals(rows: Rows) -> Columns:
    """What the cardholder spent recently, in minor units of the claim's own currency."""
    index = rows.index(*rows.money_keys(rows.cardholder))
    found: Columns = {}
    for days in (1, 7, 30):
        start = index.start_within(days * DAY_US)
        found[f"total_amount_cardholder_{days}d"] = index.total(rows.net, start, where=rows.spending)
    mean = index.mean(rows.amount, start, where=rows.spending)
    found["mean_amount_cardholder_30d"] = np.rint(mean)
    found["amount_ratio_self_30d"] = _own_ratio(rows, mean)
    return found


def cardholder_extremes(rows: Rows) -> Columns:
    """The amount against everything the cardholder spent in a year."""
    index = rows.index(*rows.money_keys(rows.cardholder))
    year = index.start_within(YEAR_DAYS * DAY_US)
    amount, own = rows.answered(rows.amount), rows.answered(rows.is_spending)
    mean = index.mean(rows.amount, year, where=rows.spending)
    spread = np.fmax(index.std(rows.amount, year, where=rows.spending), _LEAST_SPREAD * mean)
    has_habit = own & (index.count(year, where=rows.spending) >= _HABIT_CLAIMS)
    highest = index.maximum(rows.amount, year, where=rows.spending)
    return {
        "amount_z_self": np.where(has_habit, ratio(amount - mean, spread), np.nan),
        "amount_ratio_self_max": np.where(own, ratio(amount, highest), np.nan),
    }


def cardholder_habits(rows: Rows) -> Columns:
    """The amount against the cardholder's habit, and how unusual the last fortnight was.

    The habit is the mean of the amounts of HABIT_DAYS that were not unusual when they happened (over
    3 times the habit until then, worked out in two passes that begin with the plain mean), so a
    burst of misuse does not become the new habit, while a lasting change does in time.
    """
    own_index = rows.index(*rows.money_keys(rows.cardholder))
    counted, n = rows.spending, len(rows)
    is_unusual = np.zeros(n, dtype=np.bool_)
    # of few targets each pass asks only for what the next one looks at
    for further in range(_HABIT_PASSES, -1, -1):
        touched = _rows_behind_targets(rows, rows.cardholder, FORTNIGHT + further * HABIT_DAYS)
        index = own_index
        if touched is not None:  # what they look back at begins where a habit before theirs does
            first = rows.first_row(FORTNIGHT + (further + 1) * HABIT_DAYS)
            index = (own_index.since(first) if first else own_index).asking(touched)
        recent = index.start_within(HABIT_DAYS * DAY_US)
        amount = rows.amount if touched is None else rows.amount[touched]
        to_usual = ratio(amount, index.mean(rows.amount, recent, where=counted))
        if further:
            is_known = index.count(recent, where=rows.spending) >= _HABIT_CLAIMS
            is_unusual = _widen(is_known & (np.nan_to_num(to_usual) > _UNUSUAL_RATIO), touched, n)
            counted = rows.is_spending & ~is_unusual
    scaled = np.rint(np.nan_to_num(np.minimum(to_usual, 1e6)) * _RATIO_SCALE).astype(np.int64)

    fortnight = own_index.start_within(FORTNIGHT * DAY_US)
    highest = own_index.maximum(_widen(scaled, touched, len(rows)), fortnight, where=rows.spending)
    answered = rows.answered(_widen(to_usual, touched, len(rows)))
    return {
        "amount_ratio_usual": np.where(rows.answered(rows.is_spending), answered, np.nan),
        "max_ratio_usual_14d": highest / _RATIO_SCALE,
        "n_unusual_amount_14d": own_index.count(fortnight, where=rows.is_spending & is_unusual),
    }


def merchant_features(rows: Rows) -> Columns:
    """How busy and how long known the merchant is, and the amount against what is usual there."""
    index = rows.index(rows.merchant)
    month = index.start_within(30 * DAY_US)
    first_seen = index.since_first(index.start_within(YEAR_DAYS * DAY_US))
    found: Columns = {
        "n_claims_merchant_30d": index.count(month, where=rows.spending),
        "n_cardholders_merchant_30d": index.distinct(rows.cardholder, month, where=rows.spending),
        "merchant_seen_days": np.nan_to_num(first_seen / DAY_US),
    }
    if not rows.has_one_currency:
        index = rows.index(*rows.money_keys(rows.merchant))
    quarter = index.start_within(90 * DAY_US)
    mean = index.mean(rows.amount, quarter, where=rows.spending)
    found["amount_ratio_merchant_90d"] = _own_ratio(rows, mean)
    return found


def same_merchant_features(rows: Rows) -> Columns:
    """This cardholder at this merchant."""
    index = rows.index(rows.cardholder, rows.merchant)
    day, month = index.start_within(DAY_US), index.start_within(30 * DAY_US)
    year = index.start_within(YEAR_DAYS * DAY_US)
    gap = _within_a_year(index.since_last(where=rows.timed_spending)) / MINUTE_US
    return {
        "n_claims_same_merchant_1d": index.count(day, where=rows.spending),
        "n_claims_same_merchant_30d": index.count(month, where=rows.spending),
        "is_first_at_merchant": index.count(year, where=rows.spending) == 0,
        "minutes_since_same_merchant": np.where(rows.answered(rows.has_time), gap, np.nan),
    }


def repetition_features(rows: Rows) -> Columns:
    """The same amount again: anywhere within 30 days, at the same merchant within 3 days."""
    amount = np.where(rows.is_spending, rows.amount, -1)
    anywhere = rows.index(*rows.money_keys(rows.cardholder, amount), days=30)
    here = rows.index(*rows.money_keys(rows.cardholder, rows.merchant, amount), days=3)
    return {
        "n_same_amount_30d": anywhere.count(anywhere.start_within(30 * DAY_US)),
        "n_repeated_3d": here.count(here.start_within(3 * DAY_US)),
    }


def _own_ratio(rows: Rows, bases: Floats) -> Floats:
    """The claim's amount against a baseline, nan for a claim that is not spending."""
    found = ratio(rows.answered(rows.amount), bases)
    return np.where(rows.answered(rows.is_spending), found, np.nan)


def _within_a_year(elapsed_us: Floats) -> Floats:
    """Microseconds since an earlier claim; nan where it lies further back than any feature looks."""
    return np.where(elapsed_us <= YEAR_DAYS * DAY_US, elapsed_us, np.nan)


def _rows_behind_targets(rows: Rows, key: Ints, days: int) -> Mask | None:
    """Rows that share their key with a target and lie no further back than so many days before any; None for all."""
    if rows.targets is None:
        return None
    behind: Mask = shares(key, key[rows.targets])
    if behind.any():
        behind &= rows.at_us >= rows.at_us[rows.targets].min() - days * DAY_US
    return behind


def _widen(values: NDArray, touched: Mask | None, n: int) -> NDArray:
    """Values of the touched rows in an array over all rows, zero elsewhere."""
    if touched is None:
        return values
    wide = np.zeros(n, dtype=values.dtype)
    wide[touched] = values
    return wide
