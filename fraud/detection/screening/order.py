"""Which run is worked before which: one night after the other, in the order they were begun."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from fraud.detection.models import ScreeningRun

State = ScreeningRun.State
#: Where a night has been cut: what it looks at is settled, and nobody may get in between until it ends.
CUT = (State.SCORING, State.OPENING)


def under_way() -> QuerySet[ScreeningRun]:
    """The runs that have not ended, in the order they are worked. A look back that is paused is not among them: it is no night, and looks
    at other claims, so that none waits behind it.
    """
    resting = Q(source=ScreeningRun.LOOK_BACK, paused_at__isnull=False)
    return ScreeningRun.objects.exclude(state__in=ScreeningRun.ENDED).exclude(resting).order_by("pk")


def ahead_of(run: ScreeningRun) -> list[ScreeningRun]:
    """Nights that have to end before this one is worked: those begun before it, and before one that failed also those cut since.

    One night after the other, whatever their dates: what is pending is what no run begun earlier has scored, so that beside one that
    is still scoring the same claims would be judged twice, and compete for the seats of two nights.
    """
    if run.source == ScreeningRun.LOOK_BACK:
        return []
    ahead = Q(pk__lt=run.pk)
    if run.state == State.FAILED:
        ahead |= Q(state__in=CUT)
    others = ScreeningRun.objects.filter(ahead, source=run.source).exclude(pk=run.pk)
    return list(others.exclude(state__in=ScreeningRun.ENDED).order_by("pk"))
