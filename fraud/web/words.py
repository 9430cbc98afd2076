"""Words for stored codes: states of runs and files, kinds of transactions, cards and reasons."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

register = template.Library()

# code → (word, meaning of the tag)
RUN_STATES: dict[str, tuple[str | Promise, str]] = {
    "preparing": (pgettext_lazy("run state", "Gathering"), "accent"),
    "scoring": (pgettext_lazy("run state", "Scoring"), "accent"),
    "opening": (pgettext_lazy("run state", "Opening cases"), "accent"),
    "finished": (pgettext_lazy("run state", "Finished"), "success"),
    "failed": (pgettext_lazy("run state", "Failed"), "danger"),
}
TXN_TYPES: dict[str, str | Promise] = {
    "purchase": pgettext_lazy("transaction", "Purchase"),
    "cancel": pgettext_lazy("transaction", "Cancellation"),
    "partial_cancel": pgettext_lazy("transaction", "Partial cancellation"),
    "refund": pgettext_lazy("transaction", "Refund"),
    "cash_advance": pgettext_lazy("transaction", "Cash advance"),
    "chargeback": pgettext_lazy("transaction", "Chargeback"),
    "decline": pgettext_lazy("transaction", "Declined"),
}
CARD_KINDS: dict[str, str | Promise] = {
    "personal": pgettext_lazy("card", "Personal card"),
    "shared": pgettext_lazy("card", "Shared card"),
    "dept": pgettext_lazy("card", "Department card"),
    "fuel": pgettext_lazy("card", "Fuel card"),
    "virtual": pgettext_lazy("card", "Virtual card"),
    "taxi": pgettext_lazy("card", "Taxi card"),
}
ENTRY_MODES: dict[str, str | Promise] = {
    "chip": pgettext_lazy("entry", "Chip"),
    "swipe": pgettext_lazy("entry", "Magnetic stripe"),
    "contactless": pgettext_lazy("entry", "Contactless"),
    "online": pgettext_lazy("entry", "Online"),
    "keyed": pgettext_lazy("entry", "Typed in"),
    "recurring": pgettext_lazy("entry", "Recurring"),
}


@register.simple_tag
def run_state(code: str) -> SafeString:
    """The state of a run as a tag."""
    word, meaning = RUN_STATES.get(code, (code, ""))
    return format_html('<span class="tag {}">{}</span>', meaning, word)


@register.filter
def txn_word(code: str) -> str | Promise:
    """`purchase` → Purchase."""
    return TXN_TYPES.get(code, code)


@register.filter
def card_word(code: str) -> str | Promise:
    """`dept` → Department card."""
    return CARD_KINDS.get(code, code)


@register.filter
def entry_word(code: str) -> str | Promise:
    """`keyed` → Typed in."""
    return ENTRY_MODES.get(code, code)


SYSTEM = "system:"


@register.filter
def actor_word(name: str) -> str:
    """Who did something, for people: `system:nightly` is the system; a login's name stays."""
    return _("System") if name.startswith(SYSTEM) else name


BANDS: dict[str, str | Promise] = {
    "low": pgettext_lazy("risk band", "Low"),
    "medium": pgettext_lazy("risk band", "Medium"),
    "high": pgettext_lazy("risk band", "High"),
}


@register.filter
def band_word(code: str) -> str | Promise:
    """`high` → High."""
    return BANDS.get(code, code)
