"""Cases as staff see them. `scores` is false for roles without the right to see scores and for blind cases."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.language import current_language
from cases.api.serializers.person import Answered
from cases.api.serializers.staff_money import CaseAmounts, DecidedMoney
from cases.models import Case, CaseNote, Evidence, Explanation, ExplanationRequest
from cases.pages.answers import answers_of
from cases.pages.headlines import headline, rule_names
from cases.pages.regrouping import linked_cases
from cases.services.checking import RESULTS, checks_of
from cases.services.clocks import is_overdue
from cases.services.files import sent_files
from cases.visibility import seen_among
from cases.workflow import Action
from fraud.detection.api.serializers import ReasonRow, told_reasons
from fraud.web.api_money import Amount


class Person(serializers.Serializer):
    employee_no = serializers.CharField()
    name = serializers.CharField()
    department = serializers.SerializerMethodField()

    def get_department(self, person: Any) -> str:
        return person.department.name if person.department else ""


class CaseRow(CaseAmounts, serializers.ModelSerializer):
    """A line of the queue."""

    cardholder = Person()
    merchant = serializers.CharField(source="merchant.name", default="")
    assignee = serializers.CharField(source="assignee.username", default=None, allow_null=True)
    is_overdue = serializers.SerializerMethodField()
    probability = serializers.SerializerMethodField()
    band = serializers.SerializerMethodField()
    headline = serializers.SerializerMethodField()

    class Meta:
        model = Case
        # fmt: off
        fields = (
            "reference", "state", "state_since", "due_on", "is_overdue", "source", "pattern", "headline", "cardholder", "merchant",
            "at_stake", "amount", "amount_kind", "currency", "n_claims", "probability", "band", "is_calibrated", "expected_loss", "assignee",
            "snoozed_until", "has_news", "disposition", "opened_at", "closed_at", "version",
        )
        # fmt: on

    def get_headline(self, case: Case) -> str:
        """What happened, in one sentence; the names of a page's rules are asked for once."""
        names = self.context.setdefault("rule_names", {})
        code = str((case.headline or {}).get("code") or case.pattern)
        if code not in names:
            names.update({code: ""} | rule_names([code], current_language()))
        return headline(case, current_language(), {code: name for code, name in names.items() if name})

    def get_is_overdue(self, case: Case) -> bool:
        return is_overdue(case)

    def get_probability(self, case: Case) -> float | None:
        return round(case.probability, 6) if self._shown(case) and case.is_calibrated else None

    def get_band(self, case: Case) -> str | None:
        return case.band or None if self._shown(case) else None


class CasePage(serializers.Serializer):
    """A page of the queue; `next` is the cursor of the following one, null on the last."""

    results = CaseRow(many=True)
    next = serializers.CharField(allow_null=True)


class EvidenceRow(serializers.ModelSerializer):
    """A file that was sent, also where its sender withdrew it since."""

    uploaded_by = serializers.CharField(source="uploaded_by.username")
    request = serializers.CharField(source="request.reference", default=None, allow_null=True)

    class Meta:
        model = Evidence
        # fmt: off
        fields = (
            "reference", "name", "delivered_name", "content_type", "size_bytes", "has_preview", "n_pages", "n_previews", "flags", "request", "withdrawn_at",
            "uploaded_by", "uploaded_at",
        )
        # fmt: on


class ExplanationRow(serializers.ModelSerializer):
    offered = Amount("offered_minor", "request.case.currency")
    submitted_by = serializers.CharField(source="submitted_by.username")
    answered = serializers.SerializerMethodField()
    evidence = serializers.SlugRelatedField("reference", many=True, read_only=True)

    class Meta:
        model = Explanation
        # fmt: off
        fields = (
            "text", "answers", "answered", "admits", "offered", "is_late", "on_behalf", "submitted_by", "submitted_at", "evidence",
        )
        # fmt: on

    @extend_schema_field(Answered(many=True))
    def get_answered(self, explanation: Explanation) -> Any:
        return Answered(answers_of(explanation), many=True).data


class RequestRow(serializers.ModelSerializer):
    requested_by = serializers.CharField(source="requested_by.username")
    explanations = ExplanationRow(many=True)

    class Meta:
        model = ExplanationRequest
        # fmt: off
        fields = (
            "reference", "round_no", "state", "text", "questions", "requested_by", "sent_at", "due_on", "is_extended",
            "extension_asked_at", "extension_reason", "answered_at", "explanations",
        )
        # fmt: on


class NoteRow(serializers.ModelSerializer):
    written_by = serializers.CharField(source="written_by.username")

    class Meta:
        model = CaseNote
        fields = ("text", "written_by", "written_at")


