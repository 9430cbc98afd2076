"""Misuse that a rule nearly caught, or would have caught if it had counted: for whoever edits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from audit import clock
from fraud.claims.labels import labels_known_by
from fraud.company.values import current_calendar
from fraud.web.beside import Form
from fraud.workbench.frames import window_frames
from rules.engine import RuleSpec
from rules.language import Expression, nodes, parse, to_text
from rules.services.rule_sets import current_context


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A misuse of which all conditions of the rule held but one, that one, and the values it looked at (as ``Step.facts``)."""

    claim_id: int
    part: Expression
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Misses:
    """Of the misuse known of the last 90 days' claims (`n_misuse`): what the text hits and no other active rule does, newest first,
    and what it nearly hits while no active rule does."""

    n_misuse: int
    caught: tuple[int, ...]
    near: tuple[NearMiss, ...]


def _written(found: Misses) -> dict[str, Any]:
    near = [[each.claim_id, to_text(each.part), each.facts] for each in found.near]
    return {"n_misuse": found.n_misuse, "caught": found.caught, "near": near}


def _read(told: Mapping[str, Any]) -> Misses:
    near = tuple(NearMiss(claim_id, parse(text), facts) for claim_id, text, facts in told["near"])
    return Misses(told["n_misuse"], tuple(told["caught"]), near)


#: How one process of the web server hands them to the others.
MISSES_AS_JSON: Form[Misses] = Form(_written, _read)


def misses_of(text: str, others: Sequence[str]) -> Misses:
    """`others`: texts of the other active rules, as they are now. Seconds the first time; the features stay in memory until something becomes known.

    A condition that could not be judged is no near miss: what is missing may be anything.
    """
    tree = parse(text)
    parts = tree.operands if isinstance(tree, nodes.And) else ()
    asked = [RuleSpec(str(place), 0, each) for place, each in enumerate([tree, *map(parse, others)])]
    frames = window_frames(asked)
    if frames is None:
        return Misses(0, (), ())
    known = labels_known_by(clock.now()).filter(pl.col("is_misuse"))["claim_id"]
    wanted = frames.rows["claim_id"].is_in(known.implode()).to_numpy()
    if not wanted.any():
        return Misses(0, (), ())
    pieces = [*parts, *(nodes.Not(part) for part in parts)]
    specs = [*asked, *(RuleSpec(f"part {place}", 0, each) for place, each in enumerate(pieces))]
    context = current_context(calendar=current_calendar())
    outcome = frames.evaluate(specs, context, wanted)
    hits = outcome.hits[::-1]
    ids = frames.rows["claim_id"].to_numpy()[wanted][::-1]
    whole, flagged = hits[:, 0], hits[:, 1 : len(asked)].any(axis=1)
    hold = hits[:, len(asked) : len(asked) + len(parts)]
    fail = hits[:, len(asked) + len(parts) :]
    caught = tuple(int(pk) for pk in ids[whole & ~flagged])
    one_fails = (hold.sum(axis=1) == len(parts) - 1) & (fail.sum(axis=1) == 1) & bool(parts)
    near = []
    for row in np.flatnonzero(one_fails & ~flagged):
        failing = int(np.argmax(fail[row]))
        steps = outcome.steps(len(ids) - 1 - int(row), len(asked) + failing)
        facts = {text: fact for step in steps for text, fact in step.facts.items()}
        near.append(NearMiss(int(ids[row]), parts[failing], facts))
    return Misses(len(ids), caught, tuple(near))
