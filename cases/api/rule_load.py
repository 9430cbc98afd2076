"""The case load of a rule's text through the interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actor import Actor
from audit.language import current_language
from cases.pages.case_load import CaseLoad, claims_listed
from cases.pages.case_load_beside import load_beside
from cases.pages.load_period import asked_period
from fraud.detection.model_files import ModelDamaged, NoChampion
from fraud.web.api import FraudView, describe
from fraud.web.api_strict import StrictCharField, StrictIntegerField, StrictSerializer
from fraud.web.beside import Waiting
from fraud.web.shared_answers import answer_name, answer_there, keep_answer_for_all
from rules.language import RuleNotValid
from rules.language.nodes import MAX_TEXT
from rules.services.common import checked


class LoadBody(StrictSerializer):
    code = StrictCharField(max_length=20, help_text="The rule it stands in place of; a new code adds a rule.")
    text = StrictCharField(max_length=MAX_TEXT)
    since = StrictCharField(
        max_length=10, required=False, allow_blank=True, default="", help_text="First day, 2026-03-01."
    )
    until = StrictCharField(max_length=10, required=False, allow_blank=True, default="")
    percent = StrictIntegerField(
        required=False, min_value=1, max_value=100, help_text="Share of the cardholders it counts for."
    )


class ShareAnswer(serializers.Serializer):
    name = serializers.CharField()
    n_claims = serializers.IntegerField()
    n_hits = serializers.IntegerField()
    n_known = serializers.IntegerField()
    n_misuse = serializers.IntegerField()


class LoadAnswer(serializers.Serializer):
    n_nights = serializers.IntegerField()
    cases_a_night_before = serializers.FloatField()
    cases_a_night_after = serializers.FloatField()
    hours_a_week = serializers.FloatField(help_text="More reviewers' hours; negative: fewer.")
    n_claims = serializers.IntegerField()
    n_hits = serializers.IntegerField()
    n_known = serializers.IntegerField(help_text="Hits with a known outcome.")
    n_misuse = serializers.IntegerField()
    interval = serializers.ListField(child=serializers.FloatField(), help_text="95 % of misuse among them.")
    n_gained = serializers.IntegerField()
    n_lost = serializers.IntegerField()
    gained = serializers.ListField(child=serializers.IntegerField(), help_text="Claims.")
    lost = serializers.ListField(child=serializers.IntegerField())
    gained_minor = serializers.IntegerField()
    lost_minor = serializers.IntegerField()
    currency = serializers.CharField()
    n_missed = serializers.IntegerField()
    n_missed_hit = serializers.IntegerField()
    overlap = ShareAnswer(many=True)
    departments = ShareAnswer(many=True)


class LaterAnswer(serializers.Serializer):
    """It is being worked out: ask again at `ask` (also in `Location`) after the seconds of `Retry-After`; that keeps for ten minutes."""

    state = serializers.ChoiceField(choices=["working"])
    seconds = serializers.IntegerField(help_text="Since when it is worked on.")
    ask = serializers.CharField()


#: Seconds after which a program asks again.
ASK_AFTER = 2
LATER = OpenApiResponse(
    LaterAnswer, description="Being worked out; `Location` has the answer once it is there."
)


def later(answer: Waiting, place: str) -> Response:
    """That it is being worked out, and where to ask again."""
    told = {"state": "working", "seconds": answer.seconds, "ask": place}
    return Response(told, status=202, headers={"Location": place, "Retry-After": str(ASK_AFTER)})


def _rate(data: Mapping[str, Any]) -> float | None:
    return data["percent"] / 100 if "percent" in data else None


class RuleLoad(FraudView):
    """What the nights of a period would have chosen with a rule and without it; nothing is changed.

    What takes longer than a moment is answered with 202 and the address that has the answer once it is there.
    """

    answers_kept = "no"  # nothing is changed
    any_of = ("rules.draft_rule", "rules.activate_rule")

    @describe(
        "Case load of a rule",
        answer={200: LoadAnswer, 202: LATER},
        body=LoadBody,
        operation_id="rule_case_load",
    )
    def post(self, request: Request) -> Response:
        """Raises ValidationError for a text that is no rule, and for days that are none."""
        data = dict(self.input(LoadBody))
        number = answer_name("case load asked", self.by.username, data)
        keep_answer_for_all(number, {"by": self.by.username, "asked": data})
        return _told(self, data, number)


class RuleLoadLater(FraudView):
    """A case load that was asked for: what the nights would have chosen, as soon as it is worked out."""

    any_of = RuleLoad.any_of

    @describe(
        "Case load asked for before",
        answer={200: LoadAnswer, 202: LATER},
        refusals=(404,),
        operation_id="rule_case_load_later",
    )
    def get(self, request: Request, number: str) -> Response:
        """Raises Http404 where nobody, or somebody else, asked for it in the last ten minutes."""
        told = answer_there(number)
        if told is None or told.get("by") != self.by.username:
            raise Http404
        return _told(self, told["asked"], number)


def _told(view: FraudView, data: Mapping[str, Any], number: str) -> Response:

    try:
        tree = checked(data["text"])
    except RuleNotValid as error:
        said = "; ".join(problem.message(current_language()) for problem in error.problems)
        raise view.wrong("text", said) from error
    period = asked_period(data["since"], data["until"])
    if isinstance(period, str):
        raise view.wrong("since", period)
    code = data["code"].strip().upper()
    try:
        answer = load_beside(code=code, tree=tree, by=view.by, period=period, rate=_rate(data))
    except (NoChampion, ModelDamaged) as error:
        said = _("No model version can be opened, so nobody can say what the nights would choose.")
        raise view.wrong("text", said) from error
    if isinstance(answer, Waiting):
        return later(answer, reverse("cases-api:rule-load-later", args=[number]))
    if answer.result is None:
        raise view.wrong("since", _("No claim lies in these days."))
    return Response(LoadAnswer(_answer(answer.result, view.by)).data)


def _answer(found: CaseLoad, by: Actor) -> dict[str, Any]:
    names = [
        "n_claims",
        "n_hits",
        "n_known",
        "n_misuse",
        "n_gained",
        "n_lost",
        "gained_minor",
        "lost_minor",
        "currency",
        "n_missed",
        "n_missed_hit",
    ]
    return {
        **{name: getattr(found, name) for name in names},
        "n_nights": len(found.nights),
        "cases_a_night_before": found.before_a_night,
        "cases_a_night_after": found.after_a_night,
        "hours_a_week": found.hours,
        "interval": list(found.interval),
        "gained": [claim.pk for claim in claims_listed(found.gained, by)],
        "lost": [claim.pk for claim in claims_listed(found.lost, by)],
        "overlap": [asdict(each) for each in found.overlap],
        "departments": [asdict(each) for each in found.departments],
    }
