"""How much of a file is read before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file; bytes are after decompression."""

    bytes: int = 2 << 30
    rows: int = 5_000_000
    columns: int = 256
    field_bytes: int = 131_072
    record_bytes: int = 4 << 20
    archive_entries: int = 1_000
    archive_ratio: int = 100
    workbook_bytes: int = 512 << 20
    block_bytes: int = (
        6 << 20
    )  # a chunk is about this much text; what it is parsed into is some forty times as much
    chunk_rows: int = 100_000


DEFAULT_LIMITS = Limits()
