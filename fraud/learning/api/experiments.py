"""Experiments through the interface: start one, watch it, cancel it, read what it found. The work is done by a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fraud.learning import experimenting
from fraud.learning.api.runs_told import RunTold
from fraud.learning.experiment_page import page_of
from fraud.learning.experiment_words import METHODS
from fraud.learning.models import Experiment
from fraud.web.api import ONLY_PAGING, PAGING, FraudView, describe, query
from fraud.web.api_shapes import ListView, TableAnswer, pages_of, table_told
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer

KINDS = list(experimenting.QUESTIONS)


class ExperimentAsked(StrictSerializer):
    """What is asked for; each kind takes its own: `methods` and `ratio`, `layers`, or `depth` and `version`."""

    kind = serializers.ChoiceField(choices=KINDS)
    weeks = StrictIntegerField(required=False, help_text="Weeks of the latest claims to test on, 1 to 52.")
    methods = serializers.ListField(child=serializers.ChoiceField(choices=list(METHODS)), required=False)
    ratio = StrictCharField(max_length=12, required=False, help_text="Misuse per genuine claim, such as 0.1.")
    layers = StrictCharField(
        max_length=40, required=False, help_text="Widths of an autoencoder, such as 24-5-24."
    )
    depth = StrictIntegerField(required=False, help_text="Of a surrogate, 1 to 4.")
    version = StrictCharField(
        max_length=20, required=False, help_text="Of a surrogate; the one in service where it is left out."
    )


class ExperimentRow(RunTold):
    """`doing`: the step it is in; `error`: why it failed, as a sentence."""

    class Meta:
        model = Experiment
        fields = (
            "id",
            "kind",
            "state",
            "doing",
            "n_steps",
            "n_done",
            "cut_off_at",
            "options",
            "counts",
            "error",
            "started_by",
            "created_at",
            "finished_at",
        )


class ExperimentAnswer(ExperimentRow):
    """With the tables of its page."""

    tables = TableAnswer(many=True)

    class Meta(ExperimentRow.Meta):
        fields = (*ExperimentRow.Meta.fields, "tables")  # type: ignore[assignment]


class ExperimentView(FraudView):
    """What the addresses share."""

    permission = "fraud.view_detection"

    def told(self, found: Experiment) -> Any:
        """An experiment with what it found, without scores the caller may not see."""
        found.tables = [table_told(table) for table in page_of(found, self.by)["tables"]]  # type: ignore[attr-defined]
        return ExperimentAnswer(found).data


def find_experiment(number: int) -> Experiment:
    """Raises Http404."""
    found: Experiment = get_object_or_404(Experiment.objects.filter(kind__in=KINDS), pk=number)
    return found


def start(view: FraudView, kind: str, asked: Mapping[str, Any]) -> Experiment:
    """Start an experiment as a form does. Raises NotPermitted, ValidationError for what cannot be asked, also while another one runs."""
    try:
        read = experimenting.read_asked(kind, asked)
        started = experimenting.start_experiment(asked=read, by=view.by)
    except experimenting.ExperimentNotValid as error:
        name, text = next(iter(error.problems.items()))
        raise view.wrong(name, text) from error
    experimenting.start_process(started)
    return started


@extend_schema_view(
    get=describe(
        "List experiments",
        answer=pages_of(ExperimentRow),
        parameters=[query("kind", "", enum=KINDS), query("state", "", enum=Experiment.State.values), *PAGING],
        operation_id="experiments_list",
    ),
    post=describe(
        "Start an experiment",
        answer={201: ExperimentAnswer},
        body=ExperimentAsked,
        operation_id="experiments_start",
    ),
)
class ExperimentList(ListView, ExperimentView):
    """Experiments on the company's own claims, newest first; one runs at a time."""

    answers_kept = "after"  # a process of its own goes on with it
    filters = ("kind", "state", *ONLY_PAGING)
    row = ExperimentRow
    order: ClassVar[str] = "created_at"

    def found(self) -> QuerySet[Experiment]:
        experimenting.settle_lost()
        asked = {"kind": self.one_of("kind", KINDS), "state": self.one_of("state", Experiment.State.values)}
        rows = Experiment.objects.filter(kind__in=KINDS)
        return rows.filter(**{name: value for name, value in asked.items() if value})

    def told(self, rows: Any) -> Any:
        return self.row(rows, many=True).data

    def post(self, request: Request) -> Response:
        """Raises NotPermitted, ValidationError."""
        data = dict(self.input(ExperimentAsked))
        started = start(self, data.pop("kind"), data)
        return Response(ExperimentView.told(self, started), status=201)


@extend_schema_view(
    get=describe(
        "Read an experiment", answer=ExperimentAnswer, refusals=(404,), operation_id="experiments_read"
    )
)
class ExperimentOne(ExperimentView):
    """How far it is, and the tables of what it found."""

    def get(self, request: Request, number: int) -> Response:
        """Raises Http404."""
        return Response(self.told(find_experiment(number)))


@extend_schema_view(
    post=describe(
        "Cancel an experiment", answer=ExperimentAnswer, refusals=(404,), operation_id="experiments_cancel"
    )
)
class CancelExperiment(ExperimentView):
    """Ends within seconds, what it finished is kept; one that is over stays as it is."""

    def post(self, request: Request, number: int) -> Response:
        """Raises Http404, NotPermitted."""
        found = find_experiment(number)
        experimenting.cancel_experiment(experiment=found, by=self.by)
        return Response(self.told(found))
