"""The audit log and the log of looks through the interface, by permission only; verifying the chains; the export with its reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.asked import ends_before_it_begins
from audit.exports import csv_response
from audit.language import current_language
from audit.listing import EXPORT_HEAD, VIEW, EntryFilters, entries, export_entries, looks
from audit.models import AccessRecord, AuditEvent, AuditHead
from audit.registry import registered, sentence
from audit.services import find_faults
from audit.typed import day
from fraud.web.api import ONLY_PAGING, PAGING, FraudView, describe, query
from fraud.web.api_shapes import ExportBody, ExportView, ListView, pages_of
from fraud.web.api_strict import StrictCharField, StrictDateField


class AuditEntryRow(serializers.ModelSerializer):
    """An entry as it is chained: what changed from `before` to `after`, and the hash of the entry before it."""

    sentence = serializers.SerializerMethodField(help_text="The action in words.")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)

    class Meta:
        model = AuditEvent
        fields = (
            "id",
            "subject",
            "seq",
            "at",
            "actor",
            "actor_role",
            "action",
            "sentence",
            "reason",
            "before",
            "after",
            "request_id",
            "previous_hash",
            "hash",
        )

    def get_sentence(self, row: AuditEvent) -> str:
        return sentence(row.action, current_language())


class LookRow(serializers.ModelSerializer):
    """Somebody of staff saw somebody's data."""

    class Meta:
        model = AccessRecord
        fields = ("id", "at", "actor", "actor_role", "subject", "employee_no", "what", "reason")


class FaultRow(serializers.Serializer):
    subject = serializers.CharField()
    seq = serializers.IntegerField()
    code = serializers.CharField()
    sentence = serializers.CharField()


class Verified(serializers.Serializer):
    """`faults`: the first bad entry of each chain that is not whole."""

    n_entries = serializers.IntegerField()
    n_chains = serializers.IntegerField()
    faults = FaultRow(many=True)


class EntryExport(ExportBody):
    """Which entries, and what for."""

    subject = StrictCharField(max_length=150, required=False, allow_blank=True, default="")
    actor = StrictCharField(max_length=150, required=False, allow_blank=True, default="")
    action = StrictCharField(max_length=150, required=False, allow_blank=True, default="")
    since = StrictDateField(required=False, allow_null=True, default=None)
    until = StrictDateField(required=False, allow_null=True, default=None)


@extend_schema_view(
    get=describe(
        "List audit entries",
        answer=pages_of(AuditEntryRow),
        parameters=[
            query("subject", "Of one chain, such as `case:C-2026-000123` or `config`."),
            query("actor", "User name."),
            query("action", "Code of an action."),
            query("since", "From this day on.", OpenApiTypes.DATE),
            query("until", "Up to this day.", OpenApiTypes.DATE),
            *PAGING,
        ],
        operation_id="audit_entries_list",
    )
)
class EntryList(ListView):
    """What was done, newest first, without what is about cases the caller is involved in."""

    permission = VIEW
    filters = ("subject", "actor", "action", "since", "until", *ONLY_PAGING)
    row = AuditEntryRow

    def found(self) -> QuerySet[AuditEvent]:
        action = self.one_of("action", registered())
        return entries(
            EntryFilters(
                self.param("subject"), self.param("actor"), action, self._day("since"), self._day("until")
            ),
            self.by,
        )

    def _day(self, name: str) -> date | None:
        text = self.param(name)
        found = day(text) if text else None
        if text and found is None:
            raise self.wrong(name, _("Write a day as 2026-01-31."))
        return found


@extend_schema_view(post=describe("Verify the audit chains", answer=Verified, operation_id="audit_verify"))
class Verify(FraudView):
    """Every chain is read now; takes some seconds for a million entries."""

    answers_kept = "no"  # it changes nothing
    permission = "audit.verify_chain"

    def post(self, request: Request) -> Response:
        """The faults, none where every chain is whole."""
        told = {
            "n_entries": AuditEvent.objects.count(),
            "n_chains": AuditHead.objects.count(),
            "faults": find_faults(),
        }
        return Response(Verified(told).data)


@extend_schema_view(
    post=describe(
        "Export audit entries",
        answer={(200, "text/csv"): OpenApiTypes.STR},
        body=EntryExport,
        operation_id="audit_export",
    )
)
class ExportEntries(ExportView):
    """Entries as CSV; the export is an entry itself."""

    permission = VIEW

    def post(self, request: Request) -> HttpResponseBase:
        """The file. Raises ValidationError."""
        data = self.input(EntryExport)
        if data["since"] and data["until"] and data["until"] < data["since"]:
            raise self.wrong("until", ends_before_it_begins(data["since"], data["until"]))
        asked = EntryFilters(data["subject"], data["actor"], data["action"], data["since"], data["until"])
        return csv_response("audit", EXPORT_HEAD, export_entries(asked, reason=self.reason(data), by=self.by))


@extend_schema_view(
    get=describe(
        "List looks at personal data",
        answer=pages_of(LookRow),
        parameters=[query("employee_no", "Whose data; one's own is everybody's to read."), *PAGING],
        operation_id="audit_looks_list",
    )
)
class LookList(ListView):
    """Who looked at whose data, newest first: an auditor reads all of it, anybody what concerns them."""

    filters = ("employee_no", *ONLY_PAGING)
    row = LookRow

    def found(self) -> QuerySet[Any]:
        return looks(self.param("employee_no")[:40], self.by)
