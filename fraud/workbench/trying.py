"""A rule that is being written, tried before anything is saved: how much it hits, on which claims, and one claim step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from audit.actor import Actor
from audit.language import current_language
from fraud.claims.models import Claim
from fraud.claims.panels import scores_hidden_from
from fraud.company.values import current_calendar
from fraud.workbench.backtest import bundles_of, outcomes_of, samples_of, visible
from fraud.workbench.builder_words import block_words, window_words
from fraud.workbench.edit_effects import Base, Effects, base_of, effects_of
from fraud.workbench.frames import Frames, window_frames
from rules.engine import Outcome, RuleSpec
from rules.facts import fact_text, hit_sentence
from rules.fields import FIELDS
from rules.language import Expression, nodes, parse, to_sentence, to_text
from rules.language.steps import Step
from rules.services.common import checked
from rules.services.rule_sets import current_context, list_specs, parameter_specs

#: Sample claims shown while typing.
N_SHOWN = 5


@dataclass(frozen=True)
class Tried:
    """Over the claims of the last days: hits, what they would make as cases a night were each bundle one, what could not be judged."""

    n_claims: int
    n_hits: int
    cases_a_night: float
    not_evaluable: int
    missing: tuple[str, ...]
    samples: list[dict[str, Any]]
    error: str = ""
    effects: Effects | None = None  # beside what the rule says today, where the text is an edit of one

    @property
    def hit_rate(self) -> float:
        """Share of the claims hit, in [0, 1]."""
        return self.n_hits / self.n_claims if self.n_claims else 0.0


@dataclass(frozen=True)
class Said:
    """One part of a rule for one claim in words: its sentence, its answer (None: unknown), the values it looked at, what was missing."""

    text: str
    sentence: str
    depth: int
    answer: bool | None
    facts: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    decides: bool


def try_rule(*, text: str, by: Actor, code: str = "") -> Tried | None:
    """What a text hits now, and what it changes where it is an edit of the rule `code`; None where there are no claims. Raises RuleNotValid."""
    tree = checked(text)
    base = base_of(code, text) if code else None
    frames, outcome, rows = _evaluated(tree, by, base)
    if frames is None or outcome is None:
        return None
    hits = outcome.hits_of(0)
    effects = None
    if base is not None and 1 not in outcome.errors:
        before = outcome.hits_of(1)
        known = outcomes_of(rows["claim_id"].to_numpy()[hits ^ before])
        effects = effects_of(base, rows, hits, before, known)
    samples = samples_of(rows, hits, lambda row: outcome.facts(row, 0), by, most=N_SHOWN)
    for sample in samples:
        sample["sentence"] = hit_sentence(sample["facts"], current_language())
    unjudged = outcome.not_evaluable[0]
    return Tried(
        n_claims=rows.height,
        n_hits=int(hits.sum()),
        cases_a_night=len(np.unique(bundles_of(rows)[hits])) / frames.period.days,
        not_evaluable=int(unjudged[0]),
        missing=tuple(_label(name) for name in unjudged[1][:4]),
        samples=samples,
        error=outcome.errors.get(0, ""),
        effects=effects,
    )


def explain_claim(*, text: str, claim_id: int, by: Actor) -> list[Said] | None:
    """A text for one claim of the last days, part by part; None for a claim that is not among them or that the reader may not see the
    judgement of. Raises RuleNotValid."""
    tree = checked(text)
    frames, outcome, rows = _evaluated(tree, by)
    if frames is None or outcome is None or scores_hidden_from(by, [claim_id]):
        return None
    places = np.flatnonzero(rows["claim_id"].to_numpy() == claim_id)
    if not len(places) or not Claim.objects.filter(pk=claim_id).exists():
        return None
    return [_said(step) for step in outcome.steps(int(places[0]), 0)]


def _evaluated(
    tree: Expression, by: Actor, base: Base | None = None
) -> tuple[Frames | None, Outcome | None, pl.DataFrame]:
    specs = [RuleSpec("draft", 0, tree)]
    if base is not None:
        specs.append(RuleSpec("base", 0, parse(base.text)))
    frames = window_frames(specs, lean=True)
    keep = None if frames is None else visible(frames, by)
    if frames is None or keep is None or not keep.any():
        return None, None, pl.DataFrame()
    outcome = frames.evaluate(specs, current_context(calendar=current_calendar()), keep)
    return frames, outcome, frames.part(keep)[1]


def _said(step: Step) -> Said:
    facts = told_values(step.facts)
    missing = tuple(_label(name) for name in step.missing)
    node = step.expression
    words = block_words()
    match node:
        case nodes.And() | nodes.Or():  # the parts stand below, each in its own words
            sentence = words["and" if isinstance(node, nodes.And) else "or"]
        case nodes.Not(operand=nodes.And() | nodes.Or() | nodes.Not()):
            sentence = words["not"]
        case _:
            sentence = _sentence(node)
    return Said(to_text(node), sentence, step.depth, step.answer, facts, missing, step.decides)


def told_values(facts: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """(what was looked at, its value) in the reader's words."""
    language = current_language()
    return tuple((_leaf(parse(text)), fact_text(fact, language)) for text, fact in facts.items())


def _sentence(node: Expression) -> str:
    return to_sentence(node, current_language(), lists=list_specs(), parameters=parameter_specs())


def _leaf(node: Expression) -> str:
    """A field, parameter or window, named shortly: its condition stands in full above."""
    match node:
        case nodes.FieldRef(name=name):
            return _label(name)
        case nodes.Window(function=function):
            return window_words()[function]
        case _:
            return _sentence(node)


def _label(name: str) -> str:
    return FIELDS[name].label(current_language()) if name in FIELDS else name
