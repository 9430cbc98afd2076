"""Sets of texts, and of yes and no, that conditions leave."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Texts a value may be: those ``allowed`` (None: any) that are not ``excluded`` and pass every test; a ``start`` it must have."""

    allowed: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()
    tests: tuple[Callable[[str], bool], ...] = ()
    starts: tuple[str, ...] = ()
    #: (way of matching, what is looked for, whether it is to be found)
    matched: frozenset[tuple[str, Hashable, bool]] = frozenset()

    def meet(self, other: Words) -> Words:
        """What both allow."""
        allowed = self.allowed
        if other.allowed is not None:
            allowed = other.allowed if allowed is None else allowed & other.allowed
        return Words(
            allowed,
            self.excluded | other.excluded,
            self.tests + other.tests,
            self.starts + other.starts,
            self.matched | other.matched,
        )

    @property
    def is_empty(self) -> bool:
        """Whether no text is left."""
        if any((op, pattern, not holds) in self.matched for op, pattern, holds in self.matched):
            return True
        if any(_lies_in(part, whole) for part in self.matched for whole in self.matched):
            return True
        if self.allowed is None:
            return any(
                not (one.startswith(other) or other.startswith(one))
                for one in self.starts
                for other in self.starts
            )
        left = self.allowed - self.excluded
        return not any(all(test(text) for test in self.tests) for text in left)


def _lies_in(part: tuple[str, Hashable, bool], whole: tuple[str, Hashable, bool]) -> bool:
    """Whether what is not to be found stands in what is: ``contains "coffee"`` and not ``contains "off"``."""
    (op, said, is_found), (other, wanted, holds) = part, whole
    if is_found or not holds or other not in {"contains", "starts with"}:
        return False
    if not isinstance(said, str) or not isinstance(wanted, str):
        return False
    return said in wanted if op == "contains" else op == other and wanted.startswith(said)


@dataclass(frozen=True)
class Truth:
    """Whether something is so."""

    values: frozenset[bool]

    def meet(self, other: Truth) -> Truth:
        """What both allow."""
        return Truth(self.values & other.values)

    @property
    def is_empty(self) -> bool:
        """Whether it can be neither."""
        return not self.values


def is_unlike(held: Mapping[Hashable, object]) -> bool:
    """Whether two texts are to be equal and can have none in common, or are to differ and can only be one and the same."""
    for subject, fact in held.items():
        if not (isinstance(subject, tuple) and subject[0] == "equal" and isinstance(fact, Truth)):
            continue
        one, other = (_left(held.get(each)) for each in subject[1:])
        if one is None or other is None or len(fact.values) != 1:
            continue
        if (True in fact.values and not one & other) or (
            False in fact.values and one == other and len(one) == 1
        ):
            return True
    return False


def _left(fact: object) -> frozenset[str] | None:
    """The few texts a value may be; None where it may be any."""
    if not isinstance(fact, Words) or fact.allowed is None:
        return None
    return frozenset(text for text in fact.allowed - fact.excluded if all(test(text) for test in fact.tests))
