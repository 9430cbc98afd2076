"""The conditions of a promotion in words: page and refusal name them alike."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

GATES: Mapping[str, str | Promise] = {
    "enough_misuse": gettext_lazy("Enough confirmed misuse"),
    "better": gettext_lazy("Better than the champion"),
    "calibration_error": gettext_lazy("Calibrated"),
    "calibration_ratio": gettext_lazy("Level of the predictions"),
    "segments": gettext_lazy("No group loses"),
    "alerts": gettext_lazy("Not more alerts"),
    "novel_misuse": gettext_lazy("Still finds what is new"),
    "not_compared": gettext_lazy("Compared with the champion"),
}
