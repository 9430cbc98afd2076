"""The threshold through the interface: what another line, cost matrix or capacity would have meant on the last nights, and proposing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.company.api import SettingsChangeRow, told
from fraud.company.changing import propose_settings
from fraud.company.values import THRESHOLD_POLICIES
from fraud.learning.threshold_page import (
    COST_FIELDS,
    MINUTES,
    proposed_changes,
    read_tried,
    threshold_context,
    unread,
)
from fraud.web.api import describe, query
from fraud.web.api_shapes import ProposeView, TableAnswer, table_told
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer

_COSTS = dict(
    zip(
        COST_FIELDS,
        ("a case on misuse", "a case on nothing", "misuse missed", "a claim left alone"),
        strict=True,
    )
)


class ThresholdAnswer(serializers.Serializer):
    """`ways`: each way of drawing the line beside what holds and doing nothing; `curve`: the same along the threshold. `seen`: what a
    proposal rests on. Without percentages (`is_calibrated` false, `why` says it) nothing is expected by sums."""

    seen = serializers.IntegerField()
    currency = serializers.CharField()
    policy = serializers.CharField()
    threshold = serializers.FloatField()
    capacity = serializers.IntegerField()
    n_claims = serializers.IntegerField()
    is_calibrated = serializers.BooleanField()
    why = serializers.CharField(allow_blank=True)
    ways = TableAnswer()
    curve = TableAnswer()


class ThresholdBody(StrictSerializer):
    """What is to hold, numbers as text; what is left out stays. `threshold` counts where the policy is `fixed`."""

    policy = serializers.ChoiceField(choices=list(THRESHOLD_POLICIES), required=False)
    threshold = StrictCharField(max_length=20, required=False)
    tp = StrictCharField(max_length=20, required=False)
    fp = StrictCharField(max_length=20, required=False)
    fn = StrictCharField(max_length=20, required=False)
    tn = StrictCharField(max_length=20, required=False)
    reviewer_minutes_per_day = StrictCharField(max_length=10, required=False)
    minutes_per_case = StrictCharField(max_length=10, required=False)
    note = StrictCharField(max_length=300, help_text="Why, for whoever approves it.")
    seen = StrictIntegerField(help_text="`seen` of what was read.")


@extend_schema_view(
    get=describe(
        "Read what a threshold would mean",
        answer=ThresholdAnswer,
        parameters=[
            query("policy", "", enum=list(THRESHOLD_POLICIES)),
            query("threshold", "Where the policy is `fixed`."),
            *(query(name, f"Cost of {words}.") for name, words in _COSTS.items()),
            *(query(name, "A whole number.") for name in MINUTES),
        ],
        operation_id="threshold_read",
    ),
    post=describe(
        "Propose threshold, cost matrix or capacity",
        answer={201: SettingsChangeRow},
        body=ThresholdBody,
        operation_id="threshold_propose",
    ),
)
class Threshold(ProposeView):
    """On the scores of the last nights; a proposal waits among those of the settings."""

    permission = "fraud.view_detection"
    may_propose = "fraud.propose_threshold"
    body = ThresholdBody
    filters = ("policy", "threshold", *COST_FIELDS, *MINUTES)

    def get(self, request: Request) -> Response:
        """Raises ValidationError for what is no number."""
        self.one_of("policy", THRESHOLD_POLICIES)
        self._numbers(request.query_params)
        tried = read_tried(request.query_params)
        shown = threshold_context(tried)
        return Response(
            ThresholdAnswer(
                {
                    "seen": shown["seen"],
                    "currency": tried.values.currency,
                    "policy": tried.policy,
                    "threshold": tried.threshold,
                    "capacity": tried.values.capacity_per_day,
                    "n_claims": tried.scores.n_claims,
                    "is_calibrated": tried.scores.is_calibrated,
                    "why": shown["why_ranks"],
                    "ways": table_told(shown["ways_table"]),
                    "curve": table_told(shown["curve_table"]),
                }
            ).data
        )

    def propose(self, data: dict[str, Any]) -> Any:
        """Raises ValidationError, SettingsNotValid, SettingsStale."""
        self._numbers(data)
        note, seen = data.pop("note"), data.pop("seen")
        made = propose_settings(changes=proposed_changes(data), note=note, by=self.by, seen=seen)
        return told(made.number)

    def _numbers(self, typed: Mapping[str, Any]) -> None:
        for name, said in unread(typed).items():
            raise self.wrong(name, said)
