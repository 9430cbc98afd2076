"""What the cardholder and their manager see: the request, the answer, the result. An allow-list, never a model."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.language import current_language
from cases.api.serializers.person_money import MyClaim, NoticeMoney
from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import (
    Appeal,
    AppealDraft,
    Case,
    Decision,
    Evidence,
    Explanation,
    ExplanationDraft,
    ExplanationRequest,
)
from cases.pages.answers import answers_of
from cases.pages.changes import told_changes
from cases.services.drafts import draft_number, draft_of
from cases.services.files import told_files
from cases.services.money import told_claims
from cases.services.money_told import told_money
from cases.services.settling import said_of_end
from cases.services.steps import current_decision
from cases.services.told_version import told_version
from cases.workflow import State
from fraud.web.api_money import Amount


class MyEvidence(serializers.ModelSerializer):
    """A file that was added; `delivered_name`: what it was called where its content is something else; `withdrawn_at`: taken back since it was sent, and no longer opened."""

    class Meta:
        model = Evidence
        fields = (
            "reference",
            "name",
            "delivered_name",
            "content_type",
            "size_bytes",
            "has_preview",
            "n_pages",
            "n_previews",
            "uploaded_at",
            "withdrawn_at",
        )


class Answered(serializers.Serializer):
    """A numbered question with what was said to it."""

    number = serializers.IntegerField()
    question = serializers.CharField()
    text = serializers.CharField()


class MyExplanation(serializers.ModelSerializer):
    offered = Amount("offered_minor", "request.case.currency")
    answered = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Explanation
        # fmt: off
        fields = (
            "text", "answers", "answered", "admits", "offered", "is_late", "on_behalf", "submitted_at", "evidence",
        )
        # fmt: on

    @extend_schema_field(Answered(many=True))
    def get_answered(self, explanation: Explanation) -> Any:
        return Answered(answers_of(explanation), many=True).data

    @extend_schema_field(MyEvidence(many=True))
    def get_evidence(self, explanation: Explanation) -> Any:
        return MyEvidence(explanation.evidence, many=True).data


class MyDraft(serializers.ModelSerializer):
    """What the caller filled in so far; `offered` as typed, `number` to be sent with what follows it."""

    class Meta:
        model = ExplanationDraft
        fields = ("number", "text", "answers", "admits", "offered", "saved_at")


class MyRequestRow(serializers.ModelSerializer):
    """A line of the list of own requests."""

    case = serializers.CharField(source="case.reference")
    is_open = serializers.SerializerMethodField()

    class Meta:
        model = ExplanationRequest
        fields = ("reference", "case", "state", "is_open", "sent_at", "due_on", "answered_at")

    def get_is_open(self, request: ExplanationRequest) -> bool:
        """Whether an answer is taken now, in time, late or a further time."""
        return request.state != ExplanationRequest.State.WITHDRAWN and request.case.state in (
            State.AWAITING_EXPLANATION,
            State.NO_RESPONSE,
            State.EXPLAINED,
        )


class MyFact(serializers.Serializer):
    """One fact of a payment, before and after, in the reader's words."""

    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class MyChange(serializers.Serializer):
    """What changed about a payment since the letter was written; `has_left`: it turned out not to be the caller's."""

    at = serializers.DateTimeField()
    has_left = serializers.BooleanField()
    merchant = serializers.CharField()
    facts = MyFact(many=True)


class MyRequestPage(serializers.Serializer):
    results = MyRequestRow(many=True)
    next = serializers.CharField(allow_null=True)


