"""Keyset paging and capped counts: a deep page costs what the first costs, a count never reads a whole table."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Q, QuerySet

COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows. `next_cursor` is empty on the last page; `is_later` says that this is not the first."""

    rows: list[Any]
    next_cursor: str = ""
    is_later: bool = False


def encode_cursor(*values: Any) -> str:
    """Values of the last row as text for the URL; times as ISO text."""
    plain = [value.isoformat() if hasattr(value, "isoformat") else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(text: str, length: int) -> list[Any] | None:
    """The values of a cursor, or None for one that is empty or damaged: the reader then gets the first page."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(values, list) or len(values) != length:
        return None
    return values if all(isinstance(value, (str, int, float)) for value in values) else None


def keyset_page(rows: QuerySet[Any], *, by: str, cursor: str, size: int) -> Page:
    """The rows after `cursor`, descending by (`by`, id). An index on (`by`, id) carries it at any depth."""
    after = decode_cursor(cursor, 2)
    ordered = rows.order_by(f"-{by}", "-pk")
    try:
        found = list(_later(ordered, by, after)[: size + 1])
    except (ValueError, TypeError, OverflowError, ValidationError, FieldError):  # the cursor of another list
        after, found = None, list(ordered[: size + 1])
    more = len(found) > size
    found = found[:size]
    last = found[-1] if found else None
    cursor_on = encode_cursor(getattr(last, by), last.pk) if more and last is not None else ""
    return Page(rows=found, next_cursor=cursor_on, is_later=after is not None)


def _later(ordered: QuerySet[Any], by: str, after: list[Any] | None) -> QuerySet[Any]:
    if after is None:
        return ordered
    value, pk = after
    # The plain bound lets the index start at the right place; the pair settles ties.
    return ordered.filter(Q(**{f"{by}__lte": value}) & (Q(**{f"{by}__lt": value}) | Q(pk__lt=pk)))


def capped_count(rows: QuerySet[Any], cap: int = COUNT_CAP) -> int:
    """How many rows, counted no further than `cap` + 1: shown as `1,000+` by the template tag `capped`."""
    return rows.order_by().values("pk")[: cap + 1].count()
