"""Which columns of a personnel file are which of its feed's; what nothing takes is named, and a file of another feed is told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fraud.claims.importing.guessing.grid import likely_encodings
from fraud.claims.importing.guessing.kinds import other_kind
from fraud.claims.importing.guessing.words import known_names
from fraud.claims.importing.headers import plain
from fraud.claims.importing.people_feeds import FEEDS, Feed
from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile import Column, ProfileSpec

#: Both say what somebody is at work, now or since a day.
_ALIKE = ("cardholders", "positions")


@dataclass(frozen=True, slots=True)
class FeedHeaders:
    """Delivered headers: of every column of the feed that is there, and of the columns it is checked by (several may say the state)."""

    columns: Mapping[str, str]
    checks: Mapping[str, tuple[str, ...]]


def layout(feed: Feed, path: Path, delimiter: str) -> ProfileSpec:
    """Where the header is looked for: the row that names what every such file has."""
    known = {name: headers_of(feed, name) for name in feed.columns}
    known |= {name: (*known[name], *feed.one_day) for name in feed.days}
    required = tuple(name for name, column in feed.columns.items() if column.required)
    return ProfileSpec(
        delimiter=delimiter,
        columns={name: Column(headers) for name, headers in known.items()},
        required=required,
        encodings=likely_encodings(path),
    )


def headers_of(feed: Feed, name: str) -> tuple[str, ...]:
    """The headers a column is known by: the feed's own, then what claim files call the same."""
    column = feed.columns[name]
    return (
        *column.sources,
        *(word for word, of in known_names().items() if column.field and of == column.field),
    )


def find_columns(headers: Sequence[str], feed: Feed, notes: Notes) -> FeedHeaders:
    """The feed's columns among `headers`; unused ones are noted. Raises FileQuarantined for a missing one, and for a list of another kind."""
    free: dict[str, str] = {}
    for header in headers:
        free.setdefault(plain(header), header)

    def take(words: Sequence[str]) -> str | None:
        key = next((key for word in words if (key := plain(word)) in free), None)
        return None if key is None else free.pop(key)

    def take_all(words: Sequence[str]) -> tuple[str, ...]:
        return tuple(free.pop(key) for key in dict.fromkeys(map(plain, words)) if key in free)

    taken = {name: take(headers_of(feed, name)) for name in feed.columns}
    found = {name: header for name, header in taken.items() if header is not None}
    if not found.keys() & set(feed.days) and (day := take(feed.one_day)) is not None:
        found |= dict.fromkeys(feed.days, day)  # a day of leave may have one column
    _refuse_other_kind(headers, feed)
    _refuse_missing(headers, feed, found)
    checks = {name: some for name, column in feed.checks.items() if (some := take_all(column.sources))}
    used = {*found.values(), *(header for some in checks.values() for header in some)}
    unused = [header.strip() for header in headers if header.strip() and header not in used]
    notes.add("columns_ignored", 1 if unused else 0, columns=", ".join(unused)[:500])
    return FeedHeaders(found, checks)


def _refuse_missing(headers: Sequence[str], feed: Feed, found: Mapping[str, str]) -> None:
    missing = [
        " / ".join(column.sources[:3])
        for name, column in feed.columns.items()
        if column.required and name not in found
    ]
    if missing:
        raise FileQuarantined("feed_columns_missing", columns=", ".join(missing))
    if feed.needs and not found.keys() & set(feed.needs) and not _own(headers, feed):
        some = [" / ".join(feed.columns[name].sources[:3]) for name in feed.needs]
        raise FileQuarantined("feed_tells_nothing", columns=", ".join(some[:6]))


def _refuse_other_kind(headers: Sequence[str], feed: Feed) -> None:
    """A list of leave sent as one of trips would excuse, and one of trips sent as leave accuse."""
    kind = other_kind(headers, ())
    if kind is None or kind.name not in FEEDS or FEEDS[kind.name] is feed or _own(headers, feed):
        return
    if all(any(one is FEEDS[name] for name in _ALIKE) for one in (feed, FEEDS[kind.name])):
        return
    raise FileQuarantined("feed_of_other_kind", feed=kind.name, columns=", ".join(kind.columns)[:200])


def _own(headers: Sequence[str], feed: Feed) -> bool:
    own = {plain(word) for word in feed.own}
    return any(plain(header) in own for header in headers)
