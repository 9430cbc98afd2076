"""The one implementation of features: night, training, backtest and preview all call it."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.company.calendar import CompanyCalendar
from fraud.detection.features.behaviour import (
    cardholder_extremes,
    cardholder_habits,
    cardholder_pace,
    cardholder_totals,
    merchant_features,
    repetition_features,
    same_merchant_features,
)
from fraud.detection.features.catalogue import COMPUTED, LABEL_FEATURES
from fraud.detection.features.claim import claim_features
from fraud.detection.features.columns import (
    TAKEN_NAMES,
    ClaimFrameNotValid,
    require_columns,
    take_columns,
    untyped_nulls,
)
from fraud.detection.features.customs import custom_features
from fraud.detection.features.kinds import category_features, purpose_features
from fraud.detection.features.label_history import LabelEvents, label_events, label_parts
from fraud.detection.features.links import link_features
from fraud.detection.features.moments import moment_features
from fraud.detection.features.peers import peer_features
from fraud.detection.features.rows import Rows, rows_of

_BEHAVIOUR = {
    "pace": cardholder_pace,
    "totals": cardholder_totals,
    "extremes": cardholder_extremes,
    "habits": cardholder_habits,
    "merchant": merchant_features,
    "same_merchant": same_merchant_features,
    "repetition": repetition_features,
    "peers": peer_features,
    "categories": category_features,
    "purposes": purpose_features,
    "links": link_features,
    "customs": custom_features,
}
OUTCOMES = "outcomes"
#: What `look_back` looks at, one after the other; each by itself gives the same.
LOOKS = (*_BEHAVIOUR, OUTCOMES)


def build_features(
    claims: pl.DataFrame,
    *,
    calendar: CompanyCalendar,
    zone: str,
    labels: pl.DataFrame | None = None,
    targets: NDArray[np.bool_] | None = None,
    wanted: pl.DataFrame | None = None,
    lets_go: bool = False,
) -> pl.DataFrame:
    """The feature frame of a claim frame: same rows in the same order, one column per vocabulary name.

    `claims` holds history and the claims of interest together; a feature of a claim only looks at
    claims strictly before it in (transacted_at, claim_id) and at labels (`claim_id, is_misuse,
    known_at`) known by its time. With `targets` (mask over the rows) only those rows are returned,
    with the same values they have without it; `wanted` is those rows where `claims` has no more than PAST_COLUMNS. With `lets_go`
    the claim frame is empty afterwards: a year of claims need not be held once their numbers are taken. Raises ClaimFrameNotValid for a missing key column.
    """
    own = wanted
    if own is None:
        own = claims if targets is None else claims.filter(pl.Series(targets))
    lets_go = lets_go and own is not claims
    parts = look_back(claims, zone=zone, labels=labels, targets=targets, wanted=wanted, lets_go=lets_go)
    return with_own_facts(own, pl.concat(list(parts), how="horizontal"), calendar=calendar, zone=zone)


def look_back(
    claims: pl.DataFrame,
    *,
    zone: str,
    labels: pl.DataFrame | None = None,
    targets: NDArray[np.bool_] | None = None,
    wanted: pl.DataFrame | None = None,
    lets_go: bool = False,
) -> Iterator[pl.DataFrame]:
    """What features say of earlier claims and outcomes, some columns of the asked rows at a time: each is let go of before the next.

    Takes what `build_features` takes; `claims` needs PAST_COLUMNS, and the approver where `wanted` does not tell it.
    """
    looking = LookBack(claims, zone=zone, labels=labels, targets=targets, wanted=wanted, lets_go=lets_go)
    for name in LOOKS:
        yield from looking.at(name)


class LookBack:
    """Claims ready to be looked back on, one of `LOOKS` at a time and in any order; takes what `look_back` takes."""

    def __init__(
        self,
        claims: pl.DataFrame,
        *,
        zone: str,
        labels: pl.DataFrame | None = None,
        targets: NDArray[np.bool_] | None = None,
        wanted: pl.DataFrame | None = None,
        lets_go: bool = False,
    ) -> None:
        require_columns(claims)
        self._rows = rows_of(claims, targets, zone, wanted)
        if wanted is not None:
            chosen = claims if targets is None else claims.filter(pl.Series(targets))
            if not wanted["claim_id"].equals(chosen["claim_id"]):
                raise ClaimFrameNotValid("the claims in question are not those of the claim frame")
        self._events: LabelEvents | None = None
        if labels is not None and len(labels) > 0:
            self._events = label_events(claims, labels, self._rows.category_codes)
        if lets_go:
            for name in claims.columns:
                claims.drop_in_place(name)

    def at(self, name: str) -> Iterator[pl.DataFrame]:
        """The columns of one look, some at a time, a row an asked claim. Raises KeyError for a look there is not."""
        if name == OUTCOMES:
            yield from _known_outcomes(self._rows, self._events)
            return
        yield pl.DataFrame(_series(_BEHAVIOUR[name](self._rows)))
        self._rows.forget_short()


def without_behind(wanted: pl.DataFrame, *, calendar: CompanyCalendar, zone: str) -> pl.DataFrame:
    """The feature frame of the claims with nothing in it of what lies behind them: which columns have values is known before that is."""
    known = own_facts(wanted, calendar=calendar, zone=zone).columns
    behind = {name: feature.dtype for name, feature in COMPUTED.items() if name not in known}
    empty = pl.DataFrame(schema=behind).clear(wanted.height)
    return with_own_facts(wanted, empty, calendar=calendar, zone=zone)


def with_own_facts(
    wanted: pl.DataFrame, behind: pl.DataFrame, *, calendar: CompanyCalendar, zone: str
) -> pl.DataFrame:
    """The feature frame of the claims: their own facts beside what `look_back` said of them, row by row."""
    frame = own_facts(wanted, calendar=calendar, zone=zone).hstack(behind)
    computed = [name for name in COMPUTED if name not in TAKEN_NAMES]
    return frame.select(*TAKEN_NAMES, *computed).with_columns(*untyped_nulls(wanted))


def own_facts(wanted: pl.DataFrame, *, calendar: CompanyCalendar, zone: str) -> pl.DataFrame:
    """What claims tell of themselves, row by row: taken columns and the features that look at one claim alone."""
    frame = take_columns(wanted, zone)
    return frame.hstack(moment_features(frame, calendar, zone)).hstack(claim_features(frame, zone))


def _known_outcomes(rows: Rows, events: LabelEvents | None) -> Iterator[pl.DataFrame]:
    """Label-derived columns; without any labels they are what an empty label history gives."""
    if events is None:
        n = len(rows.answered(rows.at_us))
        empty = (_nothing_known(feature.name, feature.dtype) for feature in LABEL_FEATURES)
        yield pl.select(row=pl.int_range(n)).with_columns(*empty).drop("row")
        return
    for part in label_parts(rows, events):
        yield pl.DataFrame(_series(part))


def _nothing_known(name: str, dtype: pl.DataType) -> pl.Expr:
    empty = 0 if dtype == pl.Int32 else None
    return pl.lit(empty, dtype=dtype).alias(name)


def _series(columns: dict[str, NDArray]) -> list[pl.Series]:
    """Arrays as columns of the catalogue's types; nan becomes null."""
    found = []
    for name, values in columns.items():
        series = pl.Series(name, values)
        if series.dtype.is_float():
            series = series.fill_nan(None)
        found.append(series.cast(COMPUTED[name].dtype))
    return found
