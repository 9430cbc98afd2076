"""How a rule does: its hits, cases, outcomes, money, reversals and hours, and what of it other rules find as well."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, Sum
from django.utils import timezone

from audit import clock
from audit.actor import Actor
from cases.models import Alert, Appeal, HeldBack, Recovery
from cases.pages.held_back import Reason, waiting_by_reason
from fraud.claims.identity import claims_involving
from fraud.claims.labels import labels_known_by
from fraud.claims.models import Claim
from fraud.company.values import current_settings
from fraud.detection.intervals import Interval, wilson
from fraud.detection.models import RuleHit
from fraud.workbench.rule_beliefs import RuleBelief, beliefs_by_version
from rules.models import Rule, RuleVersion

DAYS = 180
#: A rule of which another one hits so much, and finds all of its misuse, is superfluous; with fewer hits nobody can tell.
COVERED_SHARE, COVERED_HITS = 0.95, 20
_IDS = 500
_CHANNELS = (Alert.Channel.MODEL, Alert.Channel.RULE)


@dataclass(frozen=True)
class Hits:
    """Hits of active versions, suppressed ones too, in the nights of the last DAYS days: rule code → (claim, run) with their time; outcomes of the claims.

    What the reader is involved in is left out, so that no count tells them of it.
    """

    reader: Actor
    since: datetime
    by_code: Mapping[str, Mapping[tuple[int, int], datetime]]
    outcomes: Mapping[int, bool]
    suppressed: Mapping[str, set[int]]  # claims of which a hit was suppressed

    def claims(self, code: str) -> set[int]:
        """Claims a rule hit."""
        return {claim for claim, _run in self.by_code.get(code, {})}


@dataclass(frozen=True)
class Covered:
    """The other rule that hits most of a rule's claims (none: empty) and how many of them, and the misuse that only this rule hit."""

    by: str
    n_shared: int
    n_claims: int
    n_only_here: int
    n_misuse_only_here: int

    @property
    def share(self) -> float:
        """Share of the rule's claims that the other one hits as well."""
        return self.n_shared / self.n_claims

    @property
    def is_superfluous(self) -> bool:
        """Whether the rule adds nothing that outcomes speak for."""
        is_covered = self.n_claims >= COVERED_HITS and self.share >= COVERED_SHARE
        return is_covered and self.n_misuse_only_here == 0


@dataclass(frozen=True)
class Operation:
    """One rule over the last DAYS days. `cases`: opened by a hit of it, perhaps among others; `hours` as the settings plan a case.

    `money`: currency → minor units decided to come back from those cases. `n_held_back`: claims that its nightly budget has let wait;
    `waiting`: what of its hits waits for a seat now, by reason. `last_hit_at`: when the night ran that hit last; `last_hit_on`: day of the
    latest payment hit.
    """

    code: str
    belief: RuleBelief | None
    n_claims: int
    last_hit_at: datetime | None
    last_hit_on: date | None
    n_cases: int
    n_reviewed: int
    n_misuse: int
    money: tuple[tuple[str, int], ...]
    n_appeals: int
    n_reversed: int
    hours: float
    waiting: tuple[Reason, ...]
    n_held_back: int
    n_suppressed: int
    covered: Covered | None
    recent: tuple[int, ...] = field(default=())
    legitimate: tuple[int, ...] = field(default=())

    @property
    def precision(self) -> float | None:
        """Share of misuse among its hits with an outcome."""
        return self.n_misuse / self.n_reviewed if self.n_reviewed else None

    @property
    def interval(self) -> Interval:
        """The 95 % interval of the precision."""
        return wilson(self.n_misuse, self.n_reviewed)

    @property
    def n_waiting(self) -> int:
        """Claims hit that wait for a seat now, for whatever reason."""
        return sum(reason.n for reason in self.waiting)

    @property
    def days_silent(self) -> int | None:
        """Days since the last hit; None without one in DAYS days."""
        return None if self.last_hit_at is None else (clock.now() - self.last_hit_at).days


def hits_for(by: Actor) -> Hits:
    """What all rules hit, for this reader."""
    now = clock.now()
    since = now - timedelta(days=DAYS)
    rows = RuleHit.objects.filter(run__started_at__gte=since).order_by()
    rows = rows.filter(Q(is_shadow=False) | Q(is_suppressed=True))
    found: dict[str, dict[tuple[int, int], datetime]] = defaultdict(dict)
    names = "rule_version__rule__code", "claim_id", "run_id", "run__started_at", "is_suppressed"
    pairs, muted = list(rows.values_list(*names)), defaultdict[str, set[int]](set)
    own = _own(by, {claim for _code, claim, *_rest in pairs})
    for code, claim, run, at, is_suppressed in pairs:
        if claim not in own:
            found[code][claim, run] = at
            if is_suppressed:
                muted[code].add(claim)
    known = labels_known_by(now).select("claim_id", "is_misuse") if pairs else None
    return Hits(by, since, found, {} if known is None else dict(known.iter_rows()), muted)


