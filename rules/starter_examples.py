"""The example rows that come with the starter rules and templates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from rules.book_text import read_yaml
from rules.examples import clean_examples


@cache
def _examples() -> Mapping[str, Any]:
    found: Mapping[str, Any] = read_yaml(files("rules").joinpath("starter_examples.yaml").read_text("utf-8"))
    return found


def examples_of(code: str) -> list[dict[str, Any]]:
    """The example rows of a starter rule or template, as they are stored; none for other codes."""
    return clean_examples(_examples().get(code, []))
