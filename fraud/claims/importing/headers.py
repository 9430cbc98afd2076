"""Which delivered column is which field: aliases compared without case, spaces and punctuation.

An alias that ends in `[1]` names the first of several columns with one name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile import ProfileSpec

_NOT_LETTERS = re.compile(r"[\W_]+")
_FIRST = re.compile(r"^(.*)\[1\]$", re.DOTALL)  # 상호[1]: the first of several columns of that name


@dataclass
class Mapping:
    """Delivered headers a field, in the profile's order of preference; empty tuples are left out."""

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    times: dict[str, tuple[str, ...]] = field(default_factory=dict)
    extra: dict[str, tuple[str, ...]] = field(default_factory=dict)
    labels: tuple[str, ...] = ()


def plain(header: str) -> str:
    """A header without case, white space, line breaks, punctuation and width: what aliases are compared by."""
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", header)).casefold()


def map_headers(
    headers: Sequence[str], spec: ProfileSpec, notes: Notes, named: Iterable[str] = ()
) -> Mapping:
    """Match headers to fields. Raises FileQuarantined for a doubled or a missing column.

    `named` are fields the file name supplies. A header that no alias equals is matched to an alias it differs from by
    at most `header_tolerance` letters, if only one comes that close; every such match is noted.
    """
    found = _Found(headers, spec, notes)
    mapping = Mapping()
    for name, column in spec.columns.items():
        if sources := found.all_of(column.sources):
            mapping.columns[name] = sources
        if times := found.all_of(column.time_sources):
            mapping.times[name] = times
    for name, aliases in spec.extra.items():
        if sources := found.all_of(aliases):
            mapping.extra[name] = sources
    mapping.labels = found.all_of(spec.labels.sources)
    _require(mapping, spec, set(named))
    unused = [header for header in headers if header.strip() and header not in found.used]
    notes.add("columns_ignored", 1 if unused else 0, columns=", ".join(unused)[:500])
    absent = [name for name in spec.columns if not _has_value(name, mapping, spec, set(named))]
    notes.add("fields_absent", 1 if absent else 0, fields=", ".join(absent))
    return mapping


def looks_like_header(values: Sequence[str], spec: ProfileSpec) -> bool:
    """True when at least half of the required fields that have columns are named in `values`."""
    hits, needed = named_fields(values, spec)
    return bool(needed) and hits * 2 >= needed


def named_fields(values: Sequence[str], spec: ProfileSpec) -> tuple[int, int]:
    """How many of the required fields that have columns are named in `values`, and how many such fields there are."""
    names = {plain(value) for value in values}
    names |= {f"{name}1" for name in names}  # 상호[1] is called 상호
    needed = [
        spec.columns[name].sources
        for name in spec.required
        if name in spec.columns and spec.columns[name].sources
    ]
    return sum(any(plain(alias) in names for alias in aliases) for aliases in needed), len(needed)


class _Found:
    """The delivered headers by their plain form."""

    def __init__(self, headers: Sequence[str], spec: ProfileSpec, notes: Notes) -> None:
        self.used: set[str] = set()
        self._notes = notes
        self._tolerance = spec.header_tolerance
        self._by_plain: dict[str, list[str]] = {}
        for header in headers:
            if key := plain(header):
                self._by_plain.setdefault(key, []).append(header)
        every = [c.sources + c.time_sources for c in spec.columns.values()] + list(spec.extra.values())
        self._aliases = {plain(alias) for aliases in (*every, spec.labels.sources) for alias in aliases}

    def all_of(self, aliases: Sequence[str]) -> tuple[str, ...]:
        headers: list[str] = []
        for alias in aliases:
            header = self._exact(alias) or (None if headers else self._close(alias))
            if header is not None and header not in headers:
                headers.append(header)
        self.used.update(headers)
        return tuple(headers)

    def _exact(self, alias: str) -> str | None:
        if first := _FIRST.match(alias):
            return next(iter(self._by_plain.get(plain(first[1]), [])), None)
        headers = self._by_plain.get(plain(alias), [])
        if len(headers) > 1:
            named = list(dict.fromkeys(header.strip() for header in headers))
            if len(named) > 1:
                raise FileQuarantined("headers_alike", columns=" / ".join(f"“{name}”" for name in named))
            raise FileQuarantined("header_duplicated", column=named[0], n=len(headers))
        return headers[0] if headers else None

    def _close(self, alias: str) -> str | None:
        wanted = plain(alias)
        if not self._tolerance or len(wanted) < 6:
            return None
        near = [
            key
            for key in self._by_plain
            if key not in self._aliases and 0 < _distance(key, wanted, self._tolerance) <= self._tolerance
        ]
        if len(near) != 1:
            return None
        header = self._by_plain[near[0]][0]
        self._notes.add("header_close", header=header.strip(), alias=alias)
        return header


def _has_value(name: str, mapping: Mapping, spec: ProfileSpec, named: set[str]) -> bool:
    column = spec.columns[name]
    return name in mapping.columns or name in named or bool(column.constant or column.compose)


def _require(mapping: Mapping, spec: ProfileSpec, named: set[str]) -> None:
    missing: dict[str, tuple[str, ...]] = {}
    for name in spec.required:
        if name == "external_id" and spec.identity:
            continue
        if name in named or (name in spec.columns and _has_value(name, mapping, spec, named)):
            continue
        missing[name] = tuple(spec.columns[name].sources) if name in spec.columns else ()
    if missing:
        shown = ", ".join(" / ".join(sources[:3]) or name for name, sources in missing.items())
        raise FileQuarantined("columns_missing", columns=shown, fields=missing)


def _distance(one: str, other: str, limit: int) -> int:
    """Letters to insert, delete or exchange (Levenshtein); `limit` + 1 as soon as it is certain to be more."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a != b)))
        if min(row) > limit:
            return limit + 1
    return row[-1]
