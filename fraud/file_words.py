"""The states of a claim file in words."""

from __future__ import annotations

from django.utils.translation import pgettext


def state_words() -> dict[str, tuple[str, str]]:
    """state → (word, meaning of the tag)."""
    return {
        "received": (pgettext("claim file", "waiting"), "info"),
        "importing": (pgettext("claim file", "being read"), "info"),
        "imported": (pgettext("claim file", "imported"), "success"),
        "quarantined": (pgettext("claim file", "refused"), "danger"),
        "failed": (pgettext("claim file", "stopped"), "warning"),
    }
