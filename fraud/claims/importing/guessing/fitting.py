"""Which of the profiles there are reads a table as it is, and what the company chose before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fraud.claims.importing.fields import FIELDS
from fraud.claims.importing.guessing.columns import KEPT, TIME_OF
from fraud.claims.importing.guessing.grid import Grid
from fraud.claims.importing.guessing.words import telling_names
from fraud.claims.importing.headers import map_headers, plain
from fraud.claims.importing.problems import FileQuarantined, Notes
from fraud.claims.importing.profile_json import read_spec
from fraud.claims.importing.staging import name_fields, require_name_fields

_FITS = 0.6  # share of the named columns that a profile takes
_FEW = 6  # so many columns of usual names could be anybody's: no preset is recognised by them …
_TELLING = 2  # … unless some are names that no other preset knows


@dataclass(frozen=True, slots=True)
class Known:
    """A profile there is: `is_own` for one the company made or changed, whose choices count as former ones."""

    name: str
    spec: Mapping[str, Any]
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """A profile that fits a table; `rank` orders by how much of it, own ones before others."""

    known: Known
    share: float  # of the named columns

    @property
    def rank(self) -> tuple[float, bool]:
        """Higher fits better; equal ranks cannot be told apart by the columns."""
        return self.share, self.known.is_own


def fitting_profiles(grid: Grid, known: Sequence[Known], name: str) -> list[Fit]:
    """The profiles that take enough of the columns and miss nothing they require; those that take most first, own ones before others."""
    named = [header for header in grid.headers if header.strip()]
    found = []
    for one in known:
        taken = fixed_columns(grid, one, name)
        if named and len(taken) >= _FITS * len(named) and _is_told(one, taken):
            found.append(Fit(one, len(taken) / len(named)))
    return sorted(found, key=lambda one: one.rank, reverse=True)


def _is_told(known: Known, taken: Collection[str]) -> bool:
    """True when the columns tell that they are the profile's: the company's own, many, or names that no other preset knows."""
    telling = sum(telling_names().get(plain(header)) == known.name for header in taken)
    return known.is_own or known.name == "generic" or len(taken) > _FEW or telling >= _TELLING


def fixed_columns(grid: Grid, known: Known, name: str) -> dict[str, tuple[str, str]]:
    """header → (field, profile) of the columns a profile takes; none where it misses a required one or the file's name lacks what it asks for."""
    spec = read_spec(known.spec)
    from_name = " ".join(spec.file_name_pattern)
    named = [part for part in FIELDS if f"<{part}>" in from_name]
    try:
        mapping = map_headers(grid.headers, spec, Notes(), named=named)
        if name:
            require_name_fields(name_fields(name, spec), mapping.columns, spec, name)
    except FileQuarantined:
        return {}
    found: dict[str, tuple[str, str]] = {}
    groups: list[tuple[str, tuple[str, ...]]] = [*mapping.columns.items()]
    groups += [(TIME_OF, times) for times in mapping.times.values()]
    groups += [(KEPT, sources) for sources in mapping.extra.values()]
    for name, sources in groups:
        for source in sources:
            found.setdefault(source, (name, known.name))
    return found


def former_choices(known: Sequence[Known]) -> dict[str, tuple[str, str]]:
    """What the company's own profiles map: plain header → (field, profile); the last one counts."""
    former: dict[str, tuple[str, str]] = {}
    for one in known:
        if one.is_own:
            spec = read_spec(one.spec)
            for name, column in spec.columns.items():
                former.update({plain(source): (name, one.name) for source in column.sources})
                if name == "transacted_at":
                    former.update({plain(source): (TIME_OF, one.name) for source in column.time_sources})
    return former
