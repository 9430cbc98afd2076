"""When and in what amounts a cardholder usually pays, and how much of this claim departs from it."""

import numpy as np

from fraud.detection.features.behaviour import HABIT_DAYS, Columns
from fraud.detection.features.rows import Rows, ratio
from rules.windows import DAY_US

_HALF_YEAR = 180


def custom_features(rows: Rows) -> Columns:
    """Shares among the cardholder's earlier claims: this part of the day, weekends, round amounts; round amounts at the merchant."""
    person = rows.index(rows.cardholder)
    habit = person.start_within(HABIT_DAYS * DAY_US)
    everything = person.count(habit, where=rows.spending)
    timed = person.count(habit, where=rows.timed_spending)
    same_part = rows.index(rows.cardholder, rows.day_part, days=HABIT_DAYS)
    alike = same_part.count(same_part.start_within(HABIT_DAYS * DAY_US), where=rows.timed_spending)
    place = rows.index(rows.merchant)
    half = place.start_within(_HALF_YEAR * DAY_US)
    round_here = place.count(half, where=rows.is_spending & rows.is_round)
    return {
        "day_part_share_120d": np.where(rows.answered(rows.day_part) >= 0, ratio(alike, timed), np.nan),
        "weekend_share_120d": ratio(
            person.count(habit, where=rows.is_spending & rows.is_weekend), everything
        ),
        "round_share_cardholder_120d": ratio(
            person.count(habit, where=rows.is_spending & rows.is_round), everything
        ),
        "round_share_merchant_180d": ratio(round_here, place.count(half, where=rows.spending)),
    }
