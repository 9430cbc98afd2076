"""A trial of a file in words: what a page or a terminal shows of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext

from audit.language import current_language
from fraud.claims.importing.field_labels import field_label
from fraud.claims.importing.fields import FIELDS, Kind
from fraud.claims.importing.texts import sentence
from fraud.claims.importing.trying import MONEY, Trial
from fraud.web.words import card_word, entry_word, txn_word
from rules.money import format_money, is_known_currency

_WORDS = {"txn_type": txn_word, "card_kind": card_word, "entry_mode": entry_word}


def trial_words(trial: Trial) -> dict[str, Any]:
    """The trial in the reader's language; columns by their labels."""
    language = current_language()
    reasons = [
        {
            "n": reason["n"],
            "text": sentence("row", reason["code"], reason["examples"][0]["params"], language),
            "examples": reason["examples"],
        }
        for reason in trial.reasons
    ]
    numeric = [name in MONEY for name in trial.columns]
    rows = [
        [_word(name, value) for name, value in zip(trial.columns, row, strict=True)] for row in trial.rows
    ]
    return {
        "n_rows": trial.n_rows,
        "n_taken": trial.n_taken,
        "n_repeated": trial.n_repeated,
        "n_rejected": trial.n_rejected,
        "sums": [
            format_money(sums["read"] - sums["rejected"] - sums["duplicate"], currency, language)
            for currency, sums in trial.totals.items()
            if is_known_currency(currency)
        ],
        "columns": [field_label(name, language) for name in trial.columns],
        "rows": rows,
        "heads": list(zip((field_label(name, language) for name in trial.columns), numeric, strict=True)),
        "cells": [list(zip(row, numeric, strict=True)) for row in rows],
        "reasons": reasons,
        "notes": [
            sentence("note", note["code"], note["params"], language)
            for note in trial.notes
            if note["code"] not in {"fields_absent", "columns_ignored"}
        ],
    }


def _word(name: str, value: str) -> str:
    """A cell as people read it: kinds and modes in words, yes and no."""
    if name in _WORDS:
        return str(_WORDS[name](value))
    if FIELDS[name].kind is Kind.YES_NO and value:
        return pgettext("value", "yes") if value == "True" else pgettext("value", "no")
    return value
