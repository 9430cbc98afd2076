"""Values beside values: what conditions say of differences, as distances between them; a way around that is below zero cannot be.

Each value is a point, zero is one too, and ``a - b <= 5`` is a way from b to a of length 5. What is known of the values themselves is added:
their bounds, the smallest and largest of some, whole parts and remainders, windows that lie in one another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from rules.language import nodes as n
from rules.language.certain.branches import Atom
from rules.language.certain.choices import Truth
from rules.language.certain.domains import domain_of
from rules.language.certain.facts import NOT, TURNED, Bounds, Fact
from rules.language.certain.nested import is_counted_within, never_above, never_below
from rules.language.certain.spans import INF, Numbers
from rules.language.nodes import Expression
from rules.language.types import Kind, Type

_ZERO = "zero"
_MOST_CASES, _MOST_POINTS = 16, 16
#: Kinds whose values are whole, so that adding to them rounds nothing.
_WHOLE = frozenset({Kind.MONEY, Kind.DURATION, Kind.DATETIME})
#: Functions whose value is bounded by those of others.
_TAKEN = frozenset({"min", "max", "abs", "or_zero", "quotient", "remainder"})
_ORDERED = _WHOLE | {Kind.NUMBER, Kind.PERCENT}


@dataclass(frozen=True, slots=True)
class Way:
    """``to - start`` is at most ``length``; below it where ``is_strict``."""

    start: Hashable
    to: Hashable
    length: float
    is_strict: bool = False


@dataclass(frozen=True)
class Orders:
    """Orders of the values of some conditions; ``bounds`` tells what does not hang on the claim, ``held`` what is known of subjects."""

    type_of: Callable[[Expression], Type | None]
    bounds: Callable[[Expression], Bounds | None]

    def are_impossible(self, atoms: Iterable[Atom], held: Mapping[Hashable, Fact]) -> bool:
        """Whether the conditions cannot all hold, whatever the claim is; False where that is not certain."""
        ways = [way for atom in atoms for way in self._of_atom(atom)]
        points = self._points(atoms)
        if len(points) > _MOST_POINTS or not (_are_beside(ways) or _are_bounded(points)):
            return False  # of single values all is said already
        for point in points:
            ways += self._of_value(point, held)
        for one, other in product((p for p in points if isinstance(p, n.Window)), repeat=2):
            if never_above(one, other, self.type_of):
                ways.append(Way(other, one, 0.0))
            if never_below(one, other, self.type_of):
                ways.append(Way(one, other, 0.0))
        ways += [Way(of, part, 0.0) for part, of in product(points, repeat=2) if is_counted_within(part, of)]
        cases = [choices for point in points if (choices := self._choices(point, held))]
        if math.prod(len(choices) for choices in cases) > _MOST_CASES:
            cases = []
        return all(_has_turn([*ways, *(way for case in one for way in case)]) for one in product(*cases))

    def _points(self, atoms: Iterable[Atom]) -> list[Expression]:
        found: dict[Expression, None] = {}
        for atom in atoms:
            if isinstance(atom.node, n.Comparison):
                pending = [atom.node.left, atom.node.right]
                while pending:
                    node = pending.pop()
                    if not isinstance(node, n.Window):
                        pending.extend(n.children(node))
                    if self._is_point(node):
                        found[node] = None
        return list(found)

    def _is_point(self, node: Expression) -> bool:
        kind = self.type_of(node)
        return kind is not None and kind.kind in _ORDERED and self._fixed(node) is None

    def _fixed(self, node: Expression) -> float | None:
        found = self.bounds(node)
        return found[0] if found is not None and found[0] == found[1] and math.isfinite(found[0]) else None

    def _placed(self, node: Expression) -> tuple[Hashable, float] | None:
        """(point, what is added) of a value; None for what is no point."""
        fixed = self._fixed(node)
        if fixed is not None:
            return _ZERO, fixed
        if isinstance(node, n.Arithmetic) and node.op in {"+", "-"} and self._is_whole(node):
            for value, added in ((node.left, node.right), (node.right, node.left)):
                more = self._fixed(added)
                if more is not None and more == int(more) and (node.op == "+" or added is node.right):
                    place = self._placed(value)
                    return place and (place[0], place[1] + (more if node.op == "+" else -more))
        return (node, 0.0) if self._is_point(node) else None

    def _is_whole(self, node: Expression) -> bool:
        kind = self.type_of(node)
        return kind is not None and kind.kind in _WHOLE

    def _of_atom(self, atom: Atom) -> Iterator[Way]:
        node = atom.node
        if not isinstance(node, n.Comparison) or any(map(_is_of_business_days, n.walk(node))):
            return
        kinds = {kind.kind for side in (node.left, node.right) if (kind := self.type_of(side)) is not None}
        if Kind.DATE in kinds or not kinds <= _ORDERED:
            return
        op = node.op if atom.holds else NOT[node.op]
        ends = self._ends(node.left, node.right, op)
        if ends is None:
            return
        (one, more), (other, much), op = ends
        if op in {"<", "<=", "="}:
            yield Way(other, one, much - more, op == "<")
        if op in {">", ">=", "="}:
            yield Way(one, other, more - much, op == ">")

    def _ends(
        self, left: Expression, right: Expression, op: str
    ) -> tuple[tuple[Hashable, float], tuple[Hashable, float], str] | None:
        """Both sides as points; ``a - b`` beside what is fixed as a beside b and that."""
        for side, beside, sign in ((left, right, op), (right, left, TURNED[op])):
            fixed = self._fixed(beside)
            if fixed is None or not (isinstance(side, n.Arithmetic) and side.op == "-"):
                continue
            kinds = [
                kind.kind for each in (side.left, side.right) if (kind := self.type_of(each)) is not None
            ]
            if len(kinds) == 2 and kinds[0] == kinds[1] and kinds[0] in _WHOLE and fixed == int(fixed):
                one, other = self._placed(side.left), self._placed(side.right)
                return None if one is None or other is None else (one, (other[0], other[1] + fixed), sign)
        one, other = self._placed(left), self._placed(right)
        return None if one is None or other is None else (one, other, op)

    def _of_value(self, node: Expression, held: Mapping[Hashable, Fact]) -> Iterator[Way]:
        """What is known of a value by itself."""
        for low, high in self._known(node, held):
            yield from _bounded(node, low, high)
        if isinstance(node, n.Call) and node.name == "remainder":
            step = self._fixed(node.arguments[1])
            if step is not None and step > 0:
                yield from (Way(node, _ZERO, 0.0), Way(_ZERO, node, step, is_strict=True))
                if any(self._divides(node.arguments[0], step, subject, held) for subject in held):
                    yield Way(_ZERO, node, 0.0)
        if isinstance(node, n.Call) and node.name == "quotient":
            yield from self._of_quotient(node, held)
        if isinstance(node, n.Call) and node.name in {"min", "max"}:
            for place in map(self._placed, node.arguments):
                if place is not None:
                    yield _beside(node, place) if node.name == "min" else _beyond(node, place)

    def _divides(
        self, value: Expression, step: float, subject: Hashable, held: Mapping[Hashable, Fact]
    ) -> bool:
        """Whether the value is told to be a multiple of a multiple of the step."""
        if not (
            isinstance(subject, n.Call) and subject.name == "is_multiple" and subject.arguments[0] == value
        ):
            return False
        of = self._fixed(subject.arguments[1])
        return held[subject] == Truth(frozenset({True})) and bool(of) and of is not None and of % step == 0

    def _of_quotient(self, node: n.Call, held: Mapping[Hashable, Fact]) -> Iterator[Way]:
        value, step = node.arguments[0], self._fixed(node.arguments[1])
        if step is None or step <= 0 or not self._is_point(value):
            return
        for low, high in self._whole(node, held):
            yield from _bounded(value, low * step, INF)
            if high < INF:
                yield Way(_ZERO, value, (high + 1) * step, is_strict=True)
        for low, high in self._known(value, held):
            yield from _bounded(
                node, low // step if low > -INF else low, high // step if high < INF else high
            )

    def _known(self, node: Expression, held: Mapping[Hashable, Fact]) -> Iterator[tuple[float, float]]:
        """(least, most) a value may be, by the conditions on it and by what it is."""
        fact = held.get(node)
        if isinstance(fact, Numbers) and fact.spans:
            yield min(span.low for span in fact.spans), max(span.high for span in fact.spans)
        domain = domain_of(node, self.type_of(node))
        if domain is not None:
            spans = domain.numbers.spans
            yield min(span.low for span in spans), max(span.high for span in spans)
        found = self.bounds(node)
        if found is not None:
            yield found

    def _whole(self, node: Expression, held: Mapping[Hashable, Fact]) -> Iterator[tuple[float, float]]:
        """The same of a value that is always whole."""
        fact = held.get(node)
        yield fact.whole_ends() if isinstance(fact, Numbers) and fact.spans else (-INF, INF)

    def _choices(self, node: Expression, held: Mapping[Hashable, Fact]) -> list[list[Way]]:
        """What a value is one of: the smallest of two is the first or the second; [] where nothing is known."""
        if not isinstance(node, n.Call):
            return []
        if node.name in {"min", "max"}:
            places = [self._placed(argument) for argument in node.arguments]
            if any(place is None for place in places):
                return []
            return [[_beside(node, place), _beyond(node, place)] for place in places if place is not None]
        if node.name in {"abs", "or_zero"}:
            place = self._placed(node.arguments[0])
            if place is None:
                return []
            same = [_beside(node, place), _beyond(node, place)]
            zero = [Way(_ZERO, node, 0.0), Way(node, _ZERO, 0.0)]
            below = [Way(_ZERO, place[0], -place[1])]
            least = [low for low, _ in self._known(node.arguments[0], held) if low > -INF]
            below += [Way(_ZERO, node, max(-low, 0.0)) for low in least]
            return [same, zero if node.name == "or_zero" else below]
        return []


def _are_beside(ways: Iterable[Way]) -> bool:
    return any(_ZERO not in (way.start, way.to) for way in ways)


def _are_bounded(points: Sequence[Expression]) -> bool:
    """Whether one is bounded by another: taken of it, or a window or count beside one it may lie in."""
    found = [isinstance(point, n.Window) for point in points]
    if sum(found) > 1 or any(isinstance(point, n.Call) and point.name in _TAKEN for point in points):
        return True
    return any(is_counted_within(one, other) for one, other in product(points, repeat=2))


def _is_of_business_days(node: Expression) -> bool:
    return isinstance(node, n.DurationLiteral) and node.unit == "business day"


def _beside(node: Hashable, place: tuple[Hashable, float]) -> Way:
    """The value is at most what stands at the place."""
    return Way(place[0], node, place[1])


def _beyond(node: Hashable, place: tuple[Hashable, float]) -> Way:
    """The value is at least what stands at the place."""
    return Way(node, place[0], -place[1])


def _bounded(node: Hashable, low: float, high: float) -> Iterator[Way]:
    if high < INF:
        yield Way(_ZERO, node, high)
    if low > -INF:
        yield Way(node, _ZERO, -low)


def _has_turn(ways: Iterable[Way]) -> bool:
    """Whether some way leads around to where it began and is below zero, or no longer than zero with a strict step."""
    lengths: dict[tuple[Hashable, Hashable], tuple[float, int]] = {}
    points: dict[Hashable, None] = {}
    for way in ways:
        points |= {way.start: None, way.to: None}
        pair = way.start, way.to
        lengths[pair] = min(lengths.get(pair, (INF, 0)), (way.length, -int(way.is_strict)))
    for via, start, to in product(points, repeat=3):
        if (start, via) in lengths and (via, to) in lengths:
            (one, strict), (other, also) = lengths[start, via], lengths[via, to]
            found = one + other, min(strict, also)
            if found < lengths.get((start, to), (INF, 0)):
                lengths[start, to] = found
    return any(lengths.get((point, point), (INF, 0)) < (0.0, 0) for point in points)
