"""Pairs and links: the same amount by others, colleagues at the same merchant, a merchant that lives on one person."""

import numpy as np

from fraud.detection.features.behaviour import Columns
from fraud.detection.features.rows import Rows, ratio
from rules.windows import DAY_US

PAST_DAYS = 180


def link_features(rows: Rows) -> Columns:
    """Others' claims beside this one's merchant, amount and department."""
    amount = np.where(rows.is_spending & (rows.amount > 0), rows.amount, -1)
    spent = rows.money_keys(amount)
    found: Columns = {
        "n_others_same_amount_merchant_7d": _others(rows, (rows.merchant, *spent), 7),
        "n_others_same_amount_department_3d": _others(rows, (rows.department, *spent), 3),
        "n_others_department_merchant_1d": _others(rows, (rows.department, rows.merchant), 1),
    }
    merchant, here = rows.index(rows.merchant), rows.index(rows.cardholder, rows.merchant)
    past, own_past = (index.start_within(PAST_DAYS * DAY_US) for index in (merchant, here))
    own = here.count(own_past, where=rows.spending)
    found["own_share_merchant_180d"] = ratio(own, merchant.count(past, where=rows.spending))
    return found | _spent_here(rows)


def _others(rows: Rows, keys: tuple[np.ndarray, ...], days: int) -> np.ndarray:
    """Claims of other cardholders with the same keys in the days before."""
    everyone, own = rows.index(*keys, days=days), rows.index(rows.cardholder, *keys, days=days)
    counts = [
        index.count(index.start_within(days * DAY_US), where=rows.spending) for index in (everyone, own)
    ]
    return np.asarray(counts[0] - counts[1])


def _spent_here(rows: Rows) -> Columns:
    """The cardholder's money at this merchant: share of all they spent, against what they pay here, and what the company pays here now."""
    here = rows.index(*rows.money_keys(rows.cardholder, rows.merchant))
    person = rows.index(*rows.money_keys(rows.cardholder))
    merchant = rows.index(*rows.money_keys(rows.merchant))
    month, past = 30 * DAY_US, PAST_DAYS * DAY_US
    own_here = here.total(rows.net, here.start_within(90 * DAY_US), where=rows.spending)
    own = person.total(rows.net, person.start_within(90 * DAY_US), where=rows.spending)
    usual = ratio(
        rows.answered(rows.amount), here.mean(rows.amount, here.start_within(past), where=rows.spending)
    )
    recent = merchant.mean(rows.amount, merchant.start_within(month), where=rows.spending)
    longer = merchant.mean(rows.amount, merchant.start_within(past), where=rows.spending)
    return {
        "total_amount_same_merchant_2d": here.total(
            rows.net, here.start_within(2 * DAY_US), where=rows.spending
        ),
        "same_merchant_share_90d": ratio(own_here, own),
        "amount_ratio_same_merchant_180d": np.where(rows.answered(rows.is_spending), usual, np.nan),
        "price_shift_merchant_30d": ratio(recent, longer),
    }
