"""Rules from misses through the interface: searches, their candidates, and the step to a draft."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from fraud.claims.named import claims_named
from fraud.learning import experimenting
from fraud.learning.api.experiments import start
from fraud.learning.mined_rules import candidates_of, draft_candidate, paths_told, searches
from fraud.learning.models import Experiment
from fraud.web.api import PAGING, FraudView, describe
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictIntegerField, StrictSerializer
from rules.exceptions import RuleServiceError
from rules.language import RuleNotValid


class SearchAsked(StrictSerializer):
    weeks = StrictIntegerField(
        required=False, help_text="Weeks of the latest claims to show them on, 1 to 52."
    )
    depth = StrictIntegerField(required=False, help_text="Conditions a rule at most, 1 to 4.")
    without = StrictCharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="Codes of rules to do without.",
    )


class SearchInSegment(SearchAsked):
    """With `in_segment` the search tells the IF and THEN of a segment, and looks at all of its claims."""

    in_segment = StrictBooleanField(required=False, default=False)
    department = StrictCharField(max_length=40, required=False, allow_blank=True, default="")
    mcc = StrictCharField(max_length=4, required=False, allow_blank=True, default="")
    least = StrictCharField(
        max_length=30, required=False, allow_blank=True, default="", help_text="In the company's currency."
    )
    most = StrictCharField(max_length=30, required=False, allow_blank=True, default="")
    month = StrictCharField(max_length=7, required=False, allow_blank=True, default="", help_text="2026-03.")


class BlockCounts(serializers.Serializer):
    """Claims of a stretch: `low` and `high` are the 95 % interval of the precision among those with an outcome."""

    hits = serializers.IntegerField()
    reviewed = serializers.IntegerField()
    misuse = serializers.IntegerField()
    precision = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    cases_a_night = serializers.FloatField()


class CandidateRow(serializers.Serializer):
    """A rule that would have caught misses; `check` are the claims that proved it, `latest` those that played no part."""

    number = serializers.IntegerField()
    text = serializers.CharField()
    sentence = serializers.CharField()
    check = BlockCounts()
    latest = BlockCounts()
    adds = BlockCounts()
    caught = serializers.ListField(child=serializers.IntegerField())
    for_nothing = serializers.ListField(child=serializers.IntegerField())
    drafted_as = serializers.ListField(child=serializers.CharField())


class PathRow(serializers.Serializer):
    """A path of a segment's tree: `learnt` are the claims it was grown on, `later` those it never saw."""

    number = serializers.IntegerField()
    path = serializers.CharField()
    text = serializers.CharField(help_text="With the segment's own conditions: what a draft would say.")
    sentence = serializers.CharField()
    learnt = BlockCounts()
    later = BlockCounts()
    drafted_as = serializers.ListField(child=serializers.CharField())


class SearchRow(serializers.ModelSerializer):
    class Meta:
        model = Experiment
        fields = ("id", "state", "cut_off_at", "n_steps", "n_done", "created_at", "finished_at")


class SearchPage(serializers.Serializer):
    results = SearchRow(many=True)
    next = serializers.CharField(allow_null=True)


class SearchOne(SearchRow):
    counts = serializers.DictField()
    candidates = CandidateRow(many=True)
    paths = PathRow(many=True)

    class Meta(SearchRow.Meta):
        fields = (*SearchRow.Meta.fields, "counts", "candidates", "paths")  # type: ignore[assignment]


class DraftAsked(StrictSerializer):
    number = StrictIntegerField(help_text="The candidate's number.")
    code = StrictCharField(max_length=20, required=False, allow_blank=True, default="")


class DraftMade(serializers.Serializer):
    code = serializers.CharField()
    version = serializers.IntegerField()


class SearchView(FraudView):
    """What the endpoints share."""

    permission = "rules.view_rule"

    def find(self, number: int) -> Experiment:
        """Raises Http404."""
        found = searches().filter(pk=number).first()
        if found is None:
            raise Http404
        return found  # type: ignore[no-any-return]

    def told(self, found: Experiment) -> dict[str, Any]:
        """A search with its candidates, without claims that this reader may not see."""
        rows = candidates_of(found, current_language())
        for row in rows:
            for name in ("caught", "for_nothing"):
                row[name] = [claim.pk for claim in claims_named(row[name], self.by)]
            row["drafted_as"] = [version.rule.code for version in row["versions"]]
        data: dict[str, Any] = dict(SearchRow(found).data)
        paths = paths_told(found, current_language())
        for row in paths:
            row["drafted_as"] = [version.rule.code for version in row["versions"]]
        return {
            **data,
            "counts": found.counts,
            "candidates": CandidateRow(rows, many=True).data,
            "paths": PathRow(paths, many=True).data,
        }


@extend_schema_view(
    get=describe(
        "Searches for rules from misses", answer=SearchPage, parameters=PAGING, operation_id="rule_searches"
    ),
    post=describe(
        "Start a search", answer={201: SearchOne}, body=SearchInSegment, operation_id="rule_search_start"
    ),
)
class SearchList(SearchView):
    """Which rules would have caught misuse that no rule flagged; one search at a time, in a process of its own."""

    answers_kept = "after"  # a process of its own goes on with it
    filters = ("page_size", "cursor")

    def get(self, request: Request) -> Response:
        """Newest first."""
        found = self.page(searches(), by="created_at")
        return Response({"results": SearchRow(found.rows, many=True).data, "next": found.next_cursor or None})

    def post(self, request: Request) -> Response:
        """Raises ValidationError for what cannot be asked, also while another one runs."""
        started = start(self, Experiment.Kind.MINING, self.input(SearchInSegment))
        return Response(self.told(started), status=201)


@extend_schema_view(
    get=describe(
        "A search with its candidates", answer=SearchOne, refusals=(404,), operation_id="rule_search"
    )
)
class SearchDetail(SearchView):
    """How far it is, and what it found."""

    def get(self, request: Request, number: int) -> Response:
        """One search."""
        return Response(self.told(self.find(number)))


@extend_schema_view(
    post=describe("Cancel a search", answer=SearchOne, refusals=(404,), operation_id="rule_search_cancel")
)
class CancelSearch(SearchView):
    """Ends within seconds; one that is over stays as it is."""

    def post(self, request: Request, number: int) -> Response:
        """Cancel."""
        found = self.find(number)
        experimenting.cancel_experiment(experiment=found, by=self.by)
        return Response(self.told(found))


@extend_schema_view(
    post=describe(
        "Make a draft of a candidate",
        answer={201: DraftMade},
        body=DraftAsked,
        refusals=(404, 409),
        operation_id="rule_search_draft",
    )
)
class DraftCandidate(SearchView):
    """The draft goes the way of every rule: proposed by one person, approved by another, shadow first."""

    def post(self, request: Request, number: int) -> Response:
        """Raises ValidationError for a number that is none."""
        found, data = self.find(number), self.input(DraftAsked)
        try:
            version = draft_candidate(experiment=found, number=data["number"], by=self.by, code=data["code"])
        except experimenting.ExperimentNotValid as error:
            raise self.wrong("number", str(error)) from error
        except RuleNotValid as error:
            raise self.wrong("number", error.problems[0].message(current_language())) from error
        except RuleServiceError as error:
            raise self.wrong("code", str(error)) from error
        return Response({"code": version.rule.code, "version": version.number}, status=201)
