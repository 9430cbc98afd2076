"""What the steps of an experiment are called."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

METHODS: dict[str, Any] = {
    "none": gettext_lazy("Trees, as they are"),
    "weights": gettext_lazy("Trees, weighted classes"),
    "under": gettext_lazy("Trees, undersampled"),
    "over": gettext_lazy("Trees, oversampled"),
    "smote": gettext_lazy("Trees, SMOTE"),
    "lightgbm": gettext_lazy("LightGBM"),
    "forest": gettext_lazy("Random forest"),
    "logistic": gettext_lazy("Logistic regression"),
    "svm": gettext_lazy("SVM on a sample"),
    "clusters": gettext_lazy("Distance from clusters"),
}
STEPS: dict[str, Any] = {
    **METHODS,
    "claims": gettext_lazy("gathering the claims"),
    "fit": gettext_lazy("learning what is usual"),
    "score": gettext_lazy("scoring the later claims"),
    "paths": gettext_lazy("following the paths"),
    "cuts": gettext_lazy("choosing round limits"),
    "trees": gettext_lazy("learning from the older claims"),
    "proof": gettext_lazy("counting on later claims"),
    "choice": gettext_lazy("choosing the best"),
    "latest": gettext_lazy("counting on the latest claims"),
    "gather": pgettext_lazy("training", "gathering claims and outcomes"),
    "usual": pgettext_lazy("training", "learning what is usual"),
    "outcomes": pgettext_lazy("training", "learning from the outcomes"),
    "check": pgettext_lazy("training", "checking on outcomes it did not learn from"),
    "keep": pgettext_lazy("training", "keeping the version"),
    "compare": pgettext_lazy("training", "comparing it with the version in service"),
}
#: Why a training was begun by nobody's form.
WHY: dict[str, Any] = {
    "due": pgettext_lazy("training", "There was a reason to learn anew, which is looked for every morning."),
    "command": pgettext_lazy("training", "By the command manage.py train."),
}
KINDS: dict[str, Any] = {
    "methods": gettext_lazy("Imbalance and other methods"),
    "autoencoder": gettext_lazy("Autoencoder"),
    "surrogate": gettext_lazy("Paths of the score"),
    "mining": gettext_lazy("Rules from misses"),
    "training": pgettext_lazy("experiment", "Training"),
}
STATES: dict[str, tuple[Any, str]] = {
    "waiting": (pgettext_lazy("experiment", "waiting"), ""),
    "running": (pgettext_lazy("experiment", "under way"), "accent"),
    "finished": (pgettext_lazy("experiment", "finished"), "success"),
    "failed": (pgettext_lazy("experiment", "failed"), "danger"),
    "cancelled": (pgettext_lazy("experiment", "cancelled"), ""),
}


#: Code of a refusal → what it says and what would be right.
REFUSALS: dict[str, Any] = {
    "too_little_known": gettext_lazy(
        "Too little misuse was known then: at least %(least)s confirmed before the last %(days)s days, and one within them. "
        "Test on fewer weeks, or wait for more outcomes."
    ),
    "too_few_for_smote": gettext_lazy(
        "SMOTE needs at least %(least)s confirmed misuses to lie between; there are %(found)s."
    ),
    "ratio_too_low": gettext_lazy(
        "There is %(ratio)s misuse per genuine claim already; ask for a ratio above that, not %(asked)s."
    ),
    "nothing_to_train_on": gettext_lazy(
        "No claim before that day is old enough to learn from. Test on fewer weeks."
    ),
    "nothing_to_compare": gettext_lazy(
        "No claim since that day has an outcome yet. Test on more weeks, or wait for outcomes."
    ),
    "too_few_misses": gettext_lazy(
        "Of the misuse known then, too little was missed by the rules to learn from. Test on fewer weeks, or wait for more outcomes."
    ),
    "nothing_to_learn_from": pgettext_lazy(
        "training",
        "No claim is old enough to learn from: its outcome may still come. Import older claims, or wait some days.",
    ),
    "lost": gettext_lazy("Its process ended without a result; start it again."),
}


def refusal(code: str) -> str:
    """A refusal without values, as it is stored."""
    return json.dumps({"code": code})


def error_sentence(stored: str) -> str:
    """What a stored error says in the reader's language; anything without a code as it is."""
    try:
        found = json.loads(stored)
    except ValueError:
        return stored
    if not isinstance(found, dict) or found.get("code") not in REFUSALS:
        return stored
    words = str(REFUSALS[found["code"]])
    return words % found if len(found) > 1 else words
