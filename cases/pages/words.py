"""Words for stored codes of casework: states and sources."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cases.workflow import State

# state → (word, meaning of the tag)
STATES: dict[str, tuple[str | Promise, str]] = {
    State.NEW: (pgettext_lazy("case state", "New"), "info"),
    State.IN_REVIEW: (pgettext_lazy("case state", "In review"), "accent"),
    State.AWAITING_EXPLANATION: (pgettext_lazy("case state", "Asked"), ""),
    State.EXPLAINED: (pgettext_lazy("case state", "Explained"), "info"),
    State.NO_RESPONSE: (pgettext_lazy("case state", "No answer"), "warning"),
    State.PENDING_APPROVAL: (pgettext_lazy("case state", "To approve"), "accent"),
    State.NOTIFIED: (pgettext_lazy("case state", "Notified"), ""),
    State.APPEALED: (pgettext_lazy("case state", "Appealed"), "warning"),
    State.RECOVERING: (pgettext_lazy("case state", "Recovering"), "accent"),
    State.CLOSED: (pgettext_lazy("case state", "Closed"), ""),
}
SOURCES: dict[str, str | Promise] = {
    "model": pgettext_lazy("case source", "Model"),
    "rule": pgettext_lazy("case source", "Rule"),
    "novelty": pgettext_lazy("case source", "Unusual"),
    "learning": pgettext_lazy("case source", "For learning"),
    "control_sample": pgettext_lazy("case source", "Random check"),
    "tip": pgettext_lazy("case source", "Tip"),
    "manual": pgettext_lazy("case source", "By hand"),
}
MISUSE_TAGS = {True: "danger", False: "success", None: ""}
