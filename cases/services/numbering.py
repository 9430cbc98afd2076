"""Case references: C-<year>-<number>, counting within the year."""

from __future__ import annotations

from cases.models import Case


def last_number(year: int) -> int:
    """The highest number given out in a year, 0 before the first."""
    last = Case.objects.filter(reference__startswith=f"C-{year}-").order_by("-reference").first()
    return int(last.reference.rsplit("-", 1)[1]) if last else 0


def reference(year: int, number: int) -> str:
    """The public id of a case."""
    return f"C-{year}-{number:06d}"


def next_reference(year: int) -> str:
    """The next free reference; the unique constraint settles two at the same moment."""
    return reference(year, last_number(year) + 1)
