"""A night's run, its work rows, and what it found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fraud.claims.models.claims import Claim
from fraud.detection.models.versions import ModelVersion
from rules.models import RuleVersion


class ScreeningRun(models.Model):
    """One filtering of claims. Pinned to a rule set, a model version and a cut-off, so that a restart sees the same."""

    class State(models.TextChoices):
        PREPARING = "preparing"
        SCORING = "scoring"
        OPENING = "opening"
        FINISHED = "finished"
        FAILED = "failed"
        CANCELLED = "cancelled"

    #: Where a run stays for good; one that failed may be started again.
    ENDED = (State.FINISHED, State.FAILED, State.CANCELLED)

    #: A run of its own over a week of history, which no night screens.
    LOOK_BACK = "history"

    reference = models.CharField(max_length=20, unique=True)  # "R-2026-11-21"
    business_date = models.DateField()
    source = models.CharField(max_length=40, default="nightly")
    state = models.CharField(max_length=10, choices=State, default=State.PREPARING)
    cut_off_at = models.DateTimeField()  # claims received and labels known up to here
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=150)
    rule_set_hash = models.CharField(max_length=64, blank=True)
    rule_set = models.JSONField(default=dict)  # pinned: rule code → version id, lists, parameters
    rule_evidence = models.JSONField(
        default=dict
    )  # pinned: rule version id → hits, outcomes and the belief in it
    recalibration = models.JSONField(default=dict)  # pinned: what outcomes say of the probabilities
    model_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="runs")
    shadow_version = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="+")
    code_version = models.CharField(max_length=40, blank=True)
    settings_used = models.JSONField(default=dict)
    n_claims = models.IntegerField(default=0)
    n_scored = models.IntegerField(default=0)
    n_hits = models.IntegerField(default=0)
    n_alerts = models.IntegerField(default=0)
    n_cases = models.IntegerField(default=0)
    n_held_back = models.IntegerField(default=0)  # over the threshold but beyond capacity
    stages = models.JSONField(default=list)  # [{name, state, started_at, seconds, counts, error}]
    not_evaluable = models.JSONField(default=dict)  # rule code → {"n": …, "missing": [fields]}
    is_late = models.BooleanField(default=False)  # a missed night, caught up afterwards
    attempts = models.PositiveIntegerField(default=0)  # of the stage it is in
    paused_at = models.DateTimeField(null=True)  # nothing further is begun while this stands
    version = models.PositiveIntegerField(default=0)  # of what people did to it: paused, resumed, cancelled
    error = models.TextField(blank=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Exactly one night per business date, however many beats ring.
            models.UniqueConstraint(fields=["source", "business_date"], name="screeningrun_once_a_day")
        ]

    def __str__(self) -> str:
        return self.reference

    @classmethod
    def that_scored(cls) -> models.QuerySet[ScreeningRun]:
        """Finished runs that scored claims. A night without claims is a night, but no model was asked and it says nothing of any."""
        return cls.objects.filter(state=cls.State.FINISHED, n_scored__gt=0)

    @classmethod
    def finished_nights(cls) -> models.QuerySet[ScreeningRun]:
        """Nights that are over, the newest first; a look back at a week of history is none."""
        nights = cls.objects.filter(state=cls.State.FINISHED).exclude(source=cls.LOOK_BACK)
        return nights.order_by("-business_date", "-id")

    @classmethod
    def last_night(cls) -> tuple[ScreeningRun | None, int]:
        """The last night that had claims, None where none had any, and how many nights without claims came after it."""
        nights = cls.finished_nights()
        found = nights.filter(n_claims__gt=0).first()
        if found is None:
            return None, nights.count()
        newer = models.Q(business_date__gt=found.business_date) | models.Q(
            business_date=found.business_date, id__gt=found.pk
        )
        return found, nights.filter(newer).count()

    @property
    def shown_state(self) -> str:
        """The state as people see it: `paused` wherever it stands still."""
        return self.state if self.paused_at is None else "paused"


class RunPart(models.Model):
    """A partition of a run's claims: a work row, taken with a lease by whoever is free."""

    class State(models.TextChoices):
        WAITING = "waiting"
        TAKEN = "taken"
        DONE = "done"
        QUARANTINED = "quarantined"

    run = models.ForeignKey(ScreeningRun, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    spec = models.JSONField(default=dict)  # which claims: stretch of time or cardholder bucket
    n_claims = models.IntegerField(default=0)
    n_scored = models.IntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)
    result = models.JSONField(default=dict)  # counts and seconds a stage
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="runpart_number")]

    def __str__(self) -> str:
        return f"{self.run} part {self.number}"


