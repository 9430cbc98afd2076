"""No card or resident number is kept: every text and JSON column is guarded where Django writes it, whoever fills it.

`guard_columns` finds the columns by looking at all models, so a new one is covered without anybody thinking of it; what is exempt
is named in `EXEMPT`, with its reason. The guard sits in `Field.get_prep_value`, which `save`, `bulk_create`, `bulk_update`, `update`
and every exact look-up pass: what is written and what is looked for are made by the same function, so a thing known by such a
number is found again. An object that is saved holds afterwards what is kept of it. Two numbers may be struck out to the same words, though; a column by which something is known, or which must
be unique, gets `keyed` texts instead, which stay apart.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db.models import CharField, Field, JSONField, TextField, UniqueConstraint
from django.http import QueryDict

from audit.plain_digits import MARKS
from audit.redaction import redact

_FILES = "its files are searched by column when they are read; by two people's word a column may hold what only looks like a number"
_MADE = "made by a machine"
#: Model or column → why no number can get there, or why it must stay as it is. Columns with a closed set of choices are exempt too.
# fmt: off
EXEMPT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("fraud.Claim", "fraud.ClaimVersion", "fraud.ClaimSource", "fraud.ClaimAlias", "fraud.Cardholder", "fraud.Department",
                     "fraud.Merchant", "fraud.Absence", "fraud.Trip", "fraud.OvertimeApproval", "fraud.Relative", "fraud.Vehicle",
                     "fraud.PreApproval", "fraud.ClaimFileReject", "fraud.Label"), _FILES),
    "fraud.User.employee_no": "has to be one of the numbers of `fraud.Cardholder`; others are refused at the door",
    "audit.AccessRecord.employee_no": "a number of `fraud.Cardholder`",
    **dict.fromkeys(("fraud.CompanySettings.proposed_by_no", "fraud.ModelVersion.proposed_by_no"), "a number of `fraud.User`"),
    **dict.fromkeys(("fraud.ServiceToken.digest", "fraud.ServiceToken.prefix", "fraud.User.password", "sessions.Session.session_key", "sessions.Session.session_data",
                     "axes.AccessLog.session_hash", "mfa.Authenticator", "fraud.ScreeningRun.lease_token", "fraud.RunPart.lease_token",
                     "cases.Webhook.salt", "cases.Webhook.earlier_salt"), "a secret"),
    **dict.fromkeys(("contenttypes.ContentType", "auth.Permission"), "names of the program"),
    **dict.fromkeys(("audit.AuditEvent.previous_hash", "audit.AuditEvent.hash", "audit.AuditHead.hash", "audit.AuditEvent.request_id",
                     "audit.AccessRecord.request_id", "audit.AuditEvent.at", "audit.AuditEvent.action", "audit.AuditEvent.actor_role",
                     "audit.AccessRecord.actor_role", "rules.RuleVersion.proposed_hash", "fraud.ClaimFile.sha256", "fraud.ClaimFile.reference",
                     "fraud.ModelVersion.sha256", "fraud.ModelVersion.reference", "fraud.ModelVersion.folder", "fraud.ScreeningRun.reference",
                     "fraud.ScreeningRun.rule_set_hash", "fraud.ScreeningRun.code_version", "fraud.ScreeningRun.stages",
                     "fraud.RunPart.spec", "fraud.Score.features", "fraud.DriftReport.psi", "cases.Case.reference", "cases.Case.bundle_key",
                     "cases.Decision.content_hash", "cases.ExplanationRequest.reference", "cases.Evidence.reference", "cases.Evidence.key",
                     "cases.Evidence.sha256", "cases.WebhookMessage.payload", "cases.WebhookMessage.event_id", "cases.WebhookMessage.event", "cases.IdempotencyRecord.body_hash", "cases.StatementFile.sha256"), _MADE),
}
# fmt: on
#: Columns by which something is looked for, beside those that must be unique.
KNOWN_BY: Final = frozenset(
    {
        "audit.AuditEvent.actor",
        "audit.AccessRecord.actor",
        "audit.AccessRecord.subject",
        "cases.StatementEntry.batch",  # another entry's reference
    }
)
_LEAST = re.compile(r"\d(?:\D{0,3}\d){12}")  # nothing shorter is such a number
_N_DIGITS = 13
_MARK = 16
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # digits would be read as part of a number


def kept(value: Any) -> Any:
    """The value with every number struck out that must not be kept: texts, and lists and objects of them; names in objects stay apart."""
    if isinstance(value, str):
        return redact(value) if _may_hold(value) else value
    if isinstance(value, dict):
        return {keyed(name) if isinstance(name, str) else name: kept(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [kept(inner) for inner in value]
    return value


def _may_hold(text: str) -> bool:
    """Whether a text has digits enough for the shortest such number. Asked of all that is written, so it costs little.

    Digits may be circled or raised, and markup may stand between them: where it may, all of the text's digits are counted.
    """
    if len(text) < _N_DIGITS:
        return False
    if _LEAST.search(text):
        return True
    is_plain = text.isascii() and not any(mark in text for mark in MARKS)
    return not is_plain and sum(map(str.isdigit, text)) >= _N_DIGITS


def kept_query(query: str) -> str:
    """As `kept`, of what follows the `?` of an address, where a number may hide behind `%20`; as it is where it has none."""
    asked = QueryDict(query, mutable=True)
    before = {name: list(values) for name, values in asked.lists()}
    struck = kept(before)
    if struck == before:
        return query
    asked.clear()
    for name, values in struck.items():
        asked.setlist(name, values)
    return asked.urlencode()


def keyed(text: str, longest: int | None = None) -> str:
    """A text by which something is known, of at most `longest` characters; itself where it has no such number.

    Struck out otherwise, with sixteen letters made of the whole text (HMAC-SHA-256 under CARD_TOKEN_KEY, 64 bits) behind it: the same
    text is always the same, another one is another. Made once, it stays as it is.
    """
    struck = kept(text)
    if struck == text:
        return text
    digest = hmac.new(settings.CARD_TOKEN_KEY.encode(), b"kept:" + text.encode(), "sha256").hexdigest()
    mark = f" ~{digest[:_MARK].translate(_LETTERS)}"
    room = max(longest - len(mark), 0) if longest else None
    return (struck[:room] + mark)[:longest]


def text_columns() -> Iterator[tuple[str, Field[Any, Any]]]:
    """Every text and JSON column of every model, with its name: `app.Model.column`."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if isinstance(field, CharField | TextField | JSONField):
                yield f"{model._meta.label}.{field.name}", field


