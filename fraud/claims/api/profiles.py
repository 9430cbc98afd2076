"""Import profiles through the interface: how files are read, and the columns that two people take out of the search for numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_view
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.language import current_language
from audit.permissions import require
from fraud.claims.importing.exemptions import approve_exemption, propose_exemption, return_exemption
from fraud.claims.importing.problems import ProfileNotValid
from fraud.claims.importing.profiles import ensure_presets, save_profile
from fraud.claims.importing.texts import sentence
from fraud.claims.models import ColumnExemption, ImportProfile
from fraud.web.api import IF_MATCH, PAGING, FraudView, describe
from fraud.web.api_shapes import ListView, StepView, pages_of
from fraud.web.api_strict import StrictCharField, StrictSerializer


class ImportProfileRow(serializers.ModelSerializer):
    class Meta:
        model = ImportProfile
        fields = ("name", "version", "label_en", "label_ko", "is_preset")


class ExemptionRow(serializers.ModelSerializer):
    """A column that somebody proposed to take out of the search for card and resident numbers."""

    class Meta:
        model = ColumnExemption
        fields = ("id", "column", "state", "reason", "answer", "proposed_at", "decided_at")


class ImportProfileDetail(ImportProfileRow):
    spec = serializers.DictField()
    exemptions = ExemptionRow(many=True)

    class Meta(ImportProfileRow.Meta):
        fields = (*ImportProfileRow.Meta.fields, "spec", "exemptions")  # type: ignore[assignment]


class ImportProfileBody(StrictSerializer):
    """`spec`: the whole of it; labels left out stay."""

    spec = serializers.DictField()
    label_en = StrictCharField(max_length=120, required=False, allow_blank=True, default="")
    label_ko = StrictCharField(max_length=120, required=False, allow_blank=True, default="")
    reason = StrictCharField(max_length=300, required=False, allow_blank=True, default="")


class ExemptionBody(StrictSerializer):
    column = StrictCharField(max_length=200, help_text="The header.")
    reason = StrictCharField(max_length=500)


class ProfileMoved(exceptions.APIException):
    status_code = 409
    default_code = "profile_moved"


class ProfileView(FraudView):
    any_of = ("fraud.view_file", "fraud.change_profile", "fraud.approve_exemption")


@extend_schema_view(
    get=describe(
        "List import profiles",
        answer=pages_of(ImportProfileRow),
        parameters=PAGING,
        operation_id="profiles_list",
    )
)
class ProfileList(ListView, ProfileView):
    """Profiles by name."""

    row = ImportProfileRow
    order: ClassVar[str] = "name"
    ascending: ClassVar[bool] = True

    def found(self) -> QuerySet[ImportProfile]:
        ensure_presets()
        return ImportProfile.objects.defer("spec")


@extend_schema_view(
    get=describe(
        "Read an import profile", answer=ImportProfileDetail, refusals=(404,), operation_id="profiles_read"
    ),
    put=describe(
        "Save an import profile",
        answer=ImportProfileDetail,
        body=ImportProfileBody,
        parameters=[IF_MATCH],
        refusals=(409, 428),
        operation_id="profiles_save",
    ),
)
class ProfileOne(ProfileView):
    """A profile with the columns that are exempt or proposed; a name there is none of makes one (`If-Match: "0"`)."""

    def get(self, request: Request, name: str) -> Response:
        """Raises Http404."""
        ensure_presets()
        return Response(ImportProfileDetail(get_object_or_404(ImportProfile, name=name)).data)

    def put(self, request: Request, name: str) -> Response:
        """The next file is read with it. Raises NotPermitted, ValidationError, VersionRequired, ProfileMoved."""
        require(self.by, "fraud.change_profile")
        seen, data = self.version(), self.input(ImportProfileBody)
        if len(name) > 60:
            raise self.wrong("name", _("A name has at most %(n)s letters.") % {"n": 60})
        held = ImportProfile.objects.filter(name=name).first()
        if seen != (held.version if held else 0):
            raise ProfileMoved(_("The profile has changed since it was read. Look at it again."))
        try:
            save_profile(name=name, by=self.by, **data)
        except ProfileNotValid as error:
            raise serializers.ValidationError({"spec": _sentences(error)}) from error
        return self.get(request, name)


@extend_schema_view(
    post=describe(
        "Propose a column without card numbers",
        answer={201: ExemptionRow},
        body=ExemptionBody,
        refusals=(404, 409),
        operation_id="exemptions_propose",
    )
)
class ProposeExemption(ProfileView):
    """A column of a profile's files that holds neither card nor resident numbers; it counts once a second person agrees."""

    def post(self, request: Request, name: str) -> Response:
        """Raises Http404, NotPermitted, RuleServiceError."""
        require(self.by, "fraud.change_profile")
        profile = get_object_or_404(ImportProfile, name=name)
        made = propose_exemption(profile=profile, by=self.by, **self.input(ExemptionBody))
        return Response(ExemptionRow(made).data, status=201)


@extend_schema_view(
    post=describe(
        "Agree to a column without card numbers or return it",
        answer=ExemptionRow,
        body=StepView.body,
        refusals=(404, 409),
        operation_id="exemptions_decide",
    )
)
class DecideExemption(StepView, ProfileView):
    """`approve`, or `return` with its `reason`, by somebody else than who proposed it."""

    steps: ClassVar[Mapping[str, str]] = {"approve": "approve", "return": "send_back"}

    def approve(self, data: dict[str, Any], profile: str, number: int) -> Any:
        """Raises Http404, NotPermitted, WrongState."""
        found = _exemption(profile, number)
        return ExemptionRow(approve_exemption(exemption=found, by=self.by)).data

    def send_back(self, data: dict[str, Any], profile: str, number: int) -> Any:
        """Raises Http404, NotPermitted, ReasonNeeded, WrongState."""
        found = _exemption(profile, number)
        return ExemptionRow(return_exemption(exemption=found, reason=data["reason"], by=self.by)).data


def _exemption(profile: str, number: int) -> ColumnExemption:
    found: ColumnExemption = get_object_or_404(ColumnExemption, pk=number, profile__name=profile)
    return found


def _sentences(error: ProfileNotValid) -> list[str]:
    language = current_language()
    return [
        f"{place or '{}'}: {sentence('profile', code, params, language)}"
        for place, code, params in error.problems
    ]
