"""Rules and their versions as the interface tells them, and the bodies that draft, change, propose and decide them."""

from __future__ import annotations

from collections.abc import Mapping

from rest_framework import serializers

from fraud.web.api_strict import (
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictNumberField,
    StrictSerializer,
)
from fraud.workbench.rule_hits import VersionHits
from rules.language.nodes import MAX_TEXT
from rules.models import Rule, RuleVersion
from rules.services.turning_off import running_version

State = RuleVersion.State
ABOUT = ("name_ko", "name_en", "group", "policy_clause", "policy_clause_en", "question_ko", "question_en")
LONGEST_WORDS = 2_000
_SEEN_VERSION = "`seen` of the version the step rests on."
_SEEN_RULE = "`seen` of the rule: the number of the version that runs."


class VersionAnswer(serializers.ModelSerializer):
    """One text of a rule. `seen` is what a change of it, a proposal or a decision rests on; `n_hits` are claims of the last 90 days."""

    rule = serializers.CharField(source="rule.code")
    share_percent = serializers.SerializerMethodField(
        help_text="Share of the cardholders it counts for, once active."
    )
    created_by = serializers.CharField(source="created_by.username", default=None)
    edited_by = serializers.CharField(source="edited_by.username", default=None)
    proposed_by = serializers.CharField(source="proposed_by.username", default=None)
    activated_by = serializers.CharField(source="activated_by.username", default=None)
    retire_proposed_by = serializers.CharField(source="retire_proposed_by.username", default=None)
    examples = serializers.ListField(child=serializers.DictField())
    n_hits = serializers.SerializerMethodField()
    seen = serializers.IntegerField(source="lock_version")

    class Meta:
        model = RuleVersion
        # fmt: off
        fields = (
            "rule", "number", "state", "text", "weight", "is_always_open", "is_told_ahead", "share_percent", "note", "examples", "n_hits",
            "created_at", "created_by", "edited_by", "proposed_at", "proposed_by", "activated_at", "activated_by", "retired_at",
            "retire_proposed_at", "retire_proposed_by", "retire_reason", "seen",
        )
        # fmt: on

    def get_share_percent(self, version: RuleVersion) -> int:
        """Whole percent."""
        return int(version.rollout_rate * 100)

    def get_n_hits(self, version: RuleVersion) -> int:
        """Counted by whoever asks for the answer: `hits` of the context."""
        hits: Mapping[int, VersionHits] = self.context.get("hits", {})
        return hits.get(version.pk, VersionHits()).n_claims


class RuleRow(serializers.ModelSerializer):
    """A rule in a list: what runs of it, and what is in work."""

    active = serializers.SerializerMethodField(help_text="Number of the version that counts.")
    shadow = serializers.SerializerMethodField(help_text="Number of the version that is only watched.")
    in_work = serializers.SerializerMethodField(help_text="Number of the draft or the proposal.")
    n_hits = serializers.SerializerMethodField(help_text="Claims hit in 90 days by the version that counts.")
    seen = serializers.SerializerMethodField(help_text="Number of the version that runs, 0 for none.")

    class Meta:
        model = Rule
        fields = ("code", *ABOUT, "active", "shadow", "in_work", "n_hits", "seen")

    def get_active(self, rule: Rule) -> int | None:
        """None where none counts."""
        return _number(rule, State.ACTIVE)

    def get_shadow(self, rule: Rule) -> int | None:
        """None where none is watched."""
        return _number(rule, State.SHADOW)

    def get_in_work(self, rule: Rule) -> int | None:
        """None where nothing is written or waits."""
        return _number(rule, State.PROPOSED, State.DRAFT)

    def get_n_hits(self, rule: Rule) -> int:
        """0 where none counts."""
        found = next((one for one in rule.versions.all() if one.state == State.ACTIVE), None)
        return self.context["hits"].get(found.pk, VersionHits()).n_claims if found else 0

    def get_seen(self, rule: Rule) -> int:
        """What stopping the rule, or going back, rests on."""
        running = running_version(rule.versions.all())
        return running.number if running else 0


class RuleDetail(RuleRow):
    """A rule with all its versions, the newest first."""

    versions = VersionAnswer(many=True)

    class Meta:
        model = Rule
        fields = (*RuleRow.Meta.fields, "versions")


class RulePage(serializers.Serializer):
    results = RuleRow(many=True)
    next = serializers.CharField(allow_null=True)


class _Content(StrictSerializer):
    weight = StrictNumberField(required=False, help_text="0 to 10; 1 where it is left out.")
    is_always_open = StrictBooleanField(required=False)
    is_told_ahead = StrictBooleanField(required=False)
    note = StrictCharField(max_length=LONGEST_WORDS, required=False, allow_blank=True)
    examples = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="`{hits, claim, earlier}` each, as in the rule book.",
    )


class RuleDraftBody(_Content):
    """A new rule with its first draft."""

    code = StrictCharField(max_length=20, help_text="Stays for ever, such as A04.")
    text = StrictCharField(max_length=MAX_TEXT, trim_whitespace=False)
    name_ko = StrictCharField(max_length=120)
    name_en = StrictCharField(max_length=120)
    group = StrictCharField(max_length=20, required=False)
    policy_clause = StrictCharField(max_length=200, required=False, allow_blank=True)
    policy_clause_en = StrictCharField(max_length=200, required=False, allow_blank=True)
    question_ko = StrictCharField(max_length=LONGEST_WORDS, required=False, allow_blank=True)
    question_en = StrictCharField(max_length=LONGEST_WORDS, required=False, allow_blank=True)


class VersionBody(_Content):
    """A new version of a rule there is; text, weight and both switches are those of the version that counts, or the newest, where they are left out."""

    text = StrictCharField(max_length=MAX_TEXT, required=False, trim_whitespace=False)


class DraftBody(_Content):
    """What is left out stays. The questions only together, and only before the rule runs."""

    text = StrictCharField(max_length=MAX_TEXT, required=False, trim_whitespace=False)
    question_ko = StrictCharField(max_length=LONGEST_WORDS, required=False)
    question_en = StrictCharField(max_length=LONGEST_WORDS, required=False)
    seen = StrictIntegerField(help_text=_SEEN_VERSION)


class VersionReason(StrictSerializer):
    reason = StrictCharField(max_length=300, required=False, allow_blank=True, default="")
    seen = StrictIntegerField(help_text=_SEEN_VERSION)


class RuleProposalBody(VersionReason):
    confirmation = StrictCharField(
        max_length=20,
        required=False,
        allow_blank=True,
        default="",
        help_text="The rule's code, where it hits more than a fifth of the last claims.",
    )


class ActivationBody(VersionReason):
    percent = StrictIntegerField(
        required=False, default=100, help_text="Share of the cardholders it counts for, 1 to 100."
    )


class WideningBody(VersionReason):
    percent = StrictIntegerField(help_text="More than it counts for now, at most 100.")


class RuleReason(StrictSerializer):
    reason = StrictCharField(max_length=300, required=False, allow_blank=True, default="")
    seen = StrictIntegerField(help_text=_SEEN_RULE)


def _number(rule: Rule, *states: State) -> int | None:
    versions = list(rule.versions.all())
    return next((one.number for state in states for one in versions if one.state == state), None)
