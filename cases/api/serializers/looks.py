"""A case as it is read by itself: with its brief, its days and what became known in twelve months, from what the page shows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api.serializers.staff import CaseDetail
from cases.models import Case
from cases.pages.brief import brief_of
from cases.pages.case import ClaimRow, claims_of, reasons_of
from cases.pages.day import KINDS, SPANS, days_of
from cases.pages.related import around
from cases.pages.strips import ABOUT, strips_of
from cases.services.money_told import attach_money
from cases.visibility import seen_among
from fraud.web.api_money import AMOUNT_SCHEMA, decimal_text


class BriefLink(serializers.Serializer):
    text = serializers.CharField()
    href = serializers.CharField()  # the page that proves it


class BriefLine(serializers.Serializer):
    """One of the three lines, in the reader's language."""

    kind = serializers.ChoiceField(["happened", "unusual", "back", "before"])
    text = serializers.CharField()
    links = BriefLink(many=True)


class DayMoment(serializers.Serializer):
    """Something that happened on a day of the case."""

    kind = serializers.ChoiceField(list(KINDS))
    at = serializers.DateTimeField()
    has_time = serializers.BooleanField()
    claim = serializers.CharField(source="claim.external_id")
    merchant = serializers.CharField(source="claim.merchant_name")
    amount = serializers.SerializerMethodField()
    currency = serializers.CharField(source="claim.currency")

    @extend_schema_field(AMOUNT_SCHEMA)
    def get_amount(self, moment: Any) -> str | None:
        return decimal_text(moment.amount_minor, moment.claim.currency)


class DayPart(serializers.Serializer):
    """A part of a day on leave, on a trip or in approved overtime, in minutes of the day."""

    kind = serializers.ChoiceField(list(SPANS))
    word = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()


class CaseDay(serializers.Serializer):
    on = serializers.DateField()
    parts = DayPart(many=True)


class Days(serializers.Serializer):
    """The days of the case's payments: everything that happened, and for the last of them what the personnel feeds say."""

    days = CaseDay(many=True)
    moments = DayMoment(many=True)


class OutcomeMonth(serializers.Serializer):
    month = serializers.DateField()  # its first day
    n_misuse = serializers.IntegerField()
    n_in_order = serializers.IntegerField()
    n_open = serializers.IntegerField()


class OutcomeStrip(serializers.Serializer):
    """Twelve months of what became known, by month of the payment; empty for a random check that is not decided."""

    about = serializers.ChoiceField(list(ABOUT))
    name = serializers.CharField()
    months = OutcomeMonth(many=True, source="cells")


class CaseLook(CaseDetail):
    """A case with its brief, its days and its outcomes."""

    brief = serializers.SerializerMethodField()
    days = serializers.SerializerMethodField()
    outcomes = serializers.SerializerMethodField()

    class Meta(CaseDetail.Meta):
        fields = (*CaseDetail.Meta.fields, "brief", "days", "outcomes")  # type: ignore[assignment]

    def _rows(self, case: Case) -> list[ClaimRow]:
        rows: list[ClaimRow] = self.context.setdefault("claim_rows", claims_of(case))
        return rows

    @extend_schema_field(BriefLine(many=True))
    def get_brief(self, case: Case) -> Any:
        rows = self._rows(case)
        attach_money([case])
        page = reverse("cases:detail", args=[case.reference])
        earlier = next(iter(seen_among(self.context["by"], [case.reopened_from])), None)
        why = reasons_of(case, rows)
        lines = brief_of(case, rows, why, earlier=earlier, shows_reasons=self._shown(case))
        return [
            {
                "kind": line.kind,
                "text": line.text,
                "links": [
                    {"text": part.text, "href": f"{page}{part.url}" if part.url.startswith("#") else part.url}
                    for part in line.links
                ],
            }
            for line in lines
        ]

    @extend_schema_field(Days)
    def get_days(self, case: Case) -> Any:
        rows = self._rows(case)
        return Days(days_of(case, rows, around(case, rows))).data

    @extend_schema_field(OutcomeStrip(many=True))
    def get_outcomes(self, case: Case) -> Any:
        if not self.context.get("scores"):
            return []
        return OutcomeStrip(strips_of(case, self.context["by"]), many=True).data
