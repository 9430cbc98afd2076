"""Cases as staff see them. `scores` is false for roles without the right to see scores and for blind cases."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.language import current_language
from cases.api.serializers.person import Answered
from cases.models import Appeal, Case, CaseNote, Decision, Evidence, Explanation, ExplanationRequest
from cases.pages.answers import answers_of
from cases.pages.headlines import headline, rule_names
from cases.pages.regrouping import linked_cases
from cases.services.checking import RESULTS, checks_of
from cases.services.claim_changes import said_of_decision
from cases.services.clocks import is_overdue
from cases.services.decided_anew import decided_anew_in
from cases.services.files import sent_files
from cases.services.money import claims_of
from cases.services.money_told import Kind, told_money
from cases.services.over_limit import over_limit_of
from cases.workflow import Action
from fraud.claims.models import Claim
from fraud.detection.api.serializers import ReasonRow, told_reasons
from fraud.web.api_money import AMOUNT_SCHEMA, Amount, decimal_text


class Person(serializers.Serializer):
    employee_no = serializers.CharField()
    name = serializers.CharField()
    department = serializers.SerializerMethodField()

    def get_department(self, person: Any) -> str:
        return person.department.name if person.department else ""


class CaseRow(serializers.ModelSerializer):
    """A line of the queue."""

    cardholder = Person()
    merchant = serializers.CharField(source="merchant.name", default="")
    assignee = serializers.CharField(source="assignee.username", default=None, allow_null=True)
    is_overdue = serializers.SerializerMethodField()
    probability = serializers.SerializerMethodField()
    band = serializers.SerializerMethodField()
    at_stake = Amount(lambda case: told_money(case).open_minor)
    amount = Amount(lambda case: told_money(case).minor)
    amount_kind = serializers.SerializerMethodField()
    expected_loss = serializers.SerializerMethodField()
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

    @extend_schema_field(serializers.ChoiceField(list(Kind)))
    def get_amount_kind(self, case: Case) -> str:
        """What `amount` is: at stake, decided, still open, repaid, written off; `nothing` was to come back: then what was spent."""
        return told_money(case).kind.value

    def get_headline(self, case: Case) -> str:
        """What happened, in one sentence; the names of a page's rules are asked for once."""
        names = self.context.setdefault("rule_names", {})
        code = str((case.headline or {}).get("code") or case.pattern)
        if code not in names:
            names.update({code: ""} | rule_names([code], current_language()))
        return headline(case, current_language(), {code: name for code, name in names.items() if name})

    def get_is_overdue(self, case: Case) -> bool:
        return is_overdue(case)

    def _shown(self, case: Case) -> bool:
        return bool(self.context.get("scores")) and not case.is_blind

    def get_probability(self, case: Case) -> float | None:
        return round(case.probability, 6) if self._shown(case) and case.is_calibrated else None

    def get_band(self, case: Case) -> str | None:
        return case.band or None if self._shown(case) else None

    @extend_schema_field(AMOUNT_SCHEMA)
    def get_expected_loss(self, case: Case) -> str | None:
        """Null once the case is decided: then it is known what was lost."""
        is_known = self._shown(case) and case.is_scored and not case.disposition
        return decimal_text(case.expected_loss_minor, case.currency) if is_known else None


class CasePage(serializers.Serializer):
    """A page of the queue; `next` is the cursor of the following one, null on the last."""

    results = CaseRow(many=True)
    next = serializers.CharField(allow_null=True)


class CaseClaim(serializers.ModelSerializer):
    merchant = serializers.CharField(source="merchant_name")
    amount = Amount("amount_minor")

    class Meta:
        model = Claim
        # fmt: off
        fields = (
            "external_id", "version", "transacted_at", "has_time", "merchant", "amount", "currency", "txn_type",
            "purpose_code", "purpose_text", "card_last4",
        )
        # fmt: on


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


class DecisionRow(serializers.ModelSerializer):
    proposed_by = serializers.CharField(source="proposed_by.username")
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    amount = Amount("amount_minor")
    decided_reason = serializers.SerializerMethodField()

    class Meta:
        model = Decision
        # fmt: off
        fields = (
            "number", "state", "disposition", "disposition_reason", "amount", "currency", "reason", "policy_clause",
            "message", "content_hash", "needs_approval", "why_approval", "proposed_by", "proposed_at", "decided_by",
            "decided_at", "decided_reason",
        )
        # fmt: on

    def get_decided_reason(self, decision: Decision) -> str:
        """Why it was approved, returned or void, in the reader's language where a delivery was the reason."""
        return said_of_decision(decision, current_language())


class AppealRow(serializers.ModelSerializer):
    amount = Amount("amount_minor", "case.currency")
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)

    class Meta:
        model = Appeal
        # fmt: off
        fields = (
            "text", "submitted_at", "result", "amount", "reason", "message", "decided_by", "decided_at",
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


class CaseDetail(CaseRow):
    """A case with everything its reviewer works with; `actions` are those allowed to the caller now."""

    disposition_reason = serializers.CharField()
    snooze_reason = serializers.CharField()
    reopened_from = serializers.CharField(source="reopened_from.reference", default=None, allow_null=True)
    decided_anew = serializers.SerializerMethodField()
    merged_into = serializers.CharField(source="merged_into.reference", default=None, allow_null=True)
    split_from = serializers.CharField(source="split_from.reference", default=None, allow_null=True)
    linked = serializers.SerializerMethodField()
    checklist = serializers.SerializerMethodField()
    over_limit = serializers.SerializerMethodField()
    tags = serializers.SlugRelatedField("name", source="tag_rows", many=True, read_only=True)
    actions = serializers.SerializerMethodField()
    claims = serializers.SerializerMethodField()
    reasons = serializers.SerializerMethodField()
    requests = RequestRow(many=True)
    evidence = serializers.SerializerMethodField()
    decisions = DecisionRow(many=True)
    appeals = AppealRow(many=True)
    notes = NoteRow(many=True)

    class Meta(CaseRow.Meta):
        # fmt: off
        fields = (
            *CaseRow.Meta.fields, "disposition_reason", "snooze_reason", "reopened_from", "decided_anew", "merged_into", "split_from", "linked", "checklist", "over_limit", "tags", "actions", "claims", "reasons",
            "requests", "evidence", "decisions", "appeals", "notes",
        )  # type: ignore[assignment]
        # fmt: on

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_decided_anew(self, case: Case) -> list[str]:
        """The cases whose decision holds now on payments of this one, in the place of its own; mostly none."""
        return [later.reference for later in decided_anew_in(case)]

    @extend_schema_field(CheckRow(many=True))
    def get_checklist(self, case: Case) -> Any:
        return CheckRow(checks_of(case, current_language()), many=True).data

    @extend_schema_field(AMOUNT_SCHEMA)
    def get_over_limit(self, case: Case) -> str | None:
        """What `propose-part` would ask for; null where the facts do not say."""
        over = over_limit_of(case) if self._shown(case) else None
        return decimal_text(over.minor, case.currency) if over else None

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

    @extend_schema_field(CaseClaim(many=True))
    def get_claims(self, case: Case) -> Any:
        return CaseClaim(claims_of(case), many=True).data

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
