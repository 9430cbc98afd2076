"""What the steps of an experiment are called."""

from __future__ import annotations

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
}
KINDS: dict[str, Any] = {
    "methods": gettext_lazy("Imbalance and other methods"),
    "autoencoder": gettext_lazy("Autoencoder"),
    "surrogate": gettext_lazy("Paths of the score"),
}
STATES: dict[str, tuple[Any, str]] = {
    "waiting": (pgettext_lazy("experiment", "waits"), ""),
    "running": (pgettext_lazy("experiment", "runs"), "accent"),
    "finished": (pgettext_lazy("experiment", "finished"), "success"),
    "failed": (pgettext_lazy("experiment", "failed"), "danger"),
    "cancelled": (pgettext_lazy("experiment", "cancelled"), ""),
}
