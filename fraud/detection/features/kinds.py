"""What a cardholder spends on one kind of spend (merchant category), against the own past and against the department."""

import numpy as np

from fraud.detection.features.behaviour import Columns
from fraud.detection.features.rows import Floats, Rows, ratio
from rules.windows import DAY_US

MONTH_DAYS = 28
PAST_DAYS = 180
_OWN_DAYS = MONTH_DAYS + PAST_DAYS
#: How alike the people of a department are: the shape of the spread of their habits. At 1 some spend nothing and few much.
_SHAPE = 1.0
_LEAST_TAIL = 1e-12


def category_features(rows: Rows) -> Columns:
    """Counts, totals and shares of the cardholder's own claims of this category; nothing where the category is unknown."""
    index = rows.index(rows.cardholder, rows.category, days=_OWN_DAYS)
    day, month, past = (index.start_within(days * DAY_US) for days in (1, MONTH_DAYS, PAST_DAYS))
    everything = rows.index(rows.cardholder)
    own = everything.count(everything.start_within(PAST_DAYS * DAY_US), where=rows.spending)
    alike = index.count(past, where=rows.spending)
    gap = index.since_last(where=rows.spending) / DAY_US
    found: Columns = {
        "n_claims_same_category_1d": index.count(day, where=rows.spending),
        "n_claims_same_category_28d": index.count(month, where=rows.spending),
        "same_category_share_180d": ratio(alike, own),
        "days_since_same_category": np.where(gap <= PAST_DAYS, gap, np.nan),
        "category_surprise_28d": _surprise(rows),
    }
    return _where_known(rows, found) | _amounts(rows)


def purpose_features(rows: Rows) -> Columns:
    """The category among what the department pays for the same purpose; nothing where the category is unknown."""
    return _where_known(rows, {"purpose_category_share_180d": _share_of_purpose(rows)})


def _where_known(rows: Rows, found: Columns) -> Columns:
    is_known = rows.answered(rows.category) >= 0
    return {name: np.where(is_known, values, np.nan) for name, values in found.items()}


def _amounts(rows: Rows) -> Columns:
    index = rows.index(*rows.money_keys(rows.cardholder, rows.category), days=_OWN_DAYS)
    month, past = (index.start_within(days * DAY_US) for days in (MONTH_DAYS, PAST_DAYS))
    total = index.total(rows.net, month, where=rows.spending).astype(np.float64)
    mean = index.mean(rows.amount, past, where=rows.spending)
    compared = ratio(rows.answered(rows.amount), mean)
    return {
        "total_amount_same_category_28d": np.where(rows.answered(rows.category) >= 0, total, np.nan),
        "amount_ratio_same_category_180d": np.where(rows.answered(rows.is_spending), compared, np.nan),
    }


def _surprise(rows: Rows) -> Floats:
    """-log10 of the probability of at least so many own claims of the category in 28 days, this one among them.

    The rate is unknown: a gamma distribution of shape 1 around what others of the department do in 180 days, learnt from the own
    180 days before the 28. That makes the count negative binomial. nan without department, category or anyone else.
    """
    from scipy.special import betainc

    n, n_past, own_months = _own_counts(rows)
    rate = _rate_of_others(rows)
    scale = _SHAPE / rate + own_months
    known = np.isfinite(rate) & rows.answered(rows.is_spending)
    tail = betainc(n + 1.0, _SHAPE + n_past, 1.0 / (1.0 + np.where(known, scale, 1.0)))
    return np.where(known, -np.log10(np.maximum(tail, _LEAST_TAIL)), np.nan)


def _own_counts(rows: Rows) -> tuple[Floats, Floats, Floats]:
    """Own claims of the category in the last 28 days, in the 180 before those, and how many times 28 days those cover."""
    index = rows.index(rows.cardholder, rows.category, days=_OWN_DAYS)
    recent = index.count(index.start_within(MONTH_DAYS * DAY_US), where=rows.spending)
    before = index.count(index.start_within(_OWN_DAYS * DAY_US), where=rows.spending) - recent
    person = rows.index(rows.cardholder)
    first = person.since_first(person.start_within(_OWN_DAYS * DAY_US)) / DAY_US
    covered = np.maximum(np.nan_to_num(first) - MONTH_DAYS, 0.0) / MONTH_DAYS
    return recent.astype(np.float64), before.astype(np.float64), covered


def _rate_of_others(rows: Rows) -> Floats:
    """Claims of the category that another person of the department makes in 28 days; nan where there is none."""
    department = rows.index(rows.department, days=PAST_DAYS)
    past = department.start_within(PAST_DAYS * DAY_US)
    n_people = department.distinct(rows.cardholder, past, where=rows.spending)
    months = np.maximum(np.nan_to_num(department.since_first(past)) / DAY_US, MONTH_DAYS) / MONTH_DAYS
    alike = rows.index(rows.department, rows.category)
    total = alike.count(alike.start_within(PAST_DAYS * DAY_US), where=rows.spending)
    mine = rows.index(rows.department, rows.category, rows.cardholder, days=PAST_DAYS)
    own = mine.count(mine.start_within(PAST_DAYS * DAY_US), where=rows.spending)
    here = rows.index(rows.department, rows.cardholder, days=PAST_DAYS)
    is_one = here.count(here.start_within(PAST_DAYS * DAY_US), where=rows.spending) > 0
    others = n_people - is_one
    rate = (total - own + 0.5) / (np.maximum(others, 1) * months + 1.0)
    comparable = (others > 0) & (rows.answered(rows.category) >= 0)
    return np.where(comparable, rate, np.nan)


def _share_of_purpose(rows: Rows) -> Floats:
    """Share of the category among the department's claims of the same purpose in 180 days."""
    purpose = rows.index(rows.department, rows.purpose, days=PAST_DAYS)
    everything = purpose.count(purpose.start_within(PAST_DAYS * DAY_US), where=rows.spending)
    both = rows.index(rows.department, rows.purpose, rows.category, days=PAST_DAYS)
    alike = both.count(both.start_within(PAST_DAYS * DAY_US), where=rows.spending)
    return ratio(alike, everything)
