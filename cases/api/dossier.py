"""The dossier of a case through the interface."""

from __future__ import annotations

from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request

from audit.language import current_language
from audit.permissions import require
from audit.services import record_access
from cases.api.base import CaseworkView, describe
from cases.papers.dossier.making import ACTION, DIGEST, KINDS, ZIP, export_dossier
from cases.services.standing import case_subject
from cases.visibility import find_case
from fraud.web.api_strict import StrictCharField, StrictSerializer
from fraud.web.exports import EXPORT_REASON_MIN, download, export_reason


class DossierExport(StrictSerializer):
    """What leaves and what for."""

    reason = StrictCharField(min_length=EXPORT_REASON_MIN, max_length=300)
    kind = serializers.ChoiceField(choices=list(KINDS), default=ZIP)


@extend_schema_view(
    post=describe(
        "Export the dossier of a case",
        answer={(200, "application/zip"): OpenApiTypes.BINARY, (200, "application/pdf"): OpenApiTypes.BINARY},
        body=DossierExport,
        operation_id="cases_dossier",
    )
)
class ExportDossier(CaseworkView):
    """Everything of a case the caller may see, as an archive that can be verified or as a document alone. A post, since the export and its reason are kept."""

    answers_kept = "no"  # a file
    permission = ACTION

    def post(self, request: Request, reference: str) -> FileResponse:
        """The file; the digest that the audit log has of it stands in `X-Dossier-Digest`."""
        require(self.by, "cases.view_case")
        data = self.input(DossierExport)
        reason = export_reason(data["reason"])
        if len(reason) < EXPORT_REASON_MIN:
            raise self.wrong("reason", _("Say in a few words what the export is for."))
        case = find_case(reference, self.by, trying=ACTION)
        made = export_dossier(
            case=case, kind=data["kind"], reason=reason, by=self.by, language=current_language()
        )
        record_access(
            request=request._request,
            subject=case_subject(case),
            what="dossier",
            employee_no=case.cardholder.employee_no,
            reason=reason,
        )
        return download(made.file, made.name, made.content_type, {DIGEST: made.digest})