class TimelineEntry(serializers.Serializer):
    """An entry of the case's audit chain, with its sentence in the reader's language."""

    at = serializers.CharField()
    action = serializers.CharField()
    sentence = serializers.CharField()
    actor = serializers.CharField()
    reason = serializers.CharField()
    state = serializers.CharField(allow_null=True)
    text = serializers.CharField()  # what was answered or objected, where the entry is about that
    answers = Answered(many=True)
    evidence = serializers.ListField(child=serializers.CharField())


class Timeline(serializers.Serializer):
    results = TimelineEntry(many=True)
    next = serializers.CharField(allow_null=True)


class ClaimReasons(serializers.Serializer):
    claim = serializers.CharField()
    reasons = ReasonRow(many=True)


class CheckRow(serializers.Serializer):
    """A step of the checklist of the case's pattern."""

    code = serializers.CharField()
    text = serializers.CharField()
    mark = serializers.ChoiceField(RESULTS, source="result")
    word = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)


class LinkRow(serializers.Serializer):
    """A case that belongs to this one, and why."""

    case = serializers.CharField(source="case.reference")
    reason = serializers.CharField()
    linked_at = serializers.DateTimeField(source="at")


class CaseDetail(DecidedMoney, CaseRow):
    """A case with everything its reviewer works with; `actions` are those allowed to the caller now."""

    disposition_reason = serializers.CharField()
    snooze_reason = serializers.CharField()
    reopened_from = serializers.SerializerMethodField()
    merged_into = serializers.CharField(source="merged_into.reference", default=None, allow_null=True)
    split_from = serializers.SerializerMethodField()
    linked = serializers.SerializerMethodField()
    checklist = serializers.SerializerMethodField()
    tags = serializers.SlugRelatedField("name", source="tag_rows", many=True, read_only=True)
    actions = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()
    requests = RequestRow(many=True)
    evidence = serializers.SerializerMethodField()
    notes = NoteRow(many=True)

    class Meta(CaseRow.Meta):
        # fmt: off
        fields = (
            *CaseRow.Meta.fields, "disposition_reason", "snooze_reason", "reopened_from", "decided_anew", "merged_into", "split_from", "linked", "checklist", "over_limit", "tags", "actions", "claims", "reasons",
            "requests", "evidence", "decisions", "appeals", "notes",
        )  # type: ignore[assignment]
        # fmt: on

    def get_reopened_from(self, case: Case) -> str | None:
        """The case it takes up again; null also where the reader may not see that one."""
        return self._named(case.reopened_from)

    def get_split_from(self, case: Case) -> str | None:
        """The case it was split off from; null also where the reader may not see that one."""
        return self._named(case.split_from)

    def _named(self, other: Case | None) -> str | None:
        return next((seen.reference for seen in seen_among(self.context["by"], [other])), None)

    @extend_schema_field(CheckRow(many=True))
    def get_checklist(self, case: Case) -> Any:
        return CheckRow(checks_of(case, current_language()), many=True).data

    @extend_schema_field(LinkRow(many=True))
    def get_linked(self, case: Case) -> Any:
        by = self.context.get("by")
        shown = linked_cases(case, by) if by else []
        return LinkRow(shown, many=True).data

    @extend_schema_field(EvidenceRow(many=True))
    def get_evidence(self, case: Case) -> Any:
        return EvidenceRow(sent_files(case), many=True).data

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField([a.value for a in Action])))
    def get_actions(self, case: Case) -> list[str]:
        return [action.value for action in self.context.get("actions", ())]

    @extend_schema_field(ClaimReasons(many=True))
    def get_reasons(self, case: Case) -> Any:
        if not self._shown(case):
            return []
        alerts = case.alerts.filter(left_at=None).select_related("claim", "score").order_by("claim_id")
        return [
            {"claim": alert.claim.external_id, "reasons": told_reasons(alert.score.reasons or [])}
            for alert in alerts
            if alert.score is not None
        ]


class RequestPreview(serializers.Serializer):
    language = serializers.CharField()
    text = serializers.CharField()  # around the questions, with the place where the letter lists them
    letter = serializers.CharField()  # as the cardholder would read it
    questions = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    due_on = serializers.DateField()
    has_address = (
        serializers.BooleanField()
    )  # False: no mail can reach the cardholder, and no deadline runs until they are told


class BulkOutcomeRow(serializers.Serializer):
    reference = serializers.CharField()
    result = serializers.ChoiceField(["done", "closed", "pending", "refused"])
    code = serializers.CharField()
    sentence = serializers.CharField()


class BulkAnswer(serializers.Serializer):
    sentence = serializers.CharField()  # what happened altogether, in the reader's language
    results = BulkOutcomeRow(many=True)


class TipAnswer(serializers.Serializer):
    case = serializers.CharField(source="case.reference")
    origin = serializers.CharField()
    recorded_at = serializers.DateTimeField()
