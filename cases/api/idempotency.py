"""One effect and one answer for each Idempotency-Key: a client that lost the answer may ask again.

Of an answer that tells a case or what a cardholder wrote, only the reference is kept: a repetition is told it as it stands, if it is
still theirs to see.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from audit import clock
from audit.actor import Actor
from audit.transactions import one_transaction
from cases.models import IdempotencyRecord
from fraud.web.api import FraudView
from fraud.web.api_errors import is_refusal
from fraud.web.api_json import CompanyJSONRenderer

MAX_KEY = 80
#: A key whose request was never answered: longer than any request may take.
ABANDONED = timedelta(minutes=10)
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


def once(view: FraudView, step: Callable[[], Any]) -> Any:
    """The step's answer, or the stored one for a key that was answered before. The request has an Idempotency-Key.

    Key, effect and answer are one transaction, where the view says so (`answers_kept`); a fault of ours takes all three back. Else the key is
    kept first and the answer afterwards: one whose process died meanwhile may be asked again after `ABANDONED`. A refusal leaves nothing
    behind, so the same key may try again. Raises KeyReused for another request, KeyNotValid, KeyBusy.
    """
    request, by = view.request, view.by
    key = request.headers.get("Idempotency-Key", "")
    if not (8 <= len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        raise KeyNotValid
    digest = _digest(request)
    answered = _answered(view, key, digest)
    if answered is not None:
        return answered
    if view.answers_kept == "after":
        row = _claim(key, by, digest)
        return _after(view, row, step) if row else _busy(view, key, digest)
    refusal: Exception | None = None
    with one_transaction():
        row = _claim(key, by, digest)
        if row is None:
            return _busy(view, key, digest)
        try:
            response = step()
        except Exception as error:
            if not is_refusal(error):
                raise
            # The service undid itself; what it recorded about the refusal must stay.
            row.delete()
            refusal = error
        else:
            _keep(view, row, response)
    if refusal is not None:
        raise refusal
    return response


def _after(view: FraudView, row: IdempotencyRecord, step: Callable[[], Any]) -> Any:
    try:
        response = step()
    except Exception:
        row.delete()
        raise
    _keep(view, row, response)
    return response


def _keep(view: FraudView, row: IdempotencyRecord, response: Any) -> None:
    if response.status_code >= 400:
        row.delete()
        return
    plain = json.loads(CompanyJSONRenderer().render(response.data) or b"null")
    if view.told_once:
        plain = {name: value for name, value in plain.items() if name not in view.told_once}
    etag = response.get("ETag", "")
    if view.told_anew:
        plain, etag = {view.told_anew: plain[view.told_anew]}, ""
    IdempotencyRecord.objects.filter(pk=row.pk).update(
        status=response.status_code, answer={"body": plain, "etag": etag}
    )


def _claim(key: str, by: Actor, digest: str) -> IdempotencyRecord | None:
    """The row that keeps others out until this transaction ends; None when somebody else was faster."""
    try:
        with one_transaction():
            return IdempotencyRecord.objects.create(
                key=key, actor=by.username, body_hash=digest, status=_BUSY, answer={}
            )
    except IntegrityError:
        return None


def _answered(view: FraudView, key: str, digest: str) -> Response | None:
    found = IdempotencyRecord.objects.filter(key=key, actor=view.by.username).first()
    if found is None:
        return None
    if found.body_hash != digest:
        raise KeyReused
    if found.status == _BUSY:
        if found.created_at > clock.now() - ABANDONED:
            raise KeyBusy
        found.delete()
        return None
    response = view.tell_again(found.answer["body"], status=found.status)
    if found.answer.get("etag") and not view.told_anew:
        response["ETag"] = found.answer["etag"]
    return response


def _busy(view: FraudView, key: str, digest: str) -> Response:
    """What somebody who was faster was answered. Raises KeyBusy."""
    answered = _answered(view, key, digest)
    if answered is None:
        raise KeyBusy
    return answered


def _digest(request: Request) -> str:
    """Method, path, version and body: the same words twice, the same bytes of a file."""
    body: Any = request.data
    parts = [request.method, request.path, request.headers.get("If-Match", ""), body]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> str:
    if not isinstance(value, UploadedFile):
        return str(value)
    seen = hashlib.sha256()
    for chunk in value.chunks():
        seen.update(chunk)
    value.seek(0)
    return f"{value.name}:{seen.hexdigest()}"
