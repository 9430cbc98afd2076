"""The company's calendar for programs: a year, proposing a day, deciding on it."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.permissions import require
from audit.typed import whole_number
from cases.api.base import CaseworkView, describe
from cases.api.mails import NoBody
from cases.pages.calendar_year import FIRST_YEAR, KIND_WORDS, calendar_year, last_year
from cases.services.company import company_today
from fraud.company.holiday_changes import DECIDING, confirm_day, propose_day, return_day
from fraud.company.holidays import HolidayNotValid
from fraud.company.models import CompanyHoliday
from fraud.web.api import query
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictDateField, StrictSerializer


class DayAnswer(serializers.Serializer):
    """`is_off`: no business day because of it. `n_moved`: open deadlines that followed it when it was added."""

    on = serializers.DateField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(list(KIND_WORDS))
    is_own = serializers.BooleanField()
    is_off = serializers.BooleanField()
    n_moved = serializers.IntegerField()


class DayChangeAnswer(serializers.Serializer):
    number = serializers.IntegerField(source="change.pk")
    on = serializers.DateField(source="change.on")
    name = serializers.CharField(source="change.name")
    kind = serializers.CharField(source="change.kind")
    is_removal = serializers.BooleanField(source="change.is_removal")
    reason = serializers.CharField(source="change.reason")
    n_deadlines = serializers.IntegerField()


class YearAnswer(serializers.Serializer):
    year = serializers.IntegerField()
    n_business_days = serializers.IntegerField()
    days = DayAnswer(many=True, source="rows")
    waiting = DayChangeAnswer(many=True, source="changes")


class DayBody(StrictSerializer):
    """With `is_removal` the day is taken off the calendar; its name and kind are not needed then."""

    on = StrictDateField()
    name = StrictCharField(max_length=80, required=False)
    name_en = StrictCharField(max_length=80, required=False)
    kind = serializers.ChoiceField(CompanyHoliday.Kind.values, required=False)
    is_removal = StrictBooleanField(required=False)
    reason = StrictCharField(max_length=300)


class ReasonBody(StrictSerializer):
    reason = StrictCharField(max_length=300)


class ChangeState(serializers.Serializer):
    number = serializers.IntegerField(source="pk")
    state = serializers.CharField()


@extend_schema_view(
    get=describe(
        "Read the calendar of a year",
        answer=YearAnswer,
        parameters=[query("year", "This year where it is left out.", OpenApiTypes.INT)],
        operation_id="calendar_year",
    ),
    post=describe(
        "Propose a change of the calendar", answer=ChangeState, body=DayBody, operation_id="calendar_propose"
    ),
)
class CalendarYear(CaseworkView):
    """Public days and the company's own."""

    filters = ("year",)

    permission = "fraud.view_calendar"

    def get(self, request: Request) -> Response:
        """The year. Raises ValidationError."""
        text = self.param("year") or str(company_today().year)
        year = whole_number(text, 4, minimum=FIRST_YEAR, maximum=last_year())
        if year is None:
            raise self.wrong("year", f"{FIRST_YEAR}–{last_year()}")
        return Response(YearAnswer(calendar_year(year, self.by)).data)

    def post(self, request: Request) -> Response:
        """Propose. Raises ValidationError (400), HolidayMoved (409)."""
        require(self.by, "fraud.change_settings")
        body = {"name": "", **self.input(DayBody)}
        try:
            row = propose_day(**body, by=self.by)
        except HolidayNotValid as error:
            raise self.wrong(error.field, str(error)) from error
        return Response(ChangeState(row).data)


@extend_schema_view(
    post=describe(
        "Agree to a change of the calendar", answer=ChangeState, body=NoBody, operation_id="calendar_approve"
    )
)
class ApproveDay(CaseworkView):
    """Somebody else than who proposed it."""

    permission = DECIDING

    def post(self, request: Request, number: int) -> Response:
        """Raises NotPermitted, HolidayMoved (409), ValidationError (400)."""
        self.input(NoBody)
        try:
            row = confirm_day(number=number, by=self.by)
        except HolidayNotValid as error:
            raise self.wrong(error.field, str(error)) from error
        return Response(ChangeState(row).data)


@extend_schema_view(
    post=describe(
        "Return a change of the calendar", answer=ChangeState, body=ReasonBody, operation_id="calendar_return"
    )
)
class ReturnDay(CaseworkView):
    """Somebody else than who proposed it."""

    permission = DECIDING

    def post(self, request: Request, number: int) -> Response:
        """Raises NotPermitted, HolidayMoved (409), ValidationError (400)."""
        try:
            row = return_day(number=number, reason=self.input(ReasonBody)["reason"], by=self.by)
        except HolidayNotValid as error:
            raise self.wrong(error.field, str(error)) from error
        return Response(ChangeState(row).data)
