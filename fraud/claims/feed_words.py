"""What the personnel feeds are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext

from fraud.claims.importing.people import FeedResult
from fraud.claims.importing.texts import sentence


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


def feed_refusal(code: str, params: Mapping[str, Any], language: str) -> str:
    """Why a personnel file was refused as a whole, with the name of the feed it looks like."""
    words = feed_words()
    named = {"feed": words.get(params["feed"], params["feed"])} if "feed" in params else {}
    return sentence("file", code, {**params, **named}, language)


def feed_notes(result: FeedResult, language: str) -> list[str]:
    """What was noticed while a personnel file was read: columns that nothing takes, spellings that were changed, values left empty."""
    return [sentence("note", note["code"], note["params"], language) for note in result.notes]
