"""The virus scanner: a command that reads the file from standard input, as `clamdscan --no-summary -` does.

Without a command only the industry's test pattern is recognised. A scanner that does not answer never counts as
"clean": the file waits in quarantine.
"""

from __future__ import annotations

import shlex
import subprocess
from enum import StrEnum

from django.conf import settings

SECONDS = 60
# Written in two parts, so that no scanner takes this file for the pattern.
_TEST_PATTERN = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"


def scan(content: bytes) -> Verdict:
    """What the scanner says. The command's exit code: 0 clean, 1 infected, anything else unavailable."""
    if _TEST_PATTERN in content:
        return Verdict.INFECTED
    command = str(getattr(settings, "EVIDENCE_SCAN_COMMAND", "") or "")
    if not command:
        return Verdict.CLEAN
    try:
        done = subprocess.run(  # noqa: S603 - the command comes from the operator's settings
            shlex.split(command), input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return Verdict.UNAVAILABLE
    return {0: Verdict.CLEAN, 1: Verdict.INFECTED}.get(done.returncode, Verdict.UNAVAILABLE)