class MyRequest(MyRequestRow):
    version = serializers.SerializerMethodField()
    amount = Amount(lambda request: told_money(request.case).open_minor, "case.currency")
    currency = serializers.CharField(source="case.currency")
    can_ask_extension = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()
    claims = serializers.SerializerMethodField()
    explanations = MyExplanation(many=True)
    draft = serializers.SerializerMethodField()
    draft_number = serializers.SerializerMethodField()
    evidence = serializers.SerializerMethodField()

    class Meta(MyRequestRow.Meta):
        fields = (
            *MyRequestRow.Meta.fields,
            "version",
            "text",
            "questions",
            "amount",
            "currency",
            "is_extended",
            "can_ask_extension",
            "extension_asked_at",
            "draft",
            "draft_number",
            "changes",
            "claims",
            "explanations",
            "evidence",
        )  # type: ignore[assignment]

    def get_version(self, request: ExplanationRequest) -> int:
        """Of what is told here; an answer sends it in If-Match."""
        return told_version(request.case)

    def get_can_ask_extension(self, request: ExplanationRequest) -> bool:
        is_waiting = request.case.state == State.AWAITING_EXPLANATION
        return is_waiting and request.state == ExplanationRequest.State.SENT and not request.is_extended

    @extend_schema_field(MyChange(many=True))
    def get_changes(self, request: ExplanationRequest) -> Any:
        return MyChange(told_changes(request.case, request.sent_at), many=True).data

    @extend_schema_field(MyClaim(many=True))
    def get_claims(self, request: ExplanationRequest) -> Any:
        return MyClaim(told_claims(request.case), many=True).data

    @extend_schema_field(MyDraft(allow_null=True))
    def get_draft(self, request: ExplanationRequest) -> Any:
        draft = draft_of(request, self.context["by"])
        return MyDraft(draft).data if draft else None

    def get_draft_number(self, request: ExplanationRequest) -> int:
        """What the next draft sends as its `number`, also where there is none now."""
        return draft_number(request, self.context["by"])

    @extend_schema_field(MyEvidence(many=True))
    def get_evidence(self, request: ExplanationRequest) -> Any:
        return MyEvidence(told_files(request, self.context["by"]), many=True).data


class MyAppeal(serializers.Serializer):
    text = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    result = serializers.CharField()
    message = serializers.CharField()
    decided_at = serializers.DateTimeField(allow_null=True)
    evidence = serializers.SerializerMethodField()

    @extend_schema_field(MyEvidence(many=True))
    def get_evidence(self, appeal: Appeal) -> Any:
        return MyEvidence(appeal.evidence, many=True).data


#: What a case under way looks like from outside; the inner states are nobody's business there.
STEPS = {
    State.NOTIFIED: "decided",
    State.APPEALED: "appealed",
    State.RECOVERING: "repaying",
    State.CLOSED: "closed",
}


class MyAppealDraft(serializers.ModelSerializer):
    """The words of an appeal so far; `number` to be sent with what follows them."""

    class Meta:
        model = AppealDraft
        fields = ("number", "text", "saved_at")


class MyNotice(NoticeMoney):
    """The result of a case, as it is told to its cardholder."""

    reference = serializers.CharField()
    version = serializers.SerializerMethodField()
    step = serializers.SerializerMethodField()
    outcome = serializers.SerializerMethodField()
    policy_clause = serializers.SerializerMethodField()
    message = serializers.SerializerMethodField()
    decided_at = serializers.SerializerMethodField()
    ended = serializers.SerializerMethodField()
    answer_by = serializers.SerializerMethodField()
    can_answer = serializers.SerializerMethodField()
    appeals = MyAppeal(many=True)
    appeal_draft = serializers.SerializerMethodField()
    appeal_draft_number = serializers.SerializerMethodField()

    def get_version(self, case: Case) -> int:
        """Of what is told here; a step that binds sends it in If-Match."""
        return told_version(case)

    def _decision(self, case: Case) -> Decision | None:
        return current_decision(case)

    @extend_schema_field(serializers.ChoiceField(sorted(STEPS.values())))
    def get_step(self, case: Case) -> str:
        return STEPS[State(case.state)]

    def get_outcome(self, case: Case) -> str:
        if not case.disposition:
            return ""
        info = DISPOSITIONS[Disposition(case.disposition)]
        return info.label_ko if current_language() == "ko" else info.label_en

    def get_policy_clause(self, case: Case) -> str:
        decision = self._decision(case)
        return decision.policy_clause if decision else ""

    def get_message(self, case: Case) -> str:
        decision = self._decision(case)
        return decision.message if decision else ""

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_decided_at(self, case: Case) -> Any:
        decision = self._decision(case)
        return decision.decided_at if decision else None

    def get_ended(self, case: Case) -> str:
        """Why the case ended where its payments turned out to be somebody else's; empty else."""
        return said_of_end(case, current_language())

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_answer_by(self, case: Case) -> Any:
        return case.due_on if case.state == State.NOTIFIED else None

    def get_can_answer(self, case: Case) -> bool:
        return case.state == State.NOTIFIED

    @extend_schema_field(MyAppealDraft(allow_null=True))
    def get_appeal_draft(self, case: Case) -> Any:
        draft = draft_of(case, self.context["by"])
        return MyAppealDraft(draft).data if draft else None

    def get_appeal_draft_number(self, case: Case) -> int:
        """What the next draft of an appeal sends as its `number`, also where there is none now."""
        return draft_number(case, self.context["by"])


class MyNoticePage(serializers.Serializer):
    results = MyNotice(many=True)
    next = serializers.CharField(allow_null=True)
