"""G10: what rules mined from misses make of a book without its merchant rule."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company.thresholds import CostMatrix
from fraud.learning.evaluation.costs import Confusion, confusion
from fraud.learning.mining.choosing import Block, MiningSettings
from fraud.learning.mining.mine import Mined, mine, texts
from fraud.learning.mining.terms import rows_of
from tests.benchmarks.detection_data import CURRENCY, DELAY_DAYS, WEEK, Labelled
from tests.benchmarks.detection_goals import Figure
from tests.benchmarks.detection_rules import RULE_BOOK, with_watch_list

#: The book that is left: no rule of it looks at a merchant.
LEFT = ("R1", "R2", "R8")
_COST = CostMatrix(tp=5, fp=5, fn=100, tn=0)
#: Days that are learnt from, and the later ones that prove; of both every outcome was known at the cut-off.
LEARN_DAYS, CHECK_DAYS = 56, 14


def rules_from_misses(
    data: Labelled, hits: NDArray[np.bool_], starts: Sequence[date], say=print
) -> list[Figure]:
    """Change of cost per 1,000 claims in the week after each fold's cut-off, once what was mined by then is in the book."""
    features = with_watch_list(data.features)
    flagged = hits[:, [list(RULE_BOOK).index(code) for code in LEFT]].any(axis=1)
    truth, before, after = [], [], []
    for start in starts:
        cut_off = (start - data.first_day).days + WEEK + DELAY_DAYS
        mined = mined_by(data, features, flagged, cut_off)
        week = np.flatnonzero((data.day >= cut_off) & (data.day < cut_off + WEEK))
        found = flagged[week].copy()
        for path, _gain in mined.candidates:
            found |= rows_of(path, features[week])
        truth.append(data.is_misuse[week])
        before.append(flagged[week])
        after.append(found)
        day = start + timedelta(days=WEEK + DELAY_DAYS)
        say(f"{day}: {_told(confusion(truth[-1], before[-1]))} -> {_told(confusion(truth[-1], found))}")
        for text in texts(mined):
            say(f"    {text}")
    y = np.concatenate(truth)
    was, now = (confusion(y, np.concatenate(each)).cost_per_1000(_COST) for each in (before, after))
    return [Figure("G10", "change of cost with mined rules", now / was - 1, -0.50, False)]


def mined_by(data: Labelled, features: pl.DataFrame, flagged: NDArray[np.bool_], cut_off: int) -> Mined:
    """What is mined on day `cut_off` from the claims whose outcome was known by then."""
    known = cut_off - DELAY_DAYS
    check = _block(data, features, flagged, known - CHECK_DAYS, known)
    learn = _block(data, features, flagged, known - CHECK_DAYS - LEARN_DAYS, known - CHECK_DAYS)
    return mine(learn, check, currency=CURRENCY, cost=_COST, settings=MiningSettings())


def _block(data: Labelled, features: pl.DataFrame, flagged: NDArray[np.bool_], first: int, end: int) -> Block:
    rows = np.flatnonzero((data.day >= first) & (data.day < end) & ~flagged)
    everything = np.ones(len(rows), dtype=bool)
    return Block(features[rows], data.is_misuse[rows], everything, rows, float(end - first))


def _told(found: Confusion) -> str:
    return f"recall {found.recall:.3f} precision {found.precision:.3f} cost {found.cost_per_1000(_COST):.0f}"
