"""Refusals about nights: started, paused, resumed, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.services.errors.base import CaseworkError


class NightMoved(CaseworkError):
    """Somebody paused, resumed or cancelled the night since it was read."""

    code = "night_moved"
    text = _("Somebody has paused, resumed or cancelled this run meanwhile. Look at it again before you act.")

    def __init__(self, *, version: int) -> None:
        super().__init__()
        self.version = version

    @property
    def details(self) -> Mapping[str, Any]:
        return {"version": self.version}


class NightEnded(CaseworkError):
    """The night is over, or already as it was to be."""

    code = "night_ended"
    text = _(
        "This is not possible in the run's present state: only a run that works can be paused, only a paused one resumed, and one that has ended stays as it is."
    )


class NightHasCases(CaseworkError):
    """The night's cases are open."""

    code = "night_has_cases"
    text = _("The cases of this run are open already, so it can no longer be cancelled. Let it end.")


class NightCannotStart(CaseworkError):
    """There is no night to start or to step in: tonight's has ended, or another one is paused or under way."""

    code = "night_cannot_start"

    def __init__(self, why: str, *, reference: str) -> None:
        super().__init__(reference=reference)
        self.why = why
        self.text = _TEXTS[why]

    @property
    def details(self) -> Mapping[str, Any]:
        return {"why": self.why, "reference": self.params["reference"]}


#: By `why`.
_TEXTS = {
    "ended": _(
        "The night %(reference)s has ended already. What came in since waits for the next night, which begins after 07:00."
    ),
    "paused": _(
        "The night %(reference)s is paused, and later nights wait behind it. Resume or cancel it first."
    ),
    "at_work": _(
        "The night %(reference)s is being worked, and looks at the claims this one left. Wait until it has ended."
    ),
}
