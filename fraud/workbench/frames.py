"""The claims a preview runs on: those of a period with all features, and of the time before them what windows look back on.

Kept in memory until something becomes known, so that a rule that is being written is counted again within a fraction of a second.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from django.conf import settings
from numpy.typing import NDArray

from fraud.claims.labels import label_history
from fraud.claims.models import Claim, ClaimChange, Label, Receipt
from fraud.company.values import current_calendar
from fraud.detection.features.build import own_facts
from fraud.detection.screening.context import (
    behind_past,
    columns_of_past,
    features_and_context,
    names_windows_read,
    reads_own_facts,
    windows_frame,
    windows_read_behaviour,
)
from fraud.detection.screening.reads import claims_since, past_of
from fraud.detection.screening.windows import history_start, windows_of
from fraud.workbench.newest import newest, newest_known
from rules.engine import Context, Outcome, RuleSpec, evaluate
from rules.language import parse
from rules.services.rule_sets import active_rule_set
from rules.starter import GALLERY

WINDOW_DAYS = 90
#: Periods kept in memory: the last days, and the one that was asked for beside them.
_MOST_KEPT = 2
_TICK = timedelta(microseconds=1)
_lock = threading.Lock()
_kept: dict[tuple[Any, ...], Frames] = {}


@dataclass(frozen=True)
class Period:
    """Claims transacted after `after` and not after `until`; `days` between them."""

    after: datetime
    until: datetime

    @property
    def days(self) -> float:
        """Length in days, at least one."""
        return max((self.until - self.after) / timedelta(days=1), 1.0)


@dataclass(frozen=True)
class Frames:
    """`rows`: the period's claims with all features, by time and id. `frame`: those and the claims before, as far as windows read them;
    `targets` marks the period's claims in it. `specs`: the rules it was made for; `since`: how far back it reaches, None: all the way."""

    period: Period
    rows: pl.DataFrame
    frame: pl.DataFrame
    targets: NDArray[np.bool_]
    specs: tuple[RuleSpec, ...] = ()
    since: datetime | None = None
    #: Whether `rows` have only what claims tell of themselves, for rules that ask for no more.
    is_lean: bool = False
    #: Per person and the cardholders they may not judge: the rows they may see, worked out once.
    seen: dict[tuple[str, frozenset[int]], NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    _parts: dict[int, tuple[NDArray[np.bool_], NDArray[np.bool_], pl.DataFrame]] = field(
        default_factory=dict, repr=False
    )

    def part(self, keep: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], pl.DataFrame]:
        """(the targets among `frame`, their `rows`) that `keep` (n rows of `rows`) marks; the last one asked for stays."""
        if keep.all():
            return self.targets, self.rows
        held = self._parts.get(id(keep))
        if held is None:
            targets = self.targets.copy()
            targets[np.flatnonzero(self.targets)[~keep]] = False
            self._parts.clear()
            held = self._parts[id(keep)] = keep, targets, self.rows.filter(pl.Series(keep))
        return held[1:]

    def evaluate(
        self, specs: Sequence[RuleSpec], context: Context, keep: NDArray[np.bool_] | None = None
    ) -> Outcome:
        """The rules over the period's claims, or those of them that `keep` marks (n rows of `rows`)."""
        targets, rows = (self.targets, self.rows) if keep is None else self.part(keep)
        return evaluate(self.frame, specs, context=context, targets=targets, whole=rows)

    def serves(self, specs: Sequence[RuleSpec], since: datetime | None) -> bool:
        """Whether everything the windows of these rules look at is in the frame."""
        if self.is_lean and not reads_own_facts(specs):
            return False
        if not windows_of(specs):
            return True
        reaches = self.since is None or (since is not None and self.since <= since)
        is_full = self.frame.width >= self.rows.width
        reads = not windows_read_behaviour(specs) and names_windows_read(specs) <= names_windows_read(
            self.specs
        )
        return reaches and (is_full or reads)


