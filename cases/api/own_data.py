"""A person's own data through the interface."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api.base import CaseworkView, describe
from cases.pages.own_data import ACTION, own_data, record_own_export
from fraud.web.api_strict import StrictCharField, StrictSerializer
from fraud.web.exports import EXPORT_REASON_MIN, export_reason


class OwnDataBody(StrictSerializer):
    reason = StrictCharField(min_length=EXPORT_REASON_MIN, max_length=300)


class OwnData(serializers.Serializer):
    """Texts, dates and decimal amounts; files are named by `reference` and opened one by one."""

    made_at = serializers.DateTimeField()
    person = serializers.ListField(child=serializers.DictField())
    login = serializers.DictField(allow_null=True)
    personnel = serializers.DictField()
    claims = serializers.ListField(child=serializers.DictField())
    cases = serializers.ListField(child=serializers.DictField())
    mails = serializers.ListField(child=serializers.DictField())
    looked_at = serializers.ListField(child=serializers.DictField())
    not_included = serializers.CharField()


@extend_schema_view(post=describe("Export what is kept about oneself", answer=OwnData, body=OwnDataBody))
class ExportOwnData(CaseworkView):
    """The caller's own data, without scores, notes or other people's; the reason is kept in the audit log."""

    answers_kept = "no"  # personal data is kept where it belongs only
    permission = ACTION

    def post(self, request: Request) -> Response:
        reason = export_reason(self.input(OwnDataBody)["reason"])
        data = own_data(self.by)
        record_own_export(reason=reason, by=self.by)
        return Response(data, headers={"Cache-Control": "no-store"})
