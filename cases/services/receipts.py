"""Files sent with answers as receipts of their claims: read some time later, where they lie."""

from __future__ import annotations

import logging
import os

from django.db.models import Q

from audit.actor import Actor
from cases.evidence import store
from cases.models import Evidence
from cases.models.explanations import AWAITING_SCAN, INFECTED
from cases.services.company import present
from cases.services.files import SENT
from fraud.claims.models import Claim, Receipt
from fraud.claims.receipts.looking import TOGETHER
from fraud.claims.receipts.taking import Handed, take_receipts
from fraud.claims.receipts.traces import Traces

_log = logging.getLogger(__name__)
#: Files read at one call: the sweep that calls goes on to deadlines and mail within a minute or two.
MAX_AT_ONCE = 3 * TOGETHER
_READER = Actor.system("receipts")


def read_sent_receipts(limit: int = MAX_AT_ONCE) -> int:
    """Read files that were sent with an answer or an appeal and have not been read as receipts; returns how many now were.

    A file of a case with several claims is kept for the one whose amount it says; one that fits none is left at that. What the scanner
    has not seen, or refused, is not opened.
    """
    waiting = Evidence.objects.filter(SENT, receipt_read_at=None, withdrawn_at=None, erased_at=None)
    seen = waiting.exclude(Q(flags__icontains=AWAITING_SCAN) | Q(flags__icontains=INFECTED))
    files = list(seen.select_related("explanation", "appeal").order_by("id")[:limit])
    found = [(file, handed) for file in files if (handed := _handed(file)) is not None]
    read = take_receipts([handed for _, handed in found], by=_READER)
    Evidence.objects.filter(pk__in=[file.pk for file in files]).update(receipt_read_at=present())
    return sum(one is not None for one in read)


def _handed(file: Evidence) -> Handed | None:
    path = store.path_of(file.key)
    if not os.path.exists(path):
        _log.warning("receipt.file_missing", extra={"evidence": file.reference})
        return None
    sent = file.explanation or file.appeal
    claims = tuple(
        Claim.objects.filter(alerts__case=file.case_id, alerts__left_at=None).distinct().order_by("id")
    )
    told = file.traces or {}
    return Handed(
        path,
        claims,
        Receipt.Source.ANSWER,
        file.reference,
        sent.submitted_at if sent else file.uploaded_at,
        Traces.read(told) if told else None,
        told.get("sha256", ""),
    )
