"""Taking evidence (증빙) in, with suspicion, and back: kept sealed. `evidence_opening` hands it out."""

from __future__ import annotations

import errno
import hashlib
import secrets
from dataclasses import dataclass
from typing import IO, Any

from django.db.models import Count, Q, Sum

from audit.actor import Actor
from audit.redaction import find_struck, redact
from audit.services import record
from audit.transactions import one_transaction
from cases.evidence import store
from cases.evidence.kinds import PDF, PICTURES, Inflated, KindNotAllowed, Sniffed
from cases.evidence.names import clean_name, named_as
from cases.evidence.pdf_words import MAX_PAGES, TooManyPages
from cases.evidence.preview import (
    PictureDamaged,
    PictureTooLarge,
    Previews,
    look,
    pdf_previews,
    picture_preview,
)
from cases.evidence.scanner import Verdict, scan
from cases.evidence.stripping import NotWhole, without_metadata
from cases.models import Case, Evidence, ExplanationRequest
from cases.models.explanations import AWAITING_SCAN, INFECTED
from cases.services import errors
from cases.services.casework import casework
from cases.services.company import present
from cases.services.files import SENT, waiting_files
from cases.services.steps import (
    case_subject,
    change_case,
    change_recorded,
    check_unseen,
    current_request,
    read_case,
)
from cases.workflow import Action, State
from fraud.claims.models import Receipt
from fraud.claims.receipts.taking import withdraw_receipt
from fraud.claims.receipts.traces import traces_of

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 30  # a case; what was taken back before it was sent does not count
MAX_CASE_BYTES = 100 * 1024 * 1024
_KEPT = 5  # times as much with what was taken back, which stays on record
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file that may be kept, with its previews."""

    content: bytes
    name: str
    delivered_name: str
    sniffed: Sniffed
    previews: Previews
    verdict: Verdict
    traces: dict[str, Any] | None


def add_evidence(
    *, request: ExplanationRequest | Case, name: str, content: bytes | IO[bytes], by: Actor
) -> Evidence:
    """Take a file for the answer to a request, or for the appeal against the decision of a case, before either is sent.

    At most 10 MB: PDF, PNG, JPEG, WebP or HEIC by content, whatever it is called; the name is kept with the ending of the content. The same content on another case is accepted and flagged for the reviewer. A file the scanner could not look at is
    kept closed until it could. A picture is kept without its metadata. Raises EvidenceEmpty, EvidenceTooLarge, EvidenceKindNotAllowed, EvidenceDamagedOnArrival,
    EvidenceHasNumbers, EvidenceInfected, StorageFull, NotYours, TransitionNotAllowed.
    """
    check_may_add(request=request, by=by)
    try:
        checked = _check_file(_read_all(content), name)
    except errors.EvidenceInfected:
        _record_quarantine(_case_of(request), by)
        raise
    key = secrets.token_hex(32)
    try:
        store.write(key, checked.content)
        for number, page in enumerate(checked.previews.pages, 1):
            store.write(key, page, suffix=store.page_suffix(number))
        return _store_row(request=request, key=key, checked=checked, by=by)
    except OSError as error:
        store.remove(key)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise errors.StorageFull from error
        raise
    except BaseException:
        store.remove(key)
        raise


@casework
def check_may_add(*, request: ExplanationRequest | Case, by: Actor) -> None:
    """Raises NotYours, TransitionNotAllowed or TooMany before a byte of the file is looked at."""
    case = read_case(_case_of(request))
    check_unseen(case, _sending(case, for_appeal=isinstance(request, Case)), by=by)
    current = current_request(case)
    if isinstance(request, ExplanationRequest) and (current is None or current.pk != request.pk):
        raise errors.TransitionNotAllowed(
            state=case.state, action="answer", allowed=[], guard="closed", is_own=True
        )
    _check_room(case)


def _check_room(case: Case) -> None:
    """Raises TooManyFiles and EvidenceTooLarge."""
    counted = case.evidence.filter(SENT | Q(withdrawn_at=None))
    for rows, times in ((counted, 1), (case.evidence.all(), _KEPT)):
        found = rows.aggregate(n=Count("pk"), total=Sum("size_bytes"))
        if found["n"] >= MAX_FILES * times:
            raise errors.TooManyFiles(n=MAX_FILES, is_full=times > 1)
        if int(found["total"] or 0) >= MAX_CASE_BYTES * times:
            raise errors.EvidenceTooLarge(mb=MAX_CASE_BYTES // 2**20)


def _case_of(request: ExplanationRequest | Case) -> Case:
    return request if isinstance(request, Case) else request.case


def _sending(case: Case, *, for_appeal: bool) -> Action:
    """The step that would send the file: it may be added and taken back while that step is open."""
    if for_appeal:
        return Action.APPEAL
    return Action.ANSWER_LATE if case.state == State.NO_RESPONSE else Action.ANSWER


def _read_all(content: bytes | IO[bytes]) -> bytes:
    """The whole content, reading no further than the limit, whatever length was announced."""
    if isinstance(content, bytes):
        if len(content) > MAX_BYTES:
            raise errors.EvidenceTooLarge(mb=MAX_BYTES // 2**20)
        return content
    parts, size = [], 0
    while part := content.read(_CHUNK):
        size += len(part)
        if size > MAX_BYTES:
            raise errors.EvidenceTooLarge(mb=MAX_BYTES // 2**20)
        parts.append(part)
    return b"".join(parts)


def _check_file(content: bytes, name: str) -> _Checked:
    if not content:
        raise errors.EvidenceEmpty
    shown = clean_name(name)
    verdict = scan(content)
    if verdict == Verdict.INFECTED:
        raise errors.EvidenceInfected
    try:
        sniffed = look(content)
        previews = _previews_of(content, sniffed.content_type)
        traces = _traces_of(content, sniffed.content_type)
        content = without_metadata(content, sniffed.content_type)
    except KindNotAllowed as error:
        raise errors.EvidenceKindNotAllowed(why=error.why) from error
    except TooManyPages as error:
        raise errors.EvidenceTooManyPages(n=MAX_PAGES) from error
    except (Inflated, PictureTooLarge) as error:
        raise errors.EvidenceTooComplex from error
    except (PictureDamaged, NotWhole) as error:
        raise errors.EvidenceDamagedOnArrival from error
    if find_struck(sniffed.text):
        raise errors.EvidenceHasNumbers
    right = named_as(shown, sniffed.content_type)
    delivered = "" if right == shown else redact(shown)
    return _Checked(content, redact(right), delivered, sniffed, previews, verdict, traces)


def _previews_of(content: bytes, content_type: str) -> Previews:
    if content_type in PICTURES:
        return picture_preview(content)
    return pdf_previews(content) if content_type == PDF else Previews()


def _traces_of(content: bytes, content_type: str) -> dict[str, Any] | None:
    """What a picture tells of its history before its metadata are taken out; those of a PDF stay in it and are read later."""
    if content_type == PDF:
        return None
    return {"sha256": hashlib.sha256(content).hexdigest(), **traces_of(content).as_json()}


@casework
def _store_row(*, request: ExplanationRequest | Case, key: str, checked: _Checked, by: Actor) -> Evidence:
    """The row of a file, or the one that the same person added with the same content and has not sent yet."""
    case = read_case(_case_of(request))
    digest = hashlib.sha256(checked.content).hexdigest()
    asked = request if isinstance(request, ExplanationRequest) else None
    for kept in waiting_files(case, by, request=asked):
        if kept.sha256 == digest:
            store.remove(key)
            return kept
    flags = list(checked.sniffed.flags)
    if Evidence.objects.filter(sha256=digest).exclude(case=case).exists():
        flags.append("seen_before")
    if checked.verdict == Verdict.UNAVAILABLE:
        flags.append(AWAITING_SCAN)
    evidence = Evidence.objects.create(
        case=case,
        request=asked,
        key=key,
        name=checked.name,
        delivered_name=checked.delivered_name,
        content_type=checked.sniffed.content_type,
        size_bytes=len(checked.content),
        sha256=digest,
        n_pages=checked.previews.n_pages,
        n_previews=len(checked.previews.pages),
        flags=flags,
        traces=checked.traces,
        uploaded_by_id=by.person_id,
    )
    _note(
        case, evidence, "evidence.added", by, {"sha256": digest, "size": len(checked.content), "flags": flags}
    )
    return evidence


def _note(case: Case, evidence: Evidence, event: str, by: Actor, details: dict[str, Any]) -> None:
    """The entry of a file; of one that was sent with a new version of the case: whoever decides must know of it.

    One that waits is its author's alone and changes nothing for others; sending it makes the new version.
    """
    told = {"evidence": evidence.reference, **details}
    if evidence.is_sent:
        change_recorded(case, {"version": case.version + 1, "undo": None}, event=event, by=by, details=told)
    else:
        record(action=event, by=by, subject=case_subject(case), after=told)
        change_case(case, undo=None)


def _record_quarantine(case: Case, by: Actor) -> None:
    """Nothing of the file is kept, its name neither: it is the person's own words, and the chain erases nothing."""
    with one_transaction():
        record(action="evidence.quarantined", by=by, subject=case_subject(case), after={})


