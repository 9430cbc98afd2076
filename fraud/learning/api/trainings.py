"""Trainings through the interface: start one, watch it, cancel it. The work is done by a process of its own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.learning import experimenting, training_page
from fraud.learning.api.runs_told import RunTold
from fraud.learning.models import Experiment
from fraud.learning.training_run import REASON_MIN, REASON_MOST, start_training
from fraud.web.api import ONLY_PAGING, PAGING, FraudView, describe, query
from fraud.web.api_shapes import ListView, pages_of
from fraud.web.api_strict import StrictCharField, StrictSerializer


class TrainingAsked(StrictSerializer):
    reason = StrictCharField(min_length=REASON_MIN, max_length=REASON_MOST, help_text="Why it is asked for.")


class TrainingRow(RunTold):
    """`doing`: the step it is in; `version`: what it ended in, a candidate and never in service by itself; `is_new` is false where
    nothing new was known and the version was there before; `error`: why it failed, as a sentence."""

    reason = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()
    is_new = serializers.SerializerMethodField()

    class Meta:
        model = Experiment
        fields = (
            "id",
            "state",
            "doing",
            "n_steps",
            "n_done",
            "cut_off_at",
            "reason",
            "version",
            "is_new",
            "error",
            "started_by",
            "created_at",
            "finished_at",
        )

    def get_reason(self, row: Experiment) -> str:
        return training_page.reason_of(row)

    def get_version(self, row: Experiment) -> str | None:
        return row.result.get("version")

    def get_is_new(self, row: Experiment) -> bool | None:
        return row.result.get("is_new")


class StepTold(serializers.Serializer):
    """`seconds_left`: by the last training that made a version; null before the first, and once it is over."""

    name = serializers.CharField()
    word = serializers.CharField()
    state = serializers.CharField()
    seconds = serializers.FloatField(allow_null=True)
    seconds_left = serializers.FloatField(allow_null=True)


class TrainingAnswer(TrainingRow):
    """With its steps."""

    steps = StepTold(many=True)

    class Meta(TrainingRow.Meta):
        fields = (*TrainingRow.Meta.fields, "steps")  # type: ignore[assignment]


def told(found: Experiment) -> Any:
    """A training with its steps."""
    found.steps = training_page.steps_of(found)  # type: ignore[attr-defined]
    return TrainingAnswer(found).data


def find_training(number: int) -> Experiment:
    """Raises Http404."""
    found: Experiment = get_object_or_404(training_page.trainings(), pk=number)
    return found


@extend_schema_view(
    get=describe(
        "List trainings",
        answer=pages_of(TrainingRow),
        parameters=[query("state", "", enum=Experiment.State.values), *PAGING],
        operation_id="trainings_list",
    ),
    post=describe(
        "Start a training", answer={201: TrainingAnswer}, body=TrainingAsked, operation_id="trainings_start"
    ),
)
class TrainingList(ListView, FraudView):
    """Trainings that somebody asked for, newest first; one training or experiment is done at a time."""

    permission = "fraud.view_detection"
    answers_kept = "after"  # a process of its own goes on with it
    filters = ("state", *ONLY_PAGING)
    row = TrainingRow
    order: ClassVar[str] = "created_at"

    def found(self) -> QuerySet[Experiment]:
        experimenting.settle_lost()
        state = self.one_of("state", Experiment.State.values)
        rows = training_page.trainings()
        return rows.filter(state=state) if state else rows

    def told(self, rows: Any) -> Any:
        return self.row(rows, many=True).data

    def post(self, request: Request) -> Response:
        """Raises NotPermitted, ValidationError, also while another one runs."""
        try:
            started = start_training(reason=self.input(TrainingAsked)["reason"], by=self.by)
        except experimenting.ExperimentNotValid as error:
            name, text = next(iter(error.problems.items()))
            raise self.wrong("reason" if name == "kind" else name, text) from error
        experimenting.start_process(started)
        return Response(told(started), status=201)


@extend_schema_view(
    get=describe("Read a training", answer=TrainingAnswer, refusals=(404,), operation_id="trainings_read")
)
class TrainingOne(FraudView):
    """How far it is, what each step took, what is left, and the version it ended in."""

    permission = "fraud.view_detection"

    def get(self, request: Request, number: int) -> Response:
        """Raises Http404."""
        experimenting.settle_lost()
        return Response(told(find_training(number)))


@extend_schema_view(
    post=describe(
        "Cancel a training", answer=TrainingAnswer, refusals=(404,), operation_id="trainings_cancel"
    )
)
class CancelTraining(FraudView):
    """Ends within seconds; a version it has kept already stays a candidate, and one that is over stays as it is."""

    permission = "fraud.view_detection"

    def post(self, request: Request, number: int) -> Response:
        """Raises Http404, NotPermitted."""
        found = find_training(number)
        experimenting.cancel_experiment(experiment=found, by=self.by)
        return Response(told(found))