def guarded_columns() -> Iterator[tuple[str, Field[Any, Any]]]:
    """Those that could keep such a number."""
    for name, field in text_columns():
        if not (field.choices or name in EXEMPT or name.rpartition(".")[0] in EXEMPT):
            yield name, field


def is_known_by(name: str, field: Field[Any, Any]) -> bool:
    """Whether two different texts of the column must stay different: it is unique, alone or with others, or looked up."""
    meta = field.model._meta
    together = {column for some in meta.unique_together for column in some}
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            together.update(constraint.fields)
    return field.unique or field.name in together or name in KNOWN_BY


def guard_columns() -> None:
    """Put the guard before what Django writes into these columns and compares with them."""
    for name, field in guarded_columns():
        guard = _guard(field.get_prep_value, field.max_length, is_key=is_known_by(name, field))
        field.get_prep_value = guard  # type: ignore[method-assign,assignment]
        if not isinstance(field, JSONField):
            field.pre_save = _as_kept(field.pre_save, field.attname, guard)  # type: ignore[method-assign,assignment]


def _guard(prepare: Callable[[Any], Any], longest: int | None, *, is_key: bool) -> Callable[[Any], Any]:
    def guarded(value: Any) -> Any:
        ready = prepare(value)
        if isinstance(ready, str):
            if not _may_hold(ready):
                return ready
            # What stands in place of a number may be a little longer than the number.
            return keyed(ready, longest) if is_key else _cut(ready, redact(ready), longest)
        return kept(ready) if isinstance(ready, dict | list | tuple) else ready

    return guarded


def _as_kept(
    read: Callable[[Any, bool], Any], name: str, guard: Callable[[Any], Any]
) -> Callable[[Any, bool], Any]:
    """Before a row is saved, in `save` and `bulk_create`: the object holds what is kept, so that no answer made of it repeats a number."""

    def struck(instance: Any, add: bool) -> Any:
        value = read(instance, add)
        if isinstance(value, str) and _may_hold(value):
            value = guard(value)
            setattr(instance, name, value)
        return value

    return struck


def _cut(text: str, struck: str, longest: int | None) -> str:
    return struck if longest is None or struck == text else struck[:longest]
