"""What the options of a measurement may be, told in words."""

from __future__ import annotations

import argparse


def count(text: str) -> int:
    """A number of things to measure with, one or more. Raises ArgumentTypeError for anything else."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on, such as 20000, not {text!r}")
    return int(text)
