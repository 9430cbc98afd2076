"""The facts of health in words, and in the form that Prometheus reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from audit.actor import Actor
from cases.services.health import Fact, Level
from fraud.web.navigation import may_open
from fraud.web.tags import number

PREFIX = "cleancard_"
#: Code → its name on the page, what its figure says to a machine, and where more of it stands.
_ABOUT: Mapping[str, tuple[str | Promise, str, str]] = {
    "database_up": (gettext_lazy("The database answers"), "1 when the database answers.", ""),
    "migrations_waiting": (gettext_lazy("Pending migrations"), "Migrations that are not applied.", ""),
    "model_damaged": (gettext_lazy("Files of the model in service"), "1 when the files of the model in service are damaged.", "/detection/"),
    "broker_up": (gettext_lazy("The broker answers"), "1 when the configured broker answers.", ""),
    "disk_free_bytes": (gettext_lazy("Free disk space"), "Free bytes where the data lie.", ""),
    "last_ring_seconds": (gettext_lazy("The schedule rang last"), "Seconds since the sweep rang.", ""),
    "last_night_seconds": (gettext_lazy("The last night ended"), "Seconds since a nightly run was finished.", "/runs/"),
    "last_night_failed": (gettext_lazy("How the newest night went"), "1 when the newest run failed.", "/runs/"),
    "oldest_work_seconds": (gettext_lazy("Oldest run or file at work"), "Age of the oldest run or delivery that is not at its end.", "/files/"),
    "mail_dead": (gettext_lazy("Mail that was given up"), "Mails that were given up.", "/mail/"),
    "mail_failing": (gettext_lazy("Mail that failed three times, or for ten minutes"), "Mails that failed three times or for ten minutes and will be tried again.", "/mail/"),
    "outbox_seconds": (gettext_lazy("Mail that should have left"), "Seconds since the oldest mail that has not left was due first.", "/mail/"),
    "held_back": (gettext_lazy("Claims held back by capacity"), "Claims that wait for a seat.", ""),
    "webhooks_dead": (gettext_lazy("Webhook messages that were given up"), "Webhook messages that were given up.", "/connections/webhooks/"),
    "webhooks_failing": (gettext_lazy("Webhook messages that fail and will be tried again"), "Webhook messages that failed and will be tried again.", "/connections/webhooks/"),
    "webhooks_seconds": (gettext_lazy("Webhook messages that should have left"), "Seconds since the oldest webhook message that has not left was due first.", "/connections/webhooks/"),
}  # fmt: skip
LEVELS: Mapping[Level, tuple[str | Promise, str]] = {
    Level.OK: (pgettext_lazy("health", "fine"), "success"),
    Level.WARN: (pgettext_lazy("health", "look at it"), "warning"),
    Level.BAD: (pgettext_lazy("health", "act now"), "danger"),
}


@dataclass(frozen=True, slots=True)
class HealthRow:
    """One line of the page."""

    fact: Fact
    label: str
    said: str
    word: str
    tag: str
    href: str


def health_rows(facts: Sequence[Fact], by: Actor) -> list[HealthRow]:
    """The facts in the reader's language, what needs somebody first; with the page that has more of it where they may open that."""
    order = (Level.BAD, Level.WARN, Level.OK)
    rows = []
    for fact in sorted(facts, key=lambda one: order.index(one.level)):
        label, _help, href = _ABOUT[fact.code]
        word, tag = LEVELS[fact.level]
        more = href if may_open(href, by) else ""
        rows.append(HealthRow(fact, str(label), said_of(fact), str(word), tag, more))
    return rows


def said_of(fact: Fact) -> str:
    """The figure of a fact as people say it."""
    if fact.value is None:
        return _("not configured") if fact.code == "broker_up" else _("none yet")
    if fact.code.endswith("_bytes"):
        return str(filesizeformat(fact.value))
    if fact.code in ("last_ring_seconds", "last_night_seconds"):
        return _("%(time)s ago") % {"time": duration(fact.value)}
    if fact.code.endswith("_seconds"):
        return (
            _("waiting for %(time)s") % {"time": duration(fact.value)}
            if fact.value
            else pgettext("health", "nothing waiting")
        )
    if fact.code in ("database_up", "broker_up"):
        return pgettext("health", "yes") if fact.value else pgettext("health", "no")
    if fact.code == "model_damaged":
        return pgettext("health", "damaged") if fact.value else pgettext("health", "whole")
    if fact.code == "last_night_failed":
        return pgettext("health", "failed") if fact.value else pgettext("health", "not failed")
    return str(number(fact.value))


def duration(seconds: float) -> str:
    """A length of time in its largest unit: 40 seconds, 3 minutes, 5 hours, 2 days."""
    whole = int(seconds)
    if whole < 60:
        return ngettext("%(n)d second", "%(n)d seconds", whole) % {"n": whole}
    if whole < 3600:
        return ngettext("%(n)d minute", "%(n)d minutes", whole // 60) % {"n": whole // 60}
    if whole < 48 * 3600:
        return ngettext("%(n)d hour", "%(n)d hours", whole // 3600) % {"n": whole // 3600}
    return ngettext("%(n)d day", "%(n)d days", whole // 86400) % {"n": whole // 86400}


def prometheus(facts: Sequence[Fact]) -> str:
    """The facts in the text form of Prometheus; what there is none of is left out, details are not told."""
    lines = []
    for fact in facts:
        if fact.value is not None:
            name = PREFIX + fact.code
            lines += [
                f"# HELP {name} {_ABOUT[fact.code][1]}",
                f"# TYPE {name} gauge",
                f"{name} {fact.value:.15g}",
            ]
    return "\n".join(lines) + "\n"
