"""Alerts and the cases that bundle them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.dispositions import DISPOSITIONS
from cases.workflow import State
from fraud.claims.models import Cardholder, Claim, Merchant
from fraud.detection.models import Score, ScreeningRun


class Case(models.Model):
    """The reviewer's unit of work: one cardholder, one pattern, one or more alerts.

    State (where it is), disposition (why it ended) and recovery (what happens with money) are three separate facts.
    """

    class Source(models.TextChoices):
        MODEL = "model"
        RULE = "rule"
        NOVELTY = "novelty"
        LEARNING = "learning"  # drawn from what teaches most
        CONTROL_SAMPLE = "control_sample"
        TIP = "tip"
        MANUAL = "manual"

    STATES = [(state.value, state.value) for state in State]
    DISPOSITIONS = [(disposition.value, info.label_en) for disposition, info in DISPOSITIONS.items()]

    reference = models.CharField(max_length=20, unique=True)  # "C-2026-000123"
    cardholder = models.ForeignKey(Cardholder, on_delete=models.PROTECT, related_name="cases")
    merchant = models.ForeignKey(Merchant, null=True, on_delete=models.PROTECT, related_name="cases")
    run = models.ForeignKey(ScreeningRun, null=True, on_delete=models.PROTECT, related_name="cases")
    source = models.CharField(max_length=16, choices=Source)
    pattern = models.CharField(max_length=40)  # leading reason code, "A04", "novelty", "control_sample" …
    bundle_key = models.CharField(max_length=120)  # cardholder × merchant × week, or cardholder × pattern
    headline = models.JSONField(
        default=dict
    )  # {code, facts}: what happened, rendered in the reader's language
    state = models.CharField(max_length=24, choices=STATES, default=State.NEW.value)
    state_since = models.DateTimeField()
    due_on = models.DateField(null=True)
    disposition = models.CharField(max_length=30, blank=True, choices=DISPOSITIONS)
    disposition_reason = models.CharField(max_length=30, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="cases"
    )
    lock_until = models.DateTimeField(null=True)  # a take is a lock that expires
    snoozed_until = models.DateField(null=True)
    snooze_reason = models.CharField(max_length=300, blank=True)
    currency = models.CharField(max_length=3)  # what is at stake is derived: cases/services/money.py
    probability = models.FloatField(default=0)  # highest of its alerts
    # Of its highest alert; NOT_SCORED where no run scored any of its claims: then nothing is known, not "low".
    band = models.CharField(max_length=6, choices=Score.Band, default=Score.Band.LOW)
    is_calibrated = models.BooleanField(default=False)
    expected_loss_minor = models.BigIntegerField(default=0)
    priority = models.BigIntegerField(
        default=0
    )  # orders the queue: expected loss; not scored: what is at stake
    n_claims = models.IntegerField(default=0)
    n_rounds = models.IntegerField(default=0)  # explanation requests sent
    has_news = models.BooleanField(default=False)  # since the assignee last looked
    drawn_blind = models.BooleanField(default=False)  # control sample: the reviewer is not to be anchored
    reopened_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reopened_as")
    # Its claims are in that case now; emptied when the merge is taken back.
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    split_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="split_off")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)  # compare-and-set: no lost update
    undo = models.JSONField(null=True)  # what the last step changed, while its author may still take it back

    class Meta:
        constraints = [
            # Later alerts of the same pattern join the open case instead of opening another.
            models.UniqueConstraint(
                fields=["bundle_key"], condition=~Q(state=State.CLOSED.value), name="case_one_open_per_bundle"
            )
        ]
        indexes = [
            # The queue, keyset paged.
            models.Index(fields=["state", "-priority", "-id"], name="case_queue"),
            models.Index(fields=["assignee", "state", "-priority", "-id"], name="case_my_queue"),
            models.Index(fields=["cardholder", "-id"], name="case_cardholder"),
            # Queue tabs "late", "set aside" and "closed"; only the few rows they are about.
            models.Index(fields=["due_on"], condition=~Q(state=State.CLOSED.value), name="case_due"),
            models.Index(
                fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="case_snoozed"
            ),
            models.Index(
                fields=["-closed_at", "-id"], condition=Q(closed_at__isnull=False), name="case_closed"
            ),
            # Past cases of one pattern, newest first.
            models.Index(fields=["pattern", "-id"], name="case_pattern"),
            # What is open of a person, a merchant, a pattern, however much of theirs is closed.
            models.Index(fields=["cardholder", "state"], name="case_of_person"),
            models.Index(fields=["merchant", "state"], name="case_of_merchant"),
            models.Index(fields=["pattern", "state"], name="case_of_pattern"),
        ]

    NOT_SCORED = ""

    #: Where its money is and what is told of it, attached by lists that show it (cases.services.money_told.attach_money).
    stake: Any = None
    told: Any = None
    #: The first and the last day its payments were made, attached by the cardholder's list (cases.services.own.attach_days).
    paid_days: Any = ()

    def __str__(self) -> str:
        return self.reference

    @property
    def n_told(self) -> int:
        """How many claims the case is about: those in it, or where all have left it by a merge those it had."""
        return self.n_claims or int((self.headline or {}).get("n_claims") or 0)

    @property
    def is_scored(self) -> bool:
        """Whether a run scored any of its claims; else band, probability and expected loss are unknown."""
        return self.band != self.NOT_SCORED

    @property
    def is_blind(self) -> bool:
        """Whether scores and reasons must stay hidden: a control sample that is not decided yet."""
        return self.drawn_blind and self.closed_at is None


#: The same as a condition.
BLIND = Q(drawn_blind=True, closed_at=None)


class Alert(models.Model):
    """One claim over the threshold, or drawn for another stated reason, with the probability of being drawn."""

    class Channel(models.TextChoices):
        MODEL = "model"
        RULE = "rule"  # always-open rules
        NOVELTY = "novelty"
        LEARNING = "learning"  # drawn from what teaches most
        CONTROL_SAMPLE = "control_sample"
        TIP = "tip"
        MANUAL = "manual"

    class Left(models.TextChoices):
        OTHER_PERSON = "other_person"  # it turned out to be another person's
        MERGED = "merged"  # with its case, into another one
        UNMERGED = "unmerged"  # back into the case it had come from
        SPLIT = "split"  # into a case of its own
        WAITING = "waiting"  # taken out: it competes for a seat again
        DROPPED = "dropped"  # taken out for good, with a reason

    #: How a person took a claim out of a case by itself, so that it can be put back.
    DETACHED = (Left.WAITING, Left.DROPPED)

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="alerts")
    claim_version = models.PositiveIntegerField(default=1)  # of the facts it was raised on
    run = models.ForeignKey(ScreeningRun, null=True, on_delete=models.PROTECT, related_name="alerts")
    score = models.ForeignKey(Score, null=True, on_delete=models.PROTECT, related_name="alerts")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    channel = models.CharField(max_length=16, choices=Channel)
    inclusion_probability = models.FloatField(default=1.0)
    drawn_by = models.CharField(max_length=12, blank=True)  # which order gave a novelty seat: cases.selection
    left_at = models.DateTimeField(null=True)  # the claim is no longer part of the case …
    left_why = models.CharField(max_length=20, blank=True, choices=Left)
    came_from = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")  # by a merge
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "claim"], name="alert_once_in_case")]
        indexes = [models.Index(fields=["run", "channel"], name="alert_run_channel")]

    def __str__(self) -> str:
        return f"{self.claim} in {self.case}"


class CaseNote(models.Model):
    """A reviewer's note; the cardholder never sees it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:60]


