"""The frame rules are evaluated on: full features for the claims in question, and of their history what windows look at.

On an ordinary night a few thousand claims stand before a year of history. Behaviour is computed for those few alone; the
history keeps its own facts, which is all that windows of the rule language read, unless a rule's window asks for a computed
behaviour of earlier claims. Then everything is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from tempfile import TemporaryFile

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fraud.claims.bulk import return_memory
from fraud.company.calendar import CompanyCalendar
from fraud.detection.features import COMPUTED, build_features
from fraud.detection.features.claim import claim_features
from fraud.detection.features.columns import KEYS, PAST_COLUMNS, TAKEN_NAMES, sources_of, take_columns
from fraud.detection.features.moments import MOMENTS, moment_features
from fraud.detection.features.rows import shares
from fraud.detection.screening.windows import is_unbounded, windows_of
from rules.engine import ParameterSpec, RuleSpec
from rules.language import nodes
from rules.language.plain_windows import key_columns
from rules.language.reach import reach_days

#: What tells claims, moments and money apart.
_ALWAYS = (*KEYS, "transacted_at", "has_time", "business_date", "currency", "txn_type")
#: What a parameter's value may depend on.
_SCOPES = ("cardholder.grade", "cardholder.department", "purpose_code", "currency")
#: Share of claims in question over which computing everything costs no more.
_MOST = 0.5
#: Bytes from which what is not looked at for a while is laid aside.
_LARGE = 8 << 20


def features_and_context(
    claims: pl.DataFrame,
    targets: NDArray[np.bool_],
    specs: Sequence[RuleSpec],
    *,
    calendar: CompanyCalendar,
    zone: str,
    labels: pl.DataFrame,
    wanted: pl.DataFrame | None = None,
    parameters: Mapping[str, ParameterSpec] | None = None,
    lets_go: bool = False,
) -> tuple[pl.DataFrame, pl.DataFrame, NDArray[np.bool_]]:
    """(features of the targets, frame for the rules' windows, mask of the targets in it); targets keep their order by time and id.

    `claims` must be ordered by (transacted_at, claim_id). Where it has no more than `columns_of_past(specs)`, `wanted` is the
    targets whole. With the rules' `parameters` the frame for the rules leaves out claims that no window of a target reaches. With
    `lets_go`, `claims` may be empty afterwards.
    """
    if wanted is None and (not targets.any() or targets.mean() > _MOST or windows_read_behaviour(specs)):
        frame = build_features(claims, calendar=calendar, zone=zone, labels=labels)
        return frame if targets.all() else frame.filter(pl.Series(targets)), frame, targets
    is_past = ~targets if parameters is None else reached_rows(claims, targets, specs, parameters) & ~targets
    past = windows_frame(claims.filter(pl.Series(is_past)), specs, calendar=calendar, zone=zone)
    if lets_go and wanted is not None:  # features make their arrays of what the other columns leave
        for name in {*claims.columns} - {*PAST_COLUMNS}:
            claims.drop_in_place(name)
    with _laid_aside([past], if_large=lets_go) as aside:
        del past
        own = build_features(
            claims,
            calendar=calendar,
            zone=zone,
            labels=labels,
            targets=targets,
            wanted=wanted,
            lets_go=lets_go,
        )
        return_memory()  # of what features were made of nothing is left
        past = aside()
    return own, *behind_past(own, past)


@contextmanager
def _laid_aside(frame: list[pl.DataFrame], *, if_large: bool) -> Iterator[Callable[[], pl.DataFrame]]:
    """What gives the one frame of the list back; meanwhile a large one lies in a file and takes no memory."""
    if not if_large or frame[0].estimated_size() < _LARGE:
        yield frame.pop
        return
    with TemporaryFile() as file:
        frame.pop().write_ipc(file)

        def take_back() -> pl.DataFrame:
            file.seek(0)
            return pl.read_ipc(file)

        yield take_back


def behind_past(own: pl.DataFrame, past: pl.DataFrame) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    """(frame for the rules' windows: the claims in question behind those of the past, as far as windows read them; which rows they are)."""
    names = [name for name in past.columns if name in own.columns]
    asked = own.select(
        pl.col(name).cast(pl.Categorical) if isinstance(past.schema[name], pl.Categorical) else name
        for name in names
    )
    frame = pl.concat([past.select(names), asked], how="vertical_relaxed")
    frame = frame.sort("transacted_at", "claim_id")
    return frame, frame["claim_id"].is_in(own["claim_id"].implode()).to_numpy()


def reads_own_facts(specs: Iterable[RuleSpec]) -> bool:
    """Whether rules ask for nothing that is computed of other claims, but through windows of their own over what claims tell themselves."""
    plain = _names_without_history()
    asked = {name for spec in specs for name in nodes.field_names(spec.expression)}
    return not (asked & {*COMPUTED}) - plain


def windows_frame(
    claims: pl.DataFrame, specs: Sequence[RuleSpec], *, calendar: CompanyCalendar, zone: str
) -> pl.DataFrame:
    """What windows of the rules look at, of every one of the claims, under the names rules know."""
    read = names_windows_read(specs)
    is_taken = read <= {*TAKEN_NAMES}
    past = take_columns(claims, zone, read if is_taken else None)
    if not is_taken:  # what is computed of texts takes them as texts
        past = past.with_columns(pl.col(pl.Categorical).cast(pl.String))
    if read & set(MOMENTS):
        past = past.hstack(moment_features(past, calendar, zone))
    if read - set(past.columns):
        past = past.hstack(claim_features(past, zone))
    return past.select(name for name in past.columns if name in read)


def columns_of_past(specs: Sequence[RuleSpec]) -> frozenset[str] | None:
    """Columns of the claim frame that features and these rules read of earlier claims; None: whole claims."""
    if windows_read_behaviour(specs):
        return None
    sources = sources_of(names_windows_read(specs))
    return None if sources is None else sources | {*PAST_COLUMNS}


def reached_rows(
    claims: pl.DataFrame,
    targets: NDArray[np.bool_],
    specs: Sequence[RuleSpec],
    parameters: Mapping[str, ParameterSpec],
) -> NDArray[np.bool_]:
    """Rows that a window of the rules can look at from a target: alike in the narrowest key that is a number, within its length.

    `claims` is ordered by time.
    """
    reached = np.zeros(claims.height, dtype=np.bool_)
    if not targets.any():
        return reached
    at = claims["transacted_at"]
    first = at.filter(pl.Series(targets)).min()
    assert isinstance(first, datetime)
    for key, days in _reaches(specs, parameters).items():
        start = 0 if days is None else int(at.search_sorted(first - timedelta(days=days)))
        if key is None:
            reached[start:] = True
            continue
        codes = claims[key].fill_null(-1).to_numpy()
        reached[start:] |= shares(codes[start:], codes[targets])
    return reached


def _reaches(
    specs: Sequence[RuleSpec], parameters: Mapping[str, ParameterSpec]
) -> dict[str | None, float | None]:
    """Key → how many days back the windows with it reach, None: all the way; under None those with no such key."""
    found: dict[str | None, float | None] = {}
    for window in windows_of(specs):
        keys = key_columns(window.keys)
        key = next((name for name in KEYS[1:] if name in keys), None)
        days = None if is_unbounded(window) else reach_days(window, parameters) or 0.0
        longest = found.get(key, 0.0)
        found[key] = None if days is None or longest is None else max(days, longest)
    return found


def names_windows_read(specs: Iterable[RuleSpec]) -> frozenset[str]:
    """Columns of earlier claims that some window of the rules looks at, and those by which every window knows them."""
    found = set(_ALWAYS)
    for window in windows_of(specs):
        found |= {column for name in nodes.field_names(window) for column in key_columns((name,))}
        found |= {*key_columns(window.keys), *key_columns(window.part)}
        if any(isinstance(node, nodes.ParameterRef) for node in nodes.walk(window)):
            found |= {*_SCOPES}
    return frozenset(found)


def windows_read_behaviour(specs: Iterable[RuleSpec]) -> bool:
    """Whether a window of some rule looks at a computed behaviour of the claims inside it."""
    plain = _names_without_history()
    for spec in specs:
        for node in nodes.walk(spec.expression):
            if isinstance(node, nodes.Window):
                read = {name for name in nodes.field_names(node) if name in COMPUTED}
                if read - plain:
                    return True
    return False


@lru_cache(maxsize=1)
def _names_without_history() -> frozenset[str]:
    """Computed features that look at one claim alone."""
    empty = pl.DataFrame(
        schema={
            "claim_id": pl.Int64,
            "cardholder_id": pl.Int64,
            "merchant_id": pl.Int64,
            "amount_minor": pl.Int64,
            "transacted_at": pl.Datetime("us", "UTC"),
        }
    )
    frame = take_columns(empty, "UTC")
    calendar = CompanyCalendar()
    alone = moment_features(frame, calendar, "UTC").columns + claim_features(frame, "UTC").columns
    return frozenset([*alone, *frame.columns])
