"""What long tests did, counted by name and told at the end of a session."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

#: Name of a test → what it did → how often. "<name>: refused" and the like count beside it.
COUNTED: defaultdict[str, Counter[str]] = defaultdict(Counter)


def told() -> Iterator[str]:
    """A line a counted test, and one for what it did."""
    for name, counts in sorted(COUNTED.items()):
        yield f"{name}: {sum(counts.values()):,}{'' if ':' in name else ' steps'}"
        yield "  " + ", ".join(f"{what} {n:,}" for what, n in counts.most_common())
