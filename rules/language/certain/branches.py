"""The ways in which a condition can come to hold: each a list of plain conditions that must all hold, or fail, together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.language import nodes as n
from rules.language.functions import DEFAULTS
from rules.language.nodes import Expression

MOST = 64


@dataclass(frozen=True, slots=True)
class Atom:
    """A condition without and, or, not; ``holds`` False: it must fail."""

    node: Expression
    holds: bool

    @property
    def written(self) -> Expression:
        """The condition as it would be written."""
        return self.node if self.holds else n.Not(self.node)


class TooMany(Exception):
    """The condition branches into more ways than are looked at."""


Branch = tuple[Atom, ...]


def branches_of(node: Expression, *, holds: bool = True) -> list[Branch]:
    """Every way in which the condition holds (or fails). Raises TooMany above 64."""
    match node:
        case n.Not():
            return branches_of(node.operand, holds=not holds)
        case n.And() | n.Or():
            parts = [branches_of(part, holds=holds) for part in node.operands]
            return _all_of(parts) if isinstance(node, n.And) == holds else _any_of(parts)
        case n.YesNoLiteral():
            return [()] if node.value == holds else []
        case _:
            return [(Atom(node, holds),)]


def _any_of(parts: list[list[Branch]]) -> list[Branch]:
    return _few([branch for part in parts for branch in part])


def _all_of(parts: list[list[Branch]]) -> list[Branch]:
    found: list[Branch] = [()]
    for part in parts:
        found = _few([(*before, *branch) for before in found for branch in part])
    return found


def _few(branches: list[Branch]) -> list[Branch]:
    if len(branches) > MOST:
        raise TooMany
    return branches


def looked_at(node: Expression) -> Iterator[Expression]:
    """The node and what below it must be known for it to be known: not what a window reads of other claims, nor what may be missing."""
    yield node
    if isinstance(node, n.Window | n.IsMissing) or (isinstance(node, n.Call) and node.name in DEFAULTS):
        return
    for part in n.children(node):
        yield from looked_at(part)
