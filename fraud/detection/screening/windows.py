"""What windows reach: how much history a run reads, and by what claims are connected through windows. Knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fraud.detection.features import FEATURE_WINDOWS, HISTORY_DAYS
from rules.engine import RuleSpec
from rules.language import ParameterSpec, nodes
from rules.language.plain_windows import key_columns
from rules.language.reach import reach_days, reach_days_after

_OF_RECEIPT = "receipt."


@dataclass(frozen=True, slots=True)
class Link:
    """A claim is looked at by claims with the same `columns` up to `after` later (None: ever) and up to `before` earlier, with a
    `period` only by those of the same calendar day, week, month, quarter or year."""

    columns: frozenset[str]
    after: timedelta | None
    before: timedelta = timedelta(0)
    period: str = ""

    def covers(self, other: Link) -> bool:
        """Whether everything the other one connects is connected by this one too."""
        reaches = self.after is None or (other.after is not None and other.after <= self.after)
        is_as_wide = self.period in ("", other.period) and other.before <= self.before
        return self.columns <= other.columns and reaches and is_as_wide


def history_start(earliest: datetime, specs: Iterable[RuleSpec]) -> datetime | None:
    """How far back claims reach any feature or window of a claim transacted at `earliest`; None: all the way.

    Windows with a length reach no further than `HISTORY_DAYS` (the rule checker sees to it); one without looks at everything.
    """
    is_whole = any(is_unbounded(window) for window in windows_of(specs))
    return None if is_whole else earliest - timedelta(days=HISTORY_DAYS)


def latest_reached(latest: datetime, specs: Iterable[RuleSpec]) -> datetime:
    """The latest moment at which a claim can enter a window of a claim transacted at `latest`."""
    days = max((reach_days_after(window) for window in windows_of(specs)), default=0)
    return latest + timedelta(days=days)


def links_of(specs: Iterable[RuleSpec], parameters: Mapping[str, ParameterSpec]) -> tuple[Link, ...]:
    """By what a claim enters the windows of others, in features and in these rules; none that another one covers."""
    links = [Link(frozenset(columns), timedelta(days=days)) for columns, days in FEATURE_WINDOWS]
    return _widest(links + [_link_of(window, parameters) for window in windows_of(specs)])


def receipt_links(specs: Iterable[RuleSpec], parameters: Mapping[str, ParameterSpec]) -> tuple[Link, ...]:
    """By what a claim's receipt enters the windows of others: only windows that look at receipts, by the keys that are none."""
    found = []
    for window in windows_of(specs):
        link = _link_of(window, parameters)
        own = frozenset(name for name in link.columns if not name.startswith(_OF_RECEIPT))
        read = {*link.columns, *nodes.field_names(window)}
        if any(name.startswith(_OF_RECEIPT) for name in read):
            found.append(Link(own, link.after, link.before, link.period))
    return _widest(found)


def _link_of(window: nodes.Window, parameters: Mapping[str, ParameterSpec]) -> Link:
    days = None if is_unbounded(window) else reach_days(window, parameters) or 0.0
    after = None if days is None else timedelta(days=days)
    before = timedelta(days=reach_days_after(window))
    return Link(frozenset(key_columns(window.keys)), after, before, window.period or "")


def _widest(links: list[Link]) -> tuple[Link, ...]:
    links = list(dict.fromkeys(links))
    return tuple(link for link in links if not any(o is not link and o.covers(link) for o in links))


def windows_of(specs: Iterable[RuleSpec]) -> list[nodes.Window]:
    """Every window of the rules."""
    return [node for spec in specs for node in nodes.walk(spec.expression) if isinstance(node, nodes.Window)]


def is_unbounded(window: nodes.Window) -> bool:
    """Whether a window looks at everything before."""
    return window.period is None and window.within is None