class Tip(models.Model):
    """What somebody told us about a claim, without an alert; a first-class source of labels."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="tips")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="tips")
    text = models.TextField()
    origin = models.CharField(max_length=20, default="hotline")  # hotline, internal audit, issuer
    recorded_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.text[:60]


class CaseLink(models.Model):
    """Two cases that belong together, with the reason; a link that was taken away keeps its row."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")  # the one opened first
    other = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_from")
    reason = models.CharField(max_length=300)
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "other"], condition=Q(ended_at=None), name="caselink_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case} – {self.other}"


class CaseCheck(models.Model):
    """A step of a case's checklist that was ticked or skipped; a step without a row is open."""

    class Result(models.TextChoices):
        DONE = "done"
        SKIPPED = "skipped"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="checks")
    step = models.CharField(max_length=40)  # code of cases/checklists.py
    result = models.CharField(max_length=8, choices=Result)
    word = models.CharField(max_length=300, blank=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "step"], name="casecheck_step"),
            # A step is skipped with a word.
            models.CheckConstraint(condition=~Q(result="skipped", word=""), name="casecheck_skip_has_word"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.step}"


class CaseTag(models.Model):
    """A word reviewers put on a case to find it by."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tag_rows")
    name = models.CharField(max_length=30)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["case", "name"], name="casetag_once")]
        indexes = [models.Index(fields=["name"], name="casetag_name")]

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A named set of queue filters of one person."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    is_default = models.BooleanField(default=False)  # where its owner starts

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="savedview_name"),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(is_default=True), name="savedview_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name
