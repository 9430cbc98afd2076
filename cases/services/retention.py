"""What people sent is erased after its period: the bytes of evidence, and all a cardholder's own words: answers, appeals, why they
asked for more time, drafts, names of files, and the mails about them. What was read in a file goes with it, a withdrawn one's too.

Rows, hashes, decisions, money and the audit chains stay, so everything can still be proved and added up. A case that was taken up
again keeps what it has until its successor has ended as well.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from audit.actor import Actor
from audit.clock import present
from audit.services import record
from audit.transactions import one_transaction
from cases.evidence import store
from cases.models import (
    Appeal,
    AppealDraft,
    Case,
    Evidence,
    Explanation,
    ExplanationDraft,
    ExplanationRequest,
    OutboxMessage,
)
from cases.services.receipts import forget_read
from cases.services.standing import case_subject
from cases.workflow import State
from fraud.company.values import current_settings

BY = Actor.system("retention")
#: Cases a sweep: it comes again in a minute.
BATCH = 100
#: What a file is called whose name is erased, before its ending.
NAMELESS = "…"
_ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/heic": ".heic",
}
_LEFT = (OutboxMessage.State.SENT, OutboxMessage.State.CANCELLED)


def erase_expired() -> dict[str, int]:
    """Erase what has been kept for its period; how many files and texts. Empty periods keep everything."""
    values, done = current_settings(), {"files_erased": 0, "texts_erased": 0}
    if values.evidence_months is not None:
        due = _ended_before(values.evidence_months).filter(Exists(_files(OuterRef("pk"))))
        done["files_erased"] = sum(_erase_files(case) for case in due[:BATCH])
    if values.texts_months is not None:
        due = _ended_before(values.texts_months).filter(
            Exists(_answers(OuterRef("pk")))
            | Exists(_appeals(OuterRef("pk")))
            | Exists(_mails(OuterRef("pk")))
            | Exists(_extensions(OuterRef("pk")))
            | Exists(_named_files(OuterRef("pk")))
            | Exists(_drafts(OuterRef("pk")))
            | Exists(_appeal_drafts(OuterRef("pk")))
        )
        done["texts_erased"] = sum(_erase_texts(case) for case in due[:BATCH])
    return done


def months_before(moment: datetime, months: int) -> datetime:
    """The same day of an earlier month, or its last one where it is shorter."""
    index = moment.year * 12 + moment.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def _ended_before(months: int) -> QuerySet[Case]:
    is_taken_up = Case.objects.filter(reopened_from=OuterRef("pk")).exclude(
        Q(state=State.CLOSED) & Q(closed_at__lt=months_before(present(), months))
    )
    ended = Case.objects.filter(state=State.CLOSED, closed_at__lt=months_before(present(), months))
    return ended.exclude(Exists(is_taken_up)).order_by("pk")


def _files(case: Any) -> QuerySet[Evidence]:
    return Evidence.objects.filter(case=case, erased_at=None)


def _answers(case: Any) -> QuerySet[Explanation]:
    return Explanation.objects.filter(request__case=case, erased_at=None)


def _appeals(case: Any) -> QuerySet[Appeal]:
    return Appeal.objects.filter(case=case, erased_at=None)


def _extensions(case: Any) -> QuerySet[ExplanationRequest]:
    return ExplanationRequest.objects.filter(case=case).exclude(extension_reason="")


def _named_files(case: Any) -> QuerySet[Evidence]:
    """Those that were sent under a name of somebody's own, withdrawn ones too."""
    is_named = ~Q(name__startswith=NAMELESS) | ~Q(delivered_name="")
    return Evidence.objects.filter(is_named, case=case)


def _drafts(case: Any) -> QuerySet[ExplanationDraft]:
    return ExplanationDraft.objects.filter(request__case=case)


def _appeal_drafts(case: Any) -> QuerySet[AppealDraft]:
    return AppealDraft.objects.filter(decision__case=case)


def _forget_names(case: Case) -> int:
    """What is left of a file's name is its kind."""
    files = list(_named_files(case.pk))
    for file in files:
        file.name, file.delivered_name = NAMELESS + _ENDINGS.get(file.content_type, ""), ""
    Evidence.objects.bulk_update(files, ["name", "delivered_name"])
    return len(files)


def _mails(case: Any) -> QuerySet[OutboxMessage]:
    """Those that left or were given up; one that waits or is dead is still to be told."""
    return OutboxMessage.objects.filter(case=case, erased_at=None, state__in=_LEFT)


@one_transaction()
def _erase_files(case: Case) -> int:
    """The row, the entry and then the bytes: killed in between, the next sweep finds the row as it was and does all again."""
    files = list(_files(case.pk))
    _files(case.pk).update(erased_at=present())
    _forget_names(case)
    forget_read(files)
    record(
        action="case.erased",
        by=BY,
        subject=case_subject(case),
        after={"files": [file.reference for file in files]},
    )
    for file in files:
        store.remove(file.key)
    return len(files)


@one_transaction()
def _erase_texts(case: Case) -> int:
    now = present()
    counts = {
        "answers": _answers(case.pk).update(text="", answers={}, erased_at=now),
        "appeals": _appeals(case.pk).update(text="", erased_at=now),
        "mails": _mails(case.pk).update(body="", subject="", recipient="", error="", erased_at=now),
        "extensions": _extensions(case.pk).update(extension_reason=""),
        "drafts": _drafts(case.pk).delete()[0] + _appeal_drafts(case.pk).delete()[0],
        "names": _forget_names(case),
    }
    record(
        action="case.erased",
        by=BY,
        subject=case_subject(case),
        after={name: n for name, n in counts.items() if n},
    )
    return sum(counts.values())