def period_of(first: date | None = None, last: date | None = None) -> Period | None:
    """The period from one day to another, both included, on the company's clock; without them the WINDOW_DAYS up to the newest claim.

    None where there are no claims.
    """
    last_paid = newest(Claim, "transacted_at")
    if last_paid is None:
        return None
    until = last_paid if last is None else min(last_paid, _midnight(last + timedelta(days=1)) - _TICK)
    return Period(until - timedelta(days=WINDOW_DAYS) if first is None else _midnight(first) - _TICK, until)


def _midnight(day: date) -> datetime:
    """The beginning of a day on the company's clock, in UTC as claims have it."""
    return datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


def window_frames(
    specs: Sequence[RuleSpec], period: Period | None = None, *, lean: bool = False
) -> Frames | None:
    """The claims of a period (None: the last days) as these rules see them; None where there are none.

    ``lean``: rules that ask only for what claims tell of themselves get rows with just that, until something asks for more; then
    nothing else of the rows may be read. Takes about a second on a few hundred thousand claims the first time, four where everything is
    asked; kept until something becomes known.
    """
    known = newest_known()
    period = period or period_of()
    if period is None or known is None:
        return None
    models = (Claim, ClaimChange, Label, Receipt)
    told = [newest(Claim, "transacted_at"), *(newest(model, "pk") for model in models)]
    state = (settings.DATABASES["default"]["NAME"], known, *told)
    key = (state, period)
    since = history_start(period.after, specs)
    with _lock:
        held = _kept.get(key)
        if held is None or not held.serves(specs, since):
            for other in [one for one in _kept if one[0] != state or one == key]:
                del _kept[other]
            while len(_kept) >= _MOST_KEPT:
                del _kept[next(iter(_kept))]
            usual = () if held is None else held.specs
            is_little = lean and (held is None or held.is_lean) and reads_own_facts(specs)
            if windows_of(specs) or not is_little:  # then for what windows usually look at, too
                usual = usual if windows_of(usual) else (*usual, *_usual())
            _kept[key] = (_lean if is_little else _made)(period, (*specs, *usual), known)
        found = _kept[key]
    return found if found.rows.height else None


def _usual() -> tuple[RuleSpec, ...]:
    """The rules that count and the templates with a length to their windows: what most drafts look at, they do too."""
    templates = tuple(RuleSpec(code, 1, parse(template.text)) for code, template in GALLERY.items())
    return tuple(
        spec for spec in (*active_rule_set().specs, *templates) if not windows_read_behaviour([spec])
    )


def _lean(period: Period, specs: tuple[RuleSpec, ...], newest_at: datetime) -> Frames:
    """The period's claims with their own facts, and of those before what windows of the rules look at, if they have any."""
    columns = columns_of_past(specs)
    if columns is None:
        return _made(period, specs, newest_at)
    known, first = newest_at + timedelta(seconds=1), period.after + _TICK
    calendar, zone = current_calendar(), settings.TIME_ZONE
    rows = own_facts(claims_since(known, first, period.until + _TICK), calendar=calendar, zone=zone)
    if not windows_of(specs):
        return Frames(period, rows, rows, np.ones(rows.height, dtype=np.bool_), specs, first, is_lean=True)
    since = history_start(period.after, specs)
    past = windows_frame(past_of(known, since, first, columns), specs, calendar=calendar, zone=zone)
    frame, targets = behind_past(rows, past)
    return Frames(period, rows, frame, targets, specs, since, is_lean=True)


def _made(period: Period, specs: tuple[RuleSpec, ...], newest_at: datetime) -> Frames:
    known = newest_at + timedelta(seconds=1)
    since = history_start(period.after, specs)
    claims = claims_since(known, since, period.until + _TICK)
    calendar = current_calendar()
    targets = (claims["transacted_at"] > period.after).to_numpy()
    rows, frame, asked = features_and_context(
        claims, targets, specs, calendar=calendar, zone=settings.TIME_ZONE, labels=label_history(known)
    )
    return Frames(period, rows, frame, asked, specs, since)
