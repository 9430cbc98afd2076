"""What was known about earlier misuse when a claim happened. For detectors only, never for rules.

A label counts from the moment it became known (`known_at` <= the claim's `transacted_at`), in
training exactly as at night, and stops counting when a newer label of the same claim replaces it.
Windows are about when the label became known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.detection.features.catalogue import COUNT_WINDOWS, RATE_WINDOWS, RUNS_OF
from fraud.detection.features.columns import MOMENT, column
from fraud.detection.features.events import Events, Ints, Mask, Questions
from fraud.detection.features.rows import Floats, Rows, category_of, ratio
from rules.windows import DAY_US

Columns = dict[str, NDArray]

_NEVER = np.iinfo(np.int64).max
_NO_KEY = -1


@dataclass(frozen=True)
class LabelEvents:
    """Labels as arrays: who, where, by whom approved and on what; the verdict; when it happened, known from and until when."""

    keys: Mapping[str, Ints]  # by subject; -1 where missing
    is_misuse: Mask
    happened_us: Ints
    known_us: Ints
    replaced_us: Ints


_KEYS = ("cardholder_id", "merchant_id", "transacted_at", "approver_id", "category")


def label_events(
    claims: pl.DataFrame, labels: pl.DataFrame, category_codes: Mapping[str, int]
) -> LabelEvents:
    """Events of a labels frame (`claim_id, is_misuse, known_at`), with the keys of their claims.

    A label of a claim that is not in the frame counts only if the labels frame brings the columns `cardholder_id`,
    `merchant_id` and `transacted_at` itself (and, for what they are about, `approver_id` and `category`). A row without an
    outcome (null) withdraws the label before it. `category_codes`: the numbers categories have among the claims.
    """
    labelled = claims.filter(pl.col("claim_id").is_in(labels["claim_id"].unique().implode()))
    of_claims = labelled.select(
        "claim_id",
        "cardholder_id",
        "merchant_id",
        "transacted_at",
        column(labelled, "approver_id", pl.Int64()).alias("approver_id"),
        category_of(labelled).cast(pl.String).alias("category"),
    )
    own = [name for name in _KEYS if name in labels.columns]
    frame = labels.select("claim_id", "is_misuse", pl.col("known_at").cast(MOMENT), *own)
    joined = frame.join(of_claims, on="claim_id", how="left", suffix="_of_claim", maintain_order="left")
    joined = joined.with_columns(pl.coalesce(name, f"{name}_of_claim").alias(name) for name in own)
    joined = joined.filter(pl.all_horizontal(pl.col("transacted_at", "known_at").is_not_null()))
    joined = joined.sort("claim_id", "known_at", "is_misuse").with_columns(
        replaced_at=pl.when(pl.col("claim_id") == pl.col("claim_id").shift(-1)).then(
            pl.col("known_at").shift(-1)
        )
    )
    joined = joined.filter(pl.col("is_misuse").is_not_null())
    category = pl.col("category").replace_strict(category_codes, default=_NO_KEY, return_dtype=pl.Int64)
    keyed = joined.select(
        merchant=pl.col("merchant_id"),
        cardholder=pl.col("cardholder_id"),
        approver=pl.col("approver_id"),
        category=category if category_codes else pl.lit(_NO_KEY),
    )
    return LabelEvents(
        keys={name: keyed[name].fill_null(_NO_KEY).cast(pl.Int64).to_numpy() for name in keyed.columns},
        is_misuse=joined["is_misuse"].to_numpy(),
        happened_us=joined["transacted_at"].dt.epoch("us").to_numpy(),
        known_us=joined["known_at"].dt.epoch("us").to_numpy(),
        replaced_us=joined["replaced_at"].dt.epoch("us").fill_null(_NEVER).to_numpy(),
    )


def label_features(rows: Rows, events: LabelEvents) -> Columns:
    """Known misuse at the merchant, by the cardholder, under the approver and in the category, as of each claim's own time."""
    return {name: values for part in label_parts(rows, events) for name, values in part.items()}


