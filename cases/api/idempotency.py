"""One effect and one answer for each Idempotency-Key: a client that lost the answer may ask again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from audit.actor import Actor
from audit.permissions import NotPermitted
from audit.transactions import one_transaction
from cases.models import IdempotencyRecord
from cases.services.errors import CaseworkError

MAX_KEY = 80
_BUSY = 0  # the row of a request that is still being worked on


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"
    default_detail = _("This Idempotency-Key was used for another request.")


class KeyNotValid(exceptions.APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "idempotency_key_not_valid"
    default_detail = _("An Idempotency-Key has 8 to 80 printable ASCII characters.")


class KeyBusy(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "idempotency_key_busy"
    default_detail = _("The same request is being worked on. Ask again in a moment.")


def once(request: Request, by: Actor, step: Callable[[], Response]) -> Response:
    """The step's answer, or the stored one for a key that was answered before.

    Key, effect and answer are one transaction; a fault of ours takes all three back. A refusal leaves nothing behind, so the same key may try again.
    Raises KeyReused for another body, KeyNotValid, KeyBusy.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return step()
    if not (8 <= len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        raise KeyNotValid
    digest = _digest(request)
    answered = _answered(key, by, digest)
    if answered is not None:
        return answered
    refusal: Exception | None = None
    with one_transaction():
        row = _claim(key, by, digest)
        if row is None:
            return _answered(key, by, digest) or _busy()
        try:
            response = step()
        except (CaseworkError, NotPermitted, exceptions.APIException) as error:
            # The service undid itself; what it recorded about the refusal must stay.
            row.delete()
            refusal = error
        else:
            plain = json.loads(JSONRenderer().render(response.data) or b"null")
            IdempotencyRecord.objects.filter(pk=row.pk).update(
                status=response.status_code, answer={"body": plain, "etag": response.get("ETag", "")}
            )
    if refusal is not None:
        raise refusal
    return response


def _claim(key: str, by: Actor, digest: str) -> IdempotencyRecord | None:
    """The row that keeps others out until this transaction ends; None when somebody else was faster."""
    try:
        with one_transaction():
            return IdempotencyRecord.objects.create(
                key=key, actor=by.username, body_hash=digest, status=_BUSY, answer={}
            )
    except IntegrityError:
        return None


def _answered(key: str, by: Actor, digest: str) -> Response | None:
    found = IdempotencyRecord.objects.filter(key=key, actor=by.username).first()
    if found is None:
        return None
    if found.body_hash != digest:
        raise KeyReused
    if found.status == _BUSY:
        raise KeyBusy
    headers = {"ETag": found.answer["etag"]} if found.answer.get("etag") else {}
    return Response(found.answer["body"], status=found.status, headers=headers)


def _busy() -> Response:
    raise KeyBusy


def _digest(request: Request) -> str:
    """Method, path, version and body: the same words twice."""
    body: Any = request.data
    parts = [request.method, request.path, request.headers.get("If-Match", ""), body]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
