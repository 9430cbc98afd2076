"""The table of the company's settings: what each is called and counted in, and what a change of it does, under their headings.

`setting_words.py` shows them with their values, `setting_reading.py` reads what is typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from fraud.company.values import KEPT_MONTHS, TARGET_SHARES

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Unit:
    """What a setting is counted in, for one and for several."""

    one: Words
    many: Words


@dataclass(frozen=True, slots=True)
class Setting:
    """What a setting is called, what it is counted in (None: a word or an amount), and what a change of it does."""

    label: Words
    unit: Unit | None
    effect: Words


PERCENT = Unit("%", "%")
_MINUTES = Unit(pgettext_lazy("unit of one", "minute"), pgettext_lazy("unit", "minutes"))
_CASES = Unit(pgettext_lazy("unit of one", "case"), pgettext_lazy("unit", "cases"))
_CLAIMS = Unit(pgettext_lazy("unit of one", "claim"), pgettext_lazy("unit", "claims"))
_NIGHTS = Unit(pgettext_lazy("unit of one", "night"), pgettext_lazy("unit", "nights"))
_DAYS = Unit(pgettext_lazy("unit of one", "day"), pgettext_lazy("unit", "days"))
_MONTHS = Unit(pgettext_lazy("unit of one", "month"), pgettext_lazy("unit", "months"))
_POINTS = Unit(pgettext_lazy("unit of one", "point"), pgettext_lazy("unit", "points"))

#: Headings, each with its settings in the order in which they are read.
GROUPS: Mapping[Words, Mapping[str, Setting]] = {
    pgettext_lazy("heading of settings", "Reviewers’ time and who gets it"): {
        "reviewer_minutes_per_day": Setting(
            gettext_lazy("Reviewers’ time a day"),
            _MINUTES,
            gettext_lazy("All reviewers together. With more time more cases are opened a night."),
        ),
        "minutes_per_case": Setting(
            gettext_lazy("Time for a case"),
            _MINUTES,
            gettext_lazy(
                "The time of a day divided by this is the number of seats, the cases opened a night at most."
            ),
        ),
        "novelty_share": Setting(
            gettext_lazy("Share of seats for unusual claims"),
            PERCENT,
            gettext_lazy(
                "A larger share finds more misuse of a new kind and leaves fewer seats to the highest expected loss."
            ),
        ),
        "control_sample_share": Setting(
            gettext_lazy("Share of seats for random checks"),
            PERCENT,
            gettext_lazy(
                "A larger share tells more exactly how much is missed; most of these claims are fine."
            ),
        ),
        "control_sample_number": Setting(
            gettext_lazy("Random checks a night, instead of the share"),
            _CLAIMS,
            gettext_lazy("A number here replaces the share above; empty, the share counts."),
        ),
        "least_seats_used": Setting(
            gettext_lazy("Share of seats used at least, while there is anything to learn from"),
            PERCENT,
            gettext_lazy(
                "On quiet nights claims below the threshold fill the seats up to this share; more of them teach the model more."
            ),
        ),
    },
    pgettext_lazy("heading of settings", "Limits of a night"): {
        "rule_budget": Setting(
            gettext_lazy("New cases a night by one rule at most"),
            _CASES,
            gettext_lazy(
                "What is over it waits for a later night. Empty: no limit, and one rule may fill the night."
            ),
        ),
        "person_budget": Setting(
            gettext_lazy("New cases a night for one person at most"),
            _CASES,
            gettext_lazy("What is over it waits for a later night. Empty: no limit for one person."),
        ),
        "held_back_nights": Setting(
            gettext_lazy("How long a claim held back competes for a seat"),
            _NIGHTS,
            gettext_lazy("After so many nights without a seat its waiting ends and no case is opened."),
        ),
    },
    pgettext_lazy("heading of settings", "When a claim becomes a case"): {
        "threshold_policy": Setting(
            gettext_lazy("How the threshold is set"),
            None,
            gettext_lazy(
                "By the cost matrix it moves with the costs below; otherwise it stays at the fixed threshold."
            ),
        ),
        "fixed_threshold": Setting(
            gettext_lazy("Fixed threshold"),
            PERCENT,
            gettext_lazy(
                "Probability of misuse above which a claim is an alert; a lower one finds more and alarms more often for nothing. Not used while the cost matrix counts."
            ),
        ),
        "costs.fn": Setting(
            gettext_lazy("Cost of missed misuse"),
            _POINTS,
            gettext_lazy(
                "The more it costs, the lower the threshold and the more alerts there are. A review costs 5 points as shipped."
            ),
        ),
        "costs.fp": Setting(
            gettext_lazy("Cost of a false alarm"),
            _POINTS,
            gettext_lazy(
                "The more it costs, the higher the threshold and the fewer claims are looked at in vain."
            ),
        ),
        "costs.tp": Setting(
            gettext_lazy("Cost of found misuse"),
            _POINTS,
            gettext_lazy("What reviewing it takes; it has to stay below the cost of missing it."),
        ),
        "costs.tn": Setting(
            gettext_lazy("Cost of a claim left in peace"),
            _POINTS,
            gettext_lazy("Usually 0; it has to stay below the cost of a false alarm."),
        ),
        "band_medium": Setting(
            gettext_lazy("Medium band from"),
            PERCENT,
            gettext_lazy(
                "From this probability a claim is shown as medium, below it as low; to find misuse in a low one needs an approver."
            ),
        ),
        "band_high": Setting(
            gettext_lazy("High band from"),
            PERCENT,
            gettext_lazy(
                "From this probability a claim is shown as high; to clear a high one needs an approver. It has to lie above the medium band."
            ),
        ),
    },
    pgettext_lazy("heading of settings", "Money and four eyes"): {
        "currency": Setting(
            gettext_lazy("Currency of limits"),
            None,
            gettext_lazy(
                "Three letters, such as KRW. Limits keep their number: 500,000 KRW become 500,000 USD."
            ),
        ),
        "four_eyes_limit_minor": Setting(
            gettext_lazy("Four eyes above"),
            None,
            gettext_lazy(
                "A decision over a larger amount needs an approver as well. A lower limit gives approvers more work."
            ),
        ),
        "four_eyes_share": Setting(
            gettext_lazy("Share of the rest drawn for four eyes"),
            PERCENT,
            gettext_lazy("So many decisions up to the limit go to an approver too, drawn by lot."),
        ),
    },
    pgettext_lazy("heading of settings", "Targets of the overview"): {
        "target_precision": Setting(
            gettext_lazy("Misuse among decided cases, at least"),
            PERCENT,
            gettext_lazy("Drawn as a line beside what was reached; it changes no case. Empty: no target."),
        ),
        "target_on_time": Setting(
            gettext_lazy("Answers on time, at least"),
            PERCENT,
            gettext_lazy("Of explanation requests, those answered by their due date. Empty: no target."),
        ),
        "target_days": Setting(
            gettext_lazy("Days to a decision, at most"),
            _DAYS,
            gettext_lazy("The median from opening a case to deciding it. Empty: no target."),
        ),
    },
    pgettext_lazy("heading of settings", "How long things are kept"): {
        "evidence_months": Setting(
            gettext_lazy("How long evidence is kept after a case ended"),
            _MONTHS,
            gettext_lazy("Then files are erased for good. Empty: as long as the case."),
        ),
        "texts_months": Setting(
            gettext_lazy("How long answers, appeals and mails are kept after a case ended"),
            _MONTHS,
            gettext_lazy("Then what people wrote is erased for good. Empty: as long as the case."),
        ),
    },
    pgettext_lazy("heading of settings", "Learning"): {
        "training_window_days": Setting(
            gettext_lazy("Period of claims to train on"),
            _DAYS,
            gettext_lazy(
                "A longer one has more misuse in it, a shorter one follows changes of habit faster."
            ),
        ),
        "label_delay_days": Setting(
            gettext_lazy("Time until an outcome is usually known"),
            _DAYS,
            gettext_lazy(
                "Younger claims that nobody reviewed teach nothing yet; too short, and misuse not found yet counts as fine."
            ),
        ),
        "minimum_confirmed": Setting(
            gettext_lazy(
                "Confirmed misuse among what is held out while training, before percentages are shown"
            ),
            _CASES,
            gettext_lazy("With fewer, pages show rank and band only and no percentage."),
        ),
    },
}
SETTINGS: Mapping[str, Setting] = {name: one for group in GROUPS.values() for name, one in group.items()}
EMPTY_WORDS: Mapping[str, Words] = {
    "control_sample_number": gettext_lazy("by the share"),
    "rule_budget": gettext_lazy("no limit"),
    "person_budget": gettext_lazy("no limit"),
    **dict.fromkeys(KEPT_MONTHS, gettext_lazy("as long as the case")),
    **dict.fromkeys((*TARGET_SHARES, "target_days"), pgettext_lazy("setting", "no target")),
}
#: What a refusal may name besides the settings themselves.
FIELDS: dict[str, Words] = {
    "costs": gettext_lazy("Cost matrix"),
    "note": gettext_lazy("Why?"),
    "threshold": gettext_lazy("Threshold"),
}
POLICIES: dict[str, Words] = {
    "cost": gettext_lazy("By the cost matrix"),
    "f1": gettext_lazy("By F1"),
    "capacity": gettext_lazy("By capacity"),
    "fixed": gettext_lazy("Fixed"),
}
