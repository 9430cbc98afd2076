"""Words for stored codes of casework: states and sources."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cases.services.amount_words import AMOUNTS, Amount
from cases.services.money_told import Kind
from cases.services.step_words import STATE_WORDS
from cases.workflow import State

_STATE_TAGS = {
    State.NEW: "info",
    State.IN_REVIEW: "accent",
    State.EXPLAINED: "info",
    State.NO_RESPONSE: "warning",
    State.PENDING_APPROVAL: "accent",
    State.APPEALED: "warning",
    State.RECOVERING: "accent",
}
# state → (word, meaning of the tag)
STATES: dict[str, tuple[str | Promise, str]] = {
    state: (STATE_WORDS[state], _STATE_TAGS.get(state, "")) for state in State
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
#: A band of the score where no heading says that it is one.
RISK_WORDS: dict[str, str | Promise] = {
    "low": pgettext_lazy("risk in a list", "Low risk"),
    "medium": pgettext_lazy("risk in a list", "Medium risk"),
    "high": pgettext_lazy("risk in a list", "High risk"),
}
#: What the amount of a case is: as a heading, beside an amount in a list, and to its cardholder.
TOLD_LABELS: dict[str, str | Promise] = {
    Kind.AT_STAKE: AMOUNTS[Amount.AT_STAKE],
    Kind.DECIDED: AMOUNTS[Amount.DECIDED],
    Kind.OPEN: AMOUNTS[Amount.OUTSTANDING],
    Kind.REPAID: AMOUNTS[Amount.RECOVERED],
    Kind.IN_PART: pgettext_lazy("amount of a case", "Recovered, the rest written off"),
    Kind.WRITTEN_OFF: AMOUNTS[Amount.WRITTEN_OFF],
    Kind.OWED: AMOUNTS[Amount.OVERPAID],
    Kind.NOTHING: pgettext_lazy("amount of a case", "Spent, nothing to come back"),
    Kind.MERGED: pgettext_lazy("amount of a case", "In the merged case"),
}
TOLD_WORDS: dict[str, str | Promise] = {
    Kind.DECIDED: pgettext_lazy("amount of a case", "decided"),
    Kind.OPEN: pgettext_lazy("amount of a case", "still to come back"),
    Kind.REPAID: pgettext_lazy("amount of a case", "recovered"),
    Kind.IN_PART: pgettext_lazy("amount of a case", "recovered in part"),
    Kind.WRITTEN_OFF: pgettext_lazy("amount of a case", "written off"),
    Kind.OWED: pgettext_lazy("amount of a case", "to give back"),
    Kind.NOTHING: pgettext_lazy("amount of a case", "spent"),
    Kind.MERGED: pgettext_lazy("amount of a case", "in the merged case"),
}
OWN_WORDS: dict[str, str | Promise] = {
    Kind.DECIDED: pgettext_lazy("amount of one's own case", "to repay"),
    Kind.OPEN: pgettext_lazy("amount of one's own case", "still to repay"),
    Kind.REPAID: pgettext_lazy("amount of one's own case", "repaid"),
    Kind.IN_PART: pgettext_lazy("amount of one's own case", "repaid; the rest is no longer asked for"),
    Kind.WRITTEN_OFF: pgettext_lazy("amount of one's own case", "no longer asked for"),
    Kind.OWED: pgettext_lazy("amount of one's own case", "will be given back to you"),
    Kind.NOTHING: pgettext_lazy("amount of one's own case", "nothing to repay"),
    Kind.MERGED: pgettext_lazy("amount of one's own case", "told in the other case"),
}
MISUSE_TAGS = {True: "danger", False: "success", None: ""}
