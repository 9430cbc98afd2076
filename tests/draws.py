"""How many examples a property test draws: a fifth of what is promised in `make test`, all of them where `DRAWS=1` asks for it, as CI does beside the suite.

A test that says no number promises Hypothesis's hundred; the profile of `tests/conftest.py` draws its share of them.
"""

from __future__ import annotations

import os

SHARE = float(os.environ.get("DRAWS", "0.2"))


def draws(promised: int) -> int:
    """For `max_examples`; a test that promises few draws six of them at least."""
    return min(promised, max(round(promised * SHARE), 6))