@casework
def withdraw_evidence(*, evidence: Evidence, by: Actor) -> Evidence:
    """Take a file back before the decision: whoever added it, nobody else. It stays on record, and a sent one is still named.

    Raises CaseNotFound for another's file as for one that is not there, NotYours, TransitionNotAllowed.
    """
    case = read_case(evidence.case)
    if evidence.uploaded_by_id != by.user_id:
        raise errors.CaseNotFound
    check_unseen(case, _sending(case, for_appeal=evidence.request_id is None), by=by)
    if Evidence.objects.filter(pk=evidence.pk, withdrawn_at=None).update(withdrawn_at=present()) != 1:
        raise errors.CaseNotFound
    withdraw_receipt(Receipt.Source.ANSWER, evidence.reference)
    _note(case, evidence, "evidence.withdrawn", by, {})
    evidence.refresh_from_db()
    return evidence


def rescan_evidence() -> int:
    """Look again at files the scanner could not look at; returns how many are settled now."""
    settled = 0
    for evidence in Evidence.objects.filter(flags__icontains=AWAITING_SCAN)[:100]:
        try:
            verdict = scan(store.read(evidence.key))
        except FileNotFoundError:
            continue
        if verdict == Verdict.UNAVAILABLE:
            continue
        flags = [flag for flag in evidence.flags if flag != AWAITING_SCAN]
        if verdict == Verdict.INFECTED:
            store.remove(evidence.key)
            flags.append(INFECTED)
        Evidence.objects.filter(pk=evidence.pk).update(flags=flags)
        settled += 1
    return settled
