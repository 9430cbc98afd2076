"""The claim against its peers: the same department and category, from strictly earlier claims."""

import numpy as np

from fraud.detection.features.behaviour import YEAR_DAYS, Columns
from fraud.detection.features.rows import Rows, ratio
from rules.windows import DAY_US

#: logarithms are summed as integers of this resolution, so that a sum never depends on its order
_LOG_SCALE = 1_000_000
_LEAST_PEERS = 5
_LEAST_LOG_SPREAD = 0.05
SHARE_DAYS = 180


def peer_features(rows: Rows) -> Columns:
    """`amount_z_peer` on log amounts over a year; `mcc_share_peer` of the department's claims in 180 days.

    Both are nan where the department or the category is unknown or nothing earlier exists.
    """
    index = rows.index(*rows.money_keys(rows.department, rows.category))
    year = index.start_within(YEAR_DAYS * DAY_US)
    logs = np.rint(np.log1p(np.maximum(rows.amount, 0)) * _LOG_SCALE).astype(
        np.int32
    )  # the largest is 44 million
    n_peers = index.count(year, where=rows.spending)
    mean = index.mean(logs, year, where=rows.spending)
    spread = np.fmax(index.std(logs, year, where=rows.spending), _LEAST_LOG_SPREAD * _LOG_SCALE)
    z = ratio(rows.answered(logs) - mean, spread)
    comparable = rows.answered(rows.is_spending) & (n_peers >= _LEAST_PEERS)
    return {"amount_z_peer": np.where(comparable, z, np.nan), "mcc_share_peer": _category_share(rows)}


def _category_share(rows: Rows) -> np.ndarray:
    department = rows.index(rows.department, days=SHARE_DAYS)
    all_claims = department.count(department.start_within(SHARE_DAYS * DAY_US), where=rows.spending)
    both = rows.index(rows.department, rows.category)
    alike = both.count(both.start_within(SHARE_DAYS * DAY_US), where=rows.spending)
    share = ratio(alike, all_claims)
    return np.where(rows.answered(rows.category) >= 0, share, np.nan)
