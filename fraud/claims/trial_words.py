"""A trial of a file in words: what a page or a terminal shows of it."""

from __future__ import annotations

from typing import Any

from audit.language import current_language
from fraud.claims.importing.field_labels import field_label
from fraud.claims.importing.texts import sentence
from fraud.claims.importing.trying import MONEY, Trial
from rules.money import format_money, is_known_currency


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
        "rows": trial.rows,
        "heads": list(zip((field_label(name, language) for name in trial.columns), numeric, strict=True)),
        "cells": [list(zip(row, numeric, strict=True)) for row in trial.rows],
        "reasons": reasons,
        "notes": [
            sentence("note", note["code"], note["params"], language)
            for note in trial.notes
            if note["code"] not in {"fields_absent", "columns_ignored"}
        ],
    }
