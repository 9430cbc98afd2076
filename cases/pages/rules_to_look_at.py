"""Rules that somebody should look at, with why: outcomes that speak against them, other rules that find the same, silence, overflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from audit import clock
from audit.actor import Actor
from cases.pages.rule_operation import Hits, active_codes, covered_of, held_nights, hits_for, reversals
from fraud.detection.models import ScreeningRun
from fraud.workbench.rule_beliefs import beliefs_by_version
from rules.models import Rule, RuleVersion

#: Days without a hit before a rule is silent, and days over which its budget's overflow counts.
SILENT_DAYS, OVERFLOW_DAYS = 60, 30
#: Reversed or reduced appeals before a rule is named for them.
REVERSED = 2


@dataclass(frozen=True, slots=True)
class ToLookAt:
    """A rule and one reason: code of the reason, a sentence, and whether it speaks for stopping the rule."""

    rule: Rule
    version: RuleVersion
    why: str
    sentence: str
    speaks_for_stopping: bool


def rules_to_look_at(by: Actor) -> list[ToLookAt]:
    """Every reason of every active rule; those that speak for stopping it come first."""
    versions = RuleVersion.objects.filter(state=RuleVersion.State.ACTIVE).select_related("rule")
    hits = hits_for(by)
    found = [
        ToLookAt(version.rule, version, why, sentence, stops)
        for finder in (_too_little, _covered, _reversed, _silent, _overflow, _unknown)
        for version, why, sentence, stops in finder(list(versions), hits)
    ]
    return sorted(found, key=lambda row: (not row.speaks_for_stopping, row.rule.code))


_Reason = tuple[RuleVersion, str, str, bool]


def _too_little(versions: list[RuleVersion], hits: Hits) -> Iterator[_Reason]:
    beliefs = beliefs_by_version()
    for version in versions:
        belief = beliefs.get(version.pk)
        if belief and belief.is_useless:
            said = _("At most %(p).1f %% of its hits are misuse, less than a review is worth.")
            yield version, "too_little", said % {"p": belief.upper_percent}, True


def _covered(versions: list[RuleVersion], hits: Hits) -> Iterator[_Reason]:
    active = active_codes()
    for version in versions:
        covered = covered_of(version.rule.code, hits, active)
        if covered and covered.is_superfluous:
            said = _(
                "%(other)s hits %(p).0f %% of its %(n)s claims, and no misuse was hit by this rule alone."
            )
            values = {"other": covered.by, "p": 100 * covered.share, "n": covered.n_claims}
            yield version, "covered", said % values, True


def _reversed(versions: list[RuleVersion], hits: Hits) -> Iterator[_Reason]:
    for code, (n, judged) in reversals(hits, [version.rule.code for version in versions]).items():
        if n >= REVERSED:
            said = _("%(n)s of %(m)s appeals in its cases were granted.") % {"n": n, "m": judged}
            yield next(v for v in versions if v.rule.code == code), "reversed", said, False


def _silent(versions: list[RuleVersion], hits: Hits) -> Iterator[_Reason]:
    now = clock.now()
    nights = ScreeningRun.objects.filter(state=ScreeningRun.State.FINISHED)
    first = nights.order_by("started_at").values_list("started_at", flat=True).first()
    for version in versions:
        begun = max(version.activated_at or version.created_at, first or now)
        last = max(hits.by_code.get(version.rule.code, {}).values(), default=begun)
        days = (now - last).days
        if days >= SILENT_DAYS:
            yield version, "silent", _("No hit for %(n)s days.") % {"n": days}, False


def _overflow(versions: list[RuleVersion], hits: Hits) -> Iterator[_Reason]:
    held = held_nights(clock.now() - timedelta(days=OVERFLOW_DAYS))
    for version in versions:
        if n := held[version.rule.code]:
            said = _("Its nightly budget held back %(n)s claims in %(days)s days.")
            yield version, "overflow", said % {"n": n, "days": OVERFLOW_DAYS}, False


def _unknown(versions: list[RuleVersion], hits: Hits) -> Iterator[_Reason]:
    run = ScreeningRun.that_scored().order_by("-business_date", "-pk").first()
    if run is None:
        return
    for version in versions:
        unjudged = run.not_evaluable.get(version.rule.code) or {}
        share = unjudged.get("n", 0) / run.n_scored
        if share >= 0.5:
            said = _("The last night could not judge %(p).0f %% of the claims, for want of: %(names)s.")
            values = {"p": 100 * min(share, 1.0), "names": ", ".join(unjudged.get("missing") or []) or "–"}
            yield version, "unknown", said % values, False