class Score(models.Model):
    """What a run thought of a claim version; everything a page shows of it was stored then."""

    class Band(models.TextChoices):
        LOW = "low"
        MEDIUM = "medium"
        HIGH = "high"

    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="scores", db_index=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="scores", db_index=False)
    claim_version = models.PositiveIntegerField(default=1)  # of the facts that were judged
    rule_score = models.FloatField()
    tree_probability = models.FloatField(null=True)
    anomaly_score = models.FloatField()
    novelty = models.FloatField(default=0)
    z = models.FloatField()
    model_probability = models.FloatField()  # before what is believed of rules by themselves
    hybrid_probability = models.FloatField()
    queue_probability = models.FloatField()  # with the novelty prior: orders the queue only
    shadow_probability = models.FloatField(null=True)  # what the challenger alone thinks
    band = models.CharField(max_length=6, choices=Band)
    is_calibrated = models.BooleanField(default=False)
    expected_loss_minor = models.BigIntegerField(default=0)
    reasons = models.JSONField(null=True)  # ordered [{kind, code, value, facts}]; only where explained
    features = models.JSONField(null=True)  # feature values of what was explained

    class Meta:
        constraints = [
            # No claim version is scored twice in a run, whatever is delivered twice.
            models.UniqueConstraint(fields=["run", "claim"], name="score_run_claim"),
            models.CheckConstraint(
                condition=Q(hybrid_probability__gte=0) & Q(hybrid_probability__lte=1),
                name="score_is_probability",
            ),
        ]
        indexes = [
            models.Index(fields=["claim", "-run"], name="score_claim"),
            models.Index(
                fields=["run", "-queue_probability"], name="score_run_order"
            ),  # alerts of a run, best first
        ]

    def __str__(self) -> str:
        return f"{self.claim} {self.hybrid_probability:.3f}"


class RuleHit(models.Model):
    """A rule version matched a claim, with the facts that made it true."""

    run = models.ForeignKey(ScreeningRun, on_delete=models.PROTECT, related_name="hits", db_index=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="hits", db_index=False)
    rule_version = models.ForeignKey(
        RuleVersion, on_delete=models.PROTECT, related_name="hits", db_index=False
    )
    is_shadow = models.BooleanField(default=False)  # only watched: a version in shadow, or a suppressed hit
    is_suppressed = models.BooleanField(default=False)  # the rule was to leave this person or merchant alone
    facts = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "claim", "rule_version"], name="rulehit_once")]
        indexes = [
            models.Index(fields=["claim"], name="rulehit_claim"),
            models.Index(fields=["rule_version", "-id"], name="rulehit_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_version} on {self.claim}"


#: What a run pinned and what it counted: large, and of no use to a page that names the run.
_PINNED = ("rule_set", "rule_evidence", "recalibration", "settings_used", "stages", "not_evaluable")


def pinned(path: str, *, of_model: bool = True) -> tuple[str, ...]:
    """The large columns of a joined run, with the card of its joined model, to be left out by `defer`."""
    card = (f"{path}__model_version__card",) if of_model else ()
    return (*(f"{path}__{name}" for name in _PINNED), *card)
