"""The reader of a profile that names a format of records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fraud.claims.importing.profile import ProfileSpec
from fraud.claims.importing.reading.chunks import Table
from fraud.claims.importing.reading.feeds.cdf import CdfTable
from fraud.claims.importing.reading.feeds.lines import LineTable, VcfTable
from fraud.claims.importing.reading.limits import Limits

_READERS: dict[str, Callable[[Path, ProfileSpec, Limits], Table]] = {
    "lines": LineTable,
    "vcf4": VcfTable,
    "cdf3": CdfTable,
}


def open_feed(path: Path, spec: ProfileSpec, limits: Limits) -> Table:
    """The file as the profile's format of records. Raises FileQuarantined for what it is not."""
    return _READERS[spec.records.format](path, spec, limits)
