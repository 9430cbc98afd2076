"""Words for the codes people choose from, in the reader's language: one place for pages, messages and the interface."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from audit.language import current_language
from cases.checklists import STEPS
from cases.dispositions import DISPOSITIONS, LEGITIMATE_REASONS, Disposition

METHODS: dict[str, str | Promise] = {
    "card_repayment": gettext_lazy("Card repayment"),
    "bank_transfer": gettext_lazy("Bank transfer"),
    "payroll": gettext_lazy("Payroll deduction"),
    "offset": gettext_lazy("Offset against a reimbursement"),
    "final_settlement": gettext_lazy("Final settlement on leaving"),
}
TIP_WORDS: dict[str, str | Promise] = {
    "hotline": gettext_lazy("Hotline"),
    "internal_audit": gettext_lazy("Internal audit"),
    "issuer": gettext_lazy("Card company"),
    "colleague": gettext_lazy("A colleague"),
    "other": gettext_lazy("Other"),
}
RESULTS: dict[str, str | Promise] = {
    "upheld": gettext_lazy("The decision stands"),
    "reduced": gettext_lazy("The amount is reduced"),
    "reversed": gettext_lazy("The decision is reversed"),
}
#: Where a claim goes that is taken out of a case.
GOES: dict[str, str | Promise] = {
    "waiting": pgettext_lazy("where a claim goes", "back to the open alerts"),
    "dropped": pgettext_lazy("where a claim goes", "nowhere: it is dropped"),
}
#: What became of a step of a checklist.
MARKS: dict[str, str | Promise] = {
    "open": pgettext_lazy("step of a checklist", "open"),
    "done": pgettext_lazy("step of a checklist", "ticked"),
    "skipped": pgettext_lazy("step of a checklist", "skipped"),
}
#: How somebody is told of something that waits.
HOW: dict[str, str | Promise] = {
    "at_once": gettext_lazy("at once"),
    "daily": gettext_lazy("once a day"),
    "never": gettext_lazy("no mail"),
}
_YES_NO: dict[str, str | Promise] = {
    "yes": pgettext_lazy("choice", "yes"),
    "no": pgettext_lazy("choice", "no"),
}
_WORDS: dict[str, dict[str, str | Promise]] = {
    "method": METHODS,
    "origin": TIP_WORDS,
    "result": RESULTS,
    "goes": GOES,
    "mark": MARKS,
    "how": HOW,
    "receipt": _YES_NO,
    "language": {"ko": "한국어", "en": "English"},
}


def disposition_word(code: str) -> str:
    """`legitimate` → Legitimate, in the reader's language."""
    if code not in DISPOSITIONS:
        return code
    info = DISPOSITIONS[Disposition(code)]
    return info.label_ko if current_language() == "ko" else info.label_en


def choice_word(field: str, code: str) -> str:
    """The word of a code of a field; the code itself where it has none."""
    if field == "disposition":
        return disposition_word(code)
    if field == "disposition_reason" and code in LEGITIMATE_REASONS:
        english, korean = LEGITIMATE_REASONS[code]
        return korean if current_language() == "ko" else english
    if field == "step" and code in STEPS:
        return STEPS[code].ko if current_language() == "ko" else STEPS[code].en
    return str(_WORDS.get(field, {}).get(code, code))
