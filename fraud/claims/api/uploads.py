"""Files sent in parts through the interface: begun, added to, finished, given up; a connection cut off costs one part."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from audit.typed import whole_number
from fraud.claims.importing.parts import (
    KEPT_FOR,
    PART_BYTES,
    add_part,
    begin_upload,
    find_upload,
    finish_upload,
    give_up,
)
from fraud.claims.importing.problems import ProfileNotValid
from fraud.claims.importing.profiles import ProfileUnknown, get_profile
from fraud.claims.importing.summary import refused_name
from fraud.claims.importing.uploads import MAX_UPLOAD_BYTES, UploadTooLarge
from fraud.claims.models import UploadInParts
from fraud.web.api import FraudView, describe, query
from fraud.web.api_bodies import BodyTooLarge
from fraud.web.api_strict import StrictBooleanField, StrictCharField, StrictIntegerField, StrictSerializer


class BeginUpload(StrictSerializer):
    """What will be sent."""

    name = StrictCharField(max_length=200, help_text="Name of the file, with its ending.")
    size_bytes = StrictIntegerField(min_value=1)
    profile = StrictCharField(
        max_length=60, help_text="Import profile; `generic` takes the documented columns."
    )
    sha256 = serializers.RegexField(
        r"^[0-9a-fA-F]{64}\Z",
        required=False,
        error_messages={"invalid": gettext_lazy("Give 64 hexadecimal digits, as sha256sum prints them.")},
        help_text="Of the whole file; it is checked when it is finished.",
    )
    mark = StrictCharField(
        max_length=64,
        required=False,
        help_text="Whatever tells the file from others of its name and size, where its SHA-256 is not known yet.",
    )
    history = StrictBooleanField(required=False, help_text="Context only: its claims are never screened.")
    again = StrictBooleanField(
        required=False, help_text="It was delivered before and is meant as what is said now."
    )


class UploadAnswer(serializers.ModelSerializer):
    """An upload; `received` is the offset of the next part, `file` the delivery once it is finished."""

    received = serializers.IntegerField(source="n_bytes")
    part_bytes = serializers.SerializerMethodField(help_text="The most that one part may be.")
    kept_until = serializers.SerializerMethodField()
    file = serializers.SlugRelatedField("reference", read_only=True, allow_null=True)

    class Meta:
        model = UploadInParts
        fields = ("reference", "name", "size_bytes", "received", "part_bytes", "kept_until", "file")

    def get_part_bytes(self, upload: UploadInParts) -> int:
        return PART_BYTES

    def get_kept_until(self, upload: UploadInParts) -> str:
        """When it is forgotten, unless something arrives before."""
        return (upload.touched_at + KEPT_FOR).isoformat()


class PartParser(BaseParser):
    """The bytes of a part as they are."""

    media_type = "application/octet-stream"
    max_bytes = PART_BYTES

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        """Raises BodyTooLarge."""
        part = bytes(stream.read(self.max_bytes + 1))
        if len(part) > self.max_bytes:
            raise BodyTooLarge
        return part


@extend_schema_view(
    post=describe(
        "Begin to send a file in parts",
        answer=UploadAnswer,
        body=BeginUpload,
        ok=201,
        operation_id="uploads_begin",
    )
)
class BeginUploads(FraudView):
    """Beginning the same file again goes on with it: `received` says where."""

    permission = "fraud.deliver_claims"

    def post(self, request: Request) -> Response:
        """The upload. Raises ValidationError for a name that holds a number, a profile there is none of or a file that is too large."""
        told = dict(self.input(BeginUpload))
        if why := refused_name(told["name"]):
            raise self.wrong("name", why)
        try:
            profile = get_profile(told.pop("profile"))
            upload = begin_upload(profile=profile, is_history=told.pop("history", False), by=self.by, **told)
        except ProfileUnknown as error:
            known = ", ".join(error.known)
            raise self.wrong(
                "profile", _("There is no such import profile. There are: %(names)s.") % {"names": known}
            ) from error
        except UploadTooLarge as error:
            raise self.wrong("size_bytes", _("At most %(n)d MB.") % {"n": MAX_UPLOAD_BYTES >> 20}) from error
        return Response(UploadAnswer(upload).data, status=201)


@extend_schema_view(
    get=describe(
        "Read how much has arrived", answer=UploadAnswer, refusals=(404,), operation_id="uploads_read"
    ),
    put=describe(
        "Send a part",
        answer=UploadAnswer,
        body={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[query("offset", "How many bytes came before.", OpenApiTypes.INT, required=True)],
        refusals=(404, 409),
        operation_id="uploads_part",
    ),
    delete=describe(
        "Give an upload up", answer=None, ok=204, refusals=(404,), operation_id="uploads_give_up"
    ),
)
class OneUpload(FraudView):
    """One's own upload; another's is as one that is not there."""

    answers_kept = "no"  # the offset tells what came before
    permission = "fraud.deliver_claims"
    parser_classes = (PartParser,)  # type: ignore[assignment]
    filters = ("offset",)

    def get(self, request: Request, reference: str) -> Response:
        """How far it is. Raises UploadAbsent."""
        return Response(UploadAnswer(find_upload(reference, self.by)).data)

    def put(self, request: Request, reference: str) -> Response:
        """Take a part. Raises ValidationError, UploadElsewhere with `received`, PartTooLarge."""
        upload = find_upload(reference, self.by)
        offset = whole_number(self.param("offset"), 12)
        if offset is None:
            raise self.wrong("offset", _("Give the number of bytes that came before, from 0."))
        part = request.data if isinstance(request.data, bytes) else b""
        return Response(UploadAnswer(add_part(upload=upload, offset=offset, part=part, by=self.by)).data)

    def delete(self, request: Request, reference: str) -> Response:
        """Forget it. Raises UploadAbsent."""
        give_up(upload=find_upload(reference, self.by), by=self.by)
        return Response(status=204)


@extend_schema_view(
    post=describe(
        "Finish an upload", answer=UploadAnswer, refusals=(404, 409, 422), operation_id="uploads_finish"
    )
)
class FinishUpload(FraudView):
    """Its delivery is read under `deliveries/` by the reference in `file`; finishing twice changes nothing."""

    answers_kept = "after"
    permission = "fraud.deliver_claims"

    def post(self, request: Request, reference: str) -> Response:
        """The upload with its delivery. Raises UploadNotWhole, UploadDamaged, ValidationError."""
        try:
            return Response(
                UploadAnswer(finish_upload(upload=find_upload(reference, self.by), by=self.by)).data
            )
        except ProfileNotValid as error:
            raise self.wrong("profile", str(error)) from error
