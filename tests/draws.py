"""How many examples a property test draws: a third of what is promised in `make test`, all of them where `DRAWS=1` asks for it, as CI does beside the suite."""

from __future__ import annotations

import os

SHARE = float(os.environ.get("DRAWS", "0.33"))


def draws(promised: int) -> int:
    """For `max_examples`; a test that promises few draws six of them at least."""
    return min(promised, max(round(promised * SHARE), 6))
