"""What the stages of a run, their states and what they counted are called, for pages and the terminal."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

STAGE_NAMES = ("prepare", "scoring", "opening", "finish")
_SHOWN_IF_ANY = (
    "quarantined",
    "overtaken",
    "held_back_new",
    "held_back_seated",
    "expired",
    "outdated",
    "taken_back",
)


def after_cancelling(*, is_look_back: bool) -> str:
    """What becomes of the claims of a run that was cancelled: only those of a night wait for the next one."""
    if is_look_back:
        return _("Its claims are history and wait for no night; a look back up to another day can take them.")
    return _("All its claims are among those of the next night.")


def stage_word(name: str) -> str:
    """`prepare` → Gather claims."""
    words = {
        "prepare": pgettext("run stage", "Gather claims"),
        "scoring": pgettext("run stage", "Rules, models and anomalies"),
        "opening": pgettext("run stage", "Open cases"),
        "finish": pgettext("run stage", "Drift and summary"),
    }
    return words.get(name, name)


def stage_state_word(state: str) -> str:
    """`running` → under way."""
    words = {
        "waiting": pgettext("run stage", "waiting"),
        "running": pgettext("run stage", "under way"),
        "done": pgettext("run stage", "done"),
        "failed": pgettext("run stage", "failed"),
        "paused": pgettext("run stage", "paused"),
        "cancelled": pgettext("run stage", "cancelled"),
    }
    return words.get(state, state)


def counts_in_words(counts: dict[str, Any]) -> list[tuple[str, Any]]:
    """Words and numbers of a stage; nested counts one by one, timings and zeros of no interest left out."""
    words = {
        "claims": _("claims"),
        "parts": _("parts"),
        "overtaken": _("judged by a later night meanwhile"),
        "stands_in_for": _("scored in place of the damaged"),
        "hits": _("rule hits"),
        "scored": _("scored"),
        "quarantined": _("set apart as damaged"),
        "over_threshold": _("over the threshold"),
        "alerts": _("alerts"),
        "cases": _("new cases"),
        "joined": _("joined open cases"),
        "renewed": _("open cases with further hits"),
        "held_back": _("held back"),
        "held_back_new": _("of these new"),
        "held_back_seated": _("seated after waiting"),
        "expired": _("expired"),
        "outdated": _("no longer in question"),
        "taken_back": _("payment taken back"),
        "sample_population": _("random checks drawn from"),
        "model": _("by the model"),
        "rule": _("by a ban"),
        "control_sample": _("control sample"),
        "novelty": _("unusual"),
        "learning": _("for learning"),
        "seats_used": _("seats used"),
        "seats": _("seats"),
        "seats_free": _("seats left empty"),
        "drift": _("drift"),
    }
    levels = {"calm": _("calm"), "warn": _("watch"), "act": _("act")}
    flat: dict[str, Any] = {}
    for name, value in counts.items():
        flat |= value if isinstance(value, dict) else {name: value}
    return [
        (words[name], levels.get(value, value) if isinstance(value, str) else value)
        for name, value in flat.items()
        if name in words and _is_plain(value) and not (name in _SHOWN_IF_ANY and not value)
    ]


def _is_plain(value: Any) -> bool:
    return isinstance(value, (int, float, str)) and value != ""
