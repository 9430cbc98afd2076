"""What may be sent: strict bodies, one for each action."""

from __future__ import annotations

from rest_framework import serializers

from cases.dispositions import DISPOSITIONS, LEGITIMATE_REASONS
from cases.models import Appeal, RecoveryPosting
from cases.services.by_hand import MAX_CLAIMS, TIP_ORIGINS
from cases.services.decisions import BULK_MAX
from cases.services.explanations import ANSWER_MAX, OFFER_TYPED_MAX
from cases.services.recovery import MAX_INSTALMENTS
from cases.services.texts import SHORT_MAX, TEXT_MAX
from fraud.web.api_strict import (
    MinorAmountField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictSerializer,
)


def _text(maximum: int = TEXT_MAX, *, required: bool = True) -> StrictCharField:
    return StrictCharField(max_length=maximum, required=required, allow_blank=not required)


class Empty(StrictSerializer):
    """No fields."""


class Reason(StrictSerializer):
    reason = _text()


class OptionalReason(StrictSerializer):
    reason = _text(SHORT_MAX, required=False)


class Assign(StrictSerializer):
    assignee = StrictCharField(max_length=150)
    reason = _text(SHORT_MAX, required=False)


class Snooze(StrictSerializer):
    until = serializers.DateField()
    reason = _text(SHORT_MAX)


class Note(StrictSerializer):
    text = _text()


class Ask(StrictSerializer):
    text = _text(required=False)
    questions = serializers.ListField(child=_text(500), max_length=20, required=False)
    language = serializers.ChoiceField(["ko", "en"], required=False)


class Extend(StrictSerializer):
    days = StrictIntegerField()
    reason = _text(SHORT_MAX, required=False)


class Propose(StrictSerializer):
    disposition = serializers.ChoiceField(
        [(choice.value, info.label_en) for choice, info in DISPOSITIONS.items()]
    )
    disposition_reason = StrictCharField(max_length=30, required=False, allow_blank=True)
    reason = _text()
    amount_minor = MinorAmountField(required=False)
    currency = StrictCharField(max_length=3, required=False)
    policy_clause = _text(200, required=False)
    message = _text(required=False)


class Close(StrictSerializer):
    disposition_reason = serializers.ChoiceField(list(LEGITIMATE_REASONS))
    reason = _text()


class BulkRow(StrictSerializer):
    reference = StrictCharField(max_length=20)
    version = StrictIntegerField(min_value=1)


class BulkClose(StrictSerializer):
    cases = serializers.ListField(child=BulkRow(), min_length=1, max_length=BULK_MAX)
    disposition_reason = serializers.ChoiceField(list(LEGITIMATE_REASONS))
    reason = _text()


class Approve(StrictSerializer):
    content_hash = StrictCharField(min_length=64, max_length=64)
    reason = _text(SHORT_MAX, required=False)


class DecideAppeal(StrictSerializer):
    result = serializers.ChoiceField(
        [Appeal.Result.UPHELD.value, Appeal.Result.REDUCED.value, Appeal.Result.REVERSED.value]
    )
    amount_minor = MinorAmountField(required=False)
    reason = _text()
    message = _text(required=False)


class Tip(StrictSerializer):
    claim = StrictCharField(max_length=120)
    source_system = StrictCharField(max_length=40, required=False)
    text = _text()
    origin = serializers.ChoiceField(list(TIP_ORIGINS), required=False)


class OpenCase(StrictSerializer):
    claims = serializers.ListField(child=StrictCharField(max_length=120), min_length=1, max_length=MAX_CLAIMS)
    source_system = StrictCharField(max_length=40, required=False)
    reason = _text()


class Instalment(StrictSerializer):
    due_on = serializers.DateField()
    amount_minor = MinorAmountField()


class Plan(StrictSerializer):
    plan = serializers.ListField(child=Instalment(), min_length=1, max_length=MAX_INSTALMENTS)


class Posting(StrictSerializer):
    amount_minor = MinorAmountField()
    currency = StrictCharField(max_length=3)
    method = serializers.ChoiceField(RecoveryPosting.Method.values)
    bank_reference = _text(80)
    received_on = serializers.DateField()
    note = _text(SHORT_MAX, required=False)


class ApproveWriteOff(StrictSerializer):
    amount_minor = MinorAmountField()
    reason = _text(required=False)


class Draft(StrictSerializer):
    text = StrictCharField(max_length=ANSWER_MAX, allow_blank=True, required=False)
    answers = serializers.DictField(
        child=StrictCharField(max_length=ANSWER_MAX, allow_blank=True), required=False
    )
    admits = StrictBooleanField(required=False)
    offered = StrictCharField(max_length=OFFER_TYPED_MAX, allow_blank=True, required=False)


class Answer(StrictSerializer):
    text = _text(ANSWER_MAX)
    answers = serializers.DictField(
        child=StrictCharField(max_length=ANSWER_MAX, allow_blank=True), required=False
    )
    admits = StrictBooleanField(required=False)
    offered_minor = MinorAmountField(required=False, allow_null=True)


class AppealText(StrictSerializer):
    text = _text(ANSWER_MAX)


class Consent(StrictSerializer):
    monthly_minor = MinorAmountField()
    text = _text()


class Upload(StrictSerializer):
    file = serializers.FileField(allow_empty_file=True, max_length=1000)
