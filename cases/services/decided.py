"""What "decided" means, for every figure: a disposition that holds, wherever the case is and whatever happens with money."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from cases.dispositions import DISPOSITIONS, Disposition
from cases.models import Case, Decision


def decided_cases() -> Any:
    """Cases that somebody decided, each with `decided_at`: when the decision that holds was taken.

    A decision that was taken up again counts no more; its successor's does, once there is one.
    """
    held = Decision.objects.filter(case=OuterRef("pk"), state=Decision.State.APPROVED).order_by("-number")
    decided = Case.objects.exclude(disposition="").filter(reopened_as=None)
    return decided.annotate(decided_at=Coalesce(Subquery(held.values("decided_at")[:1]), "closed_at"))


def is_misuse(code: str) -> bool | None:
    """Whether a disposition says misuse; None for one that teaches nothing, or for none."""
    return DISPOSITIONS[Disposition(code)].is_misuse if code in DISPOSITIONS else None


def misuse_codes() -> list[str]:
    """The dispositions that say misuse."""
    return [code.value for code, info in DISPOSITIONS.items() if info.is_misuse]


def teaching_codes() -> list[str]:
    """The dispositions that say anything about misuse."""
    return [code.value for code, info in DISPOSITIONS.items() if info.is_misuse is not None]
