"""Files sent with answers as receipts of their claims: read some time later, where they lie, and forgotten with them."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

from django.db.models import Q

from audit.actor import Actor
from audit.transactions import one_transaction
from cases.evidence import store
from cases.models import Case, Evidence
from cases.models.explanations import AWAITING_SCAN, INFECTED
from cases.services.company import present
from cases.services.files import SENT
from fraud.claims.models import Claim, Receipt
from fraud.claims.receipts.forgetting import forget_readings, without_readings
from fraud.claims.receipts.looking import TOGETHER
from fraud.claims.receipts.taking import Handed, take_receipts
from fraud.claims.receipts.traces import Traces
from fraud.detection.forgetting import forget_told

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
    these = Evidence.objects.filter(pk__in=[file.pk for file in files])
    these.update(receipt_read_at=present())
    forget_read(list(these.exclude(erased_at=None)))  # erased while they were read
    return sum(one is not None for one in read)


@one_transaction()
def forget_read(files: Sequence[Evidence]) -> None:
    """Take what was read in erased files out of the receipts, the rules' facts, the reasons of scores and the heads of cases.

    Of the metadata the hash of what was handed in stays. The same file of another case of the person is read anew, for that case.
    """
    since = forget_readings(Receipt.Source.ANSWER, [file.reference for file in files])
    forget_told(since)
    for case in Case.objects.filter(alerts__claim__in=since).distinct():
        head, undo = without_readings(case.headline), without_readings(case.undo)
        if (head, undo) != (case.headline, case.undo):
            Case.objects.filter(pk=case.pk).update(headline=head, undo=undo)
    for file in files:
        if file.traces is not None:
            Evidence.objects.filter(pk=file.pk).update(traces={"sha256": file.traces.get("sha256", "")})
        same = Evidence.objects.filter(sha256=file.sha256, case__cardholder=file.case.cardholder_id)
        same.filter(erased_at=None, withdrawn_at=None).update(receipt_read_at=None)


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
