"""Words for stored codes: states of runs and files, kinds of transactions, cards and reasons."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from audit.language import current_language
from audit.permissions import ROLE_LABELS
from fraud.web.markup import format_html
from rules.mcc_words import mcc_word
from rules.starter import note_in

register = template.Library()

# code → (word, meaning of the tag)
RUN_STATES: dict[str, tuple[str | Promise, str]] = {
    "preparing": (pgettext_lazy("run state", "Gathering"), "accent"),
    "scoring": (pgettext_lazy("run state", "Scoring"), "accent"),
    "opening": (pgettext_lazy("run state", "Opening cases"), "accent"),
    "finished": (pgettext_lazy("run state", "Finished"), "success"),
    "failed": (pgettext_lazy("run state", "Failed"), "danger"),
    "paused": (pgettext_lazy("run state", "Paused"), "warning"),
    "cancelled": (pgettext_lazy("run state", "Cancelled"), ""),
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


def run_state_word(code: str) -> str:
    """`finished` → Finished."""
    return str(RUN_STATES.get(code, (code, ""))[0])


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


#: Purposes as companies code them most often; another code is shown as it was delivered.
PURPOSES: dict[str, str | Promise] = {
    "meal": pgettext_lazy("purpose", "Meal"),
    "team_dinner": pgettext_lazy("purpose", "Team dinner"),
    "entertainment": pgettext_lazy("purpose", "Entertaining guests"),
    "meeting": pgettext_lazy("purpose", "Meeting"),
    "welfare": pgettext_lazy("purpose", "Welfare"),
    "transport": pgettext_lazy("purpose", "Transport"),
    "fuel": pgettext_lazy("purpose", "Fuel"),
    "vehicle": pgettext_lazy("purpose", "Vehicle upkeep"),
    "supplies": pgettext_lazy("purpose", "Supplies"),
    "books": pgettext_lazy("purpose", "Books"),
    "services": pgettext_lazy("purpose", "Services"),
    "gift": pgettext_lazy("purpose", "Gifts"),
    "training": pgettext_lazy("purpose", "Training"),
    "overtime_meal": pgettext_lazy("purpose", "Overtime meal"),
    "overtime_taxi": pgettext_lazy("purpose", "Overtime taxi"),
    "trip": pgettext_lazy("purpose", "Business trip"),
    "software": pgettext_lazy("purpose", "Software"),
    "telecom": pgettext_lazy("purpose", "Telephone and network"),
}


@register.filter
def purpose_word(code: str) -> str | Promise:
    """`team_dinner` → Team dinner."""
    return PURPOSES.get(code, code)


SYSTEM = "system:"
#: Parts of the system that act by themselves.
PARTS: dict[str, str | Promise] = {
    "nightly": pgettext_lazy("part of the system", "nightly screening"),
    "training": pgettext_lazy("part of the system", "training"),
    "clocks": pgettext_lazy("part of the system", "deadlines"),
    "casework": pgettext_lazy("part of the system", "casework"),
    "following": pgettext_lazy("part of the system", "changed claims"),
    "settling": pgettext_lazy("part of the system", "settling"),
    "registry": pgettext_lazy("part of the system", "models"),
    "import": pgettext_lazy("part of the system", "import"),
    "install": pgettext_lazy("part of the system", "installation"),
    "personnel": pgettext_lazy("part of the system", "personnel feed"),
    "command": pgettext_lazy("part of the system", "command on the server"),
    "demo": pgettext_lazy("part of the system", "demo company"),
}


@register.filter
def actor_word(name: str) -> str:
    """Who did something, for people: `system:nightly` → System (nightly screening); a login's name stays."""
    if not name.startswith(SYSTEM):
        return name
    part = PARTS.get(name.removeprefix(SYSTEM))
    return f"{_('System')} ({part})" if part else _("System")


@register.filter
def rule_note(note: str) -> str:
    """A rule version's note, in the reader's language where it came with the product."""
    return note_in(note, current_language())


STAGE_STATES: dict[str, str | Promise] = {
    "waiting": pgettext_lazy("run stage state", "waiting"),
    "running": pgettext_lazy("run stage state", "running"),
    "done": pgettext_lazy("run stage state", "done"),
    "failed": pgettext_lazy("run stage state", "failed"),
    "paused": pgettext_lazy("run stage state", "paused"),
    "cancelled": pgettext_lazy("run stage state", "cancelled"),
    "left_out": pgettext_lazy("run stage state", "not begun"),
}


@register.filter
def stage_state_word(code: str) -> str | Promise:
    """`done` as people say it."""
    return STAGE_STATES.get(code, code)


@register.filter
def role_name(code: str) -> str:
    """`recovery_clerk` → Recovery clerk; nothing for the system, whose name says what it is."""
    english, korean = ROLE_LABELS.get(code, ("", ""))  # type: ignore[call-overload]
    return korean if current_language() == "ko" else english


@register.filter
def run_name(reference: str) -> str:
    """A run as people call it: `R-2026-11-22`; one that looked back at history says so in words."""
    night, dash, further = reference.partition("-history")
    return f"{night} ({pgettext('run', 'look back')})" if dash and not further else reference


@register.filter
def release_word(version: str) -> str:
    """The release a run was made with; a checkout of the source has none."""
    return _("not a release (run from the source)") if version == "source" else version or "–"


BANDS: dict[str, str | Promise] = {
    "low": pgettext_lazy("risk band", "Low"),
    "medium": pgettext_lazy("risk band", "Medium"),
    "high": pgettext_lazy("risk band", "High"),
}


@register.simple_tag
def empty_nights(n: int) -> str:
    """What the nights since the last one with claims were: `1 night since then had no new claims`."""
    return ngettext(
        "%(n)d night since then had no new claims", "%(n)d nights since then had no new claims", n
    ) % {"n": n}


@register.filter
def band_word(code: str) -> str | Promise:
    """`high` → High."""
    return BANDS.get(code, code)


@register.filter
def mcc_name(code: str) -> str:
    """`5813` → Bars and night clubs; nothing for a code without a name."""
    return mcc_word(code, current_language())
