"""What the personnel feeds are called."""

from __future__ import annotations

from django.utils.translation import pgettext


def feed_words() -> dict[str, str]:
    """Feed → its name in the reader's language."""
    return {
        "cardholders": pgettext("feed", "People"),
        "positions": pgettext("feed", "Moves and promotions, dated"),
        "absences": pgettext("feed", "Leave"),
        "trips": pgettext("feed", "Business trips"),
        "overtimes": pgettext("feed", "Approved overtime"),
        "calendar": pgettext("feed", "Company holidays"),
        "relatives": pgettext("feed", "Relatives among the employees"),
        "vehicles": pgettext("feed", "Vehicles"),
        "pre_approvals": pgettext("feed", "Expenses approved before"),
    }
