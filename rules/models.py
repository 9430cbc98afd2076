"""Rules as data: a rule, its versions, and the lists and parameters its text refers to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from audit.proposals import Proposal


class Rule(models.Model):
    """One editable rule; what it says lives in its versions."""

    code = models.CharField(max_length=20, unique=True)  # "A04", stable for ever
    name_en = models.CharField(max_length=120)
    name_ko = models.CharField(max_length=120)
    group = models.CharField(
        max_length=20, default="other"
    )  # time, merchant, amount, place, document, card, people
    policy_clause = models.CharField(max_length=200, blank=True)
    policy_clause_en = models.CharField(max_length=200, blank=True)
    question_en = models.TextField(
        blank=True
    )  # to the cardholder: plain words, facts in braces, no thresholds
    question_ko = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name_en}"


class RuleVersion(models.Model):
    """The text of a rule; frozen once it has been active."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("rule state", "Draft")
        PROPOSED = "proposed", pgettext_lazy("rule state", "Proposed")
        SHADOW = "shadow", pgettext_lazy("rule state", "Shadow")
        ACTIVE = "active", pgettext_lazy("rule state", "Active")
        RETIRED = "retired", pgettext_lazy("rule state", "Retired")

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    text = models.TextField()
    weight = models.FloatField(default=1.0)  # expert weight w_j of the hybrid's cold start
    is_always_open = models.BooleanField(default=False)  # an absolute ban: opens a case outside the budget
    is_told_ahead = models.BooleanField(
        default=False
    )  # a cardholder may hear of it before filing: rules/ahead.py
    # Of the cardholders, while it counts; the hits of the others are stored and only watched (rules/rollout.py).
    rollout_rate = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal(1))
    note = models.TextField(blank=True)
    examples = models.JSONField(
        default=list
    )  # claims it should hit and claims it should not: rules/examples.py
    lock_version = models.PositiveIntegerField(default=0)  # two admins editing one draft
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_hash = models.CharField(max_length=64, blank=True)  # an approval is bound to this content
    # The version that counted when this one was proposed, 0 for none: it replaces that one and no other.
    proposed_over = models.PositiveIntegerField(default=0)
    activated_at = models.DateTimeField(null=True)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True)
    # A proposal to stop the version while it runs; a second person approves or returns it.
    retire_proposed_at = models.DateTimeField(null=True)
    retire_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    retire_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["rule__code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "number"], name="ruleversion_rule_number"),
            # One text of a rule counts at a time.
            models.UniqueConstraint(
                fields=["rule"], condition=Q(state="active"), name="ruleversion_one_active"
            ),
            models.CheckConstraint(
                condition=Q(rollout_rate__gt=0, rollout_rate__lte=1), name="ruleversion_rollout_rate"
            ),
            # Four eyes: whoever proposed does not activate.
            models.CheckConstraint(
                condition=Q(activated_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(activated_by=models.F("proposed_by")),
                name="ruleversion_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule.code} v{self.number}"


class ValueList(models.Model):
    """A managed list that rules refer to as @name."""

    class Kind(models.TextChoices):
        CODE = "code"
        TEXT = "text"

    name = models.CharField(max_length=60, unique=True)
    label_en = models.CharField(max_length=120)
    label_ko = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TEXT)
    values = models.JSONField(default=list)
    expires = models.JSONField(default=dict)  # value → first day on which it no longer counts
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    is_retired = models.BooleanField(default=False)  # no text may name it any more

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"@{self.name}"

    def values_on(self, day: date) -> list[str]:
        """The values that count on a day, in their order."""
        return [str(value) for value in self.values if str(self.expires.get(value, "9")) > day.isoformat()]


class Parameter(models.Model):
    """A named threshold that rules refer to as $name; its values have dates and may vary by grade, purpose or department."""

    class Kind(models.TextChoices):
        MONEY = "money"
        NUMBER = "number"
        PERCENT = "percent"
        DURATION = "duration"

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    label_en = models.CharField(max_length=120)
    label_ko = models.CharField(max_length=120)
    is_retired = models.BooleanField(default=False)  # no text may name it any more

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"${self.name}"


class ParameterValue(models.Model):
    """A parameter's value from a day on; the most special scope that fits a claim wins."""

    parameter = models.ForeignKey(Parameter, on_delete=models.CASCADE, related_name="values")
    value = models.CharField(max_length=40)  # money in minor units, percent as 0.05, duration in seconds
    currency = models.CharField(max_length=3, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # exclusive
    grade = models.CharField(max_length=20, blank=True)
    purpose_code = models.CharField(max_length=40, blank=True)
    department_code = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["parameter__name", "valid_from"]

    def __str__(self) -> str:
        return f"{self.parameter} = {self.value} from {self.valid_from}"


class Change(Proposal):
    """What one person proposes of the rules' surroundings and another applies or returns."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("change state", "Proposed")
        APPLIED = "applied", pgettext_lazy("change state", "Applied")
        RETURNED = "returned", pgettext_lazy("change state", "Returned")

    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(max_length=300)

    class Meta(Proposal.Meta):
        abstract = True


class ValueChange(Change):
    """A proposed change of a list or of a parameter: it counts only after a second person has agreed."""

    value_list = models.ForeignKey(ValueList, null=True, on_delete=models.CASCADE, related_name="changes")
    parameter = models.ForeignKey(Parameter, null=True, on_delete=models.CASCADE, related_name="changes")
    content = models.JSONField()  # the list's new values, or one dated parameter value
    # What the change was made on: the list's version, or the parameter's newest value of the same scope.
    base_version = models.PositiveBigIntegerField(default=0)
    reason = models.TextField(blank=True)
    proposed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(
                condition=Q(value_list__isnull=True) ^ Q(parameter__isnull=True),
                name="valuechange_one_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value_list or self.parameter}: {self.state}"


class PolicyChange(Change):
    """Paragraphs of the card policy that one person wants to read otherwise from a day on; they hold once another agreed."""

    # [{"number", "title_en", "title_ko", "text_en", "text_ko", "is_removed"}]
    paragraphs = models.JSONField()
    base = models.JSONField(default=dict)  # number → key of the paragraph's newest text when it was proposed
    valid_from = models.DateField()

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = Proposal.Meta.constraints

    def __str__(self) -> str:
        return f"policy from {self.valid_from}: {self.state}"


class PolicyParagraph(models.Model):
    """One text of a numbered paragraph of the card policy, from a day on. Texts are never changed; a later one takes over."""

    number = models.CharField(max_length=5)  # article and paragraph: "4.2"
    title_en = models.CharField(max_length=80)
    title_ko = models.CharField(max_length=80)
    text_en = models.CharField(max_length=800)
    text_ko = models.CharField(max_length=800)
    valid_from = models.DateField()
    is_removed = models.BooleanField(default=False)  # from that day on the policy has no such paragraph
    change = models.ForeignKey(  # none: shipped, an example
        PolicyChange, null=True, on_delete=models.PROTECT, related_name="rows"
    )

    class Meta:
        ordering = ["number", "valid_from", "pk"]

    def __str__(self) -> str:
        return f"§{self.number} from {self.valid_from}"

    @property
    def is_example(self) -> bool:
        """Whether it came with the product and nobody of the company has adopted it."""
        return self.change_id is None


class BookChange(Change):
    """A whole rule book that one person wants to hold; another reads what it changes and confirms all of it in one step."""

    text = models.TextField()  # the book as it was delivered
    # [{"part", "name", "action", "lines", "reason"}]: what it would change when it was proposed, then what it has changed
    steps = models.JSONField()
    proposed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-proposed_at"]
        constraints = Proposal.Meta.constraints

    def __str__(self) -> str:
        return f"rule book {self.pk}: {self.state}"


class RuleGroup(models.Model):
    """A group of rules as the company calls it. One that ships stands here only once somebody renamed or retired it."""

    code = models.CharField(max_length=20, unique=True)
    name_en = models.CharField(max_length=60)
    name_ko = models.CharField(max_length=60)
    is_retired = models.BooleanField(default=False)  # no rule is put into it any more

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name_en}"


class WordingChange(Change):
    """What a rule, group, list or parameter is called and asks, as one person wants it; it holds once another agreed."""

    class Subject(models.TextChoices):
        RULE = "rule", pgettext_lazy("subject of words", "Rule")
        GROUP = "group", pgettext_lazy("subject of words", "Group of rules")
        LIST = "list", pgettext_lazy("subject of words", "List")
        PARAMETER = "parameter", pgettext_lazy("subject of words", "Parameter")

    subject = models.CharField(max_length=10, choices=Subject)
    name = models.CharField(max_length=60)  # code of the rule or group, name of the list or parameter
    content = models.JSONField()  # every word as it is to read: rules/services/wording.py
    base = models.JSONField(default=dict)  # the words the change was made on; empty for something new

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(
                fields=["subject", "name"], condition=Q(state="proposed"), name="wordingchange_one_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.name}: {self.state}"