def label_parts(rows: Rows, events: LabelEvents) -> Iterator[Columns]:
    """The same, what is known of one subject after the other."""
    at_us = rows.answered(rows.at_us)
    for name in COUNT_WINDOWS:
        keys: Ints = getattr(rows, name)
        until = int(at_us.max(initial=0))
        history = Events(events.keys[name], events.known_us, events.replaced_us, until_us=until)
        questions = Questions(history, rows.answered(keys), at_us)
        found = _counts(questions, events, name)
        if name in RUNS_OF:
            found |= _latest_run(history, questions, events, at_us, name)
        yield found


def _counts(questions: Questions, events: LabelEvents, name: str) -> Columns:
    found: Columns = {}
    for days in COUNT_WINDOWS[name]:
        misuse = questions.alive(days * DAY_US, where=events.is_misuse)
        found[f"n_known_misuse_{name}_{days}d"] = misuse
        if days in RATE_WINDOWS[name]:
            labelled = questions.alive(days * DAY_US)
            found[f"n_known_labels_{name}_{days}d"] = labelled
            found[f"known_misuse_rate_{name}_{days}d"] = ratio(misuse, labelled)
    return found


def _latest_run(
    history: Events, questions: Questions, events: LabelEvents, at_us: Ints, name: str
) -> Columns:
    """The unbroken run of misuse (or of clean claims) that the key's known labels end with.

    `n_misuse_run` counts the latest labels that were all misuse and `days_since_misuse_run_began`
    is the age of the first of them; `n_clean_run` counts clean labels since the last misuse;
    `days_since_known_label` is the age of the latest claim whose outcome is known: the longer, the
    more could have gone wrong unseen.
    """
    latest = questions.latest()
    has_label = latest >= 0
    place = np.maximum(latest, 0)
    runs = _runs(history, events)
    found: Columns = {f"days_since_known_label_{name}": _days(at_us, runs.happened_us, place, has_label)}
    found[f"n_misuse_run_{name}"] = _pick(runs.n_misuse, place, has_label, 0)
    found[f"n_clean_run_{name}"] = _pick(runs.n_clean, place, has_label, 0)
    found[f"days_since_misuse_run_began_{name}"] = _days(at_us, runs.misuse_began_us, place, has_label)
    found[f"days_since_known_misuse_{name}"] = _days(at_us, runs.last_misuse_us, place, has_label)
    return found


@dataclass(frozen=True)
class _Runs:
    """Per event in event order: the run it ends, and the key's last misuse up to it (-1: none)."""

    n_misuse: Ints
    n_clean: Ints
    misuse_began_us: Ints
    last_misuse_us: Ints
    happened_us: Ints


def _runs(history: Events, events: LabelEvents) -> _Runs:
    n = len(history.rows)
    misuse = events.is_misuse[history.rows]
    happened = events.happened_us[history.rows]
    place = np.arange(n)
    starts_key = history.starts_key
    first_of_key = np.maximum.accumulate(np.where(starts_key, place, 0))
    last_clean = np.maximum(_last_where(~misuse), first_of_key - 1)
    last_misuse = np.maximum(_last_where(misuse), first_of_key - 1)
    began = np.where(misuse, np.minimum(last_clean + 1, n - 1), 0)
    return _Runs(
        n_misuse=place - last_clean,
        n_clean=place - last_misuse,
        misuse_began_us=np.where(misuse, happened[began], -1),
        last_misuse_us=np.where(last_misuse >= first_of_key, happened[np.maximum(last_misuse, 0)], -1),
        happened_us=happened,
    )


def _last_where(mask: Mask) -> Ints:
    """Per place: the latest place so far where the mask holds, -1 before the first."""
    return np.maximum.accumulate(np.where(mask, np.arange(len(mask)), -1))


def _pick(values: Ints, place: Ints, valid: Mask, empty: int) -> Ints:
    if len(values) == 0:
        return np.full(len(place), empty, dtype=np.int64)
    return np.where(valid, values[place], empty)


def _days(at_us: Ints, moments_us: Ints, place: Ints, valid: Mask) -> Floats:
    """Days from a run's moment (-1: none) to each claim, nan where there is none."""
    moment = _pick(moments_us, place, valid, -1)
    return np.where(moment >= 0, (at_us - moment) / DAY_US, np.nan)
