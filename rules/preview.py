"""One claim against one rule, read plainly: for the editor, where somebody wants to see why a claim hits or does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from rules.engine import undelivered
from rules.language import Context, Expression, check
from rules.language.evaluate import evaluate
from rules.language.plain_windows import PlainWindows
from rules.language.reasons import true_facts

#: The plain reading looks at every claim for every window: enough for one claim's history, not for a night.
MOST_CLAIMS = 20_000


@dataclass(frozen=True)
class ClaimAnswer:
    """``answer`` is None where it is unknown; ``missing`` names what was looked for and not there; ``facts`` as ``Outcome.facts``."""

    answer: bool | None
    facts: Mapping[str, Mapping[str, Any]]
    missing: tuple[str, ...]


def evaluate_claim(
    claims: pl.DataFrame, row: int, expression: Expression, *, context: Context
) -> ClaimAnswer:
    """The rule's answer for the claim at ``row`` of a feature frame, whose other rows are the history its windows look into.

    Agrees with ``engine.evaluate``. Raises RuleNotValid for a rule that does not fit the context, IndexError for a row that is not there
    and ValueError for more than 20,000 claims.
    """
    return evaluate_claims(claims, [row], expression, context=context)[0]


def evaluate_claims(
    claims: pl.DataFrame, rows: Sequence[int], expression: Expression, *, context: Context
) -> list[ClaimAnswer]:
    """``evaluate_claim`` for several rows of one frame."""
    if claims.height > MOST_CLAIMS:
        raise ValueError(
            f"the plain reading takes at most {MOST_CLAIMS:,} claims; this frame has {claims.height:,}"
        )
    check(expression, lists=context.lists, parameters=context.parameters)
    if context.undelivered is None:
        context = replace(context, undelivered=undelivered(claims))
    plain = PlainWindows(claims.to_dicts(), context)
    answers = []
    for row in rows:
        if not 0 <= row < claims.height:
            raise IndexError(f"there is no row {row} among {claims.height} claims")
        reader = plain.reader(row)
        answer = evaluate(expression, reader)
        missing = tuple(reader.missing)
        facts = true_facts(expression, reader) if answer is True else {}
        answers.append(ClaimAnswer(answer, facts, missing if answer is None else ()))
    return answers
