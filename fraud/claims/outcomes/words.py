"""The codes an outcome is delivered with, and what else they are called in files. Whatever is not listed is refused."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from fraud.claims.importing.profile import LEGITIMATE_WORDS, MISUSE_WORDS

#: outcome → what it says of the claim; None takes back what the same finding said before.
VERDICTS: dict[str, bool | None] = {"misuse": True, "legitimate": False, "withdrawn": None}
OUTCOME_WORDS: dict[str, str | Promise] = {
    "misuse": pgettext_lazy("outcome", "Misuse"),
    "legitimate": pgettext_lazy("outcome", "In order"),
    "withdrawn": pgettext_lazy("outcome", "Withdrawn"),
}
OUTCOME_ALIASES: dict[str, str] = {
    **dict.fromkeys(MISUSE_WORDS[1:], "misuse"),
    **dict.fromkeys(LEGITIMATE_WORDS[1:], "legitimate"),
    **dict.fromkeys(("철회", "withdrawn finding"), "withdrawn"),
}

#: Where delivered outcomes come from; the night's own reviews, appeals and checks write theirs themselves.
SOURCES = ("tip", "audit", "other_system", "earlier_appeal")
SOURCE_ALIASES: dict[str, str] = {
    **dict.fromkeys(("제보", "hotline"), "tip"),
    **dict.fromkeys(("감사", "내부감사", "internal audit"), "audit"),
    **dict.fromkeys(("타시스템", "기존시스템", "legacy system"), "other_system"),
    **dict.fromkeys(("이의신청", "이의", "appeal"), "earlier_appeal"),
}
#: Every source a label can have.
SOURCE_WORDS: dict[str, str | Promise] = {
    "review": pgettext_lazy("label source", "Review"),
    "appeal": pgettext_lazy("label source", "Appeal"),
    "control_sample": pgettext_lazy("label source", "Control sample"),
    "tip": pgettext_lazy("label source", "Tip"),
    "audit": pgettext_lazy("label source", "Audit"),
    "other_system": pgettext_lazy("label source", "Another system"),
    "earlier_appeal": pgettext_lazy("label source", "Earlier appeal"),
    "import": pgettext_lazy("label source", "Claim file"),
    "simulated_history": pgettext_lazy("label source", "Simulated history"),
}

#: How misuse was done, beside the codes of the company's own rules.
SCHEME_WORDS: dict[str, str | Promise] = {
    "personal_use": pgettext_lazy("scheme", "Personal use"),
    "split_payment": pgettext_lazy("scheme", "Split payment"),
    "double_claim": pgettext_lazy("scheme", "Claimed twice"),
    "inflated_amount": pgettext_lazy("scheme", "Inflated amount"),
    "false_receipt": pgettext_lazy("scheme", "False receipt"),
    "false_attendees": pgettext_lazy("scheme", "False attendees"),
    "restricted_place": pgettext_lazy("scheme", "Restricted place"),
    "on_leave": pgettext_lazy("scheme", "Used on leave"),
    "collusion": pgettext_lazy("scheme", "Collusion with a merchant"),
    "cash_equivalent": pgettext_lazy("scheme", "Vouchers and cash equivalents"),
    "stolen_card": pgettext_lazy("scheme", "Stolen or lent card"),
    "other": pgettext_lazy("scheme", "Another scheme"),
}


def known_schemes(rule_codes: Iterable[str]) -> tuple[str, ...]:
    """The schemes an outcome may name: the general ones and the codes of rules."""
    return (*SCHEME_WORDS, *sorted(rule_codes))


#: What becomes of a delivered row.
STATUS_WORDS: dict[str, str | Promise] = {
    "new": pgettext_lazy("delivered outcome", "New"),
    "corrects": pgettext_lazy("delivered outcome", "Corrects an earlier delivery"),
    "known": pgettext_lazy("delivered outcome", "Known already"),
    "replaced": pgettext_lazy("delivered outcome", "Delivered before and corrected since"),
    "refused": pgettext_lazy("delivered outcome", "Refused"),
}
