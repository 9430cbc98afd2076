"""One claim through a rule, part by part: what each part answered and the values it answered from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rules.language import nodes as n
from rules.language.evaluate import ClaimReader, evaluate
from rules.language.nodes import Expression
from rules.language.reasons import leaf_facts


@dataclass(frozen=True)
class Step:
    """A part of a rule for one claim. ``answer`` None: unknown. ``facts`` (as ``Outcome.facts``) only where the part joins no others;
    ``missing`` names what it looked for in vain; ``depth`` counts from 0; ``decides``: it alone settles what joins it."""

    expression: Expression
    depth: int
    answer: bool | None
    facts: Mapping[str, Mapping[str, Any]]
    missing: tuple[str, ...]
    decides: bool = False


def steps_of(expression: Expression, claim: ClaimReader) -> list[Step]:
    """Every part of a checked rule in reading order, the whole first."""
    return list(_steps(expression, claim, 0, False))


def _steps(node: Expression, claim: ClaimReader, depth: int, decides: bool) -> Iterator[Step]:
    claim.missing.clear()
    answer = evaluate(node, claim)
    joined = _joined(node)
    missing = tuple(claim.missing) if answer is None and not joined else ()
    yield Step(node, depth, answer, {} if joined else leaf_facts(node, claim), missing, decides)
    settling = {n.And: False, n.Or: True}.get(type(node))
    for part in joined:
        alone = settling is not None and answer is settling and evaluate(part, claim) is settling
        yield from _steps(part, claim, depth + 1, alone)


def _joined(node: Expression) -> tuple[Expression, ...]:
    """The conditions a node joins; of a negated one those inside. None for a single test."""
    match node:
        case n.And() | n.Or():
            return node.operands
        case n.Not(operand=n.And() | n.Or() | n.Not()):
            return (node.operand,)
        case _:
            return ()
