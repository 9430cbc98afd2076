"""Opening evidence (증빙): only by those who may, only unharmed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from audit.actor import Actor
from audit.permissions import can
from audit.services import record, record_refusal
from audit.transactions import one_transaction
from cases.evidence import store
from cases.evidence.preview import PictureDamaged, PictureTooLarge, Previews, picture_preview
from cases.models import Evidence
from cases.services import errors
from cases.services.conflicts import relations_of
from cases.services.steps import case_subject
from fraud.claims.units import sees_department


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """Bytes to hand out as an attachment under `name` (already cleaned)."""

    content: bytes
    name: str
    content_type: str


def find_evidence(reference: str) -> Evidence:
    """The evidence of a public id. Raises CaseNotFound."""
    found = (
        Evidence.objects.select_related("case__cardholder__department").filter(reference=reference).first()
    )
    if found is None:
        raise errors.CaseNotFound
    return found


def open_evidence(*, evidence: Evidence, by: Actor, page: int = 0) -> OpenedFile:
    """The file, or the picture of one of its pages (from 1), for somebody who may see it; its hash is checked each time.

    Staff by permission unless involved; the cardholder and their manager their own; what was not sent yet only who added
    it; a sent one that was withdrawn since staff only. Raises CaseNotFound for everybody else, EvidenceWithdrawn,
    EvidenceQuarantined, EvidenceErased, PreviewMissing, EvidenceDamaged (and records it).
    """
    _check_may_open(evidence, by)
    if evidence.withdrawn_at is not None and not is_staff_look(evidence, by):
        raise errors.EvidenceWithdrawn
    if evidence.is_held_back:
        raise errors.EvidenceQuarantined
    if evidence.erased_at is not None:
        raise errors.EvidenceErased
    if page and page not in evidence.preview_pages:
        raise errors.PreviewMissing
    try:
        content = store.read(evidence.key)
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != evidence.sha256:
        with one_transaction():
            record(
                action="evidence.damaged",
                by=by,
                subject=case_subject(evidence.case),
                after={"evidence": evidence.reference},
            )
        raise errors.EvidenceDamaged
    if page:
        if evidence.is_undrawn:
            _draw(evidence, content)
        return _preview_of(evidence, page)
    return OpenedFile(content, evidence.name, evidence.content_type)


def _draw(evidence: Evidence, content: bytes) -> None:
    """Draw a picture that came before its decoder did, once: the preview stays with the file, and what cannot be drawn is not tried again.

    No change of the case, so neither version nor entry. Where no decoder is installed it waits on.
    """
    try:
        found = picture_preview(content)
    except (PictureDamaged, PictureTooLarge):
        found = Previews(n_pages=1)
    try:
        for number, picture in enumerate(found.pages, 1):
            store.write(evidence.key, picture, suffix=store.page_suffix(number))
    except OSError:  # the disk is full: another time
        return
    evidence.n_pages, evidence.n_previews = found.n_pages, len(found.pages)
    Evidence.objects.filter(pk=evidence.pk, erased_at=None).update(
        n_pages=evidence.n_pages, n_previews=evidence.n_previews
    )


def _preview_of(evidence: Evidence, page: int) -> OpenedFile:
    try:
        picture = store.read(evidence.key, suffix=store.page_suffix(page))
    except OSError as error:  # lost with a disk or never restored: the original can still be downloaded
        raise errors.PreviewMissing from error
    return OpenedFile(picture, f"{evidence.name}-{page}.jpg", "image/jpeg")


def is_staff_look(evidence: Evidence, by: Actor) -> bool:
    """Whether opening it goes on record: everybody's look but that of those whose file it is."""
    relations = relations_of(by, evidence.case)
    return can(by, "cases.view_evidence") and not relations.is_cardholder


def _check_may_open(evidence: Evidence, by: Actor) -> None:
    if not evidence.is_sent and evidence.uploaded_by_id != by.user_id:
        record_refusal(
            by=by, action="cases.view_evidence", subject=case_subject(evidence.case), code="not_yours"
        )
        raise errors.CaseNotFound
    relations = relations_of(by, evidence.case)
    own = relations.is_cardholder or relations.is_manager
    if own and can(by, "cases.view_own_request"):
        return
    is_outside = not sees_department(by, evidence.case.cardholder.department_id)
    if is_outside or relations.involvement or not can(by, "cases.view_evidence"):
        code = "own_case" if relations.involvement else "not_yours"
        record_refusal(by=by, action="cases.view_evidence", subject=case_subject(evidence.case), code=code)
        raise errors.CaseNotFound
