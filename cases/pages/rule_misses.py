"""Misuse a rule nearly hit, or hits while no other does: worked out beside the request, for page and interface alike."""

from __future__ import annotations

from dataclasses import dataclass

from audit.actor import Actor
from audit.language import current_language
from fraud.claims.models import Claim
from fraud.claims.named import claims_named
from fraud.web.beside import Done, Waiting, beside
from fraud.workbench.kept_answers import state_of
from fraud.workbench.near_misses import MISSES_AS_JSON, Misses, misses_of
from fraud.workbench.trying import told_values
from rules.language import to_sentence
from rules.models import Rule, RuleVersion
from rules.services.rule_sets import list_specs, parameter_specs

SHOWN = 10


@dataclass(frozen=True)
class Missed:
    """Claims the reader may see, newest first, `SHOWN` of each: nearly hit (claim, the part that did not hold, [(name, value)]) and hit alone."""

    n_misuse: int
    near: list[tuple[Claim, str, tuple[tuple[str, str], ...]]]
    caught: list[Claim]


def shown_version(rule: Rule) -> RuleVersion | None:
    """The version that counts, or else the newest."""
    counts = rule.versions.filter(state=RuleVersion.State.ACTIVE).first()
    return counts or rule.versions.order_by("-number").first()


def missed_by(version: RuleVersion, by: Actor) -> Missed | Waiting:
    """What a version missed among the misuse known of the last 90 days, or that it is being worked out."""
    active = RuleVersion.objects.filter(state=RuleVersion.State.ACTIVE).exclude(rule=version.rule)
    others = list(active.values_list("text", flat=True))
    key = ("misses", state_of([version.text, others]))
    answer: Done[Misses] | Waiting = beside(key, lambda: misses_of(version.text, others), MISSES_AS_JSON)
    if isinstance(answer, Waiting):
        return answer
    found = answer.result
    lists, parameters, language = list_specs(), parameter_specs(), current_language()
    parts = {
        near.claim_id: (
            to_sentence(near.part, language, lists=lists, parameters=parameters),
            told_values(near.facts),
        )
        for near in found.near[: SHOWN * 2]
    }
    return Missed(
        found.n_misuse,
        [(claim, *parts[claim.pk]) for claim in claims_named(parts, by)][:SHOWN],
        claims_named(found.caught[: SHOWN * 2], by)[:SHOWN],
    )