def _own(by: Actor, claims: set[int]) -> set[int]:
    if not by.employee_no or not claims:
        return set()
    rows = Claim.objects.filter(pk__gte=min(claims), pk__lte=max(claims))
    return set(claims_involving(by, rows).values_list("pk", flat=True))


def operation_of(rule: Rule, hits: Hits) -> Operation:
    """How the rule does."""
    pairs = hits.by_code.get(rule.code, {})
    claims = hits.claims(rule.code)
    last: dict[int, datetime] = {}
    for (claim, _run), at in pairs.items():
        last[claim] = max(at, last.get(claim, at))
    newest = sorted(claims, key=lambda claim: (last[claim], claim), reverse=True)
    known = [claim for claim in newest if claim in hits.outcomes]
    cases = _cases(pairs)
    reversed_, appeals = _appeals(cases)
    return Operation(
        code=rule.code,
        belief=_belief(rule),
        n_claims=len(claims),
        last_hit_at=max(pairs.values(), default=None),
        last_hit_on=_latest_day(claims),
        n_cases=len(cases),
        n_reviewed=len(known),
        n_misuse=sum(hits.outcomes[claim] for claim in known),
        money=_money(cases),
        n_appeals=appeals,
        n_reversed=reversed_,
        hours=len(cases) * current_settings().minutes_per_case / 60,
        waiting=waiting_by_reason(hits.reader, rule.code),
        n_held_back=held_nights(hits.since)[rule.code],
        n_suppressed=len(claims & hits.suppressed.get(rule.code, set())),
        covered=covered_of(rule.code, hits, active_codes()),
        recent=tuple(newest[:50]),
        legitimate=tuple(claim for claim in known if not hits.outcomes[claim])[:50],
    )


def active_codes() -> set[str]:
    """Codes of the rules that count."""
    rows = RuleVersion.objects.filter(state=RuleVersion.State.ACTIVE)
    return set(rows.values_list("rule__code", flat=True))


def covered_of(code: str, hits: Hits, active: Collection[str]) -> Covered | None:
    """Which other active rule finds most of what a rule finds; None where it found nothing, or there is no other."""
    claims = hits.claims(code)
    shared = {other: len(claims & hits.claims(other)) for other in sorted(active) if other != code}
    if not claims or not shared:
        return None
    best = max(shared, key=lambda other: shared[other])
    others = {claim for other in shared for claim in hits.claims(other)}
    only = claims - others
    misuse = sum(hits.outcomes.get(claim, False) for claim in only)
    return Covered(best if shared[best] else "", shared[best], len(claims), len(only), misuse)


def held_nights(since: datetime) -> Counter[str]:
    """Rule code → claims that its nightly budget has let wait since a moment."""
    rows = HeldBack.objects.filter(why=HeldBack.Why.RULE_BUDGET, since__gte=since)
    return Counter(rows.values_list("pattern", flat=True))


def reversals(hits: Hits, codes: Collection[str]) -> dict[str, tuple[int, int]]:
    """Rule code → (reversed or reduced, judged) appeals of the cases its hits opened."""
    return {code: _appeals(_cases(hits.by_code.get(code, {}))) for code in codes}


def _belief(rule: Rule) -> RuleBelief | None:
    running = rule.versions.filter(state=RuleVersion.State.ACTIVE).first()
    return beliefs_by_version().get(running.pk) if running else None


def _cases(pairs: Collection[tuple[int, int]]) -> set[int]:
    """Cases that a night opened or joined with one of these hits."""
    wanted, found = sorted({claim for claim, _run in pairs}), set()
    for start in range(0, len(wanted), _IDS):
        rows = Alert.objects.filter(claim_id__in=wanted[start : start + _IDS], channel__in=_CHANNELS)
        found |= {
            case
            for claim, run, case in rows.values_list("claim_id", "run_id", "case_id")
            if (claim, run) in pairs
        }
    return found


def _appeals(cases: Collection[int]) -> tuple[int, int]:
    results = Counter[str]()
    for some in _chunks(sorted(cases)):
        results.update(Appeal.objects.filter(case_id__in=some).values_list("result", flat=True))
    judged = sum(n for result, n in results.items() if result not in Appeal.NOT_JUDGED)
    return results[Appeal.Result.REVERSED] + results[Appeal.Result.REDUCED], judged


def _latest_day(claims: Collection[int]) -> date | None:
    """The day of the latest payment of these, on the company's clock."""
    found = [
        Claim.objects.filter(pk__in=some).aggregate(at=Max("transacted_at"))["at"]
        for some in _chunks(sorted(claims))
    ]
    return max((timezone.localtime(at).date() for at in found if at is not None), default=None)


def _money(cases: Collection[int]) -> tuple[tuple[str, int], ...]:
    sums = Counter[str]()
    for some in _chunks(sorted(cases)):
        rows = Recovery.objects.filter(case_id__in=some).order_by().values_list("currency")
        sums.update(dict(rows.annotate(total=Sum("amount_minor"))))
    return tuple(sorted(sums.items()))


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _IDS] for start in range(0, len(ids), _IDS)]
