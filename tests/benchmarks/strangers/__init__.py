"""`python -m tests.benchmarks strangers [--seeds 8] [--json]`: companies nobody prepared for, each drawn from its seed.

Size, trade, currency, feeds, habits, schemes and how outcomes became known all differ. The product runs there as an administrator
would run it: starter rules and some more, outcomes of two old filters only, training at the cut-off, nights within capacity,
reviewers who decide a fortnight later and sometimes wrongly. Beside it what the company had before. No database.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures of the companies; 0."""
    from tests.benchmarks.strangers.command import main as run

    return run(argv)
