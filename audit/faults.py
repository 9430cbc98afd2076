"""Named points at which a test lets the program fail; without CLEANCARD_FAULT every one of them does nothing."""

from __future__ import annotations

import os
import signal
from typing import Final

#: ``name:kill``, ``name:raise`` or ``name:stop``, with an optional third part: which pass through the point fails (1 = the first).
VARIABLE: Final = "CLEANCARD_FAULT"
#: A file that is made at the first failure; while it exists nothing fails again, in whatever process.
ONCE: Final = "CLEANCARD_FAULT_ONCE"

_passes: dict[str, int] = {}


class FaultInjected(RuntimeError):
    """Raised on purpose at a fault point."""


def hit(name: str) -> None:
    """Fail here if CLEANCARD_FAULT names this point: SIGKILL to the own process, FaultInjected, or standing still until SIGCONT.

    Raises ValueError for a variable that is not `name:kill`, `name:raise` or `name:stop`, with or without a number behind.
    """
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    point, _, rest = wanted.partition(":")
    how, _, number = rest.partition(":")
    if how not in {"kill", "raise", "stop"} or (number and not number.isdecimal()):
        raise ValueError(
            f"{VARIABLE} must be name:kill, name:raise or name:stop, with an optional :number, not {wanted!r}"
        )
    if point != name:
        return
    _passes[name] = _passes.get(name, 0) + 1
    if _passes[name] != int(number or 1) or not _is_first():
        return
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
        return
    raise FaultInjected(f"fault point {name}")


def _is_first() -> bool:
    marker = os.environ.get(ONCE)
    if not marker:
        return True
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
